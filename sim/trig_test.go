package sim

import (
	"math"
	"testing"
)

func radians(a Angle) float64 { return float64(a) * 2 * math.Pi / 65536 }

func TestSineTable(t *testing.T) {
	for i, got := range sines {
		if want := math.Round(65536 * math.Sin(float64(i)*math.Pi/512)); float64(got) != want {
			t.Errorf("sines[%d] = %d, want %v", i, got, want)
		}
	}
}

func TestSinAndCosOfEveryAngle(t *testing.T) {
	for i := range 65536 {
		a := Angle(i)
		if off := math.Abs(float64(Sin(a)) - 65536*math.Sin(radians(a))); off > 2 {
			t.Fatalf("Sin(%d) = %d is off by %v", a, Sin(a), off)
		}
		if off := math.Abs(float64(Cos(a)) - 65536*math.Cos(radians(a))); off > 2 {
			t.Fatalf("Cos(%d) = %d is off by %v", a, Cos(a), off)
		}
		if Sin(-a) != -Sin(a) || Sin(a+32768) != -Sin(a) || Cos(-a) != Cos(a) {
			t.Fatalf("the symmetries do not hold at %d", a)
		}
	}
	if Sin(0) != 0 || Sin(16384) != 65536 || Sin(32768) != 0 || Sin(49152) != -65536 || Cos(0) != 65536 {
		t.Error("the quarters are not exact")
	}
}

func TestToward(t *testing.T) {
	for i := range 65536 {
		a := Angle(i)
		for _, r := range []Fixed{0, 1, One, Int(4096), Int(-4096), fixedMax} {
			got := Toward(a, r)
			slack := 1 + 2*math.Abs(float64(r))/65536
			if x := float64(r) * math.Cos(radians(a)); math.Abs(float64(got.X)-x) > slack {
				t.Fatalf("Toward(%d, %d).X = %d, want %v", a, r, got.X, x)
			}
			if y := float64(r) * math.Sin(radians(a)); math.Abs(float64(got.Y)-y) > slack {
				t.Fatalf("Toward(%d, %d).Y = %d, want %v", a, r, got.Y, y)
			}
		}
	}
}

func TestAngleOf(t *testing.T) {
	for _, row := range []struct {
		v    Vec
		want Angle
	}{
		{Vec{}, 0}, {Vec{1, 0}, 0}, {Vec{0, 1}, 16384}, {Vec{-1, 0}, 32768}, {Vec{0, -1}, 49152},
		{Vec{1, 1}, 8192}, {Vec{-1, 1}, 24576}, {Vec{-1, -1}, 40960}, {Vec{1, -1}, 57344},
		{Vec{fixedMin, fixedMin}, 40960}, {Vec{fixedMax, fixedMax}, 8192}, {Vec{fixedMin, 0}, 32768}, {Vec{0, fixedMin}, 49152},
	} {
		if got := AngleOf(row.v); got != row.want {
			t.Errorf("AngleOf(%v) = %d, want %d", row.v, got, row.want)
		}
	}
	r := random(t)
	for range 200000 {
		v := Vec{Fixed(r.Uint32()) >> r.IntN(32), Fixed(r.Uint32()) >> r.IntN(32)}
		if v == (Vec{}) {
			continue
		}
		want := math.Atan2(float64(v.Y), float64(v.X)) * 65536 / (2 * math.Pi)
		if off := math.Abs(math.Remainder(float64(AngleOf(v))-want, 65536)); off > 2 {
			t.Fatalf("AngleOf(%v) = %d is off by %v", v, AngleOf(v), off)
		}
	}
}

func TestAngleOfTowardIsTheAngle(t *testing.T) {
	for i := range 65536 {
		a := Angle(i)
		if off := int16(AngleOf(Toward(a, Int(4096))) - a); off < -2 || off > 2 {
			t.Fatalf("angle %d comes back as %d", a, a+Angle(off))
		}
	}
}
