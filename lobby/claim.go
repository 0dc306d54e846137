package lobby

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/metronome-server/metronome/internal/id"
)

// owned is a room that this node has claimed.
type owned struct {
	epoch  uint64
	fenced bool

	seen     Room      // as Source last showed it, or as it was claimed
	listed   Room      // as it was last asserted; zero: not yet
	at       time.Time // when that was
	stale    bool      // the directory may have lost it
	unlisted time.Time // until then it is on its way out and is not asserted
	fault    string    // why it cannot be listed, as logged

	spent   map[string]time.Time // used tickets' reservations -> end of the ticket
	settled map[string]time.Time // reservations that seen counts -> until when the directory counts them too
}

func (o *owned) settle(reservation string, until time.Time) {
	if o.settled == nil {
		o.settled = map[string]time.Time{}
	}
	o.settled[reservation] = until
}

// settledMost is how many settled reservations of one room one step takes; the
// rest waits for the next. Bounds what a script unpacks.
const settledMost = 500

// toSettle returns settled reservations that the directory still counts, and
// forgets what is over.
func (o *owned) toSettle(now time.Time) []string {
	over := func(_ string, until time.Time) bool { return !until.After(now) }
	maps.DeleteFunc(o.spent, over)
	maps.DeleteFunc(o.settled, over)
	list := slices.Collect(maps.Keys(o.settled))
	return list[:min(len(list), settledMost)]
}

// makingTime is how long a claimed room may take until its owner asserts it.
// A claim whose answer was lost ends with it.
const makingTime = 10 * time.Second

// Claim makes this node the owner of a room that has no living owner, lists it
// at once, and returns it with its epoch and, when private, its code. The same
// call starts a new room and takes over one whose node died. An empty id becomes a
// fresh one. With an Epoch it takes the room from the owner that has it under that
// one, alive or not. From then on Source must show it. Errors: ErrInvalid,
// ErrRoomTaken, ErrUnavailable.
func (l *Lobby) Claim(ctx context.Context, r Room) (Room, error) { return l.Inherit(ctx, r, 0) }

// Inherit is Claim of a room whose owner must have written no journals for a time.
func (l *Lobby) Inherit(ctx context.Context, r Room, silent time.Duration) (Room, error) {
	fenced := r.ID != ""
	if !fenced {
		r.ID = id.Unique()
	}
	s, err := l.claim(ctx, r, fenced, silent, seat{})
	if err != nil {
		return Room{}, err
	}
	now := l.dir.now()
	l.index.Load().learn(s.row, now, l.cfg.Lease)
	return s.row.counted(now), nil
}

func (l *Lobby) claim(ctx context.Context, r Room, fenced bool, silent time.Duration, who seat) (seated, error) {
	c, err := l.newClaim(r, fenced)
	if err != nil {
		return seated{}, err
	}
	c.silent = silent
	for range 3 {
		s, err := l.claimed(&c, func() (seated, error) { return l.dir.claim(ctx, c, who) })
		if !errors.Is(err, errNoCode) {
			return s, err
		}
		c.codes = newCodes(r.Private, "")
	}
	return seated{}, fmt.Errorf("%w: %w", ErrUnavailable, errNoCode)
}

// newClaim makes a claim of a room. fenced: others may know its id, and own it.
func (l *Lobby) newClaim(r Room, fenced bool) (claimArgs, error) {
	if r.Created.IsZero() {
		r.Created = l.dir.now()
	}
	r.Created = r.Created.Truncate(time.Millisecond)
	instead := r.Epoch
	r.Node, r.URL, r.Epoch = l.cfg.NodeID, l.cfg.NodeURL, 0
	if err := r.check(); err != nil {
		return claimArgs{}, err
	}
	return claimArgs{
		room: r, node: l.self, lease: l.cfg.Lease, making: makingTime, nonce: id.Unique(), instead: instead, fenced: fenced,
		codes: newCodes(r.Private, r.Code),
	}, nil
}

