package queuefile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/metronome-server/metronome/lobby/queue"
)

const (
	// pollEvery is how often the file is looked at though nothing was told of it: on
	// network disks, and where it is a link into another folder.
	pollEvery = 10 * time.Second
	// settle is for how long its folder must be quiet before the file is read. Editors
	// write a file in steps, and half of one would be told as faults.
	settle = 100 * time.Millisecond
)

// File is a file of queues that is watched. One goroutine at a time may use it.
type File struct {
	path  string
	modes Modes
	log   *slog.Logger
	poll  time.Duration

	text   []byte // as it was read last, faulty or not
	queues []*queue.Config
	failed string // why it could not be read at all, as it was logged last
}

// Open reads a file as Read does, to watch it from then on. Errors: those of Read.
func Open(path string, modes Modes, log *slog.Logger) (*File, error) {
	text, err := readText(path)
	if err != nil {
		return nil, err
	}
	queues, err := Parse(text, modes)
	if err != nil {
		return nil, err
	}
	return &File{path: path, modes: modes, log: log, poll: pollEvery, text: text, queues: queues}, nil
}

// Queues are those of the file, as of its last text that had no fault.
func (f *File) Queues() []*queue.Config { return f.queues }

// Watch calls changed with the file's queues, on the calling goroutine, whenever the
// file says others than before, until ctx ends. A file with faults, or one that is
// gone, is logged once and changes nothing. The folder is watched and not the file:
// editors put a new file in its place, and Kubernetes a link to a new folder.
func (f *File) Watch(ctx context.Context, changed func([]*queue.Config)) {
	watcher, err := fsnotify.NewWatcher()
	if err == nil {
		defer func() { _ = watcher.Close() }()
		err = watcher.Add(filepath.Dir(f.path))
	}
	if err != nil {
		f.log.Warn("changes of the queues are seen late", "file", f.path, "delay", f.poll, "err", err)
		f.watch(ctx, nil, nil, changed)
		return
	}
	f.watch(ctx, watcher.Events, watcher.Errors, changed)
}

func (f *File) watch(ctx context.Context, events <-chan fsnotify.Event, lost <-chan error, changed func([]*queue.Config)) {
	poll := time.NewTicker(f.poll)
	defer poll.Stop()
	// The file may have changed since it was opened.
	settled := time.NewTimer(settle)
	defer settled.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-events:
			settled.Reset(settle)
		case err := <-lost: // too many events at once: one of them may have been ours
			f.log.Debug("changes beside the file of queues were missed", "file", f.path, "err", err)
			settled.Reset(settle)
		case <-settled.C:
			f.look(changed)
		case <-poll.C:
			f.look(changed)
		}
	}
}

// look reads the file, and has what it says if that is new and good.
func (f *File) look(changed func([]*queue.Config)) {
	text, err := readText(f.path)
	if err != nil {
		if f.failed != err.Error() {
			f.failed = err.Error()
			f.log.Error("the file of queues cannot be read; they stay as they are", "file", f.path, "err", err)
		}
		return
	}
	f.failed = ""
	if bytes.Equal(text, f.text) {
		return
	}
	f.text = text
	queues, err := Parse(text, f.modes)
	if err != nil {
		err = inOneLine(err)
		f.log.Error("the file of queues has faults; they stay as they are", "file", f.path, "err", err)
		return
	}
	names := make([]string, len(queues))
	for i, c := range queues {
		names[i] = c.Name
	}
	f.log.Info("the file of queues was read again", "file", f.path, "names", names)
	if !reflect.DeepEqual(queues, f.queues) {
		f.queues = queues
		changed(queues)
	}
}

// inOneLine has as many faults of a file as a line of a log should.
func inOneLine(err error) error {
	faults, ok := errors.AsType[Faults](err)
	if !ok {
		return err
	}
	const most = 10
	more := ""
	if len(faults) > most {
		more = fmt.Sprintf("; and %d more, see 'metronome queues check'", len(faults)-most)
		faults = faults[:most]
	}
	return errors.New(strings.ReplaceAll(faults.Error(), "\n", "; ") + more)
}
