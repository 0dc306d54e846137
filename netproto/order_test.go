package netproto

import (
	"errors"
	"testing"
)

// TestOrder sends frames one after the other through one Order.
func TestOrder(t *testing.T) {
	var o Order
	for _, c := range []struct {
		name    string
		frame   ServerFrame
		follows bool
	}{
		{"nothing before it", ServerFrame{Tick: 4}, false},
		{"needs nothing", ServerFrame{Tick: 5, Key: true}, true},
		{"the next", ServerFrame{Tick: 6}, true},
		{"covers two that were left out", ServerFrame{Tick: 9, Skipped: 2}, true},
		{"one is missing", ServerFrame{Tick: 11}, false},
		{"after a gap", ServerFrame{Tick: 12}, false},
		{"needs nothing, at any tick", ServerFrame{Tick: 3, Key: true}, true},
		{"the same again", ServerFrame{Tick: 3}, false},
	} {
		err := o.Follow(&c.frame)
		if (err == nil) != c.follows || o.Synced() != c.follows || err != nil && !errors.Is(err, ErrGap) {
			t.Fatalf("%s: %v, synced %v", c.name, err, o.Synced())
		}
		if c.follows && o.Tick() != c.frame.Tick {
			t.Fatalf("%s: at tick %d", c.name, o.Tick())
		}
	}
}
