package bots

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// companyRooms is how many rooms of each mode are played for each kind of
// newcomer. The limits hold from a few on; 25 give percentiles to quote.
var companyRooms = flag.Int("company-rooms", 2, "rooms that newcomers come to, of each mode and kind of newcomer")

const (
	firstSeconds = 20 // of a newcomer, which are judged
	comings      = 4  // newcomers in a room, one after the other
	lookAhead    = 90 // units that the page's camera is ahead of the ship
)

// screens are the pages that are judged, in CSS pixels.
var screens = [3]point{{1280, 720}, {390, 844}, {320, 568}}

// shown returns half of what a page shows of the world, in units: the zoom is
// that of web/app/src/play/camera.ts.
func shown(screen point) point { return screen.times(0.5 * math.Sqrt(1300*800/(screen.x*screen.y))) }

// newcomer plays as somebody who has never played: stands still, flies
// straight, or takes a new direction each second or so. Who flies fires at random.
type newcomer struct {
	pilot
	motion
	buttons      int
	random       *rand.Rand
	still, turns bool
	turn         sim.Tick
}

func newNewcomer(still, turns bool) Maker {
	return func(schema *pb.Schema, random *rand.Rand) (Behaviour, error) {
		p, noPilot := newPilot(schema)
		buttons, noButtons := inputField(schema, "buttons")
		return &newcomer{pilot: p, buttons: buttons, random: random, still: still, turns: turns}, errors.Join(noPilot, noButtons)
	}
}

// Act implements Behaviour.
func (n *newcomer) Act(v *View, in []int32) bool {
	l, i, alive := n.self(v)
	if n.still || !alive {
		return false
	}
	blockedX, blockedY := n.watch(n.at(l, i), v.Mirror.Tick())
	switch {
	case n.turn == 0 || n.turns && v.Tick >= n.turn:
		n.told(n.random.Float64()*2*math.Pi, v.Tick)
		n.turn = v.Tick.Add(v.Hz/2 + n.random.IntN(v.Hz))
	case blockedX || blockedY:
		n.told(n.reflected(blockedX, blockedY), v.Tick)
	}
	n.fly(in, n.direction)
	n.face(in, n.direction)
	in[n.buttons] = 0
	if n.random.IntN(4) == 0 {
		in[n.buttons] = buttonBlaster
	}
	return true
}

// company is what newcomers of one kind saw in one mode, by screen.
type company struct {
	joined    [3][]float64 // seconds from joining to the first other ship in the picture
	respawned [3][]float64 // the same, from a new ship after a death
	alone     [3][]float64 // part of the first 20 s without any
	lives     []float64    // seconds from the first ship to its end, or to the end of the 20
	deaths    float64
}

// gaze is what one newcomer sees, tick by tick.
type gaze struct {
	ship    pilot
	aim     netproto.Place
	half    [3]point
	middle  point // of the picture
	killer  uint32
	alive   bool
	ships   int    // so far
	waiting [3]int // ticks that nobody has been in sight since the ship came; -1: somebody was
	without [3]int // ticks in all
	life    int    // ticks of the first ship
}

func newGaze(t testing.TB, p *sitter) *gaze {
	g := &gaze{waiting: [3]int{0, 0, 0}}
	var err error
	g.ship, err = newPilot(p.mirror.Schema())
	check(t, err)
	g.aim, err = column(p.mirror.Schema(), "ship", "aim")
	check(t, err)
	for i, s := range screens {
		g.half[i] = shown(s)
	}
	kill := slices.IndexFunc(p.mirror.Schema().GetEvent(), func(e *pb.EventSchema) bool { return e.GetName() == "kill" })
	p.mirror.OnEvent(func(e netproto.Event) {
		if e.Kind == kill && e.Values[0] == uint32(p.seat) {
			g.killer = e.Values[1]
		}
	})
	return g
}

// look takes in a tick. The dead see what the page shows them: who did it.
func (g *gaze) look(c *company, v *View) {
	l, row, alive := g.ship.self(v)
	if alive {
		aim := float64(l.Column(g.aim.Column)[row]) / 256 * 2 * math.Pi
		g.middle = pointOf(g.ship.at(l, row)).plus(toward(aim, lookAhead))
	}
	if alive && !g.alive {
		g.ships++
		if g.ships > 1 {
			g.waiting = [3]int{}
		}
	}
	if !alive && g.alive {
		c.deaths++
	}
	g.alive = alive
	if alive && g.ships == 1 {
		g.life++
	}
	seen := g.others(v)
	for i := range screens {
		switch {
		case !seen[i]:
			g.without[i]++
			if g.waiting[i] >= 0 {
				g.waiting[i]++
			}
		case g.waiting[i] >= 0 && alive:
			c.came(i, g.ships, float64(g.waiting[i])/float64(v.Hz))
			g.waiting[i] = -1
		}
	}
}

