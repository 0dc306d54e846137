package sim

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"
)

// rich is a game with a column of every kind, a single row, two histories and
// an event, whose step touches all of it.
type rich struct {
	w       *World
	all     *Table[everyKind]
	items   *Table[item]
	score   *Single[item]
	past    *History[everyKind]
	flashes *Event[flash]
	booms   *Event[boom]
	in      *Input[controls]
}

func newRich(w *World) Rules {
	g := &rich{w: w}
	g.all = NewTable[everyKind](w, "all", 70).GroupBy(func(row *everyKind) Group { return Group(row.U8) })
	g.items = NewTable[item](w, "item", 130)
	g.score = NewSingle[item](w, "score")
	g.past = NewHistory(w, g.all, 4, func(row *everyKind) Vec { return row.P })
	NewHistory(w, g.items, 2, func(row *item) Vec { return Vec{Fixed(row.N), 0} })
	g.flashes, g.booms = NewEvent[flash](w, "flash"), NewEvent[boom](w, "boom")
	g.in = NewInput[controls](w)
	return g
}

func (g *rich) Join(seat Seat, _ Entrant) {
	ref, _, _ := g.all.Add(everyKind{S: seat, I64: -1, U64: 1 << 63})
	g.booms.Emit(Group(seat), boom{Vec{-1, Fixed(seat)}, ref, true, -int8(seat)})
}

func (g *rich) Leave(seat Seat) {
	for ref, row := range g.all.All {
		if row.S == seat {
			g.booms.Emit(1<<32-1, boom{Who: ref, Kind: 127})
			g.all.Remove(ref)
		}
	}
}

func (g *rich) Step(in *Inputs) {
	for ref, row := range g.all.All {
		push := g.in.Of(row.S)
		row.P = row.P.Add(Toward(push.Aim, push.Speed))
		row.I8, row.U16, row.B, row.R = push.Small, push.Fire, push.On, ref
		row.I64 -= int64(in.Seen(row.S)) << 40
		if was, ok := g.past.At(ref, in.Seen(row.S)); ok {
			row.V = row.P.Sub(was)
		}
		if made, _, ok := g.items.Add(item{g.w.Rand().Intn(1000)}); !ok || push.On {
			g.items.Remove(Ref(1 + g.w.Rand().Intn(130)))
			g.items.Remove(made)
			g.flashes.Emit(Group(row.U8), flash{made.ID()})
		}
		row.C[1].N++
		g.score.Get().N++
	}
}

func (g *rich) View(Seat, *View) {}

