package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/metronome-server/metronome/sim"
)

// ErrClosed says that the outbox is closed.
var ErrClosed = errors.New("outbox: closed")

// Outbox delivers entries. Open makes one. Its methods may be called from any
// goroutine.
type Outbox struct {
	cfg     Config
	log     *slog.Logger
	in      intake
	targets []*target
	disk    *disk // nil: in memory only

	// What waits for delivery, with what is still in the intake. Put adds under
	// intake.mu, so that the bounds hold.
	held, heldBytes atomic.Int64
	undelivered     undelivered

	ctx    context.Context // ends deliveries
	cancel context.CancelFunc
	sorted chan struct{}  // closed when the intake is empty for good
	work   sync.WaitGroup // dispatchers and deliveries

	mu        sync.Mutex
	quiet     *sync.Cond // nothing is on its way
	last      uint64     // place of the newest entry
	all       []*item    // by place, with some that are gone
	goneItems int
	dirty     []*item // the disk has not their latest state, in order
	dirtyMost int     // see touch

	dead        []letter // oldest first; at most maxDead
	deadBytes   int64
	orphans     []letter // dead letters of targets that are not configured any more
	deadDropped uint64

	recent      []*item // settled ones, kept for watchers; at most maxRecent
	recentBytes int64
	forgotten   uint64 // entries up to this place may be missing

	news   chan struct{} // closed when there are new entries
	closed bool
}

// intake is where rooms put entries. Its bound is that of the whole outbox. Full:
// the newest is dropped, counted and told. Why the newest: what was accepted was
// promised to be delivered, and what a room says first is what its later entries
// build on.
type intake struct {
	mu      sync.Mutex
	waiting []Entry
	closed  bool
	full    uint64 // dropped, as the outbox was full
	invalid uint64 // dropped, as they break a limit
	fault   error  // of the last one of these
	signal  chan struct{}
}

// keptIntake is the largest intake, entries, that is kept for the next ones.
const keptIntake = 4096

// Open opens an outbox, and takes up what an earlier one left in the same
// directory: that is delivered under the same ids, but not what had arrived. Close
// ends it. Errors: ErrInvalid for the configuration, the disk's, ErrInUse.
func Open(cfg Config) (*Outbox, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	o := newOutbox(cfg.withDefaults())
	if o.cfg.Dir != "" {
		files, err := openFolder(o.cfg.Dir)
		if err != nil {
			return nil, fmt.Errorf("outbox: cannot use %s: %w", o.cfg.Dir, err)
		}
		if err := o.readFolder(files); err != nil {
			return nil, errors.Join(fmt.Errorf("outbox: cannot read %s: %w", o.cfg.Dir, err), files.close())
		}
	}
	o.start()
	return o, nil
}

func newOutbox(cfg Config) *Outbox {
	o := &Outbox{cfg: cfg, log: cfg.Log, sorted: make(chan struct{}), news: make(chan struct{}), dirtyMost: dirtyMost}
	o.undelivered.rooms = map[string]map[roomTick]int{}
	o.in.signal = make(chan struct{}, 1)
	o.quiet = sync.NewCond(&o.mu)
	o.ctx, o.cancel = context.WithCancel(context.Background())
	// Places begin at the time, so that they are beyond those of earlier processes.
	o.last = uint64(max(time.Now().UnixMicro(), 0))
	o.forgotten = o.last
	for _, t := range cfg.Targets {
		o.targets = append(o.targets, newTarget(o, t))
	}
	return o
}

// start begins with what readFolder found.
func (o *Outbox) start() {
	go o.sort()
	if o.disk != nil {
		go o.disk.write()
	}
	for _, t := range o.targets {
		o.work.Add(1)
		go t.dispatch()
	}
}

// Put has entries delivered. It belongs to the goroutine of a room: it waits
// neither for a disk nor for a network. The outbox owns the bodies from now on.
// Who is over the bounds of the configuration, or breaks a limit of Entry, is
// dropped, counted and told in the log.
func (o *Outbox) Put(entries ...Entry) {
	in := &o.in
	in.mu.Lock()
	defer in.mu.Unlock()
	for i := range entries {
		e := &entries[i]
		if err := e.check(); err != nil {
			in.invalid++
			in.fault = err
			continue
		}
		size := e.size()
		if in.closed || o.held.Load() >= int64(o.cfg.MaxEntries) || o.heldBytes.Load()+size > o.cfg.MaxBytes {
			in.full++
			continue
		}
		o.hold(e, size, 1)
		in.waiting = append(in.waiting, *e)
	}
	if !in.closed {
		poke(in.signal)
	}
}

// Waiting returns the oldest tick of a room of which something waits to be delivered;
// false: nothing does.
func (o *Outbox) Waiting(room string) (oldest sim.Tick, any bool) {
	o.undelivered.mu.Lock()
	defer o.undelivered.mu.Unlock()
	for when := range o.undelivered.rooms[room] {
		if !any || when.tick < oldest {
			oldest, any = when.tick, true
		}
	}
	return oldest, any
}

