package queue

import "time"

// Pool is who waits in a queue. The leader's goroutine owns it and lends it to the
// matcher, which changes nothing in it.
type Pool struct {
	// Entries in the order of Since, then ID. One does not change while it is here: its
	// next state is another Entry.
	Entries []*Entry
	// Vacancies in the order of Since, then Room.
	Vacancies []*Vacancy
}

// Matcher makes matches of a queue. Same pool, same time, same proposals: it uses
// no clock, no chance and no state of its own but the queue's configuration.
type Matcher interface {
	// Match returns matches that can be made at once, no entry in two of them.
	Match(pool *Pool, now time.Time) []Proposal
	// Explain says why an entry of the pool waits on.
	Explain(pool *Pool, entry *Entry, now time.Time) Explanation
}

// Proposal is a match that could be made.
type Proposal struct {
	// Teams are who plays in each, in the queue's order.
	Teams [][]*Entry
	// Roles is what each user plays, when the queue has roles.
	Roles map[string]string
	// Bots is how many of each team nobody is; nil: none.
	Bots []int
	// Vacancy is the match that they go into; nil: a new one.
	Vacancy *Vacancy
	// Region is where it is played; "": anywhere.
	Region string
	// Spread is how far its entries are apart by rating, Gap the difference of its
	// teams' mean ratings.
	Spread, Gap float64
}

// Explanation is why an entry waits.
type Explanation struct {
	Waited time.Duration
	// Window is how far the rating of others may be from its own by now, negative: as
	// far as they like; Latency what it accepts, ms, negative: any; Fill how full its
	// teams must be.
	Window, Latency, Fill float64
	// Candidates is how many other entries it could play with or against, as far as
	// only the two are looked at; Seen is how many there are.
	Candidates, Seen int
	// Reasons are what blocks, the one that blocks most first.
	Reasons []Reason
}

// Reason is one thing that keeps an entry waiting.
type Reason struct {
	Cause Cause
	// Others is how many entries it keeps away.
	Others int
	// Text says it to a person, with the figures, in one sentence.
	Text string
}

// Cause is a kind of reason.
type Cause string

const (
	CauseAlone    Cause = "alone"     // nobody else waits
	CauseRegion   Cause = "region"    // no region that others accept as well, but waiting may mend it
	CauseNoRegion Cause = "no-region" // no region at all is near enough
	CauseRating   Cause = "rating"    // others are beyond its window
	CauseTheirs   Cause = "theirs"    // it is beyond others' windows
	CauseAvoid    Cause = "avoid"     // has just played them
	CauseParty    Cause = "party"     // does not fit beside the others' parties
	CauseLarge    Cause = "large"     // its party fits no team of the queue
	CauseRole     Cause = "role"      // nobody plays a role, or too many want one
	CauseFew      Cause = "few"       // not enough candidates yet for a match
	CauseFill     Cause = "fill"      // enough for a small match; waits for a fuller one
	CauseOlder    Cause = "older"     // older entries took the candidates
	CauseNext     Cause = "next"      // nothing: it is matched in the next round
	CauseOpening  Cause = "opening"   // matches cannot be opened at present
)
