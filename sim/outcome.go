package sim

import "errors"

// Outcome is how a match ends: a line per seat, with place, team and the game's
// own fields. It is state like a table, and final once the rules call
// [World.End]; the room tells its players, and hands it to the outbox, when the tick is recorded.
type Outcome[T any] struct {
	w     *World
	lines *Table[outcomeLine[T]]
}

// outcomeLine is one seat's line. Who has left keeps it, until another player
// on that seat is given one.
type outcomeLine[T any] struct {
	User  uint64
	Team  uint8
	Place uint16
	Own   T
}

// outcomeFields is how many columns of a line are not the game's.
const outcomeFields = 3

// OutcomeLine is one seat's line of an outcome, without its type.
type OutcomeLine struct {
	Seat Seat
	// User is who sat there when the line was set; 0: nobody who is known.
	User uint64
	Team uint8
	// Place is 1 for the winner; equal places are a draw; 0 is none.
	Place uint16
	// Values are the game's own fields, in the order of OutcomeColumns.
	Values []int64
}

// NewOutcome declares the outcome of w's matches, with the fields of a plain
// struct, which may have 64 bits. Faults are reported by [Start].
func NewOutcome[T any](w *World) *Outcome[T] {
	if w.outcome != nil {
		w.fault(errors.New("outcome: declared twice"))
	}
	o := &Outcome[T]{w: w, lines: newTable[outcomeLine[T]](w, "outcome", w.mode.Seats, recordOf[outcomeLine[T]])}
	o.lines.hidden = true
	w.outcome = &o.lines.core
	for _, c := range o.lines.columns[min(outcomeFields, len(o.lines.columns)):] {
		c.Name = c.Name[len("own."):]
		w.ownOutcome = append(w.ownOutcome, c)
	}
	return o
}

// Set gives the player of a seat their line, instead of the one before. place
// is 1 for the winner, equal ones are a draw, 0 is no place. Their team is the
// one they came with; see SetTeam.
func (o *Outcome[T]) Set(seat Seat, place int, own T) {
	if seat < 1 || int(seat) > o.w.mode.Seats {
		return
	}
	slot := int(seat) - 1
	if !o.lines.live(slot) {
		o.lines.place(slot)
	}
	s := o.w.sitters[seat]
	o.lines.rows[slot] = outcomeLine[T]{s.user, s.team, uint16(min(max(place, 0), 1<<16-1)), own}
}

// SetTeam says in which team the player of a seat is: for rules that choose it.
func (w *World) SetTeam(seat Seat, team uint8) {
	if w.inputs.occupied(seat) {
		w.sitters[seat].team = team
	}
}

// Team returns the team of the player of a seat; 0: none.
func (w *World) Team(seat Seat) uint8 {
	if int(seat) >= len(w.sitters) {
		return 0
	}
	return w.sitters[seat].team
}

// OutcomeColumns returns the game's own fields of an outcome's lines; none: it
// has no outcome.
func (w *World) OutcomeColumns() []Column {
	if w.outcome == nil {
		return nil
	}
	return w.ownOutcome
}

// Outcome returns the lines of the outcome as they are now, by seat. They are
// final when Ended.
func (w *World) Outcome() (lines []OutcomeLine) {
	c := w.outcome
	for slot := 0; c != nil && slot < c.high; slot++ {
		if !c.live(slot) {
			continue
		}
		line := OutcomeLine{
			Seat: Seat(slot + 1), User: c.value(0, slot), Team: uint8(c.value(1, slot)), Place: uint16(c.value(2, slot)),
		}
		for i := outcomeFields; i < len(c.columns); i++ {
			line.Values = append(line.Values, int64(c.value(i, slot)))
		}
		lines = append(lines, line)
	}
	return lines
}
