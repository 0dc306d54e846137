package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// holdKey is where it is kept which entry has a user: 256 slots, so that a cluster
// spreads them.
func (r *Redis) holdKey(user string) string {
	sum := sha256.Sum256([]byte(user))
	return "{" + r.prefix + ":u:" + hex.EncodeToString(sum[:1]) + "}:" + hex.EncodeToString(sum[1:17])
}

// Hold implements Store.
func (r *Redis) Hold(ctx context.Context, holds []Hold, pending, life time.Duration) ([]Holder, error) {
	got, err := r.ofUsers(ctx, holdScript, holds, func(h Hold) []any {
		return []any{h.Entry, h.Instead, pending.Milliseconds(), life.Milliseconds()}
	})
	holders := make([]Holder, len(got))
	for i, g := range got {
		if len(g) == 1 {
			holders[i] = holderOf(g[0])
		}
	}
	return holders, err
}

// Free implements Store.
func (r *Redis) Free(ctx context.Context, holds []Hold) error {
	_, err := r.ofUsers(ctx, freeScript, holds, func(h Hold) []any { return []any{h.Entry} })
	return err
}

// holderOf reads entry:pending; "" is nobody.
func holderOf(kept string) Holder {
	at := strings.LastIndexByte(kept, ':')
	if at < 0 {
		return Holder{}
	}
	ms, _ := strconv.ParseInt(kept[at+1:], 10, 64)
	return Holder{Entry: kept[:at], Pending: time.UnixMilli(ms)}
}

// ofUsers runs a script for each of the users, who are in slots of their own, in one
// go.
func (r *Redis) ofUsers(ctx context.Context, s *redis.Script, holds []Hold, args func(Hold) []any) ([][]string, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	run := func(eval func(context.Context, redis.Scripter, []string, ...any) *redis.Cmd) []*redis.Cmd {
		cmds := make([]*redis.Cmd, len(holds))
		_, _ = r.client.Pipelined(ctx, func(p redis.Pipeliner) error { // each answer has its own error
			for i, h := range holds {
				cmds[i] = eval(ctx, p, []string{r.holdKey(h.User)}, r.arguments(ctx, "", args(h))...)
			}
			return nil
		})
		return cmds
	}
	cmds := run(s.EvalSha)
	for _, cmd := range cmds {
		if redis.HasErrorPrefix(cmd.Err(), "NOSCRIPT") {
			cmds = run(s.Eval)
			break
		}
	}
	out := make([][]string, len(cmds))
	for i, cmd := range cmds {
		got, err := answer(ctx, cmd.Val(), cmd.Err())
		if err != nil {
			return nil, err
		}
		out[i] = texts(got)
	}
	return out, nil
}
