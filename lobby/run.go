package lobby

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// Run beats until ctx ends, on the caller's goroutine; the caller waits for it
// before Close. source and lost are called on the same goroutine: source returns
// what this node owns now, lost is told of each room that another owner has, to
// close it. When the store fails, Run goes on trying, logs the change once, and
// asserts everything as soon as it answers.
func (l *Lobby) Run(ctx context.Context, source func() NodeState, lost func(Room)) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	failures, was := 0, ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		gone, err := l.Beat(ctx, source)
		if ctx.Err() != nil {
			return
		}
		for _, r := range gone {
			l.cfg.Log.Warn("room lost to another owner", "room", r.ID, "epoch", r.Epoch)
			lost(r)
		}
		if errors.Is(err, ErrUnavailable) {
			failures++
		} else {
			failures = 0
		}
		was = l.report(was, err)
		timer.Reset(l.pause(failures))
	}
}

// report logs a beat's outcome when it is of another kind than the last one.
func (l *Lobby) report(was string, err error) (is string) {
	switch {
	case errors.Is(err, ErrUnavailable):
		is = "unavailable"
	case err != nil:
		is = err.Error()
	}
	l.down.Store(is == "unavailable")
	switch {
	case is == was:
	case is == "unavailable":
		l.cfg.Log.Error("lobby store does not answer; rooms play on, but nobody finds them", "store", redact(l.cfg.URL), "err", err)
	case is != "":
		l.cfg.Log.Error("lobby cannot list a room", "err", err)
	default:
		l.cfg.Log.Info("lobby works again; every room is listed", "store", redact(l.cfg.URL))
	}
	return is
}

// Up reports whether Run's last beat reached the store.
func (l *Lobby) Up() bool { return !l.down.Load() }

// pause until the next beat. After failures: from a quarter of a heartbeat,
// doubling up to two, each up to a quarter less, so that many nodes do not
// come back in step.
func (l *Lobby) pause(failures int) time.Duration {
	if failures == 0 {
		return l.cfg.Heartbeat
	}
	d := l.cfg.Heartbeat / 4 << min(failures-1, 3)
	return d - rand.N(d/4)
}
