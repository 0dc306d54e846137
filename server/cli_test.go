package server

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/metronome-server/metronome/bots"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
)

// run runs a command line and returns its exit code and what it printed.
func run(ctx context.Context, env map[string]string, args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	p := &program{ctx: ctx, games: []sim.Game{arena.Game()}, stdout: &out, stderr: &err}
	for name, value := range env {
		p.environ = append(p.environ, name+"="+value)
	}
	code = p.main(args)
	return code, out.String(), err.String()
}

func TestUsageIsExplained(t *testing.T) {
	rows := []struct {
		args []string
		env  map[string]string
		code int
		says string
	}{
		{nil, nil, 0, "Commands:"},
		{[]string{"help"}, nil, 0, "METRONOME_PUBLIC_URL"},
		{[]string{"serve", "--help"}, nil, 0, "--public-url"},
		{[]string{"version"}, nil, 0, "metronome "},
		{[]string{"dance"}, nil, 2, `unknown command "dance"`},
		{[]string{"serve", "--fast"}, nil, 2, "serve --help"},
		{[]string{"serve", "now"}, nil, 2, "one word too many"},
		{[]string{"serve", "--bots", "-1", "--listen", "here", "--open", "maybe"}, nil, 1, "--bots -1"},
		{[]string{"serve", "--bots", "-1", "--listen", "here", "--open", "maybe"}, nil, 1, `--open "maybe"`},
		{[]string{"serve", "--mode", "chess", "--listen", "127.0.0.1:0"}, nil, 1, "chess"},
		{[]string{"serve", "--redis", "redis://127.0.0.1:1", "--listen", "127.0.0.1:0"}, nil, 1, "127.0.0.1:1"},
		{[]string{"serve", "--record", "/proc/nowhere", "--listen", "127.0.0.1:0"}, nil, 1, "--record"},
		{[]string{"serve", "--log-level", "loud"}, nil, 1, "--log-level"},
		{[]string{"serve"}, map[string]string{"METRONOME_BOTS": "many"}, 1, "METRONOME_BOTS"},
		{[]string{"serve", "--bots", "0", "--listen", "127.0.0.1:0"}, map[string]string{"METRONOME_OPEN": "maybe"}, 1, `--open "maybe"`},
		{[]string{"replay"}, nil, 2, "--record DIR"},
		{[]string{"replay", "/nowhere"}, nil, 1, "/nowhere"},
		{[]string{"rooms", "--server", "http://127.0.0.1:1"}, nil, 1, "127.0.0.1:1"},
		{[]string{"health", "--server", "http://127.0.0.1:1"}, nil, 1, "127.0.0.1:1"},
		{[]string{"bots", "--players", "0"}, nil, 1, "players"},
		{[]string{"bots", "--min-connected", "some"}, nil, 1, `--min-connected "some": want 0 to 200 players`},
		{[]string{"bots", "--min-connected", "201"}, nil, 1, "--min-connected"},
		{[]string{"bots", "--min-connected", "101%"}, nil, 1, "--min-connected"},
		{[]string{"bots", "--min-connected", "1.5"}, nil, 1, "--min-connected"},
		{[]string{"bots", "--max-p99", "-1s"}, nil, 1, "--max-p99 -1s"},
		{[]string{"bots", "--max-restarts", "-1"}, nil, 1, "--max-restarts -1"},
	}
	for _, row := range rows {
		code, out, err := run(t.Context(), row.env, row.args...)
		if code != row.code || !strings.Contains(out+err, row.says) {
			t.Errorf("metronome %s: code %d, want %d and %q\n%s%s", strings.Join(row.args, " "), code, row.code, row.says, out, err)
		}
	}
}

func TestTakenPortIsNamed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	code, _, says := run(t.Context(), nil, "serve", "--listen", l.Addr().String())
	if code != 1 || !strings.Contains(says, "is in use") || !strings.Contains(says, "--listen") {
		t.Errorf("code %d: %s", code, says)
	}
}

