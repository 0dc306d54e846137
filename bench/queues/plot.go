package main

import (
	"fmt"
	"math"
	"strings"
)

// row is a scene with what came of it.
type row struct {
	scene
	figures
}

// Both axes are logarithmic: how many players came per player of a match while the
// oldest of it waited, and how far its entries were apart.
const (
	left, right, top, bottom = 76.0, 700.0, 76.0, 440.0
	fromX, toX               = 0.03, 30.0
	fromY, toY               = 10.0, 1000.0
)

func x(v float64) float64 {
	return left + (right-left)*math.Log(v/fromX)/math.Log(toX/fromX)
}

func y(v float64) float64 {
	return bottom + (top-bottom)*math.Log(v/fromY)/math.Log(toY/fromY)
}

var colours = []string{"#8fd3ff", "#ffd166", "#9be38f", "#ff9a8b", "#c9a7ff", "#f2f2f2"}

// plot draws spread over wait, with the bound.
func plot(rows []row) string {
	var b strings.Builder
	title := "Spread of matches near the mean, by the wait of their oldest entry"
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 500" width="1000" height="500" role="img" aria-label="%s" font-family="system-ui, sans-serif">`+"\n", title)
	b.WriteString(`<rect width="1000" height="500" rx="12" fill="#0e1320"/>` + "\n")
	text(&b, left, 36, "start", 16, "#e8ecf6", title)
	text(&b, left, 60, "start", 12, "#a9b4cc", "rating points, over players who came meanwhile, by the players of a match; simulated, deviation of ratings 350")
	for _, v := range []float64{0.1, 1, 10} {
		line(&b, x(v), top, x(v), bottom, "#24304f", "")
		text(&b, x(v), bottom+20, "middle", 12, "#a9b4cc", fmt.Sprint(v))
	}
	for _, v := range []float64{10, 30, 100, 300, 1000} {
		line(&b, left, y(v), right, y(v), "#24304f", "")
		text(&b, left-8, y(v)+4, "end", 12, "#a9b4cc", fmt.Sprint(v))
	}
	b.WriteString(`<clipPath id="in"><rect x="76" y="76" width="624" height="364"/></clipPath><g clip-path="url(#in)">` + "\n")
	for _, by := range []struct {
		factor float64
		dashes string
	}{{1, ""}, {1.2, "6 4"}} {
		at := func(v float64) float64 { return y(by.factor * bound(1, 1, v)) }
		line(&b, x(fromX), at(fromX), x(toX), at(toX), "#e8ecf6", by.dashes)
	}
	b.WriteString("</g>\n")
	text(&b, 730, 100, "start", 13, "#e8ecf6", "line: the bound; dashed: 1.2 of it")
	var shapes []string
	for _, r := range rows {
		at := -1
		for i, s := range shapes {
			if s == r.shape {
				at = i
			}
		}
		if at < 0 {
			at = len(shapes)
			shapes = append(shapes, r.shape)
			fmt.Fprintf(&b, `<circle cx="735" cy="%d" r="4.5" fill="%s"/>`+"\n", 126+24*at, colours[at%len(colours)])
			text(&b, 748, float64(130+24*at), "start", 13, "#e8ecf6", r.shape)
		}
		fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="4.5" fill="%s"/>`+"\n", x(r.wait*r.rate/float64(r.config.Most())), y(r.spread), colours[at%len(colours)])
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func text(b *strings.Builder, x, y float64, anchor string, size int, fill, is string) {
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="%s" font-size="%d" fill="%s">%s</text>`+"\n", x, y, anchor, size, fill, is)
}

func line(b *strings.Builder, x1, y1, x2, y2 float64, stroke, dashes string) {
	fmt.Fprintf(b, `<path d="M%.1f %.1fL%.1f %.1f" stroke="%s" stroke-dasharray="%s"/>`+"\n", x1, y1, x2, y2, stroke, dashes)
}
