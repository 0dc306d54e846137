package room

import (
	"context"
	"errors"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// running makes a room for a synctest bubble.
func running(t *testing.T, change ...func(*Options)) *rig {
	t.Helper()
	return walking(t, append(change, func(o *Options) { o.Clock = bubbleClock() })...)
}

func TestRunKeepsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := running(t, func(o *Options) { o.Keep = true })
		go r.Run(t.Context())
		<-time.After(time.Hour + time.Millisecond)
		synctest.Wait()
		if got := r.Info().Tick; got != 3600*walkHz {
			t.Errorf("%d ticks in an hour, want %d", got, 3600*walkHz)
		}
		r.Close(netproto.CloseRoomEnded, "enough")
		<-r.Ended()
	})
}

// TestCloseDoesNotWaitForTheTick closes a room whose tick is a second away.
func TestCloseDoesNotWaitForTheTick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := running(t, func(o *Options) { o.Mode.Hz = 1 })
		done := make(chan error)
		go func() { done <- r.Run(t.Context()) }()
		synctest.Wait()
		began := time.Now()
		r.Close(netproto.CloseKicked, "first")
		r.Close(netproto.CloseRestart, "second")
		if err := <-done; err != nil || time.Since(began) > 0 {
			t.Errorf("closed after %v, %v", time.Since(began), err)
		}
		if why := r.closing.Load(); why.Code != netproto.CloseKicked {
			t.Errorf("closed with %v", why)
		}
	})
}

func TestRunEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := running(t)
		ctx, cancel := context.WithCancel(t.Context())
		go r.Run(ctx)
		p := newPeer(r)
		r.knock(Guest{}).Enter(p.conn)
		<-time.After(time.Second)
		cancel()
		<-r.Ended()
		if p.conn.code() != netproto.CloseRestart {
			t.Errorf("closed with %v", p.conn.ended)
		}
	})
}

// TestEndReachesEverybody closes a room with players on seats, away, at the
// door and with a pass.
func TestEndReachesEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := running(t)
		seated, away := r.join("seated"), r.join("away")
		away.conn.lost = true
		r.tick()
		waiting, late := newPeer(r), newPeer(r)
		r.knock(Guest{}).Enter(waiting.conn)
		pass := r.knock(Guest{})
		r.Close(netproto.CloseRestart, "see you")
		if _, err := r.Knock(Guest{}); !errors.Is(err, ErrClosed) {
			t.Errorf("knock: %v", err)
		}
		if err := r.Run(t.Context()); err != nil {
			t.Error(err)
		}
		pass.Enter(late.conn)
		for name, c := range map[string]*fakeConn{"seated": seated.conn, "waiting": waiting.conn, "late": late.conn} {
			if c.code() != netproto.CloseRestart || c.ended.Reason != "see you" {
				t.Errorf("%s: %v", name, c.ended)
			}
		}
		if waiting.conn.attached+late.conn.attached != 0 {
			t.Error("connections were attached that were not let in")
		}
		if n := r.stats.Closes(netproto.CloseRestart); n != 3 {
			t.Errorf("%d closes counted", n)
		}
		if err := r.Announce("hello"); !errors.Is(err, ErrClosed) {
			t.Errorf("announce: %v", err)
		}
	})
}

// TestStoppedProcess lets an hour pass while the process was stopped: nobody is
// thrown out and nothing is stepped for it but a few ticks.
func TestStoppedProcess(t *testing.T) {
	r := walking(t)
	p := r.join("anna")
	clock := r.Room.clock.(*fakeClock)
	n := 0
	clock.delay = func() time.Duration {
		p.input(0, 1, 0)
		switch n++; n {
		case 100:
			return time.Hour
		case 200:
			r.Close(netproto.CloseBye, "")
		}
		return 0
	}
	if err := r.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if lost := r.stats.TicksLost.Load(); lost < 3600*walkHz-7 || lost > 3600*walkHz {
		t.Errorf("%d ticks lost", lost)
	}
	if got := r.stats.Ticks.Load(); got != 1+199 || r.stats.Closes(netproto.CloseSilent) > 0 || p.conn.code() != netproto.CloseBye {
		t.Errorf("%d ticks, ended with %v", got, p.conn.ended)
	}
}

// TestLostTicksAreLogged stands still twice within a moment: one line for what was
// lost first, and one for the rest when it is time.
func TestLostTicksAreLogged(t *testing.T) {
	stall := map[int]time.Duration{40: 17 * time.Second, 60: time.Second, 61: time.Second}
	r := walking(t, func(o *Options) { o.Keep = true })
	n := 0
	r.clock.delay = func() time.Duration { n++; return stall[n] }
	done := make(chan error)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { done <- r.Run(ctx) }()
	for r.stats.Ticks.Load() < 20*walkHz {
		runtime.Gosched()
	}
	cancel()
	<-done
	lost := int(r.stats.TicksLost.Load())
	text := r.logs.text.String()
	lines := regexp.MustCompile(`level=WARN .*lost=(\d+) late=(\S+)`).FindAllStringSubmatch(text, -1)
	sum := 0
	for _, line := range lines {
		k, _ := strconv.Atoi(line[1])
		sum += k
	}
	if len(lines) != 2 || sum != lost || lost < 17*walkHz || !strings.HasPrefix(lines[0][2], "17") {
		t.Errorf("%d lost; %q", lost, lines)
	}
}

// TestAHungStepIsSeen has a step not return: who asks hears which tick it is,
// at what, and since when; nobody who wants something of the room waits for it.
func TestAHungStepIsSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang, hung := make(chan struct{}), make(chan struct{})
		r := newRig(t, walkMode(func(where string, tick sim.Tick) {
			if where == "step" && tick == 60 {
				close(hung)
				<-hang
			}
		}), func(o *Options) { o.Clock = bubbleClock(); o.Keep = true })
		done := make(chan error)
		go func() { done <- r.Run(t.Context()) }()
		<-hung
		began := time.Now()
		<-time.After(5 * time.Second)
		now, ok := r.Running()
		if !ok || now.Tick != 60 || now.Phase != PhaseAdvance || !now.Began.Equal(began) {
			t.Errorf("%+v, %v, want tick 60 since %v", now, ok, began)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, _, err := r.Seats(ctx, 9); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("seats: %v", err)
		}
		for range mailboxSize {
			_ = r.Announce("x")
		}
		if err := r.Announce("x"); !errors.Is(err, ErrBusy) {
			t.Errorf("announce: %v", err)
		}
		if r.Info().Tick != 59 {
			t.Errorf("%+v", r.Info())
		}
		r.Close(netproto.CloseRoomEnded, "")
		close(hang)
		if err := <-done; err != nil {
			t.Error(err)
		}
		if _, ok := r.Running(); ok {
			t.Error("it runs after its end")
		}
	})
}

// TestNobodyEntersBehindTheEnd brings a connection in after a room's end, while who
// closes it has not come to its door yet: it is told all the same.
func TestNobodyEntersBehindTheEnd(t *testing.T) {
	r := walking(t)
	pass := r.knock(Guest{Name: "late"})
	r.closing.Store(&netproto.CloseError{Code: netproto.CloseRestart, Reason: "bye"}) // Close, so far
	r.end()
	p := newPeer(r)
	pass.Enter(p.conn)
	if p.conn.code() != netproto.CloseRestart {
		t.Errorf("closed with %v", p.conn.ended)
	}
}
