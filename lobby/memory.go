package lobby

import (
	"container/list"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"
)

// memoryDirectory is a directory in this process: the same steps as the scripts,
// each under one lock and a few microseconds long, since it shares the process
// with ticks. Lobbies of one process may share one.
//
// Its clock follows the time passed, not the wall clock, so that a correction of
// the machine's time ends no lease.
type memoryDirectory struct {
	clock func() time.Time
	start time.Time
	// shared: the end of one lobby does not close it.
	shared bool

	mu      sync.Mutex
	closed  bool
	nodeSet map[string]*memoryNode
	rooms   map[string]*memoryRoom
	codes   map[string]string // code -> room
	fences  map[string]memoryFence
	rev     uint64
	floor   uint64
	changed *list.List // of *memoryChange, oldest first
	shelves map[string]*memoryShelf
	gone    *list.List // of *memoryChange whose room has ended, oldest first
}

type memoryNode struct {
	lease  time.Time
	record string
	owned  map[string]bool
}

type memoryRoom struct {
	row
	nonce  string
	fenced bool
	held   map[string]time.Time // reservation -> until when it is counted
	change *list.Element        // its place in changed
}

type memoryChange struct {
	id   string
	rev  uint64
	room *memoryRoom // nil: it has ended
}

// memoryFence keeps an ended room from being listed by an owner that stalled.
type memoryFence struct {
	epoch uint64
	until time.Time
}

func newMemory(clock func() time.Time) *memoryDirectory {
	d := &memoryDirectory{clock: clock, start: clock()}
	d.reset()
	return d
}

// reset forgets everything.
func (d *memoryDirectory) reset() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.nodeSet, d.rooms = map[string]*memoryNode{}, map[string]*memoryRoom{}
	d.codes, d.fences = map[string]string{}, map[string]memoryFence{}
	d.shelves = map[string]*memoryShelf{}
	d.rev = uint64(d.now().UnixMicro()) // beyond every number before
	d.floor, d.changed, d.gone = d.rev, list.New(), list.New()
}

func (d *memoryDirectory) now() time.Time {
	return d.start.Round(0).Add(d.clock().Sub(d.start))
}

// close has everything fail that comes later, as a lost connection does.
func (d *memoryDirectory) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = !d.shared
	return nil
}

var errClosed = errors.New("the lobby was closed")

// begin takes the lock, unless the caller has given up.
func (d *memoryDirectory) begin(ctx context.Context) (now time.Time, err error) {
	if err := ctx.Err(); err != nil {
		return time.Time{}, unavailable(ctx, err)
	}
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return time.Time{}, unavailable(ctx, errClosed)
	}
	return d.now(), nil
}

func (d *memoryDirectory) node(id string) *memoryNode {
	n := d.nodeSet[id]
	if n == nil {
		n = &memoryNode{owned: map[string]bool{}}
		d.nodeSet[id] = n
	}
	return n
}

func (d *memoryDirectory) lease(ctx context.Context, a leaseArgs) (complete bool, err error) {
	now, err := d.begin(ctx)
	if err != nil {
		return false, err
	}
	defer d.mu.Unlock()
	n := d.node(a.node)
	complete = n.lease.After(now) && n.record != ""
	n.lease, n.record = now.Add(a.lease), a.record
	d.sweep(now)
	return complete, nil
}

// sweep clears away a few rooms of one dead node, and fences that are over.
func (d *memoryDirectory) sweep(now time.Time) {
	maps.DeleteFunc(d.fences, func(_ string, f memoryFence) bool { return !f.until.After(now) })
	for id, n := range d.nodeSet {
		if n.lease.After(now) {
			continue
		}
		swept := 0
		for room := range n.owned {
			if swept == sweepRooms {
				return
			}
			swept++
			delete(n.owned, room)
			if r := d.rooms[room]; r != nil && r.owner == id {
				d.bury(r)
			}
		}
		delete(d.nodeSet, id)
		return
	}
}

func (d *memoryDirectory) leave(ctx context.Context, node string) error {
	_, err := d.begin(ctx)
	if err != nil {
		return err
	}
	defer d.mu.Unlock()
	if n := d.nodeSet[node]; n != nil {
		n.lease, n.record = time.Time{}, ""
	}
	return nil
}

