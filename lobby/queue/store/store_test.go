package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/metronome-server/metronome/internal/redistest"
	"github.com/metronome-server/metronome/lobby/queue"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		for _, s := range []*sharedServer{&shared, &cluster} {
			if s.server != nil {
				s.server.Close()
			}
		}
		os.Exit(code)
	}))
}

// shared is one server for all tests, who keep apart by their prefixes.
type sharedServer struct {
	once   sync.Once
	args   []string
	server *redistest.Server
}

var (
	shared  sharedServer
	cluster = sharedServer{args: []string{"--cluster-enabled", "yes"}}
)

var prefixes atomic.Int64

// start starts the server, once.
func (s *sharedServer) start(t testing.TB) (addr string) {
	t.Helper()
	redistest.Need(t)
	s.once.Do(func() { s.server = redistest.Start(t, s.args...) })
	if s.server == nil {
		t.Fatal("the shared redis-server did not start")
	}
	return s.server.Addr()
}

func redisStore(t testing.TB) *Redis {
	t.Helper()
	return storeIn(t, redis.NewClient(&redis.Options{Addr: shared.start(t)}))
}

// clusterStore is in a cluster of one node, which still refuses a script whose keys are
// not all in one slot.
func clusterStore(t testing.TB) *Redis {
	t.Helper()
	addr := cluster.start(t)
	c := redis.NewClient(&redis.Options{Addr: addr})
	defer func() { _ = c.Close() }()
	// Another test may have given it its slots.
	_ = c.Do(t.Context(), "CLUSTER", "ADDSLOTSRANGE", 0, 16383).Err()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range 1000 {
		if c.Set(t.Context(), "ready", 1, 0).Err() == nil {
			return storeIn(t, redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{addr}}))
		}
		<-tick.C
	}
	t.Fatal("the cluster is not ready")
	return nil
}

func storeIn(t testing.TB, client redis.UniversalClient) *Redis {
	t.Cleanup(func() { _ = client.Close() })
	return NewRedis(client, fmt.Sprintf("test%d", prefixes.Add(1)), 5*time.Second, time.Now)
}

// each runs a test on every kind of store.
func each(t *testing.T, test func(t *testing.T, s Store)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) { test(t, NewMemory(nil)) })
	t.Run("redis", func(t *testing.T) { test(t, redisStore(t)) })
	t.Run("cluster", func(t *testing.T) { test(t, clusterStore(t)) })
}

const name = "ranked"

func must[T any](t testing.TB) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func entry(id string) *queue.Entry {
	return &queue.Entry{ID: id, Rev: 1, Since: time.UnixMilli(1_800_000_000_000).UTC(), Home: "a", Members: []queue.Member{{User: "u" + id, Rating: 1500}}}
}

func put(t testing.TB, s Store, entries ...*queue.Entry) {
	t.Helper()
	born := bornOf(t, s)
	for _, e := range entries {
		if is, err := s.Enqueue(t.Context(), name, born, e); err != nil || is != born {
			t.Fatal(is, err)
		}
	}
}

// bornOf is when the queue was born.
func bornOf(t testing.TB, s Store) string {
	t.Helper()
	if r, ok := s.(*Redis); ok {
		s = NewRedis(r.client, r.prefix, r.timeout, r.clock) // what s has read stays as it is
	}
	return must[Feed](t)(s.Feed(t.Context(), name, FeedPool, 0)).Born
}

func lead(t testing.TB, s Store) uint64 {
	t.Helper()
	l := must[Lease](t)(s.Lead(t.Context(), name, "a", time.Minute))
	return l.Epoch
}

func matchOfEntries(id string, entries ...*queue.Entry) *queue.Match {
	m := &queue.Match{ID: id, Rev: 1, Queue: name, State: queue.Opening}
	for _, e := range entries {
		m.Entries = append(m.Entries, *e)
	}
	return m
}

// states are what entries are at.
func states(t testing.TB, s Store, ids ...string) (out []queue.State) {
	t.Helper()
	records, err := s.Fetch(t.Context(), name, ids)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		out = append(out, r.State)
	}
	return out
}

func TestACommitTakesAllItsEntriesOrNone(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
		a, b, c := entry("a"), entry("b"), entry("c")
		put(t, s, a, b, c)
		epoch := lead(t, s)
		if _, err := s.Cancel(t.Context(), name, "b", "", Ended{ID: "b", State: queue.Canceled}); err != nil {
			t.Fatal(err)
		}
		moved := *c
		moved.Rev = 2
		made, err := s.Commit(t.Context(), name, epoch, []*queue.Match{matchOfEntries("m1", a, b), matchOfEntries("m2", a, &moved), matchOfEntries("m3", a, c)})
		if err != nil || !slices.Equal(made, []bool{false, false, true}) {
			t.Fatalf("made %v (%v), want only the third: an entry had left, one was at another revision", made, err)
		}
		if got := states(t, s, "a", "b", "c", "d"); !slices.Equal(got, []queue.State{queue.Opening, queue.Canceled, queue.Opening, ""}) {
			t.Fatalf("states %q", got)
		}
	})
}

