package outbox

import (
	"errors"
	"fmt"
	"time"
)

const (
	// segmentSize is how long a segment may be before the next batch begins another.
	// Why 8 MiB: a segment goes when all in it is settled, and is copied when not.
	segmentSize = 8 << 20
	// batchSize is about how many bytes are written and synced at once.
	batchSize = 1 << 20
	// segmentsKept is how many segments stay although all in them is settled, for
	// watchers after a restart.
	segmentsKept = 2
	// maxSegments is how many segments there are before the oldest is copied, however
	// small they are.
	maxSegments = 64
	// diskRetry is how long a disk that fails is left alone.
	diskRetry = 5 * time.Second
)

// segment is one file of the outbox, written once from begin to end.
type segment struct {
	number int
	size   int64 // bytes
	live   int   // entries in it that are not settled
}

// disk keeps entries and what became of them in segments, oldest first. It writes
// what is dirty, from a goroutine of its own, so that nobody waits for it.
//
// An entry is written and synced as soon as the disk is free; what comes meanwhile
// shares the next sync. What became of an entry is written as soon, and synced with
// the next entry or at the end: losing it costs a second delivery after the machine
// itself, not only the process, has died.
type disk struct {
	box   *Outbox
	files folder
	wake  chan struct{}
	stop  chan struct{}
	done  chan struct{}

	segments []*segment // the disk's goroutine; so are the next
	open     file       // the last segment; nil: the next write begins one
	number   int        // the highest that a segment was given
	last     error      // of the last flush
	told     pause

	// Guarded by Outbox.mu.
	batch   batch
	failing bool
}

// batch is what goes to the disk next. It stays until the disk has taken it.
type batch struct {
	bytes []byte
	items []change
	sync  bool
}

// change is what a batch has of an entry: all of it, or what became of it.
type change struct {
	it      *item
	fresh   bool // all of it
	settled bool // nothing is left to do with it then
}

