package room

import (
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// logs is a log that can be read while it is written.
type logs struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logs) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logs) count(s string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), s)
}

// rig is a room that a test drives tick by tick.
type rig struct {
	*Room
	t     testing.TB
	clock *fakeClock
	logs  *logs
}

// options are those of a room of a mode, with a fake clock. A seat gets a
// snapshot at every tick, so that tests can count them.
func options(mode sim.Mode) (Options, *logs) {
	l := &logs{}
	config := Default()
	config.Quiet = 0
	return Options{
		ID: "test", Mode: mode, Seed: 7, Config: config, Clock: newFakeClock(), Stats: &Stats{},
		Log: slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}, l
}

func newRig(t testing.TB, mode sim.Mode, change ...func(*Options)) *rig {
	t.Helper()
	o, l := options(mode)
	for _, f := range change {
		f(&o)
	}
	r, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	clock, _ := o.Clock.(*fakeClock)
	return &rig{r, t, clock, l}
}

// walking is a rig with the small game.
func walking(t testing.TB, change ...func(*Options)) *rig {
	t.Helper()
	return newRig(t, walkMode(nil), change...)
}

// ticks runs n ticks.
func (r *rig) ticks(n int) {
	for range n {
		r.tick()
	}
}

// finish ends the room as Run does after Close.
func (r *rig) finish() {
	r.Close(netproto.CloseRoomEnded, "")
	r.end()
}

// knock gets a pass or fails.
func (r *rig) knock(g Guest) *Pass {
	r.t.Helper()
	p, err := r.Knock(g)
	if err != nil {
		r.t.Fatal(err)
	}
	return p
}

// join lets in a player within one tick.
func (r *rig) join(name string) *peer {
	r.t.Helper()
	p := newPeer(r)
	r.knock(Guest{Name: name}).Enter(p.conn)
	r.tick()
	p.read()
	if p.seat == 0 {
		r.t.Fatalf("%s got no welcome, %v", name, p.conn.ended)
	}
	return p
}

// resume takes a seat back within one tick.
func (r *rig) resume(token string) *peer {
	r.t.Helper()
	p := newPeer(r)
	r.knock(Guest{Resume: token}).Enter(p.conn)
	r.tick()
	p.read()
	return p
}

// row reads a column of a seat's walker.
func (r *rig) row(seat sim.Seat, column int) int {
	r.t.Helper()
	return walkerOf(r.t, r.world, seat, column)
}
