package lobby

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"time"
)

// Source is what a node says of itself and of its rooms. Its methods return at
// once; Room is called under a lock of the lobby.
type Source interface {
	// Draining: the node takes no new rooms and players. Its open rooms are listed
	// as draining.
	Draining() bool
	// Capacity is what the node can take on now.
	Capacity() Capacity
	// EndBanned takes off their seats who is banned by now. It may take as long as a
	// look at every room.
	EndBanned()
	// Room returns a room as it is now, with Taken without promised seats. false:
	// it is not there, not yet or not any more. ID, Epoch, Node, URL and Code are
	// the lobby's.
	Room(id string) (Room, bool)
}

const (
	// biteRooms is how many rooms Run looks at in one go, and one step asserts at
	// most: some 10 µs of this process, 0.3 ms of Redis.
	biteRooms = 32
	// biteEvery is the least time between two bites.
	biteEvery = 5 * time.Millisecond
	// lookEvery is the most. Why so little: a seat that was freed is offered to the
	// next who asks, a person's second try among them. Rooms that have not changed
	// are only looked at.
	lookEvery = 100 * time.Millisecond
	// pullEvery is how often the stream of changes is read.
	pullEvery = 500 * time.Millisecond
	// refreshEvery is how often a room is asserted that has not changed: well
	// within the fence, after which Redis would forget it.
	refreshEvery = fence / 3
)

// due is when Run does what next.
type due struct{ lease, bite, pull time.Time }

func (d due) next() time.Time {
	next := d.lease
	for _, at := range []time.Time{d.bite, d.pull} {
		if at.Before(next) {
			next = at
		}
	}
	return next
}

// Run keeps this node in the directory and the index up to date until ctx ends,
// on the caller's goroutine; the caller waits for it before Close. It renews the
// node's lease, asserts rooms that have changed, a few at a time, and reads what
// changed elsewhere. lost is told of each room that another owner has, to close
// it. When the store fails, Run goes on trying, logs the change once, and asserts
// what was lost as soon as it answers.
func (l *Lobby) Run(ctx context.Context, source Source, lost func(Room)) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	var d due
	failures := 0
	for first := true; ; first = false {
		if !first {
			select {
			case <-ctx.Done():
				return
			case <-timer.C:
			case <-l.hurry:
				d.lease = time.Time{}
			}
		}
		err := l.turn(ctx, source, lost, &d)
		if ctx.Err() != nil {
			return
		}
		l.report(err)
		if failures++; err == nil {
			failures = 0
		} else {
			d.lease = time.Now().Add(l.pause(failures))
			d.bite, d.pull = d.lease, d.lease
		}
		timer.Reset(max(time.Until(d.next()), time.Nanosecond)) // not 0: two such timers in one synctest bubble crash the race detector (Go 1.26)
	}
}

// Hurry has Run tell others at once how this node is, as when it is ready by now.
func (l *Lobby) Hurry() {
	select {
	case l.hurry <- struct{}{}:
	default:
	}
}

// turn does what is due, up to the first step that the store does not answer.
func (l *Lobby) turn(ctx context.Context, source Source, lost func(Room), d *due) error {
	now := time.Now()
	if !now.Before(d.lease) {
		if err := l.renew(ctx, source); err != nil {
			return err
		}
		if err := l.tidy(ctx); err != nil {
			return err
		}
		if err := errors.Join(l.refreshPeers(ctx), l.refreshBans(ctx, source)); err != nil {
			return err
		}
		d.lease = now.Add(l.cfg.Heartbeat)
	}
	if !now.Before(d.bite) {
		gone, _, err := l.bite(ctx, source, biteRooms)
		for _, r := range gone {
			l.cfg.Log.Warn("room lost to another owner", "room", r.ID, "epoch", r.Epoch)
			lost(r)
		}
		if err != nil {
			return err
		}
		d.bite = now.Add(l.biteInterval())
	}
	if !now.Before(d.pull) {
		behind, err := l.pull(ctx)
		if err != nil {
			return err
		}
		if d.pull = now.Add(pullEvery); behind {
			d.pull = now.Add(biteEvery)
		}
	}
	return nil
}

// biteInterval spreads the bites over a heartbeat, or over less when rooms are few.
func (l *Lobby) biteInterval() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	spread := l.cfg.Heartbeat * biteRooms / time.Duration(max(len(l.order), biteRooms))
	return min(max(spread, biteEvery), lookEvery)
}

