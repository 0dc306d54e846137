package room

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// nextWalk is the next build of walk: its tables and inputs have more and less, in
// another order.
type nextWalk struct {
	walkers *sim.Table[nextWalker]
	input   *sim.Input[nextWalkInput]
	params  *nextWalkParams
	refuses error
}

type nextWalker struct {
	Shield uint16 // new: 100 and a shot each
	X      int32  `wire:"linear"`
	Gold   uint16
	Seat   sim.Seat `wire:"owner"`
	Shots  uint32
}

type nextWalkInput struct {
	Jump    bool
	Buttons uint8 `input:"buttons"`
	DX      int8  `input:"min=-8,max=8"`
}

type nextWalkParams struct {
	Pace uint8 `param:"min=1,max=3,default=2"`
}

func nextWalkMode(refuses error) sim.Mode {
	return sim.Mode{Name: "walk", Hz: walkHz, Seats: 8, New: func(w *sim.World) sim.Rules {
		g := &nextWalk{params: sim.NewParams[nextWalkParams](w), refuses: refuses}
		sim.NewSingle[deskClock](w, "clock")
		g.walkers, g.input = sim.NewTable[nextWalker](w, "walker", w.Mode().Seats), sim.NewInput[nextWalkInput](w)
		return g
	}}
}

func (g *nextWalk) Join(seat sim.Seat, _ sim.Entrant) {
	g.walkers.Add(nextWalker{Seat: seat, Gold: uint16(seat), Shield: 100})
}

func (g *nextWalk) Leave(seat sim.Seat) {
	for ref, row := range g.walkers.All {
		if row.Seat == seat {
			g.walkers.Remove(ref)
		}
	}
}

func (g *nextWalk) Step(*sim.Inputs) {
	for _, row := range g.walkers.All {
		in := g.input.Of(row.Seat)
		row.X += int32(in.DX)
		if in.Buttons&1 != 0 {
			row.Shots++
		}
	}
}

func (g *nextWalk) View(sim.Seat, *sim.View) {}

// Migrate gives who was there before this build knew of shields one.
func (g *nextWalk) Migrate(from *sim.Former) error {
	for was := range from.Rows("walker") {
		if row := g.walkers.Get(was.Ref); !from.Has("walker", "shield") {
			row.Shield = uint16(100 + was.Value("shots"))
		}
	}
	return g.refuses
}

// named reads a column of a seat's walker by its name; -1: there is none.
func (r *rig) named(seat sim.Seat, column string) int {
	r.t.Helper()
	cols := r.world.Tables()[len(r.world.Tables())-1].Columns()
	at := slices.IndexFunc(cols, func(c sim.Column) bool { return c.Name == column })
	if at < 0 {
		return -1
	}
	v := r.world.Tables()[len(r.world.Tables())-1]
	for slot := range v.High() {
		if v.Alive(slot/64)>>(slot%64)&1 != 0 && v.Owner(slot) == seat {
			return int(int64(v.Value(at, slot)))
		}
	}
	r.t.Fatalf("tick %d: seat %d has no row", r.world.Tick(), seat)
	return 0
}

// TestARoomGoesOnUnderAnotherBuild: again and again, at any tick, with the ticks behind
// the checkpoint: every player has their seat, and every row what it had. In between
// the older build has it back.
func TestARoomGoesOnUnderAnotherBuild(t *testing.T) {
	rnd := random(t)
	modes := []sim.Mode{walkMode(nil), nextWalkMode(nil)}
	room, k := keptRig(t, modes[0], func(o *Options) { o.Seed = rnd.Uint64() })
	peers := map[sim.Seat]*peer{}
	migrations := 0
	for n := 0; migrations < 30; n++ {
		liveATick(room, rnd, peers)
		if n%97 != 96 {
			continue
		}
		migrations++
		type known struct {
			token    string
			x, shots int
		}
		knew := map[sim.Seat]known{}
		for seat, p := range peers {
			if room.works(p.token) {
				knew[seat] = known{p.token, room.named(seat, "x"), room.named(seat, "shots")}
			}
		}
		before, next := room, room.next
		room, k = hadAgain(t, k.b, modes[migrations%2])
		if room.next != next || !slices.Equal(room.world.Seats(), before.world.Seats()) || room.logs.count("another build") != 1 {
			t.Fatalf("migration %d: tick %d of %d, seats %v of %v", migrations, room.next, next, room.world.Seats(), before.world.Seats())
		}
		for seat, was := range knew {
			if x, shots := room.named(seat, "x"), room.named(seat, "shots"); x != was.x || shots != was.shots || room.named(seat, "gold") != int(seat) {
				t.Fatalf("migration %d: seat %d is at %d with %d shots, was at %d with %d", migrations, seat, x, shots, was.x, was.shots)
			}
			if shield := room.named(seat, "shield"); migrations%2 == 1 && shield < 100 {
				t.Fatalf("migration %d: seat %d has a shield of %d", migrations, seat, shield)
			}
			p := room.resume(was.token)
			if p.seat != seat || !p.welcome.GetResumed() || p.welcome.GetSchema().GetFingerprint() != room.world.Shape() {
				t.Fatalf("migration %d: seat %d instead of %d, %x", migrations, p.seat, seat, p.welcome.GetSchema().GetFingerprint())
			}
			p.read()
			peers[seat] = p
		}
	}
}

