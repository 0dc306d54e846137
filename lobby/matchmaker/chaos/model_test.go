package chaos

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
	"github.com/metronome-server/metronome/lobby/queue/store"
)

// model is what the queues must be, made of what the feeds say. It notes all that is
// not as it must. Any goroutine.
type model struct {
	mu      sync.Mutex
	entries map[string]*entry
	matches map[string]*match
	playing map[string]string // which live match a user is in
	shapes  map[string][]shape
	faults  []string
	states  map[queue.State]int // what entries ended as
	losses  []string            // when the store was emptied
	slowest map[string]time.Duration
}

// entry is what is known of one.
type entry struct {
	queue   string
	first   queue.Entry // as it came
	rev     uint64
	state   queue.State // waiting, offered for all states of a match, or final
	match   string
	since   time.Time // of the state
	added   time.Time
	history []moment
	lost    bool // with the store, before it was over
	// forgotten: lost, or over before the store was lost. Who was not told until then
	// hears that it is lost.
	forgotten bool
}

// moment is one thing that an entry was at.
type moment struct {
	state queue.State
	match string // of waiting: the one that came to nothing before
	rev   uint64 // of the match
}

type match struct {
	queue.Match
	since time.Time // of its state
	lost  bool
}

// shape is a queue's configuration, for a time.
type shape struct {
	config *queue.Config // nil: the queue was closed
	from   time.Time
	until  time.Time // zero: still
}

func newModel() *model {
	return &model{
		entries: map[string]*entry{}, matches: map[string]*match{}, playing: map[string]string{}, shapes: map[string][]shape{},
		states: map[queue.State]int{}, slowest: map[string]time.Duration{},
	}
}

const faultsKept = 40

// wrong notes what must not be.
func (m *model) wrong(format string, args ...any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fault(format, args...)
}

func (m *model) fault(format string, args ...any) {
	if len(m.faults) < faultsKept {
		m.faults = append(m.faults, time.Now().Format("05.000 ")+fmt.Sprintf(format, args...))
	}
}

// configured notes which queues there are from now on.
func (m *model) configured(queues []*queue.Config) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	for name, list := range m.shapes {
		list[len(list)-1].until = now
		m.shapes[name] = list
	}
	for _, c := range queues {
		m.shapes[c.Name] = append(m.shapes[c.Name], shape{config: c, from: now})
	}
}

// take takes in what one script did.
func (m *model) take(r record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var off []*match
	for _, h := range r.happened {
		kind, text := h[0], h[1]
		switch {
		case kind == "added":
			if e, err := store.ReadEntry(text); err != nil {
				m.fault("an entry cannot be read: %v in %q", err, text)
			} else if r.feed == "in" {
				m.came(r, *e)
			} else {
				m.back(r, *e)
			}
		case kind == "match":
			next, err := store.ReadMatch(text)
			if err != nil {
				m.fault("a match cannot be read: %v in %q", err, text)
				continue
			}
			if is := m.turn(r, next); is != nil && next.State == queue.Off {
				off = append(off, is)
			}
		case kind == "ended" && r.feed == "out":
			var end store.Ended
			if err := json.Unmarshal([]byte(text), &end); err != nil {
				m.fault("an end cannot be read: %v in %q", err, text)
				continue
			}
			m.ended(r, end)
		}
	}
	for _, is := range off {
		for i := range is.Entries {
			if e := m.entries[is.Entries[i].ID]; e.match == is.ID && e.state == queue.Offered {
				m.fault("match %s came to nothing, and its entry %s is neither back nor over", is.ID, is.Entries[i].ID)
			}
		}
	}
}

// came takes in an entry that is new.
func (m *model) came(r record, e queue.Entry) {
	if e.Rev != 1 {
		return // back from a match: the other feed says more
	}
	if m.entries[e.ID] != nil {
		m.fault("entry %s came twice", e.ID)
		return
	}
	m.entries[e.ID] = &entry{queue: r.queue, first: e, rev: 1, state: queue.Waiting, since: r.at, added: r.at, history: []moment{{state: queue.Waiting}}}
}

