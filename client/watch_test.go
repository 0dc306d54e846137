package client

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// watchOn has a spectator watch a server with these lives until it is over, under
// a fake clock.
func watchOn(t *testing.T, p *pipeServer, h Handler, each func(c *Client, s *Session)) (err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p.t = t
		c, dialed := Watch(t.Context(), "ws://host/rooms/den?ticket=once", Options{Dial: p.dial, WatchSeat: 3, Name: "Ada"})
		if err = dialed; err == nil {
			h.Snapshot = func(s *Session) { each(c, s) }
			err = c.Run(t.Context(), h)
		}
		p.wait.Wait()
	})
	return err
}

// TestSpectatorSendsNothingOfAPlayers watches, chooses another seat, loses the
// connection and watches that seat again.
func TestSpectatorSendsNothingOfAPlayers(t *testing.T) {
	p := &pipeServer{lives: []life{{ticks: 60, end: netproto.CloseLost}, {ticks: 60, end: netproto.CloseRoomEnded}}}
	snapshots := 0
	var watched sim.Seat
	err := watchOn(t, p, Handler{Input: steady}, func(c *Client, s *Session) {
		snapshots++
		watched = max(watched, s.Watched())
		if !s.Spectating() || !s.Synced() || s.Say("hello") {
			t.Error("no spectator in step and quiet")
		}
		if _, err := s.Command([]int32{1}, nil); !errors.Is(err, ErrSpectating) {
			t.Errorf("a command: %v", err)
		}
		if snapshots == 10 {
			check(t, c.WatchSeat(5))
		}
	})
	var end *netproto.CloseError
	if !errors.As(err, &end) || end.Code != netproto.CloseRoomEnded || snapshots != 120 {
		t.Errorf("%v after %d snapshots", err, snapshots)
	}
	if len(p.inputs)+len(p.chats) > 0 || !slices.Equal(p.watches, []sim.Seat{5}) || watched != 5 {
		t.Errorf("sent %d inputs, %v, asked for %v, has the view of %d", len(p.inputs), p.chats, p.watches, watched)
	}
	if len(p.requests) != 2 || p.requests[0].Encode() != "watch=3" || p.requests[1].Encode() != "watch=5" {
		t.Errorf("asked with %v", p.requests)
	}
}

// TestSpectatorGoesToAnotherRoom has the room end and another found.
func TestSpectatorGoesToAnotherRoom(t *testing.T) {
	p := &pipeServer{lives: []life{{ticks: 10, end: netproto.CloseRestart}, {ticks: 10, end: netproto.CloseRoomEnded}, {ticks: 10, end: netproto.CloseKicked}}}
	asked := 0
	err := watchOn(t, p, Handler{Rejoin: func(context.Context) (string, error) {
		asked++
		return "ws://host/rooms/other", nil
	}}, func(*Client, *Session) {})
	var end *netproto.CloseError
	if !errors.As(err, &end) || end.Code != netproto.CloseKicked || asked != 1 || len(p.requests) != 3 || p.requests[2].Encode() != "watch=" {
		t.Errorf("%v, asked %d times, with %v", err, asked, p.requests)
	}
}