func (d *memoryDirectory) nodes(ctx context.Context) ([]string, error) {
	now, err := d.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer d.mu.Unlock()
	var records []string
	for _, n := range d.nodeSet {
		if n.lease.After(now) && n.record != "" && len(records) < maxNodes {
			records = append(records, n.record)
		}
	}
	return records, nil
}

// alive: a room that is not over, whose node's lease runs, and that is made or
// still has time for it.
func (d *memoryDirectory) alive(r *memoryRoom, now time.Time) bool {
	if r == nil || r.State == RoomClosed || !r.making.IsZero() && !r.making.After(now) {
		return false
	}
	n := d.nodeSet[r.owner]
	return n != nil && n.lease.After(now)
}

// taken is the seats that nobody else can have.
func (r *memoryRoom) taken(now time.Time) int {
	n := r.Taken
	for _, until := range r.held {
		if until.After(now) {
			n++
		}
	}
	return n
}

// touch puts a room at the end of the stream of changes.
func (d *memoryDirectory) touch(r *memoryRoom) {
	d.rev++
	r.rev = d.rev
	if r.change == nil {
		r.change = d.changed.PushBack(&memoryChange{id: r.ID, rev: d.rev, room: r})
		return
	}
	r.change.Value.(*memoryChange).rev = d.rev
	d.changed.MoveToBack(r.change)
}

// bury takes a room out. It leaves an entry in the stream, until changesKept
// others have ended.
func (d *memoryDirectory) bury(r *memoryRoom) {
	d.unbind(r.Code, r.ID)
	delete(d.rooms, r.ID)
	if n := d.nodeSet[r.owner]; n != nil {
		delete(n.owned, r.ID)
	}
	d.touch(r)
	r.change.Value.(*memoryChange).room = nil
	d.gone.PushBack(r.change)
	if d.gone.Len() > changesKept {
		old := d.gone.Remove(d.gone.Front()).(*list.Element)
		d.floor = d.changed.Remove(old).(*memoryChange).rev
	}
}

func (d *memoryDirectory) bind(code, id string) bool {
	if owner, ok := d.codes[code]; ok && owner != id {
		return false
	}
	d.codes[code] = id
	return true
}

func (d *memoryDirectory) unbind(code, id string) {
	if code != "" && d.codes[code] == id {
		delete(d.codes, code)
	}
}

// read is what readers are given: nothing in it is written to later.
func (r *memoryRoom) read(now time.Time) row {
	out := r.row
	out.ends = nil
	for _, until := range r.held {
		if until.After(now) {
			out.ends = append(out.ends, until.UnixMilli())
		}
	}
	slices.Sort(out.ends)
	return out
}

func (d *memoryDirectory) claim(ctx context.Context, c claimArgs, s seat) (seated, error) {
	now, err := d.begin(ctx)
	if err != nil {
		return seated{}, err
	}
	defer d.mu.Unlock()
	return d.make(now, c, s)
}

// make is claim under the lock.
func (d *memoryDirectory) make(now time.Time, c claimArgs, s seat) (seated, error) {
	old := d.rooms[c.room.ID]
	alive := d.alive(old, now)
	switch {
	case alive && old.nonce == c.nonce:
		return seated{row: old.read(now), expires: now.Add(s.ttl), made: true}, nil
	case alive && c.instead == 0, old != nil && c.instead != 0 && c.instead != old.Epoch:
		return seated{}, ErrRoomTaken
	}
	epoch, code := max(uint64(now.UnixMilli()), d.fences[c.room.ID].epoch+1), ""
	if old != nil {
		epoch, code = max(epoch, old.Epoch+1), old.Code
	}
	if !c.room.Private {
		d.unbind(code, c.room.ID)
		code = ""
	} else if code == "" || !d.bind(code, c.room.ID) {
		free := slices.IndexFunc(c.codes, func(code string) bool { return d.codes[code] == "" })
		if free < 0 {
			return seated{}, errNoCode
		}
		code = c.codes[free]
		d.bind(code, c.room.ID)
	}
	n := d.node(c.node)
	if until := now.Add(c.lease); until.After(n.lease) {
		n.lease = until
	}
	r := &memoryRoom{row: row{Room: c.room, owner: c.node, making: now.Add(c.making)}, nonce: c.nonce, fenced: c.fenced, held: map[string]time.Time{}}
	r.Epoch, r.Code, r.State = epoch, code, stateOf(c.room)
	if old != nil {
		r.change = old.change
		r.change.Value.(*memoryChange).room = r
		if before := d.nodeSet[old.owner]; before != nil {
			delete(before.owned, r.ID)
		}
	}
	d.rooms[r.ID], n.owned[r.ID] = r, true
	d.touch(r)
	return d.give(now, r, s, true), nil
}

