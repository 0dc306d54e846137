package simtest

import (
	"bytes"
	"fmt"

	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/simtest/internal/script"
)

// twin is a world that was restored from the state of the first.
type twin struct {
	kind  string
	fresh bool // each state goes into a new world
	world *sim.World
	since sim.Tick
	left  int // calls of renew until the next state
}

func (t *twin) String() string {
	return fmt.Sprintf("a %s world restored at tick %d", t.kind, t.since)
}

// restore puts the state of now into a twin.
func (m *match) restore(t *twin) error {
	state := m.world.Append(nil)
	if err := m.samePast(t, state); err != nil {
		return err
	}
	t.since = m.world.Tick()
	if t.world == nil || t.fresh {
		w, err := sim.Start(m.mode, m.rng.Uint64())
		if err != nil {
			return fmt.Errorf("calling New again fails: %w", err)
		}
		t.world = w
		if err := sameDeclarations(m.world, w); err != nil {
			return err
		}
	}
	if !t.fresh {
		m.use(t.world)
	}
	if err := t.world.Restore(state); err != nil {
		return fmt.Errorf("tick %d: %s refuses the state: %w", m.world.Tick(), t, err)
	}
	return m.samePast(t, state)
}

// samePast compares the whole state, to which more belongs than is in the hash:
// past positions, the teams of seats, what waits for the step.
func (m *match) samePast(t *twin, state []byte) error {
	if t.world == nil || bytes.Equal(t.world.Append(nil), state) {
		return nil
	}
	if d, differ := sim.Diff(m.world, t.world); differ {
		return m.differs(d, t, "in the state")
	}
	return fmt.Errorf("tick %d: the History of a table has other positions in %s", m.world.Tick(), t)
}

// use plays something else in a world.
func (m *match) use(w *sim.World) {
	m.acting = w
	s := script.New(w, 1+m.rng.IntN(m.players), m.rng.Uint64())
	for n := m.rng.IntN(12); n > 0 && !w.Over(); n-- {
		t := s.Next(w)
		// The script knows who is seated.
		_ = t.Admit(w)
		t.Play(w)
	}
}

// compare names the first place where a twin is not as the first world.
func (m *match) compare(t *twin, part string) error {
	if t.world.Hash() == m.hash {
		return nil
	}
	d, _ := sim.Diff(m.world, t.world)
	return m.differs(d, t, part)
}

func (m *match) differs(d sim.Difference, t *twin, part string) error {
	return fmt.Errorf("tick %d, %s: %v: the second is in %s", m.world.Tick(), part, d, t)
}
