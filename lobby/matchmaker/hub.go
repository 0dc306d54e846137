package matchmaker

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
	"github.com/metronome-server/metronome/lobby/queue/store"
)

const (
	// newsEvery is how often a node that has watchers asks what happened.
	newsEvery = 25 * time.Millisecond
	// tellEvery is how often watchers are told when nothing happens.
	tellEvery = 2 * time.Second
	// explainMost is how many entries a leader is asked about at once.
	explainMost = 64
	// fetchMost is how many entries one question reads.
	fetchMost = 256
)

// hub tells those who watch entries of one queue on this node. The entries whose home
// the node is are ended when nobody watches them any more.
type hub struct {
	r *running

	mu      sync.Mutex
	entries map[string]*watched
	since   uint64 // in the feed of news; 0: nothing was read
	born    string
	behind  bool // some entries are stale
	truth   bool // what is read counts, also when it is older than what was told
}

// watched is an entry that somebody on this node watches, or did.
type watched struct {
	id       string
	record   store.Record
	known    bool // record was read
	coming   bool // on its way into the queue
	withdraw bool // to be taken out, whether it has come in or not
	stale    bool // record must be read again
	home     bool // this node ends it when nobody watches
	stay     bool
	watchers map[chan struct{}]bool
	left     time.Time // when the last of them did, ours
	reasons  []queue.Reason
	entry    *queue.Entry // as it was last seen
	freed    bool
	changes  int // of record
}

func newHub(r *running) *hub { return &hub{r: r, entries: map[string]*watched{}} }

// expect notes an entry that this node puts into the queue.
func (h *hub) expect(e *queue.Entry) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.entries[e.ID] = &watched{
		id: e.ID, record: store.Record{State: queue.Waiting, Entry: e}, known: true, home: true, stay: e.Stay, entry: e,
		watchers: map[chan struct{}]bool{}, left: time.Now(), coming: true,
	}
}

// arrived notes that an entry is in the queue.
func (h *hub) arrived(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if w := h.entries[id]; w != nil {
		w.coming = false
	}
}

// withdraw notes that an entry is to be taken out, which has come in or not.
func (h *hub) withdraw(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if w := h.entries[id]; w != nil {
		w.withdraw = true
	}
}

// forget drops an entry that did not come into the queue.
func (h *hub) forget(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.entries, id)
}

// attach adds a watcher, who is rung when the entry changes. fresh: this node has put
// the entry into the queue, and has told all news of it since.
func (h *hub) attach(id string) (bell chan struct{}, fresh bool) {
	bell = make(chan struct{}, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	w := h.entries[id]
	if w == nil {
		w = &watched{id: id, watchers: map[chan struct{}]bool{}}
		h.entries[id] = w
	}
	w.watchers[bell] = true
	return bell, w.known && w.record.State != "" && w.home && h.since != 0 && !w.stale && !w.coming
}

func (h *hub) detach(id string, bell chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if w := h.entries[id]; w != nil {
		delete(w.watchers, bell)
		w.left = time.Now()
	}
}

// learn notes what was read of an entry, unless news of it came meanwhile.
func (h *hub) learn(id string, record store.Record) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.news(id, record)
}

// over reports whether nothing follows for an entry. After a match that is off, it is
// told what becomes of it.
func over(s queue.State) bool { return s.Final() && s != queue.Off }

// newer reports whether a is what an entry is at after b.
func newer(id string, a, b store.Record) bool {
	if a.State == "" || a.State == queue.Lost {
		return false
	}
	if over(a.State) || over(b.State) {
		return over(a.State) && !over(b.State)
	}
	x, y := age(id, a), age(id, b)
	return slices.Compare(x[:], y[:]) > 0
}

// age grows with all that happens to an entry: its revision, whether it is in a match
// with that, and the match's revision.
func age(id string, r store.Record) (age [3]uint64) {
	switch {
	case r.Match != nil:
		age = [3]uint64{r.Match.Entry(id).Rev, 1, r.Match.Rev}
	case r.Entry != nil:
		age[0] = r.Entry.Rev
	}
	return age
}

// set changes what an entry is at and rings. Under the lock.
func (w *watched) set(record store.Record) {
	w.record, w.known = record, true
	w.changes++
	switch {
	case record.Entry != nil:
		w.entry, w.stay = record.Entry, record.Entry.Stay
	case record.Match != nil:
		w.entry = record.Match.Entry(w.id)
	}
	for bell := range w.watchers {
		select {
		case bell <- struct{}{}:
		default:
		}
	}
}

