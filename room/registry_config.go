package room

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/metronome-server/metronome/sim"
)

// RegistryConfig is what all rooms of a node have in common.
type RegistryConfig struct {
	// MaxRooms and MaxSeats bound what the node takes on. 1 or more.
	MaxRooms, MaxSeats int
	Room               Config
	Stats              *Stats
	Log                *slog.Logger
	// Clock makes the clock of a new room.
	Clock func() Clock
	// Journal makes the journal of a new room; nil records nothing.
	Journal func(id string) (Journal, error)
	// Changed, unless nil, is called after a room was made or has ended, on the
	// room's goroutine.
	Changed func()
	// Server is the version that Welcomes name.
	Server string
}

// Validate reports every fault, joined.
func (c RegistryConfig) Validate() error {
	faults := []error{c.Room.Validate()}
	if c.MaxRooms < 1 || c.MaxSeats < 1 {
		faults = append(faults, fmt.Errorf("a node of %d rooms and %d seats; want 1 or more of each", c.MaxRooms, c.MaxSeats))
	}
	if c.Stats == nil || c.Log == nil || c.Clock == nil {
		faults = append(faults, errors.New("a registry needs Stats, Log and Clock"))
	}
	return errors.Join(faults...)
}

func validateModes(modes []sim.Mode) error {
	var faults []error
	if len(modes) == 0 {
		faults = append(faults, errors.New("no game has a mode"))
	}
	for i, m := range modes {
		if slices.ContainsFunc(modes[:i], func(o sim.Mode) bool { return o.Name == m.Name }) {
			faults = append(faults, fmt.Errorf("two modes are named %q", m.Name))
		}
		if _, err := sim.Start(m, 1); err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}
