package server

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/metronome-server/metronome/gateway/node"
	"github.com/metronome-server/metronome/internal/stack"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/room"
	"github.com/metronome-server/metronome/sim"
)

// TestWatchdog tells of a tick that does not end once, and once when it has ended.
func TestWatchdog(t *testing.T) {
	var log bytes.Buffer
	var changes []string
	now := time.Unix(1000, 0)
	slow := room.Running{Tick: 61, Phase: room.PhaseAdvance, Began: now}
	running := map[string]room.Running{}
	w := &watchdog{
		running: func() map[string]room.Running { return running },
		stackOf: func(id string) stack.Stack { return stack.Stack{"game.step " + id} },
		changed: func(stuck []string) { changes = append(changes, fmt.Sprint(stuck)) },
		log:     slog.New(slog.NewTextHandler(&log, nil)), seen: map[string]*sight{},
	}
	look := func(times int) {
		for range times {
			now = now.Add(lookEvery)
			w.look(now)
			running["busy"] = room.Running{Tick: running["busy"].Tick + 1, Began: now} // another tick at every look
		}
	}
	running["slow"] = slow
	look(stuckLooks - 1)
	if len(changes) > 0 || log.Len() > 0 {
		t.Fatalf("told after %d looks: %v %s", stuckLooks-1, changes, &log)
	}
	look(10)
	running["other"] = room.Running{Tick: 7, Began: now}
	look(stuckLooks)
	delete(running, "slow")
	look(1)
	slow.Began = now
	running["slow"] = slow
	delete(running, "other")
	look(3)
	if want := []string{"[slow]", "[other slow]", "[other]", "[]"}; !slices.Equal(changes, want) {
		t.Errorf("stuck: %v, want %v", changes, want)
	}
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != 4 || !strings.Contains(lines[0], `level=ERROR`) ||
		!strings.Contains(lines[0], `room=slow tick=61 phase=advance for=6s stack="game.step slow"`) || !strings.Contains(lines[2], "level=WARN") {
		t.Errorf("%s", &log)
	}
}

// hangingGame is a game whose first step waits until it is let go.
type hangingGame struct {
	hangs, letGo chan struct{}
	once         sync.Once
}

type hangingRow struct{ N uint32 }
type hangingInput struct{ DX int8 }

func (g *hangingGame) Join(sim.Seat, sim.Entrant) {}
func (g *hangingGame) Leave(sim.Seat)             {}
func (g *hangingGame) View(sim.Seat, *sim.View)   {}
func (g *hangingGame) Step(*sim.Inputs) {
	g.once.Do(func() { close(g.hangs) })
	<-g.letGo
}

func newHangingGame(t *testing.T) (*hangingGame, sim.Game) {
	g := &hangingGame{hangs: make(chan struct{}), letGo: make(chan struct{})}
	t.Cleanup(func() { close(g.letGo) })
	mode := sim.Mode{Name: "hanging", Hz: 30, Seats: 4, New: func(w *sim.World) sim.Rules {
		sim.NewTable[hangingRow](w, "row", 4)
		sim.NewInput[hangingInput](w)
		return g
	}}
	return g, sim.Game{Name: "hanging", Modes: []sim.Mode{mode}}
}

