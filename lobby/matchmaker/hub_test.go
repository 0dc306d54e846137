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