// nextDesk is a desk whose orders have another shape: what is a list, and how much came
// first.
type nextDesk struct {
	*desk
	orders *sim.Command[nextOrder]
}

type nextOrder struct {
	Kind uint8 // new
	What int32 `command:"min=0,max=500"`
	IDs  []int32
}

func (g *nextDesk) Step(*sim.Inputs) {
	for seat, order := range g.orders.All {
		row := g.rows.Of(seat)
		row.Orders++
		row.Last = order.What
		row.Sum += uint32(order.What)
	}
}

func nextDeskMode() sim.Mode {
	return sim.Mode{Name: "desk", Hz: 30, Seats: 4, New: func(w *sim.World) sim.Rules {
		g := &nextDesk{desk: &desk{w: w}, orders: sim.NewCommand[nextOrder](w)}
		g.rows, g.result = sim.NewPerSeat[deskRow](w, "row"), sim.NewOutcome[deskResult](w)
		return g
	}}
}

// TestCommandsGoByNames in the ticks behind a checkpoint; one that the new build would
// not be given is left out, and the room goes on.
func TestCommandsGoByNames(t *testing.T) {
	room, k := keptRig(t, deskMode(30))
	p := room.join("ann")
	p.send(netproto.ClientFrame{Commands: []netproto.Command{order(1, 40), order(2, 700), order(3, 2)}})
	room.ticks(2)
	there, _ := hadAgain(t, k.b, nextDeskMode())
	if orders, sum, last := there.desk(1); orders != 2 || sum != 42 || last != 2 {
		t.Errorf("%d orders, sum %d, last %d", orders, sum, last)
	}
	if back := there.resume(p.token); back.seat != 1 || back.frame.Commanded != 3 {
		t.Errorf("seat %d, acked %d", back.seat, back.frame.Commanded)
	}
}

// TestARoomThatDoesNotMigrate says why, and its journal is none that is damaged.
func TestARoomThatDoesNotMigrate(t *testing.T) {
	room, k := keptRig(t, walkMode(nil), func(o *Options) { o.Seats = 6 })
	room.join("ann")
	room.ticks(3)
	refusal := errors.New("matches of before cannot be played on")
	cases := map[string]sim.Mode{
		refusal.Error():                  nextWalkMode(refusal),
		"had 30 Hz, and has 60":          nextWalkMode(nil),
		"the room has 6 seats, and mode": nextWalkMode(nil),
	}
	for want, mode := range cases {
		switch {
		case strings.Contains(want, "Hz"):
			mode.Hz = 60
		case strings.Contains(want, "seats"):
			mode.Seats = 5
		}
		err := NewFollower(modeNamed(mode)).Read(bytes.NewReader(k.b))
		if !errors.Is(err, sim.ErrMigrate) || errors.Is(err, journal.ErrDamaged) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// TestAJournalWithoutALayout is read as before: by the build that wrote it.
func TestAJournalWithoutALayout(t *testing.T) {
	room, k := keptRig(t, walkMode(nil))
	room.join("ann")
	room.ticks(3)
	k.header.Layout = nil
	room.keepAll()
	if there, _ := hadAgain(t, k.b, walkMode(nil)); there.next != room.next {
		t.Errorf("tick %d of %d", there.next, room.next)
	}
	err := NewFollower(modeNamed(nextWalkMode(nil))).Read(bytes.NewReader(k.b))
	if err == nil || !strings.Contains(err.Error(), "had other tables") {
		t.Errorf("%v", err)
	}
}

// TestParamsMigrate: those that are gone are left out, and new ones have their defaults.
func TestParamsMigrate(t *testing.T) {
	room, k := keptRig(t, deskMode(30), func(o *Options) { o.Params = []sim.Param{{Name: "goal", Value: "7"}} })
	room.tick()
	there, _ := hadAgain(t, k.b, nextDeskMode())
	if len(there.params) != 0 || there.world.Mode().Hz != 30 {
		t.Errorf("%v", there.params)
	}
	room, k = keptRig(t, walkMode(nil))
	room.tick()
	if there, _ = hadAgain(t, k.b, nextWalkMode(nil)); len(there.params) != 1 || there.params[0].GetValue() != "2" {
		t.Errorf("%v", there.params)
	}
	if again := there.header(); len(again.Params) != 1 || again.Shape == room.world.Shape() || again.Layout == nil {
		t.Errorf("%+v", again)
	}
}
