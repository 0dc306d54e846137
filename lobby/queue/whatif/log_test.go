package whatif

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
)

func openLog(t *testing.T, dir string) *Log {
	t.Helper()
	l, err := OpenLog(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func canceled(id string, n int) Record {
	return OfEnd(fmt.Sprintf("%s.%d", id, n), queue.Canceled, time.Second, start.Add(time.Duration(n)))
}

// TestALogHasWhatWasPut has several goroutines write to two queues.
func TestALogHasWhatWasPut(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	l := openLog(t, dir)
	const writers, each = 4, 500
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				l.Put(canceled([]string{"one", "two"}[w%2], w*each+i))
			}
		})
	}
	wg.Wait()
	l.Close()
	l.Put(canceled("one", 1)) // too late
	if n := l.Dropped(); n != 1 {
		t.Errorf("%d dropped", n)
	}
	for _, name := range []string{"one", "two"} {
		r := NewReader(strings.NewReader(read(t, filepath.Join(dir, name+".jsonl"))))
		last, n := map[int]int{}, 0
		for {
			record, err := r.Read()
			if err != nil {
				break
			}
			n++
			var i int
			if _, err := fmt.Sscanf(record.Ended.ID, name+".%d", &i); err != nil || record.Queue != name {
				t.Fatalf("%+v: %v", record, err)
			}
			if before, ok := last[i/each]; ok && i != before+1 {
				t.Fatalf("%d comes after %d", i, before)
			}
			last[i/each] = i
		}
		if n != writers/2*each {
			t.Errorf("queue %s: %d records", name, n)
		}
	}
}

// TestALogGoesOn opens one that a killed process has left with half a line, and lets
// it become too long.
func TestALogGoesOn(t *testing.T) {
	dir := t.TempDir()
	path, before := filepath.Join(dir, "q.jsonl"), filepath.Join(dir, "q.1.jsonl")
	one, two := logged(t, canceled("q", 1)), logged(t, canceled("q", 2))
	for _, half := range []string{"", two[:1], two[:len(two)-1], strings.Repeat("x", 10*len(two))} {
		if err := os.WriteFile(path, []byte(one+half), 0o600); err != nil {
			t.Fatal(err)
		}
		l := openLog(t, dir)
		l.Put(canceled("q", 3))
		l.Close()
		if got, want := read(t, path), one+logged(t, canceled("q", 3)); got != want {
			t.Errorf("after %q: %q, want %q", half, got, want)
		}
	}
	l := openLog(t, dir)
	l.most = int64(len(read(t, path)) + len(one))
	for i := 4; i < 7; i++ {
		l.Put(canceled("q", i))
	}
	l.Close()
	if got, want := read(t, path), logged(t, canceled("q", 5), canceled("q", 6)); got != want {
		t.Errorf("the new file: %q, want %q", got, want)
	}
	if got, want := read(t, before), logged(t, canceled("q", 1), canceled("q", 3), canceled("q", 4)); got != want {
		t.Errorf("the one before: %q, want %q", got, want)
	}
}

// TestADiskThatFails is told once, and the log goes on when the disk does.
func TestADiskThatFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "q.jsonl")
	if err := os.Mkdir(path, 0o700); err != nil { // no file can be opened there
		t.Fatal(err)
	}
	var said bytes.Buffer
	l, err := OpenLog(dir, slog.New(slog.NewTextHandler(&said, nil)))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		l.Put(canceled("q", i))
	}
	l.Close()
	if n := l.Dropped(); n != 5 || strings.Count(said.String(), "\n") != 1 || !strings.Contains(said.String(), `msg="the log of a queue cannot be written" file=`+path) {
		t.Errorf("%d dropped, said %q", n, said.String())
	}
	if err = os.Remove(path); err != nil {
		t.Fatal(err)
	}
	l = openLog(t, dir)
	// A file that was closed behind its back fails when it is written to.
	l.write(canceled("q", 1))
	_ = l.files["q"].f.Close()
	l.flush()
	l.Put(canceled("q", 2))
	l.Close()
	if got := read(t, path); got != logged(t, canceled("q", 2)) {
		t.Errorf("after the disk works again: %q", got)
	}
	if _, err = OpenLog(filepath.Join(path, "below-a-file"), slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a folder that cannot be made")
	}
}

// TestAFullLogNeverWaits fills the queue of a log whose goroutine does not write.
func TestAFullLogNeverWaits(t *testing.T) {
	l := &Log{records: make(chan Record, 3), stop: make(chan struct{})}
	for i := range 5 {
		l.Put(canceled("q", i))
	}
	if n := l.Dropped(); n != 2 || (<-l.records).Ended.ID != "q.0" {
		t.Errorf("%d dropped", n)
	}
}
