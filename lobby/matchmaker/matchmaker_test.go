package matchmaker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
	"github.com/metronome-server/metronome/lobby/queue/store"
)

// pairs makes matches of the two oldest.
type pairs struct{}

func (pairs) Match(p *queue.Pool, _ time.Time) (out []queue.Proposal) {
	for i := 0; i+1 < len(p.Entries); i += 2 {
		out = append(out, queue.Proposal{Teams: [][]*queue.Entry{{p.Entries[i]}, {p.Entries[i+1]}}})
	}
	return out
}

func (pairs) Explain(p *queue.Pool, _ *queue.Entry, _ time.Time) queue.Explanation {
	return queue.Explanation{Seen: len(p.Entries) - 1, Reasons: []queue.Reason{{Cause: queue.CauseAlone, Text: "Nobody else waits."}}}
}

// rooms are fake ones: everybody comes who is not named otherwise.
type rooms struct {
	mu      sync.Mutex
	refuse  error
	open    map[string]*queue.Match
	closed  []string
	absent  map[string]bool
	vanish  bool
	hang    bool // rooms are never opened
	forNode string
	left    map[string]bool
	full    error          // why nobody is invited
	invited []*queue.Match // into rooms that are there
	freed   []string       // matches whose invitations were taken back
}

func (r *rooms) Open(ctx context.Context, m *queue.Match, _ *queue.Config) (Place, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.hang {
		r.mu.Unlock()
		<-ctx.Done()
		r.mu.Lock()
		return Place{}, ctx.Err()
	}
	if r.refuse != nil {
		return Place{}, r.refuse
	}
	r.open[m.ID] = m
	return Place{Room: m.ID, Node: r.forNode, URL: "ws://here", Epoch: 1}, nil
}

func (r *rooms) Attendance(_ context.Context, matches []*queue.Match) map[string]Attendance {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := map[string]Attendance{}
	for _, m := range matches {
		a := Attendance{Gone: r.vanish, Came: map[string]bool{}, Left: map[string]bool{}}
		for _, s := range m.Seats {
			a.Came[s.User], a.Left[s.User] = !r.absent[s.User], r.left[s.User]
		}
		out[m.ID] = a
	}
	return out
}

func (r *rooms) Close(_ context.Context, m *queue.Match, _ string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if m.Vacancy {
		r.freed = append(r.freed, m.ID)
		return
	}
	r.closed = append(r.closed, m.ID)
}

func (r *rooms) Invite(_ context.Context, m *queue.Match, _ *queue.Config) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.full == nil {
		r.invited = append(r.invited, m)
	}
	return r.full
}

// cluster is some nodes that share a store.
type cluster struct {
	t       *testing.T
	store   *store.Memory
	rooms   *rooms
	matcher queue.Matcher
	mu      sync.Mutex
	nodes   map[string]*Matchmaker
	stops   map[string]func()
}

func (c *cluster) Alive(node string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.nodes[node] != nil
}

func (c *cluster) Nodes() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Sorted(maps.Keys(c.nodes))
}

func (c *cluster) Explain(ctx context.Context, node, name string, ids []string) (map[string]queue.Explanation, error) {
	c.mu.Lock()
	m := c.nodes[node]
	c.mu.Unlock()
	if m == nil {
		return nil, errors.New("no such node")
	}
	return m.ExplainHere(ctx, name, ids)
}

func duel() *queue.Config {
	return &queue.Config{
		Name: "duel", Mode: "duel", Teams: []queue.Team{{Least: 1, Most: 1}, {Least: 1, Most: 1}}, Party: queue.PartyRule{Most: 1},
		Limit: queue.LimitRule{After: time.Minute, Then: queue.LimitTell},
	}
}

// run runs a test with nodes in a bubble of its own time.
func run(t *testing.T, config *queue.Config, names string, test func(t *testing.T, c *cluster)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := &cluster{
			t: t, store: store.NewMemory(nil), matcher: pairs{}, nodes: map[string]*Matchmaker{}, stops: map[string]func(){},
			rooms: &rooms{open: map[string]*queue.Match{}, absent: map[string]bool{}, left: map[string]bool{}, forNode: string(names[0])},
		}
		for _, name := range names {
			c.start(string(name), config)
		}
		test(t, c)
		for _, name := range c.Nodes() {
			c.stop(name)
		}
	})
}

func (c *cluster) start(name string, configs ...*queue.Config) { c.startOn(name, c.store, configs...) }

