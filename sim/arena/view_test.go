package arena

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// look returns what a seat sees, given what it saw before.
func (b *bench) look(seat sim.Seat, before []sim.Group) []sim.Group {
	var v sim.View
	v.Reset(before)
	b.w.View(seat, &v)
	groups := slices.Clone(v.Groups())
	slices.Sort(groups)
	return groups
}

// columns returns the columns of the groups of a world 8 cells wide.
func columns(groups []sim.Group) []int {
	var c []int
	for _, g := range groups {
		c = append(c, int(g-1)%8)
	}
	slices.Sort(c)
	return slices.Compact(c)
}

// inCells is a world of 8 x 8 cells.
func inCells(t testing.TB, players int) *bench {
	c := empty(8 * CellSide)
	c.Cells, c.Rail.Range, c.Blaster.LifeMS = true, 1000, 1100
	b := play(t, c, players)
	b.steps(1, nil)
	return b
}

func TestViewHasHysteresis(t *testing.T) {
	b := inCells(t, 1)
	var seen []sim.Group
	for _, row := range []struct {
		x    int
		want []int
	}{
		{3*CellSide + 500, []int{2, 3, 4}},
		{4*CellSide - 1, []int{2, 3, 4}},
		{4 * CellSide, []int{2, 3, 4, 5}},           // over the edge: column 2 stays
		{4*CellSide + letGo - 1, []int{2, 3, 4, 5}}, //
		{4*CellSide + letGo, []int{3, 4, 5}},        // far enough: it goes
		{4*CellSide - 1, []int{2, 3, 4, 5}},         // and back: 5 stays
		{4*CellSide - letGo, []int{2, 3, 4, 5}},
		{4*CellSide - letGo - 1, []int{2, 3, 4}},
	} {
		b.put(1, row.x, 3*CellSide+500)
		seen = b.look(1, seen)
		if got := columns(seen); !slices.Equal(got, row.want) || len(seen) != 3*len(row.want) {
			t.Errorf("at x = %d: columns %v in %d groups, want %v", row.x, got, len(seen), row.want)
		}
	}
}

func TestViewAtTheEdgeOfTheWorld(t *testing.T) {
	b := inCells(t, 1)
	for _, row := range []struct{ x, y, want int }{
		{20, 20, 4}, {8*CellSide - 20, 20, 4}, {20, 3000, 6}, {3000, 8*CellSide - 20, 6}, {3000, 3000, 9},
	} {
		b.put(1, row.x, row.y)
		if got := b.look(1, nil); len(got) != row.want {
			t.Errorf("at %d, %d: %d groups, want %d", row.x, row.y, len(got), row.want)
		}
	}
}

// TestViewAfterARestoreChangesNothing asks for all seats at once, as a room with
// workers does, in a world that has just been given other players: under the
// race detector a shortcut that View mends is found, and without it too.
func TestViewAfterARestoreChangesNothing(t *testing.T) {
	c := open()
	c.Seats, c.Layout = 40, plain(40)
	from, to := play(t, c, 30), play(t, c, 40)
	for seat := sim.Seat(1); seat <= 30; seat += 3 { // so that rows are not by seat
		from.w.Leave(seat)
	}
	from.join(28)
	from.join(1)
	from.steps(3, nil)
	to.steps(5, nil)
	if err := to.w.Restore(from.w.Append(nil)); err != nil {
		t.Fatal(err)
	}
	before := to.w.Append(nil)
	views := make([]sim.View, c.Seats+1)
	var all sync.WaitGroup
	for seat := range views {
		all.Go(func() { to.w.View(sim.Seat(seat), &views[seat]) })
	}
	all.Wait()
	if !slices.Equal(to.w.Append(nil), before) {
		t.Error("View changes the world")
	}
	for seat := range views {
		var want sim.View
		from.w.View(sim.Seat(seat), &want)
		if !slices.Equal(views[seat].Groups(), want.Groups()) {
			t.Errorf("seat %d sees %v, before the restore %v", seat, views[seat].Groups(), want.Groups())
		}
	}
}

// TestRestoreOfASeatThatIsNotThere is about a forged state: it is refused, not
// a fault of the room that takes it.
func TestRestoreOfASeatThatIsNotThere(t *testing.T) {
	b := play(t, Default(), 2)
	b.a.players.Of(2).Seat = 60000
	forged := b.w.Append(nil)
	if err := b.w.Restore(forged); !errors.Is(err, sim.ErrState) {
		t.Errorf("it is taken: %v", err)
	}
}

func TestTheDeadSeeWhereTheyDied(t *testing.T) {
	b := inCells(t, 2)
	b.put(1, 3000, 3000)
	before := b.look(1, nil)
	b.kill(1, 2)
	if after := b.look(1, before); !slices.Equal(before, after) {
		t.Errorf("alive %v, dead %v", before, after)
	}
}

func TestSmallModesAreOneGroup(t *testing.T) {
	b := play(t, Default(), 1)
	b.steps(1, nil)
	if got := b.look(1, nil); len(got) != 0 {
		t.Errorf("sees %v besides group 0", got)
	}
	if got := b.look(9, nil); len(got) != 0 {
		t.Errorf("an empty seat sees %v", got)
	}
}

// Whatever moves, a ship and its player are in the group of where it is, and a
// projectile in one that everybody sees whom it can hit.
func TestRowsAreInTheirCells(t *testing.T) {
	c := open()
	c.Seats, c.Layout = 60, plain(60)
	b := play(t, c, 60)
	r := newWander(b, 60)
	for range 400 {
		for seat := range r.inputs {
			r.inputs[seat].Buttons = ButtonBlaster
		}
		r.step()
		for _, s := range b.a.ships.All {
			if s.Cell != uint16(b.a.cells.Of(s.at())) || b.a.players.Of(s.Seat).Cell != s.Cell {
				t.Fatalf("tick %d: ship of seat %d at %v is in cell %d", b.w.Tick(), s.Seat, s.at(), s.Cell)
			}
		}
		for _, p := range b.a.shots.All {
			x, y := b.a.cells.At(sim.Vec{X: p.X, Y: p.Y})
			if cx, cy := b.a.cells.Place(sim.Group(p.Cell)); max(x-cx, cx-x, y-cy, cy-y) > 1 {
				t.Fatalf("tick %d: projectile in column %d, row %d is in cell %d", b.w.Tick(), x, y, p.Cell)
			}
		}
	}
}
