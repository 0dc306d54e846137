package queue

import (
	"slices"
	"time"
)

// Entry is who waits in a queue: one player, or a party that stays whole.
type Entry struct {
	// ID is the queue's name, a dot and a random part.
	ID string `json:"id"`
	// Rev grows whenever the entry comes back into the queue, so that nothing is
	// decided by an older state of it.
	Rev uint64 `json:"rev"`
	// Since is when it was first enqueued, by the store's clock. It keeps that when a
	// match of it comes to nothing.
	Since   time.Time `json:"since"`
	Members []Member  `json:"members"`
	Party   string    `json:"party,omitempty"` // its code
	// Latency is the round-trip time to each region, ms: the worst of the members.
	Latency map[string]int `json:"latency,omitempty"`
	// Home is the node that watches it.
	Home string `json:"home,omitempty"`
	// Stay: it waits also when nobody watches it.
	Stay bool `json:"stay,omitempty"`
	// Lost are the matches that came to nothing for it, the last few.
	Lost []Loss `json:"lost,omitempty"`
}

// Member is one player of an entry.
type Member struct {
	User   string  `json:"user"` // for somebody unknown, made up by the queue
	Known  bool    `json:"known,omitempty"`
	Name   string  `json:"name,omitempty"`
	Rating float64 `json:"rating,omitempty"`
	// Deviation and Volatility go with ratings that the store keeps.
	Deviation  float64 `json:"deviation,omitempty"`
	Volatility float64 `json:"volatility,omitempty"`
	// Roles that they would play, the dearest first; empty: any.
	Roles []string `json:"roles,omitempty"`
	// Number is the user's, as the rules know it; 0: not known.
	Number uint64 `json:"number,omitempty"`
	// Recent are the users of their last matches, as numbers.
	Recent []uint64 `json:"recent,omitempty"`
	Data   []byte   `json:"data,omitempty"`
	// Proof is a digest of the member's secret: whoever has the secret may act as they.
	Proof []byte `json:"proof,omitempty"`
}

// Loss is a match that came to nothing.
type Loss struct {
	Match string    `json:"match"`
	At    time.Time `json:"at"`
	Why   string    `json:"why"`
}

// lossesKept is how many losses an entry remembers.
const lossesKept = 4

// Lose returns the entry as it waits again after a match of it came to nothing.
func (e *Entry) Lose(l Loss) Entry {
	back := *e
	back.Rev++
	back.Lost = append(slices.Clone(e.Lost), l)
	back.Lost = back.Lost[max(0, len(back.Lost)-lossesKept):]
	return back
}

// Rating is what the entry counts as.
func (e *Entry) Rating(rule PartyRule) float64 {
	var sum, best float64
	for i, m := range e.Members {
		sum += m.Rating
		if i == 0 || m.Rating > best {
			best = m.Rating
		}
	}
	mean := sum / float64(len(e.Members))
	return mean + rule.Weight*(best-mean)
}

// Waited is for how long the entry has been in the queue.
func (e *Entry) Waited(now time.Time) time.Duration { return max(0, now.Sub(e.Since)) }

// Vacancy is a match that goes on and has seats to fill.
type Vacancy struct {
	Room   string       `json:"room"`
	Rev    uint64       `json:"rev"`
	Since  time.Time    `json:"since"`
	Region string       `json:"region,omitempty"`
	Teams  []VacantTeam `json:"teams"` // in the queue's order
	Users  []uint64     `json:"users,omitempty"`
}

// VacantTeam is one team of a match that goes on.
type VacantTeam struct {
	Free int `json:"free"`
	// Roles are how many of the free seats are of each role, by name, the rest of none.
	// Empty: any.
	Roles map[string]int `json:"roles,omitempty"`
	// Players and Rating are who is there, and the mean.
	Players int     `json:"players"`
	Rating  float64 `json:"rating"`
}