// read returns what an entry is at; known: the store knew it when it was read.
func (h *hub) read(id string) (record store.Record, reasons []queue.Reason, known bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if w := h.entries[id]; w != nil {
		return w.record, w.reasons, w.known && w.record.State != ""
	}
	return store.Record{}, nil, false
}

// run reads the news until ctx ends.
func (h *hub) run(ctx context.Context) {
	news := time.NewTicker(newsEvery)
	defer news.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-news.C:
		}
		if err := h.follow(ctx); err != nil && ctx.Err() == nil {
			h.r.m.Log.Debug("a queue's news cannot be read", "queue", h.r.name, "err", err)
		}
	}
}

// keepHouse does what can wait for a second, and may take long: the news do not wait
// for it.
func (h *hub) keepHouse(ctx context.Context) {
	timer := time.NewTicker(time.Second)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			h.r.hear(ctx)
			h.endUnwatched(ctx)
			h.askReasons(ctx)
		}
	}
}

// follow reads on in the news, when anybody here wants to know.
func (h *hub) follow(ctx context.Context) error {
	for more := true; more; {
		h.mu.Lock()
		since, idle := h.since, len(h.entries) == 0
		if idle {
			h.since = 0 // later from the end
		}
		h.mu.Unlock()
		if idle {
			return nil
		}
		f, err := h.r.m.Store.Feed(ctx, h.r.name, store.FeedNews, since)
		if err != nil {
			return err
		}
		h.take(f, since == 0)
		more = f.More
	}
	return h.catchUp(ctx)
}

// take notes what happened.
func (h *hub) take(f store.Feed, first bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.since = f.Next
	if first || f.Gap || h.born != f.Born {
		h.truth, h.born, h.behind = h.truth || !first, f.Born, true
		for _, w := range h.entries {
			w.stale = true
		}
	}
	for _, i := range f.Items {
		switch {
		case i.Match != nil:
			for k := range i.Match.Entries {
				h.news(i.Match.Entries[k].ID, store.Record{State: i.Match.State, Match: i.Match})
			}
		case i.Added != nil:
			if w := h.entries[i.Added.ID]; w != nil {
				w.left = time.Now() // who went to play has to come back
			}
			h.news(i.Added.ID, store.Record{State: queue.Waiting, Entry: i.Added})
		case i.Ended != nil:
			h.news(i.Ended.ID, store.Record{State: i.Ended.State, Why: i.Ended.Why})
		}
	}
}

// news notes what an entry is at, unless it was read meanwhile that it is further.
// Under the lock.
func (h *hub) news(id string, record store.Record) {
	if w := h.entries[id]; w != nil && !newer(id, w.record, record) {
		w.set(record)
	}
}

// catchUp reads again what entries are at of which news were missed. One that is on
// its way comes later: nobody knows it yet, and that is no loss.
func (h *hub) catchUp(ctx context.Context) error {
	h.mu.Lock()
	if !h.behind {
		h.mu.Unlock()
		return nil
	}
	var ids []string
	coming, again := false, false
	for id, w := range h.entries {
		if w.stale && !w.coming {
			ids = append(ids, id)
		}
		coming = coming || w.stale && w.coming
	}
	truth := h.truth
	h.mu.Unlock()
	for len(ids) > 0 {
		page := ids[:min(len(ids), fetchMost)]
		ids = ids[len(page):]
		before := h.changesOf(page)
		records, err := h.r.m.Store.Fetch(ctx, h.r.name, page)
		if err != nil {
			return err
		}
		h.mu.Lock()
		for i, record := range records {
			w := h.entries[page[i]]
			if w == nil {
				continue
			}
			if w.changes != before[i] { // the answer may be older than what was told meanwhile
				again = true
				continue
			}
			w.stale = false
			if record.State == "" {
				record = w.lost()
			}
			if truth && !over(w.record.State) || !newer(w.id, w.record, record) {
				w.set(record)
			}
		}
		h.mu.Unlock()
	}
	h.mu.Lock()
	h.truth, h.behind = truth && again, coming || again
	h.mu.Unlock()
	return nil
}

