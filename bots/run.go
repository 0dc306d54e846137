package bots

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/metronome-server/metronome/client"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// Run is a load test. out, unless nil, shows people how it goes. It returns when
// the players have left. Errors: a bad Config, a server where nobody could play,
// a game that the behaviour does not fit, and ctx's. With ctx's, and when nobody
// could play, the report says how far it came; otherwise an error is alone.
func Run(ctx context.Context, c Config, out io.Writer) (*Report, error) {
	s, err := newSwarm(c, out)
	if err != nil {
		return nil, err
	}
	defer s.config.HTTP.CloseIdleConnections()
	if err = reach(ctx, &s.config); err != nil {
		return nil, err
	}
	stats := watchStats(ctx, &s.config)
	defer stats.stop()
	var report *Report
	err = s.run(ctx, func() error {
		report, err = s.measure(ctx, stats)
		s.progress.clear()
		if report != nil && c.Measured != nil {
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
	if c.Queue != "" {
		return checkQueue(ctx, lobby, c.Queue)
	}
	return nil
}

// errNobody: all players were refused.
var errNobody = errors.New("no player could join")

// measure waits until everybody plays and has warmed up, and measures. When that
// ends early it reports what was until then.
func (s *swarm) measure(ctx context.Context, stats *statsWatch) (*Report, error) {
	run := s.playAndMeasure
	if s.queueing != nil {
		run = s.queueAndMeasure
	}
	err := run(ctx, stats)
	if s.audience != nil {
		defer s.audience.end()
	}
	end := time.Now()
	if s.measuring = false; s.from.IsZero() {
		s.from, s.failed = end, len(s.bots)-s.playing
	}
	if err != nil && ctx.Err() == nil && !errors.Is(err, errNobody) {
		return nil, err
	}
	r := s.report(end, stats.finish(ctx, s.players()))
	r.Interrupted = ctx.Err() != nil
	if s.queueing != nil {
		r.Queue = s.endQueueing()
		if err == nil && r.Queue.Entries == 0 {
			err = fmt.Errorf("%w the queue, of %d: %w", errNobody, len(s.bots), s.lastErr)
		}
	}
	if s.audience != nil {
		r.Watchers = s.audience.report(r.Seconds)
	}
	return r, err
}

func (s *swarm) playAndMeasure(ctx context.Context, stats *statsWatch) error {
	s.calm = true
	if err := s.play(ctx, s.everybodyIn); err != nil {
		return err
	}
	s.calm = false
	if s.playing == 0 {
		return fmt.Errorf("%w, of %d: %w", errNobody, len(s.bots), s.lastErr)
	}
	if err := s.seatAudience(ctx); err != nil {
		return err
	}
	if err := s.play(ctx, until(time.Now().Add(s.config.Warmup))); err != nil {
		return err
	}
	stats.open()
	if s.audience != nil {
		s.audience.open()
	}
	s.open(time.Now())
	return s.play(ctx, until(s.from.Add(s.config.Duration)))
}

// queueAndMeasure measures from the beginning: players come and go all the time.
func (s *swarm) queueAndMeasure(ctx context.Context, stats *statsWatch) error {
	stats.open()
	s.open(time.Now())
	return s.play(ctx, until(s.from.Add(s.config.Duration)))
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
