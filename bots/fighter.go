package bots

import (
	"errors"
	"math"
	"math/rand/v2"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// How a fighter fights: units, units/s.
const (
	flySpeed  = 300.0
	shotSpeed = 900.0
	shotReach = 800.0
	railReach = 1200.0
	probe     = 110.0
	weak      = 50 // health at which it looks for a pickup first
	detour    = 900.0
	hidden    = 400.0 // by how much farther an enemy seems that cannot be hit
)

// What draws a fighter to an enemy besides being near, in units. Why: each goes
// for the nearest, so that without it pairs fight on and whoever is apart from
// them, as those are who have just come, sees nobody.
const (
	apart     = 300.0  // with nobody so near, an enemy is alone
	lonely    = 3000.0 // nearer seems an enemy who is alone
	seekers   = 3      // how many go for one who is
	crowded   = 120.0  // farther seems an enemy for each who fights it beside one
	constancy = 150.0  // nearer seems the enemy that it fights
)

// Buttons of the arena's input.
const (
	buttonBlaster = 1 << iota
	buttonRail
	buttonDash
)

// fighter plays the arena: it goes for the nearest enemy, sooner for one whom
// nobody else fights, keeps its distance, dodges, shoots, and picks up what it
// needs. With nobody to see it flies to where it last saw somebody.
type fighter struct {
	pilot
	motion
	sight
	route
	buttons int
	random  *rand.Rand

	skill   skill
	ships   []other  // those in view, of this thought
	think   sim.Tick // when to decide anew
	foe     uint32   // seat, 0 for none
	open    bool     // the foe can be hit
	ready   sim.Tick // from here on it fires at the foe
	rest    sim.Tick // and until here
	strafe  float64  // 1 or -1: which way round
	turn    sim.Tick // when to change that
	error   float64  // of the aim
	special uint8    // rail or dash, decided for this think
	last    point    // where it last saw an enemy
	sawLast bool
}

// other is a ship that a fighter sees.
type other struct {
	seat, team uint32
	safe       sim.Tick // it takes no damage before
	at, speed  point
	far        float64 // from the fighter
}

func newFighter(schema *pb.Schema, random *rand.Rand) (Behaviour, error) {
	f := &fighter{random: random, strafe: 1, skill: newSkill(random)}
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
	f.error = f.random.NormFloat64() * f.skill.aimError
	f.special = 0
	before := f.foe
	foe, found := f.choose(v, me, team)
	if f.foe != before {
		f.ready = v.Tick.Add(f.spell(v, f.skill.reaction))
		f.rest = f.ready.Add(f.spell(v, f.skill.burst))
	}
	if v.Tick >= f.rest {
		f.ready = v.Tick.Add(f.spell(v, f.skill.rest))
		f.rest = f.ready.Add(f.spell(v, f.skill.burst))
	}
	pick, there := f.pickup(v.Mirror, me, detour)
	switch {
	case there && (health < weak || !found):
		f.direction = me.to(f.way(&f.sight, me, pick)).direction()
	case found:
		f.circle(v, me, foe)
		f.direction = f.approach(me, foe)
		f.surprise(v, me, foe)
	case f.sawLast && me.to(f.last).length() > probe:
		f.direction = me.to(f.way(&f.sight, me, f.last)).direction()
	default:
		f.sawLast = false
		f.direction += f.random.NormFloat64() * 0.3 // roams
	}
}

// spell draws a time in ticks: seconds at least, twice that at most.
func (f *fighter) spell(v *View, seconds float64) int {
	return max(int(seconds*(1+f.random.Float64())*float64(v.Hz)), 1)
}

// surprise now and then uses what has to be waited for. It dashes after a foe
// who gets away.
func (f *fighter) surprise(v *View, me point, foe *other) {
	switch chance := f.random.Float64(); {
	case f.open && foe.far < railReach && v.Tick >= f.ready && foe.safe <= v.Tick && chance < f.skill.rail:
		f.special = buttonRail
	case chance > 0.97 || foe.far > f.skill.far || foe.far > f.skill.near+80 && f.fleeing(me, foe):
		f.special = buttonDash
	}
}

// approach is where to fly with a foe: nearer or away, and round it at the right
// distance. Who gets away is followed until near, as it is lost otherwise.
func (f *fighter) approach(me point, foe *other) float64 {
	toFoe := me.to(foe.at)
	far := f.skill.far
	if f.fleeing(me, foe) {
		far = f.skill.near
	}
	switch {
	case !f.open:
		return me.to(f.way(&f.sight, me, foe.at)).direction()
	case foe.far > far:
		return me.to(foe.ahead(foe.far/(2*flySpeed))).direction() + 0.1*f.strafe
	case foe.far < f.skill.near-60:
		return toFoe.direction() + 2.4*f.strafe
	}
	return toFoe.direction() + math.Pi/2*f.strafe
}

// circle chooses which way round the foe to fly: for a while, and then the other
// way; sooner when the foe flies there, for it is lost otherwise. Why not always
// then: two who fight would turn with each other and stand.
func (f *fighter) circle(v *View, me point, foe *other) {
	round := toward(me.to(foe.at).direction()+math.Pi/2*f.strafe, 1)
	early := f.random.IntN(2) == 0 && foe.speed.along(round) < -flySpeed/3
	if v.Tick >= f.turn || early {
		f.strafe = -f.strafe
		f.turn = v.Tick.Add(v.Hz + f.random.IntN(v.Hz))
	}
}

// fleeing reports whether a foe gets away.
func (f *fighter) fleeing(me point, foe *other) bool {
	return foe.speed.along(me.to(foe.at)) > flySpeed/3
}

// ahead is where a ship comes in so many seconds, 1.5 at most.
func (o *other) ahead(seconds float64) point { return o.at.plus(o.speed.times(min(seconds, 1.5))) }

// choose picks the enemy that seems nearest.
func (f *fighter) choose(v *View, me point, team uint32) (*other, bool) {
	f.see(v, me)
	was := f.foe
	f.foe, f.open = 0, false
	var best *other
	least := math.Inf(1)
	for i := range f.ships {
		s := &f.ships[i]
		if team != 0 && s.team == team {
			continue
		}
		cost := f.claim(me, s, team)
		if s.seat == was {
			cost -= constancy
		}
		if cost >= least {
			continue
		}
		open := s.far < railReach && f.clear(me, s.at)
		if !open {
			cost += hidden
		}
		if cost < least {
			best, least, f.foe, f.open = s, cost, s.seat, open
		}
	}
	if best != nil {
		f.last, f.sawLast = best.at, true
	}
	return best, best != nil
}

// see takes in the other ships in view.
func (f *fighter) see(v *View, me point) {
	f.ships = f.ships[:0]
	for l := range v.Mirror.Lists(f.seat.Table) {
		seats, teams, safe := l.Column(f.seat.Column), l.Column(f.team.Column), l.Column(f.safe.Column)
		for i, seat := range seats {
			if seat == uint32(v.Seat) {
				continue
			}
			at := pointOf(f.pilot.at(l, i))
			speed := sim.Vec{X: change(l.Change(f.x.Column), i), Y: change(l.Change(f.y.Column), i)}
			f.ships = append(f.ships, other{seat, teams[i], sim.Tick(safe[i]), at, pointOf(speed).times(float64(v.Hz)), me.to(at).length()})
		}
	}
}

// claim is how far an enemy seems, from where it flies: nearer when nobody is
// with it and few of the own side are on their way, farther when many fight it.
func (f *fighter) claim(me point, s *other, team uint32) float64 {
	goal := s.ahead(s.far / flySpeed)
	far := me.to(goal).length()
	alone, nearer, fighting := s.far > apart, 0, 0
	for i := range f.ships {
		o := &f.ships[i]
		if o == s {
			continue
		}
		d := s.at.to(o.at).length()
		alone = alone && d > apart
		if team != 0 && o.team != team {
			continue
		}
		if goal.to(o.at).length() < far {
			nearer++
		}
		if d < apart {
			fighting++
		}
	}
	switch {
	case alone && nearer < seekers:
		return far - lonely
	case fighting > 1:
		return far + crowded*float64(fighting-1)
	}
	return far
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
	if f.open && distance < shotReach && v.Tick >= f.ready && v.Tick < f.rest {
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
