package store

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
)

// newsKept is how many things that happened a feed in memory keeps.
const newsKept = 4096

// Memory is a store in this process. Any goroutine.
type Memory struct {
	clock func() time.Time

	mu     sync.Mutex
	queues map[string]*shelf
	holds  map[string]held
	notes  map[noteOf]note
	swept  time.Time
}

type held struct {
	Holder
	until time.Time
}

// shelf is one queue.
type shelf struct {
	lease     Lease
	ends      time.Time
	born      string
	waiting   map[string]*queue.Entry
	done      map[string]done
	live      map[string]*queue.Match
	past      map[string]pastMatch
	feeds     map[FeedKind]*news
	published string
	until     time.Time
}

// done is an entry that waits no more: in a match, or over.
type done struct {
	match string
	ended Ended
	until time.Time // zero: as long as its match lives
}

type pastMatch struct {
	*queue.Match
	until time.Time
}

type news struct {
	first uint64 // number of items[0]
	items []Item
}

func (n *news) add(items ...Item) {
	n.items = append(n.items, items...)
	if over := len(n.items) - newsKept; over > newsKept {
		n.items = slices.Delete(n.items, 0, over)
		n.first += uint64(over)
	}
}

// NewMemory returns an empty store. nil: the time is time.Now's.
func NewMemory(clock func() time.Time) *Memory {
	if clock == nil {
		clock = time.Now
	}
	return &Memory{clock: clock, queues: map[string]*shelf{}, holds: map[string]held{}, notes: map[noteOf]note{}}
}

// Now implements Store.
func (m *Memory) Now() time.Time { return m.clock() }

// open returns a queue, with the lock held, which unlock gives back.
func (m *Memory) open(name string) (s *shelf, unlock func()) {
	m.mu.Lock()
	s = m.queues[name]
	if s == nil {
		s = &shelf{
			born: strconv.FormatInt(m.clock().UnixNano(), 36), waiting: map[string]*queue.Entry{}, done: map[string]done{},
			live: map[string]*queue.Match{}, past: map[string]pastMatch{},
			feeds: map[FeedKind]*news{FeedPool: {first: 2}, FeedNews: {first: 2}},
		}
		m.queues[name] = s
	}
	m.sweep()
	return s, m.mu.Unlock
}

// sweepEvery is how often what is kept no more is looked for.
const sweepEvery = 30 * time.Second

// sweep forgets what is kept no more.
func (m *Memory) sweep() {
	now := m.clock()
	if now.Sub(m.swept) < sweepEvery {
		return
	}
	m.swept = now
	for user, h := range m.holds {
		if now.After(h.until) {
			delete(m.holds, user)
		}
	}
	for of, n := range m.notes {
		if now.After(n.until) {
			delete(m.notes, of)
		}
	}
	for _, s := range m.queues {
		for id, d := range s.done {
			if !d.until.IsZero() && now.After(d.until) {
				delete(s.done, id)
			}
		}
		for id, p := range s.past {
			if now.After(p.until) {
				delete(s.past, id)
			}
		}
	}
}

// Lead implements Store.
func (m *Memory) Lead(_ context.Context, name, node string, lease time.Duration) (Lease, error) {
	s, unlock := m.open(name)
	defer unlock()
	now := m.clock()
	if lives := now.Before(s.ends); !lives || s.lease.Node == node {
		if !lives || s.lease.Node != node {
			s.lease = Lease{Node: node, Epoch: s.lease.Epoch + 1}
		}
		s.ends = now.Add(lease)
	}
	l := s.lease
	l.Mine, l.Born = l.Node == node, s.born
	return l, nil
}

// Leave implements Store.
func (m *Memory) Leave(_ context.Context, name string, epoch uint64) error {
	s, unlock := m.open(name)
	defer unlock()
	if s.lease.Epoch == epoch {
		s.ends = time.Time{}
	}
	return nil
}

