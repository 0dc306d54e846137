package sim

import (
	"strings"
	"testing"
)

// pose is what is remembered of a dancer: columns of many kinds, an odd number of
// which has fewer than 64 bits.
type pose struct {
	At    Vec
	Aim   Angle
	Wide  int64
	Up    bool
	Low   int8
	Large uint64
	Hits  [2]uint16
	When  Tick
}

type dancer struct{ N int32 }

func poseOf(row *dancer) pose {
	n := int64(row.N)
	return pose{
		At: Vec{fixedMin + Fixed(n), fixedMax - Fixed(n)}, Aim: Angle(n), Wide: n - 1<<40, Up: n%2 == 0, Low: int8(-n),
		Large: ^uint64(n), Hits: [2]uint16{uint16(n), uint16(-n)}, When: Tick(n),
	}
}

// dance is a world whose rows count the ticks.
type dance struct {
	w     *World
	rows  *Table[dancer]
	poses *HistoryOf[dancer, pose]
	past  *History[dancer]
	row   Ref
	step  func()
}

func newDance(t testing.TB, depth int) *dance {
	t.Helper()
	d := &dance{step: func() {}}
	w, err := declared(func(w *World) {
		d.rows = NewTable[dancer](w, "dancer", 9)
		d.poses = NewHistoryOf(w, d.rows, depth, poseOf)
		d.past = NewHistory(w, d.rows, depth, func(row *dancer) Vec { return Vec{Fixed(row.N), 0} })
	}, func() {
		d.step()
		for _, row := range d.rows.All {
			row.N++
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	d.w = w
	d.row, _, _ = d.rows.Add(dancer{})
	return d
}

// ask asks during the next step.
func (d *dance) ask(question func()) {
	d.step = question
	d.w.Step()
	d.step = func() {}
}

func TestHistoryOf(t *testing.T) {
	for _, row := range []struct {
		age, newer, older int32 // N was the tick's number
		part              int
	}{
		{16, 19, 19, 0}, {32, 18, 18, 0}, {64, 16, 16, 0}, {128, 12, 12, 0},
		{24, 19, 18, 8}, {17, 19, 18, 1}, {127, 13, 12, 15},
		{0, 19, 19, 0}, {-5, 19, 19, 0}, {129, 12, 12, 0}, {100000, 12, 12, 0},
	} {
		d := newDance(t, 8)
		for range 19 {
			d.w.Step()
		}
		d.ask(func() {
			at, ok := d.poses.At(d.row, int(row.age))
			if want := poseOf(&dancer{row.newer}); !ok || at != want {
				t.Errorf("age %d: %+v %t, want %+v", row.age, at, ok, want)
			}
			newer, older, part, ok := d.poses.Between(d.row, int(row.age))
			if !ok || newer != poseOf(&dancer{row.newer}) || older != poseOf(&dancer{row.older}) || part != row.part {
				t.Errorf("age %d: between %d and %d at %d/16 %t, want %d and %d at %d/16", row.age, newer.When, older.When, part, ok, row.newer, row.older, row.part)
			}
		})
	}
}

func TestHistoryOfWhoWasNotThere(t *testing.T) {
	d := newDance(t, 8)
	none := func(when string, ref Ref, age int) {
		t.Helper()
		d.ask(func() {
			if at, ok := d.poses.At(ref, age); ok {
				t.Errorf("%s it was like %+v", when, at)
			}
			if newer, _, _, ok := d.poses.Between(ref, age); ok {
				t.Errorf("%s it was between %+v and another", when, newer)
			}
		})
	}
	none("in the first step", d.row, 16)
	for range 10 {
		d.w.Step()
	}
	born, _, _ := d.rows.Add(dancer{100})
	none("before its first step", born, 16)
	d.w.Step()
	d.ask(func() {
		newer, older, part, ok := d.poses.Between(born, 2*16+8)
		if want := poseOf(&dancer{101}); !ok || newer != want || older != want || part != 0 {
			t.Errorf("half before its first tick: %+v, %+v at %d/16 %t, want its first", newer, older, part, ok)
		}
	})
	none("before it was born", born, 6*16)
	d.rows.Remove(born)
	none("gone", born, 16)
	again, _, _ := d.rows.Add(dancer{})
	if again.ID() != born.ID() {
		t.Fatalf("id %d follows %d", again.ID(), born.ID())
	}
	none("as the row before it", again, 4*16)
}

// TestHistoryOfIsState: it is restored, from a world and from its image, and what
// remembers other columns is another shape.
func TestHistoryOfIsState(t *testing.T) {
	d, used := newDance(t, 8), newDance(t, 8)
	for range 20 {
		d.w.Step()
	}
	for range 70 {
		used.rows.Add(dancer{-9})
		used.w.Step()
	}
	var image Image
	image.Take(d.w)
	for name, state := range map[string][]byte{"world": d.w.Append(nil), "image": image.Append(nil)} {
		for kind, other := range map[string]*dance{"fresh": newDance(t, 8), "used": used} {
			if err := other.w.Restore(state); err != nil {
				t.Fatal(err)
			}
			for age := 0; age < 200; age += 3 {
				a, okA := d.poses.At(d.row, age)
				b, okB := other.poses.At(d.row, age)
				if a != b || !okA || !okB {
					t.Fatalf("%s into a %s world: age %d was %+v %t, restored %+v %t", name, kind, age, a, okA, b, okB)
				}
			}
		}
	}
	shapes := map[uint64]string{}
	for name, declare := range map[string]func(*World, *Table[dancer]){
		"none":      func(*World, *Table[dancer]) {},
		"positions": func(w *World, t *Table[dancer]) { NewHistory(w, t, 4, func(*dancer) Vec { return Vec{} }) },
		"a": func(w *World, t *Table[dancer]) {
			NewHistoryOf(w, t, 4, func(*dancer) (v struct{ A int8 }) { return v })
		},
		"a narrow": func(w *World, t *Table[dancer]) {
			NewHistoryOf(w, t, 4, func(*dancer) (v struct{ A int16 }) { return v })
		},
		"b": func(w *World, t *Table[dancer]) {
			NewHistoryOf(w, t, 4, func(*dancer) (v struct{ B int8 }) { return v })
		},
	} {
		w, err := declared(func(w *World) { declare(w, NewTable[dancer](w, "dancer", 9)) }, nil)
		if err != nil {
			t.Fatal(err)
		}
		if same := shapes[w.Shape()]; same != "" {
			t.Errorf("a world that remembers %s has the shape of one that remembers %s", name, same)
		}
		shapes[w.Shape()] = name
	}
}

// TestHistoryOfMigrates: another build has what it remembers under the same names,
// and of what has other names it knows nothing but the present. Positions stay
// positions, whatever is declared before them.
func TestHistoryOfMigrates(t *testing.T) {
	type first struct {
		A int32
		B int64
	}
	type second struct{ B, A int32 }
	play := func(what func(w *World, rows *Table[dancer])) (*World, *Table[dancer]) {
		t.Helper()
		var rows *Table[dancer]
		w, err := declared(func(w *World) {
			rows = NewTable[dancer](w, "dancer", 9)
			what(w, rows)
		}, func() {
			for _, row := range rows.All {
				row.N++
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		return w, rows
	}
	at := func(row *dancer) Vec { return Vec{Fixed(row.N), 7} }
	old, rows := play(func(w *World, rows *Table[dancer]) {
		NewHistoryOf(w, rows, 6, func(row *dancer) first { return first{row.N, int64(row.N) << 32} })
		NewHistory(w, rows, 6, at)
	})
	ref, _, _ := rows.Add(dancer{})
	for range 20 {
		old.Step()
	}
	var same *HistoryOf[dancer, first]
	var other *HistoryOf[dancer, second]
	var past *History[dancer]
	w, _ := play(func(w *World, rows *Table[dancer]) {
		past = NewHistory(w, rows, 6, at)
		other = NewHistoryOf(w, rows, 6, func(row *dancer) second { return second{row.N, -row.N} })
		same = NewHistoryOf(w, rows, 4, func(row *dancer) first { return first{row.N, int64(row.N) << 32} })
	})
	if err := w.Migrate(old.Layout(), nil, old.Append(nil)); err != nil {
		t.Fatal(err)
	}
	w.Step()
	if v, ok := same.At(ref, 3*16); !ok || v != (first{18, 18 << 32}) {
		t.Errorf("by the same names: %+v %t", v, ok)
	}
	if v, ok := other.At(ref, 3*16); ok {
		t.Errorf("by other names: %+v", v)
	}
	if v, ok := other.At(ref, 16); !ok || v != (second{20, -20}) {
		t.Errorf("the present: %+v %t", v, ok)
	}
	if v, ok := past.At(ref, 3*16); !ok || v != (Vec{18, 7}) {
		t.Errorf("positions: %v %t", v, ok)
	}
}

func TestHistoryOfRefuses(t *testing.T) {
	refused := func(declare func(*World, *Table[dancer])) string {
		_, err := declared(func(w *World) { declare(w, NewTable[dancer](w, "dancer", 9)) }, nil)
		if err == nil {
			return ""
		}
		return err.Error()
	}
	for want, declare := range map[string]func(*World, *Table[dancer]){
		"history of table dancer: depth 1, want 2 to 64": func(w *World, t *Table[dancer]) { NewHistoryOf(w, t, 1, poseOf) },
		"history of table dancer.a: a reference is not remembered": func(w *World, t *Table[dancer]) {
			NewHistoryOf(w, t, 4, func(*dancer) (v struct{ A Ref }) { return v })
		},
		"history of table dancer.A: float": func(w *World, t *Table[dancer]) {
			h := NewHistoryOf(w, t, 4, func(*dancer) (v struct{ A float32 }) { return v })
			h.At(1, 16)
			h.Between(1, 16)
		},
	} {
		if got := refused(declare); !strings.Contains(got, want) || strings.Count(got, want) != 1 {
			t.Errorf("got %q, want %q once", got, want)
		}
	}
}
