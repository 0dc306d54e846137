package server

import (
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/metronome-server/metronome/bots"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
)

// queueNode runs a node of a game with a queue of pairs.
func queueNode(t *testing.T, game sim.Game, rest string) *Node {
	t.Helper()
	file := filepath.Join(t.TempDir(), "queues.yaml")
	text := "queues:\n  pairs:\n    mode: " + game.Modes[0].Name + "\n    teams: 1 x 2\n    limit: {after: 1m}\n" + rest
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c := DefaultConfig()
	c.Listen, c.Bots, c.Queues = "127.0.0.1:0", 0, file
	n, err := Start(t.Context(), c, []sim.Game{game}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		n.Stop()
		http.DefaultClient.CloseIdleConnections()
	})
	return n
}

var matchedIn = regexp.MustCompile(`matched after [0-9.]+ s, in room (\S+)`)

// TestPythonClientsMeet has two examples wait in a queue that asks whether they accept,
// and play in the room of their match.
func TestPythonClientsMeet(t *testing.T) {
	needPython(t)
	n := queueNode(t, arena.Game(), "    accept: {within: 30s}\n")
	outs := make(chan string, 2)
	for range 2 {
		go func() { // ends with the example
			out, err := exec.CommandContext(t.Context(), "../examples/python/run", n.LocalURL(), "--queue", "pairs", "--ticks", "120").CombinedOutput()
			if err != nil {
				t.Errorf("%v", err)
			}
			outs <- string(out)
		}()
	}
	var rooms []string
	for range 2 {
		out := <-outs
		t.Logf("%s", out)
		if found := matchedIn.FindStringSubmatch(out); found != nil {
			rooms = append(rooms, found[1])
		}
	}
	if len(rooms) != 2 || rooms[0] != rooms[1] {
		t.Errorf("they met in %q, want one room", rooms)
	}
}

// sprint is a game whose matches are over after a second of two players.
type sprint struct {
	w     *sim.World
	ticks *sim.Table[sprintRow]
}

type sprintRow struct {
	Left sim.Fixed
	Seat sim.Seat `wire:"owner"`
}

type sprintInput struct {
	X int8 `input:"min=-1,max=1"`
}

func sprintGame() sim.Game {
	return sim.Game{Name: "track", Modes: []sim.Mode{{Name: "sprint", Hz: 20, Seats: 4, New: func(w *sim.World) sim.Rules {
		sim.NewInput[sprintInput](w)
		return &sprint{w, sim.NewTable[sprintRow](w, "runner", 4)}
	}}}}
}

func (s *sprint) Join(seat sim.Seat, _ sim.Entrant) {
	s.ticks.Add(sprintRow{Left: sim.Int(20), Seat: seat})
}

func (s *sprint) Leave(seat sim.Seat) {
	for ref, row := range s.ticks.All {
		if row.Seat == seat {
			s.ticks.Remove(ref)
		}
	}
}

func (s *sprint) View(sim.Seat, *sim.View) {}

func (s *sprint) Step(*sim.Inputs) {
	running := 0
	for _, row := range s.ticks.All {
		running++
		row.Left -= sim.Int(1)
		if running == 2 && row.Left < 0 {
			s.w.End("over")
		}
	}
}

// TestBotsThroughQueue has five bots wait in a queue of pairs, play short matches, and
// queue again: every entry is accounted for.
func TestBotsThroughQueue(t *testing.T) {
	n := queueNode(t, sprintGame(), "")
	c := bots.Default()
	c.Server, c.Queue, c.Players, c.RoomSize, c.Duration = n.LocalURL(), "pairs", 5, 0, 8*time.Second
	r, err := bots.Run(t.Context(), c, nil)
	if err != nil {
		t.Fatal(err)
	}
	q := r.Queue
	t.Logf("%+v", *q)
	if q.Unaccounted != 0 || q.Entries != q.Played+q.Playing+q.Waiting {
		t.Errorf("of %d entries %d were played, %d are playing and %d wait", q.Entries, q.Played, q.Playing, q.Waiting)
	}
	if q.Played < 8 || q.Seats < q.Played || q.Wait == nil {
		t.Errorf("%d entries were played in matches of a second, %d seats were given", q.Played, q.Seats)
	}
	if err := r.Check(bots.Limits{}); err != nil {
		t.Error(err)
	}
}

// TestBotsWithoutTheirQueue says at once that there is no such queue.
func TestBotsWithoutTheirQueue(t *testing.T) {
	c := bots.Default()
	c.Queue, c.RoomSize = "squads", 0
	for n, want := range map[*Node]string{queueNode(t, sprintGame(), ""): "it has pairs", startTestNode(t, nil): "--queues FILE"} {
		c.Server = n.LocalURL()
		if _, err := bots.Run(t.Context(), c, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
