package room

import (
	"bytes"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/metronome-server/metronome/journal/file"
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/replay"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/cards"
)

// counted is rules whose steps are counted.
type counted struct {
	sim.Rules
	steps *atomic.Int32
}

func (c counted) Step(in *sim.Inputs) {
	c.steps.Add(1)
	c.Rules.Step(in)
}

func countSteps(mode sim.Mode, steps *atomic.Int32) sim.Mode {
	made := mode.New
	mode.New = func(w *sim.World) sim.Rules {
		r := made(w)
		if r == nil {
			return nil
		}
		return counted{r, steps}
	}
	return mode
}

// cardRoom is a room for one deal that runs in a bubble and is recorded.
type cardRoom struct {
	*rig
	steps     atomic.Int32
	recording deskFile
	players   []*cardPlayer
}

// cardPlayer sits in a cardRoom and knows what its client does.
type cardPlayer struct {
	*peer
	conn  *cardConn
	given uint32
}

// cardConn counts how often it is polled. The room and the client may use it at
// once, since the room wakes up by itself too.
type cardConn struct {
	wakingConn
	mu    sync.Mutex
	polls int
}

func (c *cardConn) Poll(handle func([]byte) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.polls++
	return c.wakingConn.Poll(handle)
}

func (c *cardConn) Write(msg []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wakingConn.Write(msg)
}

func (c *cardConn) Flush() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wakingConn.Flush()
}

func (c *cardConn) Close(code netproto.CloseCode, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wakingConn.Close(code, reason)
}

func newCardRoom(t *testing.T, players int, params ...sim.Param) *cardRoom {
	r := &cardRoom{}
	r.rig = newRig(t, countSteps(cards.Mode(), &r.steps), func(o *Options) {
		o.Config.Quiet = Default().Quiet
		o.Clock, o.Journal, o.Params, o.Seats, o.OneMatch = bubbleClock(), file.NewSink(&r.recording), params, players, true
	})
	go r.Run(t.Context())
	for range players {
		p := &cardPlayer{peer: newPeer(r.rig), conn: &cardConn{}}
		p.peer.conn = &p.conn.fakeConn
		r.knock(Guest{}).Enter(p.conn)
		r.pass(100 * time.Millisecond)
		p.read()
		r.players = append(r.players, p)
		p.say(netproto.ClientFrame{Ping: 1})
	}
	return r
}

// pass lets time pass in the bubble.
func (r *cardRoom) pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// send sends a frame.
func (p *cardPlayer) send(f netproto.ClientFrame) {
	p.conn.mu.Lock()
	p.peer.send(f)
	p.conn.mu.Unlock()
	p.conn.arrived()
}

// read takes what was written since the last read.
func (p *cardPlayer) read() {
	p.t.Helper()
	p.conn.mu.Lock()
	defer p.conn.mu.Unlock()
	p.peer.read()
}

// ended is how the connection ended, 0 if it did not, and polls how often the room
// has looked at it.
func (p *cardPlayer) ended() (code netproto.CloseCode, polls int) {
	p.conn.mu.Lock()
	defer p.conn.mu.Unlock()
	return p.conn.code(), p.conn.polls
}

func (p *cardPlayer) kicked() bool {
	code, _ := p.ended()
	return code == netproto.CloseKicked
}

// say sends a frame, waits until the room has it, and reads.
func (p *cardPlayer) say(f netproto.ClientFrame) {
	p.send(f)
	<-time.After(2 * time.Second / sim.RestHz)
	synctest.Wait()
	p.read()
}

// order gives a command.
func (p *cardPlayer) order(what int32, suit cards.Suit, list ...int32) {
	p.given++
	c := netproto.Command{Number: p.given, Count: 2, ListCount: len(list)}
	c.Values[0], c.Values[1] = what, int32(suit)
	copy(c.List[:], list)
	p.say(netproto.ClientFrame{Commands: []netproto.Command{c}})
}

// value reads a column of the row of an id, as the client has it.
func (p *cardPlayer) value(table string, id uint32, column string) uint32 {
	p.t.Helper()
	at, ok := netproto.Find(p.welcome.GetSchema(), table, column)
	lists := p.mirror.Lists(at.Table)
	if at.Own {
		lists = p.mirror.Own(at.Table)
	}
	for l := range lists {
		for i, other := range l.IDs() {
			if ok && other == id {
				return l.Column(at.Column)[i]
			}
		}
	}
	p.t.Fatalf("seat %d sees no %s.%s of row %d", p.seat, table, column, id)
	return 0
}

func (p *cardPlayer) match(column string) uint32 { return p.value("match", 1, column) }

// hand is what the client has of its own.
func (p *cardPlayer) hand() (h cards.Hand) {
	for i, column := range []string{"hand.0", "hand.1", "hand.2", "hand.3"} {
		h[i] = uint16(p.value("player", uint32(p.seat), column))
	}
	return h
}

// play plays a turn, from what the client sees alone.
func (p *cardPlayer) play() {
	p.t.Helper()
	for range 3 {
		if p.match("phase") != cards.PhasePlay || p.match("turn") != uint32(p.seat) {
			return
		}
		h := p.hand()
		c, suit := h.Choose(cards.Card(p.match("top")), cards.Suit(p.match("follow")))
		switch {
		case c != 0:
			p.order(cards.OrderPlay, suit, int32(c))
		case p.match("drawn") == 0 && p.match("deck")+p.match("pile") > 1:
			p.order(cards.OrderDraw, 0)
		default:
			p.order(cards.OrderPass, 0)
		}
	}
}