// back takes in an entry that waits again.
func (m *model) back(r record, e queue.Entry) {
	is := m.entries[e.ID]
	if is == nil {
		m.fault("entry %s is back and was never there", e.ID)
		return
	}
	was := m.matches[is.match]
	if is.state != queue.Offered || was == nil || was.State != queue.Off {
		m.fault("entry %s is back from %q of match %q", e.ID, is.state, is.match)
	}
	if e.Rev != is.rev+1 {
		m.fault("entry %s is back at revision %d after %d", e.ID, e.Rev, is.rev)
	}
	if !e.Since.Equal(is.first.Since) || !sameMembers(e, is.first) || e.Party != is.first.Party || e.Stay != is.first.Stay {
		m.fault("entry %s is back as %+v, and was %+v", e.ID, e, is.first)
	}
	if n := len(e.Lost); n == 0 || e.Lost[n-1].Match != is.match {
		m.fault("entry %s is back from match %s and does not say so: %+v", e.ID, is.match, e.Lost)
	}
	is.rev, is.state, is.since = e.Rev, queue.Waiting, r.at
	is.history = append(is.history, moment{state: queue.Waiting, match: is.match})
	is.match = ""
}

func sameMembers(a, b queue.Entry) bool {
	return slices.EqualFunc(a.Members, b.Members, func(x, y queue.Member) bool { return x.User == y.User && x.Known == y.Known && x.Rating == y.Rating })
}

// next are the states that may follow one of a match.
var next = map[queue.State][]queue.State{
	queue.Offered: {queue.Offered, queue.Opening, queue.Off},
	queue.Opening: {queue.Open, queue.Off},
	queue.Open:    {queue.Played, queue.Off},
}

// turn takes in a match that is new, or at its next revision.
func (m *model) turn(r record, to *queue.Match) *match {
	is := m.matches[to.ID]
	if is == nil {
		is = &match{Match: *to, since: r.at}
		m.matches[to.ID] = is
		m.made(r, is)
		return is
	}
	if to.Rev != is.Rev+1 || !slices.Contains(next[is.State], to.State) {
		m.fault("match %s goes from %s at revision %d to %s at %d", to.ID, is.State, is.Rev, to.State, to.Rev)
	}
	if who(to.Seats) != who(is.Seats) || len(to.Entries) != len(is.Entries) {
		m.fault("match %s changed its seats from %s to %s", to.ID, who(is.Seats), who(to.Seats))
	}
	if to.State != is.State {
		took := r.at.Sub(is.since)
		m.note("match "+string(is.State), took)
		if !is.Until.IsZero() {
			m.note("match "+string(is.State)+", past its deadline", r.at.Sub(is.Until))
		}
		is.since = r.at
	}
	is.Match = *to
	for i := range to.Entries {
		if e := m.entries[to.Entries[i].ID]; e != nil && e.match == to.ID {
			e.history = append(e.history, moment{to.State, to.ID, to.Rev})
			if to.State == queue.Played {
				m.over(e, queue.Played, r.at)
			}
		}
	}
	if to.State.Final() {
		m.leave(is)
	}
	return is
}

// leave has the users of a match be in none.
func (m *model) leave(is *match) {
	for _, s := range is.Seats {
		if m.playing[s.User] == is.ID {
			delete(m.playing, s.User)
		}
	}
}

func (m *model) note(what string, took time.Duration) { m.slowest[what] = max(m.slowest[what], took) }

// waited notes how long an entry waited, this time, and past its limit, or past its
// coming back if that was later.
func (m *model) waited(e *entry, until time.Time) {
	m.note("waiting", until.Sub(e.since))
	limit := e.first.Since
	for _, s := range m.shapes[e.queue] {
		limit = e.first.Since.Add(s.config.Limit.After)
	}
	if e.since.After(limit) {
		limit = e.since
	}
	m.note("waiting, past its limit", until.Sub(limit))
}

// made takes in a new match: all its entries wait, it is of a legal shape, and nobody
// is in another.
func (m *model) made(r record, is *match) {
	if is.Rev != 1 {
		m.fault("match %s begins at revision %d", is.ID, is.Rev)
	}
	for i := range is.Entries {
		of := &is.Entries[i]
		e := m.entries[of.ID]
		switch {
		case e == nil:
			m.fault("match %s has entry %s, which never came", is.ID, of.ID)
			continue
		case e.state != queue.Waiting || e.lost:
			m.fault("match %s has entry %s, which is %s in match %q", is.ID, of.ID, e.state, e.match)
		case e.rev != of.Rev:
			m.fault("match %s has entry %s at revision %d, and it is at %d", is.ID, of.ID, of.Rev, e.rev)
		case e.queue != r.queue || is.Queue != r.queue:
			m.fault("match %s of %s has entry %s of %s", is.ID, is.Queue, of.ID, e.queue)
		case !sameMembers(*of, e.first):
			m.fault("match %s has entry %s as %+v, and it is %+v", is.ID, of.ID, of, e.first)
		}
		m.waited(e, r.at)
		e.state, e.match, e.since = queue.Offered, is.ID, r.at
		e.history = append(e.history, moment{is.State, is.ID, is.Rev})
	}
	for _, s := range is.Seats {
		if other := m.playing[s.User]; other != "" {
			m.fault("%s is in match %s and in match %s", s.User, other, is.ID)
		}
		m.playing[s.User] = is.ID
	}
	if why := m.illegal(is); why != "" {
		m.fault("match %s of %s: %s; seats %s", is.ID, is.Queue, why, who(is.Seats))
	}
}

