package lobby

import (
	"context"
	"time"
)

// DefaultOutboxLength is about how many messages the stream of outboxes keeps.
const DefaultOutboxLength = 100_000

// sentLife is how long the store knows which messages of a room it has after the
// last one. Why a day: a node that died with a message whose answer it did not get
// repeats it when it is started again.
const sentLife = 24 * time.Hour

// OutboxStream is the stream of outcomes and effects in Redis, {prefix}:outbox, that
// all nodes append to. Each entry has the fields id and body, the message as JSON.
type OutboxStream struct {
	dir  *redisDirectory
	most int
}

// OutboxStream returns the stream in this lobby's Redis, which keeps about so many
// messages, the newest; 0: 100,000. nil: the lobby is not in Redis.
func (l *Lobby) OutboxStream(most int) *OutboxStream {
	dir, ok := l.dir.(*redisDirectory)
	if !ok {
		return nil
	}
	if most <= 0 {
		most = DefaultOutboxLength
	}
	return &OutboxStream{dir, most}
}

// Append adds a message, unless the stream has got it before: however often it is
// repeated, within a day of the room's last one. Of a room and epoch, messages come
// in the order of tick and n; one that is older than the last is taken for one that
// is repeated. Errors: ErrUnavailable.
func (s *OutboxStream) Append(ctx context.Context, id, room string, epoch uint64, tick uint32, n int, body []byte) error {
	answer, err := s.dir.run(ctx, outboxScript, id, room, epoch, tick, n, body, s.most, sentLife.Milliseconds())
	if err == nil && len(answer) != 1 {
		return malformed("append", answer)
	}
	return err
}