// Has reports whether something waits to be delivered that a room put at a tick under an
// epoch. Any goroutine.
func (o *Outbox) Has(room string, epoch uint64, tick sim.Tick) bool {
	o.undelivered.mu.Lock()
	defer o.undelivered.mu.Unlock()
	return o.undelivered.rooms[room][roomTick{epoch, tick}] > 0
}

// undelivered is how many entries wait, by room, and when it put them.
type undelivered struct {
	mu    sync.Mutex
	rooms map[string]map[roomTick]int
}

// roomTick is a tick of a room under an epoch of its owner's.
type roomTick struct {
	epoch uint64
	tick  sim.Tick
}

// hold counts an entry that waits to be delivered from now on, or, with -1, no more.
func (o *Outbox) hold(e *Entry, size, by int64) {
	o.held.Add(by)
	o.heldBytes.Add(by * size)
	u := &o.undelivered
	u.mu.Lock()
	defer u.mu.Unlock()
	ticks := u.rooms[e.Room]
	if ticks == nil {
		ticks = map[roomTick]int{}
		u.rooms[e.Room] = ticks
	}
	when := roomTick{e.Epoch, e.Tick}
	if ticks[when] += int(by); ticks[when] == 0 {
		delete(ticks, when)
	}
	if len(ticks) == 0 {
		delete(u.rooms, e.Room)
	}
}

// sort takes entries out of the intake and gives each its place. It ends after
// Close.
func (o *Outbox) sort() {
	defer close(o.sorted)
	var batch []Entry
	var told intakeTold
	for {
		_, open := <-o.in.signal
		o.in.mu.Lock()
		batch, o.in.waiting = o.in.waiting, batch[:0]
		full, invalid, fault := o.in.full, o.in.invalid, o.in.fault
		o.in.mu.Unlock()
		o.tell(&told, full, invalid, fault, !open)
		o.take(batch)
		if clear(batch); cap(batch) > keptIntake {
			batch = nil
		}
		if !open {
			return
		}
	}
}

// take gives entries their places.
func (o *Outbox) take(batch []Entry) {
	if len(batch) == 0 {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	for i := range batch {
		o.last++
		it := &item{entry: batch[i], place: o.last, put: now, came: now, size: batch[i].size()}
		it.routes = make([]route, len(o.targets))
		o.all = append(o.all, it)
		for n, t := range o.targets {
			it.routes[n] = route{name: t.Name, target: t, state: waiting}
			t.gauge(waiting, 1)
			t.enqueue(it)
		}
		if len(it.routes) == 0 {
			o.hold(&it.entry, it.size, -1)
			o.retire(it)
		}
		o.touch(it)
	}
	close(o.news)
	o.news = make(chan struct{})
	for _, t := range o.targets {
		poke(t.wake)
	}
}

// intakeTold is what the log knows of entries that were dropped.
type intakeTold struct {
	full, invalid uint64
	pause         pause
}

// tell tells of entries that were dropped, once a minute at most.
func (o *Outbox) tell(t *intakeTold, full, invalid uint64, err error, last bool) {
	if full == t.full && invalid == t.invalid || !t.pause.over() && !last {
		return
	}
	if n := full - t.full; n > 0 {
		o.log.Warn("outbox full or closed, its newest entries are dropped", "lost", n)
	}
	if n := invalid - t.invalid; n > 0 {
		o.log.Warn("entries break a limit of the outbox and are dropped", "lost", n, "err", err)
	}
	t.full, t.invalid = full, invalid
}

// pause keeps what happens often from filling the log.
type pause struct{ told time.Time }

// over reports whether a minute has passed since it last did.
func (p *pause) over() bool {
	now := time.Now()
	if !p.told.IsZero() && now.Sub(p.told) < time.Minute {
		return false
	}
	p.told = now
	return true
}

// diskGrace is how long Close waits for the disk when its time is over.
const diskGrace = 5 * time.Second

// Close takes no more entries, delivers what waits for no retry until ctx ends,
// and writes the rest to the disk. It waits for receivers, which end with ctx.
// Errors: the disk's; entries that are lost, in memory only. Call it once.
func (o *Outbox) Close(ctx context.Context) error {
	o.in.mu.Lock()
	o.in.closed = true
	close(o.in.signal)
	o.in.mu.Unlock()
	<-o.sorted
	o.waitQuiet(ctx)
	o.cancel()
	o.work.Wait()

	o.mu.Lock()
	o.closed = true
	close(o.news)
	o.mu.Unlock()
	if o.disk != nil {
		return o.disk.close()
	}
	if left := o.held.Load(); left > 0 {
		o.log.Warn("outbox closed, entries that were not delivered are lost", "lost", left)
		return fmt.Errorf("outbox: %d entries were not delivered and are lost: there is no directory to keep them in", left)
	}
	return nil
}

// waitQuiet waits until nothing is on its way or could be, or ctx ends.
func (o *Outbox) waitQuiet(ctx context.Context) {
	stop := context.AfterFunc(ctx, func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.quiet.Broadcast()
	})
	defer stop()
	o.mu.Lock()
	defer o.mu.Unlock()
	for ctx.Err() == nil && o.busy() {
		o.quiet.Wait()
	}
}

func (o *Outbox) busy() bool {
	for _, t := range o.targets {
		if t.running > 0 || len(t.ready) > 0 {
			return true
		}
	}
	return false
}
