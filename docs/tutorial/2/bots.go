package main

import (
	"github.com/metronome-server/metronome/bots"
	"tag/game"
)

// player is a bot: it turns now and then.
func player(s *bots.Seen, in *game.Input) {
	if s.Random.IntN(s.Hz) == 0 {
		in.DX, in.DY = int8(s.Random.IntN(201)-100), int8(s.Random.IntN(201)-100)
	}
}
