// Package file keeps journals in files.
package file

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/sim"
)

// backlog is how many bytes of journal may wait for the disk, and one
// record more. Full: the recording stops there, says so, and play goes on. Why
// 8 MB: a minute of the largest room that was measured, more than any disk
// should stall.
const backlog = 8 << 20

// errBacklog is why a journal stops by itself.
var errBacklog = errors.New("the disk did not keep up with the recording")

const (
	// batch is how many bytes go to the disk at once, unless a second's
	// worth comes first: a write per tick costs more than the step of a small room.
	batch = 64 << 10
	// keptBuffer is the largest buffer that is kept for the next batch.
	keptBuffer = 1 << 20
)

// Disk is what a journal needs of its file.
type Disk interface {
	Write([]byte) (int, error)
	Sync() error
	Close() error
}

// Sink writes a journal to a file from a goroutine of its own, so that
// a slow disk never holds a tick. Close waits for that goroutine.
type Sink struct {
	disk Disk
	body []byte // scratch of the room's goroutine
	// nextPart opens the file that follows, nil: there is one file only. The
	// sink's goroutine calls it.
	nextPart func() (disk Disk, path string, err error)
	partSize int64          // after which the next checkpoint begins another file
	header   journal.Header // of every part

	mu      sync.Mutex
	more    *sync.Cond
	path    string
	waiting []byte     // for the disk, bounded by backlog
	next    checkpoint // that is to be written
	at      int        // where in waiting
	records int        // of them
	hz      int        // records a second
	due     bool       // they are to be written now
	closed  bool
	lost    error
	written int64 // bytes of whole records in the file

	done chan struct{}
}

// NewSink writes to a disk that is the sink's from now on.
func NewSink(disk Disk) *Sink {
	j := newSink(disk)
	go j.write()
	return j
}

func newSink(disk Disk) *Sink {
	j := &Sink{disk: disk, done: make(chan struct{}), waiting: []byte(journal.Magic)}
	j.more = sync.NewCond(&j.mu)
	return j
}

// Begin implements journal.Sink.
func (j *Sink) Begin(h journal.Header) {
	j.hz, j.header = h.Hz, h
	j.put(journal.KindHeader, journal.AppendHeader(j.body[:0], h))
}

// Checkpoint implements journal.Sink. While a disk is late with one, it gets no other.
func (j *Sink) Checkpoint(tick sim.Tick, state journal.State) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed || j.lost != nil || j.next.state != nil {
		state.Free()
		return
	}
	j.next, j.at, j.due = checkpoint{j.header, tick, state, nil}, len(j.waiting), true
	j.more.Signal()
}

// Tick implements journal.Sink.
func (j *Sink) Tick(t *journal.Tick) { j.put(journal.KindTick, journal.AppendTick(j.body[:0], t)) }

// Fault implements journal.Sink.
func (j *Sink) Fault(f journal.Fault) { j.put(journal.KindFault, journal.AppendFault(j.body[:0], f)) }

// Lost implements journal.Sink.
func (j *Sink) Lost() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.lost
}

func (j *Sink) put(kind journal.Kind, body []byte) {
	j.body = body
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case j.closed || j.lost != nil:
	case len(j.waiting) > backlog:
		j.lost = errBacklog
	case len(body) >= journal.MaxRecord:
		j.lost = journal.ErrRecord
	default:
		j.waiting = journal.AppendRecord(j.waiting, kind, body)
		if j.records++; j.records >= j.hz || len(j.waiting) >= batch {
			j.due = true
			j.more.Signal()
		}
	}
}

// write is the journal's goroutine: it swaps the waiting bytes for an empty
// slice and writes them. It ends after Close, which waits for it, or with the
// first failure.
func (j *Sink) write() {
	defer close(j.done)
	var out []byte
	for {
		j.mu.Lock()
		for !j.due && !j.closed {
			j.more.Wait()
		}
		out, j.waiting = j.waiting, out[:0]
		next, at := j.next, j.at
		j.next, j.records, j.due = checkpoint{}, 0, false
		j.mu.Unlock()
		if len(out) == 0 && next.state == nil {
			return
		}
		if err := j.writeBoth(out, next, at); err != nil {
			j.lose(err)
			return
		}
		if cap(out) > keptBuffer {
			out = nil
		}
	}
}

// lose ends the journal after a failure.
func (j *Sink) lose(err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lost = err
	if j.next.state != nil {
		j.next.state.Free()
		j.next = checkpoint{}
	}
}

// writeBoth writes bytes with a checkpoint, if there is one, in their middle. It begins
// another file with that when this one is long enough.
func (j *Sink) writeBoth(out []byte, next checkpoint, at int) error {
	if next.state == nil {
		return j.writeOut(out)
	}
	b, err := next.record()
	if err != nil {
		return err
	}
	if j.nextPart == nil || j.written+int64(at) <= j.partSize {
		return j.writeOut(slices.Insert(out, at, b...))
	}
	if err := j.writeOut(out[:at]); err != nil {
		return err
	}
	if err := j.beginPart(); err != nil {
		return err
	}
	head := journal.AppendRecord([]byte(journal.Magic), journal.KindHeader, journal.AppendHeader(nil, next.header))
	return j.writeOut(slices.Concat(head, b, out[at:]))
}

// record returns the checkpoint as a record, and frees its state.
func (c *checkpoint) record() ([]byte, error) {
	body := journal.AppendCheckpoint(nil, c.tick, c.state)
	if len(body) >= journal.MaxRecord {
		return nil, journal.ErrRecord
	}
	return journal.AppendRecord(nil, journal.KindCheckpoint, body), nil
}

// beginPart ends a file and begins the next.
func (j *Sink) beginPart() error {
	if err := errors.Join(j.disk.Sync(), j.disk.Close()); err != nil {
		return err
	}
	disk, path, err := j.nextPart()
	if err != nil {
		j.disk = closedDisk{}
		return err
	}
	j.disk = disk
	j.mu.Lock()
	j.path, j.written = path, 0
	j.mu.Unlock()
	return nil
}

func (j *Sink) writeOut(b []byte) error {
	if _, err := j.disk.Write(b); err != nil {
		return err
	}
	j.mu.Lock()
	j.written += int64(len(b))
	j.mu.Unlock()
	return nil
}

// closedDisk is what is left when a part is over and the next cannot be opened.
type closedDisk struct{}

func (closedDisk) Write([]byte) (int, error) { return 0, os.ErrClosed }
func (closedDisk) Sync() error               { return nil }
func (closedDisk) Close() error              { return nil }

// Recording implements journal.Recorder: the file that is being written. What
// waits for the disk is not in it. Any goroutine.
func (j *Sink) Recording() (file io.ReadCloser, name string, bytes int64, err error) {
	j.mu.Lock()
	path := j.path
	bytes = j.written
	j.mu.Unlock()
	f, err := os.Open(path)
	if err != nil {
		return nil, "", 0, fmt.Errorf("recording: %w", err)
	}
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(f, bytes), f}, filepath.Base(path), bytes, nil
}

// Close implements journal.Sink: what waits is written, then synced. It waits for a
// disk that is stuck.
func (j *Sink) Close() error {
	j.mu.Lock()
	if j.closed {
		j.mu.Unlock()
		return nil
	}
	j.closed = true
	j.more.Signal()
	j.mu.Unlock()
	<-j.done
	return errors.Join(j.lost, j.disk.Sync(), j.disk.Close())
}
