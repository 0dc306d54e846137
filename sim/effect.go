package sim

import "fmt"

// maxEffects is how many effects one tick may have; more are dropped and
// counted. Why 256: each becomes a message to the game's backend.
const maxEffects = 256

// Effect is one kind of thing that the rules want done outside of the room:
// give an item, count a purchase. The room hands it to the outbox once the tick
// is recorded.
type Effect[T any] struct {
	w    *World
	kind int
	cols []Column
}

// EffectKind is the shape of one kind of effect.
type EffectKind struct {
	Name    string
	Columns []Column
}

// EffectRecord is one effect: Count of the values of [World.Effects], from First
// on, are its fields.
type EffectRecord struct {
	Kind int
	// Seat is whom it concerns, and User who sat there; 0: nobody in particular.
	Seat         Seat
	User         uint64
	First, Count int
}

// NewEffect declares a kind of effect in w, with the fields of a plain struct,
// which may have 64 bits. Faults are reported by [Start].
func NewEffect[T any](w *World, name string) *Effect[T] {
	cols, err := recordOf[T](name)
	w.fault(err)
	if !validName(name) {
		w.fault(fmt.Errorf("effect %q: the name must be 1 to 32 of a-z, 0-9 and '-'", name))
	}
	for _, other := range w.effects {
		if other.Name == name {
			w.fault(fmt.Errorf("effect %s: declared twice", name))
		}
	}
	if len(w.effects) == maxKinds {
		w.fault(fmt.Errorf("effect %s: more than %d kinds", name, maxKinds))
	}
	w.effects = append(w.effects, EffectKind{name, cols})
	return &Effect[T]{w, len(w.effects) - 1, cols}
}

// Emit wants it done, for the player of a seat; 0, and a seat that the room has
// not, is nobody in particular. At
// most 256 a tick, more are dropped and counted.
func (e *Effect[T]) Emit(seat Seat, effect T) {
	if int(seat) > e.w.mode.Seats {
		seat = 0
	}
	o := &e.w.out
	o.open()
	if len(o.effects) == maxEffects {
		o.dropped++
		return
	}
	record := EffectRecord{Kind: e.kind, Seat: seat, User: e.w.userOf(seat), First: len(o.values), Count: len(e.cols)}
	p := base(&effect)
	for i := range e.cols {
		o.values = append(o.values, int64(e.cols[i].load(p)))
	}
	o.effects = append(o.effects, record)
}

// EffectKinds returns the kinds of effect that the game declared.
func (w *World) EffectKinds() []EffectKind { return w.effects }

// Effects returns what the rules wanted done outside at the last tick, in order,
// and the values that the records point into. Valid until the next Join, Leave
// or Step.
func (w *World) Effects() ([]EffectRecord, []int64) {
	if !w.out.ready {
		return nil, nil
	}
	return w.out.effects, w.out.values
}

// userOf returns the user on a seat; 0: nobody who is known.
func (w *World) userOf(seat Seat) uint64 {
	if int(seat) >= len(w.sitters) {
		return 0
	}
	return w.sitters[seat].user
}
