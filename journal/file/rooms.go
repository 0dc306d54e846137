package file

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/sim"
)

const (
	// roomSuffix is of the file that a room is kept in.
	roomSuffix = ".room"
	// refusedSuffix is of one that could not be had again; nothing reads it.
	refusedSuffix = ".refused"
	// flushEvery is how often what rooms keep goes to the disk, all of it: at most so
	// much play is lost with the process. Why 200 ms: nobody who comes back misses it,
	// and a thousand rooms cost five thousand writes a second.
	flushEvery = 200 * time.Millisecond
)

// Rooms is a directory in which a node keeps its rooms: a file each, with the last
// checkpoint and the ticks since. One goroutine writes all files. Any goroutine.
type Rooms struct {
	dir  string
	mu   sync.Mutex
	kept map[*Kept]bool
	stop chan struct{}
	done chan struct{}
}

// OpenRooms opens a directory, and makes it when missing. Close must follow. Errors:
// the disk's.
func OpenRooms(dir string) (*Rooms, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	probe, err := os.CreateTemp(dir, ".probe-*")
	if err != nil {
		return nil, err
	}
	if err = errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
		return nil, err
	}
	d := &Rooms{dir: dir, kept: map[*Kept]bool{}, stop: make(chan struct{}), done: make(chan struct{})}
	go d.run()
	return d, nil
}

// List names the rooms that are kept, by their ids. Errors: the disk's.
func (d *Rooms) List() (ids []string, err error) {
	entries, err := os.ReadDir(d.dir)
	for _, e := range entries {
		if id, ok := strings.CutSuffix(e.Name(), roomSuffix); ok && e.Type().IsRegular() {
			ids = append(ids, id)
		}
	}
	return ids, err
}

// Open opens the file of a room, to be read. The caller closes it. Errors: the disk's.
func (d *Rooms) Open(id string) (io.ReadCloser, error) { return os.Open(d.path(id)) }

// Remove removes the file of a room. Errors: the disk's.
func (d *Rooms) Remove(id string) error { return removePath(d.path(id)) }

func removePath(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// SetAside leaves the file of a room that cannot be had again for people to look at.
func (d *Rooms) SetAside(id string) (path string, err error) {
	path = d.path(id) + refusedSuffix
	return path, os.Rename(d.path(id), path)
}

// Keep begins to keep a room. What was kept of one with the same id stays until the
// first checkpoint is written.
func (d *Rooms) Keep(id string) *Kept {
	k := &Kept{rooms: d, path: d.path(id)}
	d.mu.Lock()
	d.kept[k] = true
	d.mu.Unlock()
	return k
}

func (d *Rooms) path(id string) string { return filepath.Join(d.dir, id+roomSuffix) }

// run writes what waits, again and again.
func (d *Rooms) run() {
	defer close(d.done)
	ticker := time.NewTicker(flushEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			d.flush()
		case <-d.stop:
			return
		}
	}
}

// flush writes what waits of all rooms.
func (d *Rooms) flush() {
	d.mu.Lock()
	all := make([]*Kept, 0, len(d.kept))
	for k := range d.kept {
		all = append(all, k)
	}
	d.mu.Unlock()
	for _, k := range all {
		k.write()
	}
}

// Close ends the writing. Rooms are closed before.
func (d *Rooms) Close() {
	close(d.stop)
	<-d.done
}

// Kept keeps one room in its file. It implements journal.Keeper.
type Kept struct {
	rooms  *Rooms
	path   string
	header journal.Header
	body   []byte // scratch of the room's goroutine

	mu      sync.Mutex
	fresh   checkpoint // begins another file, before what waits
	waiting []byte     // for the disk
	behind  bool       // ticks were dropped since the last checkpoint
	large   bool       // which did not fit a record: the next comes when it is time
	closed  bool
	err     error

	writing sync.Mutex // held by who writes
	file    *os.File   // nil: none is open
	out     []byte     // what is written
}

// checkpoint is one that is not encoded yet.
type checkpoint struct {
	header   journal.Header
	tick     sim.Tick
	state    journal.State // nil: there is none
	envelope []byte
}

// Begin implements journal.Keeper.
func (k *Kept) Begin(h journal.Header, _ uint64) { k.header = h }

// Settle implements journal.Keeper: no other process has the directory.
func (k *Kept) Settle(bool, time.Duration) bool { return true }

// Stored implements journal.Keeper: what is done outside waits for no disk.
func (k *Kept) Stored(sim.Tick) bool { return true }

