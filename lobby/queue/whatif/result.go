package whatif

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
)

// Result is how a queue did: as its log says, or as a simulation found.
type Result struct {
	Name string
	// Entries are how many came, and Matched, Canceled, Expired, Refused and Other what
	// became of them; Left still waited at the end.
	Entries, Matched, Canceled, Expired, Refused, Other, Left int
	// Matches are how many were made, of Players people and Bots bots.
	Matches, Players, Bots int
	// Waits are those of the entries that were matched, Spreads how far the entries of
	// a match were apart by the mean rating of their members, and Gaps how far its teams
	// were by that of theirs, a match each. All are sorted.
	Waits        []time.Duration
	Spreads      []float64
	Gaps         []float64
	Length       []Sample
	WaitByRating []RatedWait

	from, to time.Time
	step     time.Duration // between two samples
	waiting  int           // in the last sample
}

// Sample is how many entries waited at a time, since the log's first record.
type Sample struct {
	At      time.Duration
	Waiting int
}

// RatedWait is one entry that was matched.
type RatedWait struct {
	Rating float64
	Waited time.Duration
}

// samplesKept is how many samples of a queue's length are kept: a point for each two or
// three pixels of a plot.
const samplesKept = 300

func newResult(name string, h *History) *Result {
	return &Result{Name: name, Entries: len(h.Arrivals), from: h.From, to: h.To, step: h.To.Sub(h.From) / samplesKept}
}

// sample keeps the longest queue of each step; from one sample to the next it is as
// long as it was.
func (r *Result) sample(now time.Time, waiting int) {
	at, before := now.Sub(r.from), r.waiting
	r.waiting = waiting
	n := len(r.Length)
	if n > 0 && at-r.Length[n-1].At < r.step {
		r.Length[n-1].Waiting = max(r.Length[n-1].Waiting, waiting)
		return
	}
	if n > 0 && at-r.Length[n-1].At > 2*r.step {
		r.Length = append(r.Length, Sample{r.Length[n-1].At + r.step, before}, Sample{at, before})
	}
	r.Length = append(r.Length, Sample{at, waiting})
}

// match counts a match that was made.
func (r *Result) match(p *queue.Proposal, now time.Time) {
	r.Matches++
	for _, n := range p.Bots {
		r.Bots += n
	}
	for _, team := range p.Teams {
		for _, e := range team {
			r.matched(e, e.Waited(now))
		}
	}
	spread, gap := apart(p.Teams)
	r.Spreads, r.Gaps = append(r.Spreads, spread), append(r.Gaps, gap)
}

func (r *Result) matched(e *queue.Entry, waited time.Duration) {
	r.Matched++
	r.Players += len(e.Members)
	r.Waits = append(r.Waits, waited)
	r.WaitByRating = append(r.WaitByRating, RatedWait{e.Rating(queue.PartyRule{}), waited})
}

// apart is how far the entries of a match are apart, and its teams. It goes by the
// ratings of the log alone, so that configurations that count a party differently, or
// ratings not at all, can be compared.
func apart(teams [][]*queue.Entry) (spread, gap float64) {
	var entries, sides span
	for _, team := range teams {
		var sum, players float64
		for _, e := range team {
			mean, n := e.Rating(queue.PartyRule{}), float64(len(e.Members))
			entries.add(mean)
			sum, players = sum+mean*n, players+n
		}
		if players > 0 { // else there are bots only
			sides.add(sum / players)
		}
	}
	return entries.width(), sides.width()
}

// span is the least and the greatest of some numbers.
type span struct {
	least, most float64
	some        bool
}

func (s *span) add(x float64) {
	if !s.some {
		*s = span{x, x, true}
	}
	s.least, s.most = min(s.least, x), max(s.most, x)
}

func (s *span) width() float64 { return s.most - s.least }

func (r *Result) finish() {
	slices.Sort(r.Waits)
	slices.Sort(r.Spreads)
	slices.Sort(r.Gaps)
	slices.SortFunc(r.WaitByRating, func(a, b RatedWait) int { return cmp.Compare(a.Rating, b.Rating) })
}

// AsItWas is what a history says itself.
func (h *History) AsItWas() *Result {
	r := newResult("as it was", h)
	changes := map[time.Time]int{}
	for _, a := range h.Arrivals {
		changes[a.Entry.Since]++
		switch {
		case a.State == "":
			r.Left++
			continue
		case a.wasMatched():
			r.matched(&a.Entry, a.Waited)
		case a.State == queue.Canceled:
			r.Canceled++
		case a.State == queue.Expired:
			r.Expired++
		default:
			r.Other++
		}
		changes[a.Entry.Since.Add(a.Waited)]--
	}
	for _, m := range h.Matches {
		r.Matches++
		r.Bots += m.Bots
		spread, gap := m.Spread, m.Gap
		if teams := h.teamsOf(m); teams != nil {
			spread, gap = apart(teams)
		}
		r.Spreads, r.Gaps = append(r.Spreads, spread), append(r.Gaps, gap)
	}
	times := make([]time.Time, 0, len(changes))
	for at := range changes {
		times = append(times, at)
	}
	slices.SortFunc(times, time.Time.Compare)
	waiting := 0
	for _, at := range times {
		waiting += changes[at]
		r.sample(at, waiting)
	}
	r.finish()
	return r
}

