package sim

import (
	"math/rand/v2"
	"testing"
)

func TestHashChangesWithEveryField(t *testing.T) {
	r := random(t)
	w := richWorld(t)
	play(w, r, 40)
	hash := w.Hash()
	for _, table := range w.tables {
		for slot := range table.high {
			for i, c := range table.columns {
				was := table.value(i, slot)
				table.setValue(i, slot, was^1)
				if w.Hash() == hash {
					t.Errorf("not with %s.%s of row %d", table.name, c.Name, slot+1)
				}
				table.setValue(i, slot, was)
			}
			table.reuse[slot] ^= 1
			if w.Hash() == hash {
				t.Errorf("not with the reuse of %s row %d", table.name, slot+1)
			}
			table.reuse[slot] ^= 1
		}
	}
	if w.Hash() != hash {
		t.Fatal("it does not come back")
	}
}

func TestHashChangesWithTheWorld(t *testing.T) {
	for name, change := range map[string]func(*World){
		"tick":         func(w *World) { w.tick++ },
		"random":       func(w *World) { w.rand.state ^= 1 },
		"seat joined":  func(w *World) { w.inputs.sit(free(w)) },
		"seat left":    func(w *World) { w.inputs.stand(w.Seats()[0]) },
		"other seat":   func(w *World) { w.inputs.seats[0] ^= 64 },
		"alive":        func(w *World) { w.tables[0].alive[0] ^= 1 },
		"last alive":   func(w *World) { w.tables[1].alive[0] ^= 1 << 63 },
		"highest row":  func(w *World) { w.tables[0].high++ },
		"highest item": func(w *World) { w.tables[1].high++ },
	} {
		w := richWorld(t)
		play(w, rand.New(rand.NewPCG(5, 5)), 40)
		hash := w.Hash()
		change(w)
		if w.Hash() == hash {
			t.Errorf("not with %s", name)
		}
	}
	// A tick and a random number that trade places are another world.
	a, b := richWorld(t), richWorld(t)
	a.tick, a.rand.state, b.tick, b.rand.state = 1, 2, 2, 1
	if a.Hash() == b.Hash() {
		t.Error("tick 1 with random 2 is tick 2 with random 1")
	}
}

func TestHashSpreads(t *testing.T) {
	seen := map[uint64]bool{}
	w := richWorld(t)
	play(w, rand.New(rand.NewPCG(6, 6)), 30)
	for tick := range Tick(20) {
		for n := range int32(1000) {
			w.tick, w.tables[2].alive[0] = tick, 1
			w.tables[2].setValue(0, 0, uint64(n))
			seen[w.Hash()] = true
		}
	}
	if len(seen) != 20000 {
		t.Errorf("20000 worlds have %d hashes", len(seen))
	}
}

func TestHashIsThatOfTheState(t *testing.T) {
	a, b := richWorld(t), richWorld(t)
	play(a, rand.New(rand.NewPCG(7, 7)), 40)
	play(b, rand.New(rand.NewPCG(7, 7)), 40)
	same(t, a, b)
	a.SetInput(a.Seats()[0], []int32{3}, 0, Received)
	if a.Hash() != b.Hash() {
		t.Error("an input that waits for its step is in the hash")
	}
}

// shapes are declarations of which each differs from the others.
var shapes = map[string]func(w *World){
	"plain":      func(w *World) { NewTable[item](w, "a", 5) },
	"capacity":   func(w *World) { NewTable[item](w, "a", 6) },
	"name":       func(w *World) { NewTable[item](w, "b", 5) },
	"two":        func(w *World) { NewTable[item](w, "a", 5); NewTable[item](w, "b", 5) },
	"order":      func(w *World) { NewTable[item](w, "b", 5); NewTable[item](w, "a", 5) },
	"one row":    func(w *World) { NewTable[item](w, "a", 1) },
	"single":     func(w *World) { NewSingle[item](w, "a") },
	"event":      func(w *World) { NewTable[item](w, "a", 5); NewEvent[item](w, "b") },
	"event name": func(w *World) { NewTable[item](w, "a", 5); NewEvent[item](w, "c") },
	"event kind": func(w *World) { NewTable[item](w, "a", 5); NewEvent[flash](w, "b") },
	"history":    func(w *World) { NewHistory(w, NewTable[item](w, "a", 5), 4, nowhere) },
	"depth":      func(w *World) { NewHistory(w, NewTable[item](w, "a", 5), 5, nowhere) },
	"field":      func(w *World) { NewTable[struct{ M int32 }](w, "a", 5) },
	"kind":       func(w *World) { NewTable[struct{ N uint32 }](w, "a", 5) },
	"fields": func(w *World) {
		NewTable[struct{ N, M int32 }](w, "a", 5)
	},
	"linear": func(w *World) {
		NewTable[struct {
			N int32 `wire:"linear"`
		}](w, "a", 5)
	},
	"seed": func(w *World) {
		NewTable[struct {
			N int32 `wire:"linear=M"`
			M int32
		}](w, "a", 5)
	},
	"no seed": func(w *World) {
		NewTable[struct {
			N int32 `wire:"linear"`
			M int32
		}](w, "a", 5)
	},
	"local": func(w *World) {
		NewTable[struct {
			N int32 `wire:"local"`
		}](w, "a", 5)
	},
	"owner": func(w *World) {
		NewTable[struct {
			N int32
			S Seat `wire:"owner"`
		}](w, "a", 5)
	},
	"private": func(w *World) {
		NewTable[struct {
			N int32 `wire:"private"`
			S Seat  `wire:"owner"`
		}](w, "a", 5)
	},
	"input":      func(w *World) { NewTable[item](w, "a", 5); NewInput[struct{ No bool }](w) },
	"input kind": func(w *World) { NewTable[item](w, "a", 5); NewInput[struct{ Yes uint8 }](w) },
	"input max": func(w *World) {
		NewTable[item](w, "a", 5)
		NewInput[struct {
			Yes uint8 `input:"max=1"`
		}](w)
	},
	"input min": func(w *World) {
		NewTable[item](w, "a", 5)
		NewInput[struct {
			Yes uint8 `input:"min=1"`
		}](w)
	},
	"buttons": func(w *World) {
		NewTable[item](w, "a", 5)
		NewInput[struct {
			Yes uint8 `input:"buttons"`
		}](w)
	},
}

func nowhere(*item) Vec { return Vec{} }

func TestShapeDiffersByDeclaration(t *testing.T) {
	seen := map[uint64]string{}
	for name, what := range shapes {
		shape := declare(t, what).Shape()
		if other, ok := seen[shape]; ok {
			t.Errorf("%s has the shape of %s", name, other)
		}
		seen[shape] = name
		w := declare(t, what)
		w.Step()
		w.Rand().Uint64()
		if w.Shape() != shape {
			t.Errorf("%s: the shape is not that of the same declaration again", name)
		}
	}
}

// free is the first seat where nobody sits.
func free(w *World) Seat {
	for seat := Seat(1); ; seat++ {
		if !w.inputs.occupied(seat) {
			return seat
		}
	}
}