// configLag is how long a node may go by a configuration that was changed: it may
// stand still as it changes.
const configLag = 20 * time.Second

// illegal is what is wrong with a match's seats, "" when nothing is.
func (m *model) illegal(is *match) (why string) {
	why = "its queue is not known"
	for _, s := range slices.Backward(m.shapes[is.Queue]) {
		if !s.until.IsZero() && time.Since(s.until) > configLag {
			break
		}
		if why = misfit(s.config, &is.Match); why == "" {
			return ""
		}
	}
	return why
}

// misfit is why a match is none of a queue.
func misfit(c *queue.Config, m *queue.Match) string {
	teams, bots := map[uint8]int{}, 0
	seat := map[string]queue.Seat{}
	for _, s := range m.Seats {
		if _, twice := seat[s.User]; twice {
			return s.User + " has two seats"
		}
		seat[s.User] = s
		teams[s.Team]++
		if s.Bot {
			bots++
		}
	}
	if len(teams) != len(c.Teams) {
		return fmt.Sprintf("%d teams, want %d", len(teams), len(c.Teams))
	}
	for i, t := range c.Teams {
		if n := teams[c.TeamNumber(i)]; n < t.Least || n > t.Most {
			return fmt.Sprintf("team %d has %d players, want %d to %d", c.TeamNumber(i), n, t.Least, t.Most)
		}
	}
	if c.Bots == nil && bots > 0 || c.Bots != nil && bots > c.Bots.Most {
		return fmt.Sprintf("%d bots", bots)
	}
	players := 0
	for i := range m.Entries {
		e := &m.Entries[i]
		players += len(e.Members)
		for _, member := range e.Members {
			if s, has := seat[member.User]; !has || s.Entry != e.ID || s.Team != seat[e.Members[0].User].Team {
				return fmt.Sprintf("the party of entry %s is torn apart", e.ID)
			}
		}
	}
	if players+bots != len(m.Seats) {
		return fmt.Sprintf("%d seats for %d players and %d bots", len(m.Seats), players, bots)
	}
	return ""
}

// ended takes in an entry that is over.
func (m *model) ended(r record, end store.Ended) {
	e := m.entries[end.ID]
	if e == nil {
		// Canceled before it came, so that it never does.
		m.entries[end.ID] = &entry{queue: r.queue, state: end.State, since: r.at, history: []moment{{state: end.State}}}
		return
	}
	inMatch := m.matches[e.match]
	switch {
	case e.state.Final():
		m.fault("entry %s ends as %s, and had as %s", end.ID, end.State, e.state)
	case e.state == queue.Waiting && !slices.Contains([]queue.State{queue.Canceled, queue.Expired, queue.Closed}, end.State):
		m.fault("entry %s waited and ends as %s", end.ID, end.State)
	case e.state == queue.Offered && (inMatch == nil || inMatch.State != queue.Off || !slices.Contains([]queue.State{queue.Declined, queue.Absent}, end.State)):
		m.fault("entry %s is in match %s and ends as %s", end.ID, e.match, end.State)
	}
	if e.state == queue.Waiting {
		m.waited(e, r.at)
	}
	m.over(e, end.State, r.at)
	e.history = append(e.history, moment{state: end.State})
}

func (m *model) over(e *entry, state queue.State, at time.Time) {
	e.state, e.since = state, at
	m.states[state]++
}

// lose takes in that the store is empty.
func (m *model) lose(at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.losses = append(m.losses, clock(at))
	for _, e := range m.entries {
		e.forgotten = true
		if !e.state.Final() {
			e.lost, e.match = true, ""
			m.over(e, queue.Lost, at)
		}
	}
	for _, is := range m.matches {
		if !is.State.Final() {
			is.lost, is.State = true, queue.Off
			m.leave(is)
		}
	}
}