func TestAnOldLeaderDoesNothing(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
		a, b := entry("a"), entry("b")
		put(t, s, a, b)
		old := lead(t, s)
		if err := s.Leave(t.Context(), name, old); err != nil {
			t.Fatal(err)
		}
		l, err := s.Lead(t.Context(), name, "other", time.Minute)
		if err != nil || !l.Mine || l.Epoch <= old {
			t.Fatalf("lease %+v (%v), want a later epoch than %d", l, err, old)
		}
		if again, err := s.Lead(t.Context(), name, "a", time.Minute); err != nil || again.Mine || again.Node != "other" {
			t.Fatalf("lease %+v (%v), want the other's", again, err)
		}
		m := matchOfEntries("m", a, b)
		if _, err := s.Commit(t.Context(), name, old, []*queue.Match{m}); !errors.Is(err, ErrFenced) {
			t.Fatalf("commit: %v, want it fenced", err)
		}
		if _, err := s.End(t.Context(), name, old, []Ended{{ID: "a", Rev: 1, State: queue.Expired}}); !errors.Is(err, ErrFenced) {
			t.Fatalf("end: %v, want it fenced", err)
		}
		if made, err := s.Commit(t.Context(), name, l.Epoch, []*queue.Match{m}); err != nil || !made[0] {
			t.Fatalf("made %v (%v)", made, err)
		}
		next := *m
		next.Rev, next.State = 2, queue.Open
		if _, err := s.Turn(t.Context(), name, old, Turn{Match: &next}); !errors.Is(err, ErrFenced) {
			t.Fatalf("turn: %v, want it fenced", err)
		}
	})
}

func TestATurnIsOfOneRevision(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
		a, b := entry("a"), entry("b")
		put(t, s, a, b)
		epoch := lead(t, s)
		must[[]bool](t)(s.Commit(t.Context(), name, epoch, []*queue.Match{matchOfEntries("m", a, b)}))
		off := matchOfEntries("m", a, b)
		off.Rev, off.State = 2, queue.Off
		back := a.Lose(queue.Loss{Match: "m", Why: "b did not come"})
		turn := Turn{Match: off, Back: []*queue.Entry{&back}, Ended: []Ended{{ID: "b", State: queue.Absent, Why: "did not come"}}}
		for i, want := range []bool{true, false} {
			if did, err := s.Turn(t.Context(), name, 0, turn); err != nil || did[0] != want {
				t.Fatalf("turn %d: %v (%v), want %v", i, did, err, want)
			}
		}
		records := must[[]Record](t)(s.Fetch(t.Context(), name, []string{"a", "b"}))
		if r := records[0]; r.State != queue.Waiting || r.Entry.Rev != 2 || !r.Entry.Since.Equal(a.Since) || r.Entry.Home != "a" || len(r.Entry.Lost) != 1 {
			t.Fatalf("who comes back is %+v of %+v, want them to wait since then", r, r.Entry)
		}
		if r := records[1]; r.State != queue.Absent || r.Why != "did not come" {
			t.Fatalf("who did not come is %+v", r)
		}
		if m, err := s.FindMatch(t.Context(), name, "m"); err != nil || m == nil || m.State != queue.Off {
			t.Fatalf("match %+v (%v)", m, err)
		}
	})
}

func TestAFeedTellsEverythingOnceAndInOrder(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
		begin := must[Feed](t)(s.Feed(t.Context(), name, FeedPool, 0))
		a, b, c := entry("a"), entry("b"), entry("c")
		put(t, s, a, b, c, a)
		must[Record](t)(s.Cancel(t.Context(), name, "b", "", Ended{ID: "b", State: queue.Canceled}))
		if err := s.Rehome(t.Context(), name, "c", "z"); err != nil {
			t.Fatal(err)
		}
		var said []string
		for since := begin.Next; ; {
			f := must[Feed](t)(s.Feed(t.Context(), name, FeedPool, since))
			if f.Gap || f.Born != begin.Born {
				t.Fatalf("feed %+v", f)
			}
			for _, i := range f.Items {
				switch {
				case i.Added != nil:
					said = append(said, "+"+i.Added.ID+"@"+i.Added.Home)
				case i.Removed != "":
					said = append(said, "-"+i.Removed)
				default:
					said = append(said, i.Moved[0]+"@"+i.Moved[1])
				}
			}
			if since = f.Next; len(f.Items) == 0 {
				break
			}
		}
		if want := []string{"+a@a", "+b@a", "+c@a", "-b", "c@z"}; !slices.Equal(said, want) {
			t.Fatalf("said %q, want %q", said, want)
		}
		var loaded []string
		must[[]*queue.Match](t)(s.Load(t.Context(), name, func(e *queue.Entry) { loaded = append(loaded, e.ID+"@"+e.Home) }))
		if slices.Sort(loaded); !slices.Equal(loaded, []string{"a@a", "c@z"}) {
			t.Fatalf("loaded %q", loaded)
		}
	})
}

