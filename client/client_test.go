package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// playOn runs a client on a server with these lives until it is over, under a
// fake clock, and returns the states it went through and what Run returned.
func playOn(t *testing.T, p *pipeServer, h Handler, after func(c *Client, cancel func())) ([]string, error) {
	t.Helper()
	var err error
	var states []string
	synctest.Test(t, func(t *testing.T) {
		p.t = t
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		h.State = func(s State, _ error) { states = append(states, s.String()) }
		c, dialed := Dial(ctx, "ws://host/rooms/den?ticket=once", Options{Dial: p.dial})
		if err = dialed; err == nil {
			if after != nil {
				go after(c, cancel)
			}
			err = c.Run(ctx, h)
			if c.State() != Closed {
				t.Errorf("over, but %v", c.State())
			}
		}
		cancel()
		p.wait.Wait()
	})
	return states, err
}

// steady is an Input that flies right.
func steady(_ *Session, _ sim.Tick, values []int32) { values[0] = 127 }

func TestClientPlaysOneInputATick(t *testing.T) {
	p := &pipeServer{lives: []life{{ticks: 300, end: netproto.CloseRoomEnded}}}
	snapshots := 0
	states, err := playOn(t, p, Handler{Input: steady, Snapshot: func(s *Session) {
		if snapshots++; !s.Synced() || s.Counts.Resyncs > 0 {
			t.Error("out of step")
		}
	}}, nil)
	var end *netproto.CloseError
	if !errors.As(err, &end) || end.Code != netproto.CloseRoomEnded || snapshots != 300 {
		t.Errorf("%v after %d snapshots", err, snapshots)
	}
	if want := []string{"playing", "away", "closed"}; !slices.Equal(states, want) {
		t.Errorf("went through %v", states)
	}
	if n := len(p.inputs); n < 290 || n > 301 {
		t.Errorf("%d inputs in 300 ticks", n)
	}
	for i, in := range p.inputs[1:] {
		if before := p.inputs[i]; in.Tick <= before.Tick || in.Values[0] != 127 {
			t.Fatalf("input %+v behind %+v", in, before)
		}
	}
	late := 0
	for _, slack := range p.slacks[30:] {
		if slack < 0 {
			late++
		}
	}
	if late > 5 {
		t.Errorf("%d inputs late: %v", late, p.slacks)
	}
}

// TestClientObeysTheCloseCode lets a connection end with every code.
func TestClientObeysTheCloseCode(t *testing.T) {
	for _, row := range netproto.CloseCodes {
		t.Run(row.Name, func(t *testing.T) {
			p := &pipeServer{lives: []life{{ticks: 10, end: row.Code}, {ticks: 10, end: netproto.CloseKicked}}}
			asked := 0
			var began, back time.Time
			_, err := playOn(t, p, Handler{Input: steady, Rejoin: func(context.Context) (string, error) {
				asked++
				back = time.Now()
				return "ws://host/rooms/other?ticket=again", nil
			}, Snapshot: func(s *Session) {
				if began.IsZero() {
					began = time.Now()
				}
			}}, nil)
			var end *netproto.CloseError
			if !errors.As(err, &end) && err != nil {
				t.Fatalf("ended with %v", err)
			}
			tickets, resumes := 0, 0
			for _, q := range p.requests {
				if q.Has("resume") {
					resumes++
				} else {
					tickets++
				}
			}
			got := fmt.Sprint(tickets, " tickets, ", resumes, " resumes, asked ", asked)
			want := map[netproto.Comeback]string{
				netproto.Never: "1 tickets, 0 resumes, asked 0", netproto.Resume: "1 tickets, 1 resumes, asked 0",
				netproto.Rejoin: "2 tickets, 0 resumes, asked 1", netproto.RejoinLater: "2 tickets, 0 resumes, asked 1",
			}[row.Comeback]
			if got != want {
				t.Errorf("%v: %s, want %s", row.Comeback, got, want)
			}
			if row.Comeback == netproto.RejoinLater && back.Sub(began) < time.Second/2 {
				t.Errorf("came back after %v", back.Sub(began))
			}
		})
	}
}

