package matchmaker

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
	"github.com/metronome-server/metronome/lobby/queue/store"
)

const (
	// usualEvery is the time between two rounds when the configuration says nothing.
	usualEvery = 100 * time.Millisecond
	// commitMost is how many entries one question makes matches of, about. Why 256:
	// some 1 ms of Redis, in which nobody else is served.
	commitMost = 256
	// writeEvery is how long it waits at most to write what became of matches.
	writeEvery = 20 * time.Millisecond
	// publishEvery is how often the leader says how its queue is.
	publishEvery = time.Second
	// keepHouseEvery is how often it looks for entries that nobody can watch.
	keepHouseEvery = time.Second
)

// term is one node's leading of a queue, under one epoch. Its goroutine owns it, but
// for asks.
type term struct {
	r       *running
	epoch   uint64
	born    string
	pool    *pool
	matcher queue.Matcher
	config  *queue.Config // that the matcher is of
	fed     uint64
	live    map[string]*live
	toOpen  []*live // that wait for a room to be opened, the oldest first
	opening int     // rooms that are being opened
	opened  chan opening
	failing string // why rooms cannot be opened at present
	asks    chan ask
	orphans map[string]time.Time // nodes that are gone, since when
	tally   tally
	settled []store.Turn // to be written
	suspect []string     // entries that may be at another revision than the pool has
	strange bool         // a match is not there that this leader made: a replica became the master, and lacks it

	renewed, published, kept, attended time.Time
	attending                          chan map[string]Attendance // nil: nobody is asked
	vacancies
}

// ask is a question to the leader's goroutine.
type ask struct {
	entries []string
	answer  chan map[string]queue.Explanation
}

// prefers is the node, of those that are there, that is to lead a queue: leading is
// spread over them, and moves little when one comes or goes.
func prefers(name string, nodes []string) (best string) {
	var most uint64
	for _, node := range nodes {
		digest := sha256.Sum256([]byte(node + "\x00" + name))
		if sum := binary.LittleEndian.Uint64(digest[:]); best == "" || sum > most || sum == most && node < best {
			best, most = node, sum
		}
	}
	return best
}

// lead leads the queue whenever this node has its lease, until ctx ends.
func (r *running) lead(ctx context.Context) {
	m := r.m
	timer := time.NewTimer(m.Lease / 4)
	defer timer.Stop()
	waited := false
	for again := true; again; again = fires(ctx, timer) {
		timer.Reset(m.Lease / 4)
		if prefers(r.name, m.Peers.Nodes()) != m.Node && !waited {
			// Whoever is to lead has the first go; when it does not, this node does.
			waited = true
			timer.Reset(m.Lease * 5 / 4)
			continue
		}
		began := time.Now()
		l, err := r.take(ctx)
		if err != nil || !l.Mine {
			waited = waited && err == nil
			continue
		}
		waited = false
		t := &term{
			r: r, epoch: l.Epoch, born: l.Born, pool: newPool(), live: map[string]*live{}, opened: make(chan opening, openMost),
			asks: make(chan ask), orphans: map[string]time.Time{}, renewed: began, tally: tally{since: began},
		}
		m.Log.Info("this node leads a queue", "queue", r.name, "epoch", l.Epoch)
		err = t.run(ctx)
		r.setTerm(nil)
		switch {
		case ctx.Err() != nil:
		case errors.Is(err, errHandedOver):
			m.Log.Info("this node hands a queue over", "queue", r.name, "epoch", l.Epoch)
		default:
			m.Log.Warn("this node leads a queue no more", "queue", r.name, "epoch", l.Epoch, "err", err)
		}
		if !errors.Is(err, store.ErrFenced) {
			_ = m.Store.Leave(context.WithoutCancel(ctx), r.name, l.Epoch) // else the lease ends by itself
		}
	}
}

