package store

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/metronome-server/metronome/lobby/queue"
)

//go:embed lua/*.lua
var luaFiles embed.FS

var (
	leadScript    = loadScript("lead")
	leaveScript   = loadScript("leave")
	enqueueScript = loadScript("enqueue")
	cancelScript  = loadScript("cancel")
	rehomeScript  = loadScript("rehome")
	fetchScript   = loadScript("fetch")
	matchScript   = loadScript("match")
	feedScript    = loadScript("feed")
	commitScript  = loadScript("commit")
	turnScript    = loadScript("turn")
	endScript     = loadScript("end")
	holdScript    = loadScript("hold")
	freeScript    = loadScript("free")
	noteScript    = loadScript("note")
)

// loadScript puts lib.lua in front of the named script. A missing file is a
// fault of the build, so it panics as the program starts.
func loadScript(name string) *redis.Script {
	var src strings.Builder
	for _, file := range []string{"lib", name} {
		text, err := luaFiles.ReadFile("lua/" + file + ".lua")
		if err != nil {
			panic(err)
		}
		src.Write(text)
	}
	return redis.NewScript(src.String())
}

// Redis is a store that nodes share. Any goroutine.
type Redis struct {
	client  redis.UniversalClient
	prefix  string
	timeout time.Duration
	clock   func() time.Time

	cluster bool // keys of one question must be in one slot
	holding gather[holding, []Holder]

	mu     sync.Mutex
	queues map[string]*intake
	read   map[place]string // ids in their streams of the records that were read last
}

// NewRedis returns a store in a Redis that somebody else opened and closes. clock
// tells its time. prefix is that of all keys, without braces.
func NewRedis(client redis.UniversalClient, prefix string, timeout time.Duration, clock func() time.Time) *Redis {
	r := &Redis{client: client, prefix: prefix, timeout: timeout, clock: clock, queues: map[string]*intake{}, read: map[place]string{}}
	_, r.cluster = client.(*redis.ClusterClient)
	r.holding.ask = r.hold
	return r
}

// Now implements Store.
func (r *Redis) Now() time.Time { return r.clock() }

// base is the prefix of a queue's keys. Its hash tag puts them into one slot, and
// queues into several.
func (r *Redis) base(name string) string { return "{" + r.prefix + ":q:" + name + "}:" }

// run asks Redis and returns what follows status and time in the answer.
func (r *Redis) run(ctx context.Context, s *redis.Script, name string, args ...any) ([]any, error) {
	base := r.base(name)
	return r.runOn(ctx, s, base+"lead", base, args...)
}

func (r *Redis) runOn(ctx context.Context, s *redis.Script, key, prefix string, args ...any) ([]any, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	got, err := s.Run(ctx, r.client, []string{key}, r.arguments(ctx, prefix, args)...).Result()
	return answer(ctx, got, err)
}

// arguments puts in front what every script reads first.
func (r *Redis) arguments(ctx context.Context, prefix string, args []any) []any {
	ends, _ := ctx.Deadline()
	return append([]any{prefix, r.deadline(ends)}, args...)
}

// deadline is a time of this process by the store's clock, ms.
func (r *Redis) deadline(ends time.Time) int64 { return r.clock().Add(time.Until(ends)).UnixMilli() }

