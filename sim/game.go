package sim

import (
	"errors"
	"fmt"
)

// Rules is what a game author writes. A value is bound to one World by
// [Mode.New] and must keep nothing that changes outside the world's tables;
// simtest.Check finds out if it does. The room's goroutine calls all methods.
type Rules interface {
	// Join puts a player on a seat that was free, between two steps. Rules keep of
	// who it is what they need in their tables.
	Join(seat Seat, who Entrant)
	// Leave takes the player of a seat away, between two steps.
	Leave(seat Seat)
	// Step moves the world on by one tick. in has exactly one input for every
	// occupied seat; what was clamped, repeated or missing was dealt with.
	Step(in *Inputs)
	// View names the groups that a seat sees now. Group 0 is always seen. It
	// must not change the world nor anything else, as it is called for several
	// seats at once.
	View(seat Seat, view *View)
}

// Spectator is a part of Rules for those who have more to show to an audience than
// group 0.
type Spectator interface {
	// Spectate names the groups that a spectator sees who watches a seat, beside
	// group 0. The same holds as for View. Rules without it show group 0 alone:
	// only they know what of a seat's view is a secret.
	Spectate(watched Seat, view *View)
}

// Predictor is a part of Rules for those whose players see what they do at once, however
// far away the server is.
type Predictor interface {
	// Predict does what the input and the commands of one seat do in this tick to the
	// seat's own rows, and adds the rows that it makes, such as a projectile. Step calls
	// it for each seat, so that there is one truth; a client calls it for its own seat,
	// in an [Ahead], where there is less to see: own rows are exact, but local columns
	// are as Predict left them, other rows are those in view, as they were in the last
	// snapshot, references to rows lead nowhere, and nothing is known of the past.
	// Chance ([World.Rand]) comes out differently there.
	Predict(seat Seat)
}

// Restorer is a part of Rules for those that keep a shortcut beside their
// tables, like the row of each seat: nothing but what follows from the tables.
type Restorer interface {
	// Restored makes every shortcut anew from the tables, whose rows are other
	// ones now, after a [Migrator] had its turn. It must not change the tables. A panic
	// makes [World.Restore] fail.
	Restored()
}

// Mode is one way to play a game: what a room is made from.
type Mode struct {
	// Name is how clients and commands ask for it: lower case, digits, '-'.
	Name string
	// Title is for people.
	Title string
	// Hz is the tick rate, 1 to 240 per second. 0 is for games of turns: the room
	// rests, and steps only when somebody joins, leaves or gives a command, or when
	// the rules asked to be woken ([World.Wake]). It counts time in ticks of RestHz
	// a second all the same, those between two steps included.
	Hz int
	// SnapshotEvery is how many ticks lie between two snapshots to one seat.
	// 0 means 1: a snapshot every tick. At most 16.
	SnapshotEvery int
	// Seats is how many players fit, 1 to MaxSeats. A room may be made for fewer,
	// see WithSeats.
	Seats int
	// CommandsPerSecond is how many commands a player may give in the long run, 1
	// to 60; 0 means 10. Those that are over it wait.
	CommandsPerSecond int
	// RefuseSecond: a user who plays in a room is not let in by a second connection.
	// Otherwise the newer connection takes the seat.
	RefuseSecond bool
	// New declares the tables, events and input of a match in w and returns
	// the rules bound to them. It must do the same every time it is called for
	// the same number of seats, which is w.Mode().Seats: a room for two should
	// not pay for tables of thousands.
	New func(w *World) Rules

	game     string
	params   []Param
	oneMatch bool
}

// ForOneMatch returns the mode for a room that was made for one match, by the
// server API or by a queue, and should end with it; see [World.OneMatch].
func (m Mode) ForOneMatch() Mode {
	m.oneMatch = true
	return m
}

// RestHz is by how many ticks a second a room of a mode of 0 Hz counts time.
const RestHz = 20

// usualCommands is CommandsPerSecond where a mode does not say.
const usualCommands = 10

// TickHz is by how many ticks a second a room of the mode counts time.
func (m Mode) TickHz() int {
	if m.Hz == 0 {
		return RestHz
	}
	return m.Hz
}

// Commands is how many commands a player may give per second in the long run.
func (m Mode) Commands() int {
	if m.CommandsPerSecond == 0 {
		return usualCommands
	}
	return m.CommandsPerSecond
}

// Game is a set of modes under one name.
type Game struct {
	Name  string
	Modes []Mode
}

// ModesOf returns the modes of games, in their order. Each knows its game's name.
func ModesOf(games []Game) []Mode {
	var modes []Mode
	for _, g := range games {
		for _, m := range g.Modes {
			m.game = g.Name
			modes = append(modes, m)
		}
	}
	return modes
}

// GameName is the name of the game that a mode of [ModesOf] is of; else "".
func (m Mode) GameName() string { return m.game }

// Validate reports every fault of the mode, joined.
func (m Mode) Validate() error {
	var faults []error
	if !validName(m.Name) {
		faults = append(faults, fmt.Errorf("mode %q: Name must be 1 to 32 of a-z, 0-9 and '-'", m.Name))
	}
	if m.Hz < 0 || m.Hz > 240 {
		faults = append(faults, fmt.Errorf("mode %q: Hz is %d, want 1 to 240, or 0 for a room that rests between turns", m.Name, m.Hz))
	}
	if m.Hz == 0 && m.SnapshotEvery > 1 {
		faults = append(faults, fmt.Errorf("mode %q: SnapshotEvery is %d; a room of 0 Hz sends what each step changes", m.Name, m.SnapshotEvery))
	}
	if m.CommandsPerSecond < 0 || m.CommandsPerSecond > 60 {
		faults = append(faults, fmt.Errorf("mode %q: CommandsPerSecond is %d, want 0 to 60", m.Name, m.CommandsPerSecond))
	}
	if m.SnapshotEvery < 0 || m.SnapshotEvery > 16 {
		faults = append(faults, fmt.Errorf("mode %q: SnapshotEvery is %d, want 0 to 16", m.Name, m.SnapshotEvery))
	}
	if m.Seats < 1 || m.Seats > MaxSeats {
		faults = append(faults, fmt.Errorf("mode %q: Seats is %d, want 1 to %d", m.Name, m.Seats, MaxSeats))
	}
	if m.New == nil {
		faults = append(faults, fmt.Errorf("mode %q: New is missing", m.Name))
	}
	return errors.Join(faults...)
}

// WithSeats returns the mode for a room of n seats; 0 and less is as many as the
// mode has, which is also the most.
func (m Mode) WithSeats(n int) Mode {
	if n > 0 {
		m.Seats = min(n, m.Seats)
	}
	return m
}

func validName(s string) bool {
	if len(s) < 1 || len(s) > 32 {
		return false
	}
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// View collects the groups that one seat sees. It is reused from tick to tick.
type View struct {
	groups []Group
	before []Group
}

// See adds a group; adding one twice is the same as once.
func (v *View) See(g Group) { v.groups = append(v.groups, g) }

// Saw reports whether the seat saw the group in its last snapshot, so that a
// game can let go later than it takes hold (hysteresis).
func (v *View) Saw(g Group) bool {
	lo, hi := 0, len(v.before)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if v.before[mid] < g {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo < len(v.before) && v.before[lo] == g
}

// Reset empties the view. before is what Saw answers from, ascending; the view
// keeps it until the next Reset.
func (v *View) Reset(before []Group) {
	v.groups = v.groups[:0]
	v.before = before
}

// Groups returns what was seen in the order it was added, duplicates included.
// Valid until the next Reset.
func (v *View) Groups() []Group { return v.groups }
