package simtest

import (
	"slices"

	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/simtest/internal/script"
)

// consequence is what came of one tick.
type consequence struct {
	hash    uint64
	events  []uint32
	wishes  []sim.Wish
	effects []int64
}

func (a *consequence) same(b *consequence) bool {
	return a.hash == b.hash && slices.Equal(a.events, b.events) && slices.Equal(a.wishes, b.wishes) && slices.Equal(a.effects, b.effects)
}

// due reports whether fields of inputs and commands are tried at the tick after
// so many.
func (r *reach) due(played int) bool {
	return played%r.every == 0 && (slices.Contains(r.inputs, false) || slices.Contains(r.orders, false))
}

// try plays one tick again and again from a state, each time with other values in
// one field of every input or command, for each field that has made no difference
// yet.
func (r *reach) try(m *match, state []byte, t *script.Tick) {
	if r.trial == nil {
		w, err := sim.Start(m.mode, m.seed)
		if err != nil {
			return // the twins say so
		}
		r.trial = w
	}
	m.acting = r.trial
	usual, ok := r.play(state, t)
	if !ok {
		return
	}
	differs := func(other *script.Tick) bool {
		came, ok := r.play(state, other)
		return ok && !came.same(&usual)
	}
	for i, f := range m.world.InputFields() {
		if !r.inputs[i] {
			other := *t
			other.Inputs = slices.Clone(t.Inputs)
			for k := range other.Inputs {
				in := &other.Inputs[k]
				in.Values = slices.Clone(in.Values)
				in.Values[i] = r.between(f.Min, f.Max)
			}
			r.inputs[i] = differs(&other)
		}
	}
	for i, f := range m.world.CommandFields() {
		if !r.orders[i] && len(t.Commands) > 0 {
			other := *t
			other.Commands = slices.Clone(t.Commands)
			for k := range other.Commands {
				r.change(&other.Commands[k], i, &f)
			}
			r.orders[i] = differs(&other)
		}
	}
}

// change gives one field of a command another value, or as a list others.
func (r *reach) change(c *script.Command, i int, f *sim.CommandField) {
	if !f.List {
		c.Values = slices.Clone(c.Values)
		c.Values[i] = r.between(f.Min, f.Max)
		return
	}
	c.List = nil
	for range r.rng.IntN(f.Most + 1) {
		c.List = append(c.List, r.between(f.Min, f.Max))
	}
}

func (r *reach) between(low, high int32) int32 {
	return int32(int64(low) + r.rng.Int64N(int64(high)-int64(low)+1))
}

// play plays one tick from a state. False: it cannot be played.
func (r *reach) play(state []byte, t *script.Tick) (c consequence, ok bool) {
	w := r.trial
	if w.Restore(state) != nil || t.Admit(w) != nil {
		return c, false
	}
	t.Play(w)
	_, events := w.Events()
	_, effects := w.Effects()
	return consequence{w.Hash(), slices.Clone(events), slices.Clone(w.Wishes()), slices.Clone(effects)}, true
}
