package matchmaker

import (
	"context"
	"slices"
	"time"

	"github.com/metronome-server/metronome/internal/id"
	"github.com/metronome-server/metronome/lobby/queue"
)

// propose makes the matches that can be made now.
func (t *term) propose(ctx context.Context) error {
	m := t.r.m
	at := m.Store.Now()
	if len(t.pool.Entries) == 0 || t.r.closed.Load() {
		return nil
	}
	var batch []*queue.Match
	entries := 0
	commit := func() error {
		if len(batch) == 0 {
			return nil
		}
		made, err := m.Store.Commit(ctx, t.r.name, t.epoch, batch)
		if err != nil {
			return err
		}
		for i, match := range batch {
			t.committed(match, made[i])
		}
		batch, entries = nil, 0
		return nil
	}
	taken := map[string]bool{}
	t.offerVacancies(at)
	for _, p := range t.matcher.Match(&t.pool.Pool, at) {
		if !t.takes(p, taken) {
			continue
		}
		for _, match := range t.matchesFor(p, at) {
			batch = append(batch, match)
			if entries += len(match.Entries); entries >= commitMost {
				if err := commit(); err != nil {
					return err
				}
			}
		}
	}
	return commit()
}

// takes reports whether all entries of a proposal are there to be taken, and notes
// them as taken. A matcher that is not ours may propose anything.
func (t *term) takes(p queue.Proposal, taken map[string]bool) bool {
	var ids []string
	for _, team := range p.Teams {
		for _, e := range team {
			if t.pool.byID[e.ID] != e || taken[e.ID] || slices.Contains(ids, e.ID) {
				t.r.m.Log.Warn("a matcher proposed an entry that is not there, or one twice; nothing comes of it", "queue", t.r.name, "entry", e.ID)
				return false
			}
			ids = append(ids, e.ID)
		}
	}
	if !t.takesVacancy(p) {
		return false
	}
	for _, id := range ids {
		taken[id] = true
	}
	return len(ids) > 0
}

// matchFor is a proposal as a match.
func (t *term) matchFor(p queue.Proposal, at time.Time) *queue.Match {
	c := t.config
	match := &queue.Match{
		ID: id.Room(), Rev: 1, Queue: c.Name, State: queue.Opening, Made: at, Region: p.Region, Spread: p.Spread, Gap: p.Gap,
	}
	if c.Accept != nil {
		match.State, match.Until = queue.Offered, at.Add(c.Accept.Within)
	}
	for i, team := range p.Teams {
		for _, e := range team {
			match.Entries = append(match.Entries, *e)
			for _, member := range e.Members {
				match.Seats = append(match.Seats, queue.Seat{Entry: e.ID, User: member.User, Team: c.TeamNumber(i), Role: p.Roles[member.User]})
			}
		}
		if p.Bots != nil {
			for range p.Bots[i] {
				match.Seats = append(match.Seats, queue.Seat{User: "bot:" + id.Unique(), Team: c.TeamNumber(i), Bot: true})
			}
		}
	}
	return match
}

// committed takes a match's entries out of the pool. When it was not made, one of them
// had left or changed, of which the feed tells; the others are tried again.
func (t *term) committed(match *queue.Match, made bool) {
	if !made {
		t.tally.conflicts++
		for i := range match.Entries {
			t.suspect = append(t.suspect, match.Entries[i].ID)
		}
		return
	}
	for i := range match.Entries {
		t.pool.remove(match.Entries[i].ID)
	}
	t.tally.made(match)
	t.r.m.Note(t.r.name, Event{At: match.Made, Match: match})
	t.live[match.ID] = &live{match: match}
}
