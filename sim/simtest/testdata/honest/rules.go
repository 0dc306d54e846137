package honest

import (
	"cmp"
	"slices"
	"strings"

	"github.com/metronome-server/metronome/sim"
)

type pawn struct {
	Seat  sim.Seat `wire:"owner"`
	Score int16
	Near  sim.Ref
}

type input struct{ X int16 }

// game has int, sorts and fields in all the ways that are right.
type game struct {
	w     *sim.World
	pawns *sim.Table[pawn]
	in    *sim.Input[input]
	order []*pawn   //simtest:derived in each step
	seats []sim.Ref //simtest:derived by Restored
	cost  int
	walls [][4]int
}

func newGame(w *sim.World) sim.Rules {
	seats := w.Mode().Seats
	g := &game{w: w, in: sim.NewInput[input](w), seats: make([]sim.Ref, seats+1), cost: 300}
	g.pawns = sim.NewTable[pawn](w, "pawn", 2*seats)
	for x := range 8 {
		for y := range 8 {
			g.walls = append(g.walls, [4]int{x * 64, y * 64, 32, 32})
		}
	}
	return g
}

func (g *game) Join(seat sim.Seat, _ sim.Entrant) {
	g.seats[seat], _, _ = g.pawns.Add(pawn{Seat: seat})
}

func (g *game) Leave(seat sim.Seat) {
	g.pawns.Remove(g.seats[seat])
	g.seats[seat] = 0
}

func (g *game) Restored() {
	clear(g.seats)
	for ref, p := range g.pawns.All {
		g.seats[p.Seat] = ref
	}
}

func (g *game) Step(in *sim.Inputs) {
	g.order = g.order[:0]
	for ref, p := range g.pawns.All {
		x := int(g.in.Of(p.Seat).X)
		p.Score = int16(min(max(int(p.Score)+x*g.cost/100, -1000), 1000))
		p.Near = ref
		g.order = append(g.order, p)
		for i := len(g.walls) - 1; i >= 0; i-- {
			if w := g.walls[i]; inside(x, w[0], w[0]+w[2]) && in.Seen(p.Seat)+16*2 > 0 {
				p.Score++
			}
		}
	}
	slices.SortStableFunc(g.order, func(a, b *pawn) int { return cmp.Compare(a.Score, b.Score) })
	//simtest:total a seat has one pawn
	slices.SortFunc(g.order, func(a, b *pawn) int { return cmp.Compare(a.Seat, b.Seat) })
	slices.SortFunc(g.order, func(a, b *pawn) int { return int(a.Seat) - int(b.Seat) }) //simtest:total
	slices.SortFunc([]int16{3, 1}, cmp.Compare[int16])
	slices.SortFunc([]string{"b", "a"}, func(a, b string) int { return strings.Compare(b, a) })
	if uint32(g.w.Tick())%uint32(g.w.Mode().Hz) == 0 && g.w.Tick().Since(5) > 100 {
		var sum int64
		for _, p := range g.order {
			sum += int64(p.Score) * int64(p.Score)
		}
		best, hit := int64(0), false
		visit := func(n int64) { best, hit = max(best, n), true }
		visit(sum)
		_ = hit
	}
}

func inside(x, lo, hi int) bool { return x >= lo && x < hi }

func (g *game) View(seat sim.Seat, v *sim.View) {
	if p := g.pawns.Get(g.seats[seat]); p != nil {
		v.See(sim.Group(uint16(p.Score)))
	}
}

// Mode has all of it.
var Mode = sim.Mode{Name: "honest", Hz: 30, Seats: 8, New: newGame}
