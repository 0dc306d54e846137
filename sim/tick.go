package sim

import "math"

// Tick counts the steps of a simulation. Tick 0 is before the first step. It
// never wraps: at 60 Hz the last one comes after 2.2 years, and arithmetic
// saturates there.
type Tick uint32

// Add returns t + n, saturating at both ends.
func (t Tick) Add(n int) Tick {
	sum := int64(t) + int64(n)
	return Tick(min(max(sum, 0), math.MaxUint32))
}

// Since returns t - u in ticks; negative when u is later.
func (t Tick) Since(u Tick) int { return int(int64(t) - int64(u)) }

// Seat is a numbered place in a room, from 1. The zero Seat is nobody.
type Seat uint16

// MaxSeats is the most seats a room can have. It bounds what is allocated per
// room; 10,000 is twice the largest room that was measured.
const MaxSeats = 10000

// Group names rows that are always seen together: a map cell, a team, one
// seat's own. Group 0 is seen by every seat. Small numbers cost fewer bytes.
type Group uint32
