package simtest

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"runtime/debug"

	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/simtest/internal/script"
)

// match is a world and those that must do exactly as it does.
type match struct {
	config
	mode     sim.Mode
	rng      *rand.Rand
	passTime func()
	earlier  *tally // what matches before have come to

	world  *sim.World
	acting *sim.World // whose rules run now
	hash   uint64     // of world
	played int        // ticks, those at rest included
	script *script.Script
	twins  []*twin
	sight  sight
	reach  *reach
}

func newMatch(c config, mode sim.Mode, passTime func(), earlier *tally) *match {
	return &match{config: c, mode: mode, passTime: passTime, earlier: earlier, rng: rand.New(rand.NewPCG(c.seed, 1))}
}

// play returns the first fault, or nil. A panic of the game is a fault too.
func (m *match) play() (fault error) {
	defer func() {
		if cause := recover(); cause != nil {
			fault = fmt.Errorf("it panics at tick %d: %v\n%s", m.acting.Tick(), cause, debug.Stack())
		}
	}()
	m.acting = new(sim.World) // of tick 0, while New runs
	if m.world, fault = sim.Start(m.mode, m.seed); fault != nil {
		return fault
	}
	m.acting, m.hash = m.world, m.world.Hash()
	m.script = script.New(m.world, m.players, m.seed)
	m.sight = newSight(m.mode.Seats)
	m.reach = newReach(m.world, m.config, m.earlier)
	m.twins = []*twin{{kind: "fresh", fresh: true}, {kind: "used"}}
	for m.played = 0; m.played < m.ticks && !m.over(); m.played++ {
		if fault = m.tick(); fault != nil {
			return fault
		}
	}
	if m.world.Ended() {
		return m.end()
	}
	return nil
}

// over reports whether nothing more can happen: the rules have ended the match,
// or nobody is in the room and nobody can come.
func (m *match) over() bool {
	return m.world.Over() || m.world.Locked() && len(m.world.Seats()) == 0
}

// end looks at a match that its rules have ended: there is no step after the
// last one, in worlds that are restored from there neither.
func (m *match) end() error {
	for _, twin := range m.twins {
		if err := m.restore(twin); err != nil {
			return err
		}
	}
	last := m.hash
	err := m.all("after the end", func(w *sim.World) error {
		w.Step()
		return nil
	})
	if err == nil && m.hash != last {
		return fmt.Errorf("tick %d: there is a step after the end", m.world.Tick())
	}
	return err
}

// tick plays one tick on every world and compares them after each part of it.
func (m *match) tick() error {
	t := m.script.Next(m.world)
	if err := m.renew(); err != nil {
		return err
	}
	var before []byte
	if m.reach.due(m.played) {
		before = m.world.Append(nil)
	}
	if len(t.Join)+len(t.Leave) > 0 {
		if err := m.all("after joins and leaves", t.Admit); err != nil {
			return err
		}
		if err := m.renew(); err != nil {
			return err
		}
	}
	err := m.all("after the step", func(w *sim.World) error {
		t.Play(w)
		return nil
	})
	if err != nil {
		return err
	}
	if err := m.look(); err != nil {
		return err
	}
	m.reach.see(m.world, &t)
	if before != nil {
		m.reach.try(m, before, &t)
	}
	return nil
}

// all does the same to every world, each at another time, and compares.
func (m *match) all(part string, do func(*sim.World) error) error {
	m.acting = m.world
	if err := do(m.world); err != nil {
		return fmt.Errorf("tick %d: %w", m.world.Tick(), err)
	}
	m.hash = m.world.Hash()
	for _, twin := range m.twins {
		if twin.world == nil {
			continue
		}
		m.passTime()
		m.acting = twin.world
		if err := do(twin.world); err != nil {
			return fmt.Errorf("tick %d, %s: %w", m.world.Tick(), twin, err)
		}
		if err := m.compare(twin, part); err != nil {
			return err
		}
	}
	return nil
}

// renew gives twins whose time is up the state of now.
func (m *match) renew() error {
	for _, twin := range m.twins {
		if twin.left--; twin.left > 0 {
			continue
		}
		// Often short, to restore in many states; at times long, for what takes
		// long to matter. Never as long as the match.
		most := max(1, min(10, bits.Len(uint(m.ticks))-1))
		twin.left = 1 + m.rng.IntN(1<<m.rng.IntN(most))
		m.passTime()
		if err := m.restore(twin); err != nil {
			return err
		}
	}
	return nil
}
