package bots

import (
	"errors"
	"math"
	"math/rand/v2"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// How a fighter fights: units, units/s, radians.
const (
	nearest, farthest = 220.0, 420.0 // the distance it keeps
	shotSpeed         = 900.0
	shotReach         = 900.0
	railReach         = 1400.0
	aimError          = 0.06 // so that fights last
	probe             = 110.0
	weak              = 50 // health at which it looks for a pickup first
	detour            = 900.0
)

// Buttons of the arena's input.
const (
	buttonBlaster = 1 << iota
	buttonRail
	buttonDash
)

// fighter plays the arena: it goes for the nearest enemy, keeps its distance,
// dodges, shoots, and picks up what it needs.
type fighter struct {
	pilot
	motion
	sight
	buttons int
	random  *rand.Rand

	think   sim.Tick // when to decide anew
	foe     uint32   // seat, 0 for none
	open    bool     // the foe can be hit
	strafe  float64  // 1 or -1: which way round
	turn    sim.Tick // when to change that
	error   float64  // of the aim
	special uint8    // rail or dash, decided for this think
}

func newFighter(schema *pb.Schema, random *rand.Rand) (Behaviour, error) {
	f := &fighter{random: random, strafe: 1}
	var faults [3]error
	f.pilot, faults[0] = newPilot(schema)
	f.sight, faults[1] = newSight(schema)
	f.buttons, faults[2] = inputField(schema, "buttons")
	return f, errors.Join(faults[:]...)
}

// Act implements Behaviour.
func (f *fighter) Act(v *View, in []int32) bool {
	l, i, alive := f.self(v)
	if !alive {
		clear(in)
		f.foe, f.think = 0, 0
		return true
	}
	me := pointOf(f.pilot.at(l, i))
	blockedX, blockedY := f.watch(f.pilot.at(l, i), v.Mirror.Tick())
	if v.Tick >= f.think {
		f.think = v.Tick.Add(max(v.Hz/6, 1))
		f.decide(v, me, int(l.Column(f.health.Column)[i]), l.Column(f.team.Column)[i])
		f.told(f.around(me, f.direction), v.Tick)
	} else if blockedX || blockedY {
		f.told(f.reflected(blockedX, blockedY), v.Tick)
	}
	f.fly(in, f.direction)
	f.shoot(v, me, in)
	return true
}

// decide chooses a foe and a direction for the next sixth of a second.
func (f *fighter) decide(v *View, me point, health int, team uint32) {
	if f.looked == 0 || v.Mirror.Tick().Since(f.looked) > v.Hz {
		f.look(v.Mirror)
	}
	if v.Tick >= f.turn {
		f.strafe = -f.strafe
		f.turn = v.Tick.Add(v.Hz/2 + f.random.IntN(v.Hz))
	}
	f.error = f.random.NormFloat64() * aimError
	f.special = 0
	at, distance := f.choose(v, me, team)
	pick, there := f.pickup(v.Mirror, me, detour)
	switch {
	case there && (health < weak || f.foe == 0):
		f.direction = me.to(pick).direction()
	case f.foe == 0:
		f.direction += f.random.NormFloat64() * 0.3 // roams
	default:
		f.direction = f.approach(me.to(at).direction(), distance)
		f.surprise(distance)
	}
}

// surprise now and then uses what has to be waited for.
func (f *fighter) surprise(distance float64) {
	switch chance := f.random.Float64(); {
	case f.open && distance < railReach && chance < 0.15:
		f.special = buttonRail
	case chance > 0.97:
		f.special = buttonDash
	}
}

// approach is where to fly with a foe in a direction: nearer or away, and round
// it at the right distance.
func (f *fighter) approach(foe, distance float64) float64 {
	switch {
	case !f.open || distance > farthest:
		return foe + 0.35*f.strafe
	case distance < nearest:
		return foe + 2.4*f.strafe
	}
	return foe + math.Pi/2*f.strafe
}

// choose picks the nearest enemy, those that can be hit first.
func (f *fighter) choose(v *View, me point, team uint32) (at point, distance float64) {
	f.foe, f.open = 0, false
	best := math.Inf(1)
	for l := range v.Mirror.Lists(f.seat.Table) {
		seats, teams := l.Column(f.seat.Column), l.Column(f.team.Column)
		for i, seat := range seats {
			if seat == uint32(v.Seat) || team != 0 && teams[i] == team {
				continue
			}
			there := pointOf(f.pilot.at(l, i))
			d := me.to(there).length()
			if d >= best {
				continue
			}
			open := d < railReach && f.clear(me, there)
			if cost := d + hidden(open); cost < best {
				best, at, distance, f.foe, f.open = cost, there, d, seat, open
			}
		}
	}
	return at, distance
}

// hidden is by how much farther an enemy seems that cannot be hit.
func hidden(open bool) float64 {
	if open {
		return 0
	}
	return 1000
}

// around turns a direction until no wall is near.
func (f *fighter) around(me point, direction float64) float64 {
	for turn := 0.0; turn < math.Pi; turn += 0.4 {
		for _, side := range [2]float64{f.strafe, -f.strafe} {
			if try := direction + side*turn; f.clear(me, me.plus(toward(try, probe))) {
				return try
			}
		}
	}
	return direction
}

// shoot aims at where the foe will be and pulls the trigger.
func (f *fighter) shoot(v *View, me point, in []int32) {
	in[f.buttons] = int32(f.special & buttonDash)
	foe, speed, found := f.target(v)
	if !found {
		f.face(in, f.direction)
		return
	}
	distance := me.to(foe).length()
	aim := me.to(foe.plus(speed.times(distance / shotSpeed)))
	if f.special == buttonRail {
		aim = me.to(foe)
		in[f.buttons] |= buttonRail
	}
	f.face(in, aim.direction()+f.error)
	if f.open && distance < shotReach {
		in[f.buttons] |= buttonBlaster
	}
}

// target is where the foe is and how fast it flies, units/s.
func (f *fighter) target(v *View) (at, speed point, found bool) {
	if f.foe == 0 {
		return point{}, point{}, false
	}
	for l := range v.Mirror.Lists(f.seat.Table) {
		for i, seat := range l.Column(f.seat.Column) {
			if seat != f.foe {
				continue
			}
			step := sim.Vec{X: change(l.Change(f.x.Column), i), Y: change(l.Change(f.y.Column), i)}
			return pointOf(f.pilot.at(l, i)), pointOf(step).times(float64(v.Hz)), true
		}
	}
	return point{}, point{}, false
}

// change is by how much a column's value changes in a tick; nothing is known of
// those that are not linear.
func change(diff []uint32, i int) sim.Fixed {
	if diff == nil {
		return 0
	}
	return sim.Fixed(diff[i])
}
