package matchmaker

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
)

// filled is a duel whose players are replaced when they leave.
func filled() *queue.Config {
	c := duel()
	c.Backfill, c.Come, c.Limit.After = true, 10*time.Second, 5*time.Minute
	return c
}

// runFilled runs a test on one node, on which ann and ben play.
func runFilled(t *testing.T, config *queue.Config, test func(t *testing.T, c *cluster, m *queue.Match)) {
	t.Helper()
	run(t, config, "a", func(t *testing.T, c *cluster) {
		c.stop("a")
		c.matcher = queue.NewMatcher(config)
		c.start("a", config)
		c.enqueue("a", "ann")
		ben := c.enqueue("a", "ben")
		_, last := c.follow("a", ben.ID, nil)
		if last.State != queue.Played || last.Match.Vacancy {
			t.Fatalf("ended %+v", last)
		}
		test(t, c, last.Match)
	})
}

// leaves has users leave for good, and be replaced from then on.
func (c *cluster) leaves(users ...string) {
	c.rooms.mu.Lock()
	for _, user := range users {
		c.rooms.left[user] = true
	}
	c.rooms.mu.Unlock()
	time.Sleep(3 * time.Second)
}

// invited are who was invited, instead of whom.
func (c *cluster) invited() (all []string) {
	c.rooms.mu.Lock()
	defer c.rooms.mu.Unlock()
	for _, m := range c.rooms.invited {
		for _, s := range m.Seats {
			all = append(all, s.User+" for "+s.Instead)
		}
	}
	return all
}

func (c *cluster) wantInvited(want ...string) {
	c.t.Helper()
	if got := c.invited(); !slices.Equal(got, want) {
		c.t.Errorf("invited %q, want %q", got, want)
	}
}

func TestWhoLeavesAMatchIsReplaced(t *testing.T) {
	runFilled(t, filled(), func(t *testing.T, c *cluster, m *queue.Match) {
		time.Sleep(3 * time.Second)
		cid := c.enqueue("a", "cid")
		time.Sleep(3 * time.Second)
		if s, err := c.nodes["a"].Status(t.Context(), cid.ID); err != nil || s.State != queue.Waiting {
			t.Fatalf("while nobody has left: %+v (%v)", s, err)
		}
		gone, team := "ben", m.Seats[slices.IndexFunc(m.Seats, func(s queue.Seat) bool { return s.User == "ben" })].Team
		for _, next := range []string{"cid", "dan"} { // and who came instead is replaced as well
			c.leaves(gone)
			id := cid.ID
			if next != "cid" {
				id = c.enqueue("a", next).ID
			}
			_, last := c.follow("a", id, nil)
			is := last.Match
			if last.State != queue.Played || !is.Vacancy || is.Room != m.Room || is.Node != m.Node || is.ID == m.ID || is.Seats[0].Team != team {
				t.Fatalf("%s: %+v, %+v", next, last, is)
			}
			gone = next
		}
		c.wantInvited("cid for ben", "dan for cid")
		eve := c.enqueue("a", "eve")
		time.Sleep(5 * time.Second)
		if s, err := c.nodes["a"].Status(t.Context(), eve.ID); err != nil || s.State != queue.Waiting {
			t.Fatalf("when all seats are taken again: %+v (%v)", s, err)
		}
	})
}

func TestASeatThatIsPromisedIsNotOfferedAgain(t *testing.T) {
	runFilled(t, filled(), func(t *testing.T, c *cluster, m *queue.Match) {
		c.rooms.absent["cid"] = true
		c.leaves("ben")
		cid := c.enqueue("a", "cid")
		time.Sleep(time.Millisecond)
		dan := c.enqueue("a", "dan")
		c.follow("a", dan.ID, func(s Status) bool { return s.Waited > 8*time.Second })
		c.wantInvited("cid for ben")
		if _, last := c.follow("a", cid.ID, nil); last.State != queue.Absent {
			t.Errorf("who did not come: %+v", last)
		}
		if _, last := c.follow("a", dan.ID, nil); last.State != queue.Played || last.Match.Room != m.Room {
			t.Errorf("who came after them: %+v", last)
		}
		c.wantInvited("cid for ben", "dan for ben")
		c.rooms.mu.Lock()
		defer c.rooms.mu.Unlock()
		if len(c.rooms.freed) != 1 || len(c.rooms.closed) != 0 {
			t.Errorf("%d invitations were taken back, %d rooms closed", len(c.rooms.freed), len(c.rooms.closed))
		}
	})
}

