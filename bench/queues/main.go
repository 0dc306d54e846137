// Command queues shows how good the matches of the standard matcher are: beside the
// spread that can be had at the same wait, and in small pools beside the best of all
// ways. It prints tables and draws a plot.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
)

func main() {
	seed := flag.Uint64("seed", 1, "of who comes when")
	matches := flag.Int("matches", 2000, "matches of a scene, about, 100 to 1000000")
	svg := flag.String("svg", "", "file to draw the plot into")
	flag.Parse()
	if *matches < 100 || *matches > 1_000_000 {
		fmt.Fprintln(os.Stderr, "queues: --matches must be 100 to 1000000")
		os.Exit(2)
	}
	rows := large(*seed, *matches)
	small(*seed, *matches/10)
	if *svg == "" {
		return
	}
	if err := os.WriteFile(*svg, []byte(plot(rows)), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, "queues:", err)
		os.Exit(1)
	}
}

// shapes are those of the matches.
var shapes = []struct {
	name  string
	teams []queue.Team
	sizes []int // of parties
}{
	{"1v1", teams(2, 1), []int{1}},
	{"2v2v2", teams(3, 2), []int{1}},
	{"5v5", teams(2, 5), []int{1}},
	{"5v5, parties of 1 to 5", teams(2, 5), []int{1, 1, 1, 1, 1, 1, 2, 2, 3, 4, 5}},
	{"5v5, 14 of 17 in parties", teams(2, 5), []int{1, 1, 1, 2, 3, 4, 5}},
	{"100", teams(1, 100), []int{1}},
}

func teams(n, players int) (is []queue.Team) {
	for range n {
		is = append(is, queue.Team{Least: players, Most: players})
	}
	return is
}

// queueOf is a queue for matches of some teams.
func queueOf(teams []queue.Team, window queue.Curve) *queue.Config {
	return &queue.Config{
		Name: "q", Teams: teams, Rating: queue.RatingRule{Source: queue.RatingToken}, Party: queue.PartyRule{Most: 5},
		Widening: queue.Widening{Rating: window}, Every: 250 * time.Millisecond,
	}
}

// large prints the figures of pools that many players come to.
func large(seed uint64, matches int) (rows []row) {
	fmt.Printf("%-25s %-10s %9s %8s %9s %9s %9s %7s %7s %7s %7s %6s\n",
		"match", "window", "players/s", "matches", "oldest s", "longest s", "mean s", "spread", "bound", "ratio", "by mean", "gap")
	for _, is := range shapes {
		c := queueOf(is.teams, nil)
		for _, w := range []struct {
			name  string
			curve queue.Curve
			rate  float64 // matches per second that could be
		}{
			{"100", queue.Curve{{Value: 100}}, 0.3},
			{"100", queue.Curve{{Value: 100}}, 1},
			{"100", queue.Curve{{Value: 100}}, 3},
			{"50", queue.Curve{{Value: 50}}, 1},
			{"200", queue.Curve{{Value: 200}}, 1},
			{"20 to 400", queue.Curve{{Value: 20}, {Waited: time.Minute, Value: 400}}, 1},
		} {
			s := scene{shape: is.name, window: w.name, config: queueOf(is.teams, w.curve), rate: w.rate * float64(c.Most()), sizes: is.sizes, deviation: deviation, within: 100}
			f := simulate(&s, seed, time.Duration(float64(matches)/w.rate)*time.Second)
			rows = append(rows, row{s, f})
			fmt.Printf("%-25s %-10s %9.1f %8d %9.2f %9.1f %9.2f %7.1f %7.1f %7.2f %7.2f %6.2f\n",
				s.shape, s.window, s.rate, f.matches, f.wait, f.longest, f.each, f.spread, f.bound, f.spread/f.bound, f.spread/f.eachBound, f.gap)
		}
	}
	return rows
}

// small prints the figures of pools of which all ways can be looked at.
func small(seed uint64, pools int) {
	fmt.Printf("\npools of %d entries of a deviation of %d, window %d, beside the best of all ways\n", smallest, narrow, 4*narrow)
	for _, is := range shapes {
		if c := queueOf(is.teams, queue.Curve{{Value: 4 * narrow}}); c.Most() <= 2*smallest {
			b := compare(&scene{config: c, sizes: is.sizes, deviation: narrow, within: narrow / 2}, seed, pools)
			fmt.Printf("%-25s %s\n", is.name, b.String())
		}
	}
}
