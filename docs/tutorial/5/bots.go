package main

import (
	"github.com/metronome-server/metronome/bots"
	"github.com/metronome-server/metronome/sim"
	"tag/game"
)

// player is a bot: it runs after the nearest when it is it, and else away from who is.
func player(s *bots.Seen, in *game.Input) {
	mine := bots.Mine[game.Ball](s, "ball")
	if mine == nil {
		return
	}
	me, nearest := *mine, sim.Fixed(1<<30)
	for _, other := range bots.Rows[game.Ball](s, "ball") {
		way := sim.Vec{X: other.X - me.X, Y: other.Y - me.Y}
		if other.Owner == me.Owner || way.Len() >= nearest || !me.It && !other.It {
			continue
		}
		nearest = way.Len()
		if !me.It {
			way = way.Scale(-sim.Int(1))
		}
		step := way.ClampLen(sim.Int(1)).Scale(90)
		in.DX, in.DY = int8(step.X), int8(step.Y)
	}
	if s.Random.IntN(s.Hz) == 0 { // nobody can tell what it does next
		in.DX, in.DY = int8(s.Random.IntN(201)-100), int8(s.Random.IntN(201)-100)
	}
}