// renew renews the node's lease, which covers its rooms. source nil: it has none
// yet, and takes nothing.
func (l *Lobby) renew(ctx context.Context, source Source) error {
	var draining bool
	var c Capacity
	if source != nil {
		draining, c = source.Draining(), source.Capacity()
	}
	l.ring.renew(l.dir.now())
	keys := l.ring.publish()
	complete, err := l.dir.lease(ctx, leaseArgs{node: l.self, lease: l.cfg.Lease, record: l.record(draining, c, keys)})
	if err != nil {
		return err
	}
	// Others read records when they meet a key or a node, so two heartbeats are ample.
	l.ring.published(keys, l.dir.now().Add(2*l.cfg.Heartbeat))
	if !complete {
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, o := range l.mine {
			o.stale = true
		}
		l.strays = true
	}
	return nil
}

// tidyMost is how many removals one turn catches up with.
const tidyMost = 32

// tidy takes out of the directory what this node has there and does not own:
// rooms whose removal or whose claim was not answered.
func (l *Lobby) tidy(ctx context.Context) error {
	l.mu.Lock()
	strays := l.strays
	l.strays = false
	l.mu.Unlock()
	if strays {
		if err := l.findStrays(ctx); err != nil {
			l.mu.Lock()
			l.strays = true
			l.mu.Unlock()
			return err
		}
	}
	for range tidyMost {
		a, ok := l.nextRemoval()
		if !ok {
			return nil
		}
		if _, err := l.dir.remove(ctx, a); err != nil && !errors.Is(err, ErrRoomLost) {
			return err
		}
		l.mu.Lock()
		delete(l.removals, a.id)
		l.mu.Unlock()
		l.index.Load().forget(a.id, a.epoch)
	}
	return nil
}

func (l *Lobby) nextRemoval() (a removeArgs, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, a := range l.removals {
		return a, true
	}
	return a, false
}

func (l *Lobby) findStrays(ctx context.Context) error {
	for cursor, begun := "", false; cursor != "" || !begun; begun = true {
		rooms, next, err := l.dir.owned(ctx, l.self, cursor)
		if err != nil {
			return err
		}
		l.mu.Lock()
		for id, epoch := range rooms {
			if o := l.mine[id]; (o == nil || o.epoch != epoch) && l.claiming[id] == 0 {
				l.removals[id] = removeArgs{node: l.self, id: id, epoch: epoch}
			}
		}
		l.mu.Unlock()
		cursor = next
	}
	return nil
}

// bite asserts those of the next so many rooms that have changed. It returns the
// rooms that this node has lost: their owner must close them, they are a twin.
// around: it has come to the end of the rooms.
func (l *Lobby) bite(ctx context.Context, source Source, most int) (lost []Room, around bool, err error) {
	l.asserting.Lock()
	defer l.asserting.Unlock()
	batch, around := l.changed(source, most)
	if len(batch) == 0 {
		return nil, around, nil
	}
	args := make([]assertion, len(batch))
	for i, c := range batch {
		args[i] = c.assertion
	}
	verdicts, err := l.dir.assert(ctx, l.self, args)
	if err != nil {
		return nil, around, err
	}
	now, index := l.dir.now(), l.index.Load()
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, c := range batch {
		v, id := verdicts[i], c.room.ID
		current := l.mine[id] == c.owned
		switch {
		case v.lost && current:
			delete(l.mine, id)
			lost = append(lost, c.room)
			continue
		case v.lost:
			continue
		case !current: // removed meanwhile, maybe before this was written
			l.removals[id] = removeArgs{node: l.self, id: id, epoch: c.room.Epoch}
			continue
		case v.nocode:
			l.cfg.Log.Warn("code of a private room now belongs to another", "room", id)
		}
		c.listed, c.at, c.stale = c.room, now, false
		for _, reservation := range c.assertion.settled {
			delete(c.owned.settled, reservation)
		}
		index.learn(v.row, now, l.cfg.Lease)
	}
	return lost, around, nil
}

// change is a room that is to be asserted.
type change struct {
	assertion
	*owned
}

