package matchmaker

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
	"github.com/metronome-server/metronome/lobby/queue/store"
)

// slow is a store that takes a while to take an entry in.
type slow struct{ store.Store }

func (s slow) Enqueue(ctx context.Context, name, born string, e *queue.Entry) (string, error) {
	time.Sleep(100 * time.Millisecond)
	return s.Store.Enqueue(ctx, name, born, e)
}

// An entry that is on its way into the store when the node catches up with the news
// is not taken for lost.
func TestAnEntryThatIsOnItsWayIsNotLost(t *testing.T) {
	run(t, duel(), "a", func(t *testing.T, c *cluster) {
		synctest.Wait() // nobody asks the store at this moment
		c.nodes["a"].Store = slow{c.store}
		s := c.enqueue("a", "ann")
		states, _ := c.follow("a", s.ID, func(s Status) bool { return s.Waited > 5*time.Second })
		if len(states) != 1 || states[0] != queue.Waiting {
			t.Errorf("the entry was %v, want that it waits", states)
		}
	})
}

// late is a store whose answer is older than what a watch has read meanwhile.
type late struct {
	store.Store
	answers   []store.Record // of each question
	meanwhile func()         // happens before the first answer comes
}

func (s *late) Fetch(context.Context, string, []string) ([]store.Record, error) {
	answer := s.answers[0]
	if s.answers = s.answers[1:]; s.meanwhile != nil {
		s.meanwhile()
		s.meanwhile = nil
	}
	return []store.Record{answer}, nil
}

// TestALateAnswerIsNotTold: when news were missed and the store's word counts, it does
// not if something was told while it was on its way; it is asked again.
func TestALateAnswerIsNotTold(t *testing.T) {
	at := func(rev uint64) store.Record {
		return store.Record{State: queue.Waiting, Entry: &queue.Entry{ID: "q.1", Rev: rev}}
	}
	s := &late{answers: []store.Record{at(4), at(5)}}
	h := newHub(&running{m: &Matchmaker{Config: Config{Store: s}}, name: "q"})
	h.attach("q.1")
	h.learn("q.1", at(3))
	h.entries["q.1"].stale, h.truth, h.behind = true, true, true
	s.meanwhile = func() { h.learn("q.1", at(7)) }
	for _, want := range []uint64{7, 5} { // the second time nothing else was told: the store has lost two revisions
		if err := h.catchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, _, _ := h.read("q.1"); got.Entry.Rev != want {
			t.Errorf("it is told revision %d, want %d", got.Entry.Rev, want)
		}
	}
	if h.behind || h.truth || h.entries["q.1"].stale {
		t.Errorf("it goes on asking: behind %v, truth %v", h.behind, h.truth)
	}
}
