package bots

import (
	"math/rand/v2"
	"strings"
	"testing"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// walker is a row of a small game, as its author wrote it.
type walker struct {
	At    sim.Vec `wire:"linear"`
	Owner sim.Seat
	Seat  sim.Seat `wire:"owner"`
	Purse int16    `wire:"private"`
	Past  uint8    `wire:"local"`
}

type walk struct{ DX, DY int8 }

type bet struct {
	Amount int16 `command:"min=-5,max=500"`
	Sure   bool
}

type walkRules struct {
	walkers *sim.PerSeat[walker]
	input   *sim.Input[walk]
	bets    *sim.Command[bet]
}

func (r *walkRules) Join(seat sim.Seat, _ sim.Entrant) {
	r.walkers.Of(seat).Purse, r.walkers.Of(seat).Past = -100-int16(seat), 9
}
func (r *walkRules) Leave(sim.Seat) {}
func (r *walkRules) Step(*sim.Inputs) {
	for seat, row := range r.walkers.All {
		row.At.X += sim.Fixed(r.input.Of(seat).DX)
	}
	for seat, b := range r.bets.All {
		r.walkers.Of(seat).Purse += b.Amount
		r.walkers.Of(seat).At.Y = 1
	}
}
func (r *walkRules) View(sim.Seat, *sim.View) {}

func walkers() sim.Mode {
	return sim.Mode{Name: "walk", Hz: 30, Seats: 4, New: func(w *sim.World) sim.Rules {
		return &walkRules{sim.NewPerSeat[walker](w, "walker"), sim.NewInput[walk](w), sim.NewCommand[bet](w)}
	}}
}

// TestTypedBots see rows as the game's author wrote them, and only their own secrets.
func TestTypedBots(t *testing.T) {
	saw, purses := map[sim.Seat]int{}, map[sim.Seat]int16{}
	tb := newTableOf(t, walkers(), 3, Of(func(s *Seen, in *walk) {
		in.DX = int8(s.Seat) // DY stays as it is
		for id, row := range Rows[walker](s, "walker") {
			if id != uint32(row.Seat) || row.Past != 0 || row.Seat != s.Seat && row.Purse != 0 {
				t.Fatalf("seat %d sees %+v as row %d", s.Seat, *row, id)
			}
			saw[s.Seat]++
		}
		for range Rows[walker](s, "nothing") {
			t.Fatal("a table that is not there has rows")
		}
		purses[s.Seat] = Mine[walker](s, "walker").Purse
	}), 1)
	tb.play(11, nil) // the first is not seen before it
	for seat := range sim.Seat(3) {
		if saw[seat+1] != 30 || purses[seat+1] != -101-int16(seat) {
			t.Errorf("seat %d saw %d rows, and %d of its own", seat+1, saw[seat+1], purses[seat+1])
		}
	}
	walked := tb.players[1].view.Mirror
	for l := range walked.Lists(0) {
		if x := l.Column(0); x[0] != 10 || x[1] != 20 || x[2] != 30 {
			t.Errorf("they walked %d", x)
		}
	}
}

func TestTypedBotsOrder(t *testing.T) {
	tb := newTableOf(t, walkers(), 2, OfOrders(func(s *Seen, b *bet) bool {
		b.Amount, b.Sure = 7, true
		return s.Seat == 2 && Mine[walker](s, "walker").At.Y == 0
	}), 1)
	tb.play(5, nil)
	for l := range tb.players[1].mirror.Own(0) {
		if purse := int32(l.Column(0)[0]); purse != -95 {
			t.Errorf("the purse has %d, want one bet of 7 in it", purse)
		}
	}
	if n := tb.world.Commanded(2); n != 1 {
		t.Errorf("%d commands", n)
	}
}

func TestTypedBotsNeedTheGame(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	_, err := Of(func(*Seen, *bet) {})(&pb.Schema{}, random)
	if err == nil || !strings.Contains(err.Error(), `no field "amount"`) || !strings.Contains(err.Error(), `no field "sure"`) {
		t.Errorf("%v", err)
	}
	if _, err = Of(func(*Seen, *struct{ S string }) {})(&pb.Schema{}, random); err == nil {
		t.Error("a string is an input")
	}
}
