package netproto

import (
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/metronome-server/metronome/sim"
)

// Encoder turns a world's ticks into chunks, once per group, and chunks into
// the snapshots of seats. One per world, from Start or Restore on; the room's
// goroutine owns it.
type Encoder struct {
	world  *sim.World
	tick   sim.Tick
	shared *plane
	own    *plane
	signs  [][]bool // of event fields, by kind
	// Of a world that rests between its steps: the tick of the last step, and since
	// which tick a viewer knows the world as it was before this one.
	stepped, level sim.Tick
}

// NewEncoder makes the encoder of a world as it is now: the next Encode after
// a step is the first chunk.
func NewEncoder(w *sim.World) *Encoder {
	e := &Encoder{world: w, shared: newPlane(w, false), own: newPlane(w, true)}
	for _, kind := range w.EventKinds() {
		signs := make([]bool, len(kind.Columns))
		for i, c := range kind.Columns {
			signs[i] = signed(c.Kind)
		}
		e.signs = append(e.signs, signs)
	}
	e.encode()
	return e
}

// Encode writes the chunks of the world's current tick. Call it once after
// each step; again at the same tick it does nothing. A tick that was left out
// makes every seat need keyframes.
func (e *Encoder) Encode() {
	if e.world.Tick() != e.tick {
		e.encode()
	}
}

func (e *Encoder) encode() {
	now := e.world.Tick()
	switch {
	case e.world.AtRest():
		if e.level = e.stepped; e.world.Stepped() {
			e.stepped = now
		}
	case now != e.tick.Add(1):
		e.shared.since, e.own.since = now, now
	}
	e.tick = now
	e.events()
	e.shared.encode(e.tick)
	e.own.encode(e.tick)
}

func (e *Encoder) events() {
	records, values := e.world.Events()
	for _, r := range records {
		g := e.shared.group(r.Group, e.tick)
		g.events = protowire.AppendVarint(g.events, uint64(r.Kind))
		for i, v := range values[r.First : r.First+r.Count] {
			if e.signs[r.Kind][i] {
				v = zigzag(v)
			}
			g.events = protowire.AppendVarint(g.events, uint64(v))
		}
	}
}
