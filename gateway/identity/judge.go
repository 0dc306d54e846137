package identity

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/sim"
)

// Judge tells whose token it is: a game's own, where no JSON Web Token says it. It is
// called on many goroutines. name is what the caller wants to be called. A user without
// a UserID is somebody unknown. An error refuses the caller, who reads its text.
type Judge func(ctx context.Context, token, name string) (lobby.Player, error)

const (
	// judgePatience is how long a judge may take. Threat: one that asks a backend that
	// hangs holds up every caller.
	judgePatience = 5 * time.Second
	// mostJudged is how many callers are judged at once. Threat: as many goroutines as
	// callers, when a judge does not look at its context.
	mostJudged = 256
)

// ErrNoJudge says that nobody can tell right now whose token it is.
var ErrNoJudge = errors.New("the user token cannot be checked right now; try again in a few seconds")

// judged asks a game's own judge, so that whatever it does costs others nothing.
type judged struct {
	judge Judge
	log   *slog.Logger
	turns chan struct{}
}

func newJudged(judge Judge, log *slog.Logger) *judged {
	return &judged{judge, log, make(chan struct{}, mostJudged)}
}

// verdict is what a judge has said.
type verdict struct {
	player lobby.Player
	err    error
}

// player asks whose token it is. Errors: ErrToken with what the judge says, ErrNoJudge.
func (j *judged) player(ctx context.Context, token, name string) (lobby.Player, error) {
	select {
	case j.turns <- struct{}{}:
	default:
		return lobby.Player{}, ErrNoJudge
	}
	ctx, cancel := context.WithTimeout(ctx, judgePatience)
	defer cancel()
	said := make(chan verdict, 1)
	go func() { // ends with the judge; there are at most mostJudged
		defer func() { <-j.turns }()
		said <- j.ask(ctx, token, name)
	}()
	select {
	case v := <-said:
		return v.player, v.err
	case <-ctx.Done():
		return lobby.Player{}, ErrNoJudge
	}
}

// ask calls the judge, which may panic.
func (j *judged) ask(ctx context.Context, token, name string) (v verdict) {
	defer func() {
		if cause := recover(); cause != nil {
			j.log.Error("the game's Authorize panics, and its caller is not let in", "err", fmt.Errorf("panic: %v", cause))
			v = verdict{err: ErrNoJudge}
		}
	}()
	p, err := j.judge(ctx, token, name)
	switch {
	case err != nil && ctx.Err() != nil:
		return verdict{err: ErrNoJudge}
	case err != nil:
		return verdict{err: fmt.Errorf("%w: %w", ErrToken, err)}
	case len(p.Data) > sim.MaxEntrantData:
		j.log.Warn("the game's Authorize gives a user more data than fits, and they are not let in", "user", p.UserID, "bytes", len(p.Data))
		return verdict{err: ErrNoJudge}
	}
	if p.Name == "" {
		p.Name = name
	}
	if err = p.Check(); err != nil {
		return verdict{err: fmt.Errorf("%w: %w", ErrToken, err)}
	}
	return verdict{player: p}
}
