package queue

import (
	"time"

	"github.com/metronome-server/metronome/sim"
)

// Config is one queue, as its file says.
type Config struct {
	// Name is 1 to MaxName of lower-case letters, digits and '-'.
	Name string
	// Title is what players read. Empty: the name.
	Title string
	// Mode and Params are those of the rooms that its matches are played in.
	Mode   string
	Params []sim.Param
	// Teams are those of a match, in order. One team is a free-for-all, and its
	// players' team is 0; of several, the first is team 1.
	Teams []Team
	// Roles that entries can name; empty: there are none.
	Roles  []Role
	Rating RatingRule
	// Widening says what is asked of a match by how long its entries have waited.
	Widening Widening
	// Regions are where a match may be played, as nodes call their region. Empty:
	// wherever there is space, and latency does not count.
	Regions []string
	Party   PartyRule
	// Avoid keeps opponents apart who have just played.
	Avoid AvoidRule
	// Backfill lets vacancies of matches that go on be filled, before new ones are made.
	Backfill bool
	// Accept, unless nil, asks every player before a match is opened.
	Accept *AcceptRule
	// Limit is how long an entry waits at most.
	Limit LimitRule
	// Bots, unless nil, take seats that nobody has after a while.
	Bots *BotRule
	// Come is how long players have to take their seats. Who has not by then is out,
	// and a match that lacks them is off.
	Come time.Duration
	// Every is the time between two rounds of the matcher.
	Every time.Duration
}

const (
	// MaxName is the longest name of a queue, bytes.
	MaxName = 32
	// MaxTeams and MaxMatch bound a match.
	MaxTeams = 16
	MaxMatch = 256
	// MaxRating and MaxLatency bound what is believed of a player: on any scale in use,
	// and ms.
	MaxRating  = 100_000
	MaxLatency = 10_000
	// MaxParty, MaxRegions and MaxRoles bound what a queue can tell apart.
	MaxParty   = 16
	MaxRegions = 64
	MaxRoles   = 32
)

// Team is one team of a match.
type Team struct {
	Name        string
	Least, Most int // players
	// Roles are how many of each role it has, by name. Empty: any.
	Roles map[string]int
}

// Role is what a player can ask to be.
type Role struct{ Name, Title string }

// RatingRule says where ratings come from and what an unknown one is.
type RatingRule struct {
	Source RatingSource
	Start  float64 // of who has none
}

// RatingSource is where ratings come from.
type RatingSource string

const (
	RatingNone  RatingSource = ""      // everybody is alike
	RatingToken RatingSource = "token" // the game's user token says it
	RatingStore RatingSource = "store" // outcomes of this queue's matches
)

// Widening says what is asked of a match by how long its entries have waited.
type Widening struct {
	// Rating is how far two entries of a match may be apart. Each entry goes by its
	// own waiting time, and both must agree. Empty: any.
	Rating Curve
	// Latency is the round-trip time to the match's region that is accepted, ms.
	// Empty: any.
	Latency Curve
	// Fill is how full teams are, 1: every team has its most, 0: its least is enough.
	// The oldest entry of a match decides. Empty: 0.
	Fill Curve
}

// PartyRule says what a party counts as.
type PartyRule struct {
	Most int // members; 0: parties are not taken
	// Rating is a party's: Weight of its best member's and the rest of the mean.
	// 0 is the mean, 1 the best.
	Weight float64
}

// AvoidRule keeps opponents apart who have just played. They may be in one team; in a
// free-for-all they are not in one match.
type AvoidRule struct {
	// Last is how many recent matches of a player count, 0 to 8.
	Last int
	// For is how long an entry insists. After that it plays anybody.
	For time.Duration
}

// AcceptRule asks players before a match is opened.
type AcceptRule struct {
	Within time.Duration
	// Requeue has who did not answer wait on, instead of taking them out. Who has
	// declined is always out.
	Requeue bool
}

// LimitRule ends waiting.
type LimitRule struct {
	After time.Duration
	// Then says what is done with who has waited so long.
	Then LimitThen
}

// LimitThen is what is done with who has waited too long.
type LimitThen string

const (
	// LimitTell takes them out and tells them.
	LimitTell LimitThen = "tell"
	// LimitPlay has them play whatever can be had: any rating, any latency, teams of
	// their least, and bots for the rest, as many as the queue's BotRule lets a match
	// have. When nothing can be had, they are told.
	LimitPlay LimitThen = "play"
)

// BotRule has bots take seats that nobody has.
type BotRule struct {
	// After is how long the oldest entry of the match has waited.
	After time.Duration
	// Most is how many of a match are bots.
	Most int
}

// Least and Most are how many players a match has.
func (c *Config) Least() (n int) {
	for _, t := range c.Teams {
		n += t.Least
	}
	return n
}

// Most is how many players a match has at most.
func (c *Config) Most() (n int) {
	for _, t := range c.Teams {
		n += t.Most
	}
	return n
}

// TeamNumber is the number by which the rules know a team, by its place.
func (c *Config) TeamNumber(place int) uint8 {
	if len(c.Teams) == 1 {
		return 0
	}
	return uint8(place + 1)
}
