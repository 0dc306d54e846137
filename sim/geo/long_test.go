package geo

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

const (
	longLowest  = Long(math.MinInt64)
	longHighest = Long(math.MaxInt64)
)

// long returns a number of any size; the ends and 0 often.
func long(r *rand.Rand) Long {
	if r.IntN(8) == 0 {
		return []Long{longLowest, longLowest + 1, -LongOne, -1, 0, 1, LongOne, longHighest}[r.IntN(8)]
	}
	return Long(r.Uint64()) >> r.IntN(63)
}

func big64(a Long) *big.Int { return whole(int64(a)) }

// floored returns a / 65536, rounded down, or the end of the range.
func floored(a *big.Int) Long { return Long(nearestInt64(new(big.Int).Rsh(a, 16))) }

func TestLongAgainstBigNumbers(t *testing.T) {
	r := random(t)
	for range 300_000 {
		a, b, c, d := long(r), long(r), long(r), long(r)
		if got, want := a.Mul(b), floored(mul(big64(a), big64(b))); got != want {
			t.Fatalf("%d * %d = %d, want %d", a, b, got, want)
		}
		if b != 0 {
			want := Long(nearestInt64(new(big.Int).Quo(new(big.Int).Lsh(big64(a), 16), big64(b))))
			if got := a.Div(b); got != want {
				t.Fatalf("%d / %d = %d, want %d", a, b, got, want)
			}
		}
		root := Long(0)
		if a > 0 {
			root = Long(new(big.Int).Sqrt(new(big.Int).Lsh(big64(a), 16)).Int64())
		}
		if got := a.Sqrt(); got != root {
			t.Fatalf("the root of %d is %d, want %d", a, got, root)
		}
		v, u := LongVec{a, b}, LongVec{c, d}
		if got, want := v.Dot(u), floored(add(mul(big64(a), big64(c)), mul(big64(b), big64(d)))); got != want {
			t.Fatalf("%v · %v = %d, want %d", v, u, got, want)
		}
		square := add(mul(big64(a), big64(a)), mul(big64(b), big64(b)))
		if got, want := v.Len(), Long(nearestInt64(new(big.Int).Sqrt(square))); got != want {
			t.Fatalf("%v is %d long, want %d", v, got, want)
		}
		within := c >= 0 && square.Cmp(mul(big64(c), big64(c))) <= 0
		if v.Within(c) != within {
			t.Fatalf("%v is within %d: %v", v, c, !within)
		}
		short := v.ClampLen(c)
		if !short.Within(max(c, 0)) || within && short != v {
			t.Fatalf("%v clamped to %d: %v", v, c, short)
		}
		if !within && c > 0 {
			n := new(big.Int).Sqrt(square)
			slack := new(big.Int).Quo(big64(c), n).Int64() + 1
			for i, part := range []Long{short.X, short.Y} {
				want := new(big.Int).Quo(mul(big64([]Long{a, b}[i]), big64(c)), n)
				if off := sub(big64(part), want).Int64(); off > slack || -off > slack {
					t.Fatalf("%v clamped to %d: %v, part %d wants %v", v, c, short, i, want)
				}
			}
		}
	}
}

// FuzzLong looks for numbers of which Mul, Div and Sqrt say something else than
// numbers of any size.
func FuzzLong(f *testing.F) {
	f.Add(int64(math.MinInt64), int64(math.MinInt64))
	f.Add(int64(math.MaxInt64), int64(-1))
	f.Add(int64(-1), int64(65536))
	f.Fuzz(func(t *testing.T, x, y int64) {
		a, b := Long(x), Long(y)
		if got, want := a.Mul(b), floored(mul(whole(x), whole(y))); got != want {
			t.Errorf("%d * %d = %d, want %d", a, b, got, want)
		}
		if b != 0 {
			want := Long(nearestInt64(new(big.Int).Quo(new(big.Int).Lsh(whole(x), 16), whole(y))))
			if got := a.Div(b); got != want {
				t.Errorf("%d / %d = %d, want %d", a, b, got, want)
			}
		}
		if root := a.Sqrt(); a > 0 {
			next := root + 1
			under := new(big.Int).Lsh(whole(x), 16)
			if mul(big64(root), big64(root)).Cmp(under) > 0 || mul(big64(next), big64(next)).Cmp(under) <= 0 {
				t.Errorf("the root of %d is not %d", a, root)
			}
		}
	})
}

func TestLongDivByZeroPanics(t *testing.T) {
	for _, a := range []Long{0, 1, -1, longHighest} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%d / 0 gives a number", a)
				}
			}()
			a.Div(0)
		}()
	}
}

