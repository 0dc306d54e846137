package main

import (
	"github.com/metronome-server/metronome/bots"
	"github.com/metronome-server/metronome/server/kit/templates/board/game"
)

// player is a bot: it thinks for a second, and drops a stone anywhere.
func player(s *bots.Seen, order *game.Drop) bool {
	me := bots.Mine[game.Player](s, "player")
	for _, b := range bots.Rows[game.Board](s, "board") {
		if me == nil || b.Turn != me.Side || b.Winner > 0 || s.Random.IntN(s.Hz) > 0 {
			continue
		}
		order.Column = uint8(s.Random.IntN(game.Columns))
		return true
	}
	return false
}
