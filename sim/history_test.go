package sim

import (
	"fmt"
	"testing"
)

type walker struct{ At Vec }

// trail is a world whose first row walks: at the end of tick n it is at
// x = 160n, y = -16n.
type trail struct {
	w    *World
	rows *Table[walker]
	past *History[walker]
	row  Ref
	step func()
}

func newTrail(t testing.TB, depth int) *trail {
	t.Helper()
	tr := &trail{step: func() {}}
	w, err := declared(func(w *World) {
		tr.rows = NewTable[walker](w, "walker", 70)
		tr.past = NewHistory(w, tr.rows, depth, func(row *walker) Vec { return row.At })
	}, func() {
		tr.step()
		for _, row := range tr.rows.All {
			row.At = Vec{160 * Fixed(tr.w.Tick()), -16 * Fixed(tr.w.Tick())}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	tr.w = w
	tr.row, _, _ = tr.rows.Add(walker{})
	return tr
}

// seen asks during the next step.
func (tr *trail) seen(ref Ref, age int) (at Vec, ok bool) {
	tr.step = func() { at, ok = tr.past.At(ref, age) }
	tr.w.Step()
	tr.step = func() {}
	return at, ok
}

func TestHistory(t *testing.T) {
	for _, row := range []struct {
		age, want int // x at tick 20 is 3200
	}{
		{16, 3040}, {32, 2880}, {64, 2560}, {128, 1920}, // whole ticks: 19, 18, 16, 12
		{24, 2960}, {17, 3030}, {31, 2890}, // between two
		{0, 3040}, {-5, 3040}, {15, 3040}, // newer than there is
		{129, 1920}, {100000, 1920}, // older than depth 8
	} {
		tr := newTrail(t, 8)
		for range 19 {
			tr.w.Step()
		}
		at, ok := tr.seen(tr.row, row.age)
		if want := (Vec{Fixed(row.want), -Fixed(row.want / 10)}); !ok || at != want {
			t.Errorf("age %d: %v %t, want %v", row.age, at, ok, want)
		}
	}
}

func TestHistoryAtTheStart(t *testing.T) {
	tr := newTrail(t, 8)
	if at, ok := tr.past.At(tr.row, 16); ok {
		t.Errorf("before the first step it was at %v", at)
	}
	if at, ok := tr.seen(tr.row, 16); ok {
		t.Errorf("in the first step it was at %v", at)
	}
	for _, age := range []int{16, 24, 32, 100000} { // tick 1 is all there is
		tr := newTrail(t, 8)
		tr.w.Step()
		if at, ok := tr.seen(tr.row, age); !ok || at.X != 160 {
			t.Errorf("in step 2, age %d: %v %t, want that of tick 1", age, at, ok)
		}
	}
}

func TestHistoryBetweenSteps(t *testing.T) {
	tr := newTrail(t, 4)
	for range 10 {
		tr.w.Step()
	}
	for age, want := range map[int]Fixed{16: 9 * 160, 64: 6 * 160, 80: 6 * 160} {
		if at, ok := tr.past.At(tr.row, age); !ok || at.X != want {
			t.Errorf("age %d: %v %t, want %d", age, at, ok, want)
		}
	}
}

func TestHistoryOfRowsThatCameAndWent(t *testing.T) {
	tr := newTrail(t, 8)
	for range 10 {
		tr.w.Step()
	}
	born, _, _ := tr.rows.Add(walker{})
	if _, ok := tr.seen(born, 16); ok {
		t.Error("a row has a past before its first step")
	}
	tr.w.Step()
	if at, ok := tr.seen(born, 16+8); !ok || at.X != 12*160-80 {
		t.Errorf("between its two first ticks: %v %t", at, ok)
	}
	if at, ok := tr.seen(born, 3*16+8); !ok || at.X != 11*160 {
		t.Errorf("half before its first tick: %v %t, want its first place", at, ok)
	}
	if _, ok := tr.seen(born, 6*16); ok {
		t.Error("a row was there before it was born")
	}
	tr.rows.Remove(born)
	if _, ok := tr.seen(born, 16); ok {
		t.Error("a row that is gone is found")
	}
	again, _, _ := tr.rows.Add(walker{})
	if again.ID() != born.ID() {
		t.Fatalf("id %d follows %d", again.ID(), born.ID())
	}
	if _, ok := tr.seen(again, 4*16); ok {
		t.Error("a row has the past of the one before it")
	}
}

func TestHistoryRestores(t *testing.T) {
	tr := newTrail(t, 8)
	for range 20 {
		tr.w.Step()
	}
	used := newTrail(t, 8)
	for range 70 {
		used.rows.Add(walker{Vec{5, 5}})
		used.w.Step()
	}
	fresh := newTrail(t, 8)
	for name, other := range map[string]*trail{"fresh": fresh, "used": used} {
		if err := other.w.Restore(tr.w.Append(nil)); err != nil {
			t.Fatal(err)
		}
		for age := 0; age < 200; age += 3 {
			a, okA := tr.past.At(tr.row, age)
			b, okB := other.past.At(tr.row, age)
			if a != b || okA != okB {
				t.Fatalf("%s: age %d was %v %t, restored %v %t", name, age, a, okA, b, okB)
			}
		}
		for i, tick := range other.past.seen {
			for slot := other.rows.high; slot < len(tick); slot++ {
				if tick[slot] != (past{}) {
					t.Fatalf("%s: slot %d of ring place %d still has %v", name, slot, i, tick[slot])
				}
			}
		}
	}
}

func TestHistoryRefusesDepth(t *testing.T) {
	for _, row := range []struct {
		depth int
		fine  bool
	}{{1, false}, {2, true}, {64, true}, {65, false}} {
		_, err := declared(func(w *World) {
			NewHistory(w, NewTable[walker](w, "walker", 1), row.depth, func(row *walker) Vec { return row.At })
		}, nil)
		wantError(t, err, row.fine, fmt.Sprintf("history of table walker: depth %d, want 2 to 64", row.depth))
	}
}

func TestHistoryAtTheLastTick(t *testing.T) {
	tr := newTrail(t, 64)
	tr.w.tick = LastTick - 3
	for range 5 {
		tr.seen(tr.row, 1<<20)
	}
	if tr.w.Tick() != LastTick {
		t.Errorf("tick %d", tr.w.Tick())
	}
}
