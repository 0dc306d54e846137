package room

import (
	"slices"

	"github.com/metronome-server/metronome/sim"
)

// maxVacated is of how many vacated seats a room remembers what their players had
// used up; the oldest is forgotten first. Threat: memory that strangers fill by
// coming and going. Why 256: each takes a seat, a handshake and an address of its
// own within the seconds in which what was used up comes back.
const maxVacated = 256

// allowance is what a seat's player may still do.
type allowance struct {
	budget budget
	chat   chatLimit
}

// vacated is what the player of a vacated seat had left of its allowance.
type vacated struct {
	key       string // Guest.Key
	at        sim.Tick
	allowance allowance
}

// vacatedSeats are those whose players would gain by leaving and coming back: their
// allowance is not whole again. In the order in which they were vacated, at most
// maxVacated. The room's goroutine owns them.
type vacatedSeats []vacated

// add remembers the allowance of a seat that is about to be vacated.
func (v *vacatedSeats) add(key string, left allowance, now sim.Tick, hz int) {
	if key == "" {
		return
	}
	whole := func(one vacated) bool { return one.recovered(now, hz).whole(hz) }
	*v = slices.DeleteFunc(*v, whole)
	one := vacated{key, now, left}
	if whole(one) {
		return
	}
	if len(*v) == maxVacated {
		*v = slices.Delete(*v, 0, 1)
	}
	*v = append(*v, one)
}

// take returns the allowance of a newcomer: that of the seat which its key vacated
// last, with what has come back since, and forgets it; else a whole one.
func (v *vacatedSeats) take(key string, now sim.Tick, hz int) allowance {
	fresh := allowance{budget: budget{left: freshBudget(hz)}}
	if key == "" {
		return fresh
	}
	for i, one := range slices.Backward(*v) {
		if one.key == key {
			*v = slices.Delete(*v, i, i+1)
			left := one.recovered(now, hz)
			left.budget.left = min(left.budget.left, fresh.budget.left)
			return left
		}
	}
	return fresh
}

// recovered is the allowance at tick now, as if the seat had been kept and had sent
// nothing.
func (v vacated) recovered(now sim.Tick, hz int) allowance {
	left := v.allowance
	left.budget.refill(now.Since(v.at), hz)
	left.chat.recover(roomTime(now, hz), chatEvery)
	return left
}

// whole reports whether a newcomer's allowance is no larger.
func (a allowance) whole(hz int) bool {
	return a.chat.used == 0 && a.budget.flooded == 0 && a.budget.left >= freshBudget(hz)
}
