package sim

import (
	"encoding/binary"
	"fmt"
	"math"
)

// maxEvents is how many events one tick may have, those of the joins and leaves
// before its step included; more are dropped and counted. Events are for show,
// and 4096 in one tick is more than anyone sees.
const maxEvents = 4096

// maxKinds is how many kinds of event a game may declare: their numbers are
// small, and the largest sensible game is far below.
const maxKinds = 256

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

// eventBuffer collects the events of one tick: those that Join and Leave emit
// after the step before, in the order of the calls, then those of the step.
type eventBuffer struct {
	kinds   []EventKind
	records []EventRecord
	values  []uint32
	refs    []eventRef
	dropped int
	started bool   // New has returned: there may be events
	early   string // the kind of one that New emitted
	ready   bool   // the step is over, the next event begins another tick
}

// eventRef is a reference among the values, until the step is over.
type eventRef struct {
	at  int
	ref Ref
}

func (b *eventBuffer) reset() {
	b.records, b.values, b.refs, b.ready = b.records[:0], b.values[:0], b.refs[:0], false
}

// open begins the next tick's events, unless they have begun.
func (b *eventBuffer) open() {
	if b.ready {
		b.reset()
	}
}

// finish makes ids of references, as they are once the step is over.
func (b *eventBuffer) finish(w *World) {
	for _, r := range b.refs {
		b.values[r.at] = w.liveID(r.ref)
	}
	b.ready = true
}

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
	if len(w.events.kinds) == maxKinds {
		w.fault(fmt.Errorf("event %s: more than %d kinds", name, maxKinds))
	}
	w.events.kinds = append(w.events.kinds, EventKind{name, cols})
	return &Event[T]{&w.events, len(w.events.kinds) - 1, cols}
}

// Emit makes it happen, for whoever sees the group: in Step at this tick, in
// Join and Leave at the tick of the step that follows, before what that emits.
// A reference goes out as the id of its row, and as 0 when the row is gone once
// the step is over. Over 4096 events a tick are dropped and counted. In
// [Mode.New], where nobody is there to see it, it makes [Start] fail.
func (e *Event[T]) Emit(group Group, event T) {
	p := base(&event)
	e.buffer.emit(e.kind, group, func(i int) uint64 { return e.cols[i].load(p) })
}

// emit adds an event with the values of its columns.
func (b *eventBuffer) emit(kind int, group Group, value func(column int) uint64) {
	if b.open(); !b.started {
		b.early = b.kinds[kind].Name
		return
	}
	if len(b.records) == maxEvents {
		b.dropped++
		return
	}
	cols := b.kinds[kind].Columns
	b.records = append(b.records, EventRecord{kind, group, len(b.values), len(cols)})
	for i := range cols {
		v := value(i)
		if cols[i].Kind == KindRef {
			b.refs = append(b.refs, eventRef{len(b.values), Ref(v)})
		}
		b.values = append(b.values, uint32(v))
	}
}

// append appends the events that wait for their step; nothing when none do, as
// is so whenever a step was the last that happened.
func (b *eventBuffer) append(to []byte) []byte {
	if b.ready || len(b.records) == 0 {
		return to
	}
	to = binary.AppendUvarint(to, uint64(len(b.records)))
	refs := b.refs
	for _, record := range b.records {
		to = binary.AppendUvarint(to, uint64(record.Kind))
		to = binary.AppendUvarint(to, uint64(record.Group))
		cols := b.kinds[record.Kind].Columns
		for i := range cols {
			if cols[i].Kind == KindRef {
				to, refs = cols[i].append(to, uint64(refs[0].ref)), refs[1:]
				continue
			}
			to = binary.AppendVarint(to, int64(int32(b.values[record.First+i])))
		}
	}
	return to
}

// restore is the inverse of append.
func (b *eventBuffer) restore(r *reader) {
	b.reset()
	if len(r.b) == 0 {
		b.ready = true
		return
	}
	n := r.uvarint(maxEvents)
	if n == 0 {
		r.fail("it ends with no events")
	}
	for ; n > 0 && r.bad == nil; n-- {
		kind := int(r.uvarint(maxKinds))
		if kind >= len(b.kinds) {
			r.fail("an event is of no kind")
			return
		}
		group := Group(r.uvarint(math.MaxUint32))
		cols := b.kinds[kind].Columns
		b.emit(kind, group, func(i int) uint64 {
			if cols[i].Kind == KindRef {
				return cols[i].read(r)
			}
			v := r.varint()
			if int64(int32(v)) != v || !cols[i].holds(uint32(v)) {
				r.fail("a value does not fit its event")
			}
			return uint64(v)
		})
	}
}

// EventKinds returns the kinds of event that the game declared.
func (w *World) EventKinds() []EventKind { return w.events.kinds }

// EventsDropped returns how many events of the match were one too many for
// their tick.
func (w *World) EventsDropped() int { return w.events.dropped }

// Events returns what happened at the last tick, in order, and the values that
// the records point into: what the joins and leaves before its step emitted,
// then what the step did. Valid until the next Join, Leave or Step; between
// those and the step that follows there is nothing.
func (w *World) Events() ([]EventRecord, []uint32) {
	if !w.events.ready {
		return nil, nil
	}
	return w.events.records, w.events.values
}
