package room

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/metronome-server/metronome/sim"
)

// Wish is what a room is to be like.
type Wish struct {
	// ID is 1 to 64 of a-z, A-Z, 0-9, '-' and '_'. Empty: a random one is made.
	ID       string
	Mode     string // empty: the first
	Seats    int    // 0: the mode's
	Private  bool
	Code     string
	Metadata map[string]string
	Keep     bool
}

// Create makes a room and starts it. Errors: ErrUnknownMode, ErrNodeFull,
// ErrStopping, an id that exists or is not one, a journal that cannot be made.
func (g *Registry) Create(w Wish) (*Room, error) {
	mode, ok := g.Mode(w.Mode)
	if !ok {
		return nil, fmt.Errorf("%w %q; there are %s", ErrUnknownMode, w.Mode, g.modeNames())
	}
	if w.ID == "" {
		w.ID = NewID()
	}
	if !validID(w.ID) {
		return nil, fmt.Errorf("room id %q: want 1 to 64 of a-z, A-Z, 0-9, '-' and '_'", w.ID)
	}
	seats := seatsOf(w.Seats, mode)
	number, err := g.claim(w.ID, seats)
	if err != nil {
		return nil, err
	}
	// Not under the lock: a large world or a slow disk must not hold up joins
	// elsewhere.
	r, err := g.build(w, mode, number)
	if err = g.place(w.ID, r, err); err != nil {
		g.release(w.ID, seats)
		g.wait.Done()
		return nil, err
	}
	return r, nil
}

// claim reserves the id and the seats, and numbers the room.
func (g *Registry) claim(id string, seats int) (number int, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, exists := g.rooms[id]
	switch {
	case g.closed:
		return 0, ErrStopping
	case exists:
		return 0, fmt.Errorf("room %q exists", id)
	case len(g.rooms) >= g.config.MaxRooms:
		return 0, fmt.Errorf("%w: it has %d rooms", ErrNodeFull, len(g.rooms))
	case g.seats+seats > g.config.MaxSeats:
		return 0, fmt.Errorf("%w: it would have %d seats, at most %d", ErrNodeFull, g.seats+seats, g.config.MaxSeats)
	}
	g.rooms[id] = nil
	g.seats += seats
	g.made++
	g.wait.Add(1)
	return g.made, nil
}

func (g *Registry) release(id string, seats int) {
	g.mu.Lock()
	delete(g.rooms, id)
	g.seats -= seats
	g.mu.Unlock()
}

// place starts a room that was built, unless the node stops by now.
func (g *Registry) place(id string, r *Room, err error) error {
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return errors.Join(ErrStopping, r.discard())
	}
	g.rooms[id] = r
	go g.run(r) // Close waits for it
	return nil
}

func (g *Registry) build(w Wish, mode sim.Mode, number int) (*Room, error) {
	var journal Journal
	if g.config.Journal != nil {
		j, err := g.config.Journal(w.ID)
		if err != nil {
			return nil, err
		}
		journal = j
	}
	r, err := New(Options{
		ID: w.ID, Mode: mode, Seats: w.Seats, Private: w.Private, Code: w.Code, Metadata: w.Metadata, Keep: w.Keep,
		Seed: randomSeed(), Epoch: g.epoch, Phase: phase(number, mode.Hz),
		Config: g.config.Room, Clock: g.config.Clock(), Journal: journal, Stats: g.config.Stats, Log: g.config.Log,
		Server: g.config.Server,
	})
	if err != nil && journal != nil {
		err = errors.Join(err, journal.Close())
	}
	return r, err
}

// phase spreads rooms over the tick: the golden ratio leaves no two of them
// close together, however many there are.
func phase(n, hz int) time.Duration {
	tick := time.Second / time.Duration(hz)
	const golden = 0x9e3779b97f4a7c15
	return time.Duration((uint64(n) * golden >> 32) * uint64(tick) >> 32)
}

func (g *Registry) run(r *Room) {
	defer g.wait.Done()
	g.changed()
	_ = r.Run(g.ctx) // the room has logged what went wrong
	g.release(r.id, r.door.seats)
	g.changed()
}

func (g *Registry) changed() {
	if g.config.Changed != nil {
		g.config.Changed()
	}
}

func (g *Registry) modeNames() string {
	names := make([]string, len(g.modes))
	for i, m := range g.modes {
		names[i] = m.Name
	}
	return strings.Join(names, ", ")
}
