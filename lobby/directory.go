package lobby

import (
	"context"
	"time"
)

// directory is where nodes and rooms are written down: in Redis, for all nodes
// that share it, or in this process. Each method is one atomic step. Statuses
// come back as the errors of refusals; silence is ErrUnavailable. What a method
// has not done by its context's deadline, or by Config.Timeout, it never does.
type directory interface {
	// now is the directory's time as far as it is known here. It asks nobody.
	now() time.Time
	// lease renews a node's lease, which covers its rooms. complete is false when
	// the lease had ended or something that the node wrote is gone: it then
	// asserts all its rooms and asks for what it owns.
	lease(ctx context.Context, a leaseArgs) (complete bool, err error)
	// leave ends a node's lease.
	leave(ctx context.Context, node string) error
	// nodes reads the records of living nodes.
	nodes(ctx context.Context) ([]string, error)

	// claim makes a room with its maker in it. ErrRoomTaken, errNoCode.
	claim(ctx context.Context, c claimArgs, s seat) (seated, error)
	// play finds a seat in a room that fits or makes a room. errAgain, ErrNoRoom
	// and those of claim.
	play(ctx context.Context, a playArgs) (seated, error)
	// reserve promises a seat of one room. ErrRoomNotFound, ErrRoomFull, ErrRoomLocked.
	reserve(ctx context.Context, a reserveArgs) (seated, error)

	// assert lists a node's rooms as they are; a room that has another owner is lost.
	assert(ctx context.Context, node string, rooms []assertion) ([]verdict, error)
	// remove takes a room out, and answers zero. Of a room that is to go only when
	// no seat of it is promised, it answers when the last promise ends, and leaves
	// it. ErrRoomLost.
	remove(ctx context.Context, a removeArgs) (promised time.Time, err error)
	// owned reads a page of the rooms that a node has here. "" begins and ends.
	owned(ctx context.Context, node, cursor string) (rooms map[string]uint64, next string, err error)

	// changes reads on in the stream of changes; since 0 begins with all living
	// rooms. whole is the revision since which the stream must not have lost any: the
	// head as it was when the reader began at 0, or since when that is more.
	// errReset: it has; begin at 0.
	changes(ctx context.Context, since, whole uint64) (changes, error)

	// keep keeps a document on a shelf, or takes it off. It answers the document that
	// is there, and whether that is this one. ErrShelfFull.
	keep(ctx context.Context, a keepArgs) (current string, kept bool, err error)
	// shelf reads all documents of a shelf, none when its revision is the known one.
	shelf(ctx context.Context, name string, known uint64) (documents map[string]string, rev uint64, err error)
	// fetch reads one document; "": there is none.
	fetch(ctx context.Context, shelf, key string) (string, error)

	close() error
}

// keepArgs are a document to be kept.
type keepArgs struct {
	shelf, key string
	document   string // "": it is taken off
	ttl        time.Duration
	fresh      bool   // only when there is none of the key
	was        string // unless "": only instead of this one
	most       int    // how many the shelf holds
	evict      bool   // when it is full, the one that ends first goes; else ErrShelfFull
}

const (
	// changesPage is how many rows one answer of changes has: at 10 µs each, so
	// little that no tick beside it feels it.
	changesPage = 32
	// changesKept is how many rooms that ended the stream still tells of.
	// Threat: memory for every room there ever was.
	changesKept = 1024
	// ownedPage is how many rooms one answer of owned has, about.
	ownedPage = 64
)

// leaseArgs renew a node's lease.
type leaseArgs struct {
	node   string
	lease  time.Duration
	record string // JSON of a Node
}

// seat is a reservation to be made. The zero value is nobody.
type seat struct {
	id  string // the same seat asked for twice is one
	ttl time.Duration
	// grace is how much longer than ttl the seat is counted, so that it stays
	// counted until the owner has said that its player is there.
	grace time.Duration
}

// claimArgs are a room to be made by its owner.
type claimArgs struct {
	room   Room
	node   string
	lease  time.Duration
	making time.Duration // until when the owner must have asserted it
	nonce  string        // the same claim sent twice is one
	// instead is the epoch of the owner that the room is taken from; 0: it has none.
	instead uint64
	silent  time.Duration // for how long that owner must have written no journals
	fenced  bool          // the id is known to others, who might own it
	codes   []string      // candidates, when private
}

// playArgs say who looks for what kind of room.
type playArgs struct {
	mode string
	want map[string]string
	seat seat
	// since is the revision up to which the caller knows all rooms, candidates
	// those that fit, fullest first; all of them when all is set.
	since      uint64
	candidates []string
	all        bool
	avoid      []string
	make       *claimArgs // when none fits; nil: ErrNoRoom
}

// changesLooked is how many changes since playArgs.since one step looks at. With
// more the caller reads the stream first. Bounds what one call costs.
const changesLooked = 256

type reserveArgs struct {
	by, value string // "id" or "code"
	seat      seat
}

// seated is who has a seat now, and where.
type seated struct {
	row     row
	expires time.Time // of the promise
	made    bool      // the room is new
}

// assertion is a room as its owner lists it.
type assertion struct {
	room    Room
	fenced  bool
	settled []string // reservations that room.Taken holds by now
}

// verdict is what became of an assertion.
type verdict struct {
	lost   bool
	nocode bool // its code belongs to another room by now
	row    row  // when not lost
}

type removeArgs struct {
	node       string
	id         string
	epoch      uint64
	fenced     bool
	settled    []string
	unpromised bool // only when no seat is promised
}

// row is a room as the directory has it.
type row struct {
	Room             // Taken without the promised seats
	owner  string    // the node whose lease covers it
	making time.Time // zero: it is there
	rev    uint64
	ends   []int64 // when its promises end, Unix ms
	gone   bool    // it has ended
}

// counted is the room with the promised seats in Taken, as others see it.
func (r *row) counted(now time.Time) Room {
	room, ms := r.Room, now.UnixMilli()
	for _, end := range r.ends {
		if end > ms {
			room.Taken++
		}
	}
	return room
}

// changes is a piece of the stream of changes.
type changes struct {
	rows   []row
	upTo   uint64 // revision of the last row, or the head when there are no more
	head   uint64 // the newest revision
	more   bool
	leases map[string]time.Time // of all living nodes
}
