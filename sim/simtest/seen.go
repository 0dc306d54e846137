package simtest

import "github.com/metronome-server/metronome/sim"

// Seen packs what a seat sees of a world, as [sim.Ahead.Load] takes it and as the
// TypeScript SDK packs a snapshot: rows of the groups in view, and its own ones whole.
func Seen(w *sim.World, seat sim.Seat, view *sim.View) []uint32 {
	view.Reset(nil)
	w.View(seat, view)
	groups := map[sim.Group]bool{0: true}
	for _, g := range view.Groups() {
		groups[g] = true
	}
	tables := w.Tables()
	words := make([]uint32, 2*len(tables))
	for i, t := range tables {
		var shared, own []int32
		for slot := range t.High() {
			if t.Alive(slot/64)>>(slot%64)&1 == 0 {
				continue
			}
			if groups[t.Group(slot)] {
				shared = append(shared, int32(slot))
			}
			if t.Owner(slot) == seat {
				own = append(own, int32(slot))
			}
		}
		rows, n := pack(t, shared, false)
		words[2*i] = n
		words = append(words, rows...)
		rows, n = pack(t, own, true)
		words[2*i+1] = n
		words = append(words, rows...)
	}
	return words
}

// pack returns the rows of one plane of a table, and how many they are: none where the
// plane has no columns.
func pack(t sim.TableView, slots []int32, private bool) (words []uint32, rows uint32) {
	var columns []int
	for i, c := range t.Columns() {
		if !c.Local && c.Private == private {
			columns = append(columns, i)
		}
	}
	if len(columns) == 0 {
		return nil, 0
	}
	for _, slot := range slots {
		words = append(words, uint32(slot+1))
	}
	if !private {
		for _, slot := range slots {
			words = append(words, uint32(t.Reuse(int(slot)))+1)
		}
	}
	for _, c := range columns {
		values := make([]uint32, len(slots))
		t.Gather(c, slots, values)
		words = append(words, values...)
	}
	return words, uint32(len(slots))
}
