package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// tape is the commands of some entries' whole way, in an order in which each comes
// after those that it was sent because of.
type tape struct {
	mu       sync.Mutex
	commands [][]any
	scripts  map[string]string // by their digests
	entries  int
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
	t := &tape{scripts: map[string]string{}, entries: o.recorded}
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
	if err := pause(ctx, 1500*time.Millisecond); err != nil { // until their users are free
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

// lead has whoever led when the commands were recorded lead when they are replayed.
func (t *tape) lead(ctx context.Context, r *server) error {
	for _, command := range t.commands {
		args := scriptArgs(command)
		if len(args) < 3 {
			continue
		}
		if epoch, ok := args[1].(uint64); ok && epoch != 0 { // a number only of what the leader does
			return r.client.HSet(ctx, fmt.Sprint(command[3]), "node", "recorded", "epoch", epoch, "ends", farOff).Err()
		}
	}
	return errors.New("nobody led while the commands were recorded")
}

// ids are those of a feed's records in their stream, by their numbers, as far as they
// were read.
type ids []string

// feedOf is the feed that a command reads; "": none.
func feedOf(args []any) string {
	if len(args) != 5 || args[1] != "in" && args[1] != "out" {
		return ""
	}
	return fmt.Sprint(args[1])
}

// page is how many commands are sent before answers are read.
const page = 256

// replay gives Redis the commands again, one after the other without waiting, and
// returns how many entries a second it is through with.
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
	read := map[string]ids{}
	began := time.Now()
	for left := t.commands; len(left) > 0; {
		var sent []*redis.Cmd
		_, _ = conn.Pipelined(ctx, func(p redis.Pipeliner) error { // each has its own error
			for _, command := range left[:min(len(left), page)] {
				if !prepare(command, read, len(sent) > 0) {
					break // the answers tell where to read on
				}
				sent = append(sent, p.Do(ctx, command...))
			}
			return nil
		})
		commands := left[:len(sent)]
		left = left[len(sent):]
		for i, cmd := range sent {
			got, err := cmd.Result()
			if err != nil && !errors.Is(err, redis.Nil) {
				return 0, err
			}
			if feed := feedOf(scriptArgs(commands[i])); feed != "" {
				read[feed] = read[feed].learn(got)
			}
		}
	}
	return float64(t.entries) / time.Since(began).Seconds(), nil
}

// prepare has a command be in time, and a feed be read on from the same record or, if
// there is nothing to wait for, the last one before it that is known. It reports whether
// that is so.
func prepare(command []any, read map[string]ids, wait bool) bool {
	args := scriptArgs(command)
	if args == nil {
		return true
	}
	args[0] = farOff
	feed := feedOf(args)
	if feed == "" {
		return true
	}
	known, since, n := read[feed], args[2].(uint64), uint64(0)
	if len(known) > 0 {
		n = min(since, uint64(len(known)-1))
	}
	for n > 0 && known[n] == "" {
		n--
	}
	if n != since && wait {
		return false
	}
	args[2], args[3] = n, "-"
	if n > 0 {
		args[3] = known[n]
	}
	return true
}

// learn adds the records of an answer.
func (is ids) learn(got any) ids {
	answer, _ := got.([]any)
	for _, of := range answer[min(4, len(answer)):] {
		record, _ := of.([]any)
		if len(record) != 2 {
			continue
		}
		fields, _ := record[1].([]any)
		if len(fields) < 2 {
			continue
		}
		n, err := strconv.Atoi(fmt.Sprint(fields[1]))
		if err != nil {
			continue
		}
		if n >= len(is) {
			is = append(is, make(ids, n+1-len(is))...)
		}
		is[n], _ = record[0].(string)
	}
	return is
}
