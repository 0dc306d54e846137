package sim

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
)

// aheadTable is one table of an [Ahead].
type aheadTable struct {
	*core
	shared, private []int // columns by plane, in the order of the wire
	local           []int
	lives           []uint32 // by slot
	// mine are the slots of the predicted rows, ascending.
	mine    []int
	made    []aheadMade // by spare slot
	seeds   []aheadSeed
	loaded  Tick // of the snapshot
	past    [aheadPast]aheadTick
	changed []byte // like a row: what is not zero, a prediction has changed

	was   []byte // scratch: the predicted rows before a step
	used  uint64 // spare slots with a row, before a step
	image aheadImage
	out   []uint32
	flags []bool
}

// aheadTick is what was predicted at a tick.
type aheadTick struct {
	tick  Tick
	slots []int
	lives []uint32
	made  []aheadMade
	bytes []byte // the rows, one after another
}

// aheadMade says when a row was made, and the how-manieth it was then.
type aheadMade struct{ at, nth uint32 }

// aheadSeed is a linear column and the local one that has its change per tick.
type aheadSeed struct {
	column, change int
	// By slot: when the row was last in a snapshot, with which value and which life.
	at         []Tick
	last, life []uint32
}

// aheadImage is a table as it was marked.
type aheadImage struct {
	alive       []uint64
	low, high   []byte // rows below the spare slots, and these
	count, used int
	mine        []int
	made        []aheadMade
}

func newAheadTable(c *core) *aheadTable {
	t := &aheadTable{core: c, lives: make([]uint32, len(c.reuse)), made: make([]aheadMade, c.spare)}
	for i := range c.columns {
		switch col := &c.columns[i]; {
		case col.Local:
			t.local = append(t.local, i)
		case col.Private:
			t.private = append(t.private, i)
		default:
			t.shared = append(t.shared, i)
		}
		if seed := c.columns[i].Seed; seed >= 0 && c.columns[seed].Local {
			t.seeds = append(t.seeds, aheadSeed{i, seed, make([]Tick, c.Cap()), make([]uint32, c.Cap()), make([]uint32, c.Cap())})
		}
	}
	t.changed = make([]byte, c.stride)
	return t
}

// load replaces the rows with those of a snapshot, and returns the words after them.
func (t *aheadTable) load(tick Tick, rows, own int, words []uint32) ([]uint32, error) {
	size := rows*(2+len(t.shared)) + own*(1+len(t.private))
	if rows > t.Cap() || own > t.Cap() || size > len(words) {
		return nil, fmt.Errorf("%w: %d rows and %d own ones of table %s do not fit", ErrAhead, rows, own, t.name)
	}
	t.clear()
	after := words[size:]
	ids, lives := words[:rows], words[rows:2*rows]
	words = words[2*rows:]
	for i, id := range ids {
		if id < 1 || int(id) > t.Cap() {
			return nil, fmt.Errorf("%w: table %s has no row %d", ErrAhead, t.name, id)
		}
		t.put(int(id) - 1)
		t.lives[id-1] = lives[i]
	}
	words = t.store(tick, t.shared, ids, words)
	ids, words = words[:own], words[own:]
	for _, id := range ids {
		if id < 1 || int(id) > t.Cap() {
			return nil, fmt.Errorf("%w: table %s has no row %d", ErrAhead, t.name, id)
		}
		t.put(int(id) - 1)
		t.mine = append(t.mine, int(id)-1)
	}
	t.store(tick, t.private, ids, words)
	t.loaded = tick
	return after, nil
}

// clear takes all rows out.
func (t *aheadTable) clear() {
	clear(t.bytes(0, t.high))
	clear(t.alive)
	clear(t.reuse[:t.high])
	clear(t.lives[:t.high])
	clear(t.made)
	t.count, t.high, t.mine = 0, 0, t.mine[:0]
}

func (t *aheadTable) put(slot int) {
	if !t.live(slot) {
		t.place(slot)
	}
}