// changesOf returns how often what entries are at has changed.
func (h *hub) changesOf(ids []string) []int {
	h.mu.Lock()
	defer h.mu.Unlock()
	changes := make([]int, len(ids))
	for i, id := range ids {
		if w := h.entries[id]; w != nil {
			changes[i] = w.changes
		}
	}
	return changes
}

// lost is what an entry is at that the store knows no more. Under the lock.
func (w *watched) lost() store.Record {
	if w.known && over(w.record.State) {
		return w.record
	}
	return store.Record{State: queue.Lost, Why: "the store has lost this queue's entries; please queue again"}
}

// endUnwatched takes entries out of the queue that nobody watches any more, and
// forgets what is over.
func (h *hub) endUnwatched(ctx context.Context) {
	now, m := time.Now(), h.r.m
	var end []string
	var withdrawn []*queue.Entry
	var free []*queue.Entry
	h.mu.Lock()
	for id, w := range h.entries {
		if w.coming {
			if w.withdraw {
				withdrawn = append(withdrawn, w.entry)
			}
			continue
		}
		over := over(w.record.State)
		if over && !w.freed && w.entry != nil {
			w.freed = true
			free = append(free, w.entry)
		}
		if len(w.watchers) > 0 || now.Sub(w.left) < m.Grace {
			continue
		}
		switch {
		case w.record.State == queue.Waiting && w.home && !w.stay:
			end = append(end, id)
			w.left = now // if that fails, again later
		case over || !w.known || w.record.State == queue.Waiting:
			delete(h.entries, id)
		}
	}
	h.mu.Unlock()
	for _, e := range withdrawn {
		m.withdraw(h.r, e)
	}
	m.free(free...)
	for _, id := range end {
		record, err := m.Store.Cancel(ctx, h.r.name, id, m.Node, store.Ended{ID: id, State: queue.Canceled, Why: "nobody watched the entry any more"})
		if err == nil {
			h.learn(id, record)
		}
	}
}

// askReasons asks the leader why some of the entries wait that are watched here.
func (h *hub) askReasons(ctx context.Context) {
	var ids []string
	h.mu.Lock()
	for id, w := range h.entries {
		if w.record.State == queue.Waiting && len(w.watchers) > 0 && len(ids) < explainMost {
			ids = append(ids, id)
		}
	}
	h.mu.Unlock()
	if len(ids) == 0 {
		return
	}
	found, err := h.r.m.explain(ctx, h.r, ids)
	if err != nil {
		return // the leader has just changed; the next try finds the new one
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, x := range found {
		if w := h.entries[id]; w != nil {
			w.reasons = x.Reasons
		}
	}
}

// Watch calls tell with what an entry is at, and whenever that changes, every two
// seconds at least, until it is final, tell fails, or ctx ends. While somebody watches
// it, an entry waits; some seconds after the last has left, it is cancelled, unless it
// is to stay. Errors: ErrNoEntry, ErrUnavailable, those of tell and ctx.
func (m *Matchmaker) Watch(ctx context.Context, id string, tell func(Status) error) error {
	r, err := m.queue(queueOf(id))
	if err != nil {
		return ErrNoEntry
	}
	bell, fresh := r.hub.attach(id)
	defer r.hub.detach(id, bell)
	if !fresh {
		_, record, err := m.of(ctx, id)
		if err != nil {
			return err
		}
		r.hub.learn(id, record)
		if err := r.hub.makeHome(ctx, id, record); err != nil {
			return err
		}
	}
	timer := time.NewTicker(tellEvery)
	defer timer.Stop()
	for {
		record, reasons, known := r.hub.read(id)
		if !known {
			return ErrNoEntry
		}
		status := r.status(record, id, m.Store.Now())
		status.Reasons = reasons
		if err := tell(status); err != nil {
			return err
		}
		if over(record.State) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-bell:
		case <-timer.C:
		}
	}
}

// makeHome makes this node the one that ends an entry which nobody watches.
func (h *hub) makeHome(ctx context.Context, id string, record store.Record) error {
	h.mu.Lock()
	w := h.entries[id]
	is := w != nil && w.home
	if w != nil {
		w.home = true
	}
	h.mu.Unlock()
	if is || record.State != queue.Waiting {
		return nil
	}
	return h.r.m.Store.Rehome(ctx, h.r.name, id, h.r.m.Node)
}