// fires waits for a timer, and reports whether it fired before ctx ended.
func fires(ctx context.Context, timer *time.Timer) bool {
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// take takes the lease, if it is to be had, under a new epoch: what this node has asked
// as a leader before, and was not answered, is done no more.
func (r *running) take(ctx context.Context) (store.Lease, error) {
	s := r.m.Store
	l, err := s.Lead(ctx, r.name, r.m.Node, r.m.Lease)
	if err != nil || !l.Mine {
		return l, err
	}
	if err := s.Leave(ctx, r.name, l.Epoch); err != nil {
		return l, err
	}
	return s.Lead(ctx, r.name, r.m.Node, r.m.Lease)
}

func (r *running) setTerm(t *term) {
	r.mu.Lock()
	r.term = t
	r.mu.Unlock()
}

// run leads until it fails, the lease is another's, or ctx ends.
func (t *term) run(ctx context.Context) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	if err := t.load(ctx); err != nil {
		return err
	}
	t.r.setTerm(t)
	t.tally.resume(t.r.latest())
	defer t.drop()
	if err := t.round(ctx, time.Now()); err != nil {
		return err
	}
	timer := time.NewTimer(t.every())
	defer timer.Stop()
	write := time.NewTicker(writeEvery)
	defer write.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case a := <-t.asks:
			a.answer <- t.explain(a.entries)
		case o := <-t.opened:
			t.settleOpening(o)
			t.openNext(ctx)
			if len(t.settled) >= turnMost {
				if err := t.writeSettled(ctx); err != nil {
					return err
				}
			}
		case <-write.C:
			if err := t.writeSettled(ctx); err != nil {
				return err
			}
		case came := <-t.attending:
			t.attending = nil
			t.settleAttendance(came)
		case came := <-t.looking:
			t.looking = nil
			t.settleGoing(came)
		case <-timer.C:
			began := time.Now()
			if err := t.round(ctx, began); err != nil {
				return err
			}
			timer.Reset(max(t.every()-time.Since(began), time.Millisecond))
		}
	}
}

// drop leaves what is under way to the next leader.
func (t *term) drop() {
	for _, l := range t.live {
		if l.stop != nil {
			l.stop()
		}
	}
}

func (t *term) every() time.Duration {
	if t.config != nil && t.config.Every > 0 {
		return t.config.Every
	}
	return usualEvery
}

// load reads who waits and which matches are under way. The feed's place comes first,
// so that nothing is missed.
func (t *term) load(ctx context.Context) error {
	f, err := t.r.m.Store.Feed(ctx, t.r.name, store.FeedPool, 0)
	if err != nil {
		return err
	}
	t.fed, t.pool = f.Next, newPool()
	matches, err := t.r.m.Store.Load(ctx, t.r.name, t.pool.add)
	if err != nil {
		return err
	}
	was := t.live
	t.live = map[string]*live{}
	for _, m := range matches {
		if old := was[m.ID]; old != nil {
			delete(was, m.ID)
			if old.match.Rev >= m.Rev {
				m = old.match
			}
			old.match = m
			t.live[m.ID] = old
			continue
		}
		t.live[m.ID] = &live{match: m}
	}
	for _, l := range was {
		if l.stop != nil {
			l.stop()
		}
	}
	return nil
}

// round does all that is due.
func (t *term) round(ctx context.Context, now time.Time) error {
	m := t.r.m
	if now.Sub(t.renewed) >= m.Lease/3 {
		l, err := m.Store.Lead(ctx, t.r.name, m.Node, m.Lease)
		switch {
		case err != nil && now.Sub(t.renewed) < m.Lease:
			return nil // the lease still runs; a step that comes too late is fenced
		case err != nil:
			return err
		case !l.Mine || l.Epoch != t.epoch:
			return store.ErrFenced
		}
		t.renewed = now
		if l.Born != t.born {
			m.Log.Warn("the store has lost a queue; who waited is told to queue again", "queue", t.r.name)
			t.born = l.Born
			if err := t.load(ctx); err != nil {
				return err
			}
		}
		if !t.toLead(now) {
			return errHandedOver
		}
	}
	if t.strange {
		t.strange = false
		m.Log.Warn("the store has another queue than its leader thought; it is read again", "queue", t.r.name)
		if err := t.load(ctx); err != nil {
			return err
		}
	}
	if err := t.follow(ctx); err != nil {
		return err
	}
	t.refit()
	if err := t.recheck(ctx); err != nil {
		return err
	}
	t.pool.tidy()
	if err := t.writeSettled(ctx); err != nil {
		return err
	}
	if err := t.endOld(ctx, now); err != nil {
		return err
	}
	t.pool.tidy()
	if err := t.propose(ctx); err != nil {
		return err
	}
	t.pool.tidy()
	t.watchLive(ctx, now)
	t.watchGoing(ctx, now)
	return t.publish(ctx, now)
}

var errHandedOver = errors.New("another node is to lead it")

// toLead reports whether this node is still the one to lead: one that has come and is
// preferred has had time to settle.
func (t *term) toLead(now time.Time) bool {
	if prefers(t.r.name, t.r.m.Peers.Nodes()) == t.r.m.Node {
		delete(t.orphans, "")
		return true
	}
	since, known := t.orphans[""]
	if !known {
		t.orphans[""] = now
		return true
	}
	return now.Sub(since) < 3*t.r.m.Lease
}

