package bots

import (
	"testing"
	"time"

	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// BenchmarkPlayer is what one of 50 wandering players costs per tick, without
// the sockets: a snapshot into the mirror, a decision, an input.
func BenchmarkPlayer(b *testing.B) {
	tb := newTable(b, "ffa", 50, newWander, 1)
	const ticks = 3000
	var viewer netproto.Viewer
	schema := netproto.SchemaOf(tb.world)
	welcome, err := netproto.AppendWelcome(nil, &pb.Welcome{Seat: 1, TickHz: 30, Schema: schema})
	check(b, err)
	frames := make([][]byte, 0, ticks)
	tb.play(ticks, func() {
		var f []byte
		if len(frames) == 0 {
			f = welcome
		}
		frames = append(frames, tb.encoder.AppendSnapshot(f, &viewer, 1, netproto.Header{InputAge: 0}))
	})
	var p *bot
	now := time.Now()
	var out []byte
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%ticks == 0 {
			p = &bot{random: tb.players[0].Behaviour.(*wander).random}
			p.Connected(0)
		}
		now = now.Add(time.Second / 30)
		check(b, p.Session.Receive(frames[i%ticks], now))
		if i%ticks == 0 {
			check(b, p.welcomed(newWander))
		}
		out = p.act(client.Frame(out), now, 0, 0)
	}
}
