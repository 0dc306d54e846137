package stack

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"strings"
	"testing"
)

type game struct{ rows []int }

func (g *game) step() int { return g.rows[3] }

func panicOf(f func()) (s Stack) {
	defer func() {
		if recover() != nil {
			s = OfPanic(debug.Stack())
		}
	}()
	f()
	return nil
}

func TestStackOfAPanic(t *testing.T) {
	for name, f := range map[string]func(){
		"of the runtime": func() { (&game{}).step() },
		"of ours":        func() { (&game{rows: []int{3: 7}}).fail() },
	} {
		s := panicOf(f)
		if len(s) < 3 || !strings.HasPrefix(s[0], "stack.(*game).") || !strings.Contains(s[0], " stack/stack_test.go:") {
			t.Errorf("%s: %q", name, s)
		}
	}
}

func (g *game) fail() { panic(g.step()) }

// TestStackInALog: one line of text, a list in JSON.
func TestStackInALog(t *testing.T) {
	s := Stack{"game.step game/step.go:12", "room.tick room/tick.go:3"}
	var text, list bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Info("x", "stack", s)
	slog.New(slog.NewJSONHandler(&list, nil)).Info("x", "stack", s)
	if want := `stack="game.step game/step.go:12 < room.tick room/tick.go:3"` + "\n"; !strings.HasSuffix(text.String(), want) {
		t.Error(text.String())
	}
	var line struct{ Stack []string }
	if err := json.Unmarshal(list.Bytes(), &line); err != nil || !slices.Equal(line.Stack, s) {
		t.Errorf("%v: %s", err, list.String())
	}
}

// hang stands still for long enough to be found.
func hang(standing chan<- struct{}, until <-chan struct{}) {
	close(standing)
	<-until
}

func TestStackOfALabel(t *testing.T) {
	until, over := make(chan struct{}), make(chan struct{})
	for _, room := range []string{"a", `b"c`} {
		standing := make(chan struct{})
		go func() {
			pprof.Do(context.Background(), pprof.Labels("room", room, "mode", "ffa"), func(context.Context) { hang(standing, until) })
			over <- struct{}{}
		}()
		<-standing
	}
	for _, room := range []string{"a", `b"c`} {
		s := OfLabel("room", room, ".hang")
		if !slices.ContainsFunc(s, func(call string) bool { return strings.HasPrefix(call, "stack.hang stack/stack_test.go:") }) {
			t.Errorf("room %s: %q", room, s)
		}
		if s := OfLabel("room", room, ".step"); s != nil {
			t.Errorf("room %s is in a step: %q", room, s)
		}
	}
	if s := OfLabel("room", "c", ".hang"); s != nil {
		t.Errorf("%q", s)
	}
	close(until)
	<-over
	<-over
}