// store sets columns of rows, and returns the words after theirs.
func (t *aheadTable) store(tick Tick, columns []int, ids, words []uint32) []uint32 {
	for _, column := range columns {
		t.columns[column].scatter(t.base, t.stride, ids, words)
		for i := range t.seeds {
			if s := &t.seeds[i]; s.column == column {
				t.seed(s, tick, ids, words)
			}
		}
		words = words[len(ids):]
	}
	return words
}

// seed sets the local column that is the change per tick of a linear one, from this
// snapshot and the one before. values are the linear one's of the rows with these ids.
func (t *aheadTable) seed(s *aheadSeed, tick Tick, ids, values []uint32) {
	ticks := int64(tick) - int64(t.loaded)
	for i, id := range ids {
		slot, v := int(id)-1, values[i]
		life := t.lives[slot]
		if ticks > 0 && life != 0 && s.life[slot] == life && s.at[slot] == t.loaded {
			t.setValue(s.change, slot, uint64(int64(int32(v-s.last[slot]))/ticks))
		}
		s.at[slot], s.last[slot], s.life[slot] = tick, v, life
	}
}

// adopt has a further row predicted. When a prediction of its tick has made it, its
// local columns come from there.
func (t *aheadTable) adopt(tick Tick, row AheadRow) {
	slot := int(row.ID) - 1
	if slot < 0 || slot >= min(t.high, t.Cap()) || !t.live(slot) {
		return
	}
	t.mine = append(t.mine, slot)
	if then := &t.past[tick%aheadPast]; then.tick == tick && row.MadeAt > 0 {
		if at := slices.Index(then.made, aheadMade{uint32(row.MadeAt), row.Nth}); at >= 0 {
			t.giveLocals(slot, then.bytes[at*int(t.stride):])
		}
	}
}

// own finds the seat's rows, and gives all predicted ones the local columns that were
// predicted for this tick.
func (t *aheadTable) own(tick Tick, seat Seat) {
	if t.owner >= 0 {
		for slot := range t.high {
			if t.live(slot) && Seat(t.value(t.owner, slot)) == seat {
				t.mine = append(t.mine, slot)
			}
		}
	}
	slices.Sort(t.mine)
	t.mine = slices.Compact(t.mine)
	if then := &t.past[tick%aheadPast]; then.tick == tick && len(then.slots) > 0 {
		for _, slot := range t.mine {
			if at := slices.Index(then.slots, slot); at >= 0 && then.lives[at] == t.lives[slot] && t.lives[slot] != 0 {
				t.giveLocals(slot, then.bytes[at*int(t.stride):])
			}
		}
	}
	t.keep(tick)
}

// giveLocals gives a row the local columns of what was predicted for it. Where that came
// out otherwise than the snapshot says, the snapshots know its changes better.
func (t *aheadTable) giveLocals(slot int, predicted []byte) {
	right := true
	for _, columns := range [][]int{t.shared, t.private} {
		for _, c := range columns {
			right = right && t.valueIn(c, predicted) == t.value(c, slot)
		}
	}
	for _, c := range t.local {
		if right || !slices.ContainsFunc(t.seeds, func(s aheadSeed) bool { return s.change == c }) {
			t.setValue(c, slot, t.valueIn(c, predicted))
		}
	}
}

// keep remembers the predicted rows as they are at a tick.
func (t *aheadTable) keep(tick Tick) {
	p := &t.past[tick%aheadPast]
	p.tick, p.slots, p.lives, p.made, p.bytes = tick, append(p.slots[:0], t.mine...), p.lives[:0], p.made[:0], p.bytes[:0]
	for _, slot := range t.mine {
		p.lives, p.made = append(p.lives, t.lives[slot]), append(p.made, t.madeOf(slot))
		p.bytes = append(p.bytes, t.bytes(slot, slot+1)...)
	}
}

// before notes what a step may change.
func (t *aheadTable) before() {
	t.was = t.was[:0]
	for _, slot := range t.mine {
		t.was = append(t.was, t.bytes(slot, slot+1)...)
	}
	t.used = t.spares()
}

