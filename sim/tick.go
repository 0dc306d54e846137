package sim

import "math"

// Tick counts the steps of a simulation. Tick 0 is before the first step. It
// never wraps: arithmetic saturates.
type Tick uint32

// LastTick is the last step of a match: at 60 Hz it comes after 2.2 years, at
// 240 Hz after half a year. One more tick has a number but never comes: that is
// where arithmetic saturates, so a time beyond the end is not reached either.
const LastTick Tick = math.MaxUint32 - 1

// Add returns t + n, saturating at both ends.
func (t Tick) Add(n int) Tick {
	sum := int64(t) + int64(n)
	return Tick(min(max(sum, 0), math.MaxUint32))
}

// Since returns t - u in ticks; negative when u is later. It saturates at 32
// bits, so that it is the same where int has no more.
func (t Tick) Since(u Tick) int {
	return int(min(max(int64(t)-int64(u), math.MinInt32), math.MaxInt32))
}

// Seat is a numbered place in a room, from 1. The zero Seat is nobody.
type Seat uint16

// MaxSeats is the most seats a room can have. It bounds what is allocated per
// room; 10,000 is twice the largest room that was measured.
const MaxSeats = 10000

// Group names rows that are always seen together: a map cell, a team, one
// seat's own. Group 0 is seen by every seat. Small numbers cost fewer bytes.
type Group uint32
