package arena

import "github.com/metronome-server/metronome/sim"

// Weapons in [Hit] and [Kill].
const (
	WeaponBlaster = 1 + iota
	WeaponRail
)

// Hit is the event hit: a ship took damage, in the ship's group.
type Hit struct {
	Victim, By sim.Seat
	Weapon     uint8
	Damage     uint8
}

// Kill is the event kill: a ship exploded at X, Y, in the ship's group.
type Kill struct {
	Victim, By sim.Seat
	Weapon     uint8
	X, Y       sim.Fixed
}

// Beam is the event beam: a rail shot from X, Y to ToX, ToY, in the group of
// the shooter.
type Beam struct {
	By       sim.Seat
	X, Y     sim.Fixed
	ToX, ToY sim.Fixed
}

// Taken is the event taken: a seat took a pickup, in the pickup's group.
type Taken struct {
	By   sim.Seat
	Kind uint8
	X, Y sim.Fixed
}

type events struct {
	hit   *sim.Event[Hit]
	kill  *sim.Event[Kill]
	beam  *sim.Event[Beam]
	taken *sim.Event[Taken]
}

func newEvents(w *sim.World) events {
	return events{
		sim.NewEvent[Hit](w, "hit"), sim.NewEvent[Kill](w, "kill"),
		sim.NewEvent[Beam](w, "beam"), sim.NewEvent[Taken](w, "taken"),
	}
}
