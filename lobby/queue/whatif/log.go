package whatif

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// Writer writes records as lines. One goroutine at a time may use it.
type Writer struct {
	out  *bufio.Writer
	line []byte
}

// NewWriter returns a Writer to w. What it has written is there after Flush.
func NewWriter(w io.Writer) *Writer { return &Writer{out: bufio.NewWriterSize(w, 64<<10)} }

// Write writes one record. Errors: those of the io.Writer, which stay.
func (w *Writer) Write(r Record) error {
	w.line = r.appendLine(w.line[:0])
	_, err := w.out.Write(w.line)
	return err
}

// Flush gives what was written to the io.Writer. Errors: its own.
func (w *Writer) Flush() error { return w.out.Flush() }

const (
	// logQueue is how many records wait for the disk; more are dropped and counted. A
	// queue of 20,000 entries a second fills it in half a second of a slow disk.
	logQueue = 1 << 14
	// FileSize is when a queue's file is put aside, bytes: some 2 million records.
	FileSize = 256 << 20
)

// Log writes the records of queues to a folder: QUEUE.jsonl, and QUEUE.1.jsonl, which
// is what it had before it became too long. Any goroutine may use it.
type Log struct {
	dir     string
	log     *slog.Logger
	most    int64
	records chan Record
	dropped atomic.Uint64
	stop    chan struct{}
	done    sync.WaitGroup
	files   map[string]*file // the writer's goroutine's
	failed  bool             // that was logged
}

// file is one queue's.
type file struct {
	f    *os.File
	w    *Writer
	size int64
}

// OpenLog makes the folder where it is missing, and starts the goroutine that writes.
// Close ends it. Errors: of the folder.
func OpenLog(dir string, log *slog.Logger) (*Log, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, err
	}
	l := &Log{dir: dir, log: log, most: FileSize, records: make(chan Record, logQueue), stop: make(chan struct{}), files: map[string]*file{}}
	l.done.Go(l.run)
	return l, nil
}

// Put has a record written. It never waits: when the disk is behind, or the log is
// closed, the record is dropped. Records of one goroutine keep their order.
func (l *Log) Put(r Record) {
	select {
	case <-l.stop:
		l.dropped.Add(1)
		return
	default:
	}
	select {
	case l.records <- r:
	default:
		l.dropped.Add(1)
	}
}

// Dropped is how many records were not written.
func (l *Log) Dropped() uint64 { return l.dropped.Load() }

// Close writes what waits and ends the log. It may be called once.
func (l *Log) Close() {
	close(l.stop)
	l.done.Wait()
}

func (l *Log) run() {
	defer func() {
		for _, f := range l.files {
			_ = f.f.Close()
		}
	}()
	for {
		select {
		case r := <-l.records:
			l.write(r)
		case <-l.stop:
			for len(l.records) > 0 {
				l.write(<-l.records)
			}
			l.flush()
			return
		}
		if len(l.records) == 0 { // nothing that would come with the next write
			l.flush()
		}
	}
}

func (l *Log) write(r Record) {
	f, err := l.file(r.Queue)
	if err == nil {
		err = f.w.Write(r)
		f.size += int64(len(f.w.line))
	}
	if err != nil {
		l.dropped.Add(1)
	}
	l.tell(r.Queue, err)
}

func (l *Log) flush() {
	for name, f := range l.files {
		if err := f.w.Flush(); err != nil {
			l.tell(name, err)
			// A writer that failed once fails for ever; the next record opens the file anew.
			_ = f.f.Close()
			delete(l.files, name)
		}
	}
}

// tell logs a disk that fails, once until it works again: a queue is more important
// than its log.
func (l *Log) tell(queue string, err error) {
	if err != nil && !l.failed {
		l.log.Error("the log of a queue cannot be written", "file", l.path(queue, ""), "err", err)
	}
	l.failed = err != nil
}

func (l *Log) path(queue, suffix string) string {
	return filepath.Join(l.dir, queue+suffix+".jsonl")
}

// file returns a queue's file, a new one when the last is full.
func (l *Log) file(name string) (*file, error) {
	f := l.files[name]
	if f != nil && f.size < l.most {
		return f, nil
	}
	if f != nil {
		delete(l.files, name)
		if err := errors.Join(f.w.Flush(), f.f.Close(), os.Rename(l.path(name, ""), l.path(name, ".1"))); err != nil {
			return nil, err
		}
	}
	opened, err := os.OpenFile(l.path(name, ""), os.O_CREATE|os.O_RDWR, 0o640)
	if err != nil {
		return nil, err
	}
	size, err := afterLastLine(opened)
	if err == nil {
		err = opened.Truncate(size)
	}
	if err != nil {
		return nil, errors.Join(err, opened.Close())
	}
	f = &file{opened, NewWriter(opened), size}
	l.files[name] = f
	return f, nil
}

// afterLastLine goes behind the last whole line of a file: a process that was killed
// may have left half of one.
func afterLastLine(f *os.File) (int64, error) {
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, err
	}
	tail := make([]byte, min(end, MaxLine))
	if _, err = f.ReadAt(tail, end-int64(len(tail))); err != nil {
		return 0, err
	}
	whole := end - int64(len(tail)) + int64(bytes.LastIndexByte(tail, '\n')+1)
	return f.Seek(whole, io.SeekStart)
}