func (c *cluster) startOn(name string, s store.Store, configs ...*queue.Config) {
	m := New(Config{
		Node: name, Store: s, Rooms: c.rooms, Peers: c, NewMatcher: func(*queue.Config) queue.Matcher { return c.matcher }, Log: slog.New(slog.DiscardHandler),
	})
	m.SetQueues(configs)
	ctx, cancel := context.WithCancel(c.t.Context())
	done := make(chan struct{})
	c.mu.Lock()
	c.nodes[name] = m
	c.stops[name] = func() { cancel(); <-done }
	c.mu.Unlock()
	go func() { defer close(done); m.Run(ctx) }()
}

func (c *cluster) stop(name string) {
	c.mu.Lock()
	stop := c.stops[name]
	delete(c.nodes, name)
	c.mu.Unlock()
	stop()
}

func (c *cluster) enqueue(node, user string) Status {
	c.t.Helper()
	s, err := c.nodes[node].Enqueue(c.t.Context(), Asked{Queue: "duel", Members: []queue.Member{{User: user, Known: true}}})
	if err != nil {
		c.t.Fatal(err)
	}
	return s
}

// follow watches an entry until it is over or until says so, and returns all that was
// told, each state once.
func (c *cluster) follow(node, id string, until func(Status) bool) (states []queue.State, last Status) {
	c.t.Helper()
	errEnough := errors.New("enough")
	err := c.nodes[node].Watch(c.t.Context(), id, func(s Status) error {
		last = s
		if n := len(states); n == 0 || states[n-1] != s.State {
			states = append(states, s.State)
		}
		if until != nil && until(s) {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		c.t.Fatal(err)
	}
	return states, last
}

// twins proposes matches that no matcher may: of one entry with itself, and of one
// that is in another match.
type twins struct{ pairs }

func (twins) Match(p *queue.Pool, _ time.Time) (out []queue.Proposal) {
	for i := range p.Entries {
		e := p.Entries[i]
		out = append(out, queue.Proposal{Teams: [][]*queue.Entry{{e}, {e}}})
		if i > 0 {
			out = append(out, queue.Proposal{Teams: [][]*queue.Entry{{p.Entries[0]}, {e}}})
		}
	}
	return out
}

func TestNoMatcherMakesAMatchOfOneEntryTwice(t *testing.T) {
	run(t, duel(), "a", func(t *testing.T, c *cluster) {
		c.stop("a")
		c.matcher = twins{}
		c.start("a", duel())
		for _, user := range []string{"ann", "ben", "cid"} {
			c.enqueue("a", user)
		}
		time.Sleep(5 * time.Second)
		c.rooms.mu.Lock()
		defer c.rooms.mu.Unlock()
		if len(c.rooms.open) != 1 {
			t.Fatalf("%d matches", len(c.rooms.open))
		}
		for _, m := range c.rooms.open {
			if m.Seats[0].User == m.Seats[1].User {
				t.Fatalf("seats %+v", m.Seats)
			}
		}
	})
}

func TestAPoolHasEachEntryOnce(t *testing.T) {
	p := newPool()
	e := &queue.Entry{ID: "q.1", Rev: 1}
	newer := &queue.Entry{ID: "q.1", Rev: 2}
	for _, e := range []*queue.Entry{e, e, newer, e, newer} {
		p.add(e)
	}
	p.move("q.1", "b")
	if p.tidy(); len(p.Entries) != 1 || p.Entries[0].Rev != 2 || p.Entries[0].Home != "b" {
		t.Fatalf("%d entries, %+v", len(p.Entries), p.Entries[0])
	}
}

func TestTwoWhoQueueOnTwoNodesMeet(t *testing.T) {
	run(t, duel(), "abc", func(t *testing.T, c *cluster) {
		ann, ben := c.enqueue("a", "ann"), c.enqueue("b", "ben")
		states, last := c.follow("b", ben.ID, nil)
		if last.State != queue.Played || last.Match == nil || last.Match.Room == "" || len(last.Match.Seats) != 2 {
			t.Fatalf("ended %+v after %q", last, states)
		}
		_, other := c.follow("c", ann.ID, nil) // on any node
		if other.Match == nil || other.Match.ID != last.Match.ID {
			t.Fatalf("the other is in %+v", other.Match)
		}
		if s := last.Match.Seats; s[0].Team != 1 || s[1].Team != 2 {
			t.Fatalf("seats %+v", s)
		}
	})
}

func TestAnEntryThatNobodyWatchesIsCanceledAfterAWhile(t *testing.T) {
	run(t, duel(), "ab", func(t *testing.T, c *cluster) {
		ann := c.enqueue("a", "ann")
		c.follow("a", ann.ID, func(s Status) bool { return s.Waited > 4*time.Second })
		time.Sleep(8 * time.Second) // of the bubble
		_, last := c.follow("b", ann.ID, func(s Status) bool { return s.Waited > 25*time.Second })
		if last.State != queue.Waiting {
			t.Fatalf("whom another node watches is %+v", last)
		}
		time.Sleep(12 * time.Second)
		s, err := c.nodes["a"].Status(t.Context(), ann.ID)
		if err != nil || s.State != queue.Canceled {
			t.Fatalf("whom nobody watches is %+v (%v)", s, err)
		}
		if again := c.enqueue("b", "ann"); again.State != queue.Waiting {
			t.Fatalf("queued again: %+v", again)
		}
	})
}

func TestAUserIsInOneQueueAtATime(t *testing.T) {
	run(t, duel(), "ab", func(t *testing.T, c *cluster) {
		first := c.enqueue("a", "ann")
		_, err := c.nodes["b"].Enqueue(t.Context(), Asked{Queue: "duel", Members: []queue.Member{{User: "ann", Known: true}}})
		queued, ok := errors.AsType[*QueuedError](err)
		if !ok || queued.Entry != first.ID {
			t.Fatalf("err %v, want that ann is in %s", err, first.ID)
		}
		if s, err := c.nodes["b"].Cancel(t.Context(), first.ID, "changed my mind"); err != nil || s.State != queue.Canceled {
			t.Fatalf("canceled: %+v (%v)", s, err)
		}
		c.enqueue("b", "ann")
	})
}

func TestWhoDoesNotComeIsOutAndTheOtherWaitsOn(t *testing.T) {
	run(t, duel(), "a", func(t *testing.T, c *cluster) {
		c.rooms.absent["ben"] = true
		ann, ben := c.enqueue("a", "ann"), c.enqueue("a", "ben")
		states, last := c.follow("a", ann.ID, func(s Status) bool { return s.State == queue.Waiting && s.Why != "" })
		if !slices.Contains(states, queue.Open) || last.Since != ann.Since || last.Why != "somebody did not come" {
			t.Fatalf("who came: %q, then %+v", states, last)
		}
		if _, last := c.follow("a", ben.ID, nil); last.State != queue.Absent {
			t.Fatalf("who did not come: %+v", last)
		}
		synctest.Wait()
		c.rooms.mu.Lock()
		closed := len(c.rooms.closed)
		c.rooms.mu.Unlock()
		if closed != 1 {
			t.Fatalf("%d rooms were closed", closed)
		}
		c.enqueue("a", "cid")
		if _, last := c.follow("a", ann.ID, nil); last.State != queue.Played {
			t.Fatalf("in the end %+v", last)
		}
	})
}

func TestAMatchWithoutARoomPutsItsEntriesBack(t *testing.T) {
	run(t, duel(), "a", func(t *testing.T, c *cluster) {
		c.rooms.refuse = errors.New("no node has space")
		ann := c.enqueue("a", "ann")
		c.enqueue("a", "ben")
		_, last := c.follow("a", ann.ID, func(s Status) bool { return s.State == queue.Waiting && s.Why != "" })
		if want := "its room could not be opened: no node has space"; last.Why != want || last.Since != ann.Since {
			t.Fatalf("%+v, want %q", last, want)
		}
		c.rooms.mu.Lock()
		c.rooms.refuse = nil
		c.rooms.mu.Unlock()
		if _, last := c.follow("a", ann.ID, nil); last.State != queue.Played {
			t.Fatalf("in the end %+v", last)
		}
	})
}

func TestOffersAreAcceptedByAll(t *testing.T) {
	config := duel()
	config.Accept = &queue.AcceptRule{Within: 10 * time.Second}
	offered := func(s Status) bool { return s.State == queue.Offered }
	for name, answers := range map[string]struct {
		ann, ben    int // 1 yes, -1 no, 0 none
		wants, want queue.State
	}{
		"both":    {1, 1, queue.Played, queue.Played},
		"one":     {1, 0, queue.Waiting, queue.Declined},
		"decline": {0, -1, queue.Waiting, queue.Declined},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, config, "ab", func(t *testing.T, c *cluster) {
				ann, ben := c.enqueue("a", "ann"), c.enqueue("b", "ben")
				c.follow("a", ann.ID, offered)
				for who, answer := range map[string]int{"ann": answers.ann, "ben": answers.ben} {
					entry := map[string]string{"ann": ann.ID, "ben": ben.ID}[who]
					if answer == 0 {
						continue
					}
					if _, err := c.nodes["b"].Accept(t.Context(), entry, who, answer > 0); err != nil {
						t.Fatal(who, err)
					}
				}
				settled := func(s Status) bool { return s.State == queue.Waiting || s.State.Final() && s.State != queue.Off }
				if states, last := c.follow("a", ann.ID, settled); last.State != answers.wants {
					t.Errorf("ann: %q, then %+v", states, last)
				}
				if states, last := c.follow("a", ben.ID, settled); last.State != answers.want {
					t.Errorf("ben: %q, then %+v", states, last)
				}
				if _, err := c.nodes["a"].Accept(t.Context(), ben.ID, "ben", true); !errors.Is(err, ErrNotOffered) {
					t.Errorf("too late: %v", err)
				}
			})
		})
	}
}

