package room

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// movesIn reads the table of moves below a heading of docs/STATES.md.
func movesIn(t *testing.T, heading string) map[string][]string {
	t.Helper()
	doc, err := os.ReadFile("../docs/STATES.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(doc), "\n## "+heading+"\n")
	section, _, _ = strings.Cut(section, "\n## ")
	_, table, _ := strings.Cut(section, "\n| from | to | when |\n|---|---|---|\n")
	moves := map[string][]string{}
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 {
			break
		}
		from := strings.TrimSpace(cells[1])
		moves[from] = append(moves[from], strings.TrimSpace(cells[2]))
	}
	if len(moves) == 0 {
		t.Fatalf("no moves below %q", heading)
	}
	return moves
}

// sameMoves compares a table of the page with one of the code.
func sameMoves[S interface {
	comparable
	String() string
}](t *testing.T, heading string, code map[S][]S, states []S) {
	t.Helper()
	page := movesIn(t, heading)
	for _, from := range states {
		var want []string
		for _, to := range code[from] {
			want = append(want, to.String())
		}
		got := page[from.String()]
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s from %v: the page has %v, the code %v", heading, from, got, want)
		}
		delete(page, from.String())
	}
	if len(page) > 0 {
		t.Errorf("%s: the page has moves of unknown states: %v", heading, page)
	}
}

func TestStatesPage(t *testing.T) {
	sameMoves(t, "Seat", seatMoves, []SeatState{SeatFree, SeatActive, SeatAway})
	sameMoves(t, "Room", stateMoves, []State{Open, Locked, Draining, Closed})
	if SeatState(9).String() != "state(9)" || State(9).String() != "state(9)" {
		t.Error("an unknown state has a name")
	}
}

// TestSeatMoves walks every move of a seat through what a room offers, and
// finds the moves that were seen to be exactly the legal ones.
func TestSeatMoves(t *testing.T) {
	seen := map[SeatState][]SeatState{}
	for name, row := range map[string]struct {
		from, to SeatState
		act      func(r *rig, p *peer)
	}{
		"join":           {SeatFree, SeatActive, func(r *rig, _ *peer) { r.join("bert") }},
		"lost":           {SeatActive, SeatAway, func(_ *rig, p *peer) { p.conn.lost = true }},
		"closed to back": {SeatActive, SeatAway, func(_ *rig, p *peer) { p.conn.Close(netproto.CloseSlow, "") }},
		"leaves":         {SeatActive, SeatFree, func(_ *rig, p *peer) { p.send(netproto.ClientFrame{Leave: true}) }},
		"kicked":         {SeatActive, SeatFree, func(r *rig, p *peer) { must(r.t, r.Kick(p.seat, "out")) }},
		"resumes":        {SeatAway, SeatActive, func(r *rig, p *peer) { r.resume(p.token) }},
		"window over":    {SeatAway, SeatFree, func(r *rig, _ *peer) { r.ticks(30*walkHz + 1) }},
		"kicked away":    {SeatAway, SeatFree, func(r *rig, p *peer) { must(r.t, r.Kick(p.seat, "out")) }},
		"replaced":       {SeatActive, SeatActive, func(r *rig, p *peer) { r.resume(p.token) }},
	} {
		r := walking(t)
		var p *peer
		if row.from != SeatFree {
			p = r.join("anna")
		}
		if row.from == SeatAway {
			p.conn.lost = true
			r.tick()
		}
		s := &r.seats[1]
		if s.state != row.from {
			t.Fatalf("%s: starts %v", name, s.state)
		}
		row.act(r, p)
		r.tick()
		if s.state != row.to {
			t.Errorf("%s: from %v to %v, want %v", name, row.from, s.state, row.to)
		}
		if row.from != row.to && !slices.Contains(seen[row.from], row.to) {
			seen[row.from] = append(seen[row.from], row.to)
		}
	}
	for from, tos := range seatMoves {
		if len(seen[from]) != len(tos) {
			t.Errorf("from %v: walked %v, the table has %v", from, seen[from], tos)
		}
	}
}

func TestIllegalSeatMoves(t *testing.T) {
	states := []SeatState{SeatFree, SeatActive, SeatAway}
	for _, from := range states {
		for _, to := range states {
			panicked := func() (is bool) {
				defer func() { is = recover() != nil }()
				(&seat{state: from}).to(to)
				return false
			}()
			if panicked == slices.Contains(seatMoves[from], to) {
				t.Errorf("%v to %v: refused is %v", from, to, panicked)
			}
		}
	}
}

