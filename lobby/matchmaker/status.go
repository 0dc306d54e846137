package matchmaker

import (
	"cmp"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
	"github.com/metronome-server/metronome/lobby/queue/store"
)

// Status is what whoever watches an entry is told.
type Status struct {
	ID, Queue string
	State     queue.State
	Since     time.Time
	Waited    time.Duration
	// Estimate is how long others have waited lately, negative when nobody has.
	Estimate time.Duration
	// Window and Latency are what the entry accepts by now, negative: any.
	Window, Latency float64
	Size            int // entries in the queue
	// Reasons are what blocks, as of a few seconds ago.
	Reasons []queue.Reason
	Members []queue.Member
	// Party is the code of the party that it is, Lost what came to nothing for it.
	Party string
	Lost  []queue.Loss
	Match *queue.Match // from Offered on
	// Why is of a final state, or of the last match that came to nothing.
	Why string
}

// status puts together what is known of an entry.
func (r *running) status(record store.Record, id string, now time.Time) Status {
	c, says := r.config.Load(), r.latest()
	s := Status{
		ID: id, Queue: r.name, State: record.State, Why: record.Why, Match: record.Match,
		Estimate: says.estimate(), Size: says.Waiting,
	}
	e := record.Entry
	if record.Match != nil {
		e = record.Match.Entry(id)
		s.Why = cmp.Or(s.Why, record.Match.Why)
	}
	if e == nil {
		return s
	}
	s.Since, s.Members, s.Waited = e.Since, e.Members, e.Waited(now)
	s.Party, s.Lost = e.Party, e.Lost
	if n := len(e.Lost); n > 0 && record.State == queue.Waiting {
		s.Why = e.Lost[n-1].Why
	}
	s.Window = c.Widening.Rating.At(s.Waited, -1)
	s.Latency = c.Widening.Latency.At(s.Waited, -1)
	return s
}

// latest is what the leader has said last, as far as it has been heard here.
func (r *running) latest() said {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.says
}

func (s said) estimate() time.Duration {
	if s.Matches == 0 {
		return -1
	}
	return s.WaitP50
}
