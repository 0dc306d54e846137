package whatif

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
)

func TestWhatALogSaysItself(t *testing.T) {
	match := func(id string, second float64, teams ...string) Record {
		r := OfMatch(&queue.Match{ID: id, Queue: "q", Made: start.Add(time.Duration(second) * time.Second), Spread: 1, Gap: 2})
		r.Matched.Teams = nil
		for _, team := range teams {
			var ids []string
			for _, e := range strings.Fields(team) {
				ids = append(ids, "q."+e)
			}
			r.Matched.Teams = append(r.Matched.Teams, ids)
		}
		return r
	}
	vacancy := match("m3", 3, "a b")
	vacancy.Matched.Vacancy, vacancy.Matched.Bots = true, 2
	r := history(t, logged(t,
		came("a", 0, 1500, 1), came("b", 0, 1600, 3), came("c", 1, 1400, 1), came("d", 2, 1500, 1), came("e", 3, 1500, 1), came("f", 4, 1500, 1),
		match("m1", 5, "a b", "c"), match("m2", 4, "a", "z"), vacancy,
		gone("a", queue.Played, 0, 9), gone("b", queue.Absent, 5, 9), gone("c", queue.Declined, 8, 9), gone("d", queue.Canceled, 1, 3), gone("e", queue.Expired, 6, 9), gone("g", queue.Lost, 1, 9), gone("f", queue.Closed, 2, 6),
	)).AsItWas()
	// m1 from 1400 to 1600, teams 1575 and 1400; m2 has somebody whom the log does not
	// know, and m3 others who were there: as they were logged.
	if r.Entries != 6 || r.Matched != 3 || r.Canceled != 1 || r.Expired != 1 || r.Other != 1 || r.Left != 0 || r.Matches != 3 || r.Bots != 2 || r.Players != 5 ||
		!slices.Equal(r.Spreads, []float64{1, 1, 200}) || !slices.Equal(r.Gaps, []float64{2, 2, 175}) || !slices.Equal(seconds(r.Waits), []float64{4, 5, 5}) {
		t.Errorf("%+v", r)
	}
	for second, want := range []int{2, 3, 4, 4, 5, 2, 1, 1, 1, 0} {
		waiting := -1
		for _, s := range r.Length {
			if s.At <= time.Duration(second)*time.Second {
				waiting = s.Waiting
			}
		}
		if waiting != want {
			t.Errorf("after %d s: %d waiting, want %d: %v", second, waiting, want, r.Length)
		}
	}
}

func TestQuantiles(t *testing.T) {
	ten := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	for p, want := range map[float64]int{0: 1, 0.1: 1, 0.11: 2, 0.5: 5, 0.9: 9, 0.99: 10, 1: 10} {
		if got, ok := quantile(ten, p); got != want || !ok {
			t.Errorf("%v: %d, want %d", p, got, want)
		}
	}
	if _, ok := quantile([]int{}, 0.5); ok {
		t.Error("of nothing")
	}
}

