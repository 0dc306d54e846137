package outbox

import (
	"slices"
	"time"
)

// state is how far an entry is on its way to one target.
type state uint8

const (
	waiting   state = iota + 1
	delivered       // it has arrived
	dropped         // nobody wants it any more
	dead            // it failed for too long, or was refused
)

// item is an entry in the outbox. All fields but those of the disk are guarded by
// Outbox.mu.
type item struct {
	entry Entry
	place uint64    // among all entries of this outbox, also of earlier processes
	put   time.Time // when it was put, also by an earlier process
	came  time.Time // into this process
	size  int64
	// routes has one for each target that there was when the entry was put.
	routes []route
	gone   bool // out of Outbox.all

	dirty  bool // in Outbox.dirty
	onDisk bool // the disk has it, or has it next
	carry  bool // it is to be copied into the last segment

	segment *segment // that has it; the disk's goroutine
	live    bool     // it counts there; the same
}

// route is an entry's way to one target.
type route struct {
	name     string
	target   *target // nil: none of that name is configured
	state    state
	kept     state // as the disk has it, or has it next
	attempts int   // of this process
	why      string
	since    time.Time // of a dead letter: when and why it became one
}

// orphaned reports a route whose target is not configured any more. It is a dead
// letter beyond the bound of those, and the disk keeps it as it is: the target may be
// back next time.
func (r *route) orphaned() bool { return r.target == nil && r.kept == waiting && r.state == dead }

// waits reports whether the entry waits for delivery to anybody.
func (it *item) waits() bool {
	for i := range it.routes {
		if it.routes[i].state == waiting {
			return true
		}
	}
	return false
}

// settled reports whether nothing is left to do with the entry.
func (it *item) settled() bool {
	for i := range it.routes {
		if s := it.routes[i].state; s == waiting || s == dead {
			return false
		}
	}
	return true
}

func (it *item) routeTo(t *target) *route {
	for i := range it.routes {
		if it.routes[i].target == t {
			return &it.routes[i]
		}
	}
	return nil
}

// letter is one dead letter: an entry that one target did not get.
type letter struct {
	it    *item
	route *route
}

// move is the only place where a route changes its state: counters, dead letters,
// recent entries and the disk follow. o.mu is held.
func (o *Outbox) move(it *item, r *route, to state) {
	if r.state == to {
		return
	}
	waited, settled := it.waits(), it.settled()
	if r.target != nil {
		r.target.count(r.state, to)
	}
	if r.state == dead {
		o.unbury(it, r)
	}
	r.state = to
	if to == dead {
		o.bury(it, r)
	}
	switch waits := it.waits(); {
	case waited && !waits:
		o.hold(&it.entry, it.size, -1)
	case waits && !waited:
		o.hold(&it.entry, it.size, 1)
	}
	if !settled && it.settled() {
		o.retire(it)
	}
	o.touch(it)
}

// bury makes a dead letter; the oldest makes room for it.
func (o *Outbox) bury(it *item, r *route) {
	o.dead = append(o.dead, letter{it, r})
	o.deadBytes += it.size
	for len(o.dead) > 1 && (len(o.dead) > maxDead || o.deadBytes > maxDeadBytes) {
		oldest := o.dead[0]
		o.deadDropped++
		o.move(oldest.it, oldest.route, dropped)
	}
}

func (o *Outbox) unbury(it *item, r *route) {
	o.orphans = slices.DeleteFunc(o.orphans, func(d letter) bool { return d.route == r })
	for i := range o.dead {
		if o.dead[i].route == r {
			o.dead = append(o.dead[:i], o.dead[i+1:]...)
			o.deadBytes -= it.size
			return
		}
	}
}

// retire keeps an entry that is settled for watchers, for a while.
func (o *Outbox) retire(it *item) {
	o.recent = append(o.recent, it)
	o.recentBytes += it.size
	for len(o.recent) > maxRecent || o.recentBytes > maxRecentBytes {
		oldest := o.recent[0]
		o.recent[0] = nil
		o.recent = o.recent[1:]
		o.recentBytes -= oldest.size
		o.forgotten = max(o.forgotten, oldest.place)
		oldest.gone = true
		o.goneItems++
	}
	if o.goneItems > len(o.all)/2+64 {
		o.all = deleteFunc(o.all, func(it *item) bool { return it.gone })
		o.goneItems = 0
	}
}

// dirtyMost is how many entries may have changes that the disk has not, before
// those are sorted out that it needs not.
const dirtyMost = 4096

// touch has the disk write what changed of an entry.
func (o *Outbox) touch(it *item) {
	if o.disk == nil {
		return
	}
	if !it.dirty {
		it.dirty = true
		o.dirty = append(o.dirty, it)
	}
	// What has arrived before a disk that fails could keep it needs none any more.
	if len(o.dirty) > o.dirtyMost {
		o.dirty = deleteFunc(o.dirty, func(it *item) bool { return it.gone && !it.onDisk })
		o.dirtyMost = max(2*len(o.dirty), dirtyMost)
	}
	poke(o.disk.wake)
}

// deleteFunc keeps no larger array than it needs, unlike slices.DeleteFunc.
func deleteFunc(list []*item, del func(*item) bool) []*item {
	kept := make([]*item, 0, len(list)/2)
	for _, it := range list {
		if !del(it) {
			kept = append(kept, it)
		}
	}
	return kept
}

// poke wakes a goroutine that waits for a channel of one place.
func poke(wake chan struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}
