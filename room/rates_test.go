package room

import (
	"fmt"
	"testing"
	"time"

	"github.com/metronome-server/metronome/netproto"
)

// TestPoliteClientAtEveryRate has a client behave at each tick rate: an input per
// tick, whose way takes up to a third of a second longer or shorter, a ping and
// an ack a second, chat now and then, and a stall of a second. It is not
// closed, loses no input but those of the stall, and misses no snapshot.
func TestPoliteClientAtEveryRate(t *testing.T) {
	random := random(t)
	for _, hz := range []int{1, 2, 10, 30, 60, 240} {
		t.Run(fmt.Sprint(hz, " Hz"), func(t *testing.T) {
			mode := walkMode(nil)
			mode.Hz = hz
			r := newRig(t, mode)
			p := r.join("anna")
			if got := int(p.welcome.GetMaxLead()); got < hz || got > 2*hz+2 {
				t.Errorf("max_lead is %d ticks", got)
			}
			early := hz/3 + 1 // ticks of jitter
			due := make([][]netproto.ClientFrame, 40*hz)
			stall, stalled := 20*hz, max(hz, 1)
			for tick := range 30 * hz {
				f := netproto.ClientFrame{Inputs: []netproto.Input{input(r.next.Add(tick+early), 1, 0)}}
				if tick%hz == 0 {
					f.Ping, f.NoticeAck = uint64(tick+1), p.newest
				}
				if tick%(7*hz) == 0 {
					f.Chat = "hello"
				}
				at := tick + random.IntN(early+1)
				if at >= stall && at < stall+stalled {
					at = stall + stalled // all of it comes at once
				}
				due[at] = append(due[at], f)
			}
			for tick := range 32 * hz {
				for _, f := range due[tick] {
					p.send(f)
				}
				r.tick()
				p.read()
				if p.conn.ended != nil {
					t.Fatalf("after %v it was closed: %v", time.Duration(tick)*time.Second/time.Duration(hz), p.conn.ended)
				}
				if tick < 30*hz {
					p.inStep()
				}
			}
			s := r.stats
			if s.InputsEarly.Load()+s.InputsDropped.Load()+s.InputsDouble.Load() > 0 || s.InputsLate.Load() > uint64(stalled+early) {
				t.Errorf("%d early, %d unread, %d double, %d late", s.InputsEarly.Load(), s.InputsDropped.Load(), s.InputsDouble.Load(), s.InputsLate.Load())
			}
			if s.ChatDropped.Load() > 0 {
				t.Errorf("%d lines of chat were not passed on", s.ChatDropped.Load())
			}
			if x, least := r.row(p.seat, colX), 30*hz-stalled-early; x < least {
				t.Errorf("it moved %d ticks of %d", x, 30*hz)
			}
		})
	}
}

// TestSilentForAtEveryRate: the same silence ends a connection after the same
// time at each rate, and not before.
func TestSilentForAtEveryRate(t *testing.T) {
	for _, hz := range []int{1, 30, 240} {
		mode := walkMode(nil)
		mode.Hz = hz
		r := newRig(t, mode)
		p := r.join("anna")
		begin := r.world.Tick()
		for p.conn.ended == nil && r.world.Tick().Since(begin) < 20*hz {
			r.tick()
		}
		took := time.Duration(r.world.Tick().Since(begin)) * time.Second / time.Duration(hz)
		if after := r.config.SilentAfter; took < after || took > after+2*time.Second {
			t.Errorf("%d Hz: closed after %v, want %v", hz, took, after)
		}
	}
}
