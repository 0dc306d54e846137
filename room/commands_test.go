package room

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/metronome-server/metronome/journal/file"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/replay"
	"github.com/metronome-server/metronome/sim"
)

// desk is a small game of commands: each seat's row has what it was ordered.
type desk struct {
	w      *sim.World
	rows   *sim.PerSeat[deskRow]
	orders *sim.Command[deskOrder]
	result *sim.Outcome[deskResult]
	params *deskParams
	clock  *sim.Single[deskClock]
}

type deskRow struct {
	Seat sim.Seat `wire:"owner"`
	Team uint8
	// Orders counts them, Sum is of their values, Last is the newest one's.
	Orders, Sum uint32
	Last        int32
	Rating      int32 `wire:"private"`
}

type deskClock struct {
	Steps  uint32
	EndsAt sim.Tick
}

type deskOrder struct {
	What int32 `command:"min=0,max=1000"`
	IDs  []int32
}

type deskResult struct{ Sum int64 }

type deskParams struct {
	Goal  uint32 `param:"min=1,max=100000,default=1000"`
	Turns uint8  `param:"min=0,max=9"`
}

// What an order of the game says beside numbers to add.
const (
	deskKick = 990 + iota
	deskLock
	deskUnlock
	deskSay
	deskWake // in 30 ticks
	deskEnd
)

// deskMode is the game at so many Hz; 0 rests.
func deskMode(hz int) sim.Mode {
	return sim.Mode{Name: "desk", Hz: hz, Seats: 4, New: func(w *sim.World) sim.Rules {
		g := &desk{w: w, params: sim.NewParams[deskParams](w)}
		g.rows = sim.NewPerSeat[deskRow](w, "row")
		g.clock = sim.NewSingle[deskClock](w, "clock")
		g.orders = sim.NewCommand[deskOrder](w)
		g.result = sim.NewOutcome[deskResult](w)
		return g
	}}
}

func (g *desk) Join(seat sim.Seat, who sim.Entrant) {
	row := g.rows.Of(seat)
	row.Team, row.Rating = who.Team, who.Rating
}

func (g *desk) Leave(sim.Seat) {}

func (g *desk) Step(*sim.Inputs) {
	clock := g.clock.Get()
	clock.Steps++
	for seat, order := range g.orders.All {
		row := g.rows.Of(seat)
		row.Orders++
		row.Last = order.What
		row.Sum += uint32(order.What)
		for _, id := range order.IDs {
			row.Sum += uint32(id)
		}
		switch order.What {
		case deskKick:
			g.w.Kick(sim.Seat(order.IDs[0]), "shown the door")
		case deskLock:
			g.w.Lock()
		case deskUnlock:
			g.w.Unlock()
		case deskSay:
			g.w.Announce("hear, hear")
		case deskWake:
			clock.EndsAt = g.w.Tick().Add(30)
			g.w.Wake(30)
		case deskEnd:
			g.end()
		}
	}
}

func (g *desk) end() {
	for seat, row := range g.rows.All {
		g.result.Set(seat, 1, deskResult{int64(row.Sum)})
	}
	g.w.End("the desk is closed")
	g.w.End("twice")
}

func (g *desk) View(sim.Seat, *sim.View) {}

// row reads a seat's row.
func (r *rig) desk(seat sim.Seat) (orders, sum, last int) {
	v := r.world.Tables()[0]
	at := func(column int) int { return int(int64(v.Value(column, int(seat)-1))) }
	return at(2), at(3), at(4)
}

func order(number uint32, what int32, ids ...int32) netproto.Command {
	c := netproto.Command{Number: number, Count: 1, ListCount: len(ids)}
	c.Values[0] = what
	copy(c.List[:], ids)
	return c
}

