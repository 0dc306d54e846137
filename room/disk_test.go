package room

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/journal/file"
	"github.com/metronome-server/metronome/replay"
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

// TestDiskFull fills the disk in the middle of a match: one Error, play goes
// on, and what was written can be played.
func TestDiskFull(t *testing.T) {
	f := &fakeFile{room: 3005} // in the middle of a record
	j := file.NewSink(f)
	r := walking(t, func(o *Options) { o.Journal = j })
	p := r.join("anna")
	played := 0
	for ; r.recording; played++ {
		if played > 1000 {
			t.Fatal("the recording goes on")
		}
		p.input(0, 1, played%2)
		r.tick()
		if played == 500 { // by now it has found out
			_ = j.Close()
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
	got, err := replay.Play(f.reader(), modeNamed(walkMode(nil)), nil)
	if err != nil || !got.CutOff || got.Ticks < 50 {
		t.Errorf("%+v, %v", got, err)
	}
}

var errStuck = errors.New("the disk is stuck")

// stuckJournal has failed, and its Close waits.
type stuckJournal struct {
	closing chan struct{}
}

func (j *stuckJournal) Begin(journal.Header)               {}
func (j *stuckJournal) Checkpoint(sim.Tick, journal.State) {}
func (j *stuckJournal) Fault(journal.Fault)                {}
func (j *stuckJournal) Tick(*journal.Tick)                 {}
func (j *stuckJournal) Lost() error                        { return errStuck }
func (j *stuckJournal) Close() error                       { <-j.closing; return errStuck }

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
	j := file.NewSink(&fakeFile{sync: syscall.EIO})
	r := walking(t, func(o *Options) { o.Journal = j })
	r.ticks(3)
	r.finish()
	if r.logs.count("level=ERROR") != 1 || r.stats.RecordingsLost.Load() != 1 {
		t.Errorf("log: %s", r.logs.text.String())
	}
}
