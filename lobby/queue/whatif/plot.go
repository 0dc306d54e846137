package whatif

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
)

// plot is a chart of lines.
type plot struct {
	title, x, y string
	// logX has x grow by factors; leastX is where it begins then, and what is less is
	// drawn there.
	logX   bool
	leastX float64
	// most is where y ends, 0: with the highest point.
	most  float64
	lines []line
}

// line is one line of a plot.
type line struct {
	colour int // of the page's colours, from 0 on
	dashed bool
	points []point
}

type point struct{ x, y float64 }

// The plot's size and its margins, in units of its own: a page scales it.
const (
	width, height            = 640, 320
	left, right, top, bottom = 64, 16, 12, 48
)

// svg draws the plot. Colours are classes of the page: c0, c1, and so on.
func (p *plot) svg() string {
	xs, ys := p.spans()
	at := func(q point) (float64, float64) {
		return left + (p.across(q.x)-p.across(xs.least))/(p.across(xs.most)-p.across(xs.least))*(width-left-right),
			height - bottom - (q.y-ys.least)/(ys.most-ys.least)*(height-top-bottom)
	}
	var svg strings.Builder
	_, _ = fmt.Fprintf(&svg, `<svg viewBox="0 0 %d %d" role="img" aria-label="%s">`, width, height, html.EscapeString(p.title))
	for _, v := range p.ticksX(xs) {
		x, _ := at(point{v, ys.least})
		_, _ = fmt.Fprintf(&svg, `<path class="grid" d="M%.1f %dV%d"/><text x="%.1f" y="%d" text-anchor="middle">%s</text>`, x, top, height-bottom, x, height-bottom+18, figure(v))
	}
	for _, v := range ticks(ys, 5) {
		_, y := at(point{xs.least, v})
		_, _ = fmt.Fprintf(&svg, `<path class="grid" d="M%d %.1fH%d"/><text x="%d" y="%.1f" text-anchor="end">%s</text>`, left, y, width-right, left-8, y+4, figure(v))
	}
	for _, l := range p.lines {
		if len(l.points) == 0 {
			continue
		}
		var d strings.Builder
		for i, q := range l.points {
			x, y := at(q)
			_, _ = fmt.Fprintf(&d, "%c%.1f %.1f", "ML"[min(i, 1)], x, y)
		}
		dashed := ""
		if l.dashed {
			dashed = " dashed"
		}
		_, _ = fmt.Fprintf(&svg, `<path class="line c%d%s" d="%s"/>`, l.colour, dashed, d.String())
	}
	_, _ = fmt.Fprintf(&svg, `<text x="%d" y="%d" text-anchor="middle">%s</text>`, (left+width-right)/2, height-8, html.EscapeString(p.x))
	_, _ = fmt.Fprintf(&svg, `<text transform="translate(14 %d) rotate(-90)" text-anchor="middle">%s</text></svg>`, (top+height-bottom)/2, html.EscapeString(p.y))
	return svg.String()
}

// across is where a value of x lies, up to scale.
func (p *plot) across(x float64) float64 {
	if p.logX {
		return math.Log10(max(x, p.leastX))
	}
	return x
}

// spans is what the axes show: all points, and y from 0 on.
func (p *plot) spans() (xs, ys span) {
	ys.add(0)
	for _, l := range p.lines {
		for _, q := range l.points {
			if p.logX {
				q.x = max(q.x, p.leastX)
			}
			xs.add(q.x)
			ys.add(q.y)
		}
	}
	if p.logX {
		xs.add(p.leastX)
	}
	if p.most > 0 {
		ys.most = p.most
	}
	// An axis has a length though all values are one.
	if xs.most <= xs.least {
		xs.most = xs.least + max(1, math.Abs(xs.least))
	}
	if ys.most <= 0 {
		ys.most = 1
	}
	return xs, ys
}

func (p *plot) ticksX(xs span) []float64 {
	if !p.logX {
		return ticks(xs, 7)
	}
	var at []float64
	steps := []float64{1, 2, 5}
	if xs.most/xs.least > 1000 {
		steps = steps[:1]
	}
	for decade := math.Floor(math.Log10(xs.least)); decade <= math.Log10(xs.most); decade++ {
		for _, s := range steps {
			if v := s * math.Pow(10, decade); v >= xs.least*0.999 && v <= xs.most*1.001 {
				at = append(at, v)
			}
		}
	}
	return at
}

// ticks returns round values of a span, about so many.
func ticks(s span, about int) []float64 {
	raw := s.width() / float64(about)
	step := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, by := range []float64{1, 2, 5, 10} {
		if step*by >= raw {
			step *= by
			break
		}
	}
	var at []float64
	for i := math.Ceil(s.least / step); i*step <= s.most*(1+1e-9); i++ {
		at = append(at, i*step)
	}
	return at
}

// figure is a number of an axis: 0.1, 20, 1500.
func figure(v float64) string {
	return strconv.FormatFloat(math.Round(v*1000)/1000, 'f', -1, 64)
}

// shares is how sorted values are distributed: to each the part that is not above it,
// in %. Some 200 points are enough for a line.
func shares(sorted []float64) []point {
	const most = 200
	var points []point
	n := len(sorted)
	for i := range min(n, most) {
		at := (i + 1) * n / min(n, most)
		points = append(points, point{sorted[at-1], 100 * float64(at) / float64(n)})
	}
	return points
}