// end is the outcome that the player was told, or nil.
func (p *cardPlayer) end() *pb.MatchEnd {
	for _, n := range p.notices {
		if n.GetEnd() != nil {
			return n.GetEnd()
		}
	}
	return nil
}

// playedAgain fails unless the recording plays again, state for state, to the
// outcome that all players were told.
func (r *cardRoom) playedAgain() {
	r.t.Helper()
	<-r.Ended()
	var again []sim.OutcomeLine
	out, err := replay.Play(bytes.NewReader(r.recording.Bytes()), modeNamed(cards.Mode()), func(w *sim.World) { again = w.Outcome() })
	if err != nil || out.Ticks != int(r.steps.Load()) || out.Final != r.world.Hash() {
		r.t.Errorf("replay of %d steps: %+v, %v (the room had %x)", r.steps.Load(), out, err, r.world.Hash())
	}
	if len(again) != len(r.players) {
		r.t.Fatalf("the replay has the outcome %+v", again)
	}
	for _, p := range r.players {
		end := p.end()
		if end == nil && p.kicked() {
			continue
		}
		if len(end.GetLine()) != len(again) {
			r.t.Errorf("seat %d was told %v", p.seat, end)
			continue
		}
		for i, told := range end.GetLine() {
			line := again[i]
			if told.GetSeat() != uint32(line.Seat) || told.GetPlace() != uint32(line.Place) || told.GetValue()[0] != line.Values[0] || told.GetValue()[1] != line.Values[1] {
				r.t.Errorf("seat %d was told %v, the replay has %+v", p.seat, told, line)
			}
		}
	}
}

// TestADealOfCards is played by clients from what they see, in a room at rest; it
// ends with one outcome for all, and plays again to the same.
func TestADealOfCards(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for players := 2; players <= 6; players++ {
		synctest.Test(t, func(t *testing.T) {
			r := newCardRoom(t, players, sim.Param{Name: "turn", Value: "20"})
			for turns := 0; r.players[0].end() == nil; turns++ {
				if turns > 500 {
					t.Fatal("it does not end")
				}
				p := r.players[turns%players]
				if random.IntN(20) == 0 {
					r.pass(20 * time.Second) // somebody's turn lapses
				}
				p.read()
				p.play()
				for _, p := range r.players {
					if p.read(); p.end() == nil {
						p.send(netproto.ClientFrame{Ping: 9})
					}
				}
			}
			for _, p := range r.players {
				p.read()
			}
			r.playedAgain()
		})
	}
}

// TestACardRoomStepsForNothing: while nobody moves it does not step, and without
// pings does not even look at its connections; when a turn is over it does so by
// itself, and everybody is told.
func TestACardRoomStepsForNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newCardRoom(t, 3, sim.Param{Name: "turn", Value: "50"}, sim.Param{Name: "lapses", Value: "2"})
		ann := r.players[0]
		if ann.read(); ann.match("phase") != cards.PhasePlay || ann.match("turn") != 2 {
			t.Fatalf("phase %d, turn %d", ann.match("phase"), ann.match("turn"))
		}
		steps := r.steps.Load()
		_, polls := ann.ended()
		r.pass(44 * time.Second)
		if _, looked := ann.ended(); r.steps.Load() != steps || looked != polls {
			t.Errorf("%d steps, looked %d times while nobody did anything", r.steps.Load()-steps, looked-polls)
		}
		for _, p := range r.players {
			p.say(netproto.ClientFrame{Ping: 2}) // or they would count as gone
		}
		if r.steps.Load() != steps {
			t.Error("pings make it step")
		}
		r.pass(10 * time.Second)
		if ann.read(); r.steps.Load() != steps+1 || ann.match("turn") != 3 || ann.value("player", 2, "cards") != 6 || ann.value("player", 2, "lapses") != 1 {
			t.Errorf("%d steps when the turn was over; it is seat %d's, seat 2 has %d cards", r.steps.Load()-steps, ann.match("turn"), ann.value("player", 2, "cards"))
		}
		// Seat 2 says nothing again and is kicked; the others play on.
		for ann.value("player", 2, "lapses") == 1 && ann.end() == nil {
			for _, p := range r.players {
				p.send(netproto.ClientFrame{Ping: 3})
			}
			r.pass(10 * time.Second)
			for _, p := range []*cardPlayer{ann, r.players[2]} {
				p.read()
				p.play()
			}
			if r.players[1].kicked() {
				break
			}
		}
		r.pass(time.Second)
		if ann.read(); !r.players[1].kicked() || ann.match("turn") == 2 || ann.end() != nil {
			t.Fatalf("seat 2 is not kicked: it is the turn of seat %d", ann.match("turn"))
		}
		// Seat 3 leaves: seat 1 has won.
		r.players[2].send(netproto.ClientFrame{Leave: true})
		r.pass(time.Second)
		if ann.read(); ann.end() == nil || ann.end().GetLine()[0].GetPlace() != 1 || ann.end().GetLine()[1].GetPlace() != 3 || ann.end().GetLine()[2].GetPlace() != 2 {
			t.Fatalf("%v", ann.end())
		}
		<-r.Ended()
		if code, _ := ann.ended(); code != netproto.CloseRoomEnded {
			t.Errorf("closed with %v", code)
		}
	})
}
