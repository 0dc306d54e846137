package matchmaker

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/metronome-server/metronome/internal/id"
	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/lobby/queue"
	"github.com/metronome-server/metronome/lobby/queue/store"
)

// Asked is what is to be enqueued.
type Asked struct {
	Queue string
	// Members are who plays together, the leader first. One without a user is somebody
	// unknown; a user is made up for them.
	Members []queue.Member
	// Latency is the round-trip time to each region, ms.
	Latency map[string]int
	Party   string
	// Stay has the entry wait also when nobody watches it.
	Stay bool
}

// pendingFor is how long an entry may take into its queue after its users were held
// for it. Longer than any question to the store.
const pendingFor = 10 * time.Second

// Enqueue puts an entry into a queue. Errors: ErrUnknownQueue, ErrInvalid,
// *QueuedError, ErrBusy, ErrUnavailable.
func (m *Matchmaker) Enqueue(ctx context.Context, a Asked) (Status, error) {
	r, err := m.queue(a.Queue)
	if err == nil && r.closed.Load() {
		err = fmt.Errorf("%w %q", ErrUnknownQueue, a.Queue)
	}
	if err != nil {
		return Status{}, err
	}
	c := r.config.Load()
	if err := check(c, &a); err != nil {
		return Status{}, err
	}
	e := &queue.Entry{
		ID: c.Name + "." + id.Unique(), Rev: 1, Since: m.Store.Now().Truncate(time.Millisecond), Members: slices.Clone(a.Members), Party: a.Party,
		Latency: a.Latency, Home: m.Node, Stay: a.Stay,
	}
	for i := range e.Members {
		member := &e.Members[i]
		if member.User == "" {
			member.User = "guest:" + id.Unique()
		}
		member.Number = lobby.UserNumber(member.User)
		if c.Rating.Source == queue.RatingNone {
			member.Rating = 0
		} else if member.Rating == 0 {
			member.Rating = c.Rating.Start
		}
	}
	if err := m.recall(ctx, c, e); err != nil {
		return Status{}, err
	}
	if err := m.put(ctx, r, c, e); err != nil {
		return Status{}, err
	}
	return r.status(store.Record{State: queue.Waiting, Entry: e}, e.ID, m.Store.Now()), nil
}

// putMost is how many entries of a node are on their way into the store at once. Others
// wait for their turn, before they have a deadline: many thousands that come at once come
// one after the other.
const putMost = 4096

// putTries is how often an entry is put in while the store loses what it had.
const putTries = 3

// put holds an entry's users and puts it into its queue. The deadline is one for both,
// so that a node which stands still in between does not put in an entry whose users it
// holds no more. Errors: *QueuedError, ErrBusy, ErrUnavailable.
func (m *Matchmaker) put(ctx context.Context, r *running, c *queue.Config, e *queue.Entry) error {
	select {
	case m.putting <- struct{}{}:
		defer func() { <-m.putting }()
	case <-ctx.Done():
		return ctx.Err()
	}
	for range putTries {
		ctx, cancel := context.WithTimeout(ctx, pendingFor/2)
		defer cancel()
		born, err := r.bornAt(ctx)
		if err != nil {
			return err
		}
		if err := m.hold(ctx, e, c); err != nil {
			return err
		}
		r.hub.expect(e)
		is, err := m.Store.Enqueue(ctx, c.Name, born, e)
		switch {
		case err == nil && is == born:
			r.hub.arrived(e.ID)
			return nil
		case err == nil: // lost since, and the holds with it
			r.hub.forget(e.ID)
			r.mu.Lock()
			r.born = is
			r.mu.Unlock()
		case errors.Is(err, store.ErrFull):
			r.hub.forget(e.ID)
			m.free(e)
			return ErrBusy
		default:
			m.withdraw(r, e)
			return err
		}
	}
	m.free(e)
	return ErrUnavailable
}

// bornAt is when the store had the queue from, as far as it is known here. Errors:
// ErrUnavailable.
func (r *running) bornAt(ctx context.Context) (string, error) {
	r.asking.Lock() // who comes meanwhile need not ask too
	defer r.asking.Unlock()
	r.mu.Lock()
	born := r.born
	r.mu.Unlock()
	if born != "" {
		return born, nil
	}
	f, err := r.m.Store.Feed(ctx, r.name, store.FeedPool, 0)
	if err != nil {
		return "", err
	}
	r.mu.Lock()
	r.born = f.Born
	r.mu.Unlock()
	return f.Born, nil
}

