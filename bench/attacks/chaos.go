//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"syscall"
	"time"

	"github.com/metronome-server/metronome/bench/local"
)

// scene is where chaos happens.
type scene struct {
	server  *node
	redis   *process
	seconds time.Duration // the measured time, which begins after warm
}

// ready is what the server says of itself, as a status; 0: nothing.
func (s *scene) ready(ctx context.Context) int {
	status, _, _ := s.server.get(ctx, "/readyz")
	return status
}

// redisStands stops Redis for half of the time.
func redisStands(ctx context.Context, s *scene) string {
	if local.Pause(ctx, warm) != nil {
		return ""
	}
	s.redis.signal(syscall.SIGSTOP)
	_ = local.Pause(ctx, s.seconds/2)
	meanwhile := s.ready(ctx)
	s.redis.signal(syscall.SIGCONT)
	_ = local.Pause(ctx, s.seconds/4)
	return fmt.Sprintf("readyz %d, then %d", meanwhile, s.ready(ctx))
}

// redisDies kills Redis for good.
func redisDies(ctx context.Context, s *scene) string {
	if local.Pause(ctx, warm) != nil {
		return ""
	}
	s.redis.signal(syscall.SIGKILL)
	_ = local.Pause(ctx, s.seconds/2)
	return fmt.Sprintf("readyz %d", s.ready(ctx))
}

// serverStops stands for a host that freezes for 2 s: 60 ticks at 30 Hz are lost.
func serverStops(ctx context.Context, s *scene) string {
	if local.Pause(ctx, warm+s.seconds/4) != nil {
		return ""
	}
	s.server.signal(syscall.SIGSTOP)
	_ = local.Pause(ctx, 2*time.Second)
	s.server.signal(syscall.SIGCONT)
	_ = local.Pause(ctx, s.seconds/4)
	return fmt.Sprintf("readyz %d", s.ready(ctx))
}

// stepHangs makes a room whose step never returns.
func stepHangs(ctx context.Context, s *scene) string {
	err := s.createRoom(ctx, "hang")
	if err != nil {
		return err.Error()
	}
	_ = local.Pause(ctx, warm+s.seconds)
	return fmt.Sprintf("readyz %d", s.ready(ctx))
}

func (s *scene) createRoom(ctx context.Context, mode string) error {
	c := lobbyCall("CreateRoom", fmt.Appendf(nil, `{"mode":%q}`, mode))
	req, err := http.NewRequestWithContext(ctx, c.method, "http://"+s.server.address+c.path, bytes.NewReader(c.body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	answer, err := honest.Do(req)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("no room of mode %s: status %d", mode, answer.StatusCode)
	}
	return errors.Join(err, answer.Body.Close())
}