func TestAFeedThatIsReadTooLateSaysSo(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
		put(t, s, entry("first"))
		begin := must[Feed](t)(s.Feed(t.Context(), name, FeedPool, 0))
		for i := range 3 * newsKept {
			e := entry(fmt.Sprint(i))
			if r, ok := s.(*Redis); ok {
				must[[]arrived](t)(r.enqueue(name, []arrival{{entry: e, born: begin.Born, ends: time.Now().Add(time.Minute)}}))
				continue
			}
			put(t, s, e)
		}
		f := must[Feed](t)(s.Feed(t.Context(), name, FeedPool, begin.Next))
		if !f.Gap {
			t.Fatalf("%d items up to %d without a gap", len(f.Items), f.Next)
		}
		for range 2 { // from there on nothing is missing
			put(t, s, entry(fmt.Sprint("late", f.Next)))
			if f = must[Feed](t)(s.Feed(t.Context(), name, FeedPool, f.Next)); f.Gap || len(f.Items) != 1 {
				t.Fatalf("%d items up to %d, gap %v", len(f.Items), f.Next, f.Gap)
			}
		}
	})
}

// A replica that has become the master may lack what was done last, and have gone on
// from there.
func TestAFeedThatWentOnElsewhereSaysSo(t *testing.T) {
	for _, instead := range []int{0, 1, 2} {
		s := redisStore(t)
		others := NewRedis(s.client, s.prefix, time.Second, time.Now)
		put(t, others, entry("a"))
		begin := must[Feed](t)(s.Feed(t.Context(), name, FeedPool, 0))
		put(t, others, entry("b"))
		read := must[Feed](t)(s.Feed(t.Context(), name, FeedPool, begin.Next))
		if read.Gap || len(read.Items) != 1 {
			t.Fatalf("feed %+v", read)
		}
		feed := s.base(name) + string(FeedPool)
		newest, err := s.client.XRevRangeN(t.Context(), feed, "+", "-", 1).Result()
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(s.client.XDel(t.Context(), feed, newest[0].ID).Err(), s.client.Decr(t.Context(), feed+":n").Err()); err != nil {
			t.Fatal(err)
		}
		for i := range instead {
			put(t, others, entry(fmt.Sprint("other", i)))
		}
		again := must[Feed](t)(s.Feed(t.Context(), name, FeedPool, read.Next))
		if !again.Gap {
			t.Errorf("with %d other records: feed %+v", instead, again)
		}
		put(t, others, entry("c"))
		if on := must[Feed](t)(s.Feed(t.Context(), name, FeedPool, again.Next)); on.Gap || len(on.Items) != 1 {
			t.Errorf("with %d other records, later: feed %+v", instead, on)
		}
	}
}

func TestAUserIsInOneEntry(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
		hold := func(entry, instead string, pending time.Duration, users ...string) []Holder {
			var holds []Hold
			for _, u := range users {
				holds = append(holds, Hold{User: u, Entry: entry, Instead: instead})
			}
			return must[[]Holder](t)(s.Hold(t.Context(), holds, pending, time.Minute))
		}
		if got := hold("e1", "", time.Hour, "ann", "ben"); got[0].Entry != "" || got[1].Entry != "" {
			t.Fatalf("held by %v", got)
		}
		if got := hold("e2", "", 0, "cid", "ben"); got[0].Entry != "" || got[1].Entry != "e1" || got[1].Pending.Before(time.Now()) {
			t.Fatalf("held by %v, want ben to be on the way into e1", got)
		}
		if got := hold("e2", "", 0, "ben"); got[0].Entry != "e1" {
			t.Fatalf("held by %v, want e1", got)
		}
		if got := hold("e2", "e1", 0, "ben"); got[0].Entry != "" {
			t.Fatalf("held by %v, want nobody: e1 is over", got)
		}
		if err := s.Free(t.Context(), []Hold{{User: "ben", Entry: "e1"}, {User: "ann", Entry: "e1"}}); err != nil {
			t.Fatal(err)
		}
		if got := hold("e3", "", 0, "ann", "ben"); got[0].Entry != "" || got[1].Entry != "e2" {
			t.Fatalf("held by %v, want only ben to be held, by e2", got)
		}
	})
}