// withdraw takes an entry back of which nobody knows whether it came into the queue.
// Only when it is sure to be out, its users are free.
func (m *Matchmaker) withdraw(r *running, e *queue.Entry) {
	end := store.Ended{ID: e.ID, State: queue.Canceled, Why: "it could not be said whether it had come into the queue"}
	record, err := m.Store.Cancel(context.Background(), r.name, e.ID, "", end)
	switch {
	case err != nil:
		r.hub.withdraw(e.ID) // soon again
	case over(record.State):
		r.hub.forget(e.ID)
		m.free(e)
	default: // a match has it; like one that nobody watches
		r.hub.arrived(e.ID)
		r.hub.learn(e.ID, record)
	}
}

// check says what is wrong with an entry. Errors: ErrInvalid.
func check(c *queue.Config, a *Asked) error {
	n := len(a.Members)
	switch {
	case n == 0:
		return fmt.Errorf("%w: nobody is named", ErrInvalid)
	case n > 1 && n > c.Party.Most:
		return fmt.Errorf("%w: a party of %d is too large for %s, which takes up to %d", ErrInvalid, n, c.Name, max(c.Party.Most, 1))
	case n > largestTeam(c):
		return fmt.Errorf("%w: no team of %s has %d players", ErrInvalid, c.Name, n)
	}
	seen := map[string]bool{}
	for _, member := range a.Members {
		if member.User != "" && seen[member.User] {
			return fmt.Errorf("%w: %s is in the party twice", ErrInvalid, member.User)
		}
		seen[member.User] = true
		if math.IsNaN(member.Rating) || math.Abs(member.Rating) > queue.MaxRating {
			return fmt.Errorf("%w: a rating of %v is out of range", ErrInvalid, member.Rating)
		}
		for _, role := range member.Roles {
			if !slices.ContainsFunc(c.Roles, func(r queue.Role) bool { return r.Name == role }) {
				return fmt.Errorf("%w: %s has no role %q", ErrInvalid, c.Name, role)
			}
		}
	}
	for _, region := range slices.Sorted(maps.Keys(a.Latency)) {
		if ms := a.Latency[region]; ms < 0 || ms > queue.MaxLatency {
			return fmt.Errorf("%w: %d ms to %s is out of range, want 0 to %d", ErrInvalid, ms, region, queue.MaxLatency)
		}
	}
	// Of regions that the queue does not know nothing is kept.
	maps.DeleteFunc(a.Latency, func(region string, _ int) bool { return !slices.Contains(c.Regions, region) })
	return nil
}

func largestTeam(c *queue.Config) (most int) {
	for _, t := range c.Teams {
		most = max(most, t.Most)
	}
	return most
}

// hold ties the entry's users to it. Errors: *QueuedError, ErrUnavailable.
func (m *Matchmaker) hold(ctx context.Context, e *queue.Entry, c *queue.Config) error {
	holds := holdsOf(e)
	if len(holds) == 0 {
		return nil
	}
	life := c.Limit.After + time.Hour
	for range 3 {
		holders, err := m.Store.Hold(ctx, holds, pendingFor, life)
		if err != nil {
			m.free(e) // those that it holds all the same
			return err
		}
		again := false
		for i, h := range holders {
			if h.Entry == "" {
				continue
			}
			over, err := m.over(ctx, h)
			if err == nil && !over {
				err = &QueuedError{holds[i].User, h.Entry}
			}
			if err != nil {
				m.free(e)
				return err
			}
			holds[i].Instead, again = h.Entry, true
		}
		if !again {
			return nil
		}
	}
	m.free(e)
	return ErrBusy
}

// holdsOf are those of an entry's users who are known.
func holdsOf(e *queue.Entry) (holds []store.Hold) {
	for _, member := range e.Members {
		if member.Known {
			holds = append(holds, store.Hold{User: member.User, Entry: e.ID})
		}
	}
	return holds
}

// over reports whether an entry that has a user is over.
func (m *Matchmaker) over(ctx context.Context, h store.Holder) (bool, error) {
	records, err := m.Store.Fetch(ctx, queueOf(h.Entry), []string{h.Entry})
	if err != nil {
		return false, err
	}
	if records[0].State == "" {
		return !m.Store.Now().Before(h.Pending), nil
	}
	return records[0].State.Final(), nil
}

