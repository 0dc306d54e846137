package client

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// line is a network and a room as far as timing goes: inputs take a while to get
// there, wait for a tick, and the snapshots take a while back.
type line struct {
	clock   inputClock
	pace    pace
	period  time.Duration
	delay   func() time.Duration // one way
	room    time.Duration        // when tick 0 was
	arrives []arrival
	replies []reply
	slack   int
	dropped uint32
	heard   time.Duration
	last    netproto.ServerFrame

	sent, late, held int
	leads            []int // slack of each input that arrived
}

type arrival struct {
	at   time.Duration
	tick sim.Tick
}

type reply struct {
	at    time.Duration
	frame netproto.ServerFrame
}

var epoch = time.Unix(1000, 0)

// run lets time pass from one moment to another, in steps of a millisecond.
func (l *line) run(from, to time.Duration) {
	for now := from; now < to; now += time.Millisecond {
		l.tick(now)
		for len(l.replies) > 0 && l.replies[0].at <= now {
			l.last, l.heard = l.replies[0].frame, now
			l.replies = l.replies[1:]
			l.clock.hear(&l.last, epoch.Add(now))
			if slew := l.clock.takeSlew(); slew != 0 {
				l.pace.pending = time.Duration(slew) * l.period / wholeTick
			}
		}
		for l.heard > 0 && !l.pace.due.After(epoch.Add(now)) {
			l.send(now)
		}
	}
}

// tick steps the room if it is time, and sends a snapshot.
func (l *line) tick(now time.Duration) {
	if (now-l.room)%l.period >= time.Millisecond || now < l.room {
		return
	}
	tick := sim.Tick((now - l.room) / l.period)
	var waiting []arrival
	for _, a := range l.arrives {
		if a.at > now {
			waiting = append(waiting, a)
			continue
		}
		l.slack = min(a.tick.Since(tick), l.clock.lead+1) // as a room says it
		l.leads = append(l.leads, l.slack)
		if l.slack < 0 {
			l.late++
		}
		if l.slack < 0 || l.slack > l.clock.lead {
			l.dropped++
		}
	}
	l.arrives = waiting
	at := now + l.delay()
	if n := len(l.replies); n > 0 {
		at = max(at, l.replies[n-1].at) // a stream keeps its order
	}
	l.replies = append(l.replies, reply{at, netproto.ServerFrame{Tick: tick, Slack: int32(l.slack), Dropped: l.dropped}})
	l.dropped = 0
}

func (l *line) send(now time.Duration) {
	skipped, settled := l.pace.next(epoch.Add(now))
	if settled {
		l.clock.settle(epoch.Add(now))
	}
	tick, due := l.clock.due(l.last.Tick, now-l.heard, skipped)
	if !due {
		l.held++
		return
	}
	l.sent++
	at := now + l.delay()
	if n := len(l.arrives); n > 0 {
		at = max(at, l.arrives[n-1].at)
	}
	l.arrives = append(l.arrives, arrival{at, tick})
}

func newLine(loose bool, hz int, delay func() time.Duration, phase time.Duration) *line {
	l := &line{period: time.Second / time.Duration(hz), delay: delay, room: phase}
	l.clock.begin(l.period, netproto.MaxLead(hz), loose)
	l.pace.start(epoch, l.period)
	return l
}

// TestInputsArriveJustInTime drives both kinds of client over several networks,
// and looks at them once they have had time to find their lead.
func TestInputsArriveJustInTime(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	const ms = time.Millisecond
	for _, c := range []struct {
		name   string
		delay  func() time.Duration
		spread int // of slacks, ticks
	}{
		{"loopback", func() time.Duration { return 0 }, 1},
		{"near", func() time.Duration { return 10 * ms }, 1},
		{"far", func() time.Duration { return 110 * ms }, 1},
		{"wireless", func() time.Duration { return 30*ms + time.Duration(random.IntN(20))*ms }, 2},
	} {
		for _, loose := range []bool{false, true} {
			for phase := range 10 {
				name := fmt.Sprintf("%s, loose %v, phase %d", c.name, loose, phase)
				l := newLine(loose, 30, c.delay, time.Duration(phase)*3*ms+100*ms)
				l.run(0, 20*time.Second)
				l.leads, l.late, l.sent, l.held = nil, 0, 0, 0
				l.run(20*time.Second, 60*time.Second)
				sum, most := 0, 0
				for _, lead := range l.leads {
					sum += lead
					most = max(most, lead)
				}
				// A phase on the edge of a tick is tried again now and then.
				if l.late > len(l.leads)/50 {
					t.Errorf("%s: %d of %d inputs late", name, l.late, len(l.leads))
				}
				if mean := float64(sum) / float64(len(l.leads)); mean > float64(c.spread) || most > c.spread+1 {
					t.Errorf("%s: mean slack %.2f, most %d", name, mean, most)
				}
				if l.sent+l.held < 40*30-5 || l.held > 20 {
					t.Errorf("%s: %d inputs sent, %d held back", name, l.sent, l.held)
				}
			}
		}
	}
}

// TestInputsAfterARoomStoodStill: the room loses ticks, so everything is too
// early, by a little or by more than can be told.
func TestInputsAfterARoomStoodStill(t *testing.T) {
	for _, lost := range []int{1, 5, 40, 300} {
		l := newLine(false, 30, func() time.Duration { return 5 * time.Millisecond }, 100*time.Millisecond)
		l.run(0, 10*time.Second)
		l.room += time.Duration(lost) * l.period
		l.run(10*time.Second, 20*time.Second)
		l.leads = nil
		l.run(20*time.Second, 25*time.Second)
		for _, lead := range l.leads {
			if lead < -1 || lead > 1 {
				t.Fatalf("%d ticks lost, ten seconds later an input has slack %d", lost, lead)
			}
		}
		if len(l.leads) < 140 {
			t.Errorf("%d ticks lost: %d inputs in 5 s", lost, len(l.leads))
		}
	}
}

func TestInputsAreOfRisingTicks(t *testing.T) {
	var c inputClock
	c.begin(time.Second/30, netproto.MaxLead(30), false)
	first, ok := c.due(100, 0, 0)
	if !ok || first != 101 {
		t.Fatalf("first input for tick %d", first)
	}
	if tick, _ := c.due(100, 0, 0); tick != 102 {
		t.Errorf("second input for tick %d", tick)
	}
	if tick, _ := c.due(100, 0, 3); tick != 106 {
		t.Errorf("after three were missed, an input for tick %d", tick)
	}
	c.hold = 2
	for range 2 {
		if tick, ok := c.due(100, 0, 0); ok {
			t.Errorf("an input for tick %d was sent though inputs were early", tick)
		}
	}
	if tick, _ := c.due(100, 0, 0); tick != 107 {
		t.Errorf("after the pause an input for tick %d", tick)
	}
	var far inputClock
	far.begin(time.Second/30, netproto.MaxLead(30), false)
	if tick, _ := far.due(100, 110*time.Millisecond, 0); tick != 104 {
		t.Errorf("110 ms away the first input is for tick %d", tick)
	}
}
