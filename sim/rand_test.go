package sim

import (
	"math"
	"math/bits"
	"testing"
)

func TestRandIsSplitmix64(t *testing.T) {
	// The first numbers of the reference implementation for seed 1234567.
	r := Rand{1234567}
	for i, want := range []uint64{6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821} {
		if got := r.Uint64(); got != want {
			t.Errorf("number %d is %d, want %d", i, got, want)
		}
	}
}

func TestRandIsEven(t *testing.T) {
	seed := random(t).Uint64()
	t.Logf("of the world: %d", seed)
	r := Rand{seed}
	const draws, boxes = 100000, 10
	var intn, between, angle [boxes]int
	var ones int
	for range draws {
		intn[r.Intn(boxes)]++
		between[r.Between(-5, 4)+5]++
		angle[uint32(r.Angle())*boxes>>16]++
		ones += bits.OnesCount64(r.Uint64())
	}
	for name, counts := range map[string][boxes]int{"Intn": intn, "Between": between, "Angle": angle} {
		// 9 degrees of freedom: above 50 once in 10 million runs.
		if chi := chiSquared(counts[:], draws/boxes); chi > 50 {
			t.Errorf("%s: %v, chi squared %v", name, counts, chi)
		}
	}
	if off := math.Abs(float64(ones)-32*draws) / math.Sqrt(16*draws); off > 6 {
		t.Errorf("%d bits of %d are set, %v deviations off", ones, 64*draws, off)
	}
}

func chiSquared(counts []int, want float64) (sum float64) {
	for _, n := range counts {
		sum += (float64(n) - want) * (float64(n) - want) / want
	}
	return sum
}

func TestRandStaysInRange(t *testing.T) {
	r := Rand{random(t).Uint64()}
	for range 10000 {
		if n := r.Intn(1); n != 0 {
			t.Fatalf("Intn(1) = %d", n)
		}
		if n := r.Intn(math.MaxInt32); n < 0 || n == math.MaxInt32 {
			t.Fatalf("Intn(MaxInt32) = %d", n)
		}
		if f := r.Between(7, 7); f != 7 {
			t.Fatalf("Between(7, 7) = %d", f)
		}
		if f := r.Between(fixedMax-1, fixedMax); f < fixedMax-1 {
			t.Fatalf("Between two = %d", f)
		}
	}
	var low, high bool
	for range 1000 {
		f := r.Between(fixedMin, fixedMax)
		low, high = low || f < fixedMin/2, high || f > fixedMax/2
	}
	if !low || !high {
		t.Errorf("Between the ends: low %t, high %t", low, high)
	}
}

func TestRandIsState(t *testing.T) {
	w, other := declare(t, func(*World) {}), declare(t, func(*World) {})
	w.Rand().Uint64()
	if w.Hash() == other.Hash() {
		t.Error("drawing a number does not change the hash")
	}
	if err := other.Restore(w.Append(nil)); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if a, b := w.Rand().Uint64(), other.Rand().Uint64(); a != b {
			t.Fatalf("drew %d, the restored world %d", a, b)
		}
	}
}
