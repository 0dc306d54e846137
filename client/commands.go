package client

import (
	"errors"
	"fmt"
	"slices"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// maxQueuedCommands is how many commands wait here at most, those on the way
// included. Why 256: the server takes 16 at a time, and who is 240 behind plays
// another game than the one on the screen.
const maxQueuedCommands = 256

// frameRoom is what a frame may spend on commands, bytes: an input of many
// values, a line of chat and the rest fit beside it.
const frameRoom = netproto.MaxClientMessage - 2*netproto.MaxCommand

// ErrCommandsFull says that the server is so far behind that one more command
// cannot wait.
var ErrCommandsFull = errors.New("too many commands wait for the server")

// commands are those that the server has not dealt with, oldest first. A command
// stays until it is acked, so that a new connection can bring it again.
type commands struct {
	waiting []netproto.Command
	sent    int    // how many of them went out on this connection
	last    uint32 // number of the newest
}

// add queues a command and returns its number.
func (q *commands) add(values, list []int32) (uint32, error) {
	c := netproto.Command{Number: q.last + 1}
	if len(values) > len(c.Values) || len(list) > len(c.List) {
		return 0, fmt.Errorf("a command of %d values and a list of %d; at most %d and %d", len(values), len(list), len(c.Values), len(c.List))
	}
	if len(q.waiting) == maxQueuedCommands {
		return 0, ErrCommandsFull
	}
	c.Count, c.ListCount = copy(c.Values[:], values), copy(c.List[:], list)
	if n := netproto.CommandSize(&c); n > netproto.MaxCommand {
		return 0, fmt.Errorf("a command of %d bytes, at most %d", n, netproto.MaxCommand)
	}
	q.last++
	q.waiting = append(q.waiting, c)
	return q.last, nil
}

// rename has the commands that wait be as the schema of now has them, where the room
// goes on under another build of the game: values go by the names of their fields. A
// field that is gone is left out, a new one is 0.
func (q *commands) rename(before, now []*pb.CommandField) {
	if slices.EqualFunc(before, now, sameField) {
		return
	}
	for i := range q.waiting {
		c := &q.waiting[i]
		was := *c
		c.Values, c.Count, c.List, c.ListCount = [len(c.Values)]int32{}, 0, [len(c.List)]int32{}, 0
		for _, f := range now {
			at := slices.IndexFunc(before, func(b *pb.CommandField) bool { return sameField(b, f) })
			switch {
			case f.GetList() > 0:
				if at >= 0 {
					c.List, c.ListCount = was.List, was.ListCount
				}
			case c.Count < len(c.Values): // a server may say anything
				if at >= 0 && at < len(was.Values) {
					c.Values[c.Count] = was.Values[at]
				}
				c.Count++
			}
		}
	}
}

// sameField: a list is never a number, whatever their names.
func sameField(a, b *pb.CommandField) bool {
	return a.GetName() == b.GetName() && (a.GetList() > 0) == (b.GetList() > 0)
}

// due reports whether something may be sent.
func (q *commands) due() bool { return q.sent < min(len(q.waiting), netproto.MaxCommands) }

// take appends what may be sent with this frame.
func (q *commands) take(to []netproto.Command) []netproto.Command {
	for left := frameRoom; q.due(); q.sent++ {
		c := &q.waiting[q.sent]
		if left -= netproto.CommandSize(c) + 3; left < 0 {
			break
		}
		to = append(to, *c)
	}
	return to
}

// ack forgets what the server has dealt with. Numbers that were never given here
// are those of a client that had the seat before: the next ones follow them.
func (q *commands) ack(number uint32) {
	if number > q.last {
		for i := range q.waiting {
			number++
			q.waiting[i].Number = number
		}
		q.last, q.sent = number, 0
		return
	}
	done := 0
	for done < len(q.waiting) && q.waiting[done].Number <= number {
		done++
	}
	q.waiting = append(q.waiting[:0], q.waiting[done:]...)
	q.sent = max(q.sent-done, 0)
}

// Command gives the game an order that is neither lost nor given twice, also
// over a resume; values are the fields of Schema.command, list those of its list.
// It goes out with the next frame, or once the server has dealt with older ones.
// The number is what a refusal (pb.CommandRefused) names. Errors: it is too long,
// ErrCommandsFull, ErrSpectating.
func (s *Session) Command(values, list []int32) (number uint32, err error) {
	if s.Spectating() {
		return 0, ErrSpectating
	}
	if number, err = s.commands.add(values, list); err == nil {
		s.Counts.Commands++
	}
	return number, err
}

// CommandsWaiting is how many commands the server has not dealt with.
func (s *Session) CommandsWaiting() int { return len(s.commands.waiting) }
