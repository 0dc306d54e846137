package simtest

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/metronome-server/metronome/sim"
)

// club is a game that keeps of its members what they brought. One that cheats
// keeps their teams beside its tables, and knows after a restore only of those
// who have none.
type club struct {
	members *sim.PerSeat[struct{ Sum int32 }]
	input   *sim.Input[nudge]
	teams   [9]uint8
	cheats  bool
	seen    *clubSeen
}

// clubSeen is who came, into whichever world.
type clubSeen struct {
	users            map[sim.Seat]map[uint64]bool
	teams            map[uint8]bool
	bots, people     int
	unknown, full    int
	empty, low, high int
	longest, faults  int
	nobody           int
}

func (g *club) Join(seat sim.Seat, who sim.Entrant) {
	g.note(seat, &who)
	row := g.members.Of(seat)
	row.Sum = who.Rating ^ int32(len(who.Name))
	for i, b := range who.Data {
		row.Sum += int32(i) ^ int32(b)
	}
	if g.teams[seat] = 0; g.cheats {
		g.teams[seat] = who.Team
	}
}

func (g *club) note(seat sim.Seat, who *sim.Entrant) {
	s := g.seen
	if s.users[seat] == nil {
		s.users[seat] = map[uint64]bool{}
	}
	count := func(n *int, is bool) {
		if is {
			*n++
		}
	}
	s.users[seat][who.User], s.teams[who.Team] = true, true
	count(&s.bots, who.Bot)
	count(&s.people, !who.Bot)
	count(&s.unknown, who.User == 0)
	count(&s.nobody, who.Name == "")
	count(&s.empty, len(who.Data) == 0)
	count(&s.full, len(who.Data) == sim.MaxEntrantData)
	count(&s.low, who.Rating < 0)
	count(&s.high, who.Rating > 1<<30)
	count(&s.faults, !utf8.ValidString(who.Name))
	s.longest = max(s.longest, len(who.Name))
}

func (g *club) Leave(sim.Seat)           {}
func (g *club) View(sim.Seat, *sim.View) {}

func (g *club) Step(*sim.Inputs) {
	for seat, row := range g.members.All {
		row.Sum += int32(g.teams[seat]) + int32(g.input.Of(seat).X)
	}
}

func clubMode(cheats bool, seen *clubSeen) sim.Mode {
	seen.users, seen.teams = map[sim.Seat]map[uint64]bool{}, map[uint8]bool{}
	return sim.Mode{Name: "club", Hz: 30, Seats: 8, New: func(w *sim.World) sim.Rules {
		return &club{members: sim.NewPerSeat[struct{ Sum int32 }](w, "member"), input: sim.NewInput[nudge](w), cheats: cheats, seen: seen}
	}}
}

// TestCheckBringsAllSortsOfEntrants: whoever comes is somebody else each time,
// with anything that an entrant may have.
func TestCheckBringsAllSortsOfEntrants(t *testing.T) {
	var s clubSeen
	Check(t, clubMode(false, &s), Ticks(4000))
	if len(s.users) != 8 || len(s.teams) < 5 || !s.teams[0] || s.longest != sim.MaxEntrantName || s.faults > 0 {
		t.Errorf("%d seats, %d teams, names up to %d bytes, %d of them no UTF-8", len(s.users), len(s.teams), s.longest, s.faults)
	}
	for seat, users := range s.users {
		if len(users) < 3 {
			t.Errorf("on seat %d sat %d users", seat, len(users))
		}
	}
	for _, n := range []int{s.bots, s.people, s.unknown, s.full, s.empty, s.low, s.high, s.nobody} {
		if n == 0 {
			t.Errorf("one sort never came: %+v", s)
		}
	}
	var tb recorder
	Check(&tb, clubMode(true, &s), Ticks(2000))
	if len(tb.errors) != 1 || !strings.Contains(tb.errors[0], "table member, row ") {
		t.Errorf("with teams beside its tables it fails with %q", tb.errors)
	}
}
