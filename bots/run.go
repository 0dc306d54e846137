package bots

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/metronome-server/metronome/client"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// Run is a load test. out, unless nil, shows people how it goes. It returns when
// the players have left. Errors: a bad Config, a server where nobody could play,
// a game that the behaviour does not fit, and ctx's.
func Run(ctx context.Context, c Config, out io.Writer) (*Report, error) {
	s, err := newSwarm(c, out)
	if err != nil {
		return nil, err
	}
	defer s.config.HTTP.CloseIdleConnections()
	if err = reach(ctx, &s.config); err != nil {
		return nil, err
	}
	before := fetchStats(ctx, &s.config)
	var report *Report
	err = s.run(ctx, func() error {
		report, err = s.measure(ctx, before)
		s.progress.clear()
		if err == nil && c.Measured != nil {
			c.Measured(report)
		}
		return err
	})
	return report, err
}

// reach makes sure that there is a server, so that nobody waits for a wrong URL.
func reach(ctx context.Context, c *Config) error {
	if c.Server == "" {
		return nil
	}
	lobby, err := client.NewLobby(c.Server, c.HTTP)
	if err != nil {
		return err
	}
	if _, _, err := lobby.ListRooms(ctx, &pb.ListRoomsRequest{PageSize: 1}); err != nil {
		return fmt.Errorf("no metronome server answers at %s: %w", c.Server, err)
	}
	return nil
}

// measure waits until everybody plays and has warmed up, and measures. before is
// how the server was before the first player came.
func (s *swarm) measure(ctx context.Context, before *serverStats) (*Report, error) {
	s.calm = true
	if err := s.play(ctx, s.everybodyIn); err != nil {
		return nil, err
	}
	s.calm = false
	if s.playing == 0 {
		return nil, fmt.Errorf("none of %d players could join: %w", len(s.bots), s.lastErr)
	}
	if err := s.play(ctx, until(time.Now().Add(s.config.Warmup))); err != nil {
		return nil, err
	}
	first := make(chan *serverStats, 1)
	go func() { first <- fetchStats(ctx, &s.config) }() // waited for below
	s.open(time.Now())
	err := s.play(ctx, until(s.from.Add(s.config.Duration)))
	end := time.Now()
	s.measuring = false
	at := <-first
	if err != nil {
		return nil, err
	}
	return s.report(end, before, at, fetchStats(ctx, &s.config)), nil
}

func until(end time.Time) func(time.Time) bool {
	return func(now time.Time) bool { return !now.Before(end) }
}

// everybodyIn reports whether joining is over: all play, failed, or took too long.
func (s *swarm) everybodyIn(now time.Time) bool {
	if s.settled < len(s.bots) && now.Sub(s.began) < s.config.JoinTimeout {
		return false
	}
	s.failed = len(s.bots) - s.playing
	return true
}
