package room

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/metronome-server/metronome/netproto"
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
		if row.from != row.to && !legal(seen, row.from, row.to) {
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
			if panicked == legal(seatMoves, from, to) {
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
			if moved != legal(stateMoves, from, to) {
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
