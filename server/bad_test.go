package server

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// TestBadInputEndsOneConnectionOnly sends each kind of rubbish over a socket of
// its own, beside a player whose ticks must not notice.
func TestBadInputEndsOneConnectionOnly(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	inputs := func(n, values int) []byte {
		f := &netproto.ClientFrame{}
		for range n {
			in := netproto.Input{Tick: 9, Count: values}
			in.Values[values-1] = 1
			f.Inputs = append(f.Inputs, in)
		}
		return netproto.AppendClientFrame(nil, f)
	}
	tooManyValues := protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType),
		protowire.AppendBytes(protowire.AppendTag(nil, 3, protowire.BytesType), bytes.Repeat([]byte{2}, netproto.MaxInputValues+1)))
	unmasked := append([]byte{0x82, 4}, "abcd"...)
	rows := []struct {
		name string
		send []byte
		code netproto.CloseCode
	}{
		{"text", frameOf(1, []byte("hello")), netproto.CloseText},
		{"unmasked", unmasked, netproto.CloseProtocol},
		{"negative length", append([]byte{0x82, 0xff}, bytes.Repeat([]byte{0xff}, 12)...), netproto.CloseProtocol},
		{"oversize", frameOf(2, make([]byte, netproto.MaxClientMessage+1)), netproto.CloseTooBig},
		{"truncated protobuf", frameOf(2, inputs(1, 3)[:5]), netproto.CloseBadFrame},
		{"varint without end", frameOf(2, bytes.Repeat([]byte{0xff}, 40)), netproto.CloseBadFrame},
		{"too many inputs", frameOf(2, inputs(netproto.MaxInputs+1, 1)), netproto.CloseBadFrame},
		{"too many values", frameOf(2, tooManyValues), netproto.CloseBadFrame},
		{"long chat", frameOf(2, netproto.AppendClientFrame(nil, &netproto.ClientFrame{Chat: string(bytes.Repeat([]byte("x"), netproto.MaxChat+1))})), netproto.CloseBadFrame},
		{"chat in no UTF-8", frameOf(2, protowire.AppendBytes(protowire.AppendTag(nil, 2, protowire.BytesType), []byte{0xff, 0xfe})), netproto.CloseBadFrame},
	}
	n := startTestNode(t, nil)
	honest := join(t, n, "ffa?name=honest")
	for _, row := range rows {
		honest.send(&netproto.ClientFrame{Ping: 1})
		c := join(t, n, "ffa?name=bad")
		c.sendBytes(row.send)
		if end := c.ends(); end.Code != row.code {
			t.Errorf("%s: closed with %v, want %v", row.name, end, row.code)
		}
		before := honest.mirror.Tick()
		// Counted in the tick that closed it, before that tick's snapshots.
		for tick := n.home.Info().Tick.Add(1); honest.mirror.Tick() <= tick; {
			honest.must(honest.next())
		}
		if n.stats.Closes(row.code) == 0 || honest.mirror.Tick() == before {
			t.Errorf("%s: %v was not counted", row.name, row.code)
		}
	}
	for range 20 { // whatever it is, it has one end, and the others play on
		c := join(t, n, "ffa?name=noise")
		noise := make([]byte, 1+random.IntN(200))
		for i := range noise {
			noise[i] = byte(random.Uint32())
		}
		c.sendBytes(frameOf(2, noise))
		c.send(&netproto.ClientFrame{Leave: true})
		c.ends()
		honest.must(honest.next())
	}
}

// TestUselessInputsAreCountedAndHarmless sends inputs for ticks long past and
// far ahead: no reason to end a connection, and no use either.
func TestUselessInputsAreCountedAndHarmless(t *testing.T) {
	n := startTestNode(t, nil)
	c := join(t, n, "ffa?name=lost")
	dropped := uint32(0)
	for range 15 {
		now := c.mirror.Tick()
		push := netproto.Input{Count: 1, Values: [netproto.MaxInputValues]int32{127}}
		past, future := push, push
		past.Tick, future.Tick = 1, now.Add(netproto.MaxLead(30)+40)
		c.send(&netproto.ClientFrame{Inputs: []netproto.Input{past, future, {Tick: sim.Tick(1<<32 - 1), Count: 1}}})
		c.must(c.next())
		dropped += c.frame.Dropped
	}
	if dropped < 30 {
		t.Errorf("%d inputs were dropped, at least 30 had no use", dropped)
	}
	if n.stats.InputsLate.Load() == 0 || n.stats.InputsEarly.Load() == 0 {
		t.Errorf("%d late and %d early inputs were counted", n.stats.InputsLate.Load(), n.stats.InputsEarly.Load())
	}
}
