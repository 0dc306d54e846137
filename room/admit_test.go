package room

import (
	"strings"
	"testing"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

func TestWelcome(t *testing.T) {
	r := walking(t, func(o *Options) { o.Server = "metronome test"; o.Mode.SnapshotEvery = 2 })
	r.join("anna")
	p := r.join("bert")
	w := p.welcome
	if w.GetRoom() != "test" || w.GetMode() != "walk" || w.GetSeat() != 2 || w.GetTickHz() != walkHz || w.GetSnapshotEvery() != 2 ||
		w.GetResumeTicks() != 30*walkHz || w.GetMaxLead() != netproto.MaxLead || w.GetServer() != "metronome test" || w.GetResumed() || len(w.GetResume()) < 20 {
		t.Errorf("welcome %v", w)
	}
	if got := rosterText(w.GetRoster()); got != "1 anna ACTIVE, 2 bert ACTIVE" {
		t.Errorf("roster %q", got)
	}
	p.inStep()
}

func rosterText(rows []*pb.Roster) string {
	var lines []string
	for _, row := range rows {
		lines = append(lines, strings.TrimSpace(strings.Join([]string{
			string(rune('0' + row.GetSeat())), row.GetName(), strings.TrimPrefix(row.GetPresence().String(), "PRESENCE_"),
		}, " ")))
	}
	return strings.Join(lines, ", ")
}

// rosters returns the roster notices received, and forgets all notices.
func (p *peer) rosters() string {
	var rows []*pb.Roster
	for _, n := range p.notices {
		if row := n.GetRoster(); row != nil {
			rows = append(rows, row)
		}
	}
	p.notices = nil
	return rosterText(rows)
}

func TestRosterFollows(t *testing.T) {
	r := walking(t)
	p := r.join("anna")
	p.rosters()
	b := r.join("bert")
	expect := func(want string) {
		t.Helper()
		r.tick()
		p.read()
		p.ack()
		if got := p.rosters(); got != want {
			t.Errorf("told %q, want %q", got, want)
		}
	}
	expect("2 bert ACTIVE")
	b.conn.lost = true
	expect("2 bert AWAY")
	b = r.resume(b.token)
	expect("2 bert ACTIVE")
	b = r.resume(b.token) // replaced: nothing for the others
	expect("")
	b.send(netproto.ClientFrame{Leave: true})
	expect("2  FREE")
}

// TestResumeKeepsTheSeat cuts a connection in the middle of a match.
func TestResumeKeepsTheSeat(t *testing.T) {
	r := walking(t)
	other := r.join("other")
	p := r.join("anna")
	for range 50 {
		p.input(0, 8, 1)
		r.tick()
	}
	p.conn.lost = true
	r.tick()
	x, shots := r.row(2, colX), r.row(2, colShots)
	for range 29 * walkHz {
		other.ack()
		r.tick()
	}
	if r.row(2, colX) != x || r.row(2, colShots) != shots || r.Info().Away != 1 || r.Info().Active != 1 {
		t.Errorf("away: X %d → %d, shots %d → %d, %+v", x, r.row(2, colX), shots, r.row(2, colShots), r.Info())
	}
	again := r.resume(p.token)
	again.inStep()
	if again.seat != 2 || !again.welcome.GetResumed() || again.welcome.GetRoster()[1].GetName() != "anna" {
		t.Errorf("resumed: %v", again.welcome)
	}
	if r.row(2, colX) != x || r.row(2, colShots) != shots || r.row(2, colGold) != 2 || r.row(2, colMoved) != 50 {
		t.Errorf("after: X %d, shots %d, gold %d", r.row(2, colX), r.row(2, colShots), r.row(2, colGold))
	}
	again.input(0, 8, 1)
	r.tick()
	if r.row(2, colX) != x+8 || r.stats.Resumes.Load() != 1 {
		t.Errorf("it does not move: X %d", r.row(2, colX))
	}
}

func TestResumeReplacesALiveConnection(t *testing.T) {
	r := walking(t)
	old := r.join("anna")
	p := r.resume(old.token)
	if old.conn.code() != netproto.CloseReplaced || p.seat != old.seat || r.Info().Taken != 1 || r.Info().Active != 1 {
		t.Fatalf("old: %v, new on %d, %+v", old.conn.ended, p.seat, r.Info())
	}
	old.input(0, 8, 0) // it may go on sending: nobody listens
	p.input(0, 1, 0)
	r.tick()
	p.read()
	p.inStep()
	if r.row(1, colX) != 1 || p.welcome.GetResumed() != true {
		t.Errorf("X %d", r.row(1, colX))
	}
}

func TestResumeWindow(t *testing.T) {
	for ticks, want := range map[int]SeatState{30 * walkHz: SeatActive, 30*walkHz + 2: SeatFree} {
		r := walking(t)
		p := r.join("anna")
		p.conn.lost = true
		r.tick() // away from here on
		r.ticks(ticks - 1)
		pass, err := r.Knock(Guest{Resume: p.token})
		if err == nil {
			pass.Enter(newPeer(r).conn)
		}
		r.tick()
		if got := r.seats[1].state; got != want {
			t.Errorf("back after %d ticks: %v, want %v", ticks, got, want)
		}
	}
}

// TestAwayIsNeutral has a player lose the connection while it sends ahead: not
// one of those inputs is used.
func TestAwayIsNeutral(t *testing.T) {
	r := walking(t)
	p := r.join("anna")
	for lead := range 20 {
		p.input(lead, 8, 1)
	}
	r.tick()
	p.conn.lost = true
	r.ticks(40)
	if x := r.row(1, colX); x != 8 {
		t.Errorf("X %d", x)
	}
}

// TestLargeRoomsHaveNoRoster is about what grows with the square.
func TestLargeRoomsHaveNoRoster(t *testing.T) {
	for seats, want := range map[int]int{rosterSeats: 1, rosterSeats + 1: 0} {
		r := walking(t, func(o *Options) { o.Mode.Seats = seats })
		p := r.join("anna")
		r.join("bert")
		if p.read(); len(p.welcome.GetRoster()) != want || len(p.notices) != want {
			t.Errorf("%d seats: %d in the roster, %d notices", seats, len(p.welcome.GetRoster()), len(p.notices))
		}
	}
}

// TestJoinsAndLeavesOfOneTick frees a seat and gives it to another player in
// the same tick.
func TestJoinsAndLeavesOfOneTick(t *testing.T) {
	r := walking(t, func(o *Options) { o.Seats = 2 })
	a, b := r.join("anna"), r.join("bert")
	a.input(0, 8, 0)
	r.tick()
	a.send(netproto.ClientFrame{Leave: true})
	r.tick()
	p := r.join("carl")
	b.read()
	b.inStep()
	if p.seat != 1 || r.row(1, colX) != 0 || len(r.world.Seats()) != 2 {
		t.Errorf("sits on %d at %d", p.seat, r.row(1, colX))
	}
	if got := b.rosters(); got != "1  FREE, 1 carl ACTIVE" {
		t.Errorf("told %q", got)
	}
}
