package main

import "math"

// A stream prices what one way of telling others about a player costs in a
// tick, given all ticks before.

// intent tells what the player asks for: the stick, and the aim that is seen.
type intent struct {
	turns  rare
	sticks symbols[[2]int8]
	aims   aims
	ago    []int // ticks since the stick last moved, by seat
}

// ringBits tells a full stick among all: there are 720.
const ringBits = 10

func (m *intent) price(seat int, was, is *ship) float64 {
	moved := was.dx != is.dx || was.dy != is.dy
	cost := m.turns.price(m.ago[seat], moved)
	m.ago[seat]++
	if moved {
		m.ago[seat] = 0
		cost += m.sticks.price([2]int8{is.dx, is.dy}, ringBits)
	}
	return cost + m.aims.price(was, is, moved, along(is))
}

// along is the aim along the stick.
func along(s *ship) uint8 {
	return uint8(int(math.Round(math.Atan2(float64(s.dy), float64(s.dx)) / (2 * math.Pi) * 256)))
}

// aims tells the aim where it changed, as the difference from a guess.
type aims struct {
	changes [2]flagged // by whether there is reason to expect a change
	values  symbols[uint8]
}

func (m *aims) price(was, is *ship, expected bool, guess uint8) float64 {
	i := 0
	if expected {
		i = 1
	}
	cost := m.changes[i].price(was.aim != is.aim)
	if was.aim != is.aim {
		cost += m.values.price(is.aim-guess, 8)
	}
	return cost
}

// residual tells the second difference of the position: nothing for a player
// who flies on as before.
type residual struct {
	bends rare
	parts [2]number
	aims  aims
	ago   []int
}

func (m *residual) price(seat int, before, was, is *ship) float64 {
	rx, ry := is.x-2*was.x+before.x, is.y-2*was.y+before.y
	bent := rx != 0 || ry != 0
	cost := m.bends.price(m.ago[seat], bent)
	m.ago[seat]++
	if bent {
		m.ago[seat] = 0
		cost += m.parts[0].price(rx) + m.parts[1].price(ry)
	}
	return cost + m.aims.price(was, is, bent, was.aim)
}

// delta tells the first difference of the position, and the aim. A difference
// that came before costs less: there are as many as directions.
type delta struct {
	steps symbols[[2]int32]
	parts [2]number
	aims  aims
}

func (m *delta) price(was, is *ship) float64 {
	dx, dy := is.x-was.x, is.y-was.y
	plain := 0.0
	if m.steps.seen[[2]int32{dx, dy}] == 0 {
		plain = m.parts[0].price(dx) + m.parts[1].price(dy)
	}
	return m.steps.price([2]int32{dx, dy}, plain) + m.aims.price(was, is, false, was.aim)
}