// changed looks at the next so many rooms and returns those to assert.
func (l *Lobby) changed(source Source, most int) (batch []change, around bool) {
	draining, now := source.Draining(), l.dir.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	for range most {
		if len(l.order) == 0 {
			return batch, true
		}
		l.next %= len(l.order)
		id := l.order[l.next]
		o := l.mine[id]
		if o == nil { // gone: the last takes its place
			last := len(l.order) - 1
			l.order[l.next] = l.order[last]
			l.order = l.order[:last]
			around = around || l.next == last
			continue
		}
		l.next++
		around = around || l.next == len(l.order)
		if now.Before(o.unlisted) {
			continue
		}
		settled := o.toSettle(now)
		r, ok := source.Room(id)
		if !ok {
			continue
		}
		r.ID, r.Epoch, r.Node, r.URL, r.Code = id, o.epoch, l.cfg.NodeID, l.cfg.NodeURL, o.seen.Code
		r.State = stateOf(r)
		if draining && r.State == RoomOpen {
			r.State = RoomDraining
		}
		if err := r.check(); err != nil {
			l.reportFault(id, o, err)
			continue
		}
		o.fault, o.seen = "", r
		if len(settled) > 0 || o.stale || now.Sub(o.at) > refreshEvery || !sameListing(o.listed, r) {
			batch = append(batch, change{assertion{room: r, fenced: o.fenced, settled: settled}, o})
		}
		if around {
			break
		}
	}
	return batch, around
}

// reportFault logs once that a room cannot be listed.
func (l *Lobby) reportFault(id string, o *owned, err error) {
	if o.fault != err.Error() {
		o.fault = err.Error()
		l.cfg.Log.Error("lobby cannot list a room", "room", id, "err", err)
	}
}

// sameListing reports whether two listings of one room are equal.
func sameListing(a, b Room) bool {
	return a.Mode == b.Mode && a.Epoch == b.Epoch && a.Code == b.Code && a.Seats == b.Seats && a.Taken == b.Taken &&
		a.Bots == b.Bots && a.Fillers == b.Fillers && a.Spectators == b.Spectators && a.Private == b.Private && a.State == b.State && a.TickHz == b.TickHz && a.Kept == b.Kept &&
		a.URL == b.URL && a.Created.Equal(b.Created) && maps.Equal(a.Metadata, b.Metadata)
}

// Beat does at once what Run spreads over a heartbeat, and reads the stream of
// changes to its end.
func (l *Lobby) Beat(ctx context.Context, source Source) (lost []Room, err error) {
	if err = l.renew(ctx, source); err != nil {
		return nil, err
	}
	if err = l.tidy(ctx); err != nil {
		return nil, err
	}
	if err = errors.Join(l.refreshPeers(ctx), l.refreshBans(ctx, source)); err != nil {
		return nil, err
	}
	l.mu.Lock()
	l.next = 0
	l.mu.Unlock()
	for around := false; !around; {
		var gone []Room
		if gone, around, err = l.bite(ctx, source, biteRooms); err != nil {
			return lost, err
		}
		lost = append(lost, gone...)
	}
	return lost, l.catchUp(ctx, time.Now())
}

// report logs when the store stops answering and when it answers again.
func (l *Lobby) report(err error) {
	switch was := l.down.Swap(err != nil); {
	case err != nil && !was:
		l.cfg.Log.Error("lobby store does not answer; rooms play on, but nobody finds them", "store", redact(l.cfg.URL), "err", err)
	case err == nil && was:
		l.back.Store(time.Now().UnixNano())
		l.cfg.Log.Info("lobby works again; every room is listed", "store", redact(l.cfg.URL))
	}
}

// Up reports whether the store answered Run's last question. Rooms, resumes and
// tickets need no store: a node is not unready for that.
func (l *Lobby) Up() bool { return !l.down.Load() }

// listedAgain is after how many heartbeats since the store is back every node has listed
// its rooms again. Why 4: a node tries again after two at most, see pause, and lists them
// within one.
const listedAgain = 4

// KnowsAll reports whether a room that this lobby does not know is gone. While the store
// does not answer, and soon after, it may be one whose row has ended meanwhile. Any
// goroutine.
func (l *Lobby) KnowsAll() bool {
	return l.Up() && time.Since(time.Unix(0, l.back.Load())) > listedAgain*l.cfg.Heartbeat
}

// pause until the next try after failures: from a quarter of a heartbeat, doubling
// up to two, each up to a quarter less, so that many nodes do not come back in step.
func (l *Lobby) pause(failures int) time.Duration {
	d := l.cfg.Heartbeat / 4 << min(failures-1, 3)
	return d - rand.N(d/4)
}