func answer(ctx context.Context, got any, err error) ([]any, error) {
	if err != nil {
		if errors.Is(ctx.Err(), context.Canceled) {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	all, ok := got.([]any)
	if !ok || len(all) < 2 {
		return nil, malformed("answer", got)
	}
	switch all[0] {
	case "ok":
		return all[2:], nil
	case "fenced":
		return nil, ErrFenced
	case "late":
		return nil, errLate
	}
	return nil, malformed("status", all[0])
}

var errLate = fmt.Errorf("%w: it came to it too late and did nothing", ErrUnavailable)

// gaveUp is why a context ended: whoever asked went away, or the store took too long.
func gaveUp(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, ctx.Err())
}

func malformed(what string, got any) error {
	return fmt.Errorf("%w: unexpected %s %.100v", ErrUnavailable, what, got)
}

// Lead implements Store.
func (r *Redis) Lead(ctx context.Context, name, node string, lease time.Duration) (Lease, error) {
	got, err := r.run(ctx, leadScript, name, node, lease.Milliseconds())
	if err != nil {
		return Lease{}, err
	}
	text := texts(got)
	if len(text) != 3 {
		return Lease{}, malformed("lease", got)
	}
	epoch, err := strconv.ParseUint(text[1], 10, 64)
	if err != nil {
		return Lease{}, malformed("epoch", text[1])
	}
	return Lease{Node: text[0], Epoch: epoch, Mine: text[0] == node, Born: text[2]}, nil
}

// texts are the strings of an answer.
func texts(got []any) []string {
	out := make([]string, len(got))
	for i, g := range got {
		out[i], _ = g.(string)
	}
	return out
}

// flags are the answers to what was asked of each of n.
func flags(got []any, n int) ([]bool, error) {
	if len(got) != n {
		return nil, malformed("answer", got)
	}
	out := make([]bool, n)
	for i, g := range got {
		out[i] = g == "1"
	}
	return out, nil
}

// Leave implements Store.
func (r *Redis) Leave(ctx context.Context, name string, epoch uint64) error {
	_, err := r.run(ctx, leaveScript, name, epoch)
	return err
}

// Cancel implements Store.
func (r *Redis) Cancel(ctx context.Context, name, id, home string, end Ended) (Record, error) {
	if _, err := r.run(ctx, cancelScript, name, id, home, encode(end)); err != nil {
		return Record{}, err
	}
	records, err := r.Fetch(ctx, name, []string{id})
	if err != nil {
		return Record{}, err
	}
	return records[0], nil
}

// Rehome implements Store.
func (r *Redis) Rehome(ctx context.Context, name, id, home string) error {
	_, err := r.run(ctx, rehomeScript, name, id, home)
	return err
}

// Fetch implements Store.
func (r *Redis) Fetch(ctx context.Context, name string, ids []string) ([]Record, error) {
	args := []any{len(ids)}
	for _, id := range ids {
		args = append(args, id)
	}
	got, err := r.run(ctx, fetchScript, name, args...)
	if err != nil {
		return nil, err
	}
	if len(got) != len(ids) {
		return nil, malformed("answer", got)
	}
	records := make([]Record, len(ids))
	for i, text := range texts(got) {
		if records[i], err = recordOf(text); err != nil {
			return nil, err
		}
	}
	return records, nil
}

// recordOf reads what fetch.lua says of an entry.
func recordOf(text string) (Record, error) {
	if text == "" {
		return Record{}, nil
	}
	switch kind, rest := text[0], text[1:]; kind {
	case 'w':
		e, err := ReadEntry(rest)
		return Record{State: queue.Waiting, Entry: e}, err
	case 'm':
		match, err := ReadMatch(rest)
		if err != nil {
			return Record{}, err
		}
		return Record{State: match.State, Match: match}, nil
	case 'e':
		var end Ended
		err := decode(rest, &end)
		return Record{State: end.State, Why: end.Why}, err
	}
	return Record{}, malformed("record", text)
}

// FindMatch implements Store.
func (r *Redis) FindMatch(ctx context.Context, name, id string) (*queue.Match, error) {
	got, err := r.run(ctx, matchScript, name, id)
	if err != nil || len(got) != 1 || got[0] == "" {
		return nil, err
	}
	return ReadMatch(texts(got)[0])
}

// Commit implements Store.
func (r *Redis) Commit(ctx context.Context, name string, epoch uint64, matches []*queue.Match) ([]bool, error) {
	args := []any{epoch, len(matches)}
	for _, match := range matches {
		args = append(args, match.ID, keptMatch(match), len(match.Entries))
		for i := range match.Entries {
			args = append(args, match.Entries[i].ID, match.Entries[i].Rev)
		}
	}
	got, err := r.run(ctx, commitScript, name, args...)
	if err != nil {
		return nil, err
	}
	return flags(got, len(matches))
}

// Turn implements Store.
func (r *Redis) Turn(ctx context.Context, name string, epoch uint64, turns ...Turn) ([]bool, error) {
	args := []any{epoch, len(turns)}
	for _, t := range turns {
		over := int64(0)
		if t.Match.State.Final() {
			over = cmp.Or(t.Keep, matchKept).Milliseconds()
		}
		args = append(args, t.Match.ID, t.Match.Rev-1, keptMatch(t.Match), over, len(t.Back))
		for _, e := range t.Back {
			args = append(args, e.ID, keptEntry(e))
		}
		args = append(args, len(t.Ended))
		for _, end := range t.Ended {
			args = append(args, end.ID, encode(end))
		}
	}
	got, err := r.run(ctx, turnScript, name, args...)
	if err != nil {
		return nil, err
	}
	return flags(got, len(turns))
}

// End implements Store.
func (r *Redis) End(ctx context.Context, name string, epoch uint64, ends []Ended) ([]bool, error) {
	args := []any{epoch, len(ends)}
	for _, end := range ends {
		args = append(args, end.ID, end.Rev, encode(end))
	}
	got, err := r.run(ctx, endScript, name, args...)
	if err != nil {
		return nil, err
	}
	return flags(got, len(ends))
}

// Publish implements Store.
func (r *Redis) Publish(ctx context.Context, name, text string, keep time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	if err := r.client.Set(ctx, r.base(name)+"says", text, keep).Err(); err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return nil
}

// Published implements Store.
func (r *Redis) Published(ctx context.Context, name string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	text, err := r.client.Get(ctx, r.base(name)+"says").Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return "", fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return text, nil
}
