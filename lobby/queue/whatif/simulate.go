package whatif

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
)

// leaves is when an arrival goes by itself; zero: never. Entries that left, or that
// the queue lost, leave after the same wait unless they are matched before. Of others
// nobody knows how long they would have waited.
func (a *Arrival) leaves() time.Time {
	if a.State == queue.Canceled || a.State == queue.Lost || a.State == queue.Closed {
		return a.Entry.Since.Add(a.Waited)
	}
	return time.Time{}
}

// fits reports whether a queue would take the entry at all.
func fits(c *queue.Config, e *queue.Entry) bool {
	n := len(e.Members)
	return n == 1 || n <= c.Party.Most
}

// simulation plays arrivals through a matcher.
type simulation struct {
	c       *queue.Config
	matcher queue.Matcher
	result  *Result
	coming  []*Arrival // those who have not come yet
	pool    queue.Pool
	leaves  map[*queue.Entry]time.Time // of who is in the pool, see Arrival.leaves
}

// Simulate plays the arrivals of a history through a matcher of a configuration, a
// round each c.Every of virtual time, from the first record's to the last's. What the
// log cannot say is left out: vacancies of matches that go on, and who would not
// accept or not come. progress, unless nil, is called after each round with the part
// that is done, 0 to 1. Errors: those of ctx, and a matcher that breaks its word.
func Simulate(ctx context.Context, h *History, name string, c *queue.Config, matcher queue.Matcher, progress func(float64)) (*Result, error) {
	s := &simulation{
		c: c, matcher: matcher, result: newResult(name, h), coming: h.Arrivals, leaves: map[*queue.Entry]time.Time{},
	}
	for now := h.From; !now.After(h.To); now = s.next(now) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := s.round(now); err != nil {
			return nil, fmt.Errorf("%s, round of %s: %w", name, now.UTC().Format(time.RFC3339Nano), err)
		}
		if progress != nil {
			progress(float64(now.Sub(h.From)) / max(1, float64(h.To.Sub(h.From))))
		}
	}
	s.result.Left = len(s.pool.Entries)
	s.result.finish()
	return s.result, nil
}

// next is the time of the round after now: the first in which somebody waits.
func (s *simulation) next(now time.Time) time.Time {
	rounds := time.Duration(1)
	if len(s.pool.Entries) == 0 {
		if len(s.coming) == 0 {
			return s.result.to.Add(1)
		}
		if idle := s.coming[0].Entry.Since.Sub(now); idle > s.c.Every {
			rounds = (idle + s.c.Every - 1) / s.c.Every
		}
	}
	return now.Add(rounds * s.c.Every)
}

func (s *simulation) round(now time.Time) error {
	s.come(now)
	s.leave(now)
	s.result.sample(now, len(s.pool.Entries))
	if len(s.pool.Entries) == 0 {
		return nil
	}
	gone := map[*queue.Entry]bool{}
	for _, p := range s.matcher.Match(&s.pool, now) {
		for _, team := range p.Teams {
			for _, e := range team {
				if _, waits := s.leaves[e]; !waits || gone[e] {
					return fmt.Errorf("the matcher has entry %s in a match, and it does not wait", e.ID)
				}
				gone[e] = true
			}
		}
		s.result.match(&p, now)
	}
	// Who plays whatever can be had has been in this round; if that was nothing, they
	// are told.
	if s.c.Limit.Then == queue.LimitPlay {
		s.expire(now, gone)
	}
	s.remove(gone)
	if len(s.pool.Entries) == 0 {
		s.result.sample(now.Add(s.c.Every), 0) // the next round may be far away
	}
	return nil
}

// come takes in who has arrived.
func (s *simulation) come(now time.Time) {
	for len(s.coming) > 0 && !s.coming[0].Entry.Since.After(now) {
		a := s.coming[0]
		s.coming = s.coming[1:]
		if !fits(s.c, &a.Entry) {
			s.result.Refused++
			continue
		}
		s.leaves[&a.Entry] = a.leaves()
		s.pool.Entries = append(s.pool.Entries, &a.Entry)
	}
}

// leave takes out who has cancelled by now, and who has waited too long.
func (s *simulation) leave(now time.Time) {
	gone := map[*queue.Entry]bool{}
	for _, e := range s.pool.Entries {
		if at := s.leaves[e]; !at.IsZero() && !at.After(now) {
			gone[e] = true
			s.result.Canceled++
		}
	}
	if s.c.Limit.Then != queue.LimitPlay {
		s.expire(now, gone)
	}
	s.remove(gone)
}

func (s *simulation) expire(now time.Time, gone map[*queue.Entry]bool) {
	for _, e := range s.pool.Entries {
		if !gone[e] && e.Waited(now) >= s.c.Limit.After {
			gone[e] = true
			s.result.Expired++
		}
	}
}

func (s *simulation) remove(gone map[*queue.Entry]bool) {
	if len(gone) == 0 {
		return
	}
	s.pool.Entries = slices.DeleteFunc(s.pool.Entries, func(e *queue.Entry) bool { return gone[e] })
	for e := range gone {
		delete(s.leaves, e)
	}
}
