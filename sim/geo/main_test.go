package geo

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"go.uber.org/goleak"

	"github.com/metronome-server/metronome/sim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	lowest  = sim.Fixed(math.MinInt32)
	highest = sim.Fixed(math.MaxInt32)
)

// random returns a generator and prints its seed.
func random(t testing.TB) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// coordinate returns a number of any size; the ends and 0 often.
func coordinate(r *rand.Rand) sim.Fixed {
	switch r.IntN(12) {
	case 0:
		return []sim.Fixed{lowest, lowest + 1, -1, 0, 1, highest}[r.IntN(6)]
	case 1, 2, 3:
		return sim.Fixed(r.IntN(9) - 4)
	}
	return sim.Fixed(r.Uint32()) >> r.IntN(31)
}

func point(r *rand.Rand) sim.Vec { return sim.Vec{X: coordinate(r), Y: coordinate(r)} }

func rect(r *rand.Rand) Rect {
	a, b := point(r), point(r)
	return Rect{sim.Vec{X: min(a.X, b.X), Y: min(a.Y, b.Y)}, sim.Vec{X: max(a.X, b.X), Y: max(a.Y, b.Y)}}
}

// units is a point of whole units.
func units(x, y int32) sim.Vec { return sim.Vec{X: sim.Int(x), Y: sim.Int(y)} }

// box is a rectangle of whole units.
func box(x0, y0, x1, y1 int32) Rect { return Rect{units(x0, y0), units(x1, y1)} }

func whole(n int64) *big.Int { return big.NewInt(n) }

func add(a, b *big.Int) *big.Int { return new(big.Int).Add(a, b) }
func sub(a, b *big.Int) *big.Int { return new(big.Int).Sub(a, b) }
func mul(a, b *big.Int) *big.Int { return new(big.Int).Mul(a, b) }

// dot is the scalar product of two lists of coordinates.
func dot(a, b []int64) *big.Int {
	sum := new(big.Int)
	for i := range a {
		sum.Add(sum, mul(whole(a[i]), whole(b[i])))
	}
	return sum
}

// nearestInt64 is a number as int64, or the end of the range that it is beyond.
func nearestInt64(n *big.Int) int64 {
	switch {
	case n.IsInt64():
		return n.Int64()
	case n.Sign() < 0:
		return math.MinInt64
	}
	return math.MaxInt64
}
