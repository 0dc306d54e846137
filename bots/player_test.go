package bots

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// replay is what the first of 50 wandering players of a room is sent, to be
// played again without a socket.
type replay struct {
	t      testing.TB
	frames [][]byte
	i      int
	bot    *bot
	now    time.Time
	out    []byte
}

func newReplay(t testing.TB, ticks int) *replay {
	tb := newTable(t, "ffa", 50, newWander, 1)
	var viewer netproto.Viewer
	first, err := netproto.AppendWelcome(nil, &pb.Welcome{Seat: 1, TickHz: 30, Schema: netproto.SchemaOf(tb.world)})
	check(t, err)
	r := &replay{t: t, now: epoch}
	tb.play(ticks, func() {
		r.frames = append(r.frames, tb.encoder.AppendSnapshot(first, &viewer, 1, netproto.Header{InputAge: 0}))
		first = nil
	})
	return r
}

// step is one tick of the player's: a snapshot into the mirror, a decision, an
// input. It begins again at the end.
func (r *replay) step() {
	if r.i == 0 {
		r.bot = &bot{random: rand.New(rand.NewPCG(1, 1))}
		r.bot.Connected(0)
	}
	r.now = r.now.Add(time.Second / 30)
	check(r.t, r.bot.Session.Receive(r.frames[r.i], r.now))
	if r.i == 0 {
		check(r.t, r.bot.welcomed(newWander))
	}
	r.out = r.bot.act(client.Frame(r.out), r.now, false, 0)
	r.i = (r.i + 1) % len(r.frames)
}

// BenchmarkPlayer is what a wandering player costs per tick without the sockets.
func BenchmarkPlayer(b *testing.B) {
	r := newReplay(b, 3000)
	b.ReportAllocs()
	for b.Loop() {
		r.step()
	}
}

func TestPlayerAllocatesNothing(t *testing.T) {
	r := newReplay(t, 600)
	for range 100 {
		r.step()
	}
	if n := testing.AllocsPerRun(400, r.step); n != 0 {
		t.Errorf("%v allocations a tick", n)
	}
	if c := r.bot.Counts; c.Inputs < 500 || c.Resyncs != 0 {
		t.Errorf("%+v", c)
	}
}
