package chaos

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
	"github.com/metronome-server/metronome/lobby/queue/store"
)

// wrongs is what the model found so far.
func (m *model) wrongs() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.faults
}

// drain waits until all entries are over, those too that nobody watches.
func (m *model) drain(most time.Duration) {
	tick := time.NewTicker(readEvery)
	defer tick.Stop()
	for end := time.Now().Add(most); time.Now().Before(end); <-tick.C {
		m.mu.Lock()
		waits := false
		for _, e := range m.entries {
			waits = waits || !e.state.Final()
		}
		m.mu.Unlock()
		if !waits {
			return
		}
	}
}

// heard checks what a client is told against what it was told before on the same
// watch: nothing goes back.
func (w *world) heard(c *client, session []moment) {
	now := session[len(session)-1]
	if slices.Contains(session[:len(session)-1], now) {
		w.model.wrong("%s was told %+v, later %+v, and then %+v again", c.id, now, session[len(session)-2], now)
	}
	if !slices.Contains(c.history, now) {
		c.history = append(c.history, now)
	}
}

// judge checks what came of everything, when all is over.
func (w *world) judge(took time.Duration) {
	t, m := w.t, w.model
	w.reader.mu.Lock()
	if err := w.reader.read(t.Context()); err != nil {
		t.Error(err)
	}
	w.reader.mu.Unlock()
	w.judgeStore()
	m.mu.Lock()
	defer m.mu.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, e := range m.entries {
		if !e.state.Final() {
			m.fault("entry %s is %s (match %q) and nothing follows: %v", id, e.state, e.match, e.history)
		}
	}
	for id, e := range m.entries {
		if d := e.since.Sub(w.calmed); d > 12*time.Second {
			m.fault("entry %s ended %v after the last fault: %v", id, d, e.history)
		}
	}
	for _, c := range w.clients {
		m.judgeClient(c)
	}
	m.judgeUsers()
	for _, said := range w.broken {
		t.Error(said)
	}
	for _, f := range m.faults {
		t.Error(f)
	}
	t.Log(w.figures(took))
}

// judgeStore checks that nothing is left in Redis.
func (w *world) judgeStore() {
	s := store.NewRedis(w.direct, prefix, 5*time.Second, time.Now)
	for _, c := range allQueues() {
		matches, err := s.Load(w.t.Context(), c.Name, func(e *queue.Entry) { w.model.wrong("entry %s still waits in the store", e.ID) })
		if err != nil {
			w.t.Error(err)
		}
		for _, match := range matches {
			w.model.wrong("match %s is still %s in the store", match.ID, match.State)
		}
	}
}

// judgeClient checks what a client was told.
func (m *model) judgeClient(c *client) {
	e := m.entries[c.id]
	if e == nil {
		m.fault("entry %s was put in, as its client was told, and never came", c.id)
		return
	}
	for _, told := range c.history {
		switch {
		case told.state == queue.Lost:
			if !e.forgotten {
				m.fault("%s was told that it is lost, and it is %s", c.id, e.state)
			}
		case !slices.Contains(e.history, told):
			m.fault("%s was told %+v, which it never was: %v", c.id, told, e.history)
		}
	}
	switch {
	case c.noEntry && !e.forgotten:
		m.fault("a client of %s was told that nobody knows it, and it is %s", c.id, e.state)
	case c.noEntry || !c.abandoned.IsZero():
	case c.told != e.state && !(c.told == queue.Lost && e.forgotten):
		m.fault("the last that a client of %s was told is %q, and it ended as %q", c.id, c.told, e.state)
	}
}

// judgeUsers checks that nobody was in two entries at once.
func (m *model) judgeUsers() {
	type span struct {
		id    string
		entry *entry
	}
	byUser := map[string][]span{}
	for id, e := range m.entries {
		for _, member := range e.first.Members {
			if member.Known {
				byUser[member.User] = append(byUser[member.User], span{id, e})
			}
		}
	}
	for user, spans := range byUser {
		slices.SortFunc(spans, func(a, b span) int { return a.entry.added.Compare(b.entry.added) })
		for i := range len(spans) - 1 {
			if a, b := spans[i], spans[i+1]; a.entry.since.After(b.entry.added) {
				m.fault("%s was in %s (%s) from %s until %s, and from %s in %s (%s); losses %v", user, a.id, a.entry.first.Home, clock(a.entry.added), clock(a.entry.since), clock(b.entry.added), b.id, b.entry.first.Home, m.losses)
			}
		}
	}
}

func clock(t time.Time) string { return t.Format("05.000") }

// figures is a table of what happened.
func (w *world) figures(took time.Duration) string {
	var b strings.Builder
	total := 0
	for _, n := range w.faults {
		total += n
	}
	_, _ = fmt.Fprintf(&b, "SEED=%d: %d faults in %v, %d nodes begun, %d entries, %d matches\n", w.seed, total, took.Round(time.Second), w.begun, len(w.model.entries), len(w.model.matches))
	table(&b, "faults", w.faults)
	table(&b, "faults between steps, by step", w.steps)
	table(&b, "what players did", w.acts)
	table(&b, "entries ended", w.model.states)
	matches := map[queue.State]int{}
	for _, m := range w.model.matches {
		matches[m.State]++
		if m.lost {
			matches[queue.Off]--
			matches["lost"]++
		}
	}
	table(&b, "matches ended", matches)
	table(&b, "longest", w.model.slowest)
	return b.String()
}

func table[K cmp.Ordered, V any](b *strings.Builder, title string, rows map[K]V) {
	_, _ = fmt.Fprintln(b, title)
	for _, k := range slices.Sorted(maps.Keys(rows)) {
		_, _ = fmt.Fprintf(b, "  %-42v %v\n", k, rows[k])
	}
}