func TestCommandsAreGivenOnceAndInOrder(t *testing.T) {
	r := newRig(t, deskMode(30))
	p := r.join("ann")
	p.send(netproto.ClientFrame{Commands: []netproto.Command{order(1, 5), order(2, 7, 100, 200)}})
	r.tick()
	p.read()
	if orders, sum, last := r.desk(1); orders != 2 || sum != 312 || last != 7 || p.frame.Commanded != 2 {
		t.Errorf("%d orders, sum %d, last %d, acked %d", orders, sum, last, p.frame.Commanded)
	}
	p.send(netproto.ClientFrame{Commands: []netproto.Command{order(1, 5), order(2, 7)}})
	r.tick()
	if p.read(); p.frame.Commanded != 0 {
		t.Errorf("it says %d again", p.frame.Commanded)
	}
	q := r.resume(p.token)
	if q.frame.Commanded != 2 {
		t.Errorf("after a resume the server says %d", q.frame.Commanded)
	}
	q.send(netproto.ClientFrame{Commands: []netproto.Command{order(2, 7), order(3, 1)}})
	r.tick()
	if orders, sum, _ := r.desk(1); orders != 3 || sum != 313 {
		t.Errorf("after a resume: %d orders, sum %d", orders, sum)
	}
	q.send(netproto.ClientFrame{Leave: true})
	r.ticks(2)
	again := r.join("bob")
	again.send(netproto.ClientFrame{Commands: []netproto.Command{order(1, 9)}})
	r.tick()
	if orders, sum, _ := r.desk(again.seat); orders != 1 || sum != 9 {
		t.Errorf("the next player: %d orders, sum %d", orders, sum)
	}
}

func TestCommandsThatAreRefused(t *testing.T) {
	r := newRig(t, deskMode(30))
	p := r.join("ann")
	long := order(3, 1)
	long.ListCount = 17
	many := order(4, 1)
	many.Count, many.Values[1] = 2, 1
	p.send(netproto.ClientFrame{Commands: []netproto.Command{order(1, 1001), order(2, 3), long, many, order(5, 4)}})
	r.tick()
	p.read()
	var refused []string
	for _, n := range p.notices {
		if f := n.GetRefused(); f != nil {
			refused = append(refused, f.GetReason())
		}
	}
	want := []string{"what is 1001, want 0 to 1000", "ids has 17 numbers, at most 16", "it has 2 values, this game's commands have 1"}
	if !slices.Equal(refused, want) || p.frame.Commanded != 5 {
		t.Errorf("%q, acked %d", refused, p.frame.Commanded)
	}
	if orders, sum, _ := r.desk(1); orders != 2 || sum != 7 {
		t.Errorf("%d orders, sum %d", orders, sum)
	}
	for name, row := range map[string]struct {
		commands []netproto.Command
		code     netproto.CloseCode
	}{
		"a gap": {[]netproto.Command{order(2, 1)}, netproto.CloseBadFrame},
		"more than may wait": {slices.Collect(func(yield func(netproto.Command) bool) {
			for n := range uint32(40) {
				if !yield(order(n+1, 1)) {
					return
				}
			}
		}), netproto.CloseFlood},
	} {
		r := newRig(t, deskMode(1), func(o *Options) { o.Mode.CommandsPerSecond = 1 })
		p := r.join("ann")
		for chunk := range slices.Chunk(row.commands, netproto.MaxCommands) {
			p.send(netproto.ClientFrame{Commands: chunk})
		}
		r.tick()
		if p.conn.code() != row.code {
			t.Errorf("%s: closed with %v", name, p.conn.ended)
		}
	}
}

