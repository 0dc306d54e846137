package bots

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// short is a load test that does not take long.
func short(n *node) Config {
	c := Default()
	c.Server, c.Players, c.RoomSize, c.Duration, c.Warmup = n.url, 12, 6, time.Second, 100*time.Millisecond
	return c
}

func TestRunFillsRoomsAndMeasures(t *testing.T) {
	n := startNode(t)
	c := short(n)
	measured := 0
	c.Measured = func(r *Report) {
		measured++
		for _, info := range n.rooms.List() {
			if info.Active != 6 || info.Bots != 6 || info.Seats != 6 {
				t.Errorf("before they leave room %s has %+v", info.ID, info)
			}
		}
	}
	var shown bytes.Buffer
	r, err := Run(t.Context(), c, &shown)
	check(t, err)
	if len(n.rooms.List()) != 2 || measured != 1 {
		t.Errorf("%d rooms, measured %d times", len(n.rooms.List()), measured)
	}
	if r.Players != 12 || r.Connected != 12 || r.Failed != 0 || r.Resyncs != 0 || r.Reconnects != 0 || len(r.Closes) != 0 {
		t.Errorf("report: %+v", r)
	}
	if r.Snapshots < 100 || r.Inputs < 100 || r.Ack == nil || r.Gap == nil || r.VisibleEntities < 5 || r.VisibleEntities > 6 || r.Seconds < 1 {
		t.Errorf("report: %+v", r)
	}
	if s := r.Server; s == nil || s.Ticks < 20 || s.TickLate == nil || s.Tick == nil || s.CPUPerPlayer <= 0 {
		t.Errorf("server: %+v", r.Server)
	}
	if !strings.Contains(shown.String(), "joined 12/12") {
		t.Errorf("progress: %q", shown.String())
	}
	eventually(t, func() bool { // they gave up their seats
		for _, info := range n.rooms.List() {
			if info.Taken > 0 {
				return false
			}
		}
		return true
	})
}

// eventually waits for a condition that other goroutines bring about.
func eventually(t testing.TB, condition func() bool) {
	t.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for limit := time.After(20 * time.Second); !condition(); {
		select {
		case <-ticker.C:
		case <-limit:
			t.Fatal("it did not happen in 20 s")
		}
	}
}

func TestRunIdlePlayersSendNoInputs(t *testing.T) {
	c := short(startNode(t))
	c.Behaviour = "idle"
	r, err := Run(t.Context(), c, nil)
	check(t, err)
	if r.Inputs != 0 || r.Connected != 12 || r.Ack != nil || r.Snapshots == 0 {
		t.Errorf("report: %+v", r)
	}
}

// TestRunWithFewMirrors measures the same, and sees through who has one.
func TestRunWithFewMirrors(t *testing.T) {
	c := short(startNode(t))
	c.Mirrors = 2
	r, err := Run(t.Context(), c, nil)
	check(t, err)
	if r.Connected != 12 || r.Inputs < 100 || r.Ack == nil || r.Resyncs != 0 || r.VisibleEntities < 5 || r.VisibleEntities > 6 {
		t.Errorf("report: %+v", r)
	}
}

// TestRunInOneRoom by its URL, without a lobby, and by its id.
func TestRunInOneRoom(t *testing.T) {
	n := startNode(t)
	c := short(n)
	c.Players, c.RoomSize = 3, 0
	seats, err := newSeats(&c)
	check(t, err)
	room, err := seats.lobby.CreateRoom(t.Context(), &pb.CreateRoomRequest{Name: "host"})
	check(t, err)
	c.Room = room.GetRoom().GetId()
	byID, err := Run(t.Context(), c, nil)
	check(t, err)
	c.Server, c.Room = "", n.url+"/rooms/"+c.Room
	byURL, err := Run(t.Context(), c, nil)
	check(t, err)
	if byID.Connected != 3 || byURL.Connected != 3 || byID.Server == nil || byURL.Server != nil || len(n.rooms.List()) != 1 {
		t.Errorf("by id %+v, by URL %+v, %d rooms", byID, byURL, len(n.rooms.List()))
	}
}

// TestRunComesBack: the rooms end in the middle of the measured time.
func TestRunComesBack(t *testing.T) {
	n := startNode(t)
	c := short(n)
	c.Duration = 4 * time.Second
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		eventually(t, func() bool { return n.stats.Snapshots.Load() > 12*20 })
		for _, info := range n.rooms.List() {
			if r, ok := n.rooms.Get(info.ID); ok {
				r.Close(netproto.CloseRoomEnded, "over")
			}
		}
	}()
	r, err := Run(t.Context(), c, nil)
	<-ended
	check(t, err)
	if r.Closes["room-ended"] != 12 || r.Reconnects < 12 || r.Connected != 12 {
		t.Errorf("report: %+v", r)
	}
}

func TestRunThatCannotBe(t *testing.T) {
	n := startNode(t)
	misfit := short(n)
	misfit.Behaviour = "chess"
	misfit.Behaviours = map[string]Maker{"chess": func(*pb.Schema, *rand.Rand) (Behaviour, error) { return nil, errors.New("no board") }}
	nobody := short(n)
	nobody.Server = "http://127.0.0.1:1"
	mode := short(n)
	mode.Mode = "chess"
	gone := short(n)
	gone.Room = "gone"
	gone.JoinTimeout = time.Second
	for want, c := range map[string]Config{
		"no board": misfit, "no metronome server answers": nobody, "none of 12 players could join": mode, "it may have ended": gone,
		"players is 0": {},
	} {
		if _, err := Run(t.Context(), c, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q: %v", want, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := short(n)
	ended.Measured = func(*Report) { t.Error("measured") }
	go func() {
		eventually(t, func() bool { return len(n.rooms.List()) > 0 })
		cancel()
	}()
	if _, err := Run(ctx, ended, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("after ctx ended: %v", err)
	}
}

// TestLeaveIsAGoodbye: every room has answered by the time that a run is over.
func TestLeaveIsAGoodbye(t *testing.T) {
	n := startNode(t)
	s, err := newSwarm(short(n), nil)
	check(t, err)
	defer s.config.HTTP.CloseIdleConnections()
	check(t, s.run(t.Context(), func() error { return s.play(t.Context(), s.everybodyIn) }))
	if s.failed != 0 || s.playing != 0 || s.closes["bye"] != 12 {
		t.Errorf("%d failed, %d still there, closes %v", s.failed, s.playing, s.closes)
	}
}
