package simtest

import (
	"testing"

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
