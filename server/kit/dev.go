package kit

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/metronome-server/metronome/gateway/pages"
)

// Dev has a game in play while it is written: whenever its Go files change it builds it
// and starts it again, at the same address; the game keeps its rooms (--state), and
// players come back by themselves. A build that fails leaves the old one playing.
type Dev struct {
	// Dir is the game's.
	Dir string
	// Arguments are those that the game is started with; none: it knows itself.
	Arguments []string
	// Out is told what happens, and gets what the game says.
	Out io.Writer

	folder string // of what is built
	fault  string // file of what is wrong with the last build
	game   *game  // nil: none runs
}

// lookEvery is how often the files are looked at. Why 200 ms: nobody waits for it, and a
// thousand files cost a hundredth of a core.
const lookEvery = 200 * time.Millisecond

// game is a process that runs.
type game struct {
	process *exec.Cmd
	ended   chan struct{}
}

// Run builds and plays until ctx ends. Errors: that there is nothing to build, the disk's.
func (d *Dev) Run(ctx context.Context) (err error) {
	if d.folder, err = os.MkdirTemp("", "metronome-dev-"); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(d.folder) }()
	d.fault = filepath.Join(d.folder, "fault.txt")
	defer func() { d.stop() }()
	var built map[string]time.Time
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		files, err := goFiles(d.Dir)
		if err != nil {
			return err
		}
		if saved, changed := newest(built, files); changed {
			built = files
			d.renew(ctx, saved)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// goFiles returns when what a game is built from has changed, by path.
func goFiles(dir string) (map[string]time.Time, error) {
	files := map[string]time.Time{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it has just gone
		}
		if err != nil {
			return err
		}
		name := e.Name()
		if e.IsDir() && path != dir && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "state") {
			return filepath.SkipDir
		}
		if info, failed := e.Info(); failed == nil && (filepath.Ext(name) == ".go" || name == "go.mod" || name == "go.sum") {
			files[path] = info.ModTime()
		}
		return nil
	})
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("%s has no Go files: start it in a game's folder", dir)
	}
	return files, err
}

// newest returns when the newest of the files that differ was saved, and whether any does.
func newest(before, now map[string]time.Time) (saved time.Time, changed bool) {
	changed = len(before) != len(now)
	for path, at := range now {
		if was, ok := before[path]; !ok || !was.Equal(at) {
			changed = true
			if at.After(saved) {
				saved = at
			}
		}
	}
	return saved, changed
}

// renew builds the game, and when that is well starts it in place of the one that runs.
func (d *Dev) renew(ctx context.Context, saved time.Time) {
	first := d.game == nil
	binary := filepath.Join(d.folder, fmt.Sprintf("game-%d", time.Now().UnixNano()))
	var forBrowsers sync.WaitGroup
	forBrowsers.Go(func() { d.buildWasm(ctx) })
	defer forBrowsers.Wait()
	c := exec.CommandContext(ctx, "go", "build", "-o", binary, ".")
	c.Dir = d.Dir
	if out, err := c.CombinedOutput(); err != nil {
		if ctx.Err() == nil {
			d.tellFault(out, err)
		}
		return
	}
	forBrowsers.Wait()
	_ = os.Remove(d.fault) // it may not be there
	d.writeTypes(ctx, binary)
	d.stop()
	if err := d.start(binary); err != nil {
		d.say("it does not start: %v", err)
		return
	}
	if !first {
		d.say("the changed rules are in play %.1f s after they were saved", time.Since(saved).Seconds())
	}
}

// buildWasm builds the rules for browsers, if they predict. What is wrong with them the
// build of the game tells, too.
func (d *Dev) buildWasm(ctx context.Context) {
	m := Wasm{Dir: d.Dir, Package: "./game", Out: filepath.Join(d.Dir, "web", pages.PredictionFile)}
	if m.predicts(ctx) {
		_, _, _ = m.Build(ctx)
	}
}

// tellFault tells of a build that has failed, here and on the page.
func (d *Dev) tellFault(out []byte, err error) {
	text := bytes.TrimSpace(out)
	if len(text) == 0 {
		text = []byte(err.Error())
	}
	d.say("it does not build, and what was built before plays on:\n%s", text)
	if err = os.WriteFile(d.fault, text, 0o600); err != nil {
		d.say("the page cannot show it: %v", err)
	}
}

// writeTypes renews the TypeScript types of pages that have some.
func (d *Dev) writeTypes(ctx context.Context, binary string) {
	old, err := filepath.Glob(filepath.Join(d.Dir, "web", "*.gen.ts"))
	if err != nil || len(old) == 0 {
		return
	}
	types, err := exec.CommandContext(ctx, binary, "schema", "--ts").Output()
	if err == nil {
		err = os.WriteFile(old[0], types, 0o644) //nolint:gosec // others may read a game's source
	}
	if err != nil {
		d.say("%s is as it was: %v", old[0], err)
	}
}

// start starts the game and waits until it serves.
func (d *Dev) start(binary string) error {
	c := exec.Command(binary, d.Arguments...)
	c.Dir = d.Dir
	c.Env = append(os.Environ(), "METRONOME_DEV="+d.fault)
	c.Stderr = d.Out
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err = c.Start(); err != nil {
		return err
	}
	g := &game{c, make(chan struct{})}
	serves := make(chan struct{})
	go func() { // ends with the process
		var once sync.Once
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if strings.Contains(lines.Text(), "is running: open ") {
				once.Do(func() { close(serves) })
			}
			_, _ = fmt.Fprintln(d.Out, lines.Text())
		}
		_ = c.Wait()
		close(g.ended)
	}()
	select {
	case <-serves:
		d.game = g
		return nil
	case <-g.ended:
		return errors.New("it ended at once")
	}
}

// stop stops the game, which keeps its rooms.
func (d *Dev) stop() {
	if d.game == nil {
		return
	}
	if d.game.process.Process.Signal(os.Interrupt) != nil { // it has ended, or this system knows no such signal
		_ = d.game.process.Process.Kill()
	}
	<-d.game.ended
	d.game = nil
}

func (d *Dev) say(format string, values ...any) {
	_, _ = fmt.Fprintf(d.Out, "dev: "+format+"\n", values...)
}
