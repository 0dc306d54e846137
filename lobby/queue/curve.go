package queue

import (
	"sort"
	"time"
)

// Point of a curve: the value from when an entry has waited so long.
type Point struct {
	Waited time.Duration
	Value  float64
}

// Curve is a value over waiting time: straight between its points, which are in
// order, the first's before it and the last's after it.
type Curve []Point

// At returns the value after waiting so long; otherwise when the curve is empty.
func (c Curve) At(waited time.Duration, otherwise float64) float64 {
	return c.after(sort.Search(len(c), func(i int) bool { return c[i].Waited > waited }), waited, otherwise)
}

// after returns the value at a time that comes after i points of the curve.
func (c Curve) after(i int, waited time.Duration, otherwise float64) float64 {
	switch {
	case len(c) == 0:
		return otherwise
	case i == 0:
		return c[0].Value
	case i == len(c):
		return c[i-1].Value
	}
	from, to := c[i-1], c[i]
	return from.Value + (to.Value-from.Value)*float64(waited-from.Waited)/float64(to.Waited-from.Waited)
}