// spares are the spare slots with a row, a bit each.
func (t *aheadTable) spares() uint64 {
	word, shift := t.Cap()/64, t.Cap()%64
	used := t.alive[word] >> shift
	if word+1 < len(t.alive) && shift > 0 {
		used |= t.alive[word+1] << (64 - shift)
	}
	return used
}

// after notes what a step has changed, made and removed.
func (t *aheadTable) after(tick Tick) {
	spares := t.spares()
	if len(t.mine) == 0 && spares == t.used {
		return
	}
	left := t.mine[:0]
	for i, slot := range t.mine {
		if t.live(slot) {
			noteChanges(t.changed, t.was[i*int(t.stride):], t.bytes(slot, slot+1))
			left = append(left, slot)
		}
	}
	t.mine = left
	nth := uint32(0)
	for fresh := spares &^ t.used; fresh != 0; fresh &= fresh - 1 {
		i := bits.TrailingZeros64(fresh)
		t.made[i] = aheadMade{uint32(tick), nth}
		t.mine = append(t.mine, t.Cap()+i)
		nth++
	}
}

// noteChanges sets the bits of changed that differ between a row before a step and after.
func noteChanges(changed, was, now []byte) {
	for len(now) >= 8 {
		differs := binary.LittleEndian.Uint64(was) ^ binary.LittleEndian.Uint64(now)
		binary.LittleEndian.PutUint64(changed, binary.LittleEndian.Uint64(changed)|differs)
		changed, was, now = changed[8:], was[8:], now[8:]
	}
	for i, b := range now {
		changed[i] |= was[i] ^ b
	}
}

// changes tells for each column on the wire whether a prediction has ever changed it.
func (t *aheadTable) changes() []bool {
	t.flags = t.flags[:0]
	for _, columns := range [][]int{t.shared, t.private} {
		for _, c := range columns {
			t.flags = append(t.flags, t.valueIn(c, t.changed) != 0)
		}
	}
	return t.flags
}

func (t *aheadTable) mark() {
	m := &t.image
	m.alive, m.count, m.used = append(m.alive[:0], t.alive...), t.count, t.high
	m.low = append(m.low[:0], t.bytes(0, min(t.high, t.Cap()))...)
	m.high = append(m.high[:0], t.bytes(t.Cap(), max(t.high, t.Cap()))...)
	m.mine, m.made = append(m.mine[:0], t.mine...), append(m.made[:0], t.made...)
}

func (t *aheadTable) back() {
	m := &t.image
	copy(t.alive, m.alive)
	clear(t.bytes(t.Cap(), max(t.high, t.Cap())))
	copy(t.bytes(0, t.Cap()), m.low)
	copy(t.bytes(t.Cap(), t.Cap()+t.spare), m.high)
	t.count, t.high = m.count, m.used
	t.mine = append(t.mine[:0], m.mine...)
	copy(t.made, m.made)
}

// words are the predicted rows, as [Ahead.Rows] gives them.
func (t *aheadTable) words() []uint32 {
	out := append(t.out[:0], uint32(len(t.mine)))
	for _, slot := range t.mine {
		out = append(out, uint32(slot+1))
	}
	for _, slot := range t.mine {
		out = append(out, t.madeOf(slot).at)
	}
	for _, slot := range t.mine {
		out = append(out, t.madeOf(slot).nth)
	}
	for _, columns := range [][]int{t.shared, t.private} {
		for _, c := range columns {
			for _, slot := range t.mine {
				out = append(out, t.wire(c, slot))
			}
		}
	}
	t.out = out
	return out
}

// madeOf says when a row was made; zero for those of the snapshot.
func (t *aheadTable) madeOf(slot int) aheadMade {
	if slot < t.Cap() {
		return aheadMade{}
	}
	return t.made[slot-t.Cap()]
}

// wire is a column as a client has it: a reference is an id.
func (t *aheadTable) wire(column, slot int) uint32 {
	v := t.value(column, slot)
	if t.columns[column].Kind == KindRef {
		return Ref(v).ID()
	}
	return uint32(v)
}

// valueIn is a column of a row that was kept.
func (t *aheadTable) valueIn(column int, row []byte) uint64 {
	return t.columns[column].loadBytes(row)
}
