package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
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

// slotOf is the hash tag of a user's keys.
func (r *Redis) slotOf(user string) string {
	tag, _, _ := strings.Cut(r.holdKey(user), "}")
	return tag
}

// holding is what one caller wants held.
type holding struct {
	holds         []Hold
	pending, life time.Duration
}

// Hold implements Store.
func (r *Redis) Hold(ctx context.Context, holds []Hold, pending, life time.Duration) ([]Holder, error) {
	return r.holding.get(ctx, holding{holds, pending, life})
}

// hold holds what several callers want.
func (r *Redis) hold(of []holding) ([][]Holder, error) {
	var holds []Hold
	var args [][]any
	for _, h := range of {
		for _, user := range h.holds {
			holds = append(holds, user)
			args = append(args, []any{user.Entry, user.Instead, h.pending.Milliseconds(), h.life.Milliseconds()})
		}
	}
	got, err := r.ofUsers(context.Background(), holdScript, holds, args)
	if err != nil {
		return nil, err
	}
	holders := make([][]Holder, len(of))
	for i, h := range of {
		for _, kept := range got[:len(h.holds)] {
			holders[i] = append(holders[i], holderOf(kept))
		}
		got = got[len(h.holds):]
	}
	return holders, nil
}

// Free implements Store.
func (r *Redis) Free(ctx context.Context, holds []Hold) error {
	for page := range slices.Chunk(holds, gatherMost) {
		args := make([][]any, len(page))
		for i, h := range page {
			args[i] = []any{h.Entry}
		}
		if _, err := r.ofUsers(ctx, freeScript, page, args); err != nil {
			return err
		}
	}
	return nil
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

// ofUsers runs a script for some users, with arguments for each, and returns what it
// answers of each. In a cluster the users of each slot are one question, in one go with
// the others; else all are one.
func (r *Redis) ofUsers(ctx context.Context, s *redis.Script, holds []Hold, args [][]any) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	groups := map[string][]int{}
	for i, h := range holds {
		slot := ""
		if r.cluster {
			slot = r.slotOf(h.User)
		}
		groups[slot] = append(groups[slot], i)
	}
	run := func(eval func(context.Context, redis.Scripter, []string, ...any) *redis.Cmd) map[string]*redis.Cmd {
		cmds := map[string]*redis.Cmd{}
		_, _ = r.client.Pipelined(ctx, func(p redis.Pipeliner) error { // each answer has its own error
			for slot, group := range groups {
				keys := make([]string, len(group))
				var all []any
				for k, i := range group {
					keys[k] = r.holdKey(holds[i].User)
					all = append(all, args[i]...)
				}
				cmds[slot] = eval(ctx, p, keys, r.arguments(ctx, "", all)...)
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
	out := make([]string, len(holds))
	for slot, cmd := range cmds {
		got, err := answer(ctx, cmd.Val(), cmd.Err())
		if err != nil {
			return nil, err
		}
		if len(got) != len(groups[slot]) {
			return nil, malformed("answer", got)
		}
		for k, text := range texts(got) {
			out[groups[slot][k]] = text
		}
	}
	return out, nil
}
