package arena

import (
	"errors"
	"fmt"
)

// Config is the rules of one mode. Lengths are whole units, speeds units per
// second, times milliseconds (…MS) or seconds. [Default] fills all of it.
type Config struct {
	// Hz is the tick rate, 1 to 240.
	Hz int
	// Seats is how many players fit, 1 to sim.MaxSeats. A room may have fewer.
	Seats int
	// Teams is 0 for everyone against everyone, else 2 to 4.
	Teams int
	// Cells splits the map into groups of CellSide units, so that a seat sees
	// only what is near its ship.
	Cells bool
	// Layout is the ground: its size, walls, pickups and bases.
	Layout Layout
	// LayoutFor, unless nil, makes the ground of a room of fewer seats than Seats;
	// without it that is Layout too.
	LayoutFor func(seats int) Layout

	Ship    ShipRules
	Blaster BlasterRules
	Rail    RailRules
	Shield  ShieldRules
	Pickup  PickupRules
	Match   MatchRules

	weapons uint8 // Params.Weapons
}

// Default returns the rules that all modes start from: a free-for-all for 50.
func Default() Config {
	return Config{
		Hz: 30, Seats: 50, Layout: halls(),
		Ship:    defaultShip(),
		Blaster: defaultBlaster(),
		Rail:    defaultRail(),
		Shield:  defaultShield(),
		Pickup:  defaultPickup(),
		Match:   defaultMatch(),
	}
}

// Validate reports every fault, joined.
func (c Config) Validate() error {
	var f faults
	f.between("Hz", c.Hz, 1, 240)
	f.between("Seats", c.Seats, 1, maxSeats)
	if c.Teams != 0 {
		f.between("Teams", c.Teams, 2, MaxTeams)
	}
	c.Ship.validate(&f)
	c.Blaster.validate(&f)
	c.Rail.validate(&f, c)
	c.Shield.validate(&f)
	c.Pickup.validate(&f)
	c.Match.validate(&f, c.Seats)
	c.Layout.validate(&f, c)
	if len(f) == 0 {
		c.validateShots(&f)
	}
	return errors.Join(f...)
}

// forSeats returns the rules of a room of so many seats, at most Seats.
func (c Config) forSeats(seats int) Config {
	if seats < c.Seats {
		c.Seats = seats
		if c.LayoutFor != nil {
			c.Layout = c.LayoutFor(seats)
		}
	}
	return c
}

// validateShots checks what follows from several fields, each good in itself.
func (c *Config) validateShots(f *faults) {
	if n := c.mostShots(); n > maxShots {
		f.add("Blaster: %d seats can have more than %d projectiles in flight", c.Seats, maxShots)
	}
	if far := c.blasterReach(); c.Cells && far > CellSide {
		f.add("Blaster: a projectile reaches %d units, with Cells at most %d", far, CellSide)
	}
}

// maxShots bounds the memory of a match: 48 bytes for each.
const maxShots = 200_000

// faults collects what is wrong with a Config.
type faults []error

func (f *faults) between(name string, v, lo, hi int) {
	if v < lo || v > hi {
		*f = append(*f, fmt.Errorf("%s is %d, want %d to %d", name, v, lo, hi))
	}
}

func (f *faults) add(format string, args ...any) { *f = append(*f, fmt.Errorf(format, args...)) }
