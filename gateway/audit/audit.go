// Package audit writes down who did what from where: into the log, and into the
// store, where every node shows it.
package audit

import (
	"context"
	"log/slog"
	"time"

	"github.com/metronome-server/metronome/lobby"
)

// noteTimeout bounds the store's part, which nobody waits for.
const noteTimeout = 2 * time.Second

// Log writes acts down. Any goroutine.
type Log struct {
	lobby *lobby.Lobby
	log   *slog.Logger
	queue chan lobby.Act
	// Heard, unless nil, is told of every act. Set it before the first.
	Heard func(a lobby.Act, err error)
}

// queued is how many acts may wait for the store; those beyond are in the log only.
const queued = 256

// New returns a Log. Run writes what waits.
func New(l *lobby.Lobby, log *slog.Logger) *Log {
	return &Log{lobby: l, log: log, queue: make(chan lobby.Act, queued)}
}

// Note writes an act down; err is why it failed, nil when it was done.
func (l *Log) Note(_ context.Context, a lobby.Act, err error) {
	args := []any{"act", a.What, "by", a.Who, "remote", a.Remote, "on", a.On, "text", a.Detail}
	if a.Node != "" {
		args = append(args, "node", a.Node)
	}
	if l.Heard != nil {
		l.Heard(a, err)
	}
	if err != nil {
		a.Fault = err.Error()
		args = append(args, "err", err)
	}
	l.log.Info("an operator acts", args...)
	select {
	case l.queue <- a:
	default:
		l.log.Warn("an act is in the log only: too many wait for the store", "act", a.What)
	}
}

// Run writes acts into the store until ctx ends, and then those that wait.
func (l *Log) Run(ctx context.Context) {
	for {
		select {
		case a := <-l.queue:
			l.write(a)
		case <-ctx.Done():
			for len(l.queue) > 0 {
				l.write(<-l.queue)
			}
			return
		}
	}
}

func (l *Log) write(a lobby.Act) {
	ctx, cancel := context.WithTimeout(context.Background(), noteTimeout)
	defer cancel()
	if err := l.lobby.Note(ctx, a); err != nil {
		l.log.Warn("an act is in the log only: the store did not take it", "act", a.What, "err", err)
	}
}
