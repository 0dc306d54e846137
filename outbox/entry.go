package outbox

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/metronome-server/metronome/sim"
)

// The kinds of an entry.
const (
	KindOutcome = "outcome" // how a match ended
	KindEffect  = "effect"  // what the rules want done outside
)

const (
	// MaxBody is the longest message, bytes: the outcome of a match of 10,000 seats
	// with a dozen values each. A longer one is refused by Put.
	MaxBody = 8 << 20
	// maxText is the longest of an entry's texts, bytes. Threat: ids that do not fit
	// a header. Rooms and modes have 64 at most.
	maxText = 128
)

// ErrInvalid says that an entry breaks a limit; it is wrapped with which one.
var ErrInvalid = errors.New("outbox: invalid")

// Entry is one message that leaves the node. NewOutcome and NewEffect make it;
// nobody changes it afterwards.
type Entry struct {
	// ID is "room/epoch/tick/n": the same however often the message is sent.
	ID         string
	Room, Mode string
	// Epoch is the one that the tick was recorded under. A node that steps ticks again
	// which an earlier owner of the room has recorded gives them the earlier epoch, so
	// that their ids stay.
	Epoch uint64
	Tick  sim.Tick
	// N counts the entries of a tick from 0.
	N int
	// Kind is KindOutcome or KindEffect.
	Kind string
	// Name is the kind of an effect, "" of an outcome.
	Name string
	// Body is the message, JSON as docs/OUTBOX.md says.
	Body []byte
}

// Origin is where an entry comes from.
type Origin struct {
	Room, Mode string
	Epoch      uint64 // see Entry.Epoch
	Tick       sim.Tick
	// Time is when the tick was recorded; milliseconds count.
	Time time.Time
}

// Line is one seat's line of an outcome, with the name of who sat there.
type Line struct {
	sim.OutcomeLine
	// UserID is the game's own id of the user; "": somebody unknown.
	UserID string
	Name   string
}

// NewOutcome makes the entry of a match that ended, the n-th of its tick. columns
// are those of [sim.World.OutcomeColumns]; finished: the rules have ended it, and it
// was not cut off.
func NewOutcome(from Origin, n int, reason string, finished bool, columns []sim.Column, lines []Line) Entry {
	e := from.entry(n, KindOutcome, "")
	b := make([]byte, 0, 256+len(lines)*(128+16*len(columns)))
	b = from.appendHead(b, &e)
	b = appendText(append(b, `,"reason":`...), reason)
	b = strconv.AppendBool(append(b, `,"finished":`...), finished)
	b = append(b, `,"lines":[`...)
	for i := range lines {
		if i > 0 {
			b = append(b, ',')
		}
		line := &lines[i]
		b = appendPlayer(append(b, '{'), line.Seat, line.UserID)
		b = appendText(append(b, `,"name":`...), line.Name)
		b = strconv.AppendUint(append(b, `,"team":`...), uint64(line.Team), 10)
		b = strconv.AppendUint(append(b, `,"place":`...), uint64(line.Place), 10)
		b = append(appendValues(b, columns, line.Values), '}')
	}
	e.Body = append(b, ']', '}')
	return e
}

// NewEffect makes the entry of an effect, the n-th of its tick. seat is whom it
// concerns and user the game's own id of who sat there, "": nobody who is known. columns are those of
// its [sim.EffectKind].
func NewEffect(from Origin, n int, name string, seat sim.Seat, user string, columns []sim.Column, values []int64) Entry {
	e := from.entry(n, KindEffect, name)
	b := make([]byte, 0, 256+32*len(columns))
	b = from.appendHead(b, &e)
	b = appendText(append(b, `,"name":`...), name)
	b = appendPlayer(append(b, ','), seat, user)
	e.Body = append(appendValues(b, columns, values), '}')
	return e
}

// entry makes an entry without its body.
func (o *Origin) entry(n int, kind, name string) Entry {
	id := make([]byte, 0, len(o.Room)+40)
	id = strconv.AppendUint(append(append(id, o.Room...), '/'), o.Epoch, 10)
	id = strconv.AppendUint(append(id, '/'), uint64(o.Tick), 10)
	id = strconv.AppendInt(append(id, '/'), int64(n), 10)
	return Entry{ID: string(id), Room: o.Room, Mode: o.Mode, Epoch: o.Epoch, Tick: o.Tick, N: n, Kind: kind, Name: name}
}

func (o *Origin) appendHead(b []byte, e *Entry) []byte {
	b = appendText(append(b, `{"id":`...), e.ID)
	b = appendText(append(b, `,"kind":`...), e.Kind)
	b = appendText(append(b, `,"room":`...), e.Room)
	b = appendText(append(b, `,"mode":`...), e.Mode)
	return strconv.AppendInt(append(b, `,"time":`...), o.Time.UnixMilli(), 10)
}

// appendPlayer appends a seat and its user.
func appendPlayer(b []byte, seat sim.Seat, user string) []byte {
	b = strconv.AppendUint(append(b, `"seat":`...), uint64(seat), 10)
	return appendText(append(b, `,"user":`...), user)
}

func appendValues(b []byte, columns []sim.Column, values []int64) []byte {
	b = append(b, `,"values":{`...)
	for i := range min(len(columns), len(values)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendText(b, columns[i].Name), ':')
		b = appendValue(b, columns[i].Kind, values[i])
	}
	return append(b, '}')
}

// appendValue appends a field of the game as what it means: what may have more
// bits than a number of JavaScript holds is text.
func appendValue(b []byte, kind sim.Kind, v int64) []byte {
	switch kind {
	case sim.KindBool:
		return strconv.AppendBool(b, v != 0)
	case sim.KindFixed:
		return strconv.AppendFloat(b, float64(v)/float64(sim.One), 'f', -1, 64)
	case sim.KindInt64:
		return append(strconv.AppendInt(append(b, '"'), v, 10), '"')
	case sim.KindUint64, sim.KindRef:
		return append(strconv.AppendUint(append(b, '"'), uint64(v), 10), '"')
	default:
		return strconv.AppendInt(b, v, 10)
	}
}

// check reports what keeps an entry from being sent. Errors: ErrInvalid.
func (e *Entry) check() error {
	switch {
	case e.Room == "" || len(e.Room) > maxText || len(e.Mode) > maxText || len(e.Name) > maxText || len(e.Kind) > maxText:
		return fmt.Errorf("%w: room, mode, kind and name have %d, %d, %d and %d bytes, want at most %d and a room",
			ErrInvalid, len(e.Room), len(e.Mode), len(e.Kind), len(e.Name), maxText)
	case !headerValue(e.ID):
		return fmt.Errorf("%w: the id does not fit a header: %.*q", ErrInvalid, maxText, e.ID)
	case len(e.Body) == 0 || len(e.Body) > MaxBody:
		return fmt.Errorf("%w: the message has %d bytes, want 1 to %d", ErrInvalid, len(e.Body), MaxBody)
	}
	return nil
}

// headerValue accepts visible ASCII.
func headerValue(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return s != "" && len(s) <= 2*maxText
}

// size is what an entry counts for in bounds, bytes: its texts, and what the
// outbox keeps beside them.
func (e *Entry) size() int64 {
	return int64(len(e.ID)+len(e.Room)+len(e.Mode)+len(e.Kind)+len(e.Name)+len(e.Body)) + entryOverhead
}

// entryOverhead is what an entry without its texts takes in memory, bytes,
// rounded up.
const entryOverhead = 320
