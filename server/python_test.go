package server

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// TestPythonClientPlays runs the example that was written from
// docs/PROTOCOL.md: it joins, flies, mirrors and chats.
func TestPythonClientPlays(t *testing.T) {
	needPython(t)
	n := startTestNode(t, nil)
	out := runPython(t, n, "ffa", "--ticks", "120")
	if !strings.Contains(out, "python: hello from python") {
		t.Error("its own chat did not come back")
	}
}

// TestPythonClientPlaysOnElsewhere stops the node that the example plays on: it asks
// the other one that the welcome named.
func TestPythonClientPlaysOnElsewhere(t *testing.T) {
	needPython(t)
	a, b := twoNodes(t, nil)
	waitFor(t, "a tells of b", func() bool { return len(a.nodes.URLs()) == 1 })
	type result struct {
		out string
		err error
	}
	played := make(chan result, 1)
	go func() { // ends with the example
		out, err := pythonPlayer(t.Context(), a, a.home.ID(), "--ticks", "150")
		played <- result{out, err}
	}()
	waitFor(t, "the example plays", func() bool {
		i := a.home.Info()
		return i.Active > i.Bots
	})
	if err := a.Stop(); err != nil {
		t.Error(err)
	}
	got := <-played
	t.Logf("%s", got.out)
	if got.err != nil {
		t.Fatal(got.err)
	}
	if !strings.Contains(got.out, "playing on at "+b.URL()) {
		t.Errorf("it did not play on at %s", b.URL())
	}
}

// TestPythonClientRests has the example give commands in a room that rests: the
// first is given, the second refused, and the third ends the match.
func TestPythonClientRests(t *testing.T) {
	needPython(t)
	c := DefaultConfig()
	c.Listen, c.Bots = "127.0.0.1:0", 0
	n, err := Start(t.Context(), c, []sim.Game{{Name: "auction", Modes: []sim.Mode{auctionMode()}}}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		n.Stop()
		http.DefaultClient.CloseIdleConnections()
	})
	// Three seconds: a ping with the command, and a goodbye.
	if out := runPython(t, n, "auction", "--ticks", "60", "--command", "30"); !strings.Contains(out, "sent 2 frames") {
		t.Error("it sends more than there is to say")
	}
	// It stays for two minutes at most, or until the match is over.
	out := runPython(t, n, "auction", "--ticks", "2400", "--command", "30:4,0", "--command=-1", "--command", "100")
	for _, want := range []string{
		"at rest", "made with goal=100", "command 1 was given", "command 2 was refused: bid is -1, want 0 to 1000", "command 3 was given",
		"the match is over: sold", "place 1: seat 1 paid=134",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not print %q", want)
		}
	}
}

// auction is a game of turns that ends when a seat has bid enough.
type auction struct {
	w      *sim.World
	params *auctionParams
	rows   *sim.PerSeat[auctionRow]
	bids   *sim.Command[auctionBid]
	sold   *sim.Outcome[auctionLine]
}

type auctionParams struct {
	Goal uint16 `param:"min=1,default=100"`
}

type auctionRow struct {
	Seat sim.Seat `wire:"owner"`
	Paid uint32
}

type auctionBid struct {
	Bid  int32 `command:"min=0,max=1000"`
	More []int32
}

type auctionLine struct{ Paid int64 }

func auctionMode() sim.Mode {
	return sim.Mode{Name: "auction", Seats: 4, New: func(w *sim.World) sim.Rules {
		g := &auction{w: w, params: sim.NewParams[auctionParams](w), rows: sim.NewPerSeat[auctionRow](w, "row")}
		g.bids, g.sold = sim.NewCommand[auctionBid](w), sim.NewOutcome[auctionLine](w)
		return g
	}}
}

func (g *auction) Join(sim.Seat, sim.Entrant) {}
func (g *auction) Leave(sim.Seat)             {}
func (g *auction) View(sim.Seat, *sim.View)   {}

func (g *auction) Step(*sim.Inputs) {
	for seat, bid := range g.bids.All {
		row := g.rows.Of(seat)
		row.Paid += uint32(bid.Bid)
		for _, n := range bid.More {
			row.Paid += uint32(n)
		}
		if row.Paid >= uint32(g.params.Goal) {
			g.sold.Set(seat, 1, auctionLine{int64(row.Paid)})
			g.w.End("sold")
		}
	}
}

// TestPythonWatches has the example look on without a seat.
func TestPythonWatches(t *testing.T) {
	needPython(t)
	n := startTestNode(t, nil)
	c := join(t, n, n.home.ID()+"?name=ann")
	out, err := pythonPlayer(t.Context(), n, n.home.ID()+"?watch", "--ticks", "30")
	if err != nil || !strings.Contains(out, fmt.Sprintf("watching seat %d; I see 1 ships", c.frame.Welcome.GetSeat())) {
		t.Errorf("%v\n%s", err, out)
	}
}

// runPython has the example play in a room of a node and returns what it prints.
func runPython(t *testing.T, n *Node, room string, args ...string) string {
	t.Helper()
	out, err := pythonPlayer(t.Context(), n, room, args...)
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func pythonPlayer(ctx context.Context, n *Node, room string, args ...string) (string, error) {
	url := strings.Replace(n.LocalURL(), "http://", "ws://", 1) + "/rooms/" + room
	if !strings.Contains(room, "?") {
		url += "?name=python"
	}
	out, err := exec.CommandContext(ctx, "../examples/python/run", append([]string{url}, args...)...).CombinedOutput()
	return string(out), err
}

// needPython skips where the example cannot run.
func needPython(t *testing.T) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "/usr/bin/python3", "-c", "import websocket, google.protobuf").CombinedOutput(); err != nil {
		missing(t, "python3-websocket and python3-protobuf", err, out)
	}
	if out, err := exec.CommandContext(t.Context(), "protoc", "--version").CombinedOutput(); err != nil {
		missing(t, "protobuf-compiler", err, out)
	}
}

// missing skips where a tool is not there, loudly; in CI it must be.
func missing(t *testing.T, packages string, err error, out []byte) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("install %s: %v: %s", packages, err, out)
	}
	t.Skipf("NOT TESTED: install %s (make test does): %v", packages, err)
}
