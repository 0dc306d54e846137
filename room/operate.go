package room

import (
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// maxAnnouncement is the longest announcement, bytes of UTF-8; more is cut off.
const maxAnnouncement = 1000

// Lock stops new players from joining; players may still resume. It reports
// whether that changed anything.
func (r *Room) Lock() bool { return r.door.to(Locked) }

// Unlock lets new players join again. It reports whether that changed anything.
func (r *Room) Unlock() bool { return r.door.to(Open) }

// Drain is a Lock that nothing opens again: play goes on, and the room ends as
// soon as no person sits in it. It reports whether that changed anything.
func (r *Room) Drain() bool { return r.door.to(Draining) }

// Kick closes the connection of a seat and frees the seat, at the next tick.
// Errors: ErrClosed, ErrBusy.
func (r *Room) Kick(number sim.Seat, reason string) error {
	return r.door.do(func() {
		if int(number) < len(r.seats) && r.seats[number].state != SeatFree {
			r.kick(&r.seats[number], reason)
		}
	})
}

// kick closes a seat's connection and frees the seat.
func (r *Room) kick(s *seat, reason string) {
	r.hangUp(s, netproto.CloseKicked, reason)
	r.leave(s)
}

// Announce sends a line from the server to every seat. Errors: ErrClosed, ErrBusy.
func (r *Room) Announce(text string) error {
	text = clip(cleanLine(text), maxAnnouncement)
	return r.door.do(func() {
		r.notify(&pb.Notice{Body: &pb.Notice_Announcement{Announcement: text}})
	})
}

// Close ends the room: nobody is let in any more, every connection is closed
// with the code, Run returns. The first call's reason counts. Ended tells when
// that is done.
func (r *Room) Close(code netproto.CloseCode, reason string) {
	r.closing.CompareAndSwap(nil, &netproto.CloseError{Code: code, Reason: reason})
	r.door.close(r.closing.Load())
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Ended is closed when the room is over and Run is about to return.
func (r *Room) Ended() <-chan struct{} { return r.ended }