// TestClientResumes: the token goes with the request, and the player plays on.
func TestClientResumes(t *testing.T) {
	p := &pipeServer{lives: []life{{ticks: 60, end: netproto.CloseLost}, {refuse: 503}, {ticks: 60, end: netproto.CloseKicked}}}
	var resumed, welcomes uint64
	states, _ := playOn(t, p, Handler{Input: steady, Snapshot: func(s *Session) {
		resumed, welcomes = s.Counts.Resumed, s.Counts.Welcomes
	}}, nil)
	// A node that is overloaded keeps the seat all the same.
	if want := []string{"playing", "away", "connecting", "playing", "away", "closed"}; !slices.Equal(states, want) || p.requests[2].Get("resume") != "token-1" {
		t.Errorf("refused with 503: went through %v, then asked %v", states, p.requests[2])
	}
	p = &pipeServer{lives: []life{{ticks: 60, end: netproto.CloseLost}, {ticks: 60, end: netproto.CloseKicked}}}
	states, _ = playOn(t, p, Handler{Input: steady, Snapshot: func(s *Session) {
		resumed, welcomes = s.Counts.Resumed, s.Counts.Welcomes
	}}, nil)
	if want := []string{"playing", "away", "connecting", "playing", "away", "closed"}; !slices.Equal(states, want) {
		t.Errorf("went through %v", states)
	}
	if resumed != 1 || welcomes != 2 || p.requests[1].Get("resume") != "token-1" || p.requests[1].Has("ticket") {
		t.Errorf("%d of %d resumed, second request %v", resumed, welcomes, p.requests[1])
	}
}

// rejoining asks a lobby that always knows another room, and takes note of when.
func rejoining(asked *[]time.Time) func(context.Context) (string, error) {
	return func(context.Context) (string, error) {
		*asked = append(*asked, time.Now())
		return "ws://host/rooms/other?ticket=again", nil
	}
}

// TestClientIsSoonBackAfterACrash: the node is gone, then there again, and knows
// no seat of before.
func TestClientIsSoonBackAfterACrash(t *testing.T) {
	for range 20 {
		p := &pipeServer{lives: []life{
			{ticks: 30, end: netproto.CloseLost}, {down: true}, {down: true}, {refuse: 401}, {down: true}, {refuse: 503, after: "2"},
			{ticks: 30, end: netproto.CloseKicked},
		}}
		var asked []time.Time
		_, _ = playOn(t, p, Handler{Input: steady, Rejoin: rejoining(&asked)}, nil)
		if len(asked) != 3 || len(p.at) != 7 {
			t.Fatalf("asked for %d seats, tried %d times", len(asked), len(p.at))
		}
		if d := p.at[3].Sub(p.at[0]); d > 3*time.Second {
			t.Errorf("three attempts to take the seat back took %v", d)
		}
		if d := asked[0].Sub(p.at[3]); d > 250*time.Millisecond {
			t.Errorf("asked for a new seat %v after the old one was refused", d)
		}
		if p.requests[5].Has("resume") || p.requests[6].Has("resume") {
			t.Error("tried the old seat's token on another room")
		}
		if d := asked[2].Sub(p.at[5]); d < 2*time.Second || d > 4*time.Second {
			t.Errorf("came back %v after it was asked to wait for 2 s", d)
		}
	}
}

// TestClientLooksForAnotherSeat when the node stays away for longer than the seat
// is kept.
func TestClientLooksForAnotherSeat(t *testing.T) {
	p := &pipeServer{lives: []life{{ticks: 30, end: netproto.CloseLost}, {down: true}}}
	asked := []time.Time{}
	other := rejoining(&asked)
	_, _ = playOn(t, p, Handler{Input: steady, Rejoin: func(ctx context.Context) (string, error) {
		p.lives = append(make([]life, len(p.requests)), life{ticks: 30, end: netproto.CloseKicked})
		return other(ctx)
	}}, nil)
	if len(asked) != 1 {
		t.Fatalf("asked for %d seats", len(asked))
	}
	if d := asked[0].Sub(p.at[0]); d < 40*time.Second || d > 50*time.Second {
		t.Errorf("asked for another seat after %v; the room keeps one for 30 s after it notices, which may take 10 s", d)
	}
}

