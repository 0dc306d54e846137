package room

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

const elsewhere = "ws://there/rooms/test"

// moving asks for a move, whose end a tick brings.
func (r *rig) moving(hand func([]byte) (Handed, error)) func() error {
	done := make(chan error, 1)
	asked := r.wanted.Load() == nil
	go func() { done <- r.Move(context.Background(), hand) }()
	for asked && r.wanted.Load() == nil { // the call has come to where it waits
		runtime.Gosched()
	}
	return func() error { return <-done }
}

// TestARoomGoesOnElsewhere: after its last tick here, everybody is told where, and has
// their seat there, with the notices and commands as they were.
func TestARoomGoesOnElsewhere(t *testing.T) {
	mode := deskMode(30)
	room := newRig(t, mode)
	p := &orderer{peer: room.join("ann"), orders: []int32{1, 2, 3, 4, 5, 6}}
	p.give(3)
	room.tick()
	p.hear()
	must(t, room.Announce("to be read before"))
	room.ticks(2)
	p.hear()
	var kept []byte
	moved := room.moving(func(journal []byte) (Handed, error) {
		kept = journal
		return Handed{URL: elsewhere}, nil
	})
	p.give(2)
	must(t, room.Announce("to be read there"))
	room.tick()
	must(t, moved())
	hash, next := room.world.Hash(), room.next
	room.end()
	p.hear()
	last := p.notices[len(p.notices)-1]
	if last.GetMoved().GetUrl() != elsewhere || p.conn.code() != netproto.CloseMoved || p.frame.Tick != next-1 {
		t.Fatalf("the last notice is %v, the close %v, at tick %d of %d", last, p.conn.ended, p.frame.Tick, next-1)
	}
	there, _ := hadAgain(t, kept, mode)
	if there.world.Hash() != hash || there.next != next {
		t.Errorf("tick %d, was %d; hash %x, was %x", there.next, next, there.world.Hash(), hash)
	}
	newest, before := p.peer.newest, len(p.notices)
	p.room = there
	back := there.resume(p.token)
	back.newest = newest
	if back.seat != p.seat || back.frame.Commanded != p.acked {
		t.Errorf("seat %d, %d commands acked, were %d", back.seat, back.frame.Commanded, p.acked)
	}
	there.tick()
	back.read()
	heard := texts(append(p.notices[:before:before], back.notices...))
	if len(heard) != 2 || heard[0] != "to be read before" || heard[1] != "to be read there" {
		t.Errorf("heard %q", heard)
	}
}

// texts are the announcements among notices, each once by its number.
func texts(notices []*pb.Notice) (all []string) {
	seen := map[uint32]bool{}
	for _, n := range notices {
		if a := n.GetAnnouncement(); a != "" && !seen[n.GetNumber()] {
			all = append(all, a)
		}
		seen[n.GetNumber()] = true
	}
	return all
}

// TestAMoveThatFailsIsNone: the room goes on, whoever refused it.
func TestAMoveThatFailsIsNone(t *testing.T) {
	room := walking(t)
	p := room.join("ann")
	refused := errors.New("the other node is full")
	moved := room.moving(func([]byte) (Handed, error) { return Handed{Epoch: 9}, refused })
	before := room.next
	room.ticks(3)
	if err := moved(); !errors.Is(err, refused) {
		t.Errorf("%v", err)
	}
	p.read()
	if room.closing.Load() != nil || p.conn.ended != nil || room.next != before.Add(3) || room.options.OwnerEpoch != 9 {
		t.Errorf("closed %v, the player %v, tick %d", room.closing.Load(), p.conn.ended, room.next)
	}
	must(t, room.Announce("still here"))
	room.tick()
	if p.read(); len(texts(p.notices)) != 1 {
		t.Errorf("%v", p.notices)
	}
}

