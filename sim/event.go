package sim

import "fmt"

// maxEvents is how many events one step may emit; more are dropped and
// counted. Events are for show, and 4096 in one tick is more than anyone sees.
const maxEvents = 4096

// Event is one kind of thing that happens for a moment: a hit, an explosion.
// Events are sent once to the seats that see their group and are not state.
type Event[T any] struct {
	buffer *eventBuffer
	kind   int
	cols   []Column
}

// EventRecord is one emitted event: Fields of Values, from First on, are its own.
type EventRecord struct {
	Kind  int
	Group Group
	// First and Count say where its fields are in EventLog.Values.
	First, Count int
}

// EventKind is the shape of one kind of event.
type EventKind struct {
	Name    string
	Columns []Column
}

type eventBuffer struct {
	kinds   []EventKind
	records []EventRecord
	values  []uint32
	dropped int
}

func (b *eventBuffer) reset() { b.records, b.values = b.records[:0], b.values[:0] }

// NewEvent declares a kind of event in w, with the fields of a plain struct.
func NewEvent[T any](w *World, name string) *Event[T] {
	cols, err := columnsOf[T](name)
	w.fault(err)
	if !validName(name) {
		w.fault(fmt.Errorf("event %q: the name must be 1 to 32 of a-z, 0-9 and '-'", name))
	}
	for _, other := range w.events.kinds {
		if other.Name == name {
			w.fault(fmt.Errorf("event %s: declared twice", name))
		}
	}
	for _, c := range cols {
		if c.Wide() || c.Local || c.Private || c.Linear || c.Owner {
			w.fault(fmt.Errorf("event %s.%s: event fields have at most 32 bits and no wire tags", name, c.Name))
		}
	}
	w.events.kinds = append(w.events.kinds, EventKind{name, cols})
	return &Event[T]{&w.events, len(w.events.kinds) - 1, cols}
}

// Emit makes it happen now, for whoever sees the group. Only during a step.
func (e *Event[T]) Emit(group Group, event T) {
	b := e.buffer
	if len(b.records) == maxEvents {
		b.dropped++
		return
	}
	b.records = append(b.records, EventRecord{e.kind, group, len(b.values), len(e.cols)})
	p := base(&event)
	for i := range e.cols {
		v := uint32(e.cols[i].load(p))
		if e.cols[i].Kind == KindRef {
			v &= refSlots
		}
		b.values = append(b.values, v)
	}
}

// EventKinds returns the kinds of event that the game declared.
func (w *World) EventKinds() []EventKind { return w.events.kinds }

// EventsDropped returns how many events of the match were one too many for
// their step.
func (w *World) EventsDropped() int { return w.events.dropped }

// Events returns what the last step emitted, in order, and the values that
// the records point into. Valid until the next step.
func (w *World) Events() ([]EventRecord, []uint32) { return w.events.records, w.events.values }
