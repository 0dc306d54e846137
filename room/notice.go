package room

import (
	"slices"
	"time"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// noticeLines is how many lines (chat, announcements) a seat keeps until the
// client has acked them. Full: the oldest is dropped, so that a client that is
// away for long gets the newest of what it missed.
const noticeLines = 64

// noticeQueue is what one seat must not miss. Notices get their numbers, from 1
// up, when they first go out; a link knows up to which one it has sent. Of rosters
// only the newest about each seat waits, at most one per seat of the room.
type noticeQueue struct {
	waiting []waiting // not acked, oldest first: those with a number stand in front
	lines   int       // of them no rosters
	number  uint32    // the last that was given
}

// waiting is one notice. body is shared by seats and never changed.
type waiting struct {
	body   *pb.Notice
	number uint32   // 0: never went out
	about  sim.Seat // of a roster; else 0
}

// add puts a notice in the queue.
func (q *noticeQueue) add(body *pb.Notice) {
	about := sim.Seat(body.GetRoster().GetSeat())
	if about == 0 {
		q.lines++
	}
	if about != 0 || q.lines > noticeLines {
		q.drop(about)
	}
	q.waiting = append(q.waiting, waiting{body: body, about: about})
}

// drop takes out the oldest roster about a seat; of seat 0, the oldest line.
func (q *noticeQueue) drop(about sim.Seat) {
	for i, w := range q.waiting {
		if w.about != about {
			continue
		}
		q.waiting = slices.Delete(q.waiting, i, i+1)
		if about == 0 {
			q.lines--
		}
		return
	}
}

// dropRosters takes out all rosters: the Welcome has them.
func (q *noticeQueue) dropRosters() {
	q.waiting = slices.DeleteFunc(q.waiting, func(w waiting) bool { return w.about != 0 })
}

// ack forgets what the client has. It cannot have what never went out.
func (q *noticeQueue) ack(number uint32) {
	n := 0
	for n < len(q.waiting) && q.waiting[n].number != 0 && q.waiting[n].number <= number {
		if q.waiting[n].about == 0 {
			q.lines--
		}
		n++
	}
	if n > 0 {
		q.waiting = slices.Delete(q.waiting, 0, n)
	}
}

// pending reports whether something waits that is newer than what a link has sent.
func (q *noticeQueue) pending(sent uint32) bool {
	if len(q.waiting) == 0 {
		return false
	}
	newest := q.waiting[len(q.waiting)-1].number
	return newest == 0 || newest > sent
}

// take returns what is newer than what a link has sent, at most
// netproto.MaxNotices, each with its number. Valid until the next call.
func (q *noticeQueue) take(sent uint32) []waiting {
	first := 0
	for first < len(q.waiting) && q.waiting[first].number != 0 && q.waiting[first].number <= sent {
		first++
	}
	out := q.waiting[first:]
	out = out[:min(len(out), netproto.MaxNotices)]
	for i := range out {
		if out[i].number == 0 {
			q.number++
			out[i].number = q.number
		}
	}
	return out
}

const (
	// chatBurst lines of one seat may come at once, then one every chatEvery.
	// Why: faster than people type, slower than what fills a screen.
	chatBurst = 5
	chatEvery = 2 * time.Second
	// roomChatBurst lines of all seats together may come at once, then one every
	// roomChatEvery. Why: each goes to every seat, and faster than this nobody
	// reads.
	roomChatBurst = 20
	roomChatEvery = time.Second / 10
)

// roomTime is a room's time at a tick.
func roomTime(t sim.Tick, hz int) time.Duration {
	return time.Duration(t) * time.Second / time.Duration(hz)
}

// chatLimit is a right to speak: a bucket of lines. A seat's belongs to the
// seat, so that a new connection does not fill it, and outlives it (vacatedSeats).
type chatLimit struct {
	used  int
	since time.Duration // of the room's time
	told  bool          // that the limit is reached
}

// full reports whether another line is one too many. One is forgotten every
// so often. now is the room's time.
func (c *chatLimit) full(now time.Duration, burst int, every time.Duration) bool {
	c.recover(now, every)
	return c.used >= burst
}

// recover forgets the lines whose time has come.
func (c *chatLimit) recover(now, every time.Duration) {
	for c.used > 0 && now-c.since >= every {
		c.used--
		c.since += every
		c.told = false
	}
	if c.used == 0 {
		c.since = now
	}
}
