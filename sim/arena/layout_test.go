package arena

import (
	"strings"
	"testing"

	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/geo"
)

func TestMap(t *testing.T) {
	for mode, side := range map[string]int{"ffa": 4096, "teams": 4096, "duel": 2048, "open": 30 * CellSide} {
		l, ok := Map(mode)
		if !ok || l.Size != (sim.Vec{X: unit(side), Y: unit(side)}) || len(l.Walls) == 0 || len(l.Spots) == 0 {
			t.Errorf("%s: %v, size %v, %d walls, %d spots", mode, ok, l.Size, len(l.Walls), len(l.Spots))
		}
	}
	if _, ok := Map("chess"); ok {
		t.Error("a map of an unknown mode")
	}
}

func TestLayoutFaults(t *testing.T) {
	at := func(x, y int) sim.Vec { return sim.Vec{X: unit(x), Y: unit(y)} }
	for _, row := range []struct {
		name   string
		change func(c *Config)
		want   string // part of the fault; empty for none
	}{
		{"as it is", func(*Config) {}, ""},
		{"smallest", func(c *Config) { c.Layout.Size = at(512, 512) }, ""},
		{"too small", func(c *Config) { c.Layout.Size = at(512, 511) }, "Layout.Size"},
		{"largest", func(c *Config) { c.Layout.Size = at(44*1024, 512) }, ""},
		{"too large", func(c *Config) { c.Layout.Size = at(44*1024+1, 512) }, "Layout.Size"},
		{"wall up to the edge", func(c *Config) { c.Layout.Walls = []Rect{box(968, 0, 1000, 32)} }, ""},
		{"wall outside", func(c *Config) { c.Layout.Walls = []Rect{box(969, 0, 1001, 32)} }, "outside"},
		{"thin wall", func(c *Config) { c.Layout.Walls = []Rect{box(10, 10, 41, 100)} }, "thinner"},
		{"wall inside out", func(c *Config) { c.Layout.Walls = []Rect{box(100, 100, 10, 10)} }, "thinner"},
		{"pickup", func(c *Config) { c.Layout.Spots = []Spot{{at(0, 1000), PickupRail}} }, ""},
		{"pickup outside", func(c *Config) { c.Layout.Spots = []Spot{{at(0, 1001), PickupRail}} }, "outside"},
		{"kind 0", func(c *Config) { c.Layout.Spots = []Spot{{at(9, 9), 0}} }, "kind 0"},
		{"kind 4", func(c *Config) { c.Layout.Spots = []Spot{{at(9, 9), 4}} }, "kind 4"},
		{"pickup in a wall", func(c *Config) {
			c.Layout.Walls = []Rect{box(10, 10, 50, 50)}
			c.Layout.Spots = []Spot{{at(30, 30), PickupRail}}
		}, "inside a wall"},
		{"bases without teams", func(c *Config) { c.Layout.Bases = []Rect{box(0, 0, 9, 9)} }, "1 bases for 0 teams"},
		{"a base missing", func(c *Config) { c.Teams, c.Layout.Bases = 2, []Rect{box(0, 0, 9, 9)} }, "1 bases for 2 teams"},
	} {
		c := empty(1000)
		row.change(&c)
		err := c.Validate()
		if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
			t.Errorf("%s: %v", row.name, err)
		}
	}
}

func TestLayoutsAreFair(t *testing.T) {
	for _, m := range modes[:3] {
		l := m.rules().Layout
		for _, w := range l.Walls {
			flip := Rect{Min: sim.Vec{X: l.Size.X - w.Max.X, Y: w.Min.Y}, Max: sim.Vec{X: l.Size.X - w.Min.X, Y: w.Max.Y}}
			found := false
			for _, v := range l.Walls {
				found = found || v == flip
			}
			if !found {
				t.Errorf("%s: wall %v has no mirror image", m.name, w)
			}
		}
	}
}

// No wall may close a place in: every free square of 64 units is reached from
// the middle spot's first free one.
func TestEveryPlaceCanBeReached(t *testing.T) {
	for _, m := range modes {
		c := m.rules()
		if c.Cells {
			c.Layout = plain(50)
		}
		g := geo.NewGround(c.Layout.Size, c.Layout.Walls, unit(c.Ship.Radius), sim.Int(32))
		n := int(c.Layout.Size.X >> 14)
		at := func(i int) sim.Vec { return sim.Vec{X: unit(i%n*64 + 32), Y: unit(i/n*64 + 32)} }
		seen := make([]bool, n*n)
		var queue []int
		free := 0
		for i := range n * n {
			if !g.Blocked(at(i)) {
				if free++; len(queue) == 0 {
					queue, seen[i] = append(queue, i), true
				}
			}
		}
		reached := 0
		for ; len(queue) > 0; reached++ {
			i := queue[len(queue)-1]
			queue = queue[:len(queue)-1]
			for _, d := range []int{-1, 1, -n, n} {
				j := i + d
				if j < 0 || j >= n*n || d*d == 1 && j/n != i/n || seen[j] || g.Blocked(at(j)) {
					continue
				}
				seen[j], queue = true, append(queue, j)
			}
		}
		if reached != free || free < n*n/2 {
			t.Errorf("%s: %d of %d free places can be reached", m.name, reached, free)
		}
	}
}
