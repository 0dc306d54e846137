package matchmaker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
	"github.com/metronome-server/metronome/lobby/queue/store"
)

// shaky is a store whose steps fail as a test says.
type shaky struct {
	store.Store

	mu      sync.Mutex
	enqueue func(put func() (string, error)) (string, error) // nil: as usual
	cancel  error
	epochs  []uint64 // of commits; the first is not answered
	stayed  bool     // a lease could not be given up
}

func (s *shaky) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

func (s *shaky) Enqueue(ctx context.Context, name, born string, e *queue.Entry) (string, error) {
	s.mu.Lock()
	with := s.enqueue
	s.mu.Unlock()
	put := func() (string, error) { return s.Store.Enqueue(ctx, name, born, e) }
	if with == nil {
		return put()
	}
	return with(put)
}

func (s *shaky) Cancel(ctx context.Context, name, id, home string, end store.Ended) (store.Record, error) {
	s.mu.Lock()
	err := s.cancel
	s.mu.Unlock()
	if err != nil {
		return store.Record{}, err
	}
	return s.Store.Cancel(ctx, name, id, home, end)
}

func (s *shaky) Commit(ctx context.Context, name string, epoch uint64, matches []*queue.Match) ([]bool, error) {
	s.mu.Lock()
	s.epochs = append(s.epochs, epoch)
	first := len(s.epochs) == 1
	s.mu.Unlock()
	made, err := s.Store.Commit(ctx, name, epoch, matches)
	if first {
		return nil, store.ErrUnavailable // done, but not known to be
	}
	return made, err
}

// Leave fails once, after the first commit.
func (s *shaky) Leave(ctx context.Context, name string, epoch uint64) error {
	s.mu.Lock()
	fails := len(s.epochs) == 1 && !s.stayed
	s.stayed = s.stayed || fails
	s.mu.Unlock()
	if fails {
		return store.ErrUnavailable
	}
	return s.Store.Leave(ctx, name, epoch)
}

// runShaky runs a test with one node, a, on a store that fails.
func runShaky(t *testing.T, test func(t *testing.T, c *cluster, s *shaky)) {
	t.Helper()
	run(t, duel(), "a", func(t *testing.T, c *cluster) {
		c.stop("a")
		s := &shaky{Store: c.store, epochs: []uint64{0}, stayed: true}
		c.startOn("a", s, duel())
		// Now the node knows the queue.
		if _, err := c.nodes["a"].Cancel(t.Context(), c.enqueue("a", "zoe").ID, ""); err != nil {
			t.Fatal(err)
		}
		test(t, c, s)
	})
}

func (c *cluster) try(user string) error {
	_, err := c.nodes["a"].Enqueue(c.t.Context(), Asked{Queue: "duel", Members: []queue.Member{{User: user, Known: true}}})
	return err
}

// waiting are who waits, as the store has it.
func (c *cluster) waiting() (users []string) {
	c.t.Helper()
	if _, err := c.store.Load(c.t.Context(), "duel", func(e *queue.Entry) { users = append(users, e.Members[0].User) }); err != nil {
		c.t.Fatal(err)
	}
	return users
}

func TestAnEntryWhoseAnswerWasLostIsTakenBack(t *testing.T) {
	lost := func(put func() (string, error)) (string, error) {
		_, err := put()
		return "", errors.Join(err, store.ErrUnavailable)
	}
	runShaky(t, func(t *testing.T, c *cluster, s *shaky) {
		s.set(func() { s.enqueue = lost })
		if err := c.try("ann"); !errors.Is(err, ErrUnavailable) || len(c.waiting()) != 0 {
			t.Fatalf("%v, and %v wait", err, c.waiting())
		}
		// The store fails for longer: until the entry is sure to be out, its user is not
		// in another.
		s.set(func() { s.cancel = store.ErrUnavailable })
		if err := c.try("ann"); !errors.Is(err, ErrUnavailable) || len(c.waiting()) != 1 {
			t.Fatalf("%v, and %v wait", err, c.waiting())
		}
		s.set(func() { s.enqueue = nil })
		if _, queued := errors.AsType[*QueuedError](c.try("ann")); !queued {
			t.Fatalf("ann is let in twice: %v wait", c.waiting())
		}
		s.set(func() { s.cancel = nil })
		time.Sleep(2 * time.Second) // of the bubble
		if err := c.try("ann"); err != nil || len(c.waiting()) != 1 {
			t.Fatalf("%v, and %v wait", err, c.waiting())
		}
	})
}

