package sim

import (
	"encoding/binary"
	"math"
	"slices"
)

// WishKind says what the rules want of their room.
type WishKind uint8

// What the rules can want.
const (
	// WishEnd: the match is over; the room closes.
	WishEnd WishKind = iota + 1
	// WishKick: a player has to go.
	WishKick
	// WishAnnounce: everybody is told a text.
	WishAnnounce
	// WishLock: nobody new comes in; who is away comes back as before.
	WishLock
	// WishUnlock: the opposite.
	WishUnlock
	// WishBetween: no match is on at this step; a room that is drained ends.
	WishBetween
)

const (
	firstWish = WishEnd
	lastWish  = WishBetween
)

const (
	// maxWishes is how many wishes one tick may have beside its end; more are dropped. Why 1,024:
	// a room of a thousand may kick everybody.
	maxWishes = 1024
	// maxWishText is the longest text of a wish, bytes; the rest is cut off at a
	// rune. It is what a close reason may have.
	maxWishText = 120
)

// Wish is one thing that the rules want of their room. The room carries it out
// after the step; a replay only reports it.
type Wish struct {
	Kind WishKind
	Seat Seat
	Text string
}

// roomState is what rules have said of their room, and holds until they say
// something else: a part of the state.
type roomState struct {
	ended  bool
	locked bool
	// wake is the tick of the next step of a room that rests; 0: none is wanted.
	wake Tick
}

// outgoing is what a tick gives to others than players: wishes and effects.
// Those of joins and leaves wait for the step that follows, as events do.
type outgoing struct {
	wishes  []Wish
	effects []EffectRecord
	values  []int64
	ready   bool // the step is over, the next one begins another tick
	dropped int
}

// open begins the next tick's, unless it has begun.
func (o *outgoing) open() {
	if o.ready {
		o.reset()
	}
}

func (o *outgoing) reset() {
	clear(o.wishes)
	o.wishes, o.effects, o.values, o.ready = o.wishes[:0], o.effects[:0], o.values[:0], false
}

// ends reports whether the match was ended after the last step and before the next.
func (o *outgoing) ends() bool {
	return !o.ready && slices.ContainsFunc(o.wishes, func(w Wish) bool { return w.Kind == WishEnd })
}

func (w *World) wish(k WishKind, seat Seat, text string) {
	w.out.open()
	if len(w.out.wishes) >= maxWishes && k != WishEnd { // which comes once, and must not be lost
		w.out.dropped++
		return
	}
	w.out.wishes = append(w.out.wishes, Wish{k, seat, cutText(text, maxWishText)})
}

// End ends the match: this step is its last one, its outcome is final, and the
// room closes, with the reason as players read it. Called again it does nothing. In
// Join and Leave it means the step that follows.
func (w *World) End(reason string) {
	if !w.room.ended {
		w.room.ended = true
		w.wish(WishEnd, 0, reason)
	}
}

// Ended reports whether the rules have ended the match.
func (w *World) Ended() bool { return w.room.ended }

// Kick takes a player off their seat after this step, with a reason that they
// read. Rules.Leave is called before the next step. An empty seat does nothing.
func (w *World) Kick(seat Seat, reason string) {
	if w.inputs.occupied(seat) {
		w.wish(WishKick, seat, reason)
	}
}

// Announce tells everybody in the room a text: at most 120 bytes, the rest is
// cut off.
func (w *World) Announce(text string) { w.wish(WishAnnounce, 0, text) }

// Lock lets nobody new into the room from the next tick on.
func (w *World) Lock() {
	if !w.room.locked {
		w.room.locked = true
		w.wish(WishLock, 0, "")
	}
}

// Unlock undoes Lock.
func (w *World) Unlock() {
	if w.room.locked {
		w.room.locked = false
		w.wish(WishUnlock, 0, "")
	}
}

// BetweenMatches says that no match is on at this step: a room that is being drained
// ends here, and its players go elsewhere. Rules of a room that is always there call
// it in each step in which nothing would be cut off: while a match waits for
// players, and before the next one begins. In a room of one match it says nothing:
// who waits for that match came for it, and End ends the room.
func (w *World) BetweenMatches() {
	if !w.OneMatch() {
		w.wish(WishBetween, 0, "")
	}
}

// Locked reports whether the rules have locked the room.
func (w *World) Locked() bool { return w.room.locked }

// Wishes returns what the rules wanted of their room at the last tick, in
// order. Valid until the next Join, Leave or Step.
func (w *World) Wishes() []Wish {
	if !w.out.ready {
		return nil
	}
	return w.out.wishes
}

// WishesDropped returns how many wishes and effects of the match were too many
// for their tick.
func (w *World) WishesDropped() int { return w.out.dropped }

// cutText shortens a text to so many bytes, at a rune.
func cutText(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && s[most]&0xc0 == 0x80 {
		most--
	}
	return s[:most]
}

func (s *roomState) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(one(s.ended))|uint64(one(s.locked))<<1)
	return binary.AppendUvarint(b, uint64(s.wake))
}

func (s *roomState) restore(r *reader) {
	flags := r.uvarint(3)
	*s = roomState{ended: flags&1 != 0, locked: flags&2 != 0, wake: Tick(r.uvarint(math.MaxUint32))}
}

// append appends what waits for its step; nothing when nothing does.
func (o *outgoing) append(b []byte) []byte {
	if o.ready {
		return append(b, 0, 0)
	}
	b = binary.AppendUvarint(b, uint64(len(o.wishes)))
	for _, wish := range o.wishes {
		b = binary.AppendUvarint(append(b, byte(wish.Kind)), uint64(wish.Seat))
		b = append(binary.AppendUvarint(b, uint64(len(wish.Text))), wish.Text...)
	}
	b = binary.AppendUvarint(b, uint64(len(o.effects)))
	for _, e := range o.effects {
		b = binary.AppendUvarint(b, uint64(e.Kind))
		b = binary.AppendUvarint(b, uint64(e.Seat))
		b = binary.LittleEndian.AppendUint64(b, e.User)
		for _, v := range o.values[e.First : e.First+e.Count] {
			b = binary.AppendVarint(b, v)
		}
	}
	return b
}

// restore is the inverse of append.
func (o *outgoing) restore(r *reader, kinds []EffectKind) {
	o.reset()
	for n := r.uvarint(maxWishes + 1); n > 0 && r.bad == nil; n-- {
		wish := Wish{Kind: WishKind(r.byte()), Seat: Seat(r.uvarint(MaxSeats)), Text: r.text(maxWishText)}
		if wish.Kind < firstWish || wish.Kind > lastWish {
			r.fail("a wish is of no kind")
		}
		o.wishes = append(o.wishes, wish)
	}
	for n := r.uvarint(maxEffects); n > 0 && r.bad == nil; n-- {
		e := EffectRecord{Kind: int(r.uvarint(maxKinds)), Seat: Seat(r.uvarint(MaxSeats)), User: r.word(), First: len(o.values)}
		if e.Kind >= len(kinds) {
			r.fail("an effect is of no kind")
			return
		}
		for range kinds[e.Kind].Columns {
			o.values = append(o.values, r.varint())
		}
		e.Count = len(o.values) - e.First
		o.effects = append(o.effects, e)
	}
	o.ready = len(o.wishes)+len(o.effects) == 0
}
