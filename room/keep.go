package room

import (
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/outbox"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// keeping has the room outlive its process. The room's goroutine owns it.
type keeping struct {
	keeper       journal.Keeper // nil: the room ends with its process
	checkpointed sim.Tick
	seats        []kept // by number: what was kept last
	invitations  int    // revision of the door's
	locked       bool
	failed       bool // the log has it that the room is not kept
	past         recentPast
	told         sim.Tick       // when it was last kept what of that is delivered
	held         []outbox.Entry // that leave when their ticks are kept
	doubt        bool           // another process may own the room by now
	out          []byte         // scratch
}

// beginKeeping has a keeper keep the room from now on.
func (r *Room) beginKeeping() {
	if r.options.Keeper == nil {
		return
	}
	r.keeping = keeping{keeper: r.options.Keeper, seats: make([]kept, len(r.seats)), past: r.keeping.past, held: r.keeping.held}
	r.keeping.keeper.Begin(r.header(), r.options.OwnerEpoch)
	r.keepAll()
}

// doubtAfter is how late a tick is before which the process may have stood still for
// so long that another node took its rooms. Why 300 ms: before one does, it waits for
// longer.
const doubtAfter = 300 * time.Millisecond

// mayShow reports whether this tick's snapshots may be sent. Those of a room that is
// kept strictly wait, for half a tick, until its keeper has the tick, and are left out
// when it has not; the next ones have all that they had.
func (r *Room) mayShow() bool {
	k := &r.keeping
	if k.keeper == nil || r.moved.URL != "" {
		return true
	}
	k.doubt = k.doubt || r.late > doubtAfter
	most := time.Second / time.Duration(2*r.hz)
	if r.matchOver != nil || r.mode.Hz == 0 {
		most = lastPatience // no later snapshot, or none for long, could tell what this one does
	}
	may := k.keeper.Settle(k.doubt, most)
	if may {
		k.doubt = false
	} else {
		r.stats.SnapshotsHeld.Add(1)
	}
	return may
}

// lastPatience is how long the last tick of a match, and one of a room that rests
// afterwards, waits for its keeper.
const lastPatience = 500 * time.Millisecond

// keepAll makes a checkpoint.
func (r *Room) keepAll() {
	k := &r.keeping
	k.checkpointed = r.world.Tick()
	k.out = r.appendEnvelope(k.out[:0])
	k.keeper.Checkpoint(k.checkpointed, journal.StateOf(r.world), k.out)
	for i := range r.seats {
		k.seats[i] = r.seats[i].changing()
	}
	k.locked, k.invitations = r.door.current() == Locked, r.door.invitations()
}

// keepChanges keeps what a tick has changed besides the world: it comes when the tick
// is over, and has done what its rules wanted.
func (r *Room) keepChanges() {
	k := &r.keeping
	if k.keeper == nil || r.moved.URL != "" {
		return
	}
	if r.next.Since(k.checkpointed) >= checkpointSeconds*r.hz || k.keeper.WantsCheckpoint() {
		r.keepAll()
	} else {
		r.keepEnvelope()
	}
	r.releaseHeld(false)
	err := k.keeper.Err()
	if failed := err != nil; failed != k.failed {
		k.failed = failed
		if failed {
			r.stats.KeepsFailed.Add(1)
			r.log.Error("the room is not kept: it would be lost with this process; check the disk or the store", "err", err)
		} else {
			r.log.Info("the room is kept again")
		}
	}
}

// keepEnvelope keeps what has changed of the envelope, if anything has.
func (r *Room) keepEnvelope() {
	k := &r.keeping
	e := pb.Envelope{Tick: uint32(r.world.Tick())}
	for i := 1; i < len(r.seats); i++ {
		if now := r.seats[i].changing(); now != k.seats[i] {
			k.seats[i] = now
			e.Seat = append(e.Seat, r.seats[i].envelope())
		}
	}
	if locked, invitations := r.door.current() == Locked, r.door.invitations(); locked != k.locked || invitations != k.invitations {
		k.locked, k.invitations = locked, invitations
		e.Room = r.envelope()
	}
	if upTo := r.delivered(); len(k.past) > 0 && k.past[0].tick <= upTo && r.next.Since(k.told) >= r.hz {
		k.past, k.told, e.Delivered = k.past.after(upTo), r.next, uint32(upTo)
	}
	if e.Room == nil && len(e.Seat) == 0 && e.Delivered == 0 {
		return
	}
	k.out = r.logged(proto.MarshalOptions{}.MarshalAppend(k.out[:0], &e))
	k.keeper.Envelope(k.out)
}

// endKeeping closes the keeper of a room that goes on elsewhere, and has that of one
// that is over forget it.
func (r *Room) endKeeping(goesOn bool) {
	k := &r.keeping
	if k.keeper == nil {
		return
	}
	end := k.keeper.Forget
	if goesOn {
		r.keepAll()
		end = k.keeper.Close
	}
	err := end()
	r.releaseHeld(!goesOn)
	if err != nil {
		r.stats.KeepsFailed.Add(1)
		r.log.Error("the room was not kept; check the disk or the store", "err", err)
	}
}
