package arena

import (
	"math/rand/v2"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// bench is a match that a test drives.
type bench struct {
	t testing.TB
	w *sim.World
	a *rules
	// values is kept so that giving an input allocates nothing.
	values [4]int32
}

// play starts a match with rules c and players on the first seats.
func play(t testing.TB, c Config, players int) *bench {
	t.Helper()
	b := &bench{t: t}
	m := Mode("test", "Test", c)
	inner := m.New
	m.New = func(w *sim.World) sim.Rules {
		r := inner(w)
		b.a, _ = r.(*rules)
		return r
	}
	w, err := sim.Start(m, 1)
	if err != nil {
		t.Fatal(err)
	}
	b.w = w
	for seat := 1; seat <= players; seat++ {
		b.join(sim.Seat(seat))
	}
	return b
}

func (b *bench) join(seat sim.Seat) {
	b.t.Helper()
	if err := b.w.Join(seat, sim.Entrant{}); err != nil {
		b.t.Fatal(err)
	}
}

// give sets the input of a seat for the next step.
func (b *bench) give(seat sim.Seat, in Input) { b.giveSeen(seat, in, 0) }

func (b *bench) giveSeen(seat sim.Seat, in Input, seen int) {
	b.values = [4]int32{int32(in.DX), int32(in.DY), int32(in.Aim), int32(in.Buttons)}
	b.w.SetInput(seat, b.values[:], seen, sim.Received)
}

// steps runs n steps with the same inputs in each.
func (b *bench) steps(n int, inputs map[sim.Seat]Input) {
	for range n {
		for seat, in := range inputs {
			b.give(seat, in)
		}
		b.w.Step()
	}
}

// ship returns the ship of a seat, or nil.
func (b *bench) ship(seat sim.Seat) *Ship {
	p := b.a.players.Of(seat)
	if p == nil {
		b.t.Fatalf("nobody is on seat %d", seat)
	}
	return b.a.ships.Get(p.Ship)
}

// put places a ship, at rest.
func (b *bench) put(seat sim.Seat, x, y int) *Ship {
	b.t.Helper()
	s := b.ship(seat)
	if s == nil {
		b.t.Fatalf("seat %d has no ship", seat)
	}
	s.X, s.Y, s.VX, s.VY, s.Steer, s.SafeUntil = unit(x), unit(y), 0, 0, 0, 0
	if b.a.cfg.Cells {
		b.a.cross(s)
	}
	return s
}

// empty is a free-for-all on an empty square ground.
func empty(side int) Config {
	c := Default()
	c.Layout = Layout{Size: box(0, 0, side, side).Max}
	return c
}

// random returns a generator and prints its seed.
func random(t testing.TB) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// events returns the events of the last step of one kind, each as its fields.
func (b *bench) events(kind string) [][]uint32 {
	var found [][]uint32
	records, values := b.w.Events()
	for _, r := range records {
		if b.w.EventKinds()[r.Kind].Name == kind {
			found = append(found, values[r.First:r.First+r.Count])
		}
	}
	return found
}

// stickTo returns the full stick in a direction.
func stickTo(a sim.Angle) Input {
	v := sim.Toward(a, sim.Int(127))
	return Input{DX: int8((v.X + 128) >> 8), DY: int8((v.Y + 128) >> 8), Aim: a}
}
