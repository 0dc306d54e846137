package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/metronome-server/metronome/bench/local"
	"github.com/metronome-server/metronome/lobby/queue/store"
)

// tape is the commands of some entries' whole way, in an order in which each comes
// after those that it was sent because of.
type tape struct {
	mu       sync.Mutex
	commands [][]any
	scripts  map[string]string // by their digests
	entries  int
	nodes    int
}

// DialHook implements redis.Hook.
func (t *tape) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook implements redis.Hook.
func (t *tape) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		t.keep(cmd)
		return next(ctx, cmd)
	}
}

// ProcessPipelineHook implements redis.Hook.
func (t *tape) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		t.keep(cmds...)
		return next(ctx, cmds)
	}
}

// farOff is a time in ms by which every script is in time.
const farOff = int64(1) << 50

// keep keeps commands. Scripts that are sent whole are kept as what they are sent as
// from then on.
func (t *tape) keep(cmds ...redis.Cmder) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, cmd := range cmds {
		switch args := cmd.Args(); cmd.Name() {
		case "eval":
			text, _ := args[1].(string)
			script := redis.NewScript(text)
			t.scripts[script.Hash()] = text
		case "evalsha", "set", "get", "hscan", "xrange", "multi", "exec":
			t.commands = append(t.commands, append([]any(nil), args...))
		}
	}
}

// record has some entries go through, and keeps the commands.
func record(ctx context.Context, o *options, s scene, r *server) (*tape, error) {
	t := &tape{scripts: map[string]string{}, entries: o.recorded, nodes: o.nodes}
	var nodes []node
	end := func() {
		for _, n := range nodes {
			n.end()
		}
		nodes = nil
	}
	defer end()
	for i := range o.nodes {
		n, err := startHere(ctx, r.addr, s.shape, i, o.nodes, o.nodes, t)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
	}
	// All play until the last of them can: what is left over at the end of a shape's
	// last match would wait for ever.
	c, err := configOf(s.shape)
	if err != nil {
		return nil, err
	}
	each := max(1, o.recorded/o.nodes/c.Most()) * c.Most()
	t.entries = each * o.nodes
	if _, err := tell(ctx, nodes, command{Do: "once", N: each, Rate: float64(max(o.players/o.nodes, c.Most()))}); err != nil {
		return nil, err
	}
	if err := local.Pause(ctx, 1500*time.Millisecond); err != nil { // until their users are free
		return nil, err
	}
	end()
	return t, nil
}

// args are those of a script, from its deadline on; nil: the command runs none.
func scriptArgs(command []any) []any {
	if command[0] != "evalsha" {
		return nil
	}
	keys, _ := command[2].(int)
	return command[3+keys+1:]
}

// lead has whoever led when the commands were recorded lead when they are replayed, and
// the queue be born when it was.
func (t *tape) lead(ctx context.Context, r *server) error {
	for _, command := range t.commands {
		args := scriptArgs(command)
		if len(args) < 3 {
			continue
		}
		key := fmt.Sprint(command[3])
		if epoch, ok := args[1].(uint64); ok && epoch != 0 { // a number only of what the leader does
			err := r.client.HSet(ctx, key, "node", "recorded", "epoch", epoch, "ends", farOff).Err()
			if err != nil {
				return err
			}
		}
		if puts(args) {
			if err := r.client.Set(ctx, strings.TrimSuffix(key, "lead")+"born", args[6], 0).Err(); err != nil {
				return err
			}
		}
	}
	return nil
}

// cursors are the ids that the readers of a feed have read up to. They take turns.
type cursors struct {
	read []string
	next int
}

// page is how many commands are sent before answers are read.
const page = 256

// replay gives Redis the commands again, one after the other without waiting, and
// returns how many entries a second it is through with on a core that it has for itself.
func (t *tape) replay(ctx context.Context, r *server) (float64, error) {
	if err := r.client.FlushAll(ctx).Err(); err != nil {
		return 0, err
	}
	for _, text := range t.scripts {
		if err := r.client.ScriptLoad(ctx, text).Err(); err != nil {
			return 0, err
		}
	}
	if err := t.lead(ctx, r); err != nil {
		return 0, err
	}
	conn := r.client.Conn()
	defer func() { _ = conn.Close() }()
	feeds := map[string]*cursors{}
	began, err := r.cpu(ctx)
	if err != nil {
		return 0, err
	}
	for left := t.commands; len(left) > 0; {
		var sent []*redis.Cmd
		reads := map[int]*string{}                                 // places of this page that read feeds, and their cursors
		_, _ = conn.Pipelined(ctx, func(p redis.Pipeliner) error { // each has its own error
			for i, command := range left[:min(len(left), page)] {
				inTime(command)
				if command[0] == "XRANGE" {
					cursor := t.cursor(feeds, command)
					for _, other := range reads {
						if other == cursor {
							return nil // its answer tells where to read on
						}
					}
					reads[i] = cursor
					command[2] = "(" + *cursor
					feeds[fmt.Sprint(command[1])].next++
				}
				sent = append(sent, p.Do(ctx, command...))
			}
			return nil
		})
		left = left[len(sent):]
		for i, cmd := range sent {
			got, failed := cmd.Result()
			if failed != nil && !errors.Is(failed, redis.Nil) {
				return 0, failed
			}
			if cursor := reads[i]; cursor != nil {
				*cursor = lastID(got, *cursor)
			}
		}
	}
	ended, err := r.cpu(ctx)
	if err != nil {
		return 0, err
	}
	return float64(t.entries) / (ended - began).Seconds(), t.allIn(ctx, r)
}

// inTime has a script be in time whenever it comes, and what it puts in.
func inTime(command []any) {
	args := scriptArgs(command)
	if args == nil {
		return
	}
	args[0] = farOff
	if puts(args) {
		for i := 3; i+3 < len(args); i += 4 {
			args[i+2] = farOff
		}
	}
}

// puts reports whether a script puts entries in: id, what is kept, deadline and when
// the queue was born, of each.
func puts(args []any) bool { return len(args) > 6 && args[1] == store.MaxWaiting }

// cursor is that of the feed's reader whose turn it is.
func (t *tape) cursor(feeds map[string]*cursors, command []any) *string {
	feed := fmt.Sprint(command[1])
	c := feeds[feed]
	if c == nil {
		readers := 1 // the leader reads one, every node the other
		if strings.HasSuffix(feed, ":out") {
			readers = t.nodes
		}
		c = &cursors{read: slices.Repeat([]string{"0-0"}, readers)}
		feeds[feed] = c
	}
	return &c.read[c.next%len(c.read)]
}

// lastID is the id of the last record of an answer; without one, what it was.
func lastID(got any, was string) string {
	records, _ := got.([]any)
	if len(records) == 0 {
		return was
	}
	if record, _ := records[len(records)-1].([]any); len(record) == 2 {
		if id, ok := record[0].(string); ok {
			return id
		}
	}
	return was
}

// allIn reports an error unless the commands did what they had done when they were
// recorded: everybody has played.
func (t *tape) allIn(ctx context.Context, r *server) error {
	keys, err := r.client.DBSize(ctx).Result()
	if err == nil && keys < int64(t.entries) {
		err = fmt.Errorf("only %d keys are left of %d entries: the commands did not do again what they had done", keys, t.entries)
	}
	return err
}
