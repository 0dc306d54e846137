// Package sizes uses int where its size shows, and sorts without an order.
package sizes

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/metronome-server/metronome/sim"
)

type row struct{ A, B uint32 }
type input struct{ A int32 }

type rules struct {
	w    *sim.World
	rows *sim.Table[row]
	in   *sim.Input[input]
	cost int
}

func (r *rules) Join(s sim.Seat, _ sim.Entrant) { r.rows.Add(row{A: uint32(s)}) }

func (r *rules) Leave(s sim.Seat) {
	for ref, row := range r.rows.All {
		if row.A == uint32(s) {
			r.rows.Remove(ref)
		}
	}
}

func (r *rules) Step(in *sim.Inputs) {
	for ref, row := range r.rows.All {
		d := int(r.in.Of(sim.Seat(row.A)).A)
		row.B += uint32(d * d / 1000)                // want "int may need more than the 32 bits"
		row.B += uint32(d + d)                       // want "int may need more"
		row.B += uint32(-d)                          // want "int may need more"
		d *= 2                                       // want "int may need more"
		row.B += uint32(int(row.A) / 3)              // want "int may need more"
		row.B += uint32(uint(in.Seen(1)) - uint(20)) // want "uint may need more"
		row.B += uint32(scale(int(row.B >> 8)))
		row.B += uint32(hash([]uint8{1, 2, uint8(row.B)}))
		if int(r.w.Tick())%30 == 0 { // want "int may need more"
			row.B++
		}
		if far := math.MaxInt; far > d { // want "int may need more"
			row.B++
		}
		if r.cost > 1<<33 { // want "int may need more"
			row.B++
		}
		row.B += uint32(ref)                   // want "a sim.Ref that is cut"
		if r.rows.Get(sim.Ref(row.A)) != nil { // want "a sim.Ref made of a number"
			row.B++
		}
	}
	r.sort()
}

// scale is given up to 24 bits.
func scale(n int) int { return n * 1000 } // want "int may need more"

// hash grows by a factor with every letter.
func hash(text []uint8) int {
	h := 7
	for _, c := range text {
		h = h*31 + int(c) // want "int may need more"
	}
	return h
}

type pair struct{ key, val uint32 }

type byKey []pair

func (b byKey) Len() int           { return len(b) }
func (b byKey) Less(i, j int) bool { return b[i].key < b[j].key }
func (b byKey) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }

func (r *rules) sort() {
	var all []pair
	for _, row := range r.rows.All {
		all = append(all, pair{row.B & 1, row.A})
	}
	slices.SortFunc(all, func(a, b pair) int { return cmp.Compare(a.key, b.key) })             // want "slices.SortFunc: the order of equals"
	slices.SortFunc(all, func(a, b pair) int { return int(a.key) - int(b.key) })               // want "slices.SortFunc: the order of equals" "int may need more"
	sort.Slice(all, func(i, j int) bool { return all[i].key < all[j].key })                    // want "sort.Slice: the order of equals"
	sort.Sort(byKey(all))                                                                      // want "sort.Sort: the order of equals"
	all = slices.SortedFunc(slices.Values(all), func(a, b pair) int { return int(a.key & 1) }) // want "slices.SortedFunc: the order of equals"
	_ = strings.Compare
}

func (r *rules) View(sim.Seat, *sim.View) {}

// Mode is it.
var Mode = sim.Mode{Name: "sizes", Hz: 30, Seats: 20, New: func(w *sim.World) sim.Rules {
	return &rules{w, sim.NewTable[row](w, "row", 20), sim.NewInput[input](w), 5}
}}
