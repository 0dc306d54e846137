package simtest

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
)

// arenaPlay says how much of each mode is played. It is a million player-ticks
// and a bit, most of it where many players meet.
var arenaPlay = map[string]struct{ players, ticks int }{
	"ffa":   {50, 8000},
	"teams": {32, 12500},
	"duel":  {2, 20000},
	"open":  {250, 800},
}

func TestArena(t *testing.T) {
	if raceDetector {
		withoutRaceDetector(t)
		return
	}
	total := 0
	for _, mode := range arena.Game().Modes {
		play := arenaPlay[mode.Name]
		if play.players > mode.Seats {
			t.Fatalf("mode %q has %d seats", mode.Name, mode.Seats)
		}
		if testing.Short() {
			play.ticks /= 20
		}
		t.Run(mode.Name, func(t *testing.T) { Check(t, mode, Players(play.players), Ticks(play.ticks)) })
		total += play.players * play.ticks
	}
	if t.Logf("%d player-ticks", total); total < 1000000 && !testing.Short() {
		t.Errorf("%d player-ticks, want a million", total)
	}
}

// TestArenaIsReached plays short matches of ships that break easily, on a small
// ground of four cells: random play comes to all that the arena declares, but for
// what is of teams where there are none, and of single players where there are.
func TestArenaIsReached(t *testing.T) {
	if raceDetector {
		withoutRaceDetector(t)
		return
	}
	if testing.Short() {
		t.Skip("short matches are not reached in few ticks")
	}
	at := func(x, y int32) sim.Vec { return sim.Vec{X: sim.Int(x), Y: sim.Int(y)} }
	c, _ := arena.ConfigOf("open")
	c.Hz, c.Seats, c.LayoutFor = 30, 24, nil
	c.Layout = arena.Layout{Size: at(1600, 1600), Walls: []arena.Rect{{Min: at(300, 300), Max: at(400, 500)}, {Min: at(1100, 1100), Max: at(1300, 1200)}}}
	for i := range int32(9) {
		c.Layout.Spots = append(c.Layout.Spots, arena.Spot{At: at(200+i%3*600, 200+i/3*600), Kind: uint8(1 + i%3)})
	}
	c.Ship.Health, c.Ship.RespawnMS, c.Ship.SafeMS, c.Shield.Full, c.Pickup.ReturnMS = 20, 300, 500, 10, 1000
	c.Match = arena.MatchRules{Seconds: 20, PauseSeconds: 1, Kills: 9, MinPlayers: 17, Leaders: 5}
	for teams, except := range map[int][]string{
		0: {"column match.winnerteam", "column match.score.*", "column player.team", "column ship.team", "column shot.team"},
		4: {"column match.winner"},
	} {
		c.Teams = teams
		Check(t, arena.Mode("small", "Small", c), Players(20), Ticks(8000), Reach(except...))
	}
}

// TestArenaAtTheEndsOfHz plays where what means seconds is a tick or hundreds.
func TestArenaAtTheEndsOfHz(t *testing.T) {
	if raceDetector {
		withoutRaceDetector(t)
		return
	}
	for _, hz := range []int{1, 240} {
		for _, name := range []string{"ffa", "open"} {
			c, _ := arena.ConfigOf(name)
			c.Hz = hz
			Check(t, arena.Mode(name, name, c).WithSeats(40), Players(30), Ticks(300))
		}
	}
}