// newCodes are those that a private room may get, in the order in which they are tried:
// first the one that it had.
func newCodes(private bool, had string) []string {
	if !private {
		return nil
	}
	codes := make([]string, 0, codeCandidates+1)
	if had != "" {
		codes = append(codes, had)
	}
	for range codeCandidates {
		codes = append(codes, NewCode())
	}
	return codes
}

// claimed runs a step that may make room c, and notes that this node owns it. c
// nil: it may not.
func (l *Lobby) claimed(c *claimArgs, step func() (seated, error)) (seated, error) {
	if c == nil {
		return step()
	}
	id := c.room.ID
	l.mu.Lock()
	l.claiming[id]++
	l.mu.Unlock()
	s, err := step()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.claiming[id]--; l.claiming[id] == 0 {
		delete(l.claiming, id)
	}
	switch {
	case err == nil && s.made:
		room := s.row.Room
		if l.mine[id] == nil {
			l.order = append(l.order, id)
		}
		l.mine[id] = &owned{epoch: room.Epoch, fenced: c.fenced, seen: room}
	case err != nil && !refused(err):
		l.strays = true // it may be there
	}
	return s, err
}

// refused reports whether the directory answered that it did nothing.
func refused(err error) bool {
	for _, refusal := range refusals {
		if errors.Is(err, refusal) {
			return true
		}
	}
	return false
}

// Remove takes a room out of the directory and frees its code. Seats promised in
// it are lost: who comes with such a ticket is told to ask again. When the store
// does not answer, Run sees to it later. Errors: ErrRoomLost when another owner
// has it, ErrUnavailable.
func (l *Lobby) Remove(ctx context.Context, id string, epoch uint64) error {
	a := l.disown(id, epoch)
	_, err := l.dir.remove(ctx, a)
	l.index.Load().forget(id, epoch)
	if err != nil && !errors.Is(err, ErrRoomLost) {
		l.mu.Lock()
		l.removals[id] = a
		l.mu.Unlock()
	}
	return err
}

// Disown forgets a room that this node has claimed and cannot have after all. It stays
// in the directory, for who can.
func (l *Lobby) Disown(id string, epoch uint64) { l.disown(id, epoch) }

// disown forgets a room and returns what takes it out of the directory.
func (l *Lobby) disown(id string, epoch uint64) removeArgs {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := removeArgs{node: l.self, id: id, epoch: epoch, fenced: true}
	if o := l.mine[id]; o != nil && o.epoch == epoch {
		a.fenced = o.fenced
		delete(l.mine, id)
	}
	return a
}

// retirePause is how long a room that was retired is not asserted: so long its
// owner may take to end it. One that goes on is listed again afterwards.
const retirePause = 2 * time.Second

// Retire takes a room of this node that is about to end out of the directory,
// unless a seat of it is promised; then it returns when the last promise ends.
// After zero nobody can be promised a seat any more, and the room may end. Errors:
// ErrRoomLost, ErrUnavailable.
func (l *Lobby) Retire(ctx context.Context, id string, epoch uint64) (promised time.Time, err error) {
	l.mu.Lock()
	o, now := l.mine[id], l.dir.now()
	if o == nil || o.epoch != epoch {
		l.mu.Unlock()
		return time.Time{}, ErrRoomLost
	}
	a := removeArgs{node: l.self, id: id, epoch: epoch, settled: o.toSettle(now), unpromised: true}
	o.unlisted = now.Add(retirePause)
	l.mu.Unlock()
	l.asserting.RLock()
	promised, err = l.dir.remove(ctx, a)
	l.asserting.RUnlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil && promised.IsZero() {
		o.stale, o.unlisted = true, now.Add(retirePause)
		l.index.Load().forget(id, epoch)
	} else {
		o.unlisted = time.Time{}
	}
	return promised, err
}