// Checkpoint implements journal.Keeper. It begins another file, which takes the place
// of the one before when all of the checkpoint is in it.
func (k *Kept) Checkpoint(tick sim.Tick, state journal.State, envelope []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fresh.state != nil {
		k.fresh.state.Free()
	}
	if k.closed {
		state.Free()
		return
	}
	k.fresh = checkpoint{k.header, tick, state, append(k.fresh.envelope[:0], envelope...)}
	k.waiting, k.behind, k.large = k.waiting[:0], false, false
}

// Tick implements journal.Keeper.
func (k *Kept) Tick(t *journal.Tick) {
	k.body = journal.AppendTick(k.body[:0], t)
	k.put(journal.KindTick, k.body)
}

// Envelope implements journal.Keeper.
func (k *Kept) Envelope(envelope []byte) { k.put(journal.KindEnvelope, envelope) }

func (k *Kept) put(kind journal.Kind, body []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.behind || k.closed:
	case len(k.waiting) > backlog:
		k.behind, k.err = true, errBacklog
	default:
		k.waiting = journal.AppendRecord(k.waiting, kind, body)
	}
}

// WantsCheckpoint implements journal.Keeper.
func (k *Kept) WantsCheckpoint() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.behind && !k.large && len(k.waiting) == 0 && k.fresh.state == nil
}

// Err implements journal.Keeper.
func (k *Kept) Err() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.err
}

// write writes what waits. After a failure, ticks are of no use until a checkpoint
// comes.
func (k *Kept) write() {
	k.writing.Lock()
	defer k.writing.Unlock()
	k.mu.Lock()
	fresh, begins := k.fresh, k.fresh.state != nil
	k.fresh = checkpoint{}
	k.out, k.waiting = k.waiting, k.out[:0]
	k.mu.Unlock()
	if !begins && len(k.out) == 0 {
		return
	}
	var err error
	if begins {
		err = k.writeFresh(fresh)
	} else {
		err = k.writeOut()
	}
	k.mu.Lock()
	switch {
	case err != nil && k.fresh.state != nil: // another checkpoint has come meanwhile
		k.err = err
	case err != nil:
		k.err, k.behind, k.waiting = err, true, k.waiting[:0]
		k.large = errors.Is(err, journal.ErrRecord)
	case !k.behind:
		k.err = nil
	}
	k.mu.Unlock()
	if cap(k.out) > keptBuffer {
		k.out = nil
	}
}

func (k *Kept) writeOut() error {
	if k.file == nil {
		return os.ErrClosed
	}
	_, err := k.file.Write(k.out)
	return err
}

// writeFresh writes a checkpoint and what waits behind it to another file.
func (k *Kept) writeFresh(c checkpoint) error {
	b, err := journal.AppendWhole(nil, c.header, c.tick, c.state, c.envelope)
	if err != nil {
		return err
	}
	fresher, err := os.OpenFile(k.path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err = fresher.Write(append(b, k.out...)); err == nil {
		err = os.Rename(k.path+".new", k.path)
	}
	if err != nil {
		return errors.Join(err, fresher.Close(), os.Remove(k.path+".new"))
	}
	if k.file != nil {
		_ = k.file.Close() // nothing reads it any more
	}
	k.file = fresher
	return nil
}

// Close implements journal.Keeper: what waits is written, then synced.
func (k *Kept) Close() error {
	k.write()
	return k.leave(func() error {
		err := k.Err()
		if k.file != nil {
			err = errors.Join(err, k.file.Sync(), k.file.Close())
		}
		if err != nil {
			return fmt.Errorf("the room is not kept: %w", err)
		}
		return nil
	})
}

// Forget implements journal.Keeper: it removes the file.
func (k *Kept) Forget() error {
	return k.leave(func() error {
		var err error
		if k.file != nil {
			err = k.file.Close()
		}
		return errors.Join(err, removePath(k.path))
	})
}

// leave ends the writing, and has end close the file.
func (k *Kept) leave(end func() error) error {
	k.rooms.mu.Lock()
	delete(k.rooms.kept, k)
	k.rooms.mu.Unlock()
	k.writing.Lock()
	defer k.writing.Unlock()
	k.mu.Lock()
	done := k.closed
	if k.fresh.state != nil {
		k.fresh.state.Free()
	}
	k.closed, k.waiting, k.fresh = true, nil, checkpoint{}
	k.mu.Unlock()
	if done {
		return nil
	}
	err := end()
	k.file = nil
	return err
}
