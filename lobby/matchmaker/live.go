package matchmaker

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
	"github.com/metronome-server/metronome/lobby/queue/store"
)

const (
	// openMost is how many rooms of a queue are opened at once.
	openMost = 32
	// openFor is how long a match may take to get a room. Then its entries wait again.
	openFor = 15 * time.Second
	// openAgain is the pause before a room is tried again.
	openAgain = 500 * time.Millisecond
	// attendEvery is how often it is asked who has come.
	attendEvery = 300 * time.Millisecond
	// offeredEvery is how often it is looked who has accepted.
	offeredEvery = 200 * time.Millisecond
	// usualCome is how long players have to come when the configuration says nothing.
	usualCome = 20 * time.Second
	// turnMost is how many turns one question writes, and turnEntries of how many entries,
	// about.
	turnMost, turnEntries = 128, 256
)

// live is a match that is not settled. The leader's goroutine owns it.
type live struct {
	match   *queue.Match
	stop    context.CancelFunc // while its room is being opened
	again   time.Time          // no room before
	looked  time.Time          // when it was looked who has accepted
	turning bool               // a turn of it is to be written
	gone    int                // how often its room was not there
}

// opening is how an attempt to open a room ended.
type opening struct {
	id    string
	place Place
	err   error
}

// watchLive does what matches that are under way need.
func (t *term) watchLive(ctx context.Context, now time.Time) {
	at := t.r.m.Store.Now()
	var open []*queue.Match
	t.toOpen = t.toOpen[:0]
	for _, l := range t.live {
		if l.turning {
			continue
		}
		switch l.match.State {
		case queue.Offered:
			t.watchOffer(ctx, l, at, now)
		case queue.Opening:
			switch {
			case l.stop != nil:
			case at.Sub(l.match.Made) > openFor+t.offerTime():
				t.callOff(l, fmt.Sprintf("its room could not be opened: %s", t.failing), nil)
			case !now.Before(l.again):
				t.toOpen = append(t.toOpen, l)
			}
		case queue.Open:
			open = append(open, l.match)
		default: // settled with the next round
		}
	}
	slices.SortFunc(t.toOpen, func(a, b *live) int { return a.match.Made.Compare(b.match.Made) })
	t.openNext(ctx)
	if len(open) > 0 && t.attending == nil && now.Sub(t.attended) >= attendEvery {
		t.attended = now
		t.attend(ctx, open)
	}
}

func (t *term) offerTime() time.Duration {
	if t.config.Accept == nil {
		return 0
	}
	return t.config.Accept.Within
}

// openNext has rooms opened of matches that wait for that, the oldest first, as many as
// may be at once.
func (t *term) openNext(ctx context.Context) {
	for len(t.toOpen) > 0 && t.opening < openMost {
		l := t.toOpen[0]
		t.toOpen = t.toOpen[1:]
		if t.live[l.match.ID] == l && l.match.State == queue.Opening && l.stop == nil && !l.turning {
			t.open(ctx, l)
		}
	}
}

// open has a match's room opened, aside.
func (t *term) open(ctx context.Context, l *live) {
	t.opening++
	ctx, l.stop = context.WithTimeout(ctx, openFor)
	m, match, config, opened := t.r.m, l.match, t.config, t.opened
	m.wait.Go(func() {
		place, err := m.place(ctx, match, config)
		opened <- opening{match.ID, place, err} // it has space for as many as are opened at once
	})
}

// settleOpening takes in how an attempt to open a room ended.
func (t *term) settleOpening(o opening) {
	t.opening--
	l := t.live[o.id]
	if l == nil {
		return
	}
	if l.stop != nil {
		l.stop()
		l.stop = nil
	}
	if l.match.State != queue.Opening || l.turning {
		return
	}
	if err := o.err; err != nil && l.match.Vacancy {
		t.callOff(l, err.Error(), nil)
		return
	}
	if err := o.err; err != nil {
		t.failing, l.again = err.Error(), time.Now().Add(openAgain)
		t.r.m.Log.Warn("a match's room cannot be opened", "queue", t.r.name, "match", o.id, "err", err)
		return
	}
	if !l.match.Vacancy {
		t.failing = ""
	}
	come := t.config.Come
	if come <= 0 {
		come = usualCome
	}
	next := *l.match
	next.State, next.Until = queue.Open, t.r.m.Store.Now().Add(come)
	next.Room, next.Node, next.URL, next.Epoch = o.place.Room, o.place.Node, o.place.URL, o.place.Epoch
	t.turn(l, store.Turn{Match: &next})
}

// watchOffer looks who has accepted.
func (t *term) watchOffer(ctx context.Context, l *live, at, now time.Time) {
	if now.Sub(l.looked) < offeredEvery && at.Before(l.match.Until) {
		return
	}
	l.looked = now
	match, err := t.r.m.Store.FindMatch(ctx, t.r.name, l.match.ID)
	if err != nil {
		return // the next look finds it
	}
	if match == nil {
		t.strange = true
		return
	}
	l.match = match
	if match.State != queue.Offered {
		return
	}
	declined := slices.ContainsFunc(match.Seats, func(s queue.Seat) bool { return s.Accepted < 0 })
	if !declined && at.Before(match.Until) {
		return
	}
	requeue := t.config.Accept != nil && t.config.Accept.Requeue
	out := map[string]store.Ended{}
	for _, s := range match.Seats {
		switch {
		case s.Bot || s.Accepted > 0:
		case s.Accepted < 0:
			out[s.Entry] = store.Ended{ID: s.Entry, State: queue.Declined, Why: "the match was declined"}
		case !declined && !requeue:
			if _, known := out[s.Entry]; !known {
				out[s.Entry] = store.Ended{ID: s.Entry, State: queue.Declined, Why: "the match was not accepted in time"}
			}
		}
	}
	t.callOff(l, "somebody did not accept it", out)
}

