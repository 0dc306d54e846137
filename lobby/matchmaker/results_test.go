package matchmaker

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/lobby/queue"
	"github.com/metronome-server/metronome/outbox"
)

// rated is a queue that learns from results.
func rated() *queue.Config {
	c := duel()
	c.Rating = queue.RatingRule{Source: queue.RatingStore, Start: 1500}
	c.Avoid = queue.AvoidRule{Last: 1, For: time.Minute}
	return c
}

// play has two users play a match, and returns its outcome, ann's win.
func play(c *cluster) *outbox.Entry {
	ann := c.enqueue("a", "ann")
	c.enqueue("a", "ben")
	_, last := c.follow("a", ann.ID, nil)
	if last.State != queue.Played {
		c.t.Fatalf("played: %+v", last)
	}
	body := `{"kind":"outcome","room":%q,"finished":true,"lines":[{"user":"ann","place":1},{"user":"ben","place":2},{"user":"a stranger","place":3}]}`
	return &outbox.Entry{Room: last.Match.ID, Body: fmt.Appendf(nil, body, last.Match.ID)}
}

func (c *cluster) deliver(e *outbox.Entry) {
	c.t.Helper()
	if err := c.nodes["a"].TakeResult(c.t.Context(), e.Room, e.Body); err != nil {
		c.t.Fatal(err)
	}
}

// rating is what a user would be enqueued with now.
func (c *cluster) member(user string) queue.Member {
	c.t.Helper()
	s := c.enqueue("a", user)
	if _, err := c.nodes["a"].Cancel(c.t.Context(), s.ID, ""); err != nil {
		c.t.Fatal(err)
	}
	return s.Members[0]
}

func TestAResultChangesRatingsOnce(t *testing.T) {
	run(t, rated(), "a", func(t *testing.T, c *cluster) {
		outcome := play(c)
		if m := c.member("ann"); m.Rating != 1500 {
			t.Fatalf("before the result ann is %+v", m)
		}
		c.deliver(outcome)
		ann, ben := c.member("ann"), c.member("ben")
		// Two of 1500 and 350: the winner gains what the other loses.
		if ann.Rating < 1600 || ben.Rating > 1400 || ann.Rating+ben.Rating < 2999.9 || ann.Rating+ben.Rating > 3000.1 || ann.Deviation >= 350 {
			t.Fatalf("ann %+v, ben %+v", ann, ben)
		}
		c.deliver(outcome) // the node that had it was not answered
		if again := c.member("ann"); again.Rating != ann.Rating {
			t.Fatalf("repeated: %v after %v", again.Rating, ann.Rating)
		}
		if !slices.Equal(ann.Recent, []uint64{lobby.UserNumber("ben")}) {
			t.Fatalf("ann's last opponents are %v", ann.Recent)
		}
	})
}

func TestWhatIsNoResultOfAQueueChangesNothing(t *testing.T) {
	run(t, rated(), "a", func(t *testing.T, c *cluster) {
		outcome := play(c)
		cut := *outcome
		cut.Body = []byte(`{"kind":"outcome","finished":false,"lines":[{"user":"ann","place":1},{"user":"ben","place":2}]}`)
		effect := *outcome
		effect.Body = []byte(`{"kind":"effect","user":"ann"}`)
		elsewhere := *outcome
		elsewhere.Room = "another"
		for _, e := range []*outbox.Entry{&cut, &effect, &elsewhere} {
			c.deliver(e)
		}
		if m := c.member("ann"); m.Rating != 1500 {
			t.Fatalf("ann is %+v", m)
		}
	})
}