// queueOf is the queue that an entry names.
func queueOf(entry string) string {
	name, _, _ := strings.Cut(entry, ".")
	return name
}

// free lets the users of entries go. What is not answered is found out by who holds
// them next.
func (m *Matchmaker) free(entries ...*queue.Entry) {
	var holds []store.Hold
	for _, e := range entries {
		holds = append(holds, holdsOf(e)...)
	}
	if len(holds) == 0 {
		return
	}
	if err := m.Store.Free(context.Background(), holds); err != nil {
		m.Log.Debug("users of an entry that is over are found to be free later", "err", err)
	}
}

// of returns the queue of an entry, and what the entry is at. Errors: ErrNoEntry,
// ErrUnavailable.
func (m *Matchmaker) of(ctx context.Context, id string) (*running, store.Record, error) {
	r, err := m.queue(queueOf(id))
	if err != nil {
		return nil, store.Record{}, fmt.Errorf("%w: %w", ErrNoEntry, err)
	}
	records, err := m.Store.Fetch(ctx, r.name, []string{id})
	if err == nil && records[0].State == "" {
		err = ErrNoEntry
	}
	if err != nil {
		return nil, store.Record{}, err
	}
	return r, records[0], nil
}

// Status says what an entry is at. Errors: ErrNoEntry, ErrUnavailable.
func (m *Matchmaker) Status(ctx context.Context, id string) (Status, error) {
	r, record, err := m.of(ctx, id)
	if err != nil {
		return Status{}, err
	}
	return r.status(record, id, m.Store.Now()), nil
}

// Cancel takes an entry out of its queue, if it still waits or is asked whether it
// accepts. It returns what it is at then. Errors: ErrNoEntry, ErrUnavailable.
func (m *Matchmaker) Cancel(ctx context.Context, id, why string) (Status, error) {
	r, record, err := m.of(ctx, id)
	if err != nil {
		return Status{}, err
	}
	switch record.State {
	case queue.Waiting:
		if record, err = m.Store.Cancel(ctx, r.name, id, "", store.Ended{ID: id, State: queue.Canceled, Why: why}); err != nil {
			return Status{}, err
		}
	case queue.Offered:
		for _, member := range record.Match.Entry(id).Members {
			if status, err := m.Accept(ctx, id, member.User, false); err == nil || !errors.Is(err, ErrNotOffered) {
				return status, err
			}
		}
	default: // too late, or over
	}
	return r.status(record, id, m.Store.Now()), nil
}

// acceptTries is how often an answer is tried to be written while others answer too.
const acceptTries = 20

// Accept notes whether a user accepts the match that is offered. It returns what the
// entry is at then. Errors: ErrNoEntry, ErrNotOffered, ErrUnavailable.
func (m *Matchmaker) Accept(ctx context.Context, id, user string, yes bool) (Status, error) {
	for range acceptTries {
		r, record, err := m.of(ctx, id)
		if err != nil {
			return Status{}, err
		}
		now := m.Store.Now()
		if record.State != queue.Offered || now.After(record.Match.Until) {
			return Status{}, ErrNotOffered
		}
		next, ok := answered(record.Match, user, yes)
		if !ok {
			return Status{}, ErrNotOffered
		}
		did, err := m.Store.Turn(ctx, r.name, 0, store.Turn{Match: next})
		if err != nil {
			return Status{}, err
		}
		if did[0] {
			return r.status(store.Record{State: next.State, Match: next}, id, now), nil
		}
	}
	return Status{}, ErrBusy
}

// answered is a match after a user's answer. false: it has no such user, or they
// have answered.
func answered(m *queue.Match, user string, yes bool) (*queue.Match, bool) {
	next := *m
	next.Rev++
	next.Seats = slices.Clone(m.Seats)
	i := slices.IndexFunc(next.Seats, func(s queue.Seat) bool { return s.User == user && !s.Bot })
	if i < 0 || next.Seats[i].Accepted != 0 {
		return nil, false
	}
	next.Seats[i].Accepted = -1
	if yes {
		next.Seats[i].Accepted = 1
	}
	if !slices.ContainsFunc(next.Seats, func(s queue.Seat) bool { return s.Accepted != 1 && !s.Bot }) {
		next.State, next.Until = queue.Opening, time.Time{}
	}
	return &next, true
}
