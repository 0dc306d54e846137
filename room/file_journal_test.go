package room

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// fakeFile is a disk in memory that can be full, stuck and broken.
type fakeFile struct {
	mu     sync.Mutex
	b      []byte
	writes int
	room   int           // bytes that fit; 0: any
	stuck  chan struct{} // unless nil, Write waits until it is closed
	in     chan struct{} // unless nil, told of each Write that began
	sync   error
}

func (f *fakeFile) Write(b []byte) (int, error) {
	if f.in != nil {
		f.in <- struct{}{}
	}
	if f.stuck != nil {
		<-f.stuck
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.writes++
	if f.room > 0 && len(f.b)+len(b) > f.room {
		n := f.room - len(f.b)
		f.b = append(f.b, b[:n]...)
		return n, syscall.ENOSPC
	}
	f.b = append(f.b, b...)
	return len(b), nil
}

func (f *fakeFile) Sync() error  { return f.sync }
func (f *fakeFile) Close() error { return nil }

// reader returns what is on the disk.
func (f *fakeFile) reader() *bytes.Reader {
	f.mu.Lock()
	defer f.mu.Unlock()
	return bytes.NewReader(bytes.Clone(f.b))
}

func TestFileJournalFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "dir")
	j, err := NewFileJournal(dir, "one")
	must(t, err)
	must(t, j.Close())
	must(t, j.Close())
	if b, err := os.ReadFile(filepath.Join(dir, "one.journal")); err != nil || string(b) != journalMagic {
		t.Errorf("%q, %v", b, err)
	}
	if _, err := NewFileJournal(dir, "one"); !errors.Is(err, os.ErrExist) {
		t.Errorf("the same again: %v", err)
	}
	if _, err := NewFileJournal(filepath.Join(dir, "one.journal"), "x"); err == nil {
		t.Error("a file is no directory")
	}
}

// TestJournalBatches hands records over: they go to the disk once a second, or
// when they are many bytes.
func TestJournalBatches(t *testing.T) {
	f := &fakeFile{in: make(chan struct{}, 1)}
	j := newFileJournal(f)
	j.Begin(JournalHeader{Hz: 30})
	due := func() bool {
		j.mu.Lock()
		defer j.mu.Unlock()
		return j.due
	}
	for tick := sim.Tick(1); tick < 29; tick++ {
		if j.Tick(&JournalTick{Tick: tick}); due() {
			t.Fatalf("due after %d records", tick)
		}
	}
	j.Tick(&JournalTick{Tick: 29})
	<-f.in // it is written
	j.Checkpoint(29, make([]byte, journalBatch))
	<-f.in
	j.Tick(&JournalTick{Tick: 30})
	must(t, j.Close()) // so is the rest
	got, err := io.ReadAll(f.reader())
	if err != nil || f.writes != 3 || len(got) < journalBatch+30*10 {
		t.Errorf("%d writes, %d bytes, %v", f.writes, len(got), err)
	}
}

// TestDiskFull fills the disk in the middle of a match: one Error, play goes
// on, and what was written can be played.
func TestDiskFull(t *testing.T) {
	f := &fakeFile{room: 3005} // in the middle of a record
	j := newFileJournal(f)
	r := walking(t, func(o *Options) { o.Journal = j })
	p := r.join("anna")
	played := 0
	for ; r.recording; played++ {
		if played > 1000 {
			t.Fatal("the recording goes on")
		}
		p.input(0, 1, played%2)
		r.tick()
		if played == 500 {
			<-j.done // by now it has found out
		}
	}
	for range 50 {
		p.input(0, 1, 0)
		r.tick()
		p.read()
		p.inStep()
	}
	r.finish()
	if n := r.logs.count("level=ERROR"); n != 1 || r.stats.RecordingsLost.Load() != 1 || r.logs.count("no space left") != 1 {
		t.Errorf("%d errors in the log: %s", n, r.logs.text.String())
	}
	got, err := ReplayJournal(f.reader(), modeNamed(walkMode(nil)), nil)
	if err != nil || !got.CutOff || got.Ticks < 50 {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestDiskStuck has the disk not take anything: the journal keeps a bounded
// backlog, then stops, without ever waiting.
func TestDiskStuck(t *testing.T) {
	f := &fakeFile{stuck: make(chan struct{}), in: make(chan struct{}, 9)}
	j := newFileJournal(f)
	j.Begin(JournalHeader{Hz: 1})
	<-f.in
	state := make([]byte, 1<<20)
	n := 0
	for ; j.Lost() == nil; n++ {
		if len(j.waiting) > journalBacklog+len(state)+100 {
			t.Fatalf("%d bytes wait", len(j.waiting))
		}
		j.Checkpoint(sim.Tick(n), state)
	}
	if !errors.Is(j.Lost(), errBacklog) || n < journalBacklog/len(state) {
		t.Errorf("%v after %d records", j.Lost(), n)
	}
	j.Tick(&JournalTick{Tick: 5}) // nothing more
	close(f.stuck)
	if err := j.Close(); !errors.Is(err, errBacklog) {
		t.Errorf("close: %v", err)
	}
	if len(f.b) < journalBacklog || len(f.b) > journalBacklog+2*len(state) {
		t.Errorf("%d bytes on the disk", len(f.b))
	}
}

func TestHugeRecordIsRefused(t *testing.T) {
	j := newFileJournal(&fakeFile{})
	j.Checkpoint(1, make([]byte, maxRecord))
	if err := j.Close(); !errors.Is(err, errRecord) {
		t.Errorf("%v", err)
	}
}

// stuckJournal has failed, and its Close waits.
type stuckJournal struct {
	FileJournal
	closing chan struct{}
}

func (j *stuckJournal) Begin(JournalHeader)         {}
func (j *stuckJournal) Checkpoint(sim.Tick, []byte) {}
func (j *stuckJournal) Tick(*JournalTick)           {}
func (j *stuckJournal) Lost() error                 { return errBacklog }
func (j *stuckJournal) Close() error                { <-j.closing; return errBacklog }

// TestStuckJournalHoldsNoTick must end without anybody releasing the journal.
func TestStuckJournalHoldsNoTick(t *testing.T) {
	j := &stuckJournal{closing: make(chan struct{})}
	r := walking(t, func(o *Options) { o.Journal = j })
	r.join("anna")
	r.ticks(100)
	close(j.closing)
	r.finish()
	if n := strings.Count(r.logs.text.String(), "level=ERROR"); n != 1 || r.stats.RecordingsLost.Load() != 1 {
		t.Errorf("%d errors in the log", n)
	}
}

// TestDiskFailsInTheEnd loses the last second at Close: an operator hears of it.
func TestDiskFailsInTheEnd(t *testing.T) {
	j := newFileJournal(&fakeFile{sync: syscall.EIO})
	r := walking(t, func(o *Options) { o.Journal = j })
	r.ticks(3)
	r.finish()
	if r.logs.count("level=ERROR") != 1 || r.stats.RecordingsLost.Load() != 1 {
		t.Errorf("log: %s", r.logs.text.String())
	}
}
