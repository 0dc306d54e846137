package netproto

import (
	"math"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

func TestGroupTable(t *testing.T) {
	var table groupTable
	ids := []sim.Group{7, 0, nearGroups - 1, nearGroups, math.MaxUint32}
	for _, id := range ids {
		if table.get(id) != nil {
			t.Fatalf("group %d is there already", id)
		}
		table.put(id, &group{id: id})
	}
	for _, id := range ids {
		if g := table.get(id); g == nil || g.id != id {
			t.Fatalf("group %d: %v", id, g)
		}
	}
	if len(table.far) != 2 || table.get(8) != nil || table.get(nearGroups+1) != nil {
		t.Fatalf("%d are far; 8: %v", len(table.far), table.get(8))
	}
	for _, id := range ids {
		table.put(id, nil)
		if table.get(id) != nil {
			t.Fatalf("group %d is still there", id)
		}
	}
}