func TestLongAndFixed(t *testing.T) {
	r := random(t)
	for range 100_000 {
		f, a := coordinate(r), long(r)
		if got := LongOf(f); got.Fixed() != f || got != Long(f)*256 {
			t.Fatalf("%d as Long is %d, and back %d", f, got, got.Fixed())
		}
		if got, want := a.Fixed(), min(max(int64(a)>>8, math.MinInt32), math.MaxInt32); int64(got) != want {
			t.Fatalf("%d as Fixed is %d, want %d", a, got, want)
		}
		near := a.Clamp(math.MinInt32<<16, math.MaxInt32<<16+65535)
		if got := Join(a.Split()); got != near {
			t.Fatalf("%d is split and joined to %d, want %d", a, got, near)
		}
		if got := a.Floor(); got != int64(a)>>16 {
			t.Fatalf("the floor of %d is %d", a, got)
		}
	}
	if longLowest.Abs() != longHighest || Long(-5).Abs() != 5 || Long(5).Abs() != 5 {
		t.Errorf("Abs %d %d", longLowest.Abs(), Long(-5).Abs())
	}
	if LongInt(-3) != -3*LongOne || LongInt(math.MinInt32) != math.MinInt32<<16 {
		t.Errorf("Int %d", LongInt(-3))
	}
	corner := LongVec{longLowest, longLowest}
	if corner.Dot(corner) != longHighest || corner.Dot(LongVec{longHighest, longHighest}) != longLowest || corner.Len() != longHighest {
		t.Errorf("the lowest vector: %d, %d long", corner.Dot(corner), corner.Len())
	}
	v := LongVecOf(units(3, -4))
	if v.Fixed() != units(3, -4) || v.Len() != LongInt(5) || v.Scale(LongInt(2)).Sub(v) != v || v.Add(v) != v.Scale(LongInt(2)) {
		t.Errorf("%v is %d long", v, v.Len())
	}
}

func TestLongToward(t *testing.T) {
	r := random(t)
	for range 20_000 {
		a, length := sim.Angle(r.Uint32()), Long(r.Uint64()>>14)>>r.IntN(49)
		got, turn, far := LongToward(a, length), float64(a)*math.Pi/32768, float64(length)
		slack := 1 + far*2/65536
		if math.Abs(float64(got.X)-math.Cos(turn)*far) > slack || math.Abs(float64(got.Y)-math.Sin(turn)*far) > slack {
			t.Fatalf("%d toward %d: %v", length, a, got)
		}
	}
}

// orbit is a row with places that are finer than what players are sent.
type orbit struct {
	X, Y    sim.Fixed
	At, Vel LongVec `wire:"local"`
}

type rules struct{ orbits *sim.Table[orbit] }

func (r *rules) Join(sim.Seat, sim.Entrant) {}
func (r *rules) Leave(sim.Seat)             {}
func (r *rules) View(sim.Seat, *sim.View)   {}

func (r *rules) Step(*sim.Inputs) {
	for _, o := range r.orbits.All {
		o.At = o.At.Add(o.Vel)
		o.X, o.Y = o.At.X.Fixed(), o.At.Y.Fixed()
	}
}

// TestLongIsAColumn: what is kept in Longs is state like any other, restored bit by
// bit.
func TestLongIsAColumn(t *testing.T) {
	play := func() (*sim.World, *rules) {
		r := &rules{}
		w, err := sim.Start(sim.Mode{Name: "orbits", Hz: 30, Seats: 1, New: func(w *sim.World) sim.Rules {
			r.orbits = sim.NewTable[orbit](w, "orbit", 4)
			sim.NewInput[struct{ X int8 }](w)
			return r
		}}, 1)
		if err != nil {
			t.Fatal(err)
		}
		return w, r
	}
	w, r := play()
	_, o, _ := r.orbits.Add(orbit{At: LongVec{longHighest - 9, -1}, Vel: LongVec{3, -1}})
	w.Step()
	w.Step()
	if o.At != (LongVec{longHighest - 3, -3}) || o.X != highest || o.Y != -1 {
		t.Errorf("after two steps: %+v", *o)
	}
	again, other := play()
	if err := again.Restore(w.Append(nil)); err != nil {
		t.Fatal(err)
	}
	for _, row := range other.orbits.All {
		if *row != *o {
			t.Errorf("restored: %+v, want %+v", *row, *o)
		}
	}
	if again.Hash() != w.Hash() || other.orbits.Len() != 1 {
		t.Error("the restored world is another")
	}
}
