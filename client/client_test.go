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
			if row.Comeback == netproto.RejoinLater && back.Sub(began) < 2*time.Second {
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
	// A node that is overloaded says to come back later and not where to.
	if want := []string{"playing", "away", "closed"}; !slices.Equal(states, want) {
		t.Errorf("refused with 503 and nobody to ask: went through %v", states)
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

func TestClientTakesSilenceForLoss(t *testing.T) {
	p := &pipeServer{lives: []life{{silent: true}, {ticks: 30, end: netproto.CloseKicked}}}
	states, _ := playOn(t, p, Handler{Input: steady}, nil)
	if want := []string{"playing", "away", "connecting", "playing", "away", "closed"}; !slices.Equal(states, want) {
		t.Errorf("went through %v", states)
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
