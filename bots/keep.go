package bots

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Keep has players keep company until ctx ends: nothing is measured, and whose
// room ends or whose connection is lost comes back. It ignores Duration, Warmup,
// JoinTimeout and Arrivals: all inputs go at once, which costs least. Errors: a bad Config, a game that the behaviour does not fit;
// not ctx's.
func Keep(ctx context.Context, c Config, log *slog.Logger) error {
	d := Default()
	c.Duration, c.Warmup, c.JoinTimeout, c.Arrivals = d.Duration, d.Warmup, d.JoinTimeout, Aligned
	s, err := newSwarm(c, nil)
	if err != nil {
		return err
	}
	defer s.config.HTTP.CloseIdleConnections()
	s.keep = true
	log.Info("bots come to play", "bots", c.Players)
	err = s.run(ctx, func() error {
		return s.play(ctx, func(time.Time) bool { return false })
	})
	if errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}
