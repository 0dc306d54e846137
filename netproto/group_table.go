package netproto

import "github.com/metronome-server/metronome/sim"

// nearGroups is below which number a group is found without hashing. Why 32,768:
// games count their cells and teams from 0, seats end there, and it is 256 KB
// at most.
const nearGroups = 1 << 15

// groupTable finds groups by their numbers.
type groupTable struct {
	near []*group // by number; grows to what is used
	far  map[sim.Group]*group
}

// get returns a group, nil when there is none.
func (t *groupTable) get(id sim.Group) *group {
	if int(id) < len(t.near) {
		return t.near[id]
	}
	if id < nearGroups {
		return nil
	}
	return t.far[id]
}

// put adds a group, or takes it out when g is nil.
func (t *groupTable) put(id sim.Group, g *group) {
	switch {
	case id < nearGroups:
		for int(id) >= len(t.near) {
			t.near = append(t.near, nil)
		}
		t.near[id] = g
	case g == nil:
		delete(t.far, id)
	default:
		if t.far == nil {
			t.far = map[sim.Group]*group{}
		}
		t.far[id] = g
	}
}
