package server

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// step is one thing that the tutorial has its reader do.
type step struct {
	chapter        string // "1. Begin"
	file, from, to string // a change
	commands       string // or commands of a shell
}

var (
	changeBlocks  = regexp.MustCompile("(?s)In `([^`]+)`, change\n\n```\\w+\n(.*?)```\n\nto\n\n```\\w+\n(.*?)```")
	commandBlocks = regexp.MustCompile("(?s)```sh\n(.*?)```")
	chapters      = regexp.MustCompile(`(?m)^## ([0-9]\. .*)$`)
)

// tutorialSteps are the changes and commands of the tutorial, in their order.
func tutorialSteps(t *testing.T) (steps []step) {
	t.Helper()
	text, err := os.ReadFile("../docs/TUTORIAL.md")
	if err != nil {
		t.Fatal(err)
	}
	places := append(chapters.FindAllSubmatchIndex(text, -1), []int{len(text)})
	for i, at := range places[:len(places)-1] {
		for _, s := range stepsOf(string(text[at[0]:places[i+1][0]])) {
			s.chapter = string(text[at[2]:at[3]])
			steps = append(steps, s)
		}
	}
	return steps
}

func stepsOf(rest string) (steps []step) {
	for {
		change, command := changeBlocks.FindStringSubmatchIndex(rest), commandBlocks.FindStringSubmatchIndex(rest)
		switch {
		case change != nil && (command == nil || change[0] < command[0]):
			steps = append(steps, step{file: rest[change[2]:change[3]], from: rest[change[4]:change[5]], to: rest[change[6]:change[7]]})
			rest = rest[change[1]:]
		case command != nil:
			steps = append(steps, step{commands: rest[command[2]:command[3]]})
			rest = rest[command[1]:]
		default:
			return steps
		}
	}
}

// reader does what the tutorial says, and nothing else.
type reader struct {
	t       *testing.T
	dir     string // where they are
	binary  string // metronome
	game    string // what was built last
	serving *exec.Cmd
	url     string // of what serves
}

// TestTutorial does all that the tutorial says, as somebody would who reads it.
func TestTutorial(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds a game several times")
	}
	r := &reader{t: t, dir: t.TempDir(), binary: filepath.Join(t.TempDir(), "metronome"), game: filepath.Join(t.TempDir(), "game")}
	r.must(exec.CommandContext(t.Context(), "go", "build", "-o", r.binary, "../cmd/metronome"))
	t.Cleanup(r.stop)
	steps := tutorialSteps(t)
	if len(steps) < 15 {
		t.Fatalf("the tutorial has %d steps", len(steps))
	}
	for i, s := range steps {
		if s.commands == "" {
			r.change(s)
		}
		for line := range strings.Lines(s.commands) {
			r.do(strings.TrimSpace(line))
		}
		if i+1 < len(steps) && steps[i+1].chapter != s.chapter { // the last one changes nothing
			r.compare(s.chapter)
		}
	}
	r.stop()
}

// compare holds the game to the folder that has it as it is after a chapter of the
// tutorial, which is a module of its own: docs/tutorial/1 and so on.
func (r *reader) compare(chapter string) {
	r.t.Helper()
	folder := filepath.Join("..", "docs", "tutorial", chapter[:1])
	here, err := filepath.Abs("..")
	if err != nil {
		r.t.Fatal(err)
	}
	for _, name := range []string{"go.mod", "go.sum", "main.go", "bots.go", "game/game.go", "game/game_test.go", "web/index.html"} {
		text, err := os.ReadFile(filepath.Join(r.dir, filepath.FromSlash(name)))
		if err != nil {
			r.t.Fatal(err)
		}
		want := strings.Replace(string(text), "=> "+here, "=> ../../..", 1)
		at := filepath.Join(folder, filepath.FromSlash(name))
		if *update {
			if err = os.MkdirAll(filepath.Dir(at), 0o755); err == nil { //nolint:gosec // a reader's
				err = os.WriteFile(at, []byte(want), 0o644) //nolint:gosec // a reader's
			}
			if err != nil {
				r.t.Fatal(err)
			}
		}
		if kept, err := os.ReadFile(at); err != nil || string(kept) != want {
			r.t.Errorf("%s is not what the tutorial comes to: go test ./server -run TestTutorial -update (%v)", at, err)
		}
	}
}

func (r *reader) must(c *exec.Cmd) {
	r.t.Helper()
	if out, err := c.CombinedOutput(); err != nil {
		r.t.Fatalf("%v: %v\n%s", c.Args, err, out)
	}
}

// change changes a file: what it is to be changed from is there once. A line that is cut
// off in the text goes on in the file.
func (r *reader) change(s step) {
	r.t.Helper()
	name := filepath.Join(r.dir, filepath.FromSlash(s.file))
	text, err := os.ReadFile(name)
	if err != nil {
		r.t.Fatal(err)
	}
	from, to := strings.TrimSuffix(s.from, "\n"), strings.TrimSuffix(s.to, "\n")
	if n := strings.Count(string(text), from); n != 1 {
		r.t.Fatalf("%s has what is to be changed %d times:\n%s", s.file, n, from)
	}
	if err = os.WriteFile(name, []byte(strings.Replace(string(text), from, to, 1)), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// do runs a command. One that serves goes on until the next one that does. Where the text
// has a port it gets a free one, and 'go run' is taken apart, as it hands no signals on.
func (r *reader) do(line string) {
	r.t.Helper()
	line = strings.Replace(line, "--listen 127.0.0.1:8090", "--listen 127.0.0.1:0", 1)
	words := strings.Fields(line)
	switch {
	case words[0] == "cd":
		r.dir = filepath.Join(r.dir, words[1])
		return
	case words[0] == "metronome":
		words[0] = r.binary
	case strings.HasPrefix(line, "go run ."):
		r.must(r.command("go", "build", "-o", r.game, "."))
		words = append([]string{r.game}, words[3:]...)
	}
	c := r.command(words...)
	switch {
	case len(words) == 1 || words[1] == "serve":
		r.serve(c)
	case words[1] == "bots": // against the rules as they are by now
		r.serve(r.command(r.game))
		c.Env = append(os.Environ(), "METRONOME_SERVER="+r.url)
		r.must(c)
	default:
		r.must(c)
	}
}

func (r *reader) command(words ...string) *exec.Cmd {
	c := exec.CommandContext(r.t.Context(), words[0], words[1:]...)
	c.Dir = r.dir
	return c
}

// serve has the game serve, and waits until it does.
func (r *reader) serve(c *exec.Cmd) {
	r.t.Helper()
	r.stop()
	c.Env = append(os.Environ(), "METRONOME_LISTEN=127.0.0.1:0")
	said, err := c.StdoutPipe()
	if err != nil {
		r.t.Fatal(err)
	}
	var log strings.Builder
	c.Stderr = &log
	if err = c.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.serving = c
	first, err := bufio.NewReader(said).ReadString('\n')
	_, url, serves := strings.Cut(strings.TrimSpace(first), "is running: open ")
	if !serves {
		r.stop()
		r.t.Fatalf("%v does not serve: %q, %v\n%s", c.Args, first, err, &log)
	}
	r.url = url
}

// stop stops what serves.
func (r *reader) stop() {
	if r.serving == nil {
		return
	}
	_ = r.serving.Process.Signal(os.Interrupt) // it may have ended
	if err := r.serving.Wait(); err != nil {
		r.t.Errorf("%v: %v", r.serving.Args, err)
	}
	r.serving = nil
}