func TestClientTellsOfItsAttempts(t *testing.T) {
	p := &pipeServer{lives: []life{{ticks: 30, end: netproto.CloseLost}, {refuse: 429, after: "7"}, {ticks: 30, end: netproto.CloseKicked}}}
	var told []string
	_, _ = playOn(t, p, Handler{Retry: func(next Attempt, why error) {
		told = append(told, fmt.Sprint(next.Comeback, " ", next.Pause >= 7*time.Second, " ", RetryAfter(why)))
	}}, nil)
	if want := []string{"resume false 0s", "resume true 7s"}; !slices.Equal(told, want) {
		t.Errorf("told of %q", told)
	}
}

func TestClientTakesSilenceForLoss(t *testing.T) {
	p := &pipeServer{lives: []life{{silent: true}, {ticks: 30, end: netproto.CloseKicked}}}
	states, _ := playOn(t, p, Handler{Input: steady}, nil)
	if want := []string{"playing", "away", "connecting", "playing", "away", "closed"}; !slices.Equal(states, want) {
		t.Errorf("went through %v", states)
	}
}

// TestClientFreesTheSeatThatItCannotTakeBack: without a Welcome there is no token.
func TestClientFreesTheSeatThatItCannotTakeBack(t *testing.T) {
	for _, c := range []struct {
		lives []life
		want  []netproto.CloseCode
	}{
		{[]life{{mute: true}, {ticks: 30, end: netproto.CloseKicked}}, []netproto.CloseCode{netproto.CloseBye, netproto.CloseBye}},
		{[]life{{ticks: 30, end: netproto.CloseLost}, {mute: true}, {ticks: 30, end: netproto.CloseKicked}}, []netproto.CloseCode{netproto.CloseBye}},
	} {
		p := &pipeServer{lives: c.lives}
		var asked []time.Time
		_, _ = playOn(t, p, Handler{Input: steady, Rejoin: rejoining(&asked)}, nil)
		if !slices.Equal(p.goodbyes, c.want) {
			t.Errorf("said %v, want %v", p.goodbyes, c.want)
		}
	}
}

func TestClientLeaves(t *testing.T) {
	p := &pipeServer{lives: []life{{}}}
	states, err := playOn(t, p, Handler{Input: steady}, func(c *Client, _ func()) {
		<-time.After(time.Second)
		check(t, c.Say("bye"))
		<-time.After(time.Second)
		check(t, c.Leave())
	})
	if want := []string{"playing", "closed"}; err != nil || !slices.Equal(states, want) {
		t.Errorf("%v, went through %v", err, states)
	}
	if want := []string{"bye"}; !slices.Equal(p.chats, want) {
		t.Errorf("said %q", p.chats)
	}
}

func TestClientEndsWithItsContext(t *testing.T) {
	for _, ticks := range []int{0, 1} { // while playing, and while away
		p := &pipeServer{lives: []life{{ticks: ticks, end: netproto.CloseLost}, {refuse: 500}}}
		_, err := playOn(t, p, Handler{Rejoin: func(context.Context) (string, error) { return "", errors.New("no") }}, func(_ *Client, cancel func()) {
			<-time.After(20 * time.Second)
			cancel()
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
	}
}

func TestClientRefusesOrdersThatPileUp(t *testing.T) {
	c := &Client{orders: make(chan func(*Session), maxOrders)}
	for range maxOrders {
		check(t, c.Say("hello"))
	}
	if err := c.Say("hello"); !errors.Is(err, ErrBusy) {
		t.Errorf("one more: %v", err)
	}
}
