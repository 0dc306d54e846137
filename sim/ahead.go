package sim

import (
	"errors"
	"fmt"
)

const (
	// aheadSpare is how many rows a prediction can add to each table. Why 64: two
	// seconds of a row every tick are further ahead than anybody plays.
	aheadSpare = 64
	// aheadPast is for how many ticks an Ahead remembers what it predicted. Why 256: four
	// seconds at 60 Hz, and no input may be further ahead.
	aheadPast = 256
)

// ErrAhead is the cause of everything that an [Ahead] refuses.
var ErrAhead = errors.New("prediction")

// Ahead is a world that runs ahead of its room, for one seat: it begins at a snapshot and
// goes on by [Predictor.Predict] with the inputs and commands that the room has not
// answered. Clients run it; one goroutine calls all methods.
type Ahead struct {
	w      *World
	rules  Predictor
	seat   Seat
	tables []*aheadTable // those of the snapshot, in its order
	marked aheadMark
}

// AheadRow names a row that a prediction has made and that a snapshot has now.
type AheadRow struct {
	// Table is its place among [World.Tables].
	Table int
	ID    uint32
	// MadeAt and Nth name the row that was predicted, as [Ahead.Rows] does.
	MadeAt Tick
	Nth    uint32
}

// AheadCommand is a command as [World.GiveCommand] takes it.
type AheadCommand struct{ Values, List []int32 }

// StartAhead makes the world of a seat in a room of a mode, for the room's number of
// seats and with its params. Errors wrap ErrAhead: the mode does not start, has no such
// seat, or its rules do not predict.
func StartAhead(mode Mode, seat Seat) (*Ahead, error) {
	w, err := startSpare(mode, 0, aheadSpare)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAhead, err)
	}
	rules, ok := w.rules.(Predictor)
	if !ok {
		return nil, fmt.Errorf("%w: the rules of mode %q have no Predict", ErrAhead, mode.Name)
	}
	if seat < 1 || int(seat) > mode.Seats {
		return nil, fmt.Errorf("%w: seat %d, want 1 to %d", ErrAhead, seat, mode.Seats)
	}
	w.inputs.sit(seat)
	a := &Ahead{w: w, rules: rules, seat: seat}
	for _, t := range w.tables {
		if !t.single {
			t.first = t.Cap()
		}
		if !t.hidden {
			a.tables = append(a.tables, newAheadTable(t))
		}
	}
	return a, nil
}

// World is the world beneath, to read.
func (a *Ahead) World() *World { return a.w }

// Load begins anew at a snapshot: words are all its rows as 32-bit words, as the
// TypeScript SDK packs them: by table how many rows are in view and how many are own
// ones; then by table the rows' ids, their lives (numbers that another row of the same id
// does not have) and each column that everybody sees, and the own rows' ids and each
// private column. adopted are further rows to predict, beside those that the seat owns: rows that were
// made by a prediction before.
// Local columns of predicted rows stay as they were predicted for this tick.
// Errors wrap ErrAhead: the words are not such a snapshot.
func (a *Ahead) Load(tick Tick, words []uint32, adopted []AheadRow) error {
	if len(words) < 2*len(a.tables) {
		return fmt.Errorf("%w: a snapshot of %d words, of %d tables", ErrAhead, len(words), len(a.tables))
	}
	a.w.tick, a.w.rand.state, a.marked.on = tick, uint64(tick), false
	counts, rest := words[:2*len(a.tables)], words[2*len(a.tables):]
	for i, t := range a.tables {
		var err error
		if rest, err = t.load(tick, int(counts[2*i]), int(counts[2*i+1]), rest); err != nil {
			return err
		}
	}
	if len(rest) > 0 {
		return fmt.Errorf("%w: a snapshot has %d words too many", ErrAhead, len(rest))
	}
	for _, row := range adopted {
		if row.Table >= 0 && row.Table < len(a.tables) {
			a.tables[row.Table].adopt(tick, row)
		}
	}
	for _, t := range a.tables {
		t.own(tick, a.seat)
	}
	if a.w.restored != nil {
		a.w.restored()
	}
	return nil
}

// Step goes on to a tick with the seat's input, the fields in their order, and commands;
// nil: it has no input.
func (a *Ahead) Step(tick Tick, input []int32, commands []AheadCommand) {
	w := a.w
	w.tick = tick
	w.events.reset()
	w.out.reset()
	w.room = roomState{}
	if input != nil {
		w.SetInput(a.seat, input, 0, Received)
	}
	a.give(commands)
	for _, t := range a.tables {
		t.before()
	}
	a.rules.Predict(a.seat)
	for _, t := range a.tables {
		t.after(tick)
		if !a.marked.on {
			t.keep(tick)
		}
	}
	if w.command != nil {
		w.command.reset()
	}
	w.inputs.clear()
	w.input.clear(a.seat)
}

// give gives the commands of a step. The room refuses what is refused here, too.
func (a *Ahead) give(commands []AheadCommand) {
	if a.w.command == nil {
		return
	}
	a.w.commanded[a.seat] = 0
	for n, c := range commands {
		_ = a.w.GiveCommand(a.seat, uint32(n+1), c.Values, c.List)
	}
	a.w.command.ready()
}

// aheadMark is where a world was marked.
type aheadMark struct {
	on   bool
	tick Tick
	rand Rand
}

// Mark remembers where the world is. What is predicted until [Ahead.Back] is a guess, of
// which nothing stays.
func (a *Ahead) Mark() {
	a.marked = aheadMark{true, a.w.tick, a.w.rand}
	for _, t := range a.tables {
		t.mark()
	}
}

// Back goes back to where [Ahead.Mark] was called.
func (a *Ahead) Back() {
	if !a.marked.on {
		return
	}
	a.w.tick, a.w.rand, a.marked.on = a.marked.tick, a.marked.rand, false
	for _, t := range a.tables {
		t.back()
	}
}

// Rows returns the predicted rows of a table, in words: how many they are; their ids,
// those of rows that the prediction made above all others; the tick whose step made
// each, 0 for those of the snapshot; the how-manieth it was in that step; then each
// column that everybody sees, and each private one. Good until the next call.
func (a *Ahead) Rows(table int) []uint32 { return a.tables[table].words() }

// Changes returns for each column of a table that goes over the wire, those that
// everybody sees first, whether a prediction has ever changed it.
func (a *Ahead) Changes(table int) []bool { return a.tables[table].changes() }
