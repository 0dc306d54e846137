// Package file keeps journals in files.
package file

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/sim"
)

// backlog is how many bytes of journal may wait for the disk, and one
// record more. Full: the recording stops there, says so, and play goes on. Why
// 8 MB: a minute of the largest room that was measured, more than any disk
// should stall.
const backlog = 8 << 20

// Why a journal stops by itself.
var (
	errBacklog = errors.New("the disk did not keep up with the recording")
	errRecord  = fmt.Errorf("a record would be longer than %d bytes", journal.MaxRecord)
)

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
	path string
	body []byte // scratch of the room's goroutine

	mu      sync.Mutex
	more    *sync.Cond
	waiting []byte // for the disk, bounded by backlog
	records int    // of them
	hz      int    // records a second
	due     bool   // they are to be written now
	closed  bool
	lost    error
	written int64 // bytes of whole records in the file

	done chan struct{}
}

// Create creates DIR/NAME.journal, which must not exist yet; DIR is
// made when missing.
func Create(dir, name string) (*Sink, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("recording: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, name+".journal"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("recording: %w", err)
	}
	j := NewSink(f)
	j.path = f.Name()
	return j, nil
}

// NewSink writes to a disk that is the sink's from now on.
func NewSink(disk Disk) *Sink {
	j := &Sink{disk: disk, done: make(chan struct{}), waiting: []byte(journal.Magic)}
	j.more = sync.NewCond(&j.mu)
	go j.write()
	return j
}

// Begin implements journal.Sink.
func (j *Sink) Begin(h journal.Header) {
	j.hz = h.Hz
	j.put(journal.KindHeader, journal.AppendHeader(j.body[:0], h))
}

// Checkpoint implements journal.Sink.
func (j *Sink) Checkpoint(tick sim.Tick, state []byte) {
	j.put(journal.KindCheckpoint, journal.AppendCheckpoint(j.body[:0], tick, state))
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
		j.lost = errRecord
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
		j.records, j.due = 0, false
		j.mu.Unlock()
		if len(out) == 0 {
			return
		}
		if _, err := j.disk.Write(out); err != nil {
			j.mu.Lock()
			j.lost = err
			j.mu.Unlock()
			return
		}
		j.mu.Lock()
		j.written += int64(len(out))
		j.mu.Unlock()
		if cap(out) > keptBuffer {
			out = nil
		}
	}
}

// Recording implements journal.Recorder. What waits for the disk is not in it. Any
// goroutine.
func (j *Sink) Recording() (file io.ReadCloser, name string, bytes int64, err error) {
	j.mu.Lock()
	bytes = j.written
	j.mu.Unlock()
	f, err := os.Open(j.path)
	if err != nil {
		return nil, "", 0, fmt.Errorf("recording: %w", err)
	}
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(f, bytes), f}, filepath.Base(j.path), bytes, nil
}

// Close implements Journal: what waits is written, then synced. It waits for a
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
