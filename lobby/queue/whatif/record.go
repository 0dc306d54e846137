// Package whatif keeps a compact log of what happened in queues, and plays its
// arrivals again through other configurations, in virtual time, to compare waits and
// matches before players have to.
package whatif

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
)

// Record is one line of a log: JSON with exactly one of the three.
type Record struct {
	// At is when, ms since 1970 by the store's clock.
	At int64 `json:"at"`
	// Queue is the queue's name.
	Queue   string    `json:"queue"`
	Entered *Entered  `json:"entered,omitempty"`
	Ended   *Ended    `json:"ended,omitempty"`
	Matched *Matching `json:"matched,omitempty"`
}

// Entered is an entry that came into the queue, with what decides its matches: no
// names, and of users only the numbers by which rules know them.
type Entered struct {
	ID      string   `json:"id"`
	Players []Player `json:"players"`
	// Latency is the round-trip time to each region, ms.
	Latency map[string]int `json:"latency,omitempty"`
}

// Player is one member of an entry.
type Player struct {
	Rating float64  `json:"rating,omitempty"`
	Roles  []string `json:"roles,omitempty"`
	// Number is the user's, and Recent those whom they have just played.
	Number uint64   `json:"number,omitempty"`
	Recent []uint64 `json:"recent,omitempty"`
}

// Ended is an entry's end.
type Ended struct {
	ID    string      `json:"id"`
	State queue.State `json:"state"`
	// Waited is from when it entered until it left, ms. Of one that was matched, readers
	// go by the time of its last match.
	Waited int64 `json:"waited"`
}

// Matching is a match that was made.
type Matching struct {
	ID string `json:"id"`
	// Teams are the ids of the entries in each.
	Teams [][]string `json:"teams"`
	Bots  int        `json:"bots,omitempty"`
	// Vacancy: they went into a match that was going on.
	Vacancy bool    `json:"vacancy,omitempty"`
	Region  string  `json:"region,omitempty"`
	Spread  float64 `json:"spread"`
	Gap     float64 `json:"gap"`
}

// OfEntry is the record of an entry that was enqueued.
func OfEntry(e *queue.Entry) Record {
	in := &Entered{ID: e.ID, Latency: e.Latency, Players: make([]Player, len(e.Members))}
	for i, m := range e.Members {
		in.Players[i] = Player{m.Rating, m.Roles, m.Number, m.Recent}
	}
	return Record{At: e.Since.UnixMilli(), Queue: queueOf(e.ID), Entered: in}
}

// queueOf is the queue of an entry's id.
func queueOf(id string) string {
	name, _, _ := strings.Cut(id, ".")
	return name
}

// OfEnd is the record of an entry that has ended in a state, after waiting so long.
func OfEnd(id string, state queue.State, waited time.Duration, at time.Time) Record {
	return Record{At: at.UnixMilli(), Queue: queueOf(id), Ended: &Ended{id, state, waited.Milliseconds()}}
}

// OfMatch is the record of a match that was made.
func OfMatch(m *queue.Match) Record {
	made := &Matching{ID: m.ID, Vacancy: m.Vacancy, Region: m.Region, Spread: m.Spread, Gap: m.Gap}
	team := map[string]uint8{}
	most := uint8(0)
	for _, s := range m.Seats {
		if s.Bot {
			made.Bots++
			continue
		}
		team[s.Entry] = s.Team
		most = max(most, s.Team)
	}
	// Team 0 is everybody's who plays alone; of several, the first is team 1.
	made.Teams = make([][]string, max(1, int(most)))
	for _, e := range m.Entries {
		at := max(1, int(team[e.ID])) - 1
		made.Teams[at] = append(made.Teams[at], e.ID)
	}
	return Record{At: m.Made.UnixMilli(), Queue: m.Queue, Matched: made}
}

// check says what is wrong with a record of a log that somebody else may have
// written.
func (r *Record) check() error {
	kinds := 0
	for _, is := range []bool{r.Entered != nil, r.Ended != nil, r.Matched != nil} {
		if is {
			kinds++
		}
	}
	switch {
	case kinds != 1:
		return errors.New("want one of entered, ended and matched")
	case r.At < 0 || r.At > maxAt:
		return fmt.Errorf("at %d: want ms since 1970", r.At)
	case r.Queue == "" || len(r.Queue) > queue.MaxName:
		return fmt.Errorf("queue %.40q: want 1 to %d bytes", r.Queue, queue.MaxName)
	case r.Entered != nil:
		return r.Entered.check()
	case r.Ended != nil && (r.Ended.Waited < 0 || r.Ended.Waited > maxAt):
		return fmt.Errorf("waited %d: want ms", r.Ended.Waited)
	case r.Ended != nil && !r.Ended.State.Final():
		return fmt.Errorf("state %.40q: want one that nothing follows", r.Ended.State)
	}
	return nil
}

// maxAt is the year 3000: times beyond it would not fit a time.Duration.
const maxAt = 32_503_680_000_000

func (in *Entered) check() error {
	if in.ID == "" {
		return errors.New("id: want that of the entry")
	}
	if n := len(in.Players); n < 1 || n > queue.MaxMatch {
		return fmt.Errorf("players: %d of them, want 1 to %d", n, queue.MaxMatch)
	}
	for _, p := range in.Players {
		if math.Abs(p.Rating) > queue.MaxRating {
			return fmt.Errorf("rating %v: want at most %d", p.Rating, queue.MaxRating)
		}
	}
	for region, ms := range in.Latency {
		if ms < 0 || ms > queue.MaxLatency {
			return fmt.Errorf("latency to %.40q: %d ms, want 0 to %d", region, ms, queue.MaxLatency)
		}
	}
	return nil
}

// appendLine appends a record as a line. It has no error: nothing in a record can
// fail to become JSON but a number that is none, which is written as 0.
func (r *Record) appendLine(to []byte) []byte {
	line, err := json.Marshal(r)
	if err != nil {
		if m := r.Matched; m != nil {
			m.Spread, m.Gap = number(m.Spread), number(m.Gap)
		}
		if e := r.Entered; e != nil {
			for i := range e.Players {
				e.Players[i].Rating = number(e.Players[i].Rating)
			}
		}
		line, _ = json.Marshal(r)
	}
	return append(append(to, line...), '\n')
}

func number(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return x
}
