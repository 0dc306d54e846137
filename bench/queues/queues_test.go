package main

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
)

// Near the mean, the standard matcher's matches are no further apart than 1.2 times
// what can be had at the same wait of the oldest.
func TestSpreadIsNearTheBound(t *testing.T) {
	for _, is := range shapes[:5] {
		c := queueOf(is.teams, queue.Curve{{Value: 100}})
		s := scene{shape: is.name, config: c, rate: float64(c.Most()), sizes: is.sizes, deviation: deviation, within: 100}
		f := simulate(&s, 1, 400*time.Second)
		t.Logf("%s: %d matches, spread %.1f, bound %.1f at %.1f s", is.name, f.matches, f.spread, f.bound, f.wait)
		if f.matches < 20 {
			t.Errorf("%s: %d matches say nothing", is.name, f.matches)
		}
		if f.spread > 1.2*f.bound {
			t.Errorf("%s: the spread is %.2f times the bound", is.name, f.spread/f.bound)
		}
	}
}

// In pools of which all ways can be looked at, teams are as even as can be, and most
// of the matches that could be made are.
func TestSmallPoolsBesideTheBest(t *testing.T) {
	for _, is := range shapes[:5] {
		c := queueOf(is.teams, queue.Curve{{Value: 4 * narrow}})
		b := compare(&scene{config: c, sizes: is.sizes, deviation: narrow, within: narrow / 2}, 1, 20)
		t.Logf("%s: %s", is.name, b.String())
		if b.matches == 0 || b.matches > b.mostMatches || b.spread < b.leastSpread-1e-6 {
			t.Errorf("%s: the best of all ways is not: %s", is.name, b.String())
		}
		if b.gap > b.bestGap+1e-6 {
			t.Errorf("%s: the gaps are %f, and could be %f", is.name, b.gap, b.bestGap)
		}
		if 10*b.matches < 8*b.mostMatches {
			t.Errorf("%s: only %d of %d matches", is.name, b.matches, b.mostMatches)
		}
	}
}

// The best of all ways for ratings that one can work out: 0-10, 100-130 and not
// 10-100.
func TestBestMatches(t *testing.T) {
	c := queueOf(teams(2, 1), queue.Curve{{Value: 100}})
	var entries []*queue.Entry
	for _, rating := range []float64{10, 130, 0, 100, 1000} {
		entries = append(entries, &queue.Entry{Members: []queue.Member{{Rating: rating}}})
	}
	if most, least := bestMatches(c, entries); most != 2 || least != 40 {
		t.Errorf("%d matches with a spread of %g, want 2 with 40", most, least)
	}
}

func TestPlotIsXML(t *testing.T) {
	s := scene{shape: "1v1", config: queueOf(teams(2, 1), nil), rate: 2}
	d := xml.NewDecoder(strings.NewReader(plot([]row{{s, figures{wait: 1, spread: 50}}})))
	dots := 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if is, ok := token.(xml.StartElement); ok && is.Name.Local == "circle" {
			dots++
		}
	}
	if dots != 2 {
		t.Errorf("%d dots, want the match's and its legend's", dots)
	}
}
