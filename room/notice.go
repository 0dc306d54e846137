package room

import (
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// laneSize is how many notices a seat keeps until the client has acked them.
// Full: the oldest is dropped, so that a client that is away for long gets the
// newest of what it missed.
const laneSize = 64

// noticeLane is what one seat must not miss, numbered from 1 without gaps
// except for what was dropped.
type noticeLane struct {
	waiting []*pb.Notice // not acked, oldest first
	number  uint32       // of the newest
	sent    uint32       // number of the newest that went out on this connection
}

// add numbers a notice. body is shared by seats and never changed.
func (l *noticeLane) add(body *pb.Notice) {
	l.number++
	if len(l.waiting) == laneSize {
		l.waiting = append(l.waiting[:0], l.waiting[1:]...)
	}
	l.waiting = append(l.waiting, &pb.Notice{Number: l.number, Body: body.GetBody()})
}

// ack forgets what the client has.
func (l *noticeLane) ack(number uint32) {
	for len(l.waiting) > 0 && l.waiting[0].GetNumber() <= number {
		l.waiting = append(l.waiting[:0], l.waiting[1:]...)
	}
}

// rewind has everything that was not acked sent again, on a new connection.
func (l *noticeLane) rewind() { l.sent = 0 }

// unsent returns what has not gone out on this connection, and takes it as sent.
func (l *noticeLane) unsent() []*pb.Notice {
	for i, n := range l.waiting {
		if n.GetNumber() > l.sent {
			l.sent = l.number
			return l.waiting[i:]
		}
	}
	return nil
}