// TestCommandsAgainstARunningNode serves with bots and a recording, load-tests
// the node, lists its rooms, stops it, and replays what was recorded.
func TestCommandsAgainstARunningNode(t *testing.T) {
	dir := t.TempDir()
	n := startTestNode(t, func(c *Config) { c.Record = dir })
	code, out, says := run(t.Context(), nil, "bots", "--server", n.LocalURL(), "--players", "8", "--room-size", "4",
		"--duration", "1s", "--warmup", "500ms", "--json", "--quiet")
	var report bots.Report
	if err := json.Unmarshal([]byte(out), &report); code != 0 || err != nil || report.Connected != 8 || report.Snapshots == 0 || report.Server == nil {
		t.Fatalf("bots: code %d, %v\n%s%s", code, err, out, says)
	}
	if code, out, says = run(t.Context(), nil, "bots", "--server", n.LocalURL(), "--players", "2", "--room", n.home.ID(),
		"--duration", "1s", "--warmup", "0s"); code != 0 || !strings.Contains(out, "2 connected, 0 failed") {
		t.Errorf("bots in a room: code %d\n%s%s", code, out, says)
	}
	if code, out, says = run(t.Context(), nil, "bots", "--server", n.LocalURL(), "--players", "2", "--room", n.home.ID(), "--duration", "1s", "--warmup", "0s",
		"--max-p99", "1ns"); code != 1 || !strings.Contains(out, "2 connected") || !strings.Contains(says, "--max-p99") {
		t.Errorf("bots that are too slow: code %d\n%s%s", code, out, says)
	}
	if code, out, _ = run(t.Context(), nil, "rooms", "--server", n.LocalURL()); code != 0 || !strings.Contains(out, n.home.ID()) {
		t.Errorf("rooms: code %d\n%s", code, out)
	}
	if code, out, _ = run(t.Context(), nil, "health", "--ready", "--server", n.LocalURL()); code != 0 || out != "ok\n" {
		t.Errorf("health: code %d\n%s", code, out)
	}
	n.Stop()
	files, err := filepath.Glob(filepath.Join(dir, "*.journal"))
	if err != nil || len(files) != 3 {
		t.Fatalf("recorded %v, %v", files, err)
	}
	if code, out, says = run(t.Context(), nil, append([]string{"replay"}, files...)...); code != 0 || strings.Count(out, "the same to the last bit") != 3 {
		t.Errorf("replay: code %d\n%s%s", code, out, says)
	}
	broken, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	broken[len(broken)/2] ^= 1
	if err := os.WriteFile(files[0], broken, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, says = run(t.Context(), nil, "replay", files[0]); code != 1 || !strings.Contains(says, "damaged") {
		t.Errorf("damaged recording: code %d, %s", code, says)
	}
}

// TestServeStopsWhenTold runs the serve command whole, bots and all.
func TestServeStopsWhenTold(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := &watched{said: make(chan string, 16)}
	p := &program{ctx: ctx, games: []sim.Game{arena.Game()}, stdout: out, stderr: &bytes.Buffer{}}
	done := make(chan int)
	go func() { done <- p.main([]string{"serve", "--listen", "127.0.0.1:0", "--bots", "3"}) }()
	url := strings.TrimSpace(strings.SplitAfter(<-out.said, "open ")[1])
	for {
		rooms, err := p.listRooms(http.DefaultClient, url, "", false)
		if err != nil {
			t.Fatal(err)
		}
		if len(rooms) == 1 && rooms[0].GetTaken() == 3 {
			break
		}
	}
	cancel()
	select {
	case code := <-done:
		if code != 0 {
			t.Errorf("exit code %d", code)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("it did not stop")
	}
}

// watched tells what is written.
type watched struct{ said chan string }

func (w *watched) Write(b []byte) (int, error) {
	w.said <- string(b)
	return len(b), nil
}
