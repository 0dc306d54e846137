package room

import (
	"bytes"
	"cmp"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
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

// join lets in a player within one tick, who counts as one that has spoken.
func (r *rig) join(name string) *peer {
	r.t.Helper()
	p := newPeer(r)
	r.knock(Guest{Name: name}).Enter(p.conn)
	r.tick()
	p.read()
	if p.seat == 0 {
		r.t.Fatalf("%s got no welcome, %v", name, p.conn.ended)
	}
	r.seats[p.seat].link.spoke = true
	return p
}

// resume takes a seat back within one tick.
func (r *rig) resume(token string) *peer {
	r.t.Helper()
	p := newPeer(r)
	r.knock(Guest{Resume: token}).Enter(p.conn)
	r.tick()
	p.read()
	if p.seat != 0 {
		r.seats[p.seat].link.spoke = true
	}
	return p
}

// row reads a column of a seat's walker.
func (r *rig) row(seat sim.Seat, column int) int {
	r.t.Helper()
	return walkerOf(r.t, r.world, seat, column)
}

// fakeClock stands still unless somebody waits; then it is there at once, or
// as much later as delay says.
type fakeClock struct {
	now   time.Time
	delay func() time.Duration
}

func newFakeClock() *fakeClock { return &fakeClock{now: time.Unix(1_700_000_000, 0)} }

func (c *fakeClock) Now() time.Time { return c.now }

func (c *fakeClock) Wait(ctx context.Context, t time.Time, wake <-chan struct{}) error {
	select {
	case <-wake:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	default:
	}
	if t.After(c.now) {
		c.now = t
	}
	if c.delay != nil {
		c.now = c.now.Add(c.delay())
	}
	return nil
}

func (c *fakeClock) Close() error { return nil }

// fakeConn is a connection whose two ends are slices.
type fakeConn struct {
	in       [][]byte // to be polled
	out      [][]byte // written
	stuck    bool     // not clear
	most     int      // longest message that is taken; 0: what a real one takes
	lost     bool     // ends at the next Poll
	flushed  func()   // unless nil, called by Flush
	attached int
	ended    *netproto.CloseError
}

func (c *fakeConn) Attach(func()) { c.attached++ }

func (c *fakeConn) Poll(handle func(msg []byte) error) error {
	for n := 0; n < netproto.MaxMessagesPerPoll && len(c.in) > 0 && c.ended == nil; n++ {
		msg := c.in[0]
		c.in = c.in[1:]
		if err := handle(msg); err != nil {
			c.ended = err.(*netproto.CloseError)
		}
	}
	if c.lost && c.ended == nil {
		c.ended = &netproto.CloseError{Code: netproto.CloseLost}
	}
	if c.ended != nil {
		return c.ended
	}
	return nil
}

func (c *fakeConn) Write(msg []byte) error {
	switch {
	case c.ended != nil:
		return c.ended
	case len(msg) > cmp.Or(c.most, netproto.MaxTail-10):
		return context.DeadlineExceeded
	}
	c.out = append(c.out, bytes.Clone(msg))
	return nil
}

func (c *fakeConn) Flush() bool {
	if c.flushed != nil {
		c.flushed()
	}
	return c.ended == nil && !c.stuck
}

func (c *fakeConn) Close(code netproto.CloseCode, reason string) {
	if c.ended == nil {
		c.ended = &netproto.CloseError{Code: code, Reason: reason}
	}
}

// code returns how the connection ended, 0 if it did not.
func (c *fakeConn) code() netproto.CloseCode {
	if c.ended == nil {
		return 0
	}
	return c.ended.Code
}

// peer is a client at the other end of a fake connection.
type peer struct {
	t       testing.TB
	room    *rig
	conn    *fakeConn
	seat    sim.Seat
	welcome *pb.Welcome
	token   string
	mirror  *netproto.Mirror
	frame   netproto.ServerFrame
	// notices are those received, each once, by number.
	notices []*pb.Notice
	newest  uint32
	again   int // came more than once
}

func newPeer(r *rig) *peer { return &peer{t: r.t, room: r, conn: &fakeConn{}} }

// read takes what was written since the last read.
func (p *peer) read() {
	p.t.Helper()
	for _, msg := range p.conn.out {
		if err := netproto.ReadServerFrame(msg, &p.frame); err != nil {
			p.t.Fatal(err)
		}
		if w := p.frame.Welcome; w != nil {
			p.welcome, p.seat, p.token = w, sim.Seat(w.GetSeat()), w.GetResume()
			p.mirror = netproto.NewMirror(w.GetSchema())
		}
		if err := p.mirror.Apply(&p.frame); err != nil {
			p.t.Fatalf("seat %d: %v", p.seat, err)
		}
		for _, n := range p.frame.Notices {
			if n.GetNumber() <= p.newest {
				p.again++
				continue
			}
			p.newest = n.GetNumber()
			p.notices = append(p.notices, n)
		}
	}
	p.conn.out = p.conn.out[:0]
}

// send queues one frame for the next tick.
func (p *peer) send(f netproto.ClientFrame) {
	p.conn.in = append(p.conn.in, netproto.AppendClientFrame(nil, &f))
}

// input queues an input for the tick that comes plus lead.
func (p *peer) input(lead, dx, buttons int) {
	p.send(netproto.ClientFrame{Inputs: []netproto.Input{input(p.room.next.Add(lead), dx, buttons)}})
}

func input(tick sim.Tick, dx, buttons int) netproto.Input {
	in := netproto.Input{Tick: tick, Count: 2}
	in.Values[0], in.Values[1] = int32(dx), int32(buttons)
	return in
}

// ack tells the room of the newest notice.
func (p *peer) ack() { p.send(netproto.ClientFrame{NoticeAck: p.newest}) }

// lines returns the chat and announcements received and forgets all notices.
func (p *peer) lines() []string {
	var lines []string
	for _, n := range p.notices {
		switch b := n.GetBody().(type) {
		case *pb.Notice_Chat:
			lines = append(lines, b.Chat.GetName()+": "+b.Chat.GetText())
		case *pb.Notice_Announcement:
			lines = append(lines, b.Announcement)
		}
	}
	p.notices = nil
	return lines
}

// inStep fails unless the mirror is at the room's tick and equals the world.
// The game must have one group.
func (p *peer) inStep() {
	p.t.Helper()
	w := p.room.world
	if !p.mirror.Synced() || p.mirror.Tick() != w.Tick() {
		p.t.Fatalf("seat %d is at tick %d (in step: %v), the room at %d", p.seat, p.mirror.Tick(), p.mirror.Synced(), w.Tick())
	}
	for table, v := range w.Tables() {
		rows, values := 0, map[uint32][]uint32{}
		for l := range p.mirror.Lists(table) {
			for i, id := range l.IDs() {
				values[id] = columnsAt(l, shared(v), i)
			}
		}
		for slot := range v.High() {
			if v.Alive(slot/64)>>(slot%64)&1 == 0 {
				continue
			}
			rows++
			got, ok := values[uint32(slot+1)]
			for i, c := range shared(v) {
				if want := uint32(v.Value(c, slot)); !ok || got[i] != want {
					p.t.Fatalf("seat %d, tick %d, %s %d, %s: the mirror has %v, the world %d", p.seat, w.Tick(), v.Name(), slot+1, v.Columns()[c].Name, got, want)
				}
			}
		}
		if rows != len(values) {
			p.t.Fatalf("seat %d, tick %d: %d rows of %s in the mirror, %d in the world", p.seat, w.Tick(), len(values), v.Name(), rows)
		}
	}
}

// shared returns the columns that everybody sees.
func shared(v sim.TableView) (columns []int) {
	for i, c := range v.Columns() {
		if !c.Local && !c.Private {
			columns = append(columns, i)
		}
	}
	return columns
}

func columnsAt(l *netproto.List, columns []int, row int) []uint32 {
	values := make([]uint32, len(columns))
	for i := range columns {
		values[i] = l.Column(i)[row]
	}
	return values
}

// walk is a small game: everyone walks along a line and counts presses. quirk,
// unless nil, is called at its four methods and may panic.
type walk struct {
	w       *sim.World
	walkers *sim.Table[walker]
	input   *sim.Input[walkInput]
	quirk   func(where string, tick sim.Tick)
}

type walker struct {
	Seat sim.Seat `wire:"owner"`
	X    int32    `wire:"linear"`
	// Shots counts ticks with the button, Moved ticks with a step.
	Shots uint16
	Gold  uint16 `wire:"private"`
	Moved uint32 `wire:"local"`
}

type walkInput struct {
	DX      int8  `input:"min=-8,max=8"`
	Buttons uint8 `input:"buttons"`
}

const walkHz = 30

// walkMode is the game as a mode of 8 seats at 30 Hz.
func walkMode(quirk func(where string, tick sim.Tick)) sim.Mode {
	return sim.Mode{Name: "walk", Hz: walkHz, Seats: 8, New: func(w *sim.World) sim.Rules {
		return &walk{w: w, quirk: quirk, walkers: sim.NewTable[walker](w, "walker", w.Mode().Seats), input: sim.NewInput[walkInput](w)}
	}}
}

func (g *walk) at(where string) {
	if g.quirk != nil {
		g.quirk(where, g.w.Tick())
	}
}

func (g *walk) Join(seat sim.Seat, _ sim.Entrant) {
	g.at("join")
	g.walkers.Add(walker{Seat: seat, Gold: uint16(seat)})
}

func (g *walk) Leave(seat sim.Seat) {
	g.at("leave")
	for ref, row := range g.walkers.All {
		if row.Seat == seat {
			g.walkers.Remove(ref)
		}
	}
}

func (g *walk) Step(*sim.Inputs) {
	g.at("step")
	for _, row := range g.walkers.All {
		in := g.input.Of(row.Seat)
		row.X += int32(in.DX)
		if in.DX != 0 {
			row.Moved++
		}
		if in.Buttons&1 != 0 {
			row.Shots++
		}
	}
}

func (g *walk) View(sim.Seat, *sim.View) { g.at("view") }

// Columns of the table walker in the world.
const (
	colX = 1 + iota
	colShots
	colGold
	colMoved
)

// walkerOf reads a column of a seat's row, or fails.
func walkerOf(t testing.TB, w *sim.World, seat sim.Seat, column int) int {
	t.Helper()
	v := w.Tables()[0]
	for slot := range v.High() {
		if v.Alive(slot/64)>>(slot%64)&1 != 0 && v.Owner(slot) == seat {
			return int(int64(v.Value(column, slot)))
		}
	}
	t.Fatalf("tick %d: seat %d has no row", w.Tick(), seat)
	return 0
}
