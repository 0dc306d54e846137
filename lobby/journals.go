package lobby

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"

	"github.com/metronome-server/metronome/journal/stored"
)

// Journals are those of the rooms of all nodes, in Redis. They implement stored.Store.
// Any goroutine.
type Journals struct {
	dir  *redisDirectory
	node string
}

// Journals returns those in this lobby's Redis; nil: it is not in Redis.
func (l *Lobby) Journals() *Journals {
	dir, ok := l.dir.(*redisDirectory)
	if !ok {
		return nil
	}
	return &Journals{dir, l.self}
}

var journalFates = map[string]stored.Fate{"kept": stored.Stored, "gap": stored.Gap, "lost": stored.Lost}

// Write implements stored.Store. Errors: ErrUnavailable.
func (j *Journals) Write(ctx context.Context, all []stored.Write) ([]stored.Fate, error) {
	args := append(make([]any, 0, 2+8*len(all)), j.node, len(all))
	for i := range all {
		w, then := &all[i], ""
		switch {
		case w.Forget:
			then = "forget"
		case w.Use != "":
			then = "use " + w.Use
		}
		args = append(args, w.Room, w.Epoch, w.Journal, w.At, w.Tail, w.FreshAt, w.Fresh, then)
	}
	answer, err := j.dir.run(ctx, journalScript, args...)
	if err != nil {
		return nil, err
	}
	if len(answer) != 1 {
		return nil, malformed("journals", answer)
	}
	fates := make([]stored.Fate, len(all))
	texts := texts(answer[0])
	for i := range fates {
		fate, ok := stored.Gap, false
		if i < len(texts) {
			fate, ok = journalFates[texts[i]]
		}
		if !ok {
			return nil, malformed("journals", answer)
		}
		fates[i] = fate
	}
	return fates, nil
}

// Read implements stored.Store. Errors: ErrUnavailable.
func (j *Journals) Read(ctx context.Context, room string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, j.dir.timeout)
	defer cancel()
	b, err := j.dir.client.Get(ctx, j.dir.keys.prefix+"journal:"+room).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, unavailable(ctx, err)
	}
	return b, nil
}

// Orphans returns rooms that are kept and whose owner's lease has ended, or whose owner
// is in doubt for who calls. It asks nobody.
func (l *Lobby) Orphans(inDoubt func(node string) bool) []Room {
	return l.index.Load().orphans(l.dir.now(), inDoubt)
}

// KeptRoom returns a room that is kept, whether its owner is alive or not. It asks nobody.
func (l *Lobby) KeptRoom(id string) (Room, bool) {
	x := l.index.Load()
	x.mu.RLock()
	defer x.mu.RUnlock()
	r := x.rooms[id]
	if r == nil || !r.Kept {
		return Room{}, false
	}
	return r.Room, true
}
