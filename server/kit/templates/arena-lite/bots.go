package main

import (
	"github.com/metronome-server/metronome/bots"
	"github.com/metronome-server/metronome/server/kit/templates/arena-lite/game"
	"github.com/metronome-server/metronome/sim"
)

// player is a bot: it flies about, and shoots at who is nearest.
func player(s *bots.Seen, in *game.Input) {
	if s.Random.IntN(s.Hz) == 0 {
		in.DX, in.DY = int8(s.Random.IntN(201)-100), int8(s.Random.IntN(201)-100)
	}
	me := bots.Mine[game.Ship](s, "ship")
	if me == nil {
		return
	}
	nearest := sim.Fixed(200 << 8)
	in.Fire = false
	for _, other := range bots.Rows[game.Ship](s, "ship") {
		if way := other.At.Sub(me.At); other.Owner != s.Seat && other.Down == 0 && way.Len() < nearest {
			nearest, in.Aim, in.Fire = way.Len(), sim.AngleOf(way), s.Random.IntN(20) == 0
		}
	}
}