func TestWhoIsNotLetInWaitsOn(t *testing.T) {
	runFilled(t, filled(), func(t *testing.T, c *cluster, m *queue.Match) {
		c.rooms.mu.Lock()
		c.rooms.full = errors.New("the room is full")
		c.rooms.mu.Unlock()
		c.leaves("ben")
		cid := c.enqueue("a", "cid")
		_, last := c.follow("a", cid.ID, func(s Status) bool { return s.Why != "" })
		if last.State != queue.Waiting || !strings.Contains(last.Why, "takes nobody: the room is full") || last.Since != cid.Since {
			t.Fatalf("%+v", last)
		}
		time.Sleep(2 * time.Second)
		if s, err := c.nodes["a"].Status(t.Context(), cid.ID); err != nil || len(s.Lost) != 1 {
			t.Errorf("tried again and again: %+v (%v)", s.Lost, err)
		}
		c.rooms.mu.Lock()
		if len(c.rooms.freed) != 1 { // the room may have done it, and its answer was lost
			t.Errorf("%d invitations were taken back", len(c.rooms.freed))
		}
		c.rooms.full = nil
		c.rooms.mu.Unlock()
		if _, last := c.follow("a", cid.ID, nil); last.State != queue.Played || last.Match.Room != m.Room {
			t.Errorf("in the end %+v", last)
		}
	})
}

func TestVacanciesThatAreNone(t *testing.T) {
	for _, row := range []struct {
		what   string
		config func(*queue.Config)
		make   func(c *cluster)
	}{
		{"a queue without backfill", func(c *queue.Config) { c.Backfill = false }, func(c *cluster) { c.leaves("ben") }},
		{"nobody is there", func(*queue.Config) {}, func(c *cluster) { c.leaves("ann", "ben") }},
		{"the room is gone", func(*queue.Config) {}, func(c *cluster) {
			c.leaves("ben")
			c.rooms.mu.Lock()
			c.rooms.vanish = true
			c.rooms.mu.Unlock()
			time.Sleep(3 * time.Second)
			c.rooms.mu.Lock()
			c.rooms.vanish = false // another room of its name is no way back
			c.rooms.mu.Unlock()
			time.Sleep(3 * time.Second)
		}},
		{"the queue is played otherwise by now", func(*queue.Config) {}, func(c *cluster) {
			other := filled()
			other.Mode = "ffa"
			c.nodes["a"].SetQueues([]*queue.Config{other})
			c.leaves("ben")
		}},
	} {
		t.Run(row.what, func(t *testing.T) {
			config := filled()
			row.config(config)
			runFilled(t, config, func(t *testing.T, c *cluster, _ *queue.Match) {
				row.make(c)
				c.enqueue("a", "cid")
				dan := c.enqueue("a", "dan")
				if _, last := c.follow("a", dan.ID, nil); last.State != queue.Played || last.Match.Vacancy {
					t.Errorf("%+v", last)
				}
				c.wantInvited()
			})
		})
	}
}

// intruders proposes to fill seats that are not free.
type intruders struct {
	pairs
	crowd bool
}

func (m intruders) Match(p *queue.Pool, _ time.Time) (out []queue.Proposal) {
	if len(p.Entries) < 2 || len(p.Vacancies) == 0 {
		return nil
	}
	v := p.Vacancies[0]
	if m.crowd { // more than there are seats
		return []queue.Proposal{{Vacancy: v, Teams: [][]*queue.Entry{p.Entries, nil}}, {Vacancy: v, Teams: [][]*queue.Entry{nil, p.Entries}}}
	}
	team := slices.IndexFunc(v.Teams, func(t queue.VacantTeam) bool { return t.Free > 0 })
	for _, e := range p.Entries { // the same seat twice, and one of a match that nobody knows
		teams := make([][]*queue.Entry, len(v.Teams))
		teams[team] = []*queue.Entry{e}
		out = append(out, queue.Proposal{Vacancy: &queue.Vacancy{Room: "nowhere"}, Teams: teams}, queue.Proposal{Vacancy: v, Teams: teams})
	}
	return out
}

func TestNoMatcherFillsSeatsThatAreNotFree(t *testing.T) {
	for _, crowd := range []bool{false, true} {
		runFilled(t, filled(), func(t *testing.T, c *cluster, _ *queue.Match) {
			m := c.nodes["a"]
			m.NewMatcher = func(*queue.Config) queue.Matcher { return intruders{crowd: crowd} }
			other := filled()
			other.Title = "changed" // which has it make a matcher
			m.SetQueues([]*queue.Config{other})
			c.rooms.absent["cid"], c.rooms.absent["dan"] = true, true
			c.leaves("ben")
			c.enqueue("a", "cid")
			time.Sleep(time.Millisecond)
			c.enqueue("a", "dan")
			time.Sleep(5 * time.Second)
			if crowd {
				c.wantInvited()
			} else {
				c.wantInvited("cid for ben")
			}
		})
	}
}
