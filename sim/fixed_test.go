package sim

import (
	"math"
	"math/big"
	"math/bits"
	"testing"
)

const (
	fixedMin = Fixed(math.MinInt32)
	fixedMax = Fixed(math.MaxInt32)
)

func TestFixed(t *testing.T) {
	for _, row := range []struct {
		name      string
		got, want Fixed
	}{
		{"Int", Int(3), 768},
		{"Int below zero", Int(-3), -768},
		{"Mul", Int(3).Mul(Int(-4)), Int(-12)},
		{"Mul rounds down", Fixed(1).Mul(128), 0},
		{"Mul rounds down below zero", Fixed(-1).Mul(128), -1},
		{"Mul of the largest by one", fixedMax.Mul(One), fixedMax},
		{"Mul of the lowest by one", fixedMin.Mul(One), fixedMin},
		{"Div", Int(3).Div(Int(2)), 384},
		{"Div rounds to zero", Fixed(1).Div(Int(2)), 0},
		{"Div rounds to zero below zero", Fixed(-1).Div(Int(2)), 0},
		{"Div of the lowest by one", fixedMin.Div(One), fixedMin},
		{"Abs", Fixed(-5).Abs(), 5},
		{"Abs of a positive", Fixed(5).Abs(), 5},
		{"Clamp below", Fixed(-5).Clamp(-4, 4), -4},
		{"Clamp inside", Fixed(3).Clamp(-4, 4), 3},
		{"Clamp above", Fixed(5).Clamp(-4, 4), 4},
		{"Floor", Fixed(Fixed(511).Floor()), 1},
		{"Floor below zero", Fixed(Fixed(-1).Floor()), -1},
	} {
		if row.got != row.want {
			t.Errorf("%s: %d, want %d", row.name, row.got, row.want)
		}
	}
}

func TestFixedAgainstFloat(t *testing.T) {
	r := random(t)
	for range 100000 {
		a, b := Fixed(r.Int32()>>r.IntN(31)), Fixed(r.Int32()>>r.IntN(31))
		exact := float64(a) * float64(b) / 256
		if math.Abs(exact) < math.MaxInt32 {
			if got := a.Mul(b); float64(got) != math.Floor(exact) {
				t.Fatalf("%d * %d = %d, want %v", a, b, got, math.Floor(exact))
			}
		}
		if b == 0 {
			continue
		}
		exact = float64(a) * 256 / float64(b)
		if math.Abs(exact) < math.MaxInt32 {
			if got := a.Div(b); float64(got) != math.Trunc(exact) {
				t.Fatalf("%d / %d = %d, want %v", a, b, got, math.Trunc(exact))
			}
		}
	}
}

func TestVec(t *testing.T) {
	v, u := Vec{Int(3), Int(-4)}, Vec{Int(1), Int(2)}
	if v.Add(u) != (Vec{Int(4), Int(-2)}) || v.Sub(u) != (Vec{Int(2), Int(-6)}) || v.Scale(Int(2)) != (Vec{Int(6), Int(-8)}) {
		t.Errorf("Add %v, Sub %v, Scale %v", v.Add(u), v.Sub(u), v.Scale(Int(2)))
	}
	if v.Len() != Int(5) || v.Len2() != 25<<16 || v.Dot(u) != -5<<16 {
		t.Errorf("Len %d, Len2 %d, Dot %d", v.Len(), v.Len2(), v.Dot(u))
	}
	if v.Within(Int(5)-1) || !v.Within(Int(5)) {
		t.Error("Within its length is wrong")
	}
}

func TestVecExtremes(t *testing.T) {
	corners := []Fixed{fixedMin, fixedMin + 1, -1, 0, 1, fixedMax}
	for _, x := range corners {
		for _, y := range corners {
			v := Vec{x, y}
			exact := math.Hypot(float64(x), float64(y))
			if got := float64(v.Len()); math.Abs(got-math.Min(math.Floor(exact), math.MaxInt32)) > 1 {
				t.Errorf("%v: Len %v, want %v", v, got, exact)
			}
			if v.Len2() < 0 || v.Within(1000) != (exact <= 1000) {
				t.Errorf("%v: Len2 %d, Within(1000) %t", v, v.Len2(), v.Within(1000))
			}
			if short := v.ClampLen(1000); !short.Within(1000) {
				t.Errorf("%v: ClampLen(1000) gives %v, length %d", v, short, short.Len())
			}
			for _, ux := range corners {
				if got, want := v.Dot(Vec{ux, y}), dotExact(v, Vec{ux, y}); got != want {
					t.Errorf("%v · %v: %d, want %d", v, Vec{ux, y}, got, want)
				}
			}
		}
	}
}

