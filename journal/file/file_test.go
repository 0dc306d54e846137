package file

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/sim"
)

// fakeDisk is a disk in memory that can be full, stuck and broken.
type fakeDisk struct {
	mu     sync.Mutex
	b      []byte
	writes int
	room   int           // bytes that fit; 0: any
	stuck  chan struct{} // unless nil, Write waits until it is closed
	in     chan struct{} // unless nil, told of each Write that began
	sync   error
}

func (f *fakeDisk) Write(b []byte) (int, error) {
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

func (f *fakeDisk) Sync() error  { return f.sync }
func (f *fakeDisk) Close() error { return nil }

// reader returns what is on the disk.
func (f *fakeDisk) reader() *bytes.Reader {
	f.mu.Lock()
	defer f.mu.Unlock()
	return bytes.NewReader(bytes.Clone(f.b))
}

func TestCreate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "dir")
	j, err := Create(dir, "one")
	must(t, err)
	must(t, j.Close())
	must(t, j.Close())
	if b, err := os.ReadFile(filepath.Join(dir, "one.journal")); err != nil || string(b) != journal.Magic {
		t.Errorf("%q, %v", b, err)
	}
	if _, err := Create(filepath.Join(dir, "one.journal"), "x"); err == nil {
		t.Error("a file is no directory")
	}
}

// TestJournalBatches hands records over: they go to the disk once a second, or
// when they are many bytes.
func TestJournalBatches(t *testing.T) {
	f := &fakeDisk{in: make(chan struct{}, 1)}
	j := NewSink(f)
	j.Begin(journal.Header{Hz: 30})
	due := func() bool {
		j.mu.Lock()
		defer j.mu.Unlock()
		return j.due
	}
	for tick := sim.Tick(1); tick < 29; tick++ {
		if j.Tick(&journal.Tick{Tick: tick}); due() {
			t.Fatalf("due after %d records", tick)
		}
	}
	j.Tick(&journal.Tick{Tick: 29})
	<-f.in // it is written
	j.Checkpoint(29, encoded(make([]byte, batch)))
	<-f.in
	j.Tick(&journal.Tick{Tick: 30})
	must(t, j.Close()) // so is the rest
	got, err := io.ReadAll(f.reader())
	if err != nil || f.writes != 3 || len(got) < batch+30*10 {
		t.Errorf("%d writes, %d bytes, %v", f.writes, len(got), err)
	}
}

// TestDiskStuck has the disk not take anything: the journal keeps a bounded
// backlog, then stops, without ever waiting.
func TestDiskStuck(t *testing.T) {
	f := &fakeDisk{stuck: make(chan struct{}), in: make(chan struct{}, 9)}
	j := NewSink(f)
	j.Begin(journal.Header{Hz: 1})
	<-f.in
	state := make([]int32, 1<<20) // a byte each
	n := 0
	for ; j.Lost() == nil; n++ {
		if len(j.waiting) > backlog+len(state)+100 {
			t.Fatalf("%d bytes wait", len(j.waiting))
		}
		j.Tick(&journal.Tick{Tick: sim.Tick(n), Commands: []journal.Command{{Seat: 1, List: state}}})
	}
	if !errors.Is(j.Lost(), errBacklog) || n < backlog/len(state) {
		t.Errorf("%v after %d records", j.Lost(), n)
	}
	j.Tick(&journal.Tick{Tick: 5}) // nothing more
	close(f.stuck)
	if err := j.Close(); !errors.Is(err, errBacklog) {
		t.Errorf("close: %v", err)
	}
	if len(f.b) < backlog || len(f.b) > backlog+2*len(state) {
		t.Errorf("%d bytes on the disk", len(f.b))
	}
}

// freed counts how often a state is encoded and freed.
type freed struct{ encoded, freed atomic.Int32 }

func (f *freed) Append(b []byte) []byte { f.encoded.Add(1); return append(b, 1) }
func (f *freed) Free()                  { f.freed.Add(1) }

// TestStuckDiskGetsOneCheckpoint: those that come while one waits are let go.
func TestStuckDiskGetsOneCheckpoint(t *testing.T) {
	f := &fakeDisk{stuck: make(chan struct{}), in: make(chan struct{}, 9)}
	j := NewSink(f)
	j.Begin(journal.Header{Hz: 1})
	<-f.in // the disk has the header, and is stuck with it
	var state freed
	for tick := range sim.Tick(5) {
		j.Checkpoint(tick, &state)
	}
	if n := state.freed.Load(); n != 4 {
		t.Errorf("%d of 5 were let go", n)
	}
	close(f.stuck)
	must(t, j.Close())
	j.Checkpoint(9, &state)
	if state.encoded.Load() != 1 || state.freed.Load() != 6 {
		t.Errorf("%d encoded, %d freed", state.encoded.Load(), state.freed.Load())
	}
}

func TestHugeRecordIsRefused(t *testing.T) {
	j := NewSink(&fakeDisk{})
	j.Checkpoint(1, encoded(make([]byte, journal.MaxRecord)))
	if err := j.Close(); !errors.Is(err, journal.ErrRecord) {
		t.Errorf("%v", err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