// TestStopDoesNotWaitForAHangingGame: the command ends with code 1 and a sentence
// that names the room, and the goroutine of the room can be found.
func TestStopDoesNotWaitForAHangingGame(t *testing.T) {
	g, game := newHangingGame(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out, says bytes.Buffer
	p := &program{ctx: ctx, games: []sim.Game{game}, stdout: &out, stderr: &says}
	done := make(chan int)
	go func() {
		done <- p.main([]string{"serve", "--listen", "127.0.0.1:0", "--bots", "0", "--stop-timeout", "1s"})
	}()
	<-g.hangs
	if s := stack.OfLabel("room", "hanging", tickFunction); !slices.ContainsFunc(s, func(call string) bool {
		return strings.HasPrefix(call, "server.(*hangingGame).Step server/watchdog_test.go:")
	}) {
		t.Errorf("the stack of the room: %q", s)
	}
	cancel()
	select {
	case code := <-done:
		if code != 1 || !strings.Contains(says.String(), `room hanging: tick 1 has been at "advance"`) || !strings.Contains(says.String(), "--stop-timeout 1s") {
			t.Errorf("code %d: %s", code, &says)
		}
	case <-time.After(time.Minute):
		t.Fatal("it does not stop")
	}
}

// answer asks the node for a path and returns the answer's status.
func answer(t *testing.T, n *Node, path string) int {
	t.Helper()
	got, err := http.Get(n.LocalURL() + path)
	if err != nil {
		t.Fatal(err)
	}
	_ = got.Body.Close()
	return got.StatusCode
}

// TestDrainIsAnnouncedBeforeItIsDone: readiness goes first, with everything served.
func TestDrainIsAnnouncedBeforeItIsDone(t *testing.T) {
	n := startTestNode(t, func(c *Config) { c.DrainDelay = time.Hour })
	if status := answer(t, n, "/readyz"); status != http.StatusOK {
		t.Fatalf("before: %d", status)
	}
	ctx, cancel := context.WithCancel(t.Context())
	drained := make(chan struct{})
	go func() {
		n.Drain(ctx)
		close(drained)
	}()
	waitUntil(t, func() bool { return n.node.Unready() != "" })
	if status := answer(t, n, "/readyz"); status != http.StatusServiceUnavailable {
		t.Errorf("the stop is announced with %d", status)
	}
	if status := answer(t, n, "/healthz"); status != http.StatusOK {
		t.Errorf("not healthy: %d", status)
	}
	player := join(t, n, "ffa?name=late")
	player.must(player.next())
	cancel()
	<-drained
}

// TestDrainLetsAMatchEnd: nobody new is let in, and when the last person has left
// the node need not wait any more.
func TestDrainLetsAMatchEnd(t *testing.T) {
	n := startTestNode(t, func(c *Config) { c.DrainDelay, c.DrainTimeout = 0, time.Hour })
	player := join(t, n, "ffa?name=first")
	for joined := player.mirror.Tick(); player.mirror.Tick().Since(joined) < 3; {
		player.must(player.next()) // before its first step with a player, no match is on
	}
	drained := make(chan struct{})
	go func() {
		n.Drain(t.Context())
		close(drained)
	}()
	waitUntil(t, func() bool { return n.node.State() == node.Draining && n.home.Info().State == room.Draining })
	if status := answer(t, n, "/rooms/ffa?name=second"); status < 400 {
		t.Errorf("a new player would get %d", status)
	}
	for tick := player.mirror.Tick(); player.mirror.Tick().Since(tick) < 10; {
		player.must(player.next())
	}
	select {
	case <-drained:
		t.Error("the match was not waited for")
	default:
	}
	player.send(&netproto.ClientFrame{Leave: true})
	player.ends()
	select {
	case <-drained:
	case <-time.After(time.Minute):
		t.Error("the drain did not end with the match")
	}
}

func TestDrainDelay(t *testing.T) {
	for _, row := range []struct {
		listen string
		delay  time.Duration
		want   time.Duration
	}{
		{"127.0.0.1:1", autoDrainDelay, 0}, {"[::1]:1", autoDrainDelay, 0}, {"0.0.0.0:1", autoDrainDelay, defaultDrainDelay},
		{"127.0.0.1:1", time.Second, time.Second}, {"0.0.0.0:1", 0, 0},
	} {
		if got := (Config{DrainDelay: row.delay}).drainDelay(address(row.listen)); got != row.want {
			t.Errorf("%s, %v: %v, want %v", row.listen, row.delay, got, row.want)
		}
	}
}

// address is a net.Addr.
type address string

func (address) Network() string  { return "tcp" }
func (a address) String() string { return string(a) }

// waitUntil waits for what other goroutines bring about.
func waitUntil(t *testing.T, condition func() bool) {
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
