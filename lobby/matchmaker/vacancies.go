package matchmaker

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/lobby/queue"
)

const (
	// goingMost bounds the matches of a queue whose vacancies are looked for. More of
	// them go on as they are.
	goingMost = 4096
	// vacantEvery is how often it is asked who has left them.
	vacantEvery = time.Second
	// vacantAgain is for how long nobody is sent into a match after somebody who was
	// did not get in. Why 5 s: longer than it takes to withdraw an invitation, which
	// must not undo the next one of the same user.
	vacantAgain = 5 * time.Second
)

// vacancies are the seats that people have left in matches that go on. They are known
// of matches to which everybody came in this term: who leaves a match of a leader
// before is not replaced. The leader's goroutine owns them.
type vacancies struct {
	going   map[string]*going         // by room
	offered map[*queue.Vacancy]*offer // of this round, not yet taken
	looked  time.Time
	looking chan map[string]Attendance // nil: nobody is asked
}

// going is a match that goes on.
type going struct {
	match   *queue.Match // without entries; its seats are those who are to be there now
	ratings map[string]float64
	left    map[string]bool // users of seats that nobody has any more
	since   time.Time       // it has had a vacancy; zero: it has none
	again   time.Time       // nobody goes into it before, by the store's clock
	rev     uint64          // how often somebody did
	asked   uint64          // rev as it was asked who has left
	missed  int             // how often its room was not there
}

// offer is what a vacancy of a round stands for.
type offer struct {
	g    *going
	free [][]queue.Seat // by team, in the queue's order: seats of who has left
}

// keepGoing looks from now on for vacancies of a match that everybody came to. Who
// came into one that goes on has the seat of who left it.
func (t *term) keepGoing(m *queue.Match) {
	if !t.config.Backfill {
		return
	}
	if m.Vacancy {
		if g := t.going[m.Room]; g != nil {
			g.replace(m)
		}
		return
	}
	if len(t.going) >= goingMost {
		return
	}
	if t.going == nil {
		t.going = map[string]*going{}
	}
	g := &going{match: bare(m), ratings: map[string]float64{}}
	for _, s := range m.Seats {
		g.ratings[s.User] = m.Member(s.User).Rating
	}
	t.going[m.Room] = g
}

// bare is a match as it is kept while it goes on.
func bare(m *queue.Match) *queue.Match {
	b := *m
	b.Entries, b.Seats = nil, slices.Clone(m.Seats)
	return &b
}

// replace gives the players of a match the seats that they were invited to.
func (g *going) replace(m *queue.Match) {
	next := bare(g.match) // the one before may be lent to who asks for its attendance
	for _, s := range m.Seats {
		i := slices.IndexFunc(next.Seats, func(old queue.Seat) bool { return old.User == s.Instead })
		if i < 0 {
			continue
		}
		delete(g.ratings, s.Instead)
		delete(g.left, s.User)
		g.ratings[s.User] = m.Member(s.User).Rating
		s.Instead = ""
		next.Seats[i] = s
	}
	g.match, g.since = next, time.Time{}
	g.rev++
}

// forgetGoing lets go of matches into which nobody can go by a changed configuration.
func (t *term) forgetGoing(was, is *queue.Config) {
	if was != nil && (!is.Backfill || was.Mode != is.Mode || !reflect.DeepEqual(was.Params, is.Params) || !reflect.DeepEqual(was.Teams, is.Teams)) {
		t.going = nil
	}
}

// watchGoing asks, aside, who has left matches that go on.
func (t *term) watchGoing(ctx context.Context, now time.Time) {
	if len(t.going) == 0 || t.looking != nil || now.Sub(t.looked) < vacantEvery {
		return
	}
	t.looked = now
	var matches []*queue.Match
	for _, g := range t.going {
		matches, g.asked = append(matches, g.match), g.rev
	}
	answer := make(chan map[string]Attendance, 1)
	t.looking = answer
	m := t.r.m
	m.wait.Go(func() { answer <- m.Rooms.Attendance(ctx, matches) })
}

// settleGoing takes in who has left matches that go on.
func (t *term) settleGoing(came map[string]Attendance) {
	for room, g := range t.going {
		a, heard := came[g.match.ID]
		switch {
		case !heard && !t.r.m.Peers.Alive(g.match.Node):
			delete(t.going, room)
		case !heard || g.asked != g.rev: // it tells of who was there before
		case a.Gone:
			g.left = nil
			if g.missed++; g.missed >= goneTwice {
				delete(t.going, room)
			}
		default:
			g.missed, g.left = 0, a.Left
		}
	}
}

