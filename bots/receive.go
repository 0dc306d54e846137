package bots

import "time"

const (
	// readBatch is how many connections are read until inputs have their turn
	// again: less than a millisecond's worth.
	readBatch = 64
	// sampleEvery is how many snapshots lie between two counts of what is visible.
	sampleEvery = 16
)

// receiveAll reads the connections that have something.
func (s *swarm) receiveAll(ready []int) {
	for n, i := range ready {
		s.receive(s.bots[i])
		if n%readBatch == readBatch-1 {
			s.send()
		}
	}
}

// receive reads one player's connection.
func (s *swarm) receive(b *bot) {
	if b.state != playing {
		return // it ended while the list was walked
	}
	err := b.Receive(s.in, time.Now)
	if n := b.Counts.Snapshots - b.seen; n > 0 {
		s.count(b, n)
	}
	switch {
	case err != nil:
		s.lost(b, err)
	case b.Counts.Welcomes > b.welcomes:
		s.welcome(b)
	}
}

// count takes note of n snapshots that came together.
func (s *swarm) count(b *bot, n uint64) {
	if s.measuring {
		if b.window.gaps {
			s.gap.Add(b.Heard().Sub(b.last))
		}
		for range n - 1 {
			s.gap.Add(0)
		}
		b.window.gaps = true
		if !b.Blind && b.seen/sampleEvery != (b.seen+n)/sampleEvery {
			b.window.visible += b.visible()
			b.window.sampled++
		}
	}
	b.seen += n
	b.last = b.Heard()
}

// moved counts that a player's room has gone on at another node.
func (s *swarm) moved(d time.Duration) {
	if s.measuring {
		s.moves.Add(d)
	}
}

func (s *swarm) acked(d time.Duration) {
	if s.measuring {
		s.ack.Add(d)
	}
}
