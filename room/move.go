package room

import (
	"context"
	"errors"

	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// ErrMoving says that the room is being moved already.
var ErrMoving = errors.New("the room is being moved")

// Handed is what became of a room that was handed to another owner.
type Handed struct {
	// URL is where it goes on, and Owner the id of the node there; "": here.
	URL, Owner string
	// Epoch is under which this node owns it from now on; 0: as before.
	Epoch uint64
}

// move is a room's way to another owner.
type move struct {
	hand func(journal []byte) (Handed, error)
	done chan error
}

// Move has the room go on elsewhere. After a tick it stands still, and hand, on the
// room's goroutine, gives another owner its journal: a checkpoint from which a
// [Follower] takes it over. When that has it, everybody here is told where, and the room
// ends; else it goes on as if nothing had been. hand must return within the time that
// players may wait. Any goroutine. Errors: hand's, ErrClosed, ErrMoving, ctx's; then it
// may still be moved.
func (r *Room) Move(ctx context.Context, hand func(journal []byte) (Handed, error)) error {
	m := &move{hand, make(chan error, 1)}
	if !r.wanted.CompareAndSwap(nil, m) {
		return ErrMoving
	}
	r.poke()
	select {
	case err := <-m.done:
		return err
	case <-r.ended:
		select {
		case err := <-m.done:
			return err
		default:
			return ErrClosed
		}
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Moving reports whether the room is on its way to another owner. Any goroutine.
func (r *Room) Moving() bool { return r.wanted.Load() != nil }

// MovedTo is the id of the node at which the room goes on; "": it is over. It is not to be
// asked before Ended is closed. Any goroutine.
func (r *Room) MovedTo() string { return r.moved.Owner }

// moveIfWanted moves the room, if somebody wants that, before a tick's snapshots are
// sent, so that the last one tells where it goes on. Who is about to leave does so first.
func (r *Room) moveIfWanted() {
	m := r.wanted.Load()
	if m == nil || len(r.kicked)+len(r.departing) > 0 {
		return
	}
	err := r.handOver(m.hand)
	r.wanted.Store(nil)
	m.done <- err
}

func (r *Room) handOver(hand func([]byte) (Handed, error)) error {
	if r.world.Over() || r.ends() {
		return ErrClosed
	}
	// The notice that tells of the move has a number, which no later one gets.
	for _, s := range r.taken {
		s.notices.number++
	}
	for _, v := range r.spectators {
		v.notices.number++
	}
	began := r.clock.Now()
	whole, err := journal.AppendWhole(nil, r.header(), r.world.Tick(), journal.StateOf(r.world), r.appendEnvelope(nil))
	if err != nil {
		return err
	}
	handed, err := hand(whole)
	r.stood = r.clock.Now().Sub(began)
	r.stats.StoodStill.Add(r.stood)
	if handed.Epoch != 0 {
		r.options.OwnerEpoch = handed.Epoch
		r.beginKeeping()
	}
	if err != nil || handed.URL == "" {
		r.stats.MovesFailed.Add(1)
		return err
	}
	r.stats.Moved.Add(1)
	r.moved = handed
	r.Close(netproto.CloseMoved, "the room goes on at another node")
	return nil
}

// movedNotice tells where the room goes on.
func (r *Room) movedNotice(number uint32) *pb.Notice {
	return &pb.Notice{Number: number, Body: &pb.Notice_Moved{Moved: &pb.Moved{Url: r.moved.URL}}}
}
