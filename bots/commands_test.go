package bots

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/exchange"
)

// given is a command of a random player.
type given struct {
	tick         sim.Tick
	values, list []int32
}

// orderRandom returns what a random player orders.
func orderRandom(t *testing.T, schema *pb.Schema, seed uint64, hz, ticks int) (all []given) {
	t.Helper()
	b, err := newRandom(schema, rand.New(rand.NewPCG(seed, 1)))
	check(t, err)
	var c netproto.Command
	for tick := range ticks {
		v := &View{Tick: sim.Tick(tick + 1), Hz: hz}
		if b.(Commander).Command(v, &c) {
			if n := netproto.CommandSize(&c); n > netproto.MaxCommand {
				t.Fatalf("a command of %d bytes, at most %d", n, netproto.MaxCommand)
			}
			all = append(all, given{v.Tick, slices.Clone(c.Values[:c.Count]), slices.Clone(c.List[:c.ListCount])})
		}
	}
	return all
}

// TestRandomCommandsFitEverySchema: each field stays in its range, whatever that
// is, and a player thinks between two of them.
func TestRandomCommandsFitEverySchema(t *testing.T) {
	wide := make([]*pb.CommandField, 0, netproto.MaxInputValues+1)
	for range netproto.MaxInputValues {
		wide = append(wide, &pb.CommandField{Min: math.MinInt32, Max: math.MaxInt32})
	}
	wide = append(wide, &pb.CommandField{Min: math.MinInt32, Max: math.MaxInt32, List: sim.MaxCommandList})
	const hz, seconds = 20, 3000
	for name, fields := range map[string][]*pb.CommandField{
		"plain":  {{Min: 3, Max: 3}, {Min: -9, Max: -5}, {Max: 1}},
		"a list": {{Max: 9}, {Min: 5, Max: 7, List: 4}},
		"wide":   wide,
	} {
		schema := &pb.Schema{Command: fields}
		orders := orderRandom(t, schema, 7, hz, hz*seconds)
		if n := len(orders); n < seconds/4 || n > seconds {
			t.Errorf("%s: %d commands in %d s", name, n, seconds)
		}
		for i, o := range orders {
			if i > 0 && (o.tick.Since(orders[i-1].tick) < hz || o.tick.Since(orders[i-1].tick) > 4*hz) {
				t.Fatalf("%s: a command at %d after one at %d", name, o.tick, orders[i-1].tick)
			}
			for k, f := range fields {
				values, most := o.list, int(f.GetList())
				if most == 0 {
					values, most = o.values[k:k+1], 1
				}
				if len(values) > most || slices.ContainsFunc(values, func(v int32) bool { return v < f.GetMin() || v > f.GetMax() }) {
					t.Fatalf("%s: field %d is %d, its range is %v", name, k, values, f)
				}
			}
		}
		longest := slices.MaxFunc(orders, func(a, b given) int { return len(a.list) - len(b.list) })
		if most := int(fields[len(fields)-1].GetList()); most > 0 && most < sim.MaxCommandList && len(longest.list) != most {
			t.Errorf("%s: the longest list has %d numbers, want %d", name, len(longest.list), most)
		}
		if !slices.EqualFunc(orders, orderRandom(t, schema, 7, hz, hz*seconds), func(a, b given) bool {
			return a.tick == b.tick && slices.Equal(a.values, b.values) && slices.Equal(a.list, b.list)
		}) {
			t.Errorf("%s: the same seed played differently", name)
		}
	}
	if orders := orderRandom(t, &pb.Schema{}, 1, hz, 1000); len(orders) > 0 {
		t.Errorf("%d commands in a game without", len(orders))
	}
}

// eager wants to give a command at every tick.
type eager struct{ idle }

func (eager) Command(_ *View, c *netproto.Command) bool {
	c.Count, c.ListCount = 1, 0
	return true
}

// TestCommandsWaitForTheirTurn: while the server has not dealt with one, no other
// is given.
func TestCommandsWaitForTheirTurn(t *testing.T) {
	world, err := sim.Start(exchange.Game().Modes[0], 1)
	check(t, err)
	check(t, world.Join(1, sim.Entrant{}))
	encoder, viewer := netproto.NewEncoder(world), netproto.Viewer{}
	welcome, err := netproto.AppendWelcome(nil, &pb.Welcome{Seat: 1, TickHz: exchange.Hz, Schema: netproto.SchemaOf(world)})
	check(t, err)
	b := &bot{random: rand.New(rand.NewPCG(1, 1))}
	b.Connected(0)
	now, commanded := epoch, uint32(0)
	step := func() {
		now = now.Add(time.Second / exchange.Hz)
		world.Step()
		encoder.Encode()
		check(t, b.Session.Receive(encoder.AppendSnapshot(welcome, &viewer, 1, netproto.Header{Commanded: commanded}), now))
		if welcome != nil {
			check(t, b.welcomed(func(*pb.Schema, *rand.Rand) (Behaviour, error) { return eager{}, nil }))
			welcome = nil
		}
		var f netproto.ClientFrame
		check(t, netproto.ReadClientFrame(b.act(nil, now, false, 0), &f))
		if n := len(f.Commands); n > 0 {
			if n > 1 || f.Commands[0].Number != commanded+1 {
				t.Fatalf("%d commands, from %d, after %d were acked", n, f.Commands[0].Number, commanded)
			}
		}
	}
	for range 10 {
		step()
	}
	if b.CommandsWaiting() != 1 || b.Counts.Commands != 1 {
		t.Fatalf("%d wait, %d were given", b.CommandsWaiting(), b.Counts.Commands)
	}
	for commanded = 1; commanded < 5; commanded++ {
		step()
	}
	if b.Counts.Commands != 5 {
		t.Errorf("%d were given, 4 acked", b.Counts.Commands)
	}
}

