package matchmaker

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
)

// said is what a leader says of its queue, for all nodes to read.
type said struct {
	Leader  string                 `json:"leader"`
	Epoch   uint64                 `json:"epoch"`
	At      time.Time              `json:"at"`
	Waiting int                    `json:"waiting"`
	Players int                    `json:"players"`
	Offered int                    `json:"offered"`
	Opening int                    `json:"opening"`
	Open    int                    `json:"open"`
	Matches int                    `json:"matches"` // that the figures below are of
	WaitP50 time.Duration          `json:"wait_p50"`
	WaitP99 time.Duration          `json:"wait_p99"`
	Spread  float64                `json:"spread"`
	Gap     float64                `json:"gap"`
	In      float64                `json:"in"`  // entries per minute
	Out     float64                `json:"out"` // of them matched
	Oldest  string                 `json:"oldest,omitempty"`
	Since   time.Time              `json:"since,omitzero"`
	Why     string                 `json:"why,omitempty"`
	Ended   map[queue.State]uint64 `json:"ended"`
	Off     uint64                 `json:"off"`
	Missed  uint64                 `json:"missed"` // proposals of which an entry had left
}

// saysFor is how long what a leader said is believed.
const saysFor = 10 * time.Second

// tallyKept is how many entries the waiting times are of.
const tallyKept = 512

// tally counts what a leader does.
type tally struct {
	since     time.Time // of the rates
	in, out   int
	rateIn    float64
	rateOut   float64
	waits     []time.Duration // of the last entries that got a room; a ring
	spreads   []float64
	gaps      []float64
	matches   int
	ended     map[queue.State]uint64
	off       uint64
	conflicts uint64
}

// resume goes on counting where the last leader had stopped.
func (c *tally) resume(s said) {
	c.ended, c.off, c.conflicts = maps.Clone(s.Ended), s.Off, s.Missed
	if c.ended == nil {
		c.ended = map[queue.State]uint64{}
	}
}

func (c *tally) enqueued(e *queue.Entry) {
	if e.Rev == 1 {
		c.in++
	}
}

func (c *tally) made(m *queue.Match) {
	c.out += len(m.Entries)
	c.spreads, c.gaps = kept(c.spreads, m.Spread), kept(c.gaps, m.Gap)
}

func kept[T any](list []T, v T) []T {
	list = append(list, v)
	return list[max(0, len(list)-tallyKept):]
}

func (c *tally) opened(m *queue.Match, now time.Time) {
	c.matches++
	for i := range m.Entries {
		c.waits = kept(c.waits, m.Entries[i].Waited(now))
	}
}

// rateOver is over how long rates are taken.
const rateOver = 10 * time.Second

func (c *tally) rates(now time.Time) (in, out float64) {
	if passed := now.Sub(c.since); passed >= rateOver {
		c.rateIn, c.rateOut = float64(c.in)/passed.Minutes(), float64(c.out)/passed.Minutes()
		c.in, c.out, c.since = 0, 0, now
	}
	return c.rateIn, c.rateOut
}

// quantile of a list; 0 of an empty one.
func quantile[T time.Duration | float64](list []T, q float64) T {
	if len(list) == 0 {
		return 0
	}
	list = slices.Clone(list)
	slices.Sort(list)
	return list[int(q*float64(len(list)-1))]
}

// publish says how the queue is, now and then.
func (t *term) publish(ctx context.Context, now time.Time) error {
	if now.Sub(t.published) < publishEvery {
		return nil
	}
	t.published = now
	s := said{
		Leader: t.r.m.Node, Epoch: t.epoch, At: t.r.m.Store.Now(), Waiting: len(t.pool.Entries), Matches: t.tally.matches,
		WaitP50: quantile(t.tally.waits, 0.5), WaitP99: quantile(t.tally.waits, 0.99), Spread: quantile(t.tally.spreads, 0.5), Gap: quantile(t.tally.gaps, 0.5),
		Ended: maps.Clone(t.tally.ended), Off: t.tally.off, Missed: t.tally.conflicts,
	}
	s.In, s.Out = t.tally.rates(now)
	for _, e := range t.pool.Entries {
		s.Players += len(e.Members)
	}
	for _, l := range t.live {
		switch l.match.State {
		case queue.Offered:
			s.Offered++
		case queue.Opening:
			s.Opening++
		case queue.Open:
			s.Open++
		default: // settled with the next round
		}
	}
	if len(t.pool.Entries) > 0 {
		oldest := t.pool.Entries[0]
		s.Oldest, s.Since = oldest.ID, oldest.Since
		if x := t.explain([]string{oldest.ID})[oldest.ID]; len(x.Reasons) > 0 {
			s.Why = x.Reasons[0].Text
		}
	}
	t.r.mu.Lock()
	t.r.says = s
	t.r.mu.Unlock()
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return t.r.m.Store.Publish(ctx, t.r.name, string(text), saysFor)
}

// hear reads what the leader says.
func (r *running) hear(ctx context.Context) {
	text, err := r.m.Store.Published(ctx, r.name)
	if err != nil || text == "" {
		return
	}
	var s said
	if json.Unmarshal([]byte(text), &s) != nil {
		return
	}
	r.mu.Lock()
	if s.Epoch >= r.says.Epoch {
		r.says = s
	}
	r.mu.Unlock()
}

// Overview is how a queue is, as its leader said a second or so ago.
type Overview struct {
	Queue  *queue.Config
	Leader string // id of the node; "": there is none
	Epoch  uint64
	// Waiting entries have Players; Offered, Opening and Open are matches.
	Waiting, Players, Offered, Opening, Open int
	EnqueuedPerMinute, MatchedPerMinute      float64
	// WaitP50 and WaitP99 are of the entries that got a room last, Spread and Gap the
	// medians of the last matches.
	WaitP50, WaitP99 time.Duration
	Spread, Gap      float64
	Oldest           string
	OldestWaited     time.Duration
	OldestWhy        string
	// Counts are entries that ended, by state; Off matches that came to nothing; Missed
	// proposals of which an entry had just left.
	Counts      map[queue.State]uint64
	Off, Missed uint64
}

// Overview tells how all queues are.
func (m *Matchmaker) Overview(ctx context.Context) ([]Overview, error) {
	var all []Overview
	now := m.Store.Now()
	for _, c := range m.Queues() {
		r, err := m.queue(c.Name)
		if err != nil {
			continue // just taken away
		}
		r.hear(ctx)
		s := r.latest()
		o := Overview{
			Queue: c, Leader: s.Leader, Epoch: s.Epoch, Waiting: s.Waiting, Players: s.Players, Offered: s.Offered, Opening: s.Opening, Open: s.Open,
			EnqueuedPerMinute: s.In, MatchedPerMinute: s.Out, WaitP50: s.WaitP50, WaitP99: s.WaitP99, Spread: s.Spread, Gap: s.Gap,
			Oldest: s.Oldest, OldestWhy: s.Why, Counts: s.Ended, Off: s.Off, Missed: s.Missed,
		}
		if s.Oldest != "" {
			o.OldestWaited = now.Sub(s.Since)
		}
		if now.Sub(s.At) > saysFor {
			o.Leader = ""
		}
		all = append(all, o)
	}
	return all, nil
}
