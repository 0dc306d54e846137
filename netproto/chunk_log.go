package netproto

import "github.com/metronome-server/metronome/sim"

// chunkLog is the chunks of a group's last history ticks, without the empty
// ones: most groups are quiet at most ticks, and a quiet one costs nothing.
type chunkLog struct {
	ring []chunk // grows to history
	head int     // the oldest
	n    int
}

// begin returns an empty chunk for a tick, behind all others. It counts once
// keep is called.
func (l *chunkLog) begin(t sim.Tick) *chunk {
	for l.n > 0 && t.Since(l.ring[l.head].tick) >= history {
		l.head, l.n = (l.head+1)%len(l.ring), l.n-1
	}
	if l.n == len(l.ring) {
		l.grow()
	}
	c := &l.ring[(l.head+l.n)%len(l.ring)]
	c.begin(t)
	return c
}

// keep has the chunk of the last begin stay.
func (l *chunkLog) keep() { l.n++ }

// grow makes room for more chunks; history ticks hold at most history.
func (l *chunkLog) grow() {
	ring := make([]chunk, min(max(2*len(l.ring), 1), history))
	for i := range l.n {
		ring[i] = l.ring[(l.head+i)%len(l.ring)]
	}
	l.ring, l.head = ring, 0
}

// at returns the chunk of a tick; an empty one when nothing is kept.
func (l *chunkLog) at(t sim.Tick) *chunk {
	for i := l.n - 1; i >= 0; i-- {
		if c := &l.ring[(l.head+i)%len(l.ring)]; c.tick <= t {
			if c.tick == t {
				return c
			}
			break
		}
	}
	return &nothing
}

func (l *chunkLog) clear() { l.n = 0 }
