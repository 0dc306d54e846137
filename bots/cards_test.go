package bots

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
	"github.com/metronome-server/metronome/sim/cards"
)

// TestCardPlayersPlayLegally: deals end, no order is refused, and no turn lapses.
func TestCardPlayersPlayLegally(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	for players := 2; players <= 6; players++ {
		mode := cards.Mode().WithSeats(players).WithParams([]sim.Param{{Name: "turn", Value: "1"}, {Name: "pause", Value: "1"}})
		tb := newTableOf(t, mode, players, newCardPlayer, seed)
		kinds := map[string]int{}
		names := tb.world.EventKinds()
		tb.play(6000, func() {
			records, values := tb.world.Events()
			for _, r := range records {
				if name := names[r.Kind].Name; name == "passed" && values[r.First+1] != 0 {
					kinds["lapsed"]++
				} else {
					kinds[name]++
				}
			}
		})
		p := tb.players[0]
		at, _ := netproto.Find(p.mirror.Schema(), "match", "deal")
		deals := of(p.mirror, at, 1)
		t.Logf("%d players: %d deals, %v", players, deals, kinds)
		if deals < 3 || kinds["refused"] != 0 || kinds["lapsed"] != 0 || kinds["played"] < 50 || kinds["drew"] < 5 {
			t.Errorf("%d players: %d deals, %v", players, deals, kinds)
		}
	}
}

// TestACardPlayerComesBack: who is played for says so, and plays again.
func TestACardPlayerComesBack(t *testing.T) {
	mode := cards.Mode().WithSeats(2).WithParams([]sim.Param{{Name: "turn", Value: "1"}, {Name: "lapses", Value: "1"}, {Name: "absent", Value: "play"}})
	tb := newTableOf(t, mode, 2, newCardPlayer, 5)
	at, _ := netproto.Find(tb.players[0].mirror.Schema(), "player", "absent")
	away := func() int { return int(of(tb.players[0].mirror, at, 1) + of(tb.players[0].mirror, at, 2)) }
	awake := []Behaviour{tb.players[0].Behaviour, tb.players[1].Behaviour}
	tb.players[0].Behaviour, tb.players[1].Behaviour = idle{}, idle{}
	for range 100 {
		if tb.play(1, nil); away() > 0 {
			break
		}
	}
	if away() == 0 {
		t.Fatal("nobody is absent who does nothing")
	}
	tb.players[0].Behaviour, tb.players[1].Behaviour = awake[0], awake[1]
	if tb.play(100, nil); away() != 0 {
		t.Error("they are still absent")
	}
}

func TestCardPlayersNeedTheGame(t *testing.T) {
	w, err := sim.Start(arena.Game().Modes[0], 1)
	check(t, err)
	_, err = newCardPlayer(netproto.SchemaOf(w), rand.New(rand.NewPCG(1, 1)))
	if err == nil || !strings.Contains(err.Error(), "match") || !strings.Contains(err.Error(), "hand.0") {
		t.Errorf("the arena: %v", err)
	}
}

// ordering counts the orders that a player gives.
type ordering struct {
	*cardPlayer
	orders *int
}

func (o ordering) Command(v *View, c *netproto.Command) bool {
	give := o.cardPlayer.Command(v, c)
	if give {
		*o.orders++
	}
	return give
}

// TestASwarmPlaysCards: over real connections, in rooms at rest.
func TestASwarmPlaysCards(t *testing.T) {
	n, orders := startNode(t, cards.Mode().WithParams([]sim.Param{{Name: "pause", Value: "1"}})), 0
	c := Default()
	c.Server, c.Mode, c.Behaviour, c.Players, c.RoomSize, c.Warmup, c.Duration = n.url, "cards", "cards", 6, 3, 0, 3*time.Second
	c.Behaviours = map[string]Maker{"cards": func(schema *pb.Schema, random *rand.Rand) (Behaviour, error) {
		b, err := newCardPlayer(schema, random)
		player, _ := b.(*cardPlayer)
		return ordering{player, &orders}, err
	}}
	r, err := Run(t.Context(), c, nil)
	check(t, err)
	if r.Connected != 6 || r.Failed != 0 || r.Resyncs != 0 || len(r.Closes) != 0 || orders < 2 {
		t.Errorf("%d orders, %+v", orders, r)
	}
	t.Logf("%d orders, %.2f snapshots a second of %.1f bytes", orders, r.SnapshotHzMean, r.BytesPerSnap)
}