// offerVacancies has the pool show the seats that can be filled now.
func (t *term) offerVacancies(at time.Time) {
	t.pool.Vacancies, t.offered = nil, map[*queue.Vacancy]*offer{}
	if len(t.going) == 0 {
		return
	}
	promised := map[string][]string{} // users whose seats others are on the way to, by room
	for _, l := range t.live {
		for _, s := range l.match.Seats {
			if s.Instead != "" {
				promised[l.match.Room] = append(promised[l.match.Room], s.Instead)
			}
		}
	}
	for room, g := range t.going {
		if v, o := t.vacancyOf(g, promised[room], at); v != nil {
			t.offered[v] = o
			t.pool.Vacancies = append(t.pool.Vacancies, v)
		}
	}
	slices.SortFunc(t.pool.Vacancies, func(a, b *queue.Vacancy) int {
		return cmp.Or(a.Since.Compare(b.Since), strings.Compare(a.Room, b.Room))
	})
}

// vacancyOf is what can be filled of a match that goes on; nil: nothing, or nobody is
// there to play with.
func (t *term) vacancyOf(g *going, promised []string, at time.Time) (*queue.Vacancy, *offer) {
	v := &queue.Vacancy{Room: g.match.Room, Rev: g.rev, Region: g.match.Region, Teams: make([]queue.VacantTeam, len(t.config.Teams))}
	o := &offer{g, make([][]queue.Seat, len(t.config.Teams))}
	free := 0
	for i := range t.config.Teams {
		team := &v.Teams[i]
		sum := 0.0
		for _, s := range g.match.Seats {
			switch {
			case s.Bot || s.Team != t.config.TeamNumber(i):
			case !g.left[s.User]:
				team.Players++
				sum += g.ratings[s.User]
				v.Users = append(v.Users, lobby.UserNumber(s.User))
			case !slices.Contains(promised, s.User):
				o.free[i] = append(o.free[i], s)
				team.Free++
				if s.Role != "" {
					if team.Roles == nil {
						team.Roles = map[string]int{}
					}
					team.Roles[s.Role]++
				}
			}
		}
		team.Rating = sum / float64(max(team.Players, 1))
		free += team.Free
	}
	if free == 0 {
		g.since = time.Time{}
		return nil, nil
	}
	if g.since.IsZero() {
		g.since = at
	}
	v.Since = g.since
	if len(v.Users) == 0 || at.Before(g.again) {
		return nil, nil
	}
	return v, o
}

// takesVacancy reports whether what a proposal fills, if anything, is offered and has a
// seat for everybody. A matcher that is not ours may propose anything.
func (t *term) takesVacancy(p queue.Proposal) bool {
	if p.Vacancy == nil {
		return true
	}
	o := t.offered[p.Vacancy]
	fits := o != nil && p.Bots == nil && len(p.Teams) == len(o.free)
	for i := 0; fits && i < len(p.Teams); i++ {
		players := 0
		for _, e := range p.Teams[i] {
			players += len(e.Members)
		}
		fits = players <= len(o.free[i])
	}
	if !fits {
		t.r.m.Log.Warn("a matcher proposed more for a match that goes on than have left it", "queue", t.r.name, "room", p.Vacancy.Room)
	}
	return fits
}

// matchesFor is a proposal as matches: one, or, into a match that goes on, one for each
// entry, so that nobody who comes hangs on who does not.
func (t *term) matchesFor(p queue.Proposal, at time.Time) (matches []*queue.Match) {
	if p.Vacancy == nil {
		return []*queue.Match{t.matchFor(p, at)}
	}
	o := t.offered[p.Vacancy]
	delete(t.offered, p.Vacancy)
	for i, team := range p.Teams {
		for _, e := range team {
			one := p
			one.Teams = make([][]*queue.Entry, len(p.Teams))
			one.Teams[i] = []*queue.Entry{e}
			m, into := t.matchFor(one, at), o.g.match
			m.Vacancy, m.Room, m.Node, m.URL, m.Epoch = true, into.Room, into.Node, into.URL, into.Epoch
			for j := range m.Seats {
				free := max(0, slices.IndexFunc(o.free[i], func(s queue.Seat) bool { return s.Role == m.Seats[j].Role }))
				m.Seats[j].Instead = o.free[i][free].User
				o.free[i] = slices.Delete(o.free[i], free, free+1)
			}
			matches = append(matches, m)
		}
	}
	return matches
}

// place opens a match's room, or has its players let into the one that goes on.
func (m *Matchmaker) place(ctx context.Context, match *queue.Match, c *queue.Config) (Place, error) {
	if !match.Vacancy {
		return m.Rooms.Open(ctx, match, c)
	}
	if err := m.Rooms.Invite(ctx, match, c); err != nil {
		return Place{}, fmt.Errorf("the match that goes on takes nobody: %w", err)
	}
	return Place{Room: match.Room, Node: match.Node, URL: match.URL, Epoch: match.Epoch}, nil
}

// leaveVacant sends nobody into a match for a while, after one that was to go into it
// came to nothing.
func (t *term) leaveVacant(m *queue.Match) {
	if g := t.going[m.Room]; m.Vacancy && g != nil {
		g.again = t.r.m.Store.Now().Add(vacantAgain)
	}
}