// TestARoomIsMovedOnceAtATime and not when it is over.
func TestARoomIsMovedOnceAtATime(t *testing.T) {
	room := walking(t)
	first := room.moving(func([]byte) (Handed, error) { return Handed{URL: elsewhere}, nil })
	if err := room.Move(t.Context(), nil); !errors.Is(err, ErrMoving) {
		t.Errorf("a second move: %v", err)
	}
	room.tick()
	must(t, first())
	room.end()
	close(room.ended)
	if err := room.Move(t.Context(), nil); !errors.Is(err, ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
}

// TestWhoIsKickedDoesNotMove: what was decided before a move is done before it.
func TestWhoIsKickedDoesNotMove(t *testing.T) {
	room := walking(t)
	p, q := room.join("ann"), room.join("ben")
	var kept []byte
	moved := room.moving(func(journal []byte) (Handed, error) {
		kept = journal
		return Handed{URL: elsewhere}, nil
	})
	room.kicked = append(room.kicked, kick{q.seat, "out"})
	room.ticks(2)
	must(t, moved())
	room.end()
	there, _ := hadAgain(t, kept, walkMode(nil))
	if len(there.taken) != 1 || there.taken[0].number != p.seat || q.conn.code() != netproto.CloseKicked {
		t.Errorf("%d seats, %v", len(there.taken), q.conn.ended)
	}
}

// heardOf remembers the events of rooms.
type heardOf struct{ events []Event }

func (h *heardOf) Happened(e Event) { h.events = append(h.events, e) }

// TestAMoveIsToldAtBothEnds: the old node says where to and how long players waited, the
// new one where from and at which tick; both count it.
func TestAMoveIsToldAtBothEnds(t *testing.T) {
	here := &heardOf{}
	room := walking(t, func(o *Options) { o.Events = here })
	room.join("ann")
	failed := room.moving(func([]byte) (Handed, error) { return Handed{}, errors.New("full") })
	room.tick()
	if failed() == nil {
		t.Error("a move that fails has no error")
	}
	var kept []byte
	moved := room.moving(func(journal []byte) (Handed, error) {
		kept = journal
		room.clock.now = room.clock.now.Add(38 * time.Millisecond)
		return Handed{URL: elsewhere, Owner: "there"}, nil
	})
	room.tick()
	must(t, moved())
	at := int64(room.world.Tick())
	room.end()
	last := here.events[len(here.events)-1]
	if last.Kind != EventMoved || last.Other != "there" || last.Took != 38*time.Millisecond || last.Count != at || last.Peak != 1 || last.Code != netproto.CloseMoved {
		t.Errorf("told here: %+v", last)
	}
	if room.MovedTo() != "there" {
		t.Errorf("it has moved to %q", room.MovedTo())
	}
	s := room.stats
	if s.Moved.Load() != 1 || s.MovesFailed.Load() != 1 || s.StoodStill.Counts().Total() != 2 || s.StoodStill.Counts().Max() < 38*time.Millisecond {
		t.Errorf("%d moved, %d failed, stood still %d times, %v at most", s.Moved.Load(), s.MovesFailed.Load(), s.StoodStill.Counts().Total(), s.StoodStill.Counts().Max())
	}

	there := &heardOf{}
	f := NewFollower(modeNamed(walkMode(nil)))
	must(t, f.Read(bytes.NewReader(kept)))
	o, _ := options(walkMode(nil))
	o.Events, o.From = there, "here"
	taken, err := f.TakeOver(o)
	must(t, err)
	taken.tellBegin()
	if first := there.events[0]; first.Kind != EventTakenOver || first.Other != "here" || first.Count != at || taken.stats.TakenOver.Load() != 1 {
		t.Errorf("told there: %+v, %d counted", first, taken.stats.TakenOver.Load())
	}
}

// TestARoomThatMovesIsNoFault: its keeper learns that another node has it before the room
// does, and nobody has to look after that.
func TestARoomThatMovesIsNoFault(t *testing.T) {
	room, k := keptRig(t, walkMode(nil))
	room.tick()
	var moving bool
	moved := room.moving(func([]byte) (Handed, error) {
		moving, k.err = room.Moving(), errors.New("another node has the room")
		return Handed{URL: elsewhere}, nil
	})
	room.tick()
	must(t, moved())
	if n := room.logs.count("the room is not kept"); n != 0 || room.stats.KeepsFailed.Load() != 0 || !moving || room.Moving() {
		t.Errorf("%d faults are logged; it was moving: %v, it is: %v", n, moving, room.Moving())
	}
}
