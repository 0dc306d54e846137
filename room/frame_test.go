package room

import (
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// field is a game of many things that all see, in one group, and that may
// change a little at each tick.
type field struct {
	*walk
	things *sim.Table[thing]
	busy   uint32 // which part of them changes at a tick
}

type thing struct {
	A, B, C, D uint32
	Mine       uint32   `wire:"private"`
	Owner      sim.Seat `wire:"owner"`
}

// fieldMode is a game whose view is many frames long: 30 bytes a thing, and
// those that a seat owns 5 more.
func fieldMode(things int, busy uint32) sim.Mode {
	mode := walkMode(nil)
	mode.Seats = 40
	mode.New = func(w *sim.World) sim.Rules {
		f := &field{walk: walkMode(nil).New(w).(*walk), things: sim.NewTable[thing](w, "thing", things), busy: busy}
		for i := range things {
			f.things.Add(thing{1 << 30, 1 << 29, 1 << 28, uint32(i), 1 << 31, sim.Seat(i % 2)})
		}
		return f
	}
	return mode
}

func (f *field) Step(in *sim.Inputs) {
	f.walk.Step(in)
	for ref, row := range f.things.All {
		if f.busy > 0 && ref.ID()%f.busy == 0 {
			row.A += 1 << 20
			row.B ^= ref.ID()
		}
	}
}

// newcomer brings a connection in, one tick.
func (r *rig) newcomer(g Guest) *peer {
	r.t.Helper()
	p := newPeer(r)
	r.knock(g).Enter(p.conn)
	r.tick()
	p.read()
	if p.welcome == nil {
		r.t.Fatalf("no welcome came, %v", p.conn.ended)
	}
	return p
}

// keepUp has peers send what real ones send, for some ticks.
func (r *rig) keepUp(ticks int, peers ...*peer) {
	r.t.Helper()
	for range ticks {
		for _, p := range peers {
			p.input(0, 1, 0)
			p.ack()
		}
		r.tick()
		for _, p := range peers {
			p.read()
			if p.conn.ended != nil {
				r.t.Fatalf("tick %d: seat %d was closed: %v", r.world.Tick(), p.seat, p.conn.ended)
			}
		}
	}
}

// TestViewThatFitsNoFrame: whoever joins, comes back or asks again gets a view of
// many frames, and nobody is closed as slow.
func TestViewThatFitsNoFrame(t *testing.T) {
	for name, mode := range map[string]sim.Mode{"still": fieldMode(8000, 0), "busy": fieldMode(8000, 20)} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, mode)
			p := r.newcomer(Guest{Name: "anna"})
			r.keepUp(20, p)
			p.inStep()
			p.send(netproto.ClientFrame{Resync: true})
			r.keepUp(20, p)
			p.inStep()
			token := p.token
			p.conn.lost = true
			r.tick()
			q := r.newcomer(Guest{Resume: token})
			r.keepUp(20, q)
			q.inStep()
			if r.stats.SnapshotsSkipped.Load() > 0 {
				t.Errorf("%d snapshots were refused", r.stats.SnapshotsSkipped.Load())
			}
		})
	}
}

// TestNoticesThatFitNoFrame: as many lines as are kept, of the longest kind,
// wait for one who is there and for one who was away. All come, in order, and
// the snapshots with them.
func TestNoticesThatFitNoFrame(t *testing.T) {
	for name, mode := range map[string]sim.Mode{"small view": walkMode(nil), "large view": fieldMode(4000, 3)} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, mode)
			here, away := r.newcomer(Guest{Name: "here"}), r.newcomer(Guest{Name: "away"})
			r.keepUp(20, here, away)
			away.conn.lost = true
			r.tick()
			var want []string
			for i := range noticeLines {
				want = append(want, strings.Repeat("x", maxAnnouncement-10)+fmt.Sprint(i))
				must(t, r.Announce(want[i]))
			}
			back := r.newcomer(Guest{Resume: away.token})
			r.keepUp(40, here, back)
			for _, p := range []*peer{here, back} {
				if got := p.lines(); fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("seat %d: %d lines, want %d", p.seat, len(got), len(want))
				}
				p.inStep()
				if p.again > 0 {
					t.Errorf("seat %d: %d notices came twice", p.seat, p.again)
				}
			}
		})
	}
}

// TestSchemaThatFitsNoFrame: a mode whose Welcome no connection takes does not
// start.
func TestSchemaThatFitsNoFrame(t *testing.T) {
	mode := walkMode(nil)
	mode.New = func(w *sim.World) sim.Rules {
		rules := walkMode(nil).New(w)
		for i := range 100 {
			type wide struct{ Columns [250]uint8 }
			sim.NewTable[wide](w, fmt.Sprintf("wide-%d", i), 1)
		}
		return rules
	}
	o, _ := options(mode)
	_, err := New(o)
	if err == nil || !strings.Contains(err.Error(), `mode "walk"`) || !strings.Contains(err.Error(), "fit the first frame") {
		t.Errorf("%v", err)
	}
	if _, err := NewRegistry(RegistryConfig{}, []sim.Mode{mode}); err == nil || !strings.Contains(err.Error(), "fit the first frame") {
		t.Errorf("the registry says %v", err)
	}
}

// TestLongestWelcome: the longest schema, the longest roster of the longest
// names, lines that wait and a view of many frames: the first frame fits.
func TestLongestWelcome(t *testing.T) {
	type wide struct{ Columns [250]uint8 }
	mode := fieldMode(5000, 0)
	mode.Seats = rosterSeats
	rules := mode.New
	mode.New = func(w *sim.World) sim.Rules {
		for i := range 4 {
			sim.NewTable[wide](w, fmt.Sprintf("wide-%d", i), 1)
		}
		return rules(w)
	}
	r := newRig(t, mode)
	if size := proto.Size(r.schema); size < netproto.MaxSchema*4/5 {
		t.Fatalf("a schema of %d bytes is not long", size)
	}
	for range rosterSeats - 1 {
		p := newPeer(r)
		r.knock(Guest{Name: strings.Repeat("n", netproto.MaxName)}).Enter(p.conn)
	}
	r.tick()
	last := newPeer(r)
	r.knock(Guest{Name: strings.Repeat("n", netproto.MaxName)}).Enter(last.conn)
	for range noticeLines {
		must(t, r.Announce(strings.Repeat("x", maxAnnouncement)))
	}
	r.tick()
	if len(last.conn.out) != 1 {
		t.Fatalf("%d frames came", len(last.conn.out))
	}
	first := len(last.conn.out[0])
	last.read()
	if last.welcome == nil || len(last.welcome.GetRoster()) != rosterSeats {
		t.Fatalf("no welcome came, %v", last.conn.ended)
	}
	t.Logf("%d bytes, of them %d of welcome", first, proto.Size(last.welcome))
	if first < netproto.MaxFrame*9/10 {
		t.Errorf("%d bytes: there was more to say", first)
	}
}