// Enqueue implements Store.
func (m *Memory) Enqueue(_ context.Context, name, born string, e *queue.Entry) (string, error) {
	s, unlock := m.open(name)
	defer unlock()
	if born != s.born || s.waiting[e.ID] != nil || s.done[e.ID].known() {
		return s.born, nil
	}
	if len(s.waiting) >= MaxWaiting {
		return "", ErrFull
	}
	s.waiting[e.ID] = e
	s.feeds[FeedPool].add(Item{Added: e})
	return born, nil
}

func (d done) known() bool { return d.match != "" || d.ended.ID != "" }

// Cancel implements Store.
func (m *Memory) Cancel(_ context.Context, name, id, home string, end Ended) (Record, error) {
	s, unlock := m.open(name)
	defer unlock()
	if e := s.waiting[id]; e != nil && (home == "" || e.Home == home) {
		delete(s.waiting, id)
		s.feeds[FeedPool].add(Item{Removed: id})
		s.end(end, m.clock())
	} else if e == nil && home == "" && !s.done[id].known() {
		s.done[id] = done{ended: end, until: m.clock().Add(keptAfter)}
	}
	return s.record(id), nil
}

// end notes that an entry is over.
func (s *shelf) end(end Ended, now time.Time) {
	s.done[end.ID] = done{ended: end, until: now.Add(keptAfter)}
	s.feeds[FeedNews].add(Item{Ended: &end})
}

func (s *shelf) record(id string) Record {
	if e := s.waiting[id]; e != nil {
		return Record{State: queue.Waiting, Entry: e}
	}
	d := s.done[id]
	switch {
	case d.match != "":
		match := s.live[d.match]
		if match == nil {
			match = s.past[d.match].Match
		}
		if match == nil {
			return Record{}
		}
		return Record{State: match.State, Match: match}
	case d.ended.ID != "":
		return Record{State: d.ended.State, Why: d.ended.Why}
	}
	return Record{}
}

// Rehome implements Store.
func (m *Memory) Rehome(_ context.Context, name, id, home string) error {
	s, unlock := m.open(name)
	defer unlock()
	if e := s.waiting[id]; e != nil && e.Home != home {
		moved := *e
		moved.Home = home
		s.waiting[id] = &moved
		s.feeds[FeedPool].add(Item{Moved: [2]string{id, home}})
	}
	return nil
}

// Fetch implements Store.
func (m *Memory) Fetch(_ context.Context, name string, ids []string) ([]Record, error) {
	s, unlock := m.open(name)
	defer unlock()
	records := make([]Record, len(ids))
	for i, id := range ids {
		records[i] = s.record(id)
	}
	return records, nil
}

// FindMatch implements Store.
func (m *Memory) FindMatch(_ context.Context, name, id string) (*queue.Match, error) {
	s, unlock := m.open(name)
	defer unlock()
	if match := s.live[id]; match != nil {
		return match, nil
	}
	return s.past[id].Match, nil
}

// Feed implements Store.
func (m *Memory) Feed(_ context.Context, name string, kind FeedKind, since uint64) (Feed, error) {
	s, unlock := m.open(name)
	defer unlock()
	n := s.feeds[kind]
	f := Feed{Next: n.first + uint64(len(n.items)) - 1, Born: s.born}
	switch {
	case since == 0:
	case since+1 < n.first:
		f.Gap = true
	case since < f.Next:
		f.Items = slices.Clone(n.items[since+1-n.first:])
	}
	return f, nil
}

// Load implements Store.
func (m *Memory) Load(_ context.Context, name string, add func(*queue.Entry)) (matches []*queue.Match, err error) {
	s, unlock := m.open(name)
	defer unlock()
	for _, e := range s.waiting {
		add(e)
	}
	for _, match := range s.live {
		matches = append(matches, match)
	}
	return matches, nil
}

