package geo

import (
	"math"
	"math/big"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

func TestVec3(t *testing.T) {
	v, u := Vec3{sim.Int(2), sim.Int(3), sim.Int(-6)}, Vec3{sim.Int(1), 0, sim.Int(5)}
	if v.Add(u) != (Vec3{sim.Int(3), sim.Int(3), sim.Int(-1)}) || v.Sub(u) != (Vec3{sim.Int(1), sim.Int(3), sim.Int(-11)}) {
		t.Errorf("Add %v, Sub %v", v.Add(u), v.Sub(u))
	}
	if v.Scale(sim.Int(-2)) != (Vec3{sim.Int(-4), sim.Int(-6), sim.Int(12)}) || v.Len() != sim.Int(7) || v.Dot(u) != -28<<16 {
		t.Errorf("Scale %v, Len %d, Dot %d", v.Scale(sim.Int(-2)), v.Len(), v.Dot(u))
	}
	if v.Within(sim.Int(7)-1) || !v.Within(sim.Int(7)) || (Vec3{}).Within(-1) {
		t.Error("Within its length is wrong")
	}
	if Over(units(2, 3), sim.Int(-6)) != v || v.Flat() != units(2, 3) {
		t.Errorf("Flat %v", v.Flat())
	}
	x, y, z := Vec3{X: sim.One}, Vec3{Y: sim.One}, Vec3{Z: sim.One}
	if x.Cross(y) != z || y.Cross(z) != x || z.Cross(x) != y || y.Cross(x) != (Vec3{Z: -sim.One}) {
		t.Errorf("X cross Y is %v", x.Cross(y))
	}
}

func TestVec3AgainstBigNumbers(t *testing.T) {
	r := random(t)
	list := func(v Vec3) []int64 { return []int64{int64(v.X), int64(v.Y), int64(v.Z)} }
	some := func() Vec3 { return Vec3{coordinate(r), coordinate(r), coordinate(r)} }
	for range 100_000 {
		v, u, limit := some(), some(), coordinate(r)
		a, b := list(v), list(u)
		if got, want := v.Dot(u), nearestInt64(dot(a, b)); got != want {
			t.Fatalf("%v · %v = %d, want %d", v, u, got, want)
		}
		cross := v.Cross(u)
		for i, got := range list(cross) {
			k, l := (i+1)%3, (i+2)%3
			exact := sub(mul(whole(a[k]), whole(b[l])), mul(whole(a[l]), whole(b[k])))
			if want := min(max(exact.Rsh(exact, 8).Int64(), math.MinInt32), math.MaxInt32); got != want {
				t.Fatalf("%v x %v: part %d is %d, want %d", v, u, i, got, want)
			}
		}
		length := new(big.Int).Sqrt(dot(a, a))
		if got, want := int64(v.Len()), min(length.Int64(), math.MaxInt32); got != want {
			t.Fatalf("%v is %d long, want %d", v, got, want)
		}
		within := limit >= 0 && dot(a, a).Cmp(mul(whole(int64(limit)), whole(int64(limit)))) <= 0
		if v.Within(limit) != within {
			t.Fatalf("%v is within %d: %v", v, limit, !within)
		}
		short := v.ClampLen(limit)
		if !short.Within(max(limit, 0)) || within && short != v {
			t.Fatalf("%v clamped to %d: %v", v, limit, short)
		}
		if n := length.Int64(); !within && limit > 0 {
			for i, part := range list(short) { // of the right direction and nearly the length
				want := a[i] * int64(limit) / n
				if slack := 1 + int64(limit)/n; part > want+slack || part < want-slack {
					t.Fatalf("%v clamped to %d: %v, part %d wants %d", v, limit, short, i, want)
				}
			}
		}
		sphere := Sphere{u, limit}
		apart := []int64{a[0] - b[0], a[1] - b[1], a[2] - b[2]}
		if want := limit >= 0 && dot(apart, apart).Cmp(mul(whole(int64(limit)), whole(int64(limit)))) <= 0; sphere.Contains(v) != want {
			t.Fatalf("%v contains %v: %v", sphere, v, !want)
		}
	}
}

func TestToward3(t *testing.T) {
	r := random(t)
	for range 20_000 {
		yaw, pitch, length := sim.Angle(r.Uint32()), sim.Angle(r.Uint32()), sim.Fixed(r.Uint32()>>1)>>r.IntN(31)
		got := Toward3(yaw, pitch, length)
		turn, up, far := float64(yaw)*math.Pi/32768, float64(pitch)*math.Pi/32768, float64(length)
		slack := 1 + far*5/65536
		for i, pair := range [][2]float64{
			{float64(got.X), math.Cos(turn) * math.Cos(up) * far}, {float64(got.Y), math.Sin(turn) * math.Cos(up) * far}, {float64(got.Z), math.Sin(up) * far},
		} {
			if math.Abs(pair[0]-pair[1]) > slack {
				t.Fatalf("yaw %d, pitch %d, %d: %v, part %d wants %v", yaw, pitch, length, got, i, pair[1])
			}
		}
	}
	if got := Toward3(0, 16384, sim.One); got != (Vec3{Z: sim.One}) {
		t.Errorf("straight up is %v", got)
	}
}
