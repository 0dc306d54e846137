package outbox

import (
	"container/heap"
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/metronome-server/metronome/internal/text"
)

// target is a Target at work. All fields but the first three are guarded by
// Outbox.mu.
type target struct {
	Target
	box  *Outbox
	wake chan struct{}

	lanes   map[string]*lane // by room; those that have nothing are gone
	ready   []*lane          // to be sent now, in turn
	later   laneHeap         // after a failure
	running int              // lanes that are on their way; at most Parallel

	waiting, dead                     int
	delivered, retried, died, dropped uint64

	failing bool // its last attempt failed
	told    pause
	toldOf  pause // dead letters
	unsaid  int   // of them
}

func newTarget(o *Outbox, cfg Target) *target {
	return &target{Target: cfg, box: o, wake: make(chan struct{}, 1), lanes: map[string]*lane{}}
}

// count follows an entry that changes its state.
func (t *target) count(from, to state) {
	t.gauge(from, -1)
	t.gauge(to, 1)
	switch to {
	case delivered:
		t.delivered++
	case dropped:
		t.dropped++
	case dead:
		t.died++
	case waiting:
	}
}

// gauge counts what is in a state now.
func (t *target) gauge(s state, n int) {
	switch s {
	case waiting:
		t.waiting += n
	case dead:
		t.dead += n
	case delivered, dropped:
	}
}

// enqueue puts an entry into its room's lane. box.mu is held.
func (t *target) enqueue(it *item) {
	l := t.lanes[it.entry.Room]
	if l == nil {
		l = &lane{room: it.entry.Room, at: -1}
		t.lanes[l.room] = l
	}
	l.insert(it)
	if !l.busy {
		l.busy = true
		t.ready = append(t.ready, l)
	}
}

// dispatch is the target's goroutine: it begins a delivery for each lane that is
// ready, as many as may be on their way at once. It ends with box.ctx.
func (t *target) dispatch() {
	defer t.box.work.Done()
	timer := time.NewTimer(time.Hour) // which begins nothing that is not ready
	defer timer.Stop()
	for {
		if wait, any := t.begin(time.Now()); any {
			timer.Reset(wait)
		}
		select {
		case <-t.wake:
		case <-timer.C:
		case <-t.box.ctx.Done():
			return
		}
	}
}

// begin begins what is ready, and returns when the next lane is.
func (t *target) begin(now time.Time) (wait time.Duration, any bool) {
	t.box.mu.Lock()
	defer t.box.mu.Unlock()
	for len(t.later) > 0 && !t.later[0].due.After(now) {
		t.ready = append(t.ready, heap.Pop(&t.later).(*lane))
	}
	for t.running < t.Parallel && len(t.ready) > 0 && t.box.ctx.Err() == nil {
		l := t.ready[0]
		t.ready[0] = nil
		t.ready = t.ready[1:]
		if it := l.next(t); it != nil {
			t.running++
			t.box.work.Add(1)
			go t.attempt(l, it)
		} else {
			delete(t.lanes, l.room)
		}
	}
	t.box.quiet.Broadcast()
	if len(t.later) == 0 {
		return 0, false
	}
	return t.later[0].due.Sub(now), true
}

// attempt brings one entry to the receiver. It is a goroutine, bounded by
// Parallel; Close waits for it.
func (t *target) attempt(l *lane, it *item) {
	defer t.box.work.Done()
	ctx, cancel := context.WithTimeout(t.box.ctx, t.Timeout)
	err := t.Receiver.Deliver(ctx, &it.entry)
	cancel()
	t.box.mu.Lock()
	note := t.finish(l, it, err)
	t.box.mu.Unlock()
	note.write(t, err)
	poke(t.wake)
}

// finish says what becomes of an entry and its lane after an attempt.
func (t *target) finish(l *lane, it *item, err error) note {
	n := note{entry: it.entry.ID, room: it.entry.Room}
	r, now := it.routeTo(t), time.Now()
	t.running--
	fails := l.fails + 1
	switch {
	case r.state != waiting: // somebody dropped it meanwhile
		fails = l.fails
	case err == nil:
		fails = 0
		t.box.move(it, r, delivered)
		n.healed, t.failing = t.failing, false
	case t.box.ctx.Err() != nil: // the outbox closes; that is not the receiver's fault
		fails = 0
		l.insert(it)
	default:
		r.attempts++
		n.failed, t.failing = !t.failing, true
		refused := errors.Is(err, ErrRefused)
		if refused {
			fails = 0
		}
		if refused || t.GiveUp > 0 && now.Sub(it.came) >= t.GiveUp {
			r.why, r.since = text.Name(err.Error(), maxWhy), now
			t.box.move(it, r, dead)
			t.unsaid++
			if t.toldOf.over() {
				n.dead, t.unsaid = t.unsaid, 0
			}
		} else {
			t.retried++
			l.insert(it)
		}
	}
	if (n.failed || n.healed) && !t.told.over() {
		n.failed, n.healed = false, false
	}
	l.fails = fails
	t.put(l, now, err)
	return n
}

// maxWhy is the longest reason of a dead letter, bytes.
const maxWhy = 200

// put puts a lane back after an attempt.
func (t *target) put(l *lane, now time.Time, err error) {
	switch {
	case len(l.queue) == 0:
		delete(t.lanes, l.room)
	case l.fails == 0:
		t.ready = append(t.ready, l)
	default:
		l.due = now.Add(t.pause(l.fails, err, rand.Float64()))
		heap.Push(&t.later, l)
	}
}

// pause is how long a lane waits after so many failures in a row. random is 0 to
// 1, so that rooms that failed together do not come back together.
func (t *target) pause(fails int, err error, random float64) time.Duration {
	most := t.RetryFirst
	for range fails - 1 {
		if most >= t.RetryMost/2 {
			most = t.RetryMost
			break
		}
		most *= 2
	}
	wait := most/2 + time.Duration(random*float64(most-most/2))
	var later *Later
	if errors.As(err, &later) {
		wait = max(wait, min(later.After, t.RetryMost))
	}
	return wait
}

// note is what the log is told of an attempt.
type note struct {
	entry, room    string
	failed, healed bool // the target's attempts begin to fail, or to succeed
	dead           int  // dead letters since the last note of some
}

func (n *note) write(t *target, err error) {
	log := t.box.log
	switch {
	case n.dead > 0:
		log.Warn("entries became dead letters", "target", t.Name, "entry", n.entry, "room", n.room, "lost", n.dead, "err", err)
	case n.failed:
		log.Warn("outbox target does not take entries", "target", t.Name, "entry", n.entry, "room", n.room, "err", err)
	case n.healed:
		log.Info("outbox target takes entries again", "target", t.Name)
	}
}
