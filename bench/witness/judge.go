package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"math/bits"
	"os"
	"slices"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/replay"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
)

// sumRow hashes one row.
func sumRow(table int, id uint32, values []uint32) uint64 {
	b := binary.LittleEndian.AppendUint32([]byte{byte(table)}, id)
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	h := fnv.New64a()
	_, _ = h.Write(b)
	return h.Sum64()
}

// court holds notes against the world of a replay.
type court struct {
	notes       map[sim.Tick][]note
	held, ticks int
	groups      int
	faults      []error
}

// judge replays a journal by the rules of an arena's mode and compares all notes.
func judge(journal, rules string, notes map[sim.Tick][]note) error {
	file, err := os.Open(journal)
	if err != nil {
		return err
	}
	defer file.Close()
	c := &court{notes: notes}
	config, ok := arena.ConfigOf(rules)
	if !ok {
		return fmt.Errorf("the arena has no mode %q", rules)
	}
	find := func(name string) (sim.Mode, bool) { return arena.Mode(name, name, config), true }
	replay, err := replay.Play(file, find, c.hear)
	if err != nil {
		return err
	}
	fmt.Printf("journal: %d ticks replayed, every hash equal; %d notes at %d ticks, %d groups compared, %d differ\n",
		replay.Ticks, c.held, c.ticks, c.groups, len(c.faults))
	if len(notes) > c.ticks {
		return fmt.Errorf("%d ticks with notes are not in the journal, which ends at %d", len(notes)-c.ticks, replay.Last)
	}
	if c.held == 0 {
		return errors.New("nobody noted anything")
	}
	return errors.Join(c.faults[:min(len(c.faults), 10)]...)
}

// hear compares the notes of one tick.
func (c *court) hear(w *sim.World) {
	notes := c.notes[w.Tick()]
	if len(notes) == 0 {
		return
	}
	c.ticks++
	groups, own := truth(w)
	for _, n := range notes {
		c.held++
		if n.sums.own != own[n.seat] {
			c.faults = append(c.faults, fmt.Errorf("tick %d, seat %d: its own rows differ", w.Tick(), n.seat))
		}
		// What it sees, and what it still sees although it need not.
		var view sim.View
		view.See(0)
		w.View(n.seat, &view)
		ids := map[uint32]bool{}
		for _, g := range view.Groups() {
			ids[uint32(g)] = true
		}
		for g := range n.sums.groups {
			ids[g] = true
		}
		for g := range ids {
			c.groups++
			if n.sums.groups[g] != groups[g] {
				c.faults = append(c.faults, fmt.Errorf("tick %d, seat %d: group %d differs", w.Tick(), n.seat, g))
			}
		}
	}
}

// truth sums up a world: by group, and what is private by owner.
func truth(w *sim.World) (groups map[uint32]uint64, own map[sim.Seat]uint64) {
	groups, own = map[uint32]uint64{}, map[sim.Seat]uint64{}
	schema := netproto.SchemaOf(w)
	for table, view := range w.Tables() {
		public, private := split(schema.GetTable()[table])
		for slot := range slots(view) {
			id := uint32(slot) + 1
			groups[uint32(view.Group(slot))] += sumRow(table, id, values(view, public, slot))
			if owner := view.Owner(slot); owner != 0 && len(private) > 0 {
				own[owner] += sumRow(table, id, values(view, private, slot))
			}
		}
	}
	return groups, own
}

// slots visits a table's rows.
func slots(v sim.TableView) func(func(int) bool) {
	return func(yield func(int) bool) {
		for word := range (v.High() + 63) / 64 {
			for alive := v.Alive(word); alive != 0; alive &= alive - 1 {
				if !yield(word*64 + bits.TrailingZeros64(alive)) {
					return
				}
			}
		}
	}
}

// values are a row's columns by name, as a mirror has them.
func values(v sim.TableView, names []string, slot int) []uint32 {
	row := make([]uint32, len(names))
	for i, name := range names {
		column := slices.IndexFunc(v.Columns(), func(c sim.Column) bool { return c.Name == name })
		v.Gather(column, []int32{int32(slot)}, row[i:i+1])
	}
	return row
}
