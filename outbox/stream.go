package outbox

import "context"

// Stream is a log that others read from, such as a stream in Redis.
type Stream interface {
	// Append adds a message, and does nothing when it has it already. Of a room and
	// epoch, messages come in the order of tick and n, but for one that is repeated.
	Append(ctx context.Context, id, room string, epoch uint64, tick uint32, n int, body []byte) error
}

// StreamTarget is a target that appends entries to a stream. It never gives up: so
// the order of a room holds, by which the stream knows what it has. An operator may
// still Drop an entry.
func StreamTarget(name string, s Stream) Target {
	return Target{Name: name, Receiver: appender{s}, GiveUp: -1}
}

type appender struct{ stream Stream }

// Deliver implements Receiver.
func (a appender) Deliver(ctx context.Context, e *Entry) error {
	return a.stream.Append(ctx, e.ID, e.Room, e.Epoch, uint32(e.Tick), e.N, e.Body)
}