func newDisk(o *Outbox, files folder) *disk {
	d := &disk{box: o, files: files, wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
	d.wake <- struct{}{} // what was found is written anew at once
	return d
}

// write is the disk's goroutine. It ends after close.
func (d *disk) write() {
	defer close(d.done)
	again := time.NewTimer(diskRetry)
	defer again.Stop()
	for {
		stop := false
		select {
		case <-d.wake:
			if d.last != nil {
				continue // again says when
			}
		case <-again.C:
		case <-d.stop:
			stop = true
		}
		d.last = d.flush()
		d.tell(d.last)
		switch {
		case stop:
			d.last = errors.Join(d.last, d.finish(), d.files.close())
			return
		case d.last != nil:
			again.Reset(diskRetry)
		}
	}
}

// close has the disk write what it has not, and waits for it, unless it is stuck.
func (d *disk) close() error {
	close(d.stop)
	select {
	case <-d.done:
	case <-time.After(diskGrace):
		return fmt.Errorf("outbox: the disk at %s is stuck; what it has not taken is lost", d.box.cfg.Dir)
	}
	if d.last != nil {
		return fmt.Errorf("outbox: %s: %w", d.box.cfg.Dir, d.last)
	}
	return nil
}

// tell tells once when the disk begins to fail, and when it is well again.
func (d *disk) tell(err error) {
	d.box.mu.Lock()
	was := d.failing
	d.failing = err != nil
	d.box.mu.Unlock()
	switch {
	case err != nil && !was:
		d.box.log.Error("the outbox cannot be written; entries are kept in memory and it is tried again", "file", d.box.cfg.Dir, "err", err)
	case err == nil && was:
		d.box.log.Info("the outbox is written again", "file", d.box.cfg.Dir)
	}
}

// flush writes batches until nothing is dirty.
func (d *disk) flush() error {
	for d.gather() {
		if err := d.writeBatch(); err != nil {
			return err
		}
		d.settleBatch()
		d.shrink()
	}
	return nil
}

// gather makes a batch of what is dirty, unless one waits already. It reports
// whether there is anything to write.
func (d *disk) gather() bool {
	o, b := d.box, &d.batch
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(b.items) > 0 {
		return true
	}
	n := 0
	for ; n < len(o.dirty) && len(b.bytes) < batchSize; n++ {
		it := o.dirty[n]
		o.dirty[n] = nil
		it.dirty = false
		// What has arrived before a disk that failed could take it needs none.
		if d.last == nil || it.onDisk || !it.settled() {
			b.add(it)
		}
	}
	if o.dirty = o.dirty[n:]; len(o.dirty) == 0 {
		o.dirty = nil
	}
	return len(b.items) > 0
}

// add adds what the disk has not of an entry. Outbox.mu is held.
func (b *batch) add(it *item) {
	before, fresh := len(b.bytes), !it.onDisk || it.carry
	switch {
	case it.carry:
		b.bytes = appendEntry(b.bytes, recordCarried, it)
	case fresh:
		b.bytes = appendEntry(b.bytes, recordEntry, it)
	}
	for i := range it.routes {
		r := &it.routes[i]
		if r.orphaned() {
			continue
		}
		if !fresh && r.state != r.kept {
			b.bytes = appendState(b.bytes, it, r)
		}
		r.kept = r.state
	}
	if len(b.bytes) == before {
		return
	}
	it.onDisk, it.carry = true, false
	b.items = append(b.items, change{it, fresh, it.settled()})
	b.sync = b.sync || fresh
}

// writeBatch writes the batch to the last segment, or to a new one. A segment that
// could not be written is left alone: whatever is whole in it is read again.
func (d *disk) writeBatch() error {
	if d.open != nil && d.current().size >= segmentSize {
		if err := d.finish(); err != nil {
			return err
		}
	}
	if d.open == nil {
		if err := d.begin(); err != nil {
			return err
		}
	}
	s := d.current()
	_, err := d.open.Write(d.batch.bytes)
	if err == nil && d.batch.sync {
		err = d.open.Sync()
	}
	if err != nil {
		_ = d.open.Truncate(s.size) // a torn end is passed over as well
		_ = d.open.Close()
		d.open = nil
		if s.size == int64(len(segmentMagic)) && d.files.remove(s.number) == nil {
			d.segments = d.segments[:len(d.segments)-1]
		}
		return err
	}
	s.size += int64(len(d.batch.bytes))
	return nil
}

func (d *disk) current() *segment { return d.segments[len(d.segments)-1] }

// begin begins another segment.
func (d *disk) begin() error {
	if len(d.segments) > 0 {
		d.number = max(d.number, d.current().number)
	}
	d.number++
	f, err := d.files.create(d.number)
	if err != nil {
		return err
	}
	if _, err := f.Write([]byte(segmentMagic)); err != nil {
		return errors.Join(err, f.Close(), d.files.remove(d.number))
	}
	d.open = f
	d.segments = append(d.segments, &segment{number: d.number, size: int64(len(segmentMagic))})
	return nil
}

// finish ends the last segment.
func (d *disk) finish() error {
	if d.open == nil {
		return nil
	}
	err := errors.Join(d.open.Sync(), d.open.Close())
	d.open = nil
	return err
}

// settleBatch notes that the disk has the batch.
func (d *disk) settleBatch() {
	s := d.current()
	for _, c := range d.batch.items {
		if c.fresh {
			if c.it.live {
				c.it.segment.live--
			}
			c.it.segment, c.it.live = s, true
			s.live++
		}
		if c.settled && c.it.live {
			c.it.live = false
			c.it.segment.live--
		}
	}
	d.box.mu.Lock()
	defer d.box.mu.Unlock()
	b := &d.batch
	clear(b.items)
	if cap(b.bytes) > 4*batchSize {
		b.bytes = nil
	}
	b.bytes, b.items, b.sync = b.bytes[:0], b.items[:0], false
}

// shrink removes the oldest segments when all in them is settled. When they hold
// much more than is alive, what is alive in the oldest one is copied first: so one
// entry that nobody takes keeps no more than itself.
func (d *disk) shrink() {
	for len(d.segments) > segmentsKept && d.segments[0].live == 0 {
		if err := d.files.remove(d.segments[0].number); err != nil {
			if d.told.over() {
				d.box.log.Warn("a file of the outbox cannot be removed", "file", d.segments[0].number, "err", err)
			}
			return
		}
		d.segments = d.segments[1:]
	}
	o := d.box
	o.mu.Lock()
	defer o.mu.Unlock()
	total := int64(0)
	for _, s := range d.segments {
		total += s.size
	}
	oldest := d.segments[0]
	alive := o.heldBytes.Load() + o.deadBytes
	for _, d := range o.orphans {
		alive += d.it.size
	}
	if len(d.segments) <= segmentsKept || total < 4*segmentSize+2*alive && len(d.segments) < maxSegments {
		return
	}
	for _, it := range o.all { // those that are settled are dirty, and go with that
		if it.segment == oldest && it.live && !it.settled() {
			it.carry = true
			o.touch(it)
		}
	}
}