// twoResults are of one log.
func twoResults(t *testing.T) (*History, []*Result) {
	t.Helper()
	h := history(t, logged(t, came("a", 0, 1500, 1), came("b", 2.5, 1540, 1), came("c", 3, 900, 1), gone("c", queue.Canceled, 7, 10), gone("a", queue.Expired, 9, 9)))
	c := duel()
	r, err := Simulate(t.Context(), h, `<b>&"wide".yaml`, c, queue.NewMatcher(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	return h, []*Result{h.AsItWas(), r}
}

func TestTheTable(t *testing.T) {
	_, results := twoResults(t)
	results[1].Name = "wide.yaml"
	var out bytes.Buffer
	if err := WriteTable(&out, results); err != nil {
		t.Fatal(err)
	}
	for _, row := range [][]string{
		{"as it was", "wide.yaml"}, {"entries", "3", "3"}, {"matched", "0", "2 (66.7 %)"}, {"canceled", "1 (33.3 %)", "1 (33.3 %)"}, {"expired", "1 (33.3 %)", "0"}, {"not taken", "0", "0"},
		{"ended otherwise", "0", "0"}, {"left waiting", "1 (33.3 %)", "0"}, {"matches", "0", "1"}, {"players per match", "-", "2.00"}, {"bots", "0", "0"},
		{"wait p50", "-", "0.50 s"}, {"wait p99", "-", "3.00 s"}, {"wait max", "-", "3.00 s"}, {"spread p90", "-", "40.0"}, {"gap max", "-", "40.0"},
	} {
		if !regexp.MustCompile(`(?m)^ *` + strings.Join(quoted(row), " +") + `$`).MatchString(out.String()) {
			t.Errorf("no line %q:\n%s", row, out.String())
		}
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	for _, line := range lines {
		if len(line) != len(lines[0]) {
			t.Errorf("the columns do not line up:\n%s", out.String())
		}
	}
}

func quoted(cells []string) (all []string) {
	for _, cell := range cells {
		all = append(all, regexp.QuoteMeta(cell))
	}
	return all
}

// TestThePage is whole, alone, and made of what is well formed whatever the names are.
func TestThePage(t *testing.T) {
	h, results := twoResults(t)
	var out bytes.Buffer
	if err := WritePage(&out, h, results); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	for _, never := range []string{"<script", "http", "<b>", "NaN", "Inf", "url(", "src=", "@import"} {
		if strings.Contains(text, never) {
			t.Errorf("the page has %q", never)
		}
	}
	for _, want := range []string{"Queue q: what if", `class="c1">&lt;b&gt;&amp;&#34;wide&#34;.yaml<`, "<td>2 (66.7 %)</td>", `class="line c1"`, `class="line c1 dashed"`} {
		if !strings.Contains(text, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	svgs := regexp.MustCompile(`(?s)<svg.*?</svg>`).FindAllString(text, -1)
	if len(svgs) != 4 {
		t.Fatalf("%d plots", len(svgs))
	}
	for _, svg := range svgs {
		wellFormed(t, svg)
	}
}

func wellFormed(t *testing.T, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v: %s", err, svg)
		}
	}
}

// TestPlotsStayInTheirFrame draws odd points and looks where lines and figures are.
func TestPlotsStayInTheirFrame(t *testing.T) {
	numbers := regexp.MustCompile(`-?[0-9]+(\.[0-9]+)?`)
	for what, p := range map[string]plot{
		"nothing":     {title: "a < b"},
		"no point":    {lines: []line{{}}},
		"one point":   {lines: []line{{points: []point{{1500, 0}}}}},
		"negative":    {lines: []line{{points: []point{{-500, 3}, {-100, 7}}}}},
		"wide":        {lines: []line{{points: []point{{-1e5, 1e-9}, {1e5, 1e9}}}}},
		"logs":        {logX: true, leastX: 0.1, most: 100, lines: []line{{points: []point{{0, 1}, {0.3, 50}, {80000, 100}}}}},
		"log of none": {logX: true, leastX: 0.1, lines: []line{{points: []point{{0, 1}}}}},
	} {
		svg := p.svg()
		wellFormed(t, svg)
		if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") || strings.Count(svg, "<text") < 6 || strings.Count(svg, "<text") > 30 {
			t.Errorf("%s: %s", what, svg)
		}
		for _, d := range regexp.MustCompile(`class="line[^>]* d="([^"]*)"`).FindAllStringSubmatch(svg, -1) {
			for i, text := range numbers.FindAllString(d[1], -1) {
				var v float64
				if err := xml.Unmarshal([]byte("<v>"+text+"</v>"), &v); err != nil {
					t.Fatal(err)
				}
				least, most := []float64{left, top}[i%2], []float64{width - right, height - bottom}[i%2]
				if v < least-0.1 || v > most+0.1 {
					t.Errorf("%s: %v is not within %v and %v: %s", what, v, least, most, d[1])
				}
			}
		}
	}
}

func TestTicks(t *testing.T) {
	for _, row := range []struct {
		s    span
		want []float64
	}{
		{span{least: 0, most: 100}, []float64{0, 20, 40, 60, 80, 100}}, {span{least: 0, most: 1}, []float64{0, 0.2, 0.4, 0.6, 0.8, 1}},
		{span{least: 880, most: 2130}, []float64{1000, 1500, 2000}}, {span{least: -3, most: 4}, []float64{-2, 0, 2, 4}},
	} {
		got := ticks(row.s, 5)
		if !slices.EqualFunc(got, row.want, func(a, b float64) bool { return math.Abs(a-b) < 1e-9 }) {
			t.Errorf("%+v: %v, want %v", row.s, got, row.want)
		}
	}
	p := plot{logX: true}
	if got := p.ticksX(span{least: 0.1, most: 6}); len(got) != 6 || figure(got[0]) != "0.1" || figure(got[5]) != "5" {
		t.Errorf("%v", got)
	}
}
