package lobby

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"
)

// index is the rooms of all nodes in this node's memory, filled from the
// directory's stream of changes, so that no client's filter costs the store
// anything. It is behind by up to pullEvery; what must be exact is judged by the
// directory.
//
// Each bucket holds rooms in the order in which they are listed; a filter reads
// the smallest bucket that it concerns.
type index struct {
	mu     sync.RWMutex
	since  uint64 // all changes up to here are in
	whole  uint64 // since when the stream must not have lost any
	at     time.Time
	leases map[string]time.Time
	rooms  map[string]*indexed
	sorted map[bucket][]*indexed
	timed  map[*indexed]bool // rooms with promises, whose place changes when these end
}

// bucket names all rooms (the zero value), those of a mode, or those of a mode
// with a pair of metadata.
type bucket struct{ mode, key, value string }

type indexed struct {
	row
	taken int
	place string // rank:id
}

// maxIndexed bounds the index. Threat: memory for what others write into a
// shared store.
const maxIndexed = 1 << 16

func newIndex() *index {
	return &index{rooms: map[string]*indexed{}, sorted: map[bucket][]*indexed{}, timed: map[*indexed]bool{}}
}

// apply takes a piece of the stream in.
func (x *index) apply(c changes, now time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, r := range c.rows {
		if old := x.rooms[r.ID]; r.gone || old == nil || old.rev < r.rev {
			x.put(r, now)
		}
	}
	if x.since == 0 {
		x.whole = c.head
	}
	x.since, x.at, x.leases = c.upTo, now, c.leases
	x.whole = max(x.whole, x.since)
	for r := range x.timed {
		x.place(r, now)
	}
}

// learn takes one row in that an answer brought, unless a newer one is there.
func (x *index) learn(r row, now time.Time, lease time.Duration) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if old := x.rooms[r.ID]; old != nil && old.rev > r.rev {
		return
	}
	x.put(r, now)
	if x.leases != nil && !x.leases[r.owner].After(now) {
		x.leases[r.owner] = now.Add(lease) // it lives; the stream will tell how long
	}
}

// forget drops a room that this node took out of the directory.
func (x *index) forget(id string, epoch uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if r := x.rooms[id]; r != nil && r.Epoch == epoch {
		x.drop(r)
	}
}

func (x *index) put(r row, now time.Time) {
	old := x.rooms[r.ID]
	if old != nil {
		x.drop(old)
	}
	if r.gone || r.State == RoomClosed || len(x.rooms) >= maxIndexed {
		return
	}
	room := &indexed{row: r}
	x.rooms[r.ID] = room
	if !r.Private { // those are found by who knows their id, and listed nowhere
		x.place(room, now)
	}
}

func (x *index) drop(r *indexed) {
	x.unplace(r)
	delete(x.rooms, r.ID)
	delete(x.timed, r)
}

// place puts a room where its fullness belongs. Rank 0000 is full, 9999 empty:
// ascending is fullest first, and rooms with a free seat begin at 0001.
func (x *index) place(r *indexed, now time.Time) {
	taken, rank := r.counted(now).Taken, 0
	if taken < r.Seats {
		rank = 9999 - 9998*taken/r.Seats
	}
	place := fmt.Sprintf("%04d:%s", rank, r.ID)
	if len(r.ends) == 0 || taken == r.Room.Taken {
		delete(x.timed, r)
	} else {
		x.timed[r] = true
	}
	r.taken = taken
	if place == r.place {
		return
	}
	x.unplace(r)
	r.place = place
	for _, b := range r.buckets() {
		list := x.sorted[b]
		x.sorted[b] = slices.Insert(list, after(list, place), r)
	}
}

func (x *index) unplace(r *indexed) {
	if r.place == "" {
		return
	}
	for _, b := range r.buckets() {
		list := x.sorted[b]
		at := after(list, r.place) - 1
		if list = slices.Delete(list, at, at+1); len(list) == 0 {
			delete(x.sorted, b)
		} else {
			x.sorted[b] = list
		}
	}
	r.place = ""
}

func (r *indexed) buckets() []bucket {
	list := append(make([]bucket, 0, 2+len(r.Metadata)), bucket{}, bucket{mode: r.Mode})
	for k, v := range r.Metadata {
		list = append(list, bucket{r.Mode, k, v})
	}
	return list
}

// after is the position behind a place.
func after(list []*indexed, place string) int {
	return sort.Search(len(list), func(i int) bool { return list[i].place > place })
}

// smallest returns the shortest list that has all rooms which fit.
func (x *index) smallest(mode string, want map[string]string) []*indexed {
	best := x.sorted[bucket{mode: mode}]
	if mode == "" { // pairs are kept by mode
		return best
	}
	for k, v := range want {
		if list := x.sorted[bucket{mode, k, v}]; len(list) < len(best) {
			best = list
		}
	}
	return best
}

// alive: its node's lease runs, and it is made or still has time for it.
func (x *index) alive(r *indexed, now time.Time) bool {
	return x.leases[r.owner].After(now) && (r.making.IsZero() || r.making.After(now))
}

// open returns the ids of rooms that seem to have a seat, fullest first, up to
// most of them, and whether these are all.
func (x *index) open(mode string, want map[string]string, avoid []string, most int, now time.Time) (ids []string, all bool, since uint64) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	list := x.smallest(mode, want)
	for _, r := range list[after(list, "0000;"):] {
		if r.State != RoomOpen || r.Mode != mode || !x.alive(r, now) || slices.Contains(avoid, r.ID) || !hasPairs(r.Metadata, want) {
			continue
		}
		if len(ids) == most {
			return ids, false, x.since
		}
		ids = append(ids, r.ID)
	}
	return ids, true, x.since
}

// find returns a room by its id, private ones too.
func (x *index) find(id string, now time.Time) (Room, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	r := x.rooms[id]
	if r == nil || !x.alive(r, now) {
		return Room{}, false
	}
	return r.counted(now), true
}

// listBudget is how many rooms one call looks at: about 0.1 ms.
const listBudget = 1000

// list returns rooms that fit a query from a place on, and where it ended; "":
// there are no more.
func (x *index) list(q Query, from string, size int, now time.Time) (rooms []Room, ended string) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	list := x.smallest(q.Mode, q.Metadata)
	if q.WithFreeSeat && from == "" {
		from = "0000;"
	}
	list = list[after(list, from):]
	for i, r := range list {
		if i == listBudget || len(rooms) == size {
			return rooms, list[i-1].place
		}
		if x.alive(r, now) && hasPairs(r.Metadata, q.Metadata) && (!q.WithFreeSeat || r.taken < r.Seats) {
			rooms = append(rooms, r.counted(now))
		}
	}
	return rooms, ""
}

// position is up to which revision the stream was read, since when it must be
// whole, and when it was read.
func (x *index) position() (since, whole uint64, at time.Time) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.since, x.whole, x.at
}

// meets reports whether there is a node that is not known.
func (x *index) meets(known func(node string) bool) bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	for node := range x.leases {
		if !known(node) {
			return true
		}
	}
	return false
}

// nodeID is a node's name as others see it, without what sets one process of
// that name apart from the next.
func nodeID(node string) string {
	name, _, _ := strings.Cut(node, "~")
	return name
}

// orphans returns rooms that are kept, and whose owner is dead or in doubt.
func (x *index) orphans(now time.Time, inDoubt func(node string) bool) (all []Room) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	for _, r := range x.rooms {
		if r.Kept && (!x.alive(r, now) || inDoubt(nodeID(r.owner))) {
			all = append(all, r.Room)
		}
	}
	return all
}
