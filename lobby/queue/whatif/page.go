package whatif

import (
	_ "embed"
	"html/template"
	"io"
	"slices"
	"time"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

// MaxResults is how many results a page can tell apart by colour.
const MaxResults = 8

// WritePage writes one HTML file with the table and the plots of results, at most
// MaxResults. It needs no other file, no script and no network.
func WritePage(w io.Writer, h *History, results []*Result) error {
	type drawn struct {
		Title, About string
		SVG          template.HTML
	}
	data := struct {
		Queue, From, To string
		Names           []string
		Rows            []Row
		Plots           []drawn
	}{Queue: h.Queue, From: h.From.UTC().Format(time.DateTime), To: h.To.UTC().Format(time.DateTime), Names: namesOf(results), Rows: Table(results)}
	for _, p := range plotsOf(results) {
		// Drawn here, of numbers and escaped text.
		data.Plots = append(data.Plots, drawn{p.title, p.about, template.HTML(p.svg())})
	}
	return page.Execute(w, data)
}

// described is a plot with a sentence about it.
type described struct {
	plot
	about string
}

func plotsOf(results []*Result) []described {
	waits := described{plot{title: "Waits", x: "seconds waited", y: "% of the matched", logX: true, leastX: 0.1, most: 100},
		"Further left is shorter: the part of the matched entries that had waited no longer."}
	spreads := described{plot{title: "Spreads", x: "rating", y: "% of the matches", most: 100},
		"Further left is fairer: the part of the matches whose entries were no further apart."}
	length := described{plot{title: "Length of the queue", x: "minutes", y: "entries waiting"},
		"The longest in each moment."}
	rated := described{plot{title: "Wait by rating", x: "rating", y: "seconds waited"},
		"Median; dashed, what nine of ten do not exceed. Each point has as many entries as the next."}
	for i, r := range results {
		seconds := make([]float64, len(r.Waits))
		for j, d := range r.Waits {
			seconds[j] = d.Seconds()
		}
		waits.lines = append(waits.lines, line{colour: i, points: shares(seconds)})
		spreads.lines = append(spreads.lines, line{colour: i, points: shares(r.Spreads)})
		var over []point
		for _, s := range r.Length {
			over = append(over, point{s.At.Minutes(), float64(s.Waiting)})
		}
		length.lines = append(length.lines, line{colour: i, points: over})
		median, nine := byRating(r.WaitByRating)
		rated.lines = append(rated.lines, line{colour: i, points: median}, line{colour: i, points: nine, dashed: true})
	}
	return []described{waits, spreads, length, rated}
}

// byRating is the wait of entries by their rating: the median and what nine of ten do
// not exceed, each over groups of equally many.
func byRating(sorted []RatedWait) (median, nine []point) {
	const groups = 24
	n := min(groups, len(sorted))
	for i := range n {
		group := sorted[i*len(sorted)/n : (i+1)*len(sorted)/n]
		waits := make([]time.Duration, len(group))
		rating := 0.0
		for j, e := range group {
			waits[j] = e.Waited
			rating += e.Rating / float64(len(group))
		}
		slices.Sort(waits)
		half, _ := quantile(waits, 0.5)
		most, _ := quantile(waits, 0.9)
		median, nine = append(median, point{rating, half.Seconds()}), append(nine, point{rating, most.Seconds()})
	}
	return median, nine
}