func TestAnEntryOnItsWayIsNotLost(t *testing.T) {
	runShaky(t, func(t *testing.T, c *cluster, s *shaky) {
		s.set(func() {
			s.enqueue = func(put func() (string, error)) (string, error) {
				time.Sleep(3 * time.Second) // the node asks for news meanwhile
				return put()
			}
		})
		ann := c.enqueue("a", "ann")
		if record, _, known := c.hub("a").read(ann.ID); !known || record.State != queue.Waiting {
			t.Fatalf("the hub has it as %+v", record)
		}
		s.set(func() { s.enqueue = nil })
		if _, queued := errors.AsType[*QueuedError](c.try("ann")); !queued {
			t.Fatalf("ann is let in twice: %v wait", c.waiting())
		}
	})
}

func (c *cluster) hub(node string) *hub { return c.nodes[node].queues["duel"].hub }

// What a leader asked and was not answered may come late. It is of an epoch that is
// over then.
func TestATermHasAnEpochOfItsOwn(t *testing.T) {
	run(t, duel(), "a", func(t *testing.T, c *cluster) {
		c.stop("a")
		s := &shaky{Store: c.store}
		c.startOn("a", s, duel())
		ann := c.enqueue("a", "ann")
		c.enqueue("a", "ben")
		if _, last := c.follow("a", ann.ID, nil); last.State != queue.Played {
			t.Fatalf("the match that nobody was told of ended %+v", last)
		}
		cid := c.enqueue("a", "cid")
		c.enqueue("a", "dan")
		c.follow("a", cid.ID, nil)
		s.mu.Lock()
		defer s.mu.Unlock()
		if n := len(s.epochs); n != 2 || s.epochs[1] <= s.epochs[0] {
			t.Fatalf("commits under epochs %v", s.epochs)
		}
	})
}

func TestARoomThatIsNotOpenedInTimeIsGivenUp(t *testing.T) {
	run(t, duel(), "a", func(t *testing.T, c *cluster) {
		c.rooms.mu.Lock()
		c.rooms.hang = true
		c.rooms.mu.Unlock()
		var entries []Status
		for i := range 12 { // each is as likely as not to be forgotten
			entries = append(entries, c.enqueue("a", fmt.Sprint("user", i)))
		}
		for _, e := range entries {
			_, last := c.follow("a", e.ID, func(s Status) bool { return s.State == queue.Waiting && len(s.Lost) > 0 || s.Waited > 40*time.Second })
			if len(last.Lost) == 0 && !over(last.State) {
				t.Fatalf("%s is %s after %v", e.ID, last.State, last.Waited)
			}
		}
	})
}

func TestWhatIsToldNeverGoesBack(t *testing.T) {
	waits := func(rev uint64) store.Record {
		return store.Record{State: queue.Waiting, Entry: &queue.Entry{ID: "q.1", Rev: rev}}
	}
	in := func(state queue.State, rev, match uint64) store.Record {
		return store.Record{State: state, Match: &queue.Match{State: state, Rev: match, Entries: []queue.Entry{{ID: "q.1", Rev: rev}}}}
	}
	order := []store.Record{
		{State: queue.Lost}, waits(1), in(queue.Offered, 1, 1), in(queue.Offered, 1, 2), in(queue.Off, 1, 3), waits(2), in(queue.Opening, 2, 1), {State: queue.Canceled},
	}
	for i, a := range order {
		for k, b := range order {
			if got := newer("q.1", a, b); got != (i > k) && i > 0 && k > 0 {
				t.Errorf("%s of %d after %s of %d: %v", a.State, i, b.State, k, got)
			}
		}
	}
	if newer("q.1", order[0], waits(1)) {
		t.Error("an entry that seemed lost, and waits, is told as lost")
	}
}