func TestWaitingEndsAtItsLimit(t *testing.T) {
	run(t, duel(), "a", func(t *testing.T, c *cluster) {
		ann := c.enqueue("a", "ann")
		_, last := c.follow("a", ann.ID, nil)
		if passed := c.store.Now().Sub(ann.Since); last.State != queue.Expired || passed > time.Minute+time.Second || last.Why == "" {
			t.Fatalf("after %v: %+v", passed, last)
		}
	})
}

func TestALeaderThatDiesIsFollowedByAnother(t *testing.T) {
	run(t, duel(), "abc", func(t *testing.T, c *cluster) {
		time.Sleep(5 * time.Second) // until one leads
		overview, err := c.nodes["a"].Overview(t.Context())
		if err != nil || overview[0].Leader == "" {
			t.Fatalf("overview %+v (%v)", overview, err)
		}
		leader := overview[0].Leader
		other := c.Nodes()[0]
		if other == leader {
			other = c.Nodes()[1]
		}
		ann := c.enqueue(other, "ann")
		c.stop(leader)
		c.enqueue(other, "ben")
		if _, last := c.follow(other, ann.ID, nil); last.State != queue.Played {
			t.Fatalf("in the end %+v", last)
		}
		time.Sleep(2 * time.Second)
		if overview, _ = c.nodes[other].Overview(t.Context()); overview[0].Leader == leader || overview[0].Leader == "" {
			t.Fatalf("it is led by %q", overview[0].Leader)
		}
	})
}

