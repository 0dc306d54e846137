package server

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/netproto"
)

// readmeGame builds the program that README.md shows, as it stands there.
func readmeGame(t *testing.T) (binary string) {
	t.Helper()
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, code, _ := strings.Cut(string(readme), "```go\n")
	code, _, found := strings.Cut(code, "```")
	if !found || !strings.HasPrefix(code, "package main") {
		t.Fatal("README.md shows no program in Go")
	}
	dir := t.TempDir()
	source := filepath.Join(dir, "main.go")
	if err := os.WriteFile(source, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	binary = filepath.Join(dir, "roll")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, source).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}

// TestReadmeGame runs the README's game as somebody would who tries it: bots play
// it, and nothing in the log is an error.
func TestReadmeGame(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), readmeGame(t), "serve", "--listen", "127.0.0.1:0", "--bots", "20")
	var log strings.Builder
	cmd.Stderr = &log
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("%v\n%s", err, &log)
	}
	_, url, _ := strings.Cut(strings.TrimSpace(said), "open ")
	watchRolling(t, url, 20)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
	for line := range strings.Lines(log.String()) {
		if strings.Contains(line, "level=ERROR") {
			t.Error(line)
		}
	}
}

// watchRolling returns when so many of the balls that a player sees have moved.
func watchRolling(t *testing.T, url string, balls int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c, err := client.Dial(ctx, url+"/rooms/roll", client.Options{Name: "Ada"})
	if err != nil {
		t.Fatal(err)
	}
	at := map[uint32]int32{}
	moved := map[uint32]bool{}
	err = c.Run(ctx, client.Handler{Snapshot: func(s *client.Session) {
		place, ok := netproto.Find(s.Mirror().Schema(), "ball", "x")
		if !ok {
			t.Error("there are no balls")
			s.Leave()
			return
		}
		for l := range s.Mirror().Lists(place.Table) {
			for i, id := range l.IDs() {
				x := int32(l.Column(place.Column)[i])
				if was, known := at[id]; known && was != x {
					moved[id] = true
				}
				at[id] = x
			}
		}
		if len(moved) >= balls {
			s.Leave()
		}
	}})
	if err != nil {
		t.Errorf("%d of %d balls have moved: %v", len(moved), balls, err)
	}
}
