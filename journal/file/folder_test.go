package file

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/sim"
)

func namesIn(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	must(t, err)
	for i := range files {
		files[i] = filepath.Base(files[i])
	}
	slices.Sort(files)
	return files
}

// TestTwoOfAName begins two recordings of one name: both are kept.
func TestTwoOfAName(t *testing.T) {
	f := &Folder{Dir: filepath.Join(t.TempDir(), "new")}
	must(t, f.Check())
	for range 3 {
		j, err := f.Create("ffa")
		must(t, err)
		must(t, j.Close())
	}
	if got := namesIn(t, f.Dir); !slices.Equal(got, []string{"ffa-2.journal", "ffa-3.journal", "ffa.journal"}) {
		t.Errorf("%v", got)
	}
	if (&Folder{Dir: filepath.Join(f.Dir, "ffa.journal")}).Check() == nil {
		t.Error("a file is no folder")
	}
}

// TestLongRecordingsComeInParts records more than a file may hold: each file begins
// with the header and a checkpoint and has what follows up to the next, and the
// ticks of all of them are all ticks, once.
func TestLongRecordingsComeInParts(t *testing.T) {
	f := &Folder{Dir: t.TempDir(), Part: 4000}
	j, err := f.Create("long")
	must(t, err)
	header := journal.Header{Room: "long", Mode: "walk", Hz: 30, Seed: 5, Shape: 6}
	j.Begin(header)
	state := encoded(make([]byte, 300))
	for tick := range sim.Tick(2000) {
		if tick%100 == 0 {
			j.Checkpoint(tick, state)
			waitForCheckpoint(j)
		}
		j.Tick(&journal.Tick{Tick: tick + 1, Hash: 7})
	}
	_, name, size, err := j.Recording()
	if err != nil || name == "" || size < 0 {
		t.Errorf("%s, %d, %v", name, size, err)
	}
	must(t, j.Close())
	names := namesIn(t, f.Dir)
	if len(names) < 5 {
		t.Fatalf("%v", names)
	}
	next := sim.Tick(1)
	for n := range names {
		name := "long.journal"
		if n > 0 {
			name = "long-" + string(rune('0'+(n+1)/10)) + string(rune('0'+(n+1)%10)) + ".journal"
			if n < 9 {
				name = "long-" + string(rune('1'+n)) + ".journal"
			}
		}
		in, err := os.Open(filepath.Join(f.Dir, name))
		must(t, err)
		r, err := journal.NewReader(in)
		must(t, err)
		for i := 0; ; i++ {
			kind, body, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			must(t, err)
			if want := map[int]journal.Kind{0: journal.KindHeader, 1: journal.KindCheckpoint}[i]; want != 0 && kind != want {
				t.Fatalf("%s: record %d is %q", name, i, kind)
			}
			if kind == journal.KindTick {
				var x journal.Tick
				must(t, journal.ReadTick(body, &x))
				if x.Tick != next {
					t.Fatalf("%s: tick %d, want %d", name, x.Tick, next)
				}
				next++
			}
		}
		_ = in.Close()
	}
	if next != 2001 {
		t.Errorf("%d ticks", next-1)
	}
}

// waitForCheckpoint waits until the last one is on its way to the disk.
func waitForCheckpoint(j *Sink) {
	for waits := true; waits; runtime.Gosched() {
		j.mu.Lock()
		waits = j.next.state != nil
		j.mu.Unlock()
	}
}

// TestPartThatCannotBegin loses the disk between two files.
func TestPartThatCannotBegin(t *testing.T) {
	f := &Folder{Dir: t.TempDir(), Part: 100}
	j, err := f.Create("x")
	must(t, err)
	j.nextPart = func() (Disk, string, error) { return nil, "", os.ErrPermission }
	j.Begin(journal.Header{Hz: 1})
	for tick := range sim.Tick(50) {
		j.Checkpoint(tick, encoded(make([]byte, 50)))
		waitForCheckpoint(j)
	}
	if err := j.Close(); !errors.Is(err, os.ErrPermission) {
		t.Errorf("%v", err)
	}
}

// TestOldRecordingsGo keeps so many bytes: the oldest go, and none that somebody may
// still write to, and nothing that is no recording.
func TestOldRecordingsGo(t *testing.T) {
	f := &Folder{Dir: t.TempDir(), Keep: 2500}
	write := func(name string, age time.Duration) {
		path := filepath.Join(f.Dir, name)
		must(t, os.WriteFile(path, make([]byte, 1000), 0o600))
		at := time.Now().Add(-age)
		must(t, os.Chtimes(path, at, at))
	}
	write("a.journal", 5*time.Hour)
	write("b.journal", 4*time.Hour)
	write("c.journal", 3*time.Hour)
	write("notes.txt", 9*time.Hour)
	write("now1.journal", 0)
	j, err := f.Create("new")
	must(t, err)
	must(t, j.Close())
	if got := namesIn(t, f.Dir); !slices.Equal(got, []string{"c.journal", "new.journal", "notes.txt", "now1.journal"}) {
		t.Errorf("%v", got)
	}
	write("now2.journal", 0)
	write("now3.journal", 0)
	j, err = f.Create("newer")
	must(t, err)
	must(t, j.Close())
	if got := namesIn(t, f.Dir); !slices.Equal(got, []string{"new.journal", "newer.journal", "notes.txt", "now1.journal", "now2.journal", "now3.journal"}) {
		t.Errorf("%v", got)
	}
}
