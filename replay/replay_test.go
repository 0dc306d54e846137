package replay

import (
	"bytes"
	"errors"
	"testing"

	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
)

// recordOf records a match of a mode by the package's own means.
func recordOf(t *testing.T, mode sim.Mode, header journal.Header, ticks int) []byte {
	t.Helper()
	w, err := sim.Start(mode, header.Seed)
	if err != nil {
		t.Fatal(err)
	}
	header.Shape = w.Shape()
	b := journal.AppendRecord([]byte(journal.Magic), journal.KindHeader, journal.AppendHeader(nil, header))
	b = journal.AppendRecord(b, journal.KindCheckpoint, journal.AppendCheckpoint(nil, 0, journal.StateOf(w)))
	for n := range ticks {
		tick := journal.Tick{Tick: w.Tick() + 1}
		if n == 0 {
			tick.Joins = []journal.Join{{Seat: 1}}
			if err := w.Join(1, sim.Entrant{}); err != nil {
				t.Fatal(err)
			}
		}
		w.Step()
		tick.Hash = w.Hash()
		b = journal.AppendRecord(b, journal.KindTick, journal.AppendTick(nil, &tick))
	}
	return journal.AppendRecord(b, journal.KindCheckpoint, journal.AppendCheckpoint(nil, w.Tick(), journal.StateOf(w)))
}

func arenaMode(name string) (sim.Mode, bool) {
	for _, m := range arena.Game().Modes {
		if m.Name == name {
			return m, true
		}
	}
	return sim.Mode{}, false
}

func TestPlaysARoomOfFewerSeats(t *testing.T) {
	open, _ := arenaMode("open")
	for seats, want := range map[int]int{1: 1, 7: 7, 5000: 5000, 9000: 5000} {
		recorded := recordOf(t, open.WithSeats(seats), journal.Header{Mode: "open", Hz: 20, Seed: 3, Seats: seats}, 40)
		made := 0
		out, err := Play(bytes.NewReader(recorded), arenaMode, func(w *sim.World) { made = w.Mode().Seats })
		if err != nil || out.Ticks != 40 || made != want || out.Header.Seats != seats {
			t.Errorf("%d seats: %d ticks in a world for %d, %v", seats, out.Ticks, made, err)
		}
	}
}

func TestRefusesSeatsThatTheWorldDoesNotHave(t *testing.T) {
	open, _ := arenaMode("open")
	w, err := sim.Start(open.WithSeats(5), 3)
	if err != nil {
		t.Fatal(err)
	}
	lies := journal.AppendHeader(nil, journal.Header{Mode: "open", Hz: 20, Shape: w.Shape(), Seats: sim.MaxSeats})
	recorded := func() []byte { return journal.AppendRecord([]byte(journal.Magic), journal.KindHeader, lies) }
	if _, err := Play(bytes.NewReader(recorded()), arenaMode, nil); err == nil || errors.Is(err, journal.ErrDamaged) {
		t.Errorf("a header with the seats of another room: %v", err)
	}
	lies[len(lies)-2]++ // sim.MaxSeats + 1
	if _, err := Play(bytes.NewReader(recorded()), arenaMode, nil); !errors.Is(err, journal.ErrDamaged) {
		t.Errorf("a header with too many seats: %v", err)
	}
}
