package simtest

import (
	"fmt"
	"slices"

	"github.com/metronome-server/metronome/sim"
)

// sight is what every seat saw last, as a room keeps it.
type sight struct {
	saw  [][]sim.Group // by seat, ascending
	view sim.View
}

func newSight(seats int) sight { return sight{saw: make([][]sim.Group, seats+1)} }

// of returns the groups that a seat of the world sees, ascending.
func (s *sight) of(w *sim.World, seat sim.Seat) []sim.Group {
	s.view.Reset(s.saw[seat])
	w.View(seat, &s.view)
	groups := slices.Clone(s.view.Groups())
	slices.Sort(groups)
	return slices.Compact(groups)
}

// look checks what goes out to players: events, views and groups of rows. The
// used world is never asked for views: asking must make no difference.
func (m *match) look() error {
	for _, seat := range m.world.Seats() {
		sees := m.sight.of(m.world, seat)
		for _, t := range m.twins {
			if !t.fresh || t.world == nil {
				continue
			}
			if other := m.sight.of(t.world, seat); !slices.Equal(sees, other) {
				return fmt.Errorf("tick %d: View of seat %d sees groups %d, but %d in %s", m.world.Tick(), seat, sees, other, t)
			}
		}
		m.sight.saw[seat] = sees
	}
	if m.world.Hash() != m.hash {
		return m.viewChanges()
	}
	for _, t := range m.twins {
		if t.world == nil {
			continue
		}
		if err := m.sameEvents(t); err != nil {
			return err
		}
		if err := m.sameGroups(t); err != nil {
			return err
		}
	}
	return nil
}

// viewChanges says what a View changed: the used world was not asked.
func (m *match) viewChanges() error {
	for _, t := range m.twins {
		if t.fresh || t.world == nil {
			continue
		}
		if d, differ := sim.Diff(m.world, t.world); differ {
			return fmt.Errorf("tick %d: View changes the world: %v: the second was not asked", m.world.Tick(), d)
		}
	}
	return fmt.Errorf("tick %d: View changes the world", m.world.Tick())
}

func (m *match) sameEvents(t *twin) error {
	a, aValues := m.world.Events()
	b, bValues := t.world.Events()
	if slices.Equal(a, b) && slices.Equal(aValues, bValues) {
		return nil
	}
	kinds := m.world.EventKinds()
	for i := range min(len(a), len(b)) {
		x, y := a[i], b[i]
		if x != y || !slices.Equal(aValues[x.First:x.First+x.Count], bValues[y.First:y.First+y.Count]) {
			return fmt.Errorf("tick %d: event %d, %s in group %d, is %s in group %d or has other fields in %s",
				m.world.Tick(), i, kinds[x.Kind].Name, x.Group, kinds[y.Kind].Name, y.Group, t)
		}
	}
	return fmt.Errorf("tick %d: %d events, but %d in %s", m.world.Tick(), len(a), len(b), t)
}

func (m *match) sameGroups(t *twin) error {
	others := t.world.Tables()
	for i, table := range m.world.Tables() {
		if !table.Grouped() {
			continue
		}
		for slot := range table.High() {
			if table.Alive(slot/64)>>(slot%64)&1 == 0 {
				continue
			}
			if a, b := table.Group(slot), others[i].Group(slot); a != b {
				return fmt.Errorf("tick %d: table %s, row %d is in group %d, but in %d in %s",
					m.world.Tick(), table.Name(), slot+1, a, b, t)
			}
		}
	}
	return nil
}
