package bots

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// short is a load test that does not take long.
func short(n *node) Config {
	c := Default()
	c.Server, c.Players, c.RoomSize, c.Duration, c.Warmup = n.url, 12, 6, time.Second, 100*time.Millisecond
	c.Behaviour = "wander"
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
	if r.Snapshots == 0 || r.Inputs == 0 || r.Ack == nil || r.Gap == nil || r.VisibleEntities < 5 || r.VisibleEntities > 6 || r.Seconds < 1 {
		t.Errorf("report: %+v", r)
	}
	if s := r.Server; s == nil || s.Ticks == 0 || s.TickLate == nil || s.Tick == nil || s.CPUPerPlayer <= 0 {
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
	for limit := time.After(time.Minute); !condition(); {
		select {
		case <-ticker.C:
		case <-limit:
			t.Fatal("it did not happen in a minute")
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
	if r.Connected != 12 || r.Inputs == 0 || r.Ack == nil || r.Resyncs != 0 || r.VisibleEntities < 5 || r.VisibleEntities > 6 {
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
	c.Duration = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		eventually(t, func() bool { return n.stats.InputsOnTime.Load() > 12*20 }) // none is sent before all are in
		for _, info := range n.rooms.List() {
			if r, ok := n.rooms.Get(info.ID); ok {
				r.Close(netproto.CloseRoomEnded, "over")
			}
		}
		before := n.stats.InputsOnTime.Load()
		eventually(t, func() bool { return n.stats.Joins.Load() >= 24 && n.stats.InputsOnTime.Load() > before+12*20 })
		cancel()
	}()
	r, err := Run(ctx, c, nil)
	<-ended
	if !errors.Is(err, context.Canceled) || r.Closes["room-ended"] != 12 || r.Reconnects < 12 || r.Connected != 12 {
		t.Errorf("%v, report: %+v", err, r)
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
		"no board": misfit, "no metronome server answers": nobody, "no player could join, of 12": mode, "it may have ended": gone,
		"players is 0": {},
	} {
		if _, err := Run(t.Context(), c, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q: %v", want, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := short(n)
	reported := 0
	ended.Measured = func(*Report) { reported++ }
	joined := n.stats.Joins.Load()
	go func() {
		eventually(t, func() bool { return n.stats.Joins.Load() > joined })
		cancel()
	}()
	if r, err := Run(ctx, ended, nil); !errors.Is(err, context.Canceled) || r == nil || !r.Interrupted || reported != 1 {
		t.Errorf("after ctx ended: %+v, %v, reported %d times", r, err, reported)
	}
}

// TestRunInterrupted in the middle reports what was until then.
func TestRunInterrupted(t *testing.T) {
	n := startNode(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := short(n)
	c.Duration = time.Hour
	go func() {
		eventually(t, func() bool { return n.stats.InputsOnTime.Load() > 500 })
		cancel()
	}()
	r, err := Run(ctx, c, nil)
	if !errors.Is(err, context.Canceled) || r == nil || !r.Interrupted || r.Connected != 12 || r.Ack == nil || r.Server == nil || r.Server.Ticks == 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

// before stands in front of a node and answers what it wants to itself.
func before(t *testing.T, n *node, answer func(w http.ResponseWriter, r *http.Request) (done bool)) string {
	t.Helper()
	target, err := url.Parse(n.url)
	check(t, err)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	proxy := &httputil.ReverseProxy{Transport: transport, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !answer(w, r) {
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(func() {
		server.Close()
		transport.CloseIdleConnections()
	})
	return server.URL
}

// TestRunRefused: who is told to come later does, and the report says why.
func TestRunRefused(t *testing.T) {
	n := startNode(t)
	c := short(n)
	var refused atomic.Int32
	c.Server = before(t, n, func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/metronome.v1.LobbyService/CreateRoom" && r.URL.Path != "/metronome.v1.LobbyService/JoinRoom" || refused.Add(1) > 5 {
			return false
		}
		w.Header().Set("Retry-After", "1")
		http.Error(w, "too many calls", http.StatusTooManyRequests)
		return true
	})
	r, err := Run(t.Context(), c, nil)
	check(t, err)
	sum := 0 // a refusal is one also for those who wait for the room
	for reason, n := range r.Refusals {
		if sum += n; reason != "429 too many calls" {
			t.Errorf("refused because of %q", reason)
		}
	}
	if sum < 5 || r.Connected != 12 {
		t.Errorf("%+v", r)
	}
}

// TestRunSeesARestart, and that the server does not answer any more.
func TestRunSeesARestart(t *testing.T) {
	n := startNode(t)
	for _, row := range []struct {
		name    string
		ends    func(w http.ResponseWriter) // the last answer of /stats
		restart int
		gone    bool
	}{
		{"restarted", func(w http.ResponseWriter) { _, _ = w.Write([]byte(`{"started_unix_ms":2000000000000,"ticks":3}`)) }, 1, false},
		{"gone", func(w http.ResponseWriter) { http.Error(w, "gone", http.StatusBadGateway) }, 0, true},
	} {
		c := short(n)
		c.Duration = time.Hour
		ctx, cancel := context.WithCancel(t.Context())
		var last atomic.Bool
		c.Server = before(t, n, func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/stats" || !last.Load() {
				return false
			}
			row.ends(w)
			return true
		})
		began := n.stats.InputsOnTime.Load()
		go func() {
			eventually(t, func() bool { return n.stats.InputsOnTime.Load() > began+12*10 })
			last.Store(true)
			cancel()
		}()
		r, err := Run(ctx, c, nil)
		if s := r.Server; !errors.Is(err, context.Canceled) || s == nil || s.Restarts != row.restart || s.Gone != row.gone || s.CPUPerPlayer < 0 || s.Ticks > 1000 {
			t.Errorf("%s: %+v", row.name, s)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, row := range []struct {
		limits Limits
		report Report
		says   string // "": passes
	}{
		{Limits{MinConnected: 20}, Report{Players: 20, Connected: 20}, ""},
		{Limits{MinConnected: 20}, Report{Players: 20, Connected: 17}, "17 of 20 players are connected"},
		{Limits{}, Report{Players: 20}, ""},
		{Limits{MaxP99: 40 * time.Millisecond}, Report{Ack: &Quantiles{P99: 40}}, ""},
		{Limits{MaxP99: 40 * time.Millisecond}, Report{Ack: &Quantiles{P99: 41}}, "41.00 ms, more than 40.00"},
		{Limits{MaxP99: 40 * time.Millisecond}, Report{}, "no input was acknowledged"},
		{Limits{}, Report{Server: &ServerReport{Restarts: 1}}, "restarted once"},
		{Limits{MaxRestarts: 2}, Report{Server: &ServerReport{Restarts: 2}}, ""},
		{Limits{MaxRestarts: 2}, Report{Server: &ServerReport{Restarts: 3}}, "restarted 3 times"},
		{Limits{MaxRestarts: 2}, Report{Server: &ServerReport{Gone: true}}, "does not answer"},
	} {
		err := row.report.Check(row.limits)
		if (err == nil) != (row.says == "") || err != nil && !strings.Contains(err.Error(), row.says) {
			t.Errorf("%+v, %+v: %v, want %q", row.limits, row.report, err, row.says)
		}
	}
}

func TestRefusalReasons(t *testing.T) {
	s := &swarm{refusals: map[string]int{}}
	dial := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	for _, err := range []error{
		fmt.Errorf("entering ws://host/rooms/a: %w", &client.RefusedError{Status: 503, Reason: "full\nof people"}),
		fmt.Errorf("entering ws://host/rooms/b: %w", &client.RefusedError{Status: 503, Reason: "full"}),
		fmt.Errorf("connecting to ws://host/rooms/b: %w", dial), connect.NewError(connect.CodeUnavailable, dial),
		context.Canceled, context.DeadlineExceeded,
		connect.NewError(connect.CodeResourceExhausted, errors.New("no space")),
	} {
		s.countRefusal(err)
	}
	want := map[string]int{"503 full": 2, "connection refused": 2, "timed out": 1, "resource_exhausted: no space": 1}
	if !maps.Equal(s.refusals, want) {
		t.Errorf("%v, want %v", s.refusals, want)
	}
	for i := range 100 {
		s.countRefusal(fmt.Errorf("no %d", i))
	}
	if len(s.refusals) != maxRefusals+1 || s.refusals[otherRefusals] != 100-(maxRefusals-4) {
		t.Errorf("%d reasons, %d others", len(s.refusals), s.refusals[otherRefusals])
	}
}

// TestMisfits: a game that is not the arena is played at random by who may, and
// named to who insists.
func TestMisfits(t *testing.T) {
	n := startNode(t, plainMode())
	c := short(n)
	c.Players, c.RoomSize, c.Behaviour = 2, 2, "fighter"
	if _, err := Run(t.Context(), c, nil); err == nil || !strings.Contains(err.Error(), "random fits every game") {
		t.Errorf("fighters in a game without ships: %v", err)
	}
	c.Otherwise = AnyGame
	r, err := Run(t.Context(), c, nil)
	check(t, err)
	if r.Behaviour != AnyGame || r.Inputs == 0 {
		t.Errorf("%+v", r)
	}
}

type plainRow struct{ X sim.Fixed }
type plainInput struct{ DX int8 }
type plainRules struct{}

func (plainRules) Join(sim.Seat, sim.Entrant) {}
func (plainRules) Leave(sim.Seat)             {}
func (plainRules) Step(*sim.Inputs)           {}
func (plainRules) View(sim.Seat, *sim.View)   {}

// plainMode is a game that no behaviour was made for.
func plainMode() sim.Mode {
	return sim.Mode{Name: "plain", Hz: 30, Seats: 8, New: func(w *sim.World) sim.Rules {
		sim.NewTable[plainRow](w, "row", 1)
		sim.NewInput[plainInput](w)
		return plainRules{}
	}}
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
