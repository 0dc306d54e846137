package server

import (
	"log/slog"
	"maps"
	"strings"
	"testing"

	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/room"
)

func TestWantedBots(t *testing.T) {
	usual := fillPlan{home: "home", bots: 20, share: 0.4, most: 200}
	home := room.Filling{ID: "home", Seats: 50}
	with := func(id string, seats, people, others int) room.Filling {
		return room.Filling{ID: id, Seats: seats, People: people, Others: others}
	}
	for name, row := range map[string]struct {
		plan  fillPlan
		rooms []room.Filling
		want  map[string]int
	}{
		"a fresh node":              {usual, []room.Filling{home}, map[string]int{"home": 20}},
		"somebody in the home room": {usual, []room.Filling{with("home", 50, 1, 1)}, map[string]int{"home": 20}},
		"a home room that is full":  {usual, []room.Filling{with("home", 50, 40, 45)}, map[string]int{"home": 5}},
		"more bots than seats": {
			fillPlan{home: "home", bots: 50, share: 0.4, most: 200}, []room.Filling{with("home", 50, 1, 1)}, map[string]int{"home": 49},
		},
		"nobody there":       {usual, []room.Filling{with("a", 32, 0, 0)}, map[string]int{}},
		"bots of a load":     {usual, []room.Filling{with("a", 32, 0, 5)}, map[string]int{}},
		"a person":           {usual, []room.Filling{with("a", 32, 1, 1)}, map[string]int{"a": 12}},
		"another on the way": {usual, []room.Filling{with("a", 32, 1, 2)}, map[string]int{"a": 11}},
		"people enough":      {usual, []room.Filling{with("a", 32, 13, 13)}, map[string]int{}},
		"a large room":       {usual, []room.Filling{with("a", 1000, 1, 1)}, map[string]int{"a": 19}},
		"alone in a duel":    {usual, []room.Filling{with("a", 2, 1, 1)}, map[string]int{"a": 1}},
		"a duel":             {usual, []room.Filling{with("a", 2, 2, 2)}, map[string]int{}},
		"a room of one seat": {usual, []room.Filling{with("a", 1, 1, 1)}, map[string]int{}},
		"one bot":            {fillPlan{bots: 1, share: 0.4, most: 200}, []room.Filling{with("a", 32, 1, 1)}, map[string]int{"a": 1}},
		"no share":           {fillPlan{home: "home", bots: 20, most: 200}, []room.Filling{home, with("a", 2, 1, 1)}, map[string]int{"home": 20}},
		"few bots, people first": {
			fillPlan{home: "home", bots: 20, share: 0.4, most: 14}, []room.Filling{home, with("a", 32, 1, 1), with("b", 2, 1, 1)},
			map[string]int{"a": 12, "b": 1, "home": 1},
		},
		"fewer bots than rooms": {
			fillPlan{home: "home", bots: 20, share: 0.4, most: 2}, []room.Filling{home, with("a", 32, 1, 1), with("b", 2, 1, 1), with("c", 2, 1, 1)},
			map[string]int{"a": 1, "b": 1},
		},
	} {
		if got := row.plan.wanted(row.rooms); !maps.Equal(got, row.want) {
			t.Errorf("%s: %v, want %v", name, got, row.want)
		}
	}
}

// quickPlay gets a seat by quick play and comes in.
func quickPlay(t *testing.T, n *Node, mode string) (c *raw, room string) {
	t.Helper()
	lobby, err := client.NewLobby(n.LocalURL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	j, err := lobby.QuickPlay(t.Context(), mode, "p")
	if err != nil {
		t.Fatal(err)
	}
	_, target, _ := strings.Cut(j.GetUrl(), "/rooms/")
	return join(t, n, target), j.GetRoom().GetId()
}

// until reads snapshots until something is so, for half a minute at most.
func (c *raw) until(what string, ok func() bool) {
	c.t.Helper()
	for range 30 * 60 {
		if ok() {
			return
		}
		c.must(c.next())
		c.send(&netproto.ClientFrame{Ping: 1})
	}
	c.t.Fatalf("never: %s", what)
}

// TestNobodyPlaysAlone: who quick-plays on a fresh node has somebody to play with, in
// every mode of the arena.
func TestNobodyPlaysAlone(t *testing.T) {
	n := startTestNode(t, func(c *Config) { c.Bots = 3 })
	defer n.fillRooms(slog.New(slog.DiscardHandler))()
	for _, m := range n.rooms.Modes() {
		c, id := quickPlay(t, n, m.Name)
		r, ok := n.rooms.Get(id)
		if !ok {
			t.Fatalf("%s: no room %s", m.Name, id)
		}
		c.until(m.Name+": a bot comes", func() bool { return r.Info().Bots > 0 })
	}
}

// TestFullHouseOfBots: --bots 50 leads people into one room, and not each into a room
// of their own.
func TestFullHouseOfBots(t *testing.T) {
	n := startTestNode(t, func(c *Config) { c.Bots = 50 })
	defer n.fillRooms(slog.New(slog.DiscardHandler))()
	watcher := join(t, n, "ffa?name=watcher")
	watcher.until("the room is full of bots", func() bool { return n.home.Info().Taken == n.home.Info().Seats })
	for range 5 {
		if _, id := quickPlay(t, n, "ffa"); id != n.home.ID() {
			t.Errorf("sent to %s", id)
		}
	}
	watcher.until("six people are in", func() bool { i := n.home.Info(); return i.Active-i.Bots == 6 })
	if i := n.home.Info(); i.Active > i.Seats {
		t.Errorf("%d players on %d seats", i.Active, i.Seats)
	}
}

// TestDuelAgainstABot: who is alone gets a bot, which makes way for a person.
func TestDuelAgainstABot(t *testing.T) {
	n := startTestNode(t, func(c *Config) { c.Bots = 1 })
	defer n.fillRooms(slog.New(slog.DiscardHandler))()
	ann, id := quickPlay(t, n, "duel")
	r, ok := n.rooms.Get(id)
	if !ok {
		t.Fatalf("no room %s", id)
	}
	ann.until("a bot comes", func() bool { return r.Info().Bots == 1 })
	_, other := quickPlay(t, n, "duel")
	if other != id {
		t.Errorf("ben in %s, ann in %s", other, id)
	}
	ann.until("ben has the bot's seat", func() bool { i := r.Info(); return i.Bots == 0 && i.Active == 2 })
	ann.send(&netproto.ClientFrame{Leave: true})
	if end := ann.ends(); end.Code != netproto.CloseBye {
		t.Errorf("ann left: %v", end)
	}
}