// follow takes in what happened to the pool.
func (t *term) follow(ctx context.Context) error {
	for more := true; more; {
		f, err := t.r.m.Store.Feed(ctx, t.r.name, store.FeedPool, t.fed)
		if err != nil {
			return err
		}
		if f.Gap || f.Born != t.born {
			if f.Born != t.born {
				t.renewed = time.Time{} // asks for the lease, which says so
			}
			return t.load(ctx)
		}
		for _, i := range f.Items {
			switch {
			case i.Added != nil:
				t.pool.add(i.Added)
				t.tally.enqueued(i.Added)
				t.r.m.Note(t.r.name, Event{At: t.r.m.Store.Now(), Entry: i.Added})
			case i.Removed != "":
				if e := t.pool.byID[i.Removed]; e != nil {
					t.ended(store.Ended{ID: i.Removed, State: queue.Canceled}, e)
				}
				t.pool.remove(i.Removed)
			default:
				t.pool.move(i.Moved[0], i.Moved[1])
			}
		}
		t.fed, more = f.Next, f.More
	}
	return nil
}

// ended counts an entry that is over.
func (t *term) ended(end store.Ended, e *queue.Entry) {
	t.tally.ended[end.State]++
	t.r.m.Note(t.r.name, Event{At: t.r.m.Store.Now(), Ended: &end, Entered: e})
}

// refit takes over a changed configuration.
func (t *term) refit() {
	if c := t.r.config.Load(); c != t.config {
		t.forgetGoing(t.config, c)
		t.config, t.matcher = c, t.r.m.NewMatcher(c)
	}
}

// recheck reads again what entries are at that could not be matched, and that the
// feed has not explained: the pool must never be wrong for longer than a round.
func (t *term) recheck(ctx context.Context) error {
	for len(t.suspect) > 0 {
		page := t.suspect[:min(len(t.suspect), fetchMost)]
		records, err := t.r.m.Store.Fetch(ctx, t.r.name, page)
		if err != nil {
			return err
		}
		t.suspect = t.suspect[len(page):]
		for i, record := range records {
			if record.Entry != nil {
				t.pool.add(record.Entry)
			} else {
				t.pool.remove(page[i])
			}
		}
	}
	return nil
}

// endOld takes out who has waited too long, whom nobody can watch, and who fits the
// queue no more.
func (t *term) endOld(ctx context.Context, now time.Time) error {
	at := t.r.m.Store.Now()
	limit := t.config.Limit.After
	if limit > 0 && t.config.Limit.Then == queue.LimitPlay {
		limit += max(3*t.every(), time.Second) // to play whatever there is
	}
	var ends []store.Ended
	end := func(e *queue.Entry, state queue.State, why string) {
		ends = append(ends, store.Ended{ID: e.ID, Rev: e.Rev, State: state, Why: why})
	}
	for _, e := range t.pool.Entries { // the oldest first
		if limit == 0 || e.Waited(at) < limit {
			break
		}
		end(e, queue.Expired, "no match was found within "+limit.String())
	}
	if now.Sub(t.kept) >= keepHouseEvery {
		t.kept = now
		for _, e := range t.pool.Entries[len(ends):] {
			switch {
			case t.r.closed.Load():
				end(e, queue.Closed, "the queue was closed")
			case check(t.config, &Asked{Queue: t.r.name, Members: e.Members}) != nil:
				end(e, queue.Closed, "the queue has changed, and takes this no more")
			case !e.Stay && t.orphaned(e.Home, now):
				end(e, queue.Canceled, "the node that watched the entry is gone, and nobody has come back")
			}
		}
	}
	for len(ends) > 0 {
		page := ends[:min(len(ends), commitMost)]
		ends = ends[len(page):]
		ended, err := t.r.m.Store.End(ctx, t.r.name, t.epoch, page)
		if err != nil {
			return err
		}
		for i, end := range page {
			if ended[i] {
				t.ended(end, t.pool.byID[end.ID])
			}
			t.pool.remove(end.ID) // or the feed tells what became of it
		}
	}
	return nil
}

// orphaned reports whether a node has been gone for longer than entries wait unwatched.
func (t *term) orphaned(node string, now time.Time) bool {
	if t.r.m.Peers.Alive(node) {
		delete(t.orphans, node)
		return false
	}
	since, known := t.orphans[node]
	if !known {
		t.orphans[node] = now
	}
	return known && now.Sub(since) > t.r.m.Grace
}
