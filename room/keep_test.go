package room

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/outbox"
	"github.com/metronome-server/metronome/sim"
)

// giver is a game in which every command is an effect.
type giver struct {
	orders  *sim.Command[deskOrder]
	effects *sim.Effect[struct{ What int32 }]
	clock   *sim.Single[deskClock]
}

func giverMode() sim.Mode {
	return sim.Mode{Name: "giver", Hz: 20, Seats: 4, New: func(w *sim.World) sim.Rules {
		return &giver{sim.NewCommand[deskOrder](w), sim.NewEffect[struct{ What int32 }](w, "gift"), sim.NewSingle[deskClock](w, "clock")}
	}}
}

func (*giver) Join(sim.Seat, sim.Entrant) {}
func (*giver) Leave(sim.Seat)             {}
func (*giver) View(sim.Seat, *sim.View)   {}

func (g *giver) Step(*sim.Inputs) {
	g.clock.Get().Steps++
	for seat, order := range g.orders.All {
		g.effects.Emit(seat, struct{ What int32 }{order.What})
	}
}

// ids are those of the entries that have left.
func (s *sent) ids() (all []string) {
	for _, e := range s.entries {
		if e.Kind == outbox.KindEffect {
			all = append(all, e.ID)
		}
	}
	return all
}

func (p *peer) order(number uint32) {
	p.send(netproto.ClientFrame{Commands: []netproto.Command{order(number, 7)}})
}

func TestSnapshotsWaitForTheKeeper(t *testing.T) {
	r, k := keptRig(t, giverMode())
	p := r.join("ann")
	k.unsettled = true
	r.ticks(3)
	if got := len(p.conn.out); got != 0 || r.stats.SnapshotsHeld.Load() != 3 {
		t.Errorf("%d snapshots of ticks that are not kept, %d held", got, r.stats.SnapshotsHeld.Load())
	}
	k.unsettled = false
	r.tick()
	if got := len(p.conn.out); got != 1 {
		t.Errorf("%d snapshots afterwards, want 1", got)
	}
	p.read()
	p.inStep()
}

// A process that stood still asks its keeper before anybody sees what it did then.
func TestARoomInDoubtAsksItsKeeper(t *testing.T) {
	r, k := keptRig(t, giverMode())
	r.late = doubtAfter
	r.tick()
	if k.doubted {
		t.Error("a tick that is a little late brings it into doubt")
	}
	r.late, k.unsettled = doubtAfter+time.Millisecond, true
	r.tick()
	r.late, k.unsettled = 0, false
	if !k.doubted {
		t.Fatal("it is not in doubt")
	}
	k.doubted = false
	r.tick()
	if !k.doubted {
		t.Error("the doubt is over before the keeper has answered")
	}
	k.doubted = false
	r.tick()
	if k.doubted {
		t.Error("the doubt does not end")
	}
}

func TestEffectsLeaveWhenTheirTickIsKept(t *testing.T) {
	out := &sent{}
	r, k := keptRig(t, giverMode(), func(o *Options) { o.Outbox = out })
	p := r.join("ann")
	k.unsettled = true
	p.order(1)
	r.ticks(3)
	if got := out.ids(); len(got) != 0 {
		t.Fatalf("%v left before its tick was kept", got)
	}
	k.unsettled = false
	r.tick()
	if got := out.ids(); len(got) != 1 {
		t.Fatalf("%v left, want one", got)
	}
	r.ticks(5)
	if got := out.ids(); len(got) != 1 {
		t.Errorf("%v left in all", got)
	}
}

// Another owner of the room repeats what is not delivered, under the same ids, also after
// a checkpoint and after it was itself gone at once; not what is on its way by itself, as
// it had the room before.
func TestEffectsAreRepeatedByWhoHasTheRoomNext(t *testing.T) {
	out := &sent{stuck: true}
	r, k := keptRig(t, giverMode(), func(o *Options) { o.Outbox, o.OwnerEpoch = out, 8 })
	p := r.join("ann")
	for n := range uint32(3) {
		p.order(n + 1)
		r.ticks(2)
		k.wants = n == 1
	}
	want := out.ids()
	if len(want) != 3 {
		t.Fatalf("%v left, want 3", want)
	}
	kept := k.b
	takeOver := func(out *sent) {
		f := NewFollower(modeNamed(giverMode()))
		must(t, f.Read(bytes.NewReader(kept)))
		o, _ := options(sim.Mode{})
		k := &keptInMemory{}
		o.Keeper, o.Outbox, o.OwnerEpoch = k, out, 9
		_, err := f.TakeOver(o)
		must(t, err)
		if got := out.ids(); !slices.Equal(got, want) {
			t.Errorf("repeated %v, want %v", got, want)
		}
		kept = k.b
	}
	for range 2 {
		takeOver(&sent{stuck: true})
	}
	takeOver(&sent{stuck: true, entries: slices.Clone(out.entries)})
}
