package netproto

import (
	"math"
	"testing"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// cards is a game of turns: its room rests, and it has all that a game can declare
// beside tables and inputs.
type cards struct {
	w      *sim.World
	hands  *sim.Table[hand]
	turn   *sim.Single[turn]
	orders *sim.Command[cardOrder]
	result *sim.Outcome[cardResult]
}

type hand struct {
	Seat  sim.Seat `wire:"owner"`
	Cards uint8
	Best  uint32 `wire:"private"`
}

type turn struct {
	Of   sim.Seat
	Ends sim.Tick
}

type cardOrder struct {
	What  uint8   `command:"min=1,max=3"`
	Stake int32   `command:"min=-100,max=100"`
	Cards []int32 `command:"min=0,max=51,len=5"`
}

type cardResult struct {
	Won    int64
	Folded bool
}

type cardParams struct {
	Stake uint16 `param:"min=1,max=500,default=20,public" title:"Stake of a hand"`
	Deck  uint8  `param:"options=full|short"`
	Blind bool   `param:"default=true"`
}

func newCards(t *testing.T) *cards {
	t.Helper()
	g := &cards{}
	mode := sim.Mode{Name: "cards", Seats: 4, New: func(w *sim.World) sim.Rules {
		g.w = w
		sim.NewParams[cardParams](w)
		g.hands = sim.NewTable[hand](w, "hand", 4)
		g.turn = sim.NewSingle[turn](w, "turn")
		g.orders = sim.NewCommand[cardOrder](w)
		g.result = sim.NewOutcome[cardResult](w)
		return g
	}}
	w, err := sim.Start(mode.WithParams([]sim.Param{{Name: "stake", Value: "50"}, {Name: "deck", Value: "short"}}), 1)
	if err != nil {
		t.Fatal(err)
	}
	for seat := range sim.Seat(3) {
		if err := w.Join(seat+1, sim.Entrant{Team: uint8(seat % 2)}); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

func (g *cards) Join(seat sim.Seat, _ sim.Entrant) { g.hands.Add(hand{Seat: seat, Cards: 5, Best: 1}) }
func (g *cards) Leave(sim.Seat)                    {}
func (g *cards) View(sim.Seat, *sim.View)          {}

func (g *cards) Step(*sim.Inputs) {
	*g.turn.Get() = turn{Of: g.turn.Get().Of%3 + 1, Ends: g.w.Tick().Add(600)}
	for seat, order := range g.orders.All {
		for _, h := range g.hands.All {
			if h.Seat == seat {
				h.Cards -= uint8(len(order.Cards))
				h.Best += uint32(order.What)
			}
		}
	}
}

// TestGoldenRests plays a connection in a room that rests, with commands, as
// TestGoldenSession does one in a room that ticks.
func TestGoldenRests(t *testing.T) {
	g := newCards(t)
	s := &session{prefix: "rests", stage: newStage(g.w), t: t, seen: map[string]bool{}}
	s.c = newWatcher(s.stage, 1)
	s.stage.step()
	w := welcomeOf(g.w)
	w.TickHz = sim.RestHz
	w.Node = []string{"https://eu-2.example.com", "https://us-1.example.com/game"}
	w.Roster = []*pb.Roster{
		{Seat: 1, Name: "ann", Presence: pb.Presence_PRESENCE_ACTIVE, Team: 1},
		{Seat: 2, Name: "bob", Presence: pb.Presence_PRESENCE_AWAY, Team: 2},
		{Seat: 3, Name: "Bot 1", Presence: pb.Presence_PRESENCE_ACTIVE, Bot: true},
	}
	welcome, err := AppendWelcome(nil, w)
	if err != nil {
		t.Fatal(err)
	}
	s.frame("welcome", "The first frame in a room that rests: what it was made with, teams, a bot, and what commands and outcomes look like.", Header{}, welcome, nil)
	s.after(1000, "command", "50 seconds later a command was given to a step.", func() {
		if err := g.w.GiveCommand(1, 1, []int32{2, 10}, []int32{50, 51}); err != nil {
			t.Fatal(err)
		}
	}, Header{Commanded: 1})
	s.after(3, "refused", "A command was refused: it counts as dealt with, and a notice says why.", nil, Header{Commanded: 2},
		&pb.Notice{Number: 1, Body: &pb.Notice_Refused{Refused: &pb.CommandRefused{Number: 2, Reason: "stake is 101, want -100 to 100"}}})
	s.after(40, "roster", "A bot took a free seat in a team.", nil, Header{Pong: 7},
		&pb.Notice{Number: 2, Body: &pb.Notice_Roster{Roster: &pb.Roster{Seat: 4, Name: "Bot 2", Presence: pb.Presence_PRESENCE_ACTIVE, Team: 255, Bot: true}}})
	s.after(600, "end", "The match is over: a line per seat, with numbers of 64 bits.", nil, Header{},
		&pb.Notice{Number: 3, Body: &pb.Notice_End{End: &pb.MatchEnd{Reason: "ann won the last hand", Line: []*pb.OutcomeLine{
			{Seat: 1, Team: 1, Place: 1, Value: []int64{math.MaxInt64, 0}},
			{Seat: 2, Team: 2, Place: 2, Value: []int64{math.MinInt64, 1}},
			{Seat: 3, Value: []int64{-300}},
			{Seat: 4, Place: 65535},
		}}}})
	s.after(20, "nodes", "Other nodes have taken the place of those of the welcome.", nil, Header{},
		&pb.Notice{Number: 4, Body: &pb.Notice_Nodes{Nodes: &pb.NodeURLs{Url: []string{"https://us-1.example.com/game", "http://10.0.0.7:8080"}}}})
	s.after(20, "moved", "The room goes on at another node; the connection is closed behind this.", nil, Header{},
		&pb.Notice{Number: 5, Body: &pb.Notice_Moved{Moved: &pb.Moved{Url: "wss://us-1.example.com/game/rooms/r1"}}})
}

// after has a room rest for some ticks, then step, and makes a golden frame.
func (s *session) after(ticks int, name, about string, do func(), h Header, notices ...*pb.Notice) {
	s.t.Helper()
	s.stage.w.SkipTo(s.stage.w.Tick().Add(ticks))
	if do != nil {
		do()
	}
	s.stage.step()
	var after []byte
	for _, n := range notices {
		var err error
		if after, err = AppendNotice(after, n); err != nil {
			s.t.Fatal(err)
		}
	}
	s.frame(name, about, h, nil, after)
}