// attend asks who has come to matches, aside.
func (t *term) attend(ctx context.Context, open []*queue.Match) {
	answer := make(chan map[string]Attendance, 1)
	t.attending = answer
	m := t.r.m
	m.wait.Go(func() { answer <- m.Rooms.Attendance(ctx, open) })
}

// goneTwice is how often a room must be missed until it is believed.
const goneTwice = 2

// settleAttendance takes in who has come.
func (t *term) settleAttendance(came map[string]Attendance) {
	at := t.r.m.Store.Now()
	for _, l := range t.live {
		if l.match.State != queue.Open || l.turning {
			continue
		}
		a, heard := came[l.match.ID]
		late := !at.Before(l.match.Until)
		missing := missing(l.match, a.Came)
		switch {
		case heard && !a.Gone && len(missing) == 0:
			next := *l.match
			next.State, next.Until = queue.Played, time.Time{}
			turn := store.Turn{Match: &next}
			if wantsResults(t.config) {
				turn.Keep = resultKept
			}
			t.turn(l, turn)
		case heard && a.Gone:
			if l.gone++; l.gone >= goneTwice {
				t.callOff(l, "its room has ended before everybody was there", nil)
			}
		case late && heard:
			out := map[string]store.Ended{}
			for _, entry := range missing {
				out[entry] = store.Ended{ID: entry, State: queue.Absent, Why: "not everybody took their seat in time"}
			}
			t.callOff(l, "somebody did not come", out)
		case late && !t.r.m.Peers.Alive(l.match.Node):
			t.callOff(l, "the node that had its room is gone", nil)
		}
	}
}

// missing are the entries of a match that are not there whole.
func missing(m *queue.Match, came map[string]bool) (entries []string) {
	for _, s := range m.Seats {
		if !s.Bot && !came[s.User] && !slices.Contains(entries, s.Entry) {
			entries = append(entries, s.Entry)
		}
	}
	return entries
}

// callOff ends a match that comes to nothing. Entries of out are over; the others
// wait again, as long as before.
func (t *term) callOff(l *live, why string, out map[string]store.Ended) {
	next := *l.match
	next.State, next.Why, next.Until = queue.Off, why, time.Time{}
	turn := store.Turn{Match: &next}
	for i := range next.Entries {
		e := &next.Entries[i]
		if end, over := out[e.ID]; over {
			turn.Ended = append(turn.Ended, end)
			continue
		}
		back := e.Lose(queue.Loss{Match: next.ID, At: t.r.m.Store.Now(), Why: why})
		turn.Back = append(turn.Back, &back)
	}
	t.turn(l, turn)
}

// turn has a match's next revision written with others, soon.
func (t *term) turn(l *live, turn store.Turn) {
	l.turning = true
	turn.Match.Rev++
	t.settled = append(t.settled, turn)
}

// writeSettled writes what became of matches.
func (t *term) writeSettled(ctx context.Context) error {
	for len(t.settled) > 0 {
		page := t.settled[:turnPage(t.settled)]
		did, err := t.r.m.Store.Turn(ctx, t.r.name, t.epoch, page...)
		if err != nil {
			return err
		}
		t.settled = t.settled[len(page):]
		for i, turn := range page {
			t.turned(ctx, turn, did[i])
		}
	}
	return nil
}

// turnPage is how many turns, the first, one question writes.
func turnPage(turns []store.Turn) (n int) {
	entries := 0
	for n < min(len(turns), turnMost) && entries < turnEntries {
		entries += len(turns[n].Match.Entries)
		n++
	}
	return n
}

// turned takes in that a turn was written, or that the match was at another revision.
func (t *term) turned(ctx context.Context, turn store.Turn, did bool) {
	l := t.live[turn.Match.ID]
	if l == nil {
		return
	}
	l.turning = false
	if !did { // somebody answered an offer meanwhile; what is there counts
		if match, err := t.r.m.Store.FindMatch(ctx, t.r.name, l.match.ID); err == nil {
			t.strange = t.strange || match == nil || match.State.Final()
			if match != nil {
				l.match = match
			}
		}
		return
	}
	was := l.match
	l.match = turn.Match
	if turn.Match.State == queue.Open {
		t.tally.opened(turn.Match, t.r.m.Store.Now())
	}
	if !turn.Match.State.Final() {
		return
	}
	delete(t.live, turn.Match.ID)
	t.r.m.Note(t.r.name, Event{At: t.r.m.Store.Now(), Match: turn.Match})
	for _, end := range turn.Ended {
		t.ended(end, turn.Match.Entry(end.ID))
	}
	if turn.Match.State == queue.Played {
		t.tally.ended[queue.Played] += uint64(len(turn.Match.Entries))
		t.keepGoing(turn.Match)
		return
	}
	t.tally.off++
	t.leaveVacant(turn.Match)
	// An invitation may have come to its room although nobody answered.
	if was.State == queue.Open || was.State == queue.Opening && was.Vacancy {
		m := t.r.m
		m.wait.Go(func() { m.Rooms.Close(context.WithoutCancel(ctx), was, turn.Match.Why) })
	}
}
