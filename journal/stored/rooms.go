package stored

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// writeEvery is how often what rooms keep goes to the store, all of it in one step.
	// Why 33 ms: so much play is lost with a process, and a tick of most games is as long.
	writeEvery = 33 * time.Millisecond
	// strictEvery is that of rooms that are kept strictly. Why 4 ms: a step costs as much
	// CPU as the ticks of several rooms, and so much later nobody sees a snapshot.
	strictEvery = 4 * time.Millisecond
	// beatEvery is how often the store hears of a node whose rooms all rest.
	beatEvery = 100 * time.Millisecond
	// writeTimeout bounds one step. Why 400 ms: below the silence after which another
	// node may take the rooms.
	writeTimeout = 400 * time.Millisecond
	// retryAfter is the pause after a step that the store did not answer.
	retryAfter = 50 * time.Millisecond
	// stepBytes is how much of journals that are to come one step carries, so that the
	// ticks of all rooms do not wait for one large checkpoint.
	stepBytes = 256 << 10
	// freshMost is how many rooms begin their journals anew at a time, after the store
	// had lost them or stood still for too long.
	freshMost = 8
	// patience is how long snapshots wait for a store that does not answer. Why 500 ms:
	// as long as it may take to be sure that it is the store that stands still.
	patience = 500 * time.Millisecond
	// outsidePatience is how long what rules want done outside waits for such a store. Why
	// 10 s: a process that stood still learns long before that whether another node has its
	// rooms.
	outsidePatience = 10 * time.Second
)

// failure is that the store does not answer.
type failure struct {
	err   error
	since time.Time
}

// Config is how a node keeps its rooms.
type Config struct {
	// Strict: a tick's snapshots wait until the store has the tick.
	Strict bool
	// Lost is told, once and by a goroutine of its own, of a room that another owner
	// has by now.
	Lost func(room string, epoch uint64)
}

// Rooms are a node's rooms that are kept in a store. One goroutine writes them all.
// Any goroutine.
type Rooms struct {
	store  Store
	config Config
	mu     sync.Mutex
	kept   map[*Kept]bool
	wants  chan struct{} // something is to be written
	stop   chan struct{}
	done   chan struct{}
	aside  sync.WaitGroup

	fresh   atomic.Int64            // rooms whose journal is to begin anew
	failing atomic.Pointer[failure] // nil: the store has answered the last step

	// Owned by the goroutine that writes.
	writes []Write
	of     []*Kept
}

// Open begins to write to a store. Close must follow.
func Open(store Store, c Config) *Rooms {
	d := &Rooms{store: store, config: c, kept: map[*Kept]bool{}, wants: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
	go d.run()
	return d
}

// Keep begins to keep a room.
func (d *Rooms) Keep(id string) *Kept {
	k := &Kept{rooms: d, id: id, answered: make(chan struct{}, 1), behind: true}
	d.mu.Lock()
	d.kept[k] = true
	d.mu.Unlock()
	return k
}

// Close writes what is left and ends the writing. Rooms are closed before.
func (d *Rooms) Close() {
	close(d.stop)
	<-d.done
	d.aside.Wait()
}

// Err returns why the store has not taken the last step; nil: it has.
func (d *Rooms) Err() error {
	if f := d.failing.Load(); f != nil {
		return f.err
	}
	return nil
}

// gone reports whether the store has not answered for so long that nothing waits for it.
func (d *Rooms) gone() bool {
	f := d.failing.Load()
	return f != nil && time.Since(f.since) > outsidePatience
}

// want has what waits written soon.
func (d *Rooms) want() {
	select {
	case d.wants <- struct{}{}:
	default:
	}
}

// run writes what waits, again and again.
func (d *Rooms) run() {
	defer close(d.done)
	timer := time.NewTimer(beatEvery)
	defer timer.Stop()
	var last time.Time
	for {
		select {
		case <-d.wants:
			if pause := d.every() - time.Since(last); pause > 0 {
				timer.Reset(pause)
				d.waitFor(timer)
			}
		case <-timer.C:
		case <-d.stop:
			_ = d.step() // what it does not take now is left
			return
		}
		last = time.Now()
		if err := d.step(); err != nil {
			timer.Reset(retryAfter)
			d.waitFor(timer)
		}
		timer.Reset(beatEvery)
	}
}

// every is how often what waits is written.
func (d *Rooms) every() time.Duration {
	if d.config.Strict {
		return strictEvery
	}
	return writeEvery
}

// waitFor waits for a timer, or for the end.
func (d *Rooms) waitFor(timer *time.Timer) {
	select {
	case <-timer.C:
	case <-d.stop:
	}
}

// step writes what waits of all rooms.
func (d *Rooms) step() error {
	d.writes, d.of = d.writes[:0], d.of[:0]
	budget := stepBytes
	d.mu.Lock()
	for k := range d.kept {
		if w, any := k.collect(&budget); any {
			d.writes, d.of = append(d.writes, w), append(d.of, k)
		}
	}
	d.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
	defer cancel()
	fates, err := d.store.Write(ctx, d.writes)
	if err != nil {
		since := time.Now()
		if f := d.failing.Load(); f != nil {
			since = f.since
		}
		d.failing.Store(&failure{err, since})
		return err
	}
	d.failing.Store(nil)
	for i, k := range d.of {
		d.settle(k, &d.writes[i], fates[i])
	}
	clear(d.writes)
	return nil
}

// settle deals with what became of a write.
func (d *Rooms) settle(k *Kept, w *Write, fate Fate) {
	more, over, fenced := k.answer(w, fate)
	if more {
		d.want()
	}
	if over {
		d.mu.Lock()
		delete(d.kept, k)
		d.mu.Unlock()
	}
	if fenced && !w.Forget {
		epoch := w.Epoch // w is used again
		d.aside.Go(func() { d.config.Lost(k.id, epoch) })
	}
}