// teamsOf is who played in a match; nil when the log does not have all of them.
func (h *History) teamsOf(m *Matching) [][]*queue.Entry {
	if m.Vacancy {
		return nil
	}
	teams := make([][]*queue.Entry, len(m.Teams))
	for i, ids := range m.Teams {
		for _, id := range ids {
			a := h.byID[id]
			if a == nil || len(a.Entry.Members) == 0 {
				return nil
			}
			teams[i] = append(teams[i], &a.Entry)
		}
	}
	return teams
}

// quantile is the value of sorted ones that a part p of them, 0 to 1, is not above.
func quantile[T any](sorted []T, p float64) (value T, ok bool) {
	if len(sorted) == 0 {
		return value, false
	}
	i := int(math.Ceil(p*float64(len(sorted)))) - 1
	return sorted[min(max(i, 0), len(sorted)-1)], true
}

// Row is one line of a table: what it is about and a cell for each result.
type Row struct {
	About string
	Cells []string
}

// Table compares results side by side.
func Table(results []*Result) []Row {
	var rows []Row
	row := func(about string, cell func(*Result) string) {
		r := Row{About: about}
		for _, result := range results {
			r.Cells = append(r.Cells, cell(result))
		}
		rows = append(rows, r)
	}
	count := func(about string, of func(*Result) int) {
		row(about, func(r *Result) string {
			n := of(r)
			if r.Entries == 0 || n == 0 {
				return fmt.Sprint(n)
			}
			return fmt.Sprintf("%d (%.1f %%)", n, 100*float64(n)/float64(r.Entries))
		})
	}
	row("entries", func(r *Result) string { return fmt.Sprint(r.Entries) })
	count("matched", func(r *Result) int { return r.Matched })
	count("canceled", func(r *Result) int { return r.Canceled })
	count("expired", func(r *Result) int { return r.Expired })
	count("not taken", func(r *Result) int { return r.Refused })
	count("ended otherwise", func(r *Result) int { return r.Other })
	count("left waiting", func(r *Result) int { return r.Left })
	row("matches", func(r *Result) string { return fmt.Sprint(r.Matches) })
	row("players per match", func(r *Result) string {
		if r.Matches == 0 {
			return "-"
		}
		return fmt.Sprintf("%.2f", float64(r.Players)/float64(r.Matches))
	})
	row("bots", func(r *Result) string { return fmt.Sprint(r.Bots) })
	for _, q := range []struct {
		name string
		part float64
	}{{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"max", 1}} {
		row("wait "+q.name, func(r *Result) string {
			d, ok := quantile(r.Waits, q.part)
			if !ok {
				return "-"
			}
			return fmt.Sprintf("%.2f s", d.Seconds())
		})
	}
	for _, of := range []struct {
		name   string
		values func(*Result) []float64
	}{{"spread", func(r *Result) []float64 { return r.Spreads }}, {"gap", func(r *Result) []float64 { return r.Gaps }}} {
		for _, q := range []struct {
			name string
			part float64
		}{{"p50", 0.5}, {"p90", 0.9}, {"max", 1}} {
			row(of.name+" "+q.name, func(r *Result) string {
				x, ok := quantile(of.values(r), q.part)
				if !ok {
					return "-"
				}
				return fmt.Sprintf("%.1f", x)
			})
		}
	}
	return rows
}

// WriteTable writes a table for a terminal.
func WriteTable(w io.Writer, results []*Result) error {
	rows := append([]Row{{Cells: namesOf(results)}}, Table(results)...)
	widths := make([]int, 1+len(results))
	for _, row := range rows {
		for i, cell := range append([]string{row.About}, row.Cells...) {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	var text strings.Builder
	for _, row := range rows {
		_, _ = fmt.Fprintf(&text, "%-*s", widths[0], row.About)
		for i, cell := range row.Cells {
			_, _ = fmt.Fprintf(&text, "  %*s", widths[i+1], cell)
		}
		text.WriteByte('\n')
	}
	_, err := io.WriteString(w, text.String())
	return err
}

func namesOf(results []*Result) []string {
	names := make([]string, len(results))
	for i, r := range results {
		names[i] = r.Name
	}
	return names
}