// TestACommandInAMessageThatWasNotReadIsNotLost: whoever sends more messages than the
// room reads has a gap in what has come, and may come back and fill it.
func TestACommandInAMessageThatWasNotReadIsNotLost(t *testing.T) {
	r := newRig(t, deskMode(30))
	p := r.join("ann")
	r.seats[p.seat].budget.left = 0 // the tick brings two
	for n := range uint32(3) {
		p.send(netproto.ClientFrame{Commands: []netproto.Command{order(n+1, 1)}})
	}
	r.tick()
	p.send(netproto.ClientFrame{Commands: []netproto.Command{order(4, 1)}})
	r.tick()
	if p.conn.code() != netproto.CloseFlood || p.conn.code().Info().Comeback != netproto.Resume {
		t.Fatalf("closed with %v", p.conn.ended)
	}
	p = r.resume(p.token)
	acked := p.frame.Commanded
	p.send(netproto.ClientFrame{Commands: []netproto.Command{order(acked+1, 1), order(acked+2, 1)}})
	r.tick()
	if orders, _, _ := r.desk(1); acked != 2 || orders != 4 {
		t.Errorf("%d were acked, %d came", acked, orders)
	}
}

func TestCommandsOverTheRateWait(t *testing.T) {
	r := newRig(t, deskMode(10), func(o *Options) { o.Mode.CommandsPerSecond = 2 })
	p := r.join("ann")
	var commands []netproto.Command
	for n := range uint32(12) {
		commands = append(commands, order(n+1, 1))
	}
	p.send(netproto.ClientFrame{Commands: commands})
	r.tick()
	p.read()
	if orders, _, _ := r.desk(1); orders != 4 || p.frame.Commanded != 4 {
		t.Errorf("%d at once, acked %d; want two seconds' worth", orders, p.frame.Commanded)
	}
	if lines := p.lines(); len(lines) != 1 || !strings.Contains(lines[0], "faster than this game takes") {
		t.Errorf("told %q", lines)
	}
	r.ticks(10)
	if orders, _, _ := r.desk(1); orders != 6 {
		t.Errorf("%d after a second more", orders)
	}
	r.ticks(40)
	p.read()
	if orders, _, _ := r.desk(1); orders != 12 || len(p.lines()) != 0 {
		t.Errorf("%d in the end", orders)
	}
}

func TestRulesOrderTheirRoom(t *testing.T) {
	r := newRig(t, deskMode(30))
	ann, bob := r.join("ann"), r.join("bob")
	ann.send(netproto.ClientFrame{Commands: []netproto.Command{order(1, deskKick, 2), order(2, deskLock), order(3, deskSay)}})
	r.ticks(2)
	ann.read()
	if bob.conn.code() != netproto.CloseKicked || bob.conn.ended.Reason != "shown the door" {
		t.Errorf("kicked: %v", bob.conn.ended)
	}
	if _, err := r.Knock(Guest{}); err != ErrLocked {
		t.Errorf("locked: %v", err)
	}
	if lines := ann.lines(); !slices.Contains(lines, "hear, hear") {
		t.Errorf("announced: %q", lines)
	}
	ann.send(netproto.ClientFrame{Commands: []netproto.Command{order(4, deskUnlock)}})
	r.tick()
	if p, err := r.Knock(Guest{}); err != nil {
		t.Errorf("unlocked: %v", err)
	} else {
		p.Cancel()
	}
	ann.send(netproto.ClientFrame{Commands: []netproto.Command{order(5, deskEnd), order(6, 3)}})
	r.tick()
	ann.read()
	end := ann.notices[len(ann.notices)-1].GetEnd()
	if end.GetReason() != "the desk is closed" || len(end.GetLine()) != 1 || end.GetLine()[0].GetPlace() != 1 || end.GetLine()[0].GetValue()[0] < 1000 {
		t.Errorf("told %v", end)
	}
	if r.logs.count("msg=outcome") != 1 {
		t.Error("the log does not have the outcome")
	}
	if why := r.closing.Load(); why == nil || why.Code != netproto.CloseRoomEnded || why.Reason != "the desk is closed" {
		t.Errorf("closing: %v", why)
	}
	r.end()
	if ann.conn.code() != netproto.CloseRoomEnded {
		t.Errorf("closed with %v", ann.conn.ended)
	}
}

