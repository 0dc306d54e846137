package client

import (
	"bufio"
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

var update = flag.Bool("update", false, "write the stories of netproto/testdata/clock anew")

const (
	storyPeriod = 20 * time.Millisecond
	storyEnd    = 17 * time.Second
	storyGrain  = 100 * time.Microsecond
	storyLead   = 52 // a second and two ticks
)

// storyRoom is a room with a client as far as the numbers of ticks go. Time jumps
// for it: while it stands still it makes no ticks and reads nothing, and afterwards
// the numbers go on where they were.
type storyRoom struct {
	tick    sim.Tick
	next    time.Duration // of the next tick
	have    map[sim.Tick]bool
	arrives []arrival
	slack   int
}

// delayAt is the way in each direction.
func delayAt(now time.Duration) time.Duration {
	if now >= 2*time.Second && now < 4*time.Second {
		return 57300 * time.Microsecond
	}
	return 7300 * time.Microsecond
}

// stops are when the room stands still, and for how long.
var stops = map[time.Duration]time.Duration{7 * time.Second: 25 * storyPeriod, 11 * time.Second: 150 * storyPeriod}

// step makes the tick that is due, and says what its frame tells.
func (r *storyRoom) step(now time.Duration) netproto.ServerFrame {
	r.tick++
	f := netproto.ServerFrame{Tick: r.tick}
	var waiting []arrival
	for _, a := range r.arrives {
		slack := a.tick.Since(r.tick)
		switch {
		case a.at > now:
			waiting = append(waiting, a)
		case slack > storyLead:
			r.slack = storyLead + 1
			f.Dropped++
		case r.have[a.tick]:
			f.Dropped++
		default:
			r.have[a.tick] = true
			r.slack = slack
			if slack < 0 {
				f.Dropped++
			}
		}
	}
	r.arrives = waiting
	f.Slack = int32(r.slack)
	r.next += storyPeriod
	return f
}

// tell plays a client against the room and writes down what it hears and sends.
func tell(loose bool) string {
	var out strings.Builder
	kind := "whole ticks only"
	if loose {
		kind = "quarters of a tick"
	}
	fmt.Fprintf(&out, "# an input clock that moves by %s\nperiod %d\nrtt %g\nmax_lead %d\n", kind, storyPeriod.Milliseconds(), milliseconds(2*delayAt(0)), storyLead)
	room := &storyRoom{tick: 99, have: map[sim.Tick]bool{}}
	var client storyClient
	client.begin(storyPeriod, loose)
	var replies []reply
	for now := time.Duration(0); now < storyEnd; now += storyGrain {
		if stop, ok := stops[now]; ok {
			room.next = now + stop
		}
		if now >= room.next {
			at := now + delayAt(now)
			if n := len(replies); n > 0 {
				at = max(at, replies[n-1].at)
			}
			replies = append(replies, reply{at, room.step(now)})
		}
		for len(replies) > 0 && replies[0].at <= now {
			f := replies[0].frame
			replies = replies[1:]
			fmt.Fprintf(&out, "%.1f frame %d %d %d\n", milliseconds(now), f.Tick, f.Slack, f.Dropped)
			client.frame(&f, now)
		}
		for client.playing && !client.pace.due.After(epoch.Add(now)) {
			tick := client.send(now)
			if tick == 0 {
				fmt.Fprintf(&out, "%.1f due -\n", milliseconds(now))
				continue
			}
			fmt.Fprintf(&out, "%.1f due %d\n", milliseconds(now), tick)
			at := now + delayAt(now)
			if n := len(room.arrives); n > 0 {
				at = max(at, room.arrives[n-1].at)
			}
			room.arrives = append(room.arrives, arrival{at, tick})
		}
	}
	return out.String()
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// storyClient drives clock and pace as Client does.
type storyClient struct {
	clock   inputClock
	pace    pace
	period  time.Duration
	playing bool
	last    sim.Tick
	heard   time.Duration
}

func (c *storyClient) begin(period time.Duration, loose bool) {
	c.period = period
	c.clock.begin(period, storyLead, loose)
}

func (c *storyClient) frame(f *netproto.ServerFrame, now time.Duration) {
	c.last, c.heard = f.Tick, now
	c.clock.hear(f, epoch.Add(now))
	if !c.playing {
		c.playing = true
		c.pace.start(epoch.Add(now), c.period)
	}
	if slew := c.clock.takeSlew(); slew != 0 {
		c.pace.pending = time.Duration(slew) * c.period / wholeTick
	}
}

// send returns the tick of the input that is due; 0: none is sent.
func (c *storyClient) send(now time.Duration) sim.Tick {
	skipped, settled := c.pace.next(epoch.Add(now))
	if settled {
		c.clock.settle(epoch.Add(now))
	}
	tick, due := c.clock.due(c.last, now-c.heard+2*delayAt(0), skipped)
	if !due {
		return 0
	}
	return tick
}

// TestClockStories has the input clock hear the frames of the stories and send the
// inputs that are written there. `go test ./client -run ClockStories -update` writes
// them anew.
func TestClockStories(t *testing.T) {
	for name, loose := range map[string]bool{"whole": false, "quarters": true} {
		path := "../netproto/testdata/clock/" + name + ".txt"
		if *update {
			check(t, os.WriteFile(path, []byte(tell(loose)), 0o644))
		}
		file, err := os.Open(path)
		check(t, err)
		lines := bufio.NewScanner(file)
		var c storyClient
		c.begin(storyPeriod, loose)
		sends, late := 0, map[string]float64{}
		for n := 1; lines.Scan(); n++ {
			var ms float64
			var what, tick string
			var f netproto.ServerFrame
			if _, err := fmt.Sscan(lines.Text(), &ms, &what, &tick, &f.Slack, &f.Dropped); err != nil && what != "due" {
				continue // the head
			}
			now := time.Duration(math.Round(ms*10)) * storyGrain
			if what == "frame" {
				_, err = fmt.Sscan(tick, &f.Tick)
				check(t, err)
				c.frame(&f, now)
				if f.Slack > 2 {
					late[fmt.Sprint(ms > 7000, ms > 11000)] = ms
				}
				continue
			}
			sends++
			if off := c.pace.due.Sub(epoch.Add(now)); off.Abs() > storyGrain {
				t.Fatalf("%s, line %d: the input is due %v from there", name, n, off)
			}
			got := "-"
			if at := c.send(now); at != 0 {
				got = fmt.Sprint(at)
			}
			if got != tick {
				t.Fatalf("%s, line %d: an input for tick %s, want %s", name, n, got, tick)
			}
		}
		check(t, file.Close())
		// It ends well: soon after each of the two stops nothing is early.
		if after := late["true false"] - 7500; sends < 700 || after > 1000 {
			t.Errorf("%s: %d inputs; early until %.0f ms after the first stop", name, sends, after)
		}
		if after := late["true true"] - 14000; after > 1200 {
			t.Errorf("%s: early until %.0f ms after the second stop", name, after)
		}
	}
}
