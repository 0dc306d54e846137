package main

import (
	"github.com/metronome-server/metronome/bots"
	"github.com/metronome-server/metronome/server/kit/templates/market/game"
)

// player is a bot: it buys what is cheap and sells what is dear, now and then.
func player(s *bots.Seen, order *game.Order) bool {
	for _, p := range bots.Rows[game.Price](s, "price") {
		if s.Random.IntN(2*s.Hz) > 0 {
			continue
		}
		order.Amount = int8(1 + s.Random.IntN(5))
		if p.Now > game.FirstPrice+int32(s.Random.IntN(200))-100 {
			order.Amount = -order.Amount
		}
		return true
	}
	return false
}
