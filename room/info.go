package room

import (
	"maps"
	"sync/atomic"
	"time"

	"github.com/metronome-server/metronome/sim"
)

// counts is what others may see of the room at any time.
type counts struct{ active, away, bots, backlogged, tick atomic.Int64 }

// Info describes a room to others.
type Info struct {
	ID, Mode, Code string
	State          State
	Private, Keep  bool
	Seats          int
	// Taken seats: active, away and on their way in.
	Taken, Active, Away, Bots, Backlogged int
	Metadata                              map[string]string
	Created                               time.Time
	Hz                                    int
	Tick                                  sim.Tick
}

// Info describes the room as it was at its last tick.
func (r *Room) Info() Info {
	r.door.mu.Lock()
	state, taken := r.door.state, r.door.taken+r.door.passes
	r.door.mu.Unlock()
	return Info{
		ID: r.id, Mode: r.mode.Name, Code: r.options.Code, State: state,
		Private: r.options.Private, Keep: r.options.Keep, Seats: r.door.seats, Taken: taken,
		Active: int(r.counts.active.Load()), Away: int(r.counts.away.Load()), Bots: int(r.counts.bots.Load()),
		Backlogged: int(r.counts.backlogged.Load()), Tick: sim.Tick(r.counts.tick.Load()),
		Metadata: maps.Clone(r.options.Metadata), Created: r.created, Hz: r.mode.Hz,
	}
}