// TestRoomMoves tries every way to every state from every state.
func TestRoomMoves(t *testing.T) {
	states := []State{Open, Locked, Draining, Closed}
	ways := map[State]func(r *rig) bool{
		Open: func(r *rig) bool { return r.Unlock() }, Locked: func(r *rig) bool { return r.Lock() },
		Draining: func(r *rig) bool { return r.Drain() },
		Closed: func(r *rig) bool {
			was := r.Info().State
			r.Close(netproto.CloseRoomEnded, "")
			return was != Closed
		},
	}
	for _, from := range states {
		for _, to := range states {
			r := walking(t)
			r.join("anna") // so that it does not end by draining
			if from != Open {
				ways[from](r)
			}
			moved := ways[to](r)
			if moved != slices.Contains(stateMoves[from], to) {
				t.Errorf("%v to %v: moved %v", from, to, moved)
			}
			want := from
			if moved {
				want = to
			}
			if got := r.Info().State; got != want {
				t.Errorf("%v to %v: now %v", from, to, got)
			}
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// works reports whether a token is let in at the door.
func (r *rig) works(token string) bool {
	if token == "" {
		return false
	}
	_, err := r.Knock(Guest{Resume: token})
	if err != nil && !errors.Is(err, ErrResumeStale) {
		r.t.Fatal(err)
	}
	return err == nil
}

// TestTokens follows one seat through its tokens: which work after what.
func TestTokens(t *testing.T) {
	r := walking(t)
	p := r.join("anna")
	t1 := p.token
	cut := func(p *peer) {
		p.conn.lost = true
		r.tick()
	}
	expect := func(when string, tokens map[string]bool) {
		t.Helper()
		for token, want := range tokens {
			if got := r.works(token); got != want {
				t.Errorf("%s: token works %v, want %v", when, got, want)
			}
		}
	}
	expect("joined", map[string]bool{t1: true, "nonsense": false})

	// The second Welcome never arrives: the first token must still work, twice.
	for range 2 {
		cut(p)
		p = r.resume(t1)
		expect("resumed", map[string]bool{t1: true, p.token: true})
	}
	t2 := p.token
	// What was said before the Welcome was there proves nothing.
	p.ack()
	p.send(netproto.ClientFrame{Ping: 5, Inputs: []netproto.Input{input(r.seats[1].link.welcomed, 1, 0)}})
	r.tick()
	expect("spoken", map[string]bool{t1: true, t2: true})
	p.input(0, 1, 0)
	r.tick()
	expect("shown by an input", map[string]bool{t1: false, t2: true})

	cut(p)
	p = r.resume(t2)
	t3 := p.token
	cut(p)
	p = r.resume(t3) // shown by coming back with it
	expect("came back", map[string]bool{t2: false, t3: true, p.token: true})
	must(t, r.Kick(1, ""))
	r.tick()
	expect("kicked", map[string]bool{t3: false, p.token: false})
	if len(r.door.tokens) > 0 {
		t.Errorf("%d tokens are left", len(r.door.tokens))
	}
}

// TestTokenOfAnotherPlayer takes a seat whose last player still has a token.
func TestTokenOfAnotherPlayer(t *testing.T) {
	r := walking(t)
	a := r.join("anna")
	pass := r.knock(Guest{Resume: a.token}) // still good
	a.send(netproto.ClientFrame{Leave: true})
	r.tick()
	b := r.join("bert")
	if b.seat != a.seat {
		t.Fatal("not the same seat")
	}
	late := newPeer(r)
	pass.Enter(late.conn)
	r.tick()
	if late.conn.code() != netproto.CloseResumeStale || b.conn.ended != nil || late.conn.attached > 0 {
		t.Errorf("%v, %v", late.conn.ended, b.conn.ended)
	}
}

// TestTokenGoesWhileItWaits frees a seat while its resume stands at the door.
func TestTokenGoesWhileItWaits(t *testing.T) {
	r := walking(t)
	a := r.join("anna")
	back := newPeer(r)
	r.knock(Guest{Resume: a.token}).Enter(back.conn)
	must(t, r.Kick(1, "out"))
	r.tick()
	if back.conn.code() != netproto.CloseResumeStale || r.Info().Taken != 0 {
		t.Errorf("%v, %d taken", back.conn.ended, r.Info().Taken)
	}
}

// TestManyResumesAtOnce comes with one token on many connections: the door
// keeps one of them, the newest.
func TestManyResumesAtOnce(t *testing.T) {
	r := walking(t)
	a, b := r.join("anna"), r.join("bert")
	var peers []*peer
	for i := range 100 {
		p := newPeer(r)
		peers = append(peers, p)
		r.knock(Guest{Resume: a.token}).Enter(p.conn)
		if i == 50 {
			p = newPeer(r)
			r.knock(Guest{Resume: b.token}).Enter(p.conn)
			b = p
		}
		if len(r.door.queue) > 2 {
			t.Fatalf("%d wait", len(r.door.queue))
		}
	}
	last := peers[99]
	r.tick()
	last.read()
	b.read()
	if last.seat != 1 || b.seat != 2 || a.conn.code() != netproto.CloseReplaced {
		t.Errorf("seats %d and %d, %v", last.seat, b.seat, a.conn.ended)
	}
	for _, p := range peers[:99] {
		if p.conn.code() != netproto.CloseReplaced || p.conn.attached > 0 {
			t.Fatalf("%v", p.conn.ended)
		}
	}
	if n := r.stats.Closes(netproto.CloseReplaced); n != 99+2 {
		t.Errorf("%d closes counted", n)
	}
	again := newPeer(r) // the place in the queue is forgotten
	r.knock(Guest{Resume: last.token}).Enter(again.conn)
	r.tick()
	if again.conn.ended != nil || last.conn.code() != netproto.CloseReplaced {
		t.Errorf("%v, %v", again.conn.ended, last.conn.ended)
	}
}

func TestWelcome(t *testing.T) {
	r := walking(t, func(o *Options) { o.Server = "metronome test"; o.Mode.SnapshotEvery = 2 })
	r.join("anna")
	p := r.join("bert")
	w := p.welcome
	if w.GetRoom() != "test" || w.GetMode() != "walk" || w.GetSeat() != 2 || w.GetTickHz() != walkHz || w.GetSnapshotEvery() != 2 ||
		w.GetResumeTicks() != 30*walkHz || w.GetMaxLead() != uint32(netproto.MaxLead(walkHz)) || w.GetServer() != "metronome test" || w.GetResumed() || len(w.GetResume()) < 20 {
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

// TestGhostsHoldNoSeat opens connections that never become players: their seats
// are free again with the tick that sees them go, or after the time to say
// something.
func TestGhostsHoldNoSeat(t *testing.T) {
	cases := map[string]struct {
		play  func(r *rig, p *peer)
		ticks int // until the seat is free
	}{
		"closed before anything was read":         {func(_ *rig, p *peer) { p.conn.lost = true }, 1},
		"closed after the welcome":                {func(r *rig, p *peer) { p.read(); r.tick(); p.conn.lost = true }, 1},
		"a frame before the welcome, then closed": {func(_ *rig, p *peer) { p.conn.lost = true }, 1},
		"silent":                 {func(*rig, *peer) {}, introSeconds*walkHz + 2},
		"sends what is no frame": {func(_ *rig, p *peer) { p.conn.in = [][]byte{{0xff}} }, 1},
		"leaves without a word":  {func(_ *rig, p *peer) { p.conn.ended = &netproto.CloseError{Code: netproto.CloseBye} }, 1},
	}
	for name, row := range cases {
		r := walking(t)
		p := newPeer(r)
		if name == "a frame before the welcome, then closed" {
			p.ack()
		}
		r.knock(Guest{Name: "nobody"}).Enter(p.conn)
		r.tick()
		if got := r.Info(); got.Taken != 1 {
			t.Fatalf("%s: %+v", name, got)
		}
		row.play(r, p)
		r.ticks(row.ticks)
		if got := r.Info(); got.Taken != 0 || r.seats[1].state != SeatFree || len(r.door.tokens) != 0 {
			t.Errorf("%s: %+v, seat %v, %d tokens", name, got, r.seats[1].state, len(r.door.tokens))
		}
	}
}

// TestPlayedInItsLastTick has a client play for the first time in the very tick
// in which its connection is lost, as after a stall: its input names a tick that
// only the Welcome can have told, so the seat is kept.
func TestPlayedInItsLastTick(t *testing.T) {
	r := walking(t)
	p := newPeer(r)
	r.knock(Guest{Name: "anna"}).Enter(p.conn)
	r.tick()
	p.read()
	p.input(1, 1, 0)
	p.conn.lost = true
	r.tick()
	if got := r.seats[1].state; got != SeatAway {
		t.Fatalf("the seat is %v", got)
	}
	if q := r.resume(p.token); q.seat != p.seat {
		t.Errorf("came back to seat %d", q.seat)
	}
}

// TestAResumeThatNeverSpeaksRenewsNothing comes back again and again with a token
// and never says a word: the seat is free when its window is over all the same.
func TestAResumeThatNeverSpeaksRenewsNothing(t *testing.T) {
	r := walking(t)
	p := r.join("anna")
	p.conn.lost = true
	r.tick()
	window := ticks(r.config.ResumeWindow, walkHz)
	n := 0
	for ; n < 2*window; n++ {
		if n%40 == 0 {
			again := newPeer(r)
			pass, err := r.Knock(Guest{Resume: p.token})
			if err != nil {
				break
			}
			pass.Enter(again.conn)
			again.conn.lost = true
		}
		r.tick()
	}
	if n < window || n > window+60 || r.seats[1].state != SeatFree {
		t.Errorf("free after %d ticks, the window is %d; the seat is %v", n, window, r.seats[1].state)
	}
	// Who speaks begins the window anew.
	q := r.join("bert")
	q.conn.lost = true
	r.ticks(window - 10)
	q = r.resume(q.token)
	q.conn.lost = true
	r.ticks(window - 10)
	if r.seats[1].state != SeatAway {
		t.Errorf("%v", r.seats[1].state)
	}
}
