package lobby

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

//go:embed lua/*.lua
var luaFiles embed.FS

var (
	claimScript   = loadScript("claim")
	beatScript    = loadScript("beat")
	removeScript  = loadScript("remove")
	leaveScript   = loadScript("leave")
	reserveScript = loadScript("reserve")
	redeemScript  = loadScript("redeem")
	listScript    = loadScript("list")
	findScript    = loadScript("find")
	nodesScript   = loadScript("nodes")
)

// loadScript puts lib.lua in front of the named script. A missing file is a
// fault of the build, so it panics as the program starts.
func loadScript(name string) *redis.Script {
	var src string
	for _, file := range []string{"lib", name} {
		text, err := luaFiles.ReadFile("lua/" + file + ".lua")
		if err != nil {
			panic(err)
		}
		src += string(text)
	}
	return redis.NewScript(src)
}

// run asks the store and returns what follows status and time in the answer. A
// status other than "ok" is its error from refusals; silence is ErrUnavailable.
func (l *Lobby) run(ctx context.Context, s *redis.Script, args ...any) (rows []any, err error) {
	ctx, cancel := context.WithTimeout(ctx, l.cfg.Timeout)
	defer cancel()
	args = append([]any{l.keys.prefix, fence.Milliseconds()}, args...)
	before := l.cfg.Clock()
	defer l.asked.measure(time.Now(), &err)
	got, err := s.Run(ctx, l.client, l.keys.fixed(), args...).Result()
	if err != nil {
		return nil, unavailable(ctx, err)
	}
	answer, ok := got.([]any)
	if !ok || len(answer) < 2 {
		return nil, malformed("answer", got)
	}
	if ms, ok := number(answer[1]); ok {
		l.sync(before, time.UnixMilli(ms))
	}
	status, _ := answer[0].(string)
	if status == "ok" {
		return answer[2:], nil
	}
	if refusal := refusals[status]; refusal != nil {
		return nil, refusal
	}
	return nil, malformed("status", answer[0])
}

// unavailable wraps what kept the store from answering. A caller who gave up
// gets its own context's error alone.
func unavailable(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

func malformed(what string, got any) error {
	return fmt.Errorf("%w: unexpected %s %.100v", ErrUnavailable, what, got)
}

// number reads an integer that a script sent as one or as text.
func number(v any) (int64, bool) {
	switch n := v.(type) {
	case int64:
		return n, true
	case string:
		i, err := strconv.ParseInt(n, 10, 64)
		return i, err == nil
	}
	return 0, false
}