// dotExact is Dot by other means, at most the largest int64.
func dotExact(v, u Vec) int64 {
	mul := func(a, b Fixed) *big.Int { return new(big.Int).Mul(big.NewInt(int64(a)), big.NewInt(int64(b))) }
	sum := new(big.Int).Add(mul(v.X, u.X), mul(v.Y, u.Y))
	if !sum.IsInt64() {
		return math.MaxInt64
	}
	return sum.Int64()
}

func TestClampLen(t *testing.T) {
	r := random(t)
	for range 100000 {
		v := Vec{Fixed(r.Int32()) >> r.IntN(31), Fixed(r.Int32()) >> r.IntN(31)}
		limit := Fixed(r.Int32N(math.MaxInt32)) >> r.IntN(31)
		got := v.ClampLen(limit)
		switch length := math.Hypot(float64(v.X), float64(v.Y)); {
		case !got.Within(limit):
			t.Fatalf("%v.ClampLen(%d) = %v is too long", v, limit, got)
		case v.Within(limit) && got != v:
			t.Fatalf("%v.ClampLen(%d) = %v, though it is short enough", v, limit, got)
		case !v.Within(limit):
			x, y := float64(v.X)*float64(limit)/length, float64(v.Y)*float64(limit)/length
			slack := 1 + float64(limit)/length // of rounding the result, and the length
			if math.Abs(float64(got.X)-x) > slack || math.Abs(float64(got.Y)-y) > slack {
				t.Fatalf("%v.ClampLen(%d) = %v, want %v, %v", v, limit, got, x, y)
			}
		}
	}
	if got := (Vec{0, Int(-7)}).ClampLen(Int(3)); got != (Vec{0, Int(-3)}) {
		t.Errorf("along an axis it is not exact: %v", got)
	}
}

func TestSqrt(t *testing.T) {
	check := func(n uint64) {
		t.Helper()
		root := Sqrt(n)
		low, _ := bits.Mul64(root, root)
		high, next := bits.Mul64(root+1, root+1)
		if low != 0 || root*root > n || high == 0 && next <= n {
			t.Fatalf("Sqrt(%d) = %d", n, root)
		}
	}
	for n := range uint64(10000) {
		check(n)
	}
	for shift := range 64 {
		for near := uint64(0); near < 3; near++ {
			check(1<<shift + near)
			check(1<<shift - 1 - near)
		}
	}
	for root := uint64(1<<32 - 1); root > 1<<32-100; root-- {
		check(root*root - 1)
		check(root * root)
		check(root*root + 1)
	}
	check(math.MaxUint64)
	r := random(t)
	for range 100000 {
		check(r.Uint64() >> r.IntN(64))
	}
}

// TestArgumentsThatMakeNoSense is about numbers that rules compute wrongly: the
// answer is one that can be named, and the same everywhere.
func TestArgumentsThatMakeNoSense(t *testing.T) {
	one, none := Vec{One, 0}, Vec{}
	if one.Within(-5*One) || none.Within(-1) || !none.Within(0) {
		t.Error("something is within a negative radius")
	}
	if one.ClampLen(-One) != none || none.ClampLen(-One) != none || one.ClampLen(0) != none {
		t.Errorf("to a negative length: %v, %v", one.ClampLen(-One), none.ClampLen(-One))
	}
	if fixedMin.Abs() != fixedMax || Fixed(-1).Abs() != 1 || (fixedMin+1).Abs() != fixedMax || fixedMax.Abs() != fixedMax {
		t.Errorf("the absolute value of the lowest is %d", fixedMin.Abs())
	}
	r := Rand{1}
	for range 100 {
		if a, b, c := r.Intn(0), r.Intn(-5), r.Intn(math.MinInt32); a|b|c != 0 {
			t.Fatalf("of 0, -5 and the lowest: %d, %d, %d", a, b, c)
		}
		if got := r.Between(7, 3); got != 7 {
			t.Fatalf("between 7 and 3 is %d", got)
		}
		if got := r.Between(fixedMin, fixedMax); r.Between(fixedMax, fixedMin) != fixedMax {
			t.Fatalf("between all, %d, or the wrong way round", got)
		}
	}
}
