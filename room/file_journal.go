package room

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/metronome-server/metronome/sim"
)

// journalBacklog is how many bytes of journal may wait for the disk, and one
// record more. Full: the recording stops there, says so, and play goes on. Why
// 8 MB: a minute of the largest room that was measured, more than any disk
// should stall.
const journalBacklog = 8 << 20

// Why a journal stops by itself.
var (
	errBacklog = errors.New("the disk did not keep up with the recording")
	errRecord  = fmt.Errorf("a record would be longer than %d bytes", maxRecord)
)

const (
	// journalBatch is how many bytes go to the disk at once, unless a second's
	// worth comes first: a write per tick costs more than the step of a small room.
	journalBatch = 64 << 10
	// journalKeep is the largest buffer that is kept for the next batch.
	journalKeep = 1 << 20
)

// journalFile is what a journal needs of its file.
type journalFile interface {
	Write([]byte) (int, error)
	Sync() error
	Close() error
}

// FileJournal writes a journal to a file from a goroutine of its own, so that
// a slow disk never holds a tick. Close waits for that goroutine.
type FileJournal struct {
	file journalFile
	path string
	body []byte // scratch of the room's goroutine

	mu      sync.Mutex
	more    *sync.Cond
	waiting []byte // for the disk, bounded by journalBacklog
	records int    // of them
	hz      int    // records a second
	due     bool   // they are to be written now
	closed  bool
	lost    error
	written int64 // bytes of whole records in the file

	done chan struct{}
}

// NewFileJournal creates DIR/NAME.journal, which must not exist yet; DIR is
// made when missing.
func NewFileJournal(dir, name string) (*FileJournal, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("recording: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, name+".journal"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("recording: %w", err)
	}
	j := newFileJournal(f)
	j.path = f.Name()
	return j, nil
}

func newFileJournal(f journalFile) *FileJournal {
	j := &FileJournal{file: f, done: make(chan struct{}), waiting: []byte(journalMagic)}
	j.more = sync.NewCond(&j.mu)
	go j.write()
	return j
}

// Begin implements Journal.
func (j *FileJournal) Begin(h JournalHeader) {
	j.hz = h.Hz
	j.put(recordHeader, appendHeader(j.body[:0], h))
}

// Checkpoint implements Journal.
func (j *FileJournal) Checkpoint(tick sim.Tick, state []byte) {
	j.put(recordCheckpoint, appendCheckpoint(j.body[:0], tick, state))
}

// Tick implements Journal.
func (j *FileJournal) Tick(t *JournalTick) { j.put(recordTick, appendTick(j.body[:0], t)) }

// Lost implements Journal.
func (j *FileJournal) Lost() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.lost
}

func (j *FileJournal) put(kind recordKind, body []byte) {
	j.body = body
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case j.closed || j.lost != nil:
	case len(j.waiting) > journalBacklog:
		j.lost = errBacklog
	case len(body) >= maxRecord:
		j.lost = errRecord
	default:
		j.waiting = appendRecord(j.waiting, kind, body)
		if j.records++; j.records >= j.hz || len(j.waiting) >= journalBatch {
			j.due = true
			j.more.Signal()
		}
	}
}

// write is the journal's goroutine: it swaps the waiting bytes for an empty
// slice and writes them. It ends after Close, which waits for it, or with the
// first failure.
func (j *FileJournal) write() {
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
		if _, err := j.file.Write(out); err != nil {
			j.mu.Lock()
			j.lost = err
			j.mu.Unlock()
			return
		}
		j.mu.Lock()
		j.written += int64(len(out))
		j.mu.Unlock()
		if cap(out) > journalKeep {
			out = nil
		}
	}
}

// Recording implements Recorder. What waits for the disk is not in it. Any
// goroutine.
func (j *FileJournal) Recording() (file io.ReadCloser, name string, bytes int64, err error) {
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
func (j *FileJournal) Close() error {
	j.mu.Lock()
	if j.closed {
		j.mu.Unlock()
		return nil
	}
	j.closed = true
	j.more.Signal()
	j.mu.Unlock()
	<-j.done
	return errors.Join(j.lost, j.file.Sync(), j.file.Close())
}