// give promises a seat that is there.
func (d *memoryDirectory) give(now time.Time, r *memoryRoom, s seat, made bool) seated {
	if _, held := r.held[s.id]; s.id != "" && !held {
		maps.DeleteFunc(r.held, func(_ string, until time.Time) bool { return !until.After(now) })
		r.held[s.id] = now.Add(s.ttl + s.grace)
		d.touch(r)
	}
	return seated{row: r.read(now), expires: now.Add(s.ttl), made: made}
}

// refusal says why a room has no seat for somebody.
func (r *memoryRoom) refusal(now time.Time, s seat) error {
	if _, held := r.held[s.id]; held {
		return nil
	}
	if r.State != RoomOpen {
		return ErrRoomLocked
	}
	if r.taken(now) >= r.Seats {
		return ErrRoomFull
	}
	return nil
}

func (d *memoryDirectory) reserve(ctx context.Context, a reserveArgs) (seated, error) {
	now, err := d.begin(ctx)
	if err != nil {
		return seated{}, err
	}
	defer d.mu.Unlock()
	id := a.value
	if a.by == "code" {
		id = d.codes[id]
	}
	r := d.rooms[id]
	if !d.alive(r, now) || a.by != "code" && r.Private {
		return seated{}, ErrRoomNotFound
	}
	if err := r.refusal(now, a.seat); err != nil {
		return seated{}, err
	}
	return d.give(now, r, a.seat, false), nil
}

func (d *memoryDirectory) play(ctx context.Context, a playArgs) (seated, error) {
	now, err := d.begin(ctx)
	if err != nil {
		return seated{}, err
	}
	defer d.mu.Unlock()
	if a.make != nil {
		if r := d.rooms[a.make.room.ID]; r != nil && r.nonce == a.make.nonce {
			return d.make(now, *a.make, a.seat) // sent twice
		}
	}
	fits := func(id string) *memoryRoom {
		r := d.rooms[id]
		if !d.alive(r, now) || r.Private || r.Mode != a.mode || r.State != RoomOpen || r.taken(now) >= r.Seats ||
			slices.Contains(a.avoid, id) || !hasPairs(r.Metadata, a.want) {
			return nil
		}
		return r
	}
	for _, id := range a.candidates {
		if r := fits(id); r != nil {
			return d.give(now, r, a.seat, false), nil
		}
	}
	if a.since != 0 && (a.since < d.floor || a.since > d.rev) {
		return seated{}, errAgain
	}
	var best *memoryRoom
	fullest, looked := -1.0, 0
	for e := d.changed.Back(); e != nil && e.Value.(*memoryChange).rev > a.since; e = e.Prev() {
		if looked++; looked > changesLooked {
			break
		}
		r := fits(e.Value.(*memoryChange).id)
		if r == nil {
			continue
		}
		if full := float64(r.taken(now)) / float64(r.Seats); full > fullest {
			best, fullest = r, full
		}
	}
	switch {
	case best != nil:
		return d.give(now, best, a.seat, false), nil
	case !a.all || looked > changesLooked:
		return seated{}, errAgain
	case a.make == nil:
		return seated{}, ErrNoRoom
	}
	return d.make(now, *a.make, a.seat)
}

