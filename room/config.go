package room

import (
	"errors"
	"fmt"
	"time"
)

// Config is how a room treats its seats. The zero value is not valid; start
// from Default.
type Config struct {
	// ResumeWindow is how long a seat is kept for a player whose connection
	// was lost. 1 s to 1 h.
	ResumeWindow time.Duration
	// Hold is how long a missing input is replaced by the one before; then the
	// seat's input is neutral. 0 to 2 s.
	Hold time.Duration
	// SilentAfter closes a connection that sent nothing for so long. 2 s to 1 h.
	SilentAfter time.Duration
	// SlowAfter closes a connection that took no snapshot for so long. 1 s to 1 h.
	SlowAfter time.Duration
	// FloodAfter closes a connection that sent more than one input per tick
	// for so long. 1 s to 1 min.
	FloodAfter time.Duration
	// Quiet is how long a seat that asks for nothing and sees nothing change goes
	// without a snapshot, up to netproto.MaxQuiet ticks; 0 sends one at every
	// tick. 0 to 10 s.
	Quiet time.Duration
	// EmptyAfter closes a room that nobody sits in for so long, at most a week;
	// 0 keeps it.
	EmptyAfter time.Duration
	// Spectators is how many may watch a room at a time, 0 to 1,000.
	Spectators int
	// Workers is how many goroutines share the reading and the sending of a
	// room of more than a few hundred seats, 1 to 64; the step stays on one.
	Workers int
	// CatchUp is how far behind a room may be to make up for it at once; what is
	// later than that is declared lost. At least one tick. 10 ms to 2 s.
	CatchUp time.Duration
}

// Default is what a room does unless told otherwise.
func Default() Config {
	return Config{
		ResumeWindow: 30 * time.Second,
		Hold:         200 * time.Millisecond,
		SilentAfter:  10 * time.Second,
		SlowAfter:    15 * time.Second,
		FloodAfter:   2 * time.Second,
		Quiet:        time.Second / 2,
		EmptyAfter:   time.Minute,
		Spectators:   100,
		Workers:      1,
		CatchUp:      160 * time.Millisecond,
	}
}

// Validate reports every fault, joined.
func (c Config) Validate() error {
	var faults []error
	between := func(name string, v, lo, hi time.Duration) {
		if v < lo || v > hi {
			faults = append(faults, fmt.Errorf("%s is %v, want %v to %v", name, v, lo, hi))
		}
	}
	between("ResumeWindow", c.ResumeWindow, time.Second, time.Hour)
	between("SilentAfter", c.SilentAfter, 2*time.Second, time.Hour)
	between("SlowAfter", c.SlowAfter, time.Second, time.Hour)
	between("Quiet", c.Quiet, 0, 10*time.Second)
	between("FloodAfter", c.FloodAfter, time.Second, time.Minute)
	between("Hold", c.Hold, 0, 2*time.Second)
	between("CatchUp", c.CatchUp, 10*time.Millisecond, 2*time.Second)
	between("EmptyAfter", c.EmptyAfter, 0, 7*24*time.Hour)
	if c.Spectators < 0 || c.Spectators > 1000 {
		faults = append(faults, fmt.Errorf("%s is %d, want 0 to 1000", "Spectators", c.Spectators))
	}
	if c.Workers < 1 || c.Workers > 64 {
		faults = append(faults, fmt.Errorf("%s is %d, want 1 to 64", "Workers", c.Workers))
	}
	return errors.Join(faults...)
}

// ticks turns a duration into ticks, rounded up.
func ticks(d time.Duration, hz int) int {
	return int((int64(d)*int64(hz) + int64(time.Second) - 1) / int64(time.Second))
}

// nameOf names a state.
func nameOf(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("state(%d)", i)
}