// ear is what the rules of a game of commands hear, by seat: the ticks of the
// commands. The room's goroutine writes it.
type ear struct {
	mu    sync.Mutex
	ticks map[sim.Seat][]sim.Tick
}

// earOrder cannot be all zero, so that what is left out is refused.
type earOrder struct {
	Kind uint8   `command:"min=1,max=6"`
	List []int32 `command:"min=5,max=9,len=3"`
}

type listening struct {
	*ear
	w        *sim.World
	commands *sim.Command[earOrder]
}

func (listening) Join(sim.Seat, sim.Entrant) {}
func (listening) Leave(sim.Seat)             {}
func (listening) View(sim.Seat, *sim.View)   {}

func (l listening) Step(*sim.Inputs) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for seat := range l.commands.All {
		l.ticks[seat] = append(l.ticks[seat], l.w.Tick())
	}
}

// mode is a game of commands, and of inputs too if it has ticks.
func (e *ear) mode(hz int) sim.Mode {
	return sim.Mode{Name: "ear", Hz: hz, Seats: 4, CommandsPerSecond: 1, New: func(w *sim.World) sim.Rules {
		sim.NewSingle[struct{ N uint8 }](w, "one")
		if hz > 0 {
			sim.NewInput[struct{ Turn int8 }](w)
		}
		return listening{e, w, sim.NewCommand[earOrder](w)}
	}}
}

// heard reports whether so many seats gave so many commands each.
func (e *ear) heard(seats, each int) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, ticks := range e.ticks {
		if len(ticks) < each {
			return false
		}
	}
	return len(e.ticks) == seats
}

// playUntil has random players play a mode until something is so.
func playUntil(t *testing.T, mode sim.Mode, players int, so func() bool) *Report {
	t.Helper()
	c := short(startNode(t, mode))
	c.Mode, c.Behaviour, c.Players, c.RoomSize, c.Duration, c.Warmup = mode.Name, AnyGame, players, players, time.Hour, 0
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	over := make(chan struct{})
	go func() {
		defer close(over)
		eventually(t, so)
		cancel()
	}()
	r, err := Run(ctx, c, nil)
	<-over
	if !errors.Is(err, context.Canceled) || r.Connected != players || len(r.Closes) > 0 || r.Resyncs > 0 {
		t.Fatalf("%v, report: %+v", err, r)
	}
	return r
}

// TestRandomPlayersGiveCommands in a room with ticks and in one that rests, to a
// mode that takes one a second: all are given, and none sooner than the player has
// thought.
func TestRandomPlayersGiveCommands(t *testing.T) {
	for _, hz := range []int{0, 30} {
		t.Run(fmt.Sprint(hz, " Hz"), func(t *testing.T) {
			t.Parallel()
			e := &ear{ticks: map[sim.Seat][]sim.Tick{}}
			mode := e.mode(hz)
			r := playUntil(t, mode, 4, func() bool { return e.heard(4, 3) })
			if (r.Inputs > 0) != (hz > 0) || r.Commands < 4*3 {
				t.Errorf("%d inputs and %d commands", r.Inputs, r.Commands)
			}
			for seat, ticks := range e.ticks {
				// Between the first and the last there are thoughts of a second at least;
				// the network may bring the first late and the last early.
				if n := ticks[len(ticks)-1].Since(ticks[0]); n < (len(ticks)-2)*mode.TickHz() {
					t.Errorf("seat %d gave commands at %d", seat, ticks)
				}
			}
		})
	}
}

// floorWatch tells when shares were traded.
type floorWatch struct {
	sim.Rules
	w      *sim.World
	traded chan struct{}
}

func (f *floorWatch) Step(in *sim.Inputs) {
	f.Rules.Step(in)
	for _, t := range f.w.Tables() {
		if t.Name() != "market" {
			continue
		}
		for slot := range t.High() {
			if t.Value(slices.IndexFunc(t.Columns(), func(c sim.Column) bool { return c.Name == "volume" }), slot) > 0 {
				select {
				case f.traded <- struct{}{}:
				default:
				}
			}
		}
	}
}

// TestRandomPlayersTrade on the floor of the exchange.
func TestRandomPlayersTrade(t *testing.T) {
	mode, traded := exchange.Game().Modes[0], make(chan struct{}, 1)
	inner := mode.New
	mode.New = func(w *sim.World) sim.Rules {
		rules := inner(w)
		if rules == nil {
			return nil
		}
		return &floorWatch{rules, w, traded}
	}
	r := playUntil(t, mode, 20, func() bool { return len(traded) > 0 })
	if r.Inputs != 0 || r.Commands < 2 {
		t.Errorf("%d inputs and %d commands", r.Inputs, r.Commands)
	}
}
