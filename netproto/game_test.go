package netproto

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// zoo is a game that does everything the wire must carry: rows that appear,
// vanish, move between groups and change owners, columns of every kind.
type zoo struct {
	w      *sim.World
	beasts *sim.Table[beast]
	stones *sim.Table[stone]
	clock  *sim.Single[clock]
	input  *sim.Input[zooInput]
	bang   *sim.Event[bang]
	// crowd is about how many beasts there are; each does something unexpected
	// every calm/10 ticks.
	crowd, calm int32
}

type beast struct {
	X, Y   sim.Fixed `wire:"linear"`
	VX     int16     `wire:"local"`
	Shot   sim.Fixed `wire:"linear=vx"`
	Aim    sim.Angle `wire:"linear"`
	Small  int8      `wire:"linear"`
	Cell   uint8
	Health uint16
	Alive  bool
	Prey   sim.Ref
	Owner  sim.Seat `wire:"owner"`
	Gold   uint32   `wire:"private"`
	Heat   int16    `wire:"private,linear"`
}

type stone struct {
	Size int32
}

type clock struct{ Ends uint32 }

type zooInput struct{ Move int8 }

type bang struct {
	At   sim.Fixed
	Loud uint16
}

func newZoo(w *sim.World, crowd, calm int32) sim.Rules {
	return &zoo{
		w: w, crowd: crowd, calm: calm,
		beasts: sim.NewTable[beast](w, "beast", 400).GroupBy(func(b *beast) sim.Group {
			return sim.Group(b.Cell)
		}),
		stones: sim.NewTable[stone](w, "stone", 40),
		clock:  sim.NewSingle[clock](w, "clock"),
		input:  sim.NewInput[zooInput](w),
		bang:   sim.NewEvent[bang](w, "bang"),
	}
}

func (z *zoo) Join(seat sim.Seat, _ sim.Entrant) { z.spawn(seat) }
func (z *zoo) Leave(seat sim.Seat) {
	for ref, b := range z.beasts.All {
		if b.Owner == seat {
			z.beasts.Remove(ref)
		}
	}
}

func (z *zoo) spawn(owner sim.Seat) {
	r := z.w.Rand()
	z.beasts.Add(beast{
		X: r.Between(-sim.Int(4000), sim.Int(4000)), VX: int16(r.Intn(2000) - 1000),
		Aim: r.Angle(), Cell: uint8(r.Intn(6)), Owner: owner, Alive: true, Gold: uint32(r.Uint64()),
	})
}

func (z *zoo) Step(*sim.Inputs) {
	r := z.w.Rand()
	for n := z.crowd; n > int32(z.beasts.Len()) && r.Intn(3) == 0; n-- {
		z.spawn(sim.Seat(r.Intn(5)))
	}
	if r.Intn(20) == 0 {
		z.stones.Add(stone{r.Intn(1<<30) - 1<<29})
	}
	for ref := range z.stones.All {
		if r.Intn(500) == 0 {
			z.stones.Remove(ref)
		}
	}
	if r.Intn(30) == 0 {
		z.clock.Get().Ends = uint32(z.w.Tick()) + 900
	}
	for ref, b := range z.beasts.All {
		z.live(ref, b)
	}
	if r.Intn(3) == 0 {
		z.bang.Emit(sim.Group(r.Intn(8)), bang{r.Between(-500, 500), uint16(r.Intn(60000))})
	}
}

func (z *zoo) live(ref sim.Ref, b *beast) {
	r := z.w.Rand()
	b.X += sim.Fixed(b.VX)
	b.Shot += sim.Fixed(b.VX)
	b.Y -= 300
	b.Aim += 700
	b.Small += 3 // wraps
	b.Heat += 9
	switch r.Intn(z.calm) {
	case 0:
		z.beasts.Remove(ref)
	case 1:
		b.Cell = uint8(r.Intn(6))
	case 2:
		b.VX = int16(r.Intn(2000) - 1000)
	case 3:
		b.Health, b.Alive = uint16(r.Intn(65536)), !b.Alive
	case 4:
		b.Prey = ref
	case 5:
		b.Gold = uint32(r.Uint64())
	case 6:
		b.Aim = r.Angle()
	case 7:
		b.Owner = sim.Seat(r.Intn(5))
	case 8:
		b.Cell, b.VX, b.Health = uint8(r.Intn(6)), int16(r.Intn(100)), b.Health+1
	case 9: // removed and its id taken again within the tick
		z.beasts.Remove(ref)
		z.spawn(sim.Seat(r.Intn(5)))
	}
}

// View changes now and then, so that groups come and go.
func (z *zoo) View(seat sim.Seat, v *sim.View) {
	phase := uint32(z.w.Tick())/7 + uint32(seat)
	v.See(sim.Group(phase % 8))
	v.See(sim.Group(phase / 3 % 6))
}

func startZoo(t testing.TB, seed uint64, crowd, calm int32) *sim.World {
	t.Helper()
	w, err := sim.Start(sim.Mode{Name: "zoo", Hz: 30, Seats: 8, New: func(w *sim.World) sim.Rules {
		return newZoo(w, crowd, calm)
	}}, seed)
	if err != nil {
		t.Fatal(err)
	}
	return w
}
