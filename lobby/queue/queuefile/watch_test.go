package queuefile

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/metronome-server/metronome/lobby/queue"
)

// lines is what was logged since it was asked last.
type lines struct {
	mu   sync.Mutex
	text []byte
}

func (l *lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, line...)
	return len(line), nil
}

func (l *lines) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := string(l.text)
	l.text = nil
	return text
}

// watched is a file that is watched, and what came of it.
type watched struct {
	t    *testing.T
	path string
	file *File
	log  lines
	news chan string // the names of the queues, each time that they changed
}

func textOf(names ...string) string {
	text := "queues:\n"
	for _, name := range names {
		text += "  " + name + ": {mode: ffa, teams: 1 x 2-16}\n"
	}
	return text
}

// watchFile has a file of one queue, a, in a folder of its own.
func watchFile(t *testing.T) *watched {
	t.Helper()
	w := &watched{t: t, path: filepath.Join(t.TempDir(), "queues.yaml"), news: make(chan string, 16)}
	w.write(textOf("a"))
	file, err := Open(w.path, arenaModes(), slog.New(slog.NewTextHandler(&w.log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	w.file = file
	return w
}

func (w *watched) write(text string) {
	w.t.Helper()
	if err := os.WriteFile(w.path, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *watched) changed(queues []*queue.Config) {
	var names []string
	for _, c := range queues {
		names = append(names, c.Name)
	}
	w.news <- strings.Join(names, " ")
}

// TestAFaultyFileChangesNothing changes a file in every way, and looks when the queues
// change and what the log says, by a clock that is not the machine's.
func TestAFaultyFileChangesNothing(t *testing.T) {
	w := watchFile(t)
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		events := make(chan fsnotify.Event)
		go w.file.watch(ctx, events, nil, w.changed)
		rows := []struct {
			what, text string // "-": the file is gone
			news, logs string
		}{
			{"nothing", textOf("a"), "", ""},
			{"another queue", textOf("a", "b"), "a b", `level=INFO msg="the file of queues was read again"`},
			{"a remark", "# two\n" + textOf("a", "b"), "", "level=INFO"},
			{"faults", "queues:\n  a: {mode: golf, teams: 2 x 1}\n  b: {mode: ffa}\n", "", `level=ERROR msg="the file of queues has faults; they stay as they are" file=` + w.path + ` err="line 2: a.mode: \"golf\", want one of duel, ffa, open, teams; line 3: b.teams: missing`},
			{"the same faults", "queues:\n  a: {mode: golf, teams: 2 x 1}\n  b: {mode: ffa}\n", "", ""},
			{"many faults", "queues: {a: {mode: ffa, teams: 1 x 2" + strings.Repeat(", z: 1", 3) + strings.Repeat(", y: 1", 9) + "}}", "", "and 2 more, see 'metronome queues check'"},
			{"it is gone", "-", "", "level=ERROR msg=\"the file of queues cannot be read; they stay as they are\""},
			{"it is still gone", "-", "", ""},
			{"it is back", textOf("a", "b"), "", "level=INFO"},
			{"one less", textOf("b"), "b", "level=INFO"},
		}
		for _, row := range rows {
			for _, way := range []string{"told", "polled"} {
				if row.text == "-" {
					_ = os.Remove(w.path)
				} else {
					w.write(row.text)
				}
				if way == "told" {
					events <- fsnotify.Event{}
					time.Sleep(settle)
				} else {
					time.Sleep(pollEvery)
				}
				synctest.Wait()
				news := ""
				select {
				case news = <-w.news:
				default:
				}
				logs := w.log.take()
				if way == "polled" { // nothing more to be said of what was told
					row.news, row.logs = "", ""
				}
				if news != row.news || !strings.Contains(logs, row.logs) || (row.logs == "") != (logs == "") || strings.Count(logs, "\n") > 1 {
					t.Errorf("%s, %s: news %q, log %s\nwant %q and %s", row.what, way, news, logs, row.news, row.logs)
				}
			}
		}
		// Without being told, too.
		w.write(textOf("c"))
		time.Sleep(pollEvery)
		synctest.Wait()
		if news := <-w.news; news != "c" || w.file.Queues()[0].Name != "c" {
			t.Errorf("polled: %q", news)
		}
	})
}

// TestAFileIsReadWhenItsFolderIsQuiet writes it in steps.
func TestAFileIsReadWhenItsFolderIsQuiet(t *testing.T) {
	w := watchFile(t)
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		events, lost := make(chan fsnotify.Event), make(chan error)
		go w.file.watch(ctx, events, lost, w.changed)
		for _, step := range []string{"", "queues:\n", textOf("a", "b")} {
			w.write(step)
			events <- fsnotify.Event{}
			time.Sleep(settle - time.Nanosecond)
		}
		lost <- fsnotify.ErrEventOverflow
		time.Sleep(settle - time.Nanosecond)
		synctest.Wait()
		if logs := w.log.take(); len(w.news) > 0 || logs != "" {
			t.Errorf("read too early: %s", logs)
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if news := <-w.news; news != "a b" {
			t.Errorf("news %q", news)
		}
	})
}

// TestFilesThatAreReplaced does what editors and Kubernetes do, and never polls.
func TestFilesThatAreReplaced(t *testing.T) {
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	watch := func(t *testing.T, w *watched) {
		w.file.poll = time.Hour
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			w.file.Watch(ctx, w.changed)
		}()
		t.Cleanup(func() { stop(); <-done })
	}
	t.Run("written over", func(t *testing.T) {
		w := watchFile(t)
		watch(t, w)
		w.write(textOf("b"))
		if news := <-w.news; news != "b" {
			t.Error(news)
		}
	})
	t.Run("renamed", func(t *testing.T) {
		w := watchFile(t)
		watch(t, w)
		for _, name := range []string{"b", "c"} { // the second shows that the first did not end it
			beside := w.path + "~"
			must(os.WriteFile(beside, []byte(textOf(name)), 0o600))
			must(os.Rename(beside, w.path))
			if news := <-w.news; news != name {
				t.Error(news)
			}
		}
	})
	t.Run("a link to a folder", func(t *testing.T) {
		dir := t.TempDir()
		version := func(name string) {
			must(os.Mkdir(filepath.Join(dir, name), 0o700))
			must(os.WriteFile(filepath.Join(dir, name, "queues.yaml"), []byte(textOf(name)), 0o600))
			must(os.Symlink(name, filepath.Join(dir, "..new")))
			must(os.Rename(filepath.Join(dir, "..new"), filepath.Join(dir, "..data")))
		}
		version("a")
		w := &watched{t: t, path: filepath.Join(dir, "queues.yaml"), news: make(chan string, 16)}
		must(os.Symlink(filepath.Join("..data", "queues.yaml"), w.path))
		file, err := Open(w.path, arenaModes(), slog.New(slog.DiscardHandler))
		must(err)
		w.file = file
		watch(t, w)
		for _, name := range []string{"b", "c"} {
			version(name)
			if news := <-w.news; news != name {
				t.Error(news)
			}
		}
	})
}

func TestOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "queues.yaml")
	log := slog.New(slog.DiscardHandler)
	if _, err := Open(path, arenaModes(), log); !os.IsNotExist(err) {
		t.Errorf("a missing file: %v", err)
	}
	if err := os.WriteFile(path, []byte("queues: {}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, arenaModes(), log); err == nil || !strings.Contains(err.Error(), "line 1: queues: 0 of them") {
		t.Errorf("a faulty file: %v", err)
	}
}