func TestAPressThatCountsOnceIsNotRepeated(t *testing.T) {
	type once struct {
		Jump uint8 `input:"once"`
	}
	type jumps struct{ N uint32 }
	var input *sim.Input[once]
	mode := sim.Mode{Name: "jump", Hz: 30, Seats: 2, New: func(w *sim.World) sim.Rules {
		rows := sim.NewPerSeat[jumps](w, "jumps")
		input = sim.NewInput[once](w)
		return stepper(func() {
			for seat, row := range rows.All {
				row.N += uint32(input.Of(seat).Jump & 1)
			}
		})
	}}
	for name, lead := range map[string]int{"in time": 0, "late": -3} {
		r := newRig(t, mode)
		p := r.join("ann")
		r.ticks(10)
		press := netproto.Input{Tick: r.next.Add(lead), Count: 1}
		press.Values[0] = 1
		p.send(netproto.ClientFrame{Inputs: []netproto.Input{press}})
		r.ticks(20)
		if n := r.world.Tables()[0].Value(0, 0); n != 1 {
			t.Errorf("%s: %d jumps", name, n)
		}
	}
}

// stepper is rules that only step.
type stepper func()

func (stepper) Join(sim.Seat, sim.Entrant) {}
func (stepper) Leave(sim.Seat)             {}
func (s stepper) Step(*sim.Inputs)         { s() }
func (stepper) View(sim.Seat, *sim.View)   {}

type deskFile struct{ bytes.Buffer }

func (*deskFile) Sync() error  { return nil }
func (*deskFile) Close() error { return nil }

// TestAJournalOfCommandsPlaysAgain gives 2,000 commands over 40 connections, with
// a bot's worth of random cuts, and plays the journal.
func TestAJournalOfCommandsPlaysAgain(t *testing.T) {
	var recording deskFile
	rnd := random(t)
	r := newRig(t, deskMode(30), func(o *Options) {
		o.Journal, o.Mode.CommandsPerSecond = file.NewSink(&recording), 60
	})
	p := r.join("ann")
	given, sum := uint32(0), 0
	for range 40 {
		for range 10 {
			var commands []netproto.Command
			for range 5 {
				given++
				what := int32(rnd.IntN(900))
				sum += int(what)
				commands = append(commands, order(given, what))
			}
			p.send(netproto.ClientFrame{Commands: commands})
			r.ticks(5)
			p.read()
			p.ack()
		}
		if rnd.IntN(2) == 0 {
			p.conn.lost = true
			r.ticks(3)
		}
		p = r.resume(p.token)
		p.send(netproto.ClientFrame{Commands: []netproto.Command{order(given, 1)}}) // again
	}
	r.ticks(60)
	if orders, got, _ := r.desk(1); orders != int(given) || got != sum {
		t.Errorf("%d orders of %d, sum %d of %d", orders, given, got, sum)
	}
	hash := r.world.Hash()
	r.finish()
	out, err := replay.Play(bytes.NewReader(recording.Bytes()), modeNamed(func() sim.Mode { m := deskMode(30); m.CommandsPerSecond = 60; return m }()), nil)
	if err != nil || out.Final != hash {
		t.Errorf("%+v, %v, want %x", out, err, hash)
	}
}

func TestParamsThatAreRefused(t *testing.T) {
	for want, params := range map[string][]sim.Param{
		`param goal: "0", want a number from 1 to 100000`:   {{Name: "goal", Value: "0"}},
		`param turns: given twice`:                          {{Name: "turns", Value: "1"}, {Name: "turns", Value: "1"}},
		`there is none of this name; there are goal, turns`: {{Name: "speed", Value: "1"}},
	} {
		o, _ := options(deskMode(30))
		o.Params = params
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	o, _ := options(walkMode(nil))
	o.Params = []sim.Param{{Name: "goal", Value: "1"}}
	if _, err := New(o); err == nil || !strings.Contains(err.Error(), "no params") {
		t.Error(err)
	}
}
