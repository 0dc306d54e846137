package room

import (
	"sync/atomic"

	"github.com/metronome-server/metronome/internal/hist"
	"github.com/metronome-server/metronome/netproto"
)

// Stats counts what rooms do. Rooms of one node share one; any goroutine may
// read it. All counts but Stuck only grow.
type Stats struct {
	// Ticks stepped; TicksLost were due and never stepped.
	Ticks, TicksLost atomic.Uint64
	// Late is how long after it was due a tick began; TickTime how long it took.
	Late, TickTime hist.Hist
	// Inputs by what became of them. Inputs over the budget are dropped unread.
	InputsOnTime, InputsLate, InputsEarly, InputsDouble, InputsDropped atomic.Uint64
	// Inputs whose seen was none that their seat can have seen, and was moved.
	InputsUnseen atomic.Uint64
	// Snapshots written and their payload bytes; Skipped ones found a backlog.
	Snapshots, SnapshotBytes, SnapshotsSkipped atomic.Uint64
	// Chat lines that went over the limit.
	ChatDropped atomic.Uint64
	// Faults are games that panicked; RecordingsLost journals that failed.
	Faults, RecordingsLost atomic.Uint64
	// Moved rooms have gone on at other nodes; MovesFailed is how often one was handed over
	// that no other node took, TakenOver how many have come from other nodes. StoodStill is
	// how long rooms stood still while they were handed over.
	Moved, MovesFailed, TakenOver atomic.Uint64
	StoodStill                    hist.Hist
	// KeepsFailed is how often a room that is to outlive the process was not kept.
	KeepsFailed atomic.Uint64
	// SnapshotsHeld is how many ticks' snapshots were left out because the store did not
	// have the tick in time.
	SnapshotsHeld atomic.Uint64
	// Joins, Resumes and the closes by the table's rows.
	Joins, Resumes atomic.Uint64
	// Spectators who came, and what was written to them, which is not in Snapshots.
	Spectators, SpectatorSnapshots, SpectatorBytes atomic.Uint64
	closes                                         [64]atomic.Uint64
	// Stuck is how many rooms have a tick that does not end, now.
	Stuck atomic.Int64
}

// CountClose counts one closed connection.
func (s *Stats) CountClose(code netproto.CloseCode) {
	for i, row := range netproto.CloseCodes {
		if row.Code == code {
			s.closes[i].Add(1)
			return
		}
	}
	s.closes[len(s.closes)-1].Add(1)
}

// Closes returns how many connections were closed with a code of the table.
func (s *Stats) Closes(code netproto.CloseCode) uint64 {
	for i, row := range netproto.CloseCodes {
		if row.Code == code {
			return s.closes[i].Load()
		}
	}
	return s.closes[len(s.closes)-1].Load()
}

// tally is what one tick adds to the stats, so that the shared counters are
// touched once a tick and not once a seat.
type tally struct {
	inputs     [4]uint64 // by verdict
	dropped    uint64
	unseen     uint64
	snapshots  uint64
	bytes      uint64
	skipped    uint64
	backlogged int
}

// add sums up two tallies.
func (t *tally) add(u *tally) {
	for i, n := range u.inputs {
		t.inputs[i] += n
	}
	t.dropped += u.dropped
	t.unseen += u.unseen
	t.snapshots += u.snapshots
	t.bytes += u.bytes
	t.skipped += u.skipped
	t.backlogged += u.backlogged
}

func (s *Stats) add(t *tally) {
	count := func(c *atomic.Uint64, n uint64) {
		if n > 0 {
			c.Add(n)
		}
	}
	s.Ticks.Add(1)
	count(&s.InputsOnTime, t.inputs[onTime])
	count(&s.InputsLate, t.inputs[late])
	count(&s.InputsEarly, t.inputs[early])
	count(&s.InputsDouble, t.inputs[double])
	count(&s.InputsDropped, t.dropped)
	count(&s.InputsUnseen, t.unseen)
	count(&s.Snapshots, t.snapshots)
	count(&s.SnapshotBytes, t.bytes)
	count(&s.SnapshotsSkipped, t.skipped)
}

// counts is what others may see of the room at any time.
type counts struct{ active, away, bots, spectators, backlogged, tick atomic.Int64 }
