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
	return s.groups()
}

// audienceOf returns the groups that a spectator who watches a seat sees, ascending.
func (s *sight) audienceOf(w *sim.World, seat sim.Seat) []sim.Group {
	s.view.Reset(nil)
	w.Spectate(seat, &s.view)
	return s.groups()
}

func (s *sight) groups() []sim.Group {
	groups := slices.Clone(s.view.Groups())
	slices.Sort(groups)
	return slices.Compact(groups)
}

// look checks what goes out: events, views and groups of rows to players, wishes
// to the room, effects to others. The
// used world is never asked for views: asking must make no difference.
func (m *match) look() error {
	for _, seat := range m.world.Seats() {
		sees, shown := m.sight.of(m.world, seat), m.sight.audienceOf(m.world, seat)
		for _, t := range m.twins {
			if !t.fresh || t.world == nil {
				continue
			}
			if other := m.sight.of(t.world, seat); !slices.Equal(sees, other) {
				return fmt.Errorf("tick %d: View of seat %d sees groups %d, but %d in %s", m.world.Tick(), seat, sees, other, t)
			}
			if other := m.sight.audienceOf(t.world, seat); !slices.Equal(shown, other) {
				return fmt.Errorf("tick %d: Spectate of seat %d shows groups %d, but %d in %s", m.world.Tick(), seat, shown, other, t)
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
		if err := m.sameWishes(t); err != nil {
			return err
		}
		if err := m.sameEffects(t); err != nil {
			return err
		}
		if err := m.sameGroups(t); err != nil {
			return err
		}
	}
	return nil
}

// viewChanges says what a View or a Spectate changed: the used world was not asked.
func (m *match) viewChanges() error {
	for _, t := range m.twins {
		if t.fresh || t.world == nil {
			continue
		}
		if d, differ := sim.Diff(m.world, t.world); differ {
			return fmt.Errorf("tick %d: View or Spectate changes the world: %v: the second was not asked", m.world.Tick(), d)
		}
	}
	return fmt.Errorf("tick %d: View or Spectate changes the world", m.world.Tick())
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

func (m *match) sameWishes(t *twin) error {
	a, b := m.world.Wishes(), t.world.Wishes()
	if slices.Equal(a, b) {
		return nil
	}
	for i := range max(len(a), len(b)) {
		x, y := "nothing more", "nothing more"
		if i < len(a) {
			x = wishText(a[i])
		}
		if i < len(b) {
			y = wishText(b[i])
		}
		if x != y {
			return fmt.Errorf("tick %d: wish %d is %s, but %s in %s", m.world.Tick(), i+1, x, y, t)
		}
	}
	return nil
}

func wishText(w sim.Wish) string {
	return fmt.Sprintf("%s of seat %d with %q", wishMethods[w.Kind], w.Seat, w.Text)
}

func (m *match) sameEffects(t *twin) error {
	a, aValues := m.world.Effects()
	b, bValues := t.world.Effects()
	if slices.Equal(a, b) && slices.Equal(aValues, bValues) {
		return nil
	}
	text := func(records []sim.EffectRecord, values []int64, i int) string {
		if i >= len(records) {
			return "nothing more"
		}
		e := records[i]
		return fmt.Sprintf("%s for seat %d (user %d) with %d", m.world.EffectKinds()[e.Kind].Name, e.Seat, e.User, values[e.First:e.First+e.Count])
	}
	for i := range max(len(a), len(b)) {
		if x, y := text(a, aValues, i), text(b, bValues, i); x != y {
			return fmt.Errorf("tick %d: effect %d is %s, but %s in %s", m.world.Tick(), i+1, x, y, t)
		}
	}
	return nil
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