func richWorld(t testing.TB) *World {
	t.Helper()
	w, err := Start(Mode{Name: "rich", Hz: 30, Seats: 66, New: newRich}, 3)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// play moves a world on by random joins, leaves and inputs.
func play(w *World, r *rand.Rand, steps int) {
	for range steps {
		seat := Seat(1 + r.IntN(w.Mode().Seats))
		if r.IntN(3) == 0 {
			w.Leave(seat)
		} else {
			_ = w.Join(seat, Entrant{}) // it may be taken
		}
		for _, seat := range w.Seats() {
			values := make([]int32, 10)
			for i := range values {
				values[i] = r.Int32() >> r.IntN(31)
			}
			w.SetInput(seat, values, r.IntN(100), Received)
		}
		w.Step()
	}
}

func same(t testing.TB, a, b *World) {
	t.Helper()
	if d, differ := Diff(a, b); differ {
		t.Fatalf("the worlds differ: %v", d)
	}
	if a.Hash() != b.Hash() {
		t.Fatal("the hashes differ")
	}
	if !bytes.Equal(a.Append(nil), b.Append(nil)) {
		t.Fatal("the appended states differ")
	}
}

func TestRestoreLeavesNothingOfBefore(t *testing.T) {
	r := random(t)
	w, used := richWorld(t), richWorld(t)
	for range 30 {
		play(w, r, 1+r.IntN(30))
		play(used, r, r.IntN(30))
		for _, seat := range used.Seats() {
			used.SetInput(seat, []int32{50, 50, 50}, 99, Received) // and does not use it
		}
		state, fresh := w.Append(nil), richWorld(t)
		for _, other := range []*World{fresh, used} {
			if err := other.Restore(state); err != nil {
				t.Fatal(err)
			}
			same(t, w, other)
			deadIsZero(t, other)
		}
		script := r.Uint64()
		for _, world := range []*World{w, fresh, used} {
			play(world, rand.New(rand.NewPCG(script, 0)), 20)
		}
		same(t, w, fresh)
		same(t, w, used)
	}
}

// deadIsZero checks that nothing is left where no row lives, and no input.
func deadIsZero(t testing.TB, w *World) {
	t.Helper()
	for _, table := range w.tables {
		for slot := range len(table.reuse) {
			if slot < table.high && table.live(slot) {
				continue
			}
			for i, c := range table.columns {
				if v := table.value(i, slot); v != 0 {
					t.Fatalf("%s.%s of dead row %d is %d", table.name, c.Name, slot+1, v)
				}
			}
			if slot >= table.high && table.reuse[slot] != 0 {
				t.Fatalf("%s: row %d above the highest was removed %d times", table.name, slot+1, table.reuse[slot])
			}
		}
	}
	in := w.input.(*Input[controls])
	for seat := range in.rows {
		if in.rows[seat] != in.zero || w.inputs.seen[seat] != 0 || w.inputs.from[seat] != Neutral {
			t.Fatalf("seat %d still has input %+v", seat, in.rows[seat])
		}
	}
	if records, values := w.Events(); len(records)+len(values) > 0 {
		t.Fatalf("events are left: %v", records)
	}
}

// restored checks what must hold whatever Restore was given.
func restored(t testing.TB, w *World, state []byte) error {
	t.Helper()
	err := w.Restore(state)
	if err != nil {
		if !errors.Is(err, ErrState) {
			t.Fatalf("the cause is not ErrState: %v", err)
		}
		empty := richWorld(t)
		empty.rand.state = 0
		same(t, empty, w)
		deadIsZero(t, w)
		return err
	}
	deadIsZero(t, w)
	other := richWorld(t)
	if err := other.Restore(w.Append(nil)); err != nil {
		t.Fatalf("the restored world's own state is refused: %v", err)
	}
	same(t, w, other)
	play(w, rand.New(rand.NewPCG(1, 1)), 5)
	play(other, rand.New(rand.NewPCG(1, 1)), 5)
	same(t, w, other)
	return nil
}

func TestRestoreOfATruncatedState(t *testing.T) {
	w, used := richWorld(t), richWorld(t)
	play(w, random(t), 40)
	state := w.Append(nil)
	for n := range state {
		if restored(t, used, state[:n]) == nil {
			t.Fatalf("%d of %d bytes are enough", n, len(state))
		}
	}
	if restored(t, used, append(bytes.Clone(state), 0)) == nil {
		t.Error("a byte left over is not refused")
	}
	if err := restored(t, used, state); err != nil {
		t.Errorf("after all refusals it does not restore: %v", err)
	}
}

func TestRestoreOfAStateWithAFlippedBit(t *testing.T) {
	w, used := richWorld(t), richWorld(t)
	play(w, random(t), 6)
	state := w.Append(nil)
	refused := 0
	for bit := range 8 * len(state) {
		state[bit/8] ^= 1 << (bit % 8)
		if restored(t, used, state) != nil {
			refused++
		} else if bit < 72 {
			t.Errorf("bit %d of version and shape is not refused", bit)
		}
		state[bit/8] ^= 1 << (bit % 8)
	}
	t.Logf("%d of %d flips are refused", refused, 8*len(state))
}

func TestRestoreRefusesOtherTables(t *testing.T) {
	dots := start(t)
	wantError(t, richWorld(t).Restore(dots.Append(nil)), false, "it was made by other tables")
	wantError(t, dots.Restore(nil), false, "cut off")
	wantError(t, dots.Restore([]byte{4}), false, "version 4, and this build knows 3")
	wantError(t, dots.Restore([]byte{0}), false, "version 0, and this build knows 3")
}

// TestRestoreRefusesWhatNoWorldHas spoils the one byte of a state that says it.
func TestRestoreRefusesWhatNoWorldHas(t *testing.T) {
	type flag struct{ On bool }
	var past *Table[flag]
	w := declare(t, func(w *World) {
		NewSingle[item](w, "score")
		flags := NewTable[flag](w, "flag", 3)
		past = flags
		NewHistory(w, flags, 2, func(row *flag) Vec { return Vec{0, 1} })
	})
	past.Add(flag{true})
	_, _ = w.Join(2, Entrant{}), w.Join(4, Entrant{})
	w.Step()
	state := w.Append(nil)
	// version, shape, tick, random, seats 2: 2 4, score: high 1, live, 0,
	// flag: high 1, live, on, and the ring of 3.
	const seats, score, flags, ring = 1 + 8 + 1 + 8, 21, 24, 27
	for _, row := range []struct {
		name     string
		at       int
		was, set byte
		want     string
	}{
		{"one seat twice", seats + 2, 4, 2, "seats are not ascending"},
		{"seat 0", seats + 1, 2, 0, "seats are not ascending"},
		{"a seat too high", seats + 2, 4, 9, "too large"},
		{"too many seats", seats, 2, 9, "too large"},
		{"no single row", score + 1, 1, 0, "a single row is missing"},
		{"a single row that was never there", score, 1, 0, "a single row is missing"},
		{"too many rows", flags, 1, 4, "too large"},
		{"a bool of 2", flags + 2, 2, 4, "a value does not fit its column"},
		{"a past row that is gone and was reused", ring, 0, 2, "neither there nor gone"},
	} {
		if state[row.at] != row.was {
			t.Fatalf("%s: byte %d of %v is %d, want %d", row.name, row.at, state, state[row.at], row.was)
		}
		state[row.at] = row.set
		wantError(t, w.Restore(state), false, row.want)
		state[row.at] = row.was
	}
	const tail = 2*(8+1) + 2 + 2 // users and teams, the room, nothing that waits
	end := len(state) - tail
	far := append(append(state[:end-2:end-2], 0x80, 0x80, 0x80, 0x80, 0x10, 0), state[end:]...) // 2^31 in 1/256
	wantError(t, w.Restore(far), false, "a value does not fit its column")
	wantError(t, w.Restore(state), true)
}

func FuzzRestore(f *testing.F) {
	for steps := range 6 {
		w := richWorld(f)
		play(w, rand.New(rand.NewPCG(uint64(steps), 0)), steps*steps)
		f.Add(w.Append(nil))
	}
	shape := richWorld(f).Append(nil)[:9]
	f.Fuzz(func(t *testing.T, state []byte) {
		if len(state) >= 9 {
			copy(state, shape) // so that what follows is looked at
		}
		_ = restored(t, richWorld(t), state)
	})
}

func TestAppendAppends(t *testing.T) {
	w := richWorld(t)
	play(w, random(t), 10)
	state := w.Append(nil)
	if got := w.Append([]byte("abc")); string(got) != "abc"+string(state) {
		t.Error("what was there before is not kept")
	}
	same(t, w, w)
}
