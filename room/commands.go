package room

import (
	"time"

	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// commandQueue holds a seat's commands until a step takes them. It belongs to the
// seat: a new connection goes on where the one before stopped.
type commandQueue struct {
	// received is the number of the last command that came, whether it waits, was
	// given to a step or was refused. A client that sends it again is not heard.
	received uint32
	// gap: the room has lost moments in which it may have taken some, so that the next
	// may have any number.
	gap     bool
	waiting []heldCommand
	used    int           // of the right to give commands; see allow
	since   time.Duration // of the room's time
	told    bool          // that commands wait
}

type heldCommand struct {
	number       uint32
	values, list []int32
}

// commandBurst is of how many seconds a seat may give its commands at once. Why 2:
// who clicks in bursts does not wait, and what a script gains is two seconds.
const commandBurst = 2

// receiveCommand takes one command of a seat. Errors: *netproto.CloseError, of a
// client that does not count or does not wait.
func (r *Room) receiveCommand(s *seat, c *netproto.Command) error {
	q := &s.commands
	switch {
	case c.Number <= q.received:
		s.budget.left-- // it came before, over another connection, or is a flood
		return nil
	case q.gap:
	case c.Number != q.received+1 && s.link.unread: // the client counts; it comes back and sends again what is missing
		return &netproto.CloseError{Code: netproto.CloseFlood, Reason: "more messages than the server reads, and a command was in one that it has not read"}
	case c.Number != q.received+1:
		return &netproto.CloseError{Code: netproto.CloseBadFrame, Reason: "a command's number does not follow that of the one before"}
	case len(q.waiting) >= netproto.MaxCommands:
		return &netproto.CloseError{Code: netproto.CloseFlood, Reason: "more commands than may wait; send no more than the window before they are acknowledged"}
	}
	q.received, q.gap = c.Number, false
	if err := r.world.CheckCommand(c.Values[:c.Count], c.List[:c.ListCount]); err != nil {
		s.budget.left--
		s.notices.add(&pb.Notice{Body: &pb.Notice_Refused{Refused: &pb.CommandRefused{Number: c.Number, Reason: err.Error()}}})
		return nil
	}
	q.waiting = append(q.waiting, heldCommand{
		c.Number, append([]int32(nil), c.Values[:c.Count]...), append([]int32(nil), c.List[:c.ListCount]...),
	})
	return nil
}

// forgetWaiting drops what waits: it counts as dealt with.
func (q *commandQueue) forgetWaiting() {
	clear(q.waiting)
	q.waiting = q.waiting[:0]
}

// acked is the number of the last command that the client need not send again:
// all up to it were given to a step or refused.
func (q *commandQueue) acked() uint32 {
	if len(q.waiting) > 0 {
		return q.waiting[0].number - 1
	}
	return q.received
}

// giveCommands gives the world the commands of a seat that it may give now. Those
// over the mode's rate wait, and the player is told once.
func (r *Room) giveCommands(s *seat) {
	q := &s.commands
	if len(q.waiting) == 0 {
		return
	}
	rate := r.mode.Commands()
	now := roomTime(r.next, r.hz)
	given := 0
	for ; given < len(q.waiting) && q.allow(now, rate); given++ {
		o := &q.waiting[given]
		if r.noting() {
			r.step.Commands = append(r.step.Commands, journal.Command{Seat: s.number, Number: o.number, Values: o.values, List: o.list})
		}
		if err := r.world.GiveCommand(s.number, o.number, o.values, o.list); err != nil {
			panic(err) // they were checked, and numbers only grow: a bug here
		}
	}
	if given < len(q.waiting) && !q.told {
		q.told = true
		s.notices.add(&pb.Notice{Body: &pb.Notice_Announcement{Announcement: "You are giving orders faster than this game takes them; the rest waits."}})
	}
	q.waiting = append(q.waiting[:0], q.waiting[given:]...)
	clear(q.waiting[len(q.waiting) : len(q.waiting)+given])
	r.gave += given
}

// allow uses up one command of rate a second, and commandBurst times that at once.
func (q *commandQueue) allow(now time.Duration, rate int) bool {
	every := time.Second / time.Duration(rate)
	if back := int((now - q.since) / every); back > 0 {
		q.used = max(q.used-back, 0)
		q.since += time.Duration(back) * every
	}
	if q.used == 0 {
		q.since, q.told = now, false
	}
	if q.used >= rate*commandBurst {
		return false
	}
	q.used++
	return true
}

// wait returns how long it is until a command that waits may be given; 0: none
// waits.
func (q *commandQueue) wait(now time.Duration, rate int) time.Duration {
	if len(q.waiting) == 0 {
		return 0
	}
	return max(q.since+time.Second/time.Duration(rate)-now, time.Millisecond)
}