func TestWhyAnEntryWaitsIsToldOnAnyNode(t *testing.T) {
	run(t, duel(), "abc", func(t *testing.T, c *cluster) {
		for _, node := range c.Nodes() {
			s := c.enqueue(node, "ann")
			_, last := c.follow(node, s.ID, func(s Status) bool { return len(s.Reasons) > 0 })
			if last.Reasons[0].Cause != queue.CauseAlone {
				t.Errorf("on %s: %+v", node, last.Reasons)
			}
			if x, _, err := c.nodes[node].Explain(t.Context(), s.ID); err != nil || len(x.Reasons) != 1 {
				t.Errorf("on %s: %+v (%v)", node, x, err)
			}
			if _, err := c.nodes[node].Cancel(t.Context(), s.ID, ""); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestAQueueThatIsTakenAwayTellsWhoWaits(t *testing.T) {
	run(t, duel(), "a", func(t *testing.T, c *cluster) {
		ann := c.enqueue("a", "ann")
		c.follow("a", ann.ID, func(s Status) bool { return s.Waited > 3*time.Second })
		c.nodes["a"].SetQueues(nil)
		if _, last := c.follow("a", ann.ID, nil); last.State != queue.Closed {
			t.Fatalf("%+v", last)
		}
		if _, err := c.nodes["a"].Enqueue(t.Context(), Asked{Queue: "duel", Members: []queue.Member{{}}}); !errors.Is(err, ErrUnknownQueue) {
			t.Fatalf("err %v", err)
		}
	})
}

func TestWhatCannotBeQueuedIsRefused(t *testing.T) {
	run(t, duel(), "a", func(t *testing.T, c *cluster) {
		for text, a := range map[string]Asked{
			"nobody is named":         {},
			"a party of 2 is too lar": {Members: make([]queue.Member, 2)},
			"out of range":            {Members: []queue.Member{{Rating: 1e9}}},
			"has no role":             {Members: []queue.Member{{Roles: []string{"tank"}}}},
			"ms to eu is out of ran":  {Members: make([]queue.Member, 1), Latency: map[string]int{"eu": -1}},
		} {
			a.Queue = "duel"
			if _, err := c.nodes["a"].Enqueue(t.Context(), a); !errors.Is(err, ErrInvalid) || !contains(err, text) {
				t.Errorf("%q: %v", text, err)
			}
		}
	})
}

func contains(err error, text string) bool { return err != nil && strings.Contains(err.Error(), text) }

func TestLeadingIsSpreadAndMovesLittle(t *testing.T) {
	led := map[string]int{}
	moved := 0
	for i := range 300 {
		name := fmt.Sprintf("queue-%d", i)
		before, after := prefers(name, []string{"a", "b", "c"}), prefers(name, []string{"a", "b", "c", "d"})
		led[before]++
		if before != after && after != "d" {
			moved++
		}
	}
	for node, n := range led {
		if n < 60 {
			t.Errorf("%s leads %d of 300", node, n)
		}
	}
	if len(led) != 3 || moved > 0 {
		t.Errorf("led %v; %d moved for no reason", led, moved)
	}
}
