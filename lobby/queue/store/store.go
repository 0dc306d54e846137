// Package store keeps what outlives a node of the queues: entries, matches, who
// leads a queue, and who waits where. In Redis, for all nodes that share it, or in
// this process. Everything of one queue is in one slot of a Redis Cluster; queues
// are spread over slots.
package store

import (
	"context"
	"errors"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
)

// What a caller can tell apart.
var (
	// ErrFenced: another leader has the queue under a higher epoch. Nothing was done.
	ErrFenced = errors.New("queue: led by another node")
	// ErrUnavailable: the store did not answer in time. What it has not done by then
	// it never does.
	ErrUnavailable = errors.New("queue: store unavailable")
	// ErrFull: the queue has as many entries as it may.
	ErrFull = errors.New("queue: full")
)

const (
	// MaxWaiting bounds the entries of a queue. Threat: memory of the store.
	MaxWaiting = 200_000
	// keptAfter is how long an entry that waits no more can be asked for.
	keptAfter = 10 * time.Minute
	// matchKept is how long a match can be asked for after its end.
	matchKept = time.Hour
)

// Store keeps the queues. Each method is one atomic step, of one queue. Entries and
// matches that it returns or is given are not changed by anybody afterwards.
// Errors of all: ErrUnavailable.
type Store interface {
	// Now is the store's time as far as it is known here. It asks nobody.
	Now() time.Time

	// Lead takes or renews the lease of a queue.
	Lead(ctx context.Context, name, node string, lease time.Duration) (Lease, error)
	// Leave gives a lease up.
	Leave(ctx context.Context, name string, epoch uint64) error

	// Enqueue puts an entry in, once: the same entry sent twice is one. After the
	// deadline of ctx it never comes in. born is when the queue was born, as the caller
	// knew before it held the entry's users. When it was born at another time, the holds
	// may be lost: nothing happens, and that is what Enqueue returns. ErrFull.
	Enqueue(ctx context.Context, name, born string, e *queue.Entry) (is string, err error)
	// Cancel takes an entry out that waits; with home, only if that node watches it.
	// One that nobody knows does not come in any more, unless with home. It returns
	// what the entry is at afterwards.
	Cancel(ctx context.Context, name, id, home string, end Ended) (Record, error)
	// Rehome notes which node watches a waiting entry.
	Rehome(ctx context.Context, name, id, home string) error
	// Fetch returns what entries are at. Unknown ones have the zero Record.
	Fetch(ctx context.Context, name string, ids []string) ([]Record, error)
	// FindMatch returns a match, nil when there is none.
	FindMatch(ctx context.Context, name, id string) (*queue.Match, error)

	// Feed reads on in what happened; since 0 begins at the end.
	Feed(ctx context.Context, name string, kind FeedKind, since uint64) (Feed, error)
	// Load calls add with every entry that waits, and returns the matches that are not
	// settled. It may add entries that leave meanwhile, which the feed tells.
	Load(ctx context.Context, name string, add func(*queue.Entry)) ([]*queue.Match, error)

	// Commit makes matches: of each, all its entries leave the queue and it is
	// written, or, when one of them is not as the match says, nothing of it happens.
	// ErrFenced.
	Commit(ctx context.Context, name string, epoch uint64, matches []*queue.Match) (made []bool, err error)
	// Turn brings each match from the revision before to what it is now, and with it
	// puts entries back and ends others. false: that match is at another revision, and
	// nothing of its turn was done. ErrFenced, unless epoch is 0, which is anybody.
	Turn(ctx context.Context, name string, epoch uint64, turns ...Turn) ([]bool, error)
	// End takes entries out that wait, at the revision that they are thought to have.
	// It returns which of them were. ErrFenced.
	End(ctx context.Context, name string, epoch uint64, ends []Ended) ([]bool, error)

	// Publish keeps a short text that everybody can read for a while: what the leader
	// says of its queue. Published returns it, "" when there is none.
	Publish(ctx context.Context, name, text string, keep time.Duration) error
	Published(ctx context.Context, name string) (string, error)

	// Hold notes for each user which entry they are in, unless they are in another. It
	// returns who was held by which entry: the zero Holder where the hold is this
	// one's.
	Hold(ctx context.Context, holds []Hold, pending, life time.Duration) ([]Holder, error)
	// Free undoes holds that are still the entry's.
	Free(ctx context.Context, holds []Hold) error

	// Notes returns what a queue has noted of users, "" of whom there is nothing.
	Notes(ctx context.Context, name string, users []string) ([]string, error)
	// KeepNote replaces the note of a user, if it is still what it was.
	KeepNote(ctx context.Context, name, user, was, text string, life time.Duration) (bool, error)
}

// Lease is who leads a queue.
type Lease struct {
	Node  string
	Epoch uint64
	Mine  bool
	// Born changes when the store has lost the queue.
	Born string
}

// Record is what an entry is at.
type Record struct {
	State queue.State  // "": nobody knows the entry
	Entry *queue.Entry // while it waits
	Match *queue.Match // of all states from Offered to Played
	Why   string       // of a final state
}

// Ended is an entry that waits no more, and why.
type Ended struct {
	ID    string      `json:"id"`
	Rev   uint64      `json:"rev,omitempty"` // for End
	State queue.State `json:"state"`
	Why   string      `json:"why,omitempty"`
}

// Turn is the next revision of a match.
type Turn struct {
	Match *queue.Match // Rev is the new one
	// Keep is how long a match that is over can be asked for; 0: an hour.
	Keep  time.Duration
	Back  []*queue.Entry
	Ended []Ended
}

// FeedKind says which of a queue's two feeds.
type FeedKind string

const (
	// FeedPool is what the leader's pool is made of: entries that came, left by
	// themselves, or are watched by another node.
	FeedPool FeedKind = "in"
	// FeedNews is what watchers are told: matches, entries that came back or ended.
	FeedNews FeedKind = "out"
)

// Feed is a piece of what happened.
type Feed struct {
	Items []Item
	Next  uint64 // to read on
	Gap   bool   // something in between is kept no more
	More  bool
	Born  string
}

// Item is one thing that happened: one of its fields is set.
type Item struct {
	Added   *queue.Entry // waits, maybe again
	Removed string       // waits no more, by its own doing
	Moved   [2]string    // id, and the node that watches it now
	Match   *queue.Match // made or turned
	Ended   *Ended
}

// Hold ties a user to an entry.
type Hold struct {
	User, Entry string
	// Instead is an entry that holds the user and is known to be over.
	Instead string
}

// Holder is which entry has a user. Pending: it is on its way into its queue until
// then.
type Holder struct {
	Entry   string
	Pending time.Time
}
