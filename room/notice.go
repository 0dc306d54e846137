package room

import (
	"slices"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// laneSize is how many lines (chat, announcements) a seat keeps until the
// client has acked them. Full: the oldest is dropped, so that a client that is
// away for long gets the newest of what it missed.
const laneSize = 64

// noticeLane is what one seat must not miss. Notices get their numbers, from 1
// up, when they first go out. Of rosters only the newest about each seat waits,
// at most one per seat of the room.
type noticeLane struct {
	waiting []waiting // not acked, oldest first
	lines   int       // of them no rosters
	sent    int       // of them gone out on this connection: the first ones
	number  uint32    // the last that was given
}

// waiting is one notice. body is shared by seats and never changed.
type waiting struct {
	body   *pb.Notice
	number uint32   // 0: never went out
	about  sim.Seat // of a roster; else 0
}

// add puts a notice in the lane.
func (l *noticeLane) add(body *pb.Notice) {
	about := sim.Seat(body.GetRoster().GetSeat())
	if about == 0 {
		l.lines++
	}
	if about != 0 || l.lines > laneSize {
		l.drop(about)
	}
	l.waiting = append(l.waiting, waiting{body: body, about: about})
}

// drop takes out the oldest roster about a seat; of seat 0, the oldest line.
func (l *noticeLane) drop(about sim.Seat) {
	for i, w := range l.waiting {
		if w.about != about {
			continue
		}
		l.waiting = slices.Delete(l.waiting, i, i+1)
		if i < l.sent {
			l.sent--
		}
		if about == 0 {
			l.lines--
		}
		return
	}
}

// dropRosters takes out all rosters: the Welcome has them.
func (l *noticeLane) dropRosters() {
	l.waiting = slices.DeleteFunc(l.waiting, func(w waiting) bool { return w.about != 0 })
	l.sent = min(l.sent, len(l.waiting))
}

// ack forgets what the client has. It cannot have what never went out.
func (l *noticeLane) ack(number uint32) {
	n := 0
	for n < len(l.waiting) && l.waiting[n].number != 0 && l.waiting[n].number <= number {
		if l.waiting[n].about == 0 {
			l.lines--
		}
		n++
	}
	if n > 0 {
		l.waiting = slices.Delete(l.waiting, 0, n)
		l.sent = max(l.sent-n, 0)
	}
}

// rewind has everything that was not acked sent again, on a new connection.
func (l *noticeLane) rewind() { l.sent = 0 }

// pending reports whether something has not gone out on this connection.
func (l *noticeLane) pending() bool {
	return l.sent < len(l.waiting)
}

// take returns what has not gone out on this connection, at most
// netproto.MaxNotices, and takes it as sent. Valid until the next call.
func (l *noticeLane) take() []waiting {
	out := l.waiting[l.sent:]
	out = out[:min(len(out), netproto.MaxNotices)]
	for i := range out {
		if out[i].number == 0 {
			l.number++
			out[i].number = l.number
		}
	}
	l.sent += len(out)
	return out
}