func TestANoteIsReplacedByWhoKnowsIt(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
		keep := func(was, text string) bool {
			return must[bool](t)(s.KeepNote(t.Context(), name, "ann", was, text, time.Minute))
		}
		if got := []bool{keep("", "1"), keep("", "2"), keep("1", "2")}; !slices.Equal(got, []bool{true, false, true}) {
			t.Fatalf("kept %v", got)
		}
		if notes := must[[]string](t)(s.Notes(t.Context(), name, []string{"ben", "ann"})); !slices.Equal(notes, []string{"", "2"}) {
			t.Fatalf("notes %q", notes)
		}
		if notes := must[[]string](t)(s.Notes(t.Context(), "other", []string{"ann"})); notes[0] != "" {
			t.Fatalf("another queue's note %q", notes)
		}
	})
}

func TestACancelOfANodeThatWatchesNoMoreDoesNothing(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
		put(t, s, entry("a"))
		if err := s.Rehome(t.Context(), name, "a", "b"); err != nil {
			t.Fatal(err)
		}
		if r := must[Record](t)(s.Cancel(t.Context(), name, "a", "a", Ended{ID: "a", State: queue.Canceled})); r.State != queue.Waiting {
			t.Fatalf("it is %q", r.State)
		}
		if r := must[Record](t)(s.Cancel(t.Context(), name, "a", "b", Ended{ID: "a", State: queue.Canceled, Why: "gone"})); r.State != queue.Canceled || r.Why != "gone" {
			t.Fatalf("it is %+v", r)
		}
	})
}

// What is sent after the deadline of who asked is not done.
func TestALateStepDoesNothing(t *testing.T) {
	s := redisStore(t)
	late := NewRedis(s.client, s.prefix, time.Second, func() time.Time { return time.Now().Add(-time.Minute) })
	if _, err := late.Enqueue(context.Background(), name, bornOf(t, s), entry("a")); !errors.Is(err, ErrUnavailable) {
		t.Fatalf("%v, want it refused", err)
	}
	if got := states(t, s, "a"); got[0] != "" {
		t.Fatalf("it is %q", got[0])
	}
}

func TestWhatWasCanceledBeforeItCameNeverComes(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
		if r := must[Record](t)(s.Cancel(t.Context(), name, "a", "home", Ended{ID: "a", State: queue.Canceled})); r.State != "" {
			t.Fatalf("by who does not watch it, it is %q", r.State)
		}
		if r := must[Record](t)(s.Cancel(t.Context(), name, "a", "", Ended{ID: "a", State: queue.Canceled})); r.State != queue.Canceled {
			t.Fatalf("it is %q", r.State)
		}
		put(t, s, entry("a"), entry("b"))
		if got := states(t, s, "a", "b"); !slices.Equal(got, []queue.State{queue.Canceled, queue.Waiting}) {
			t.Fatalf("states %q", got)
		}
	})
}

// Entries that come together each have a deadline of their own.
func TestAnEntryThatIsLateStaysOut(t *testing.T) {
	s := redisStore(t)
	now, born := time.Now(), bornOf(t, s)
	came := must[[]arrived](t)(s.enqueue(name, []arrival{{entry: entry("a"), born: born, ends: now.Add(time.Minute)}, {entry: entry("b"), born: born, ends: now.Add(-time.Minute)}}))
	if came[0].err != nil || !errors.Is(came[1].err, ErrUnavailable) {
		t.Fatalf("came: %v", came)
	}
	if got := states(t, s, "a", "b"); !slices.Equal(got, []queue.State{queue.Waiting, ""}) {
		t.Fatalf("states %q", got)
	}
}

// Whoever held an entry's users before the store was lost holds them no more.
func TestAnEntryOfBeforeTheStoreWasLostStaysOut(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
		born := bornOf(t, s)
		if is, err := s.Enqueue(t.Context(), name, "another", entry("a")); err != nil || is != born {
			t.Fatalf("%q (%v), want %q", is, err, born)
		}
		if got := states(t, s, "a"); got[0] != "" {
			t.Fatalf("it is %q", got[0])
		}
		put(t, s, entry("a"))
	})
}

func TestAStoreThatWasLostIsBornAgain(t *testing.T) {
	s := redisStore(t)
	before := must[Lease](t)(s.Lead(t.Context(), name, "a", time.Minute))
	keys, err := s.client.Keys(t.Context(), "*"+s.prefix+":q:*").Result()
	if err != nil || len(keys) == 0 {
		t.Fatal(keys, err)
	}
	if err := s.client.Del(t.Context(), keys...).Err(); err != nil {
		t.Fatal(err)
	}
	after := must[Lease](t)(s.Lead(t.Context(), name, "b", time.Minute))
	if after.Born == before.Born || after.Epoch <= before.Epoch || !after.Mine {
		t.Fatalf("%+v after %+v", after, before)
	}
}