// Commit implements Store.
func (m *Memory) Commit(_ context.Context, name string, epoch uint64, matches []*queue.Match) ([]bool, error) {
	s, unlock := m.open(name)
	defer unlock()
	if s.lease.Epoch != epoch {
		return nil, ErrFenced
	}
	made := make([]bool, len(matches))
	for i, match := range matches {
		made[i] = !slices.ContainsFunc(match.Entries, func(e queue.Entry) bool {
			w := s.waiting[e.ID]
			return w == nil || w.Rev != e.Rev
		})
		if !made[i] {
			continue
		}
		for _, e := range match.Entries {
			delete(s.waiting, e.ID)
			s.done[e.ID] = done{match: match.ID}
		}
		s.live[match.ID] = match
		s.feeds[FeedNews].add(Item{Match: match})
	}
	return made, nil
}

// Turn implements Store.
func (m *Memory) Turn(_ context.Context, name string, epoch uint64, turns ...Turn) ([]bool, error) {
	s, unlock := m.open(name)
	defer unlock()
	if epoch != 0 && s.lease.Epoch != epoch {
		return nil, ErrFenced
	}
	did := make([]bool, len(turns))
	for i, t := range turns {
		did[i] = s.turn(t, m.clock())
	}
	return did, nil
}

func (s *shelf) turn(t Turn, now time.Time) bool {
	was := s.live[t.Match.ID]
	if was == nil || was.Rev+1 != t.Match.Rev {
		return false
	}
	s.live[t.Match.ID] = t.Match
	s.feeds[FeedNews].add(Item{Match: t.Match})
	if t.Match.State.Final() {
		delete(s.live, t.Match.ID)
		s.past[t.Match.ID] = pastMatch{t.Match, now.Add(cmp.Or(t.Keep, matchKept))}
		for _, e := range t.Match.Entries {
			s.done[e.ID] = done{match: t.Match.ID, until: now.Add(keptAfter)}
		}
	}
	for _, e := range t.Back {
		delete(s.done, e.ID)
		s.waiting[e.ID] = e
		s.feeds[FeedPool].add(Item{Added: e})
		s.feeds[FeedNews].add(Item{Added: e})
	}
	for _, end := range t.Ended {
		s.end(end, now)
	}
	return true
}

// End implements Store.
func (m *Memory) End(_ context.Context, name string, epoch uint64, ends []Ended) ([]bool, error) {
	s, unlock := m.open(name)
	defer unlock()
	if s.lease.Epoch != epoch {
		return nil, ErrFenced
	}
	ended := make([]bool, len(ends))
	for i, end := range ends {
		if e := s.waiting[end.ID]; e != nil && e.Rev == end.Rev {
			delete(s.waiting, end.ID)
			s.end(end, m.clock())
			ended[i] = true
		}
	}
	return ended, nil
}

// Publish implements Store.
func (m *Memory) Publish(_ context.Context, name, text string, keep time.Duration) error {
	s, unlock := m.open(name)
	defer unlock()
	s.published, s.until = text, m.clock().Add(keep)
	return nil
}

// Published implements Store.
func (m *Memory) Published(_ context.Context, name string) (string, error) {
	s, unlock := m.open(name)
	defer unlock()
	if m.clock().After(s.until) {
		return "", nil
	}
	return s.published, nil
}

// Hold implements Store.
func (m *Memory) Hold(_ context.Context, holds []Hold, pending, life time.Duration) ([]Holder, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.clock()
	holders := make([]Holder, len(holds))
	for i, h := range holds {
		old, known := m.holds[h.User]
		if known && now.Before(old.until) && old.Entry != h.Entry && old.Entry != h.Instead {
			holders[i] = old.Holder
			continue
		}
		m.holds[h.User] = held{Holder{h.Entry, now.Add(pending)}, now.Add(life)}
	}
	return holders, nil
}

// Free implements Store.
func (m *Memory) Free(_ context.Context, holds []Hold) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, h := range holds {
		if m.holds[h.User].Entry == h.Entry {
			delete(m.holds, h.User)
		}
	}
	return nil
}