func (c *company) came(screen, ships int, seconds float64) {
	if ships > 1 {
		c.respawned[screen] = append(c.respawned[screen], seconds)
	} else {
		c.joined[screen] = append(c.joined[screen], seconds)
	}
}

// others reports on which screens another ship is in the picture.
func (g *gaze) others(v *View) (seen [3]bool) {
	for l := range v.Mirror.Lists(g.ship.seat.Table) {
		for row, seat := range l.Column(g.ship.seat.Column) {
			if seat == uint32(v.Seat) {
				continue
			}
			if !g.alive && seat == g.killer {
				return [3]bool{true, true, true}
			}
			way := g.middle.to(pointOf(g.ship.at(l, row)))
			for i, h := range g.half {
				seen[i] = seen[i] || math.Abs(way.x) < h.x && math.Abs(way.y) < h.y
			}
		}
	}
	return seen
}

// visit has a newcomer come to a room, stay for the time that is judged, and go.
func (c *company) visit(tb *table, maker Maker, random *rand.Rand) {
	p := tb.join(maker, random)
	g := newGaze(tb.t, p)
	ticks := firstSeconds * tb.mode.Hz
	tb.play(ticks, func() { g.look(c, &p.view) })
	for i := range screens {
		if g.waiting[i] >= 0 {
			c.came(i, g.ships, float64(g.waiting[i])/float64(tb.mode.Hz))
		}
		c.alone[i] = append(c.alone[i], float64(g.without[i])/float64(ticks))
	}
	c.lives = append(c.lives, float64(g.life)/float64(tb.mode.Hz))
	tb.leave()
}

// percentile of values, which it sorts.
func percentile(values []float64, p float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[int(math.Ceil(p*float64(len(values))))-1]
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(max(len(values), 1))
}

// TestNewcomersHaveCompany: whoever comes into a room of bots sees another ship
// at once, and hardly ever none, whatever they do and on which screen.
func TestNewcomersHaveCompany(t *testing.T) {
	for _, room := range []struct {
		mode string
		bots int
	}{{"ffa", 20}, {"ffa", 5}, {"teams", 12}, {"duel", 1}, {"open", 40}} {
		for _, kind := range []struct {
			name         string
			still, turns bool
			alone        float64 // most of the first seconds; far from it before there were rules for it
		}{{"still", true, false, 0.15}, {"straight", false, false, 0.6}, {"turning", false, true, 0.3}} {
			t.Run(fmt.Sprintf("%s-%d-%s", room.mode, room.bots, kind.name), func(t *testing.T) {
				var c company
				for seed := range uint64(*companyRooms) {
					tb := newTable(t, room.mode, room.bots, newFighter, seed)
					tb.play(int(5+seed%8*5)*tb.mode.Hz, nil)
					for i := range comings {
						c.visit(tb, newNewcomer(kind.still, kind.turns), rand.New(rand.NewPCG(seed, uint64(1000+i))))
						tb.play(3*tb.mode.Hz, nil)
					}
				}
				t.Logf("life p50 %.1f s, deaths in 20 s %.1f", percentile(c.lives, 0.5), c.deaths/float64(len(c.lives)))
				for i, s := range screens {
					if worst := slices.Max(c.joined[i]); worst > 2 {
						t.Errorf("%.0f x %.0f: nobody in sight for the first %.1f s", s.x, s.y, worst)
					}
					if alone := mean(c.alone[i]); alone > kind.alone {
						t.Errorf("%.0f x %.0f: nobody in sight for %.0f %% of the first %d s, want %.0f %% at most", s.x, s.y, 100*alone, firstSeconds, 100*kind.alone)
					}
					t.Logf("%4.0f x %3.0f  joined p50 %4.1f p99 %4.1f s, respawned p50 %4.1f p99 %4.1f s, alone p50 %3.0f %% mean %3.0f %% p99 %3.0f %%", s.x, s.y,
						percentile(c.joined[i], 0.5), percentile(c.joined[i], 0.99), percentile(c.respawned[i], 0.5), percentile(c.respawned[i], 0.99),
						100*percentile(c.alone[i], 0.5), 100*mean(c.alone[i]), 100*percentile(c.alone[i], 0.99))
				}
			})
		}
	}
}