// hasPairs reports whether metadata has every wanted pair.
func hasPairs(have, want map[string]string) bool {
	for k, v := range want {
		if got, ok := have[k]; !ok || got != v {
			return false
		}
	}
	return true
}

func (d *memoryDirectory) assert(ctx context.Context, node string, rooms []assertion) ([]verdict, error) {
	now, err := d.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer d.mu.Unlock()
	verdicts := make([]verdict, len(rooms))
	for i, a := range rooms {
		verdicts[i] = d.assertRoom(now, node, a)
	}
	return verdicts, nil
}

func (d *memoryDirectory) assertRoom(now time.Time, node string, a assertion) (v verdict) {
	id := a.room.ID
	r := d.rooms[id]
	switch {
	case r == nil && d.fences[id].epoch >= a.room.Epoch,
		r != nil && (r.Epoch > a.room.Epoch || r.Epoch == a.room.Epoch && r.owner != node):
		return verdict{lost: true}
	case r == nil:
		r = &memoryRoom{held: map[string]time.Time{}}
		d.rooms[id] = r
	}
	room := a.room
	if room.Private && !d.bind(room.Code, id) {
		room.Code, v.nocode = "", true
	}
	room.State = stateOf(room)
	r.row = row{Room: room, owner: node, rev: r.rev}
	r.fenced = a.fenced
	for _, reservation := range a.settled {
		delete(r.held, reservation)
	}
	d.node(node).owned[id] = true
	d.touch(r)
	v.row = r.read(now)
	return v
}

func (d *memoryDirectory) remove(ctx context.Context, a removeArgs) (promised time.Time, err error) {
	now, err := d.begin(ctx)
	if err != nil {
		return time.Time{}, err
	}
	defer d.mu.Unlock()
	r := d.rooms[a.id]
	if r != nil && (r.Epoch > a.epoch || r.Epoch == a.epoch && r.owner != a.node) {
		return time.Time{}, ErrRoomLost
	}
	if r != nil && a.unpromised {
		for _, reservation := range a.settled {
			delete(r.held, reservation)
		}
		for _, until := range r.held {
			if until.After(now) && until.After(promised) {
				promised = until
			}
		}
		if !promised.IsZero() {
			return promised, nil
		}
	}
	if r != nil {
		d.bury(r)
	}
	if a.fenced {
		d.fences[a.id] = memoryFence{a.epoch, now.Add(fence)}
	}
	return time.Time{}, nil
}

func (d *memoryDirectory) owned(ctx context.Context, node, _ string) (map[string]uint64, string, error) {
	if _, err := d.begin(ctx); err != nil {
		return nil, "", err
	}
	defer d.mu.Unlock()
	rooms := map[string]uint64{}
	for id := range d.node(node).owned {
		if r := d.rooms[id]; r != nil && r.owner == node {
			rooms[id] = r.Epoch
		}
	}
	return rooms, "", nil
}

func (d *memoryDirectory) changes(ctx context.Context, since, whole uint64) (changes, error) {
	now, err := d.begin(ctx)
	if err != nil {
		return changes{}, err
	}
	defer d.mu.Unlock()
	if since != 0 && (whole < d.floor || since > d.rev) {
		return changes{}, errReset
	}
	c := changes{upTo: d.rev, head: d.rev, leases: map[string]time.Time{}}
	first := d.changed.Back()
	if since == 0 {
		first = nil
	}
	for first != nil && first.Value.(*memoryChange).rev > since {
		first = first.Prev()
	}
	if first == nil {
		first = d.changed.Front()
	} else {
		first = first.Next()
	}
	for e := first; e != nil; e = e.Next() {
		if len(c.rows) == changesPage {
			c.more = true
			break
		}
		change := e.Value.(*memoryChange)
		c.upTo = change.rev
		if change.room == nil {
			c.rows = append(c.rows, row{Room: Room{ID: change.id}, gone: true})
		} else {
			c.rows = append(c.rows, change.room.read(now))
		}
	}
	if !c.more {
		c.upTo = d.rev
	}
	for id, n := range d.nodeSet {
		if n.lease.After(now) {
			c.leases[id] = n.lease
		}
	}
	return c, nil
}
