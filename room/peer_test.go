package room

import (
	"testing"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

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
