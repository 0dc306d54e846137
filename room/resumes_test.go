package room

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"slices"
	"testing"

	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/journal/file"
	"github.com/metronome-server/metronome/netproto"
)

// orderer is a client that numbers its orders, keeps them until they are acked and
// gives them again over a new connection.
type orderer struct {
	*peer
	orders []int32 // what each is, by number from 1
	// sent is the newest on this connection, given on any: what one before has brought
	// may be acked after this one has begun.
	acked, sent, given uint32
	again              int // how many went out more than once
}

// give sends at most n orders, of those that may be on the way.
func (p *orderer) give(n int) {
	var commands []netproto.Command
	for ; n > 0 && p.sent < min(p.acked+netproto.MaxCommands, uint32(len(p.orders))); n-- {
		p.sent++
		commands = append(commands, order(p.sent, p.orders[p.sent-1]))
	}
	p.given = max(p.given, p.sent)
	p.peer.send(netproto.ClientFrame{Commands: commands, NoticeAck: p.newest})
}

// hear reads what has come.
func (p *orderer) hear() {
	p.t.Helper()
	p.read()
	if p.frame.Commanded > p.given {
		p.t.Fatalf("%d are acked, %d were given", p.frame.Commanded, p.given)
	}
	p.acked = max(p.acked, p.frame.Commanded)
	p.sent = max(p.sent, p.acked)
}

// comeBack takes the seat back, when the connection before was cut or while it
// lives, and gives again what is not acked.
func (p *orderer) comeBack(pass *Pass) {
	p.t.Helper()
	seat, acked := p.seat, p.acked
	p.peer = newPeer(p.room)
	pass.Enter(p.conn)
	p.room.tick()
	p.hear()
	if p.seat != seat || !p.welcome.GetResumed() || p.frame.Commanded < acked {
		p.t.Fatalf("seat %d, was %d, resumed %v: %d are acked, were %d", p.seat, seat, p.welcome.GetResumed(), p.frame.Commanded, acked)
	}
	p.sent = p.acked
	p.again += int(p.given - p.acked)
}

// TestTenThousandCommandsOverAHundredResumes: one client's connection is cut at
// random points, on the way in and on the way out, or a newer one takes its place.
// The journal has each of its commands once, in their order, and plays to the same
// outcome.
func TestTenThousandCommandsOverAHundredResumes(t *testing.T) {
	const commands, resumes = 10_000, 100
	rnd := random(t)
	for name, hz := range map[string]int{"ticks": 30, "rests": 0} {
		t.Run(name, func(t *testing.T) {
			mode := deskMode(hz)
			mode.CommandsPerSecond = 60
			f := &fakeFile{}
			room := newRig(t, mode, func(o *Options) { o.Journal, o.OneMatch = file.NewSink(f), true })
			p := &orderer{peer: room.join("ann")}
			for range commands - 1 {
				p.orders = append(p.orders, int32(1+rnd.IntN(899)))
			}
			p.orders = append(p.orders, deskEnd)
			cuts := make([]uint32, resumes)
			for i := range cuts {
				cuts[i] = 1 + rnd.Uint32N(commands-100)
			}
			slices.Sort(cuts)
			came := 0
			for room.closing.Load() == nil {
				p.give(rnd.IntN(8))
				if len(cuts) > 0 && p.sent >= cuts[0] {
					cuts = cuts[1:]
					p.conn.in = p.conn.in[:rnd.IntN(len(p.conn.in)+1)]
					p.conn.lost = rnd.IntN(3) > 0
					room.ticks(rnd.IntN(4)) // what is sent meanwhile is not heard
					pass, err := room.Knock(Guest{Resume: p.token})
					must(t, err)
					p.comeBack(pass)
					came++
				}
				room.tick()
				p.hear()
			}
			outcome := room.world.Outcome()
			orders, sum, _ := room.desk(1)
			want := 0
			for _, what := range p.orders {
				want += int(what)
			}
			if room.finish(); orders != commands || sum != want || len(outcome) != 1 || int(outcome[0].Values[0]) != want {
				t.Errorf("%d orders of %d, sum %d of %d, outcome %+v", orders, commands, sum, want, outcome)
			}
			recorded := recordedCommands(t, f.b)
			for i, c := range recorded {
				if int(c.Number) != i+1 || i >= commands || c.Values[0] != p.orders[i] {
					t.Fatalf("the journal has command %d of %v in place %d", c.Number, c.Values, i+1)
				}
			}
			if len(recorded) != commands || came != resumes {
				t.Errorf("%d commands in the journal, %d resumes", len(recorded), came)
			}
			last, out := room.replayed(f.b, modeNamed(mode), nil)
			if !last.Ended() || !reflect.DeepEqual(last.Outcome(), outcome) {
				t.Errorf("the outcome was %+v, and is %+v", outcome, last.Outcome())
			}
			t.Logf("%d ticks, %d commands sent again", out.Ticks, p.again)
		})
	}
}

// recordedCommands are all that a journal has, in its order.
func recordedCommands(t *testing.T, recording []byte) (all []journal.Command) {
	t.Helper()
	records, err := journal.NewReader(bytes.NewReader(recording))
	must(t, err)
	for {
		kind, body, err := records.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		must(t, err)
		if kind != journal.KindTick {
			continue
		}
		var tick journal.Tick
		must(t, journal.ReadTick(body, &tick))
		all = append(all, tick.Commands...)
	}
}
