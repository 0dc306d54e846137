package sim

import (
	"math/rand/v2"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// quiet are rules that do nothing but call step, for tests of one part.
type quiet struct{ step func() }

func (q quiet) Join(Seat, Entrant) {}
func (q quiet) Leave(Seat)         {}
func (q quiet) Step(*Inputs) {
	if q.step != nil {
		q.step()
	}
}
func (q quiet) View(Seat, *View) {}

type nod struct{ Yes bool }

// declare starts a world with what the function declares, and an input unless
// it declares one.
func declare(t testing.TB, what func(w *World)) *World {
	t.Helper()
	w, err := declared(what, nil)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func declared(what func(w *World), step func()) (*World, error) {
	return Start(Mode{Name: "test", Hz: 30, Seats: 8, New: func(w *World) Rules {
		what(w)
		if w.input == nil {
			NewInput[nod](w)
		}
		return quiet{step}
	}}, 1)
}

// random returns a generator and prints its seed.
func random(t testing.TB) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}
