package netproto

import (
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/metronome-server/metronome/sim"
)

// history is how many ticks back a group's chunks are kept for seats that
// missed some. Why 32: one second at 30 Hz; after that a keyframe is smaller.
const history = 32

// group is one group's rows in wire order and its last chunks.
type group struct {
	id    sim.Group
	lists []rowList // by lane
	rows  int
	// chunks are the bodies of the last ticks, by tick modulo history.
	chunks  [history]chunk
	born    sim.Tick
	touched sim.Tick // last tick with rows or a chunk
	key     []byte
	keyTick sim.Tick
	events  []byte // of this tick
}

// chunk is the encoded change of one tick; an empty body means that all rows
// changed as predicted.
type chunk struct {
	tick sim.Tick
	body []byte
	rows int // bytes of body that are about rows; events follow
}

func (c *chunk) events() []byte { return c.body[c.rows:] }

// rowList is the rows of one table in one group, in wire order.
type rowList struct {
	slots   []int32
	left    []int32 // positions that leave at this tick
	entered []int32 // slots that enter at this tick
}

var nothing chunk

// at returns the chunk of a tick in the last history ones, or false when that
// tick was not encoded. Before the group was made it was empty: a group only
// goes away when it has been empty for longer than history.
func (g *group) at(t sim.Tick) (*chunk, bool) {
	if t < g.born {
		return &nothing, true
	}
	c := &g.chunks[t%history]
	return c, c.tick == t
}

// encode writes the group's chunk of this tick.
func (g *group) encode(p *plane, t sim.Tick) {
	c := &g.chunks[t%history]
	c.tick, c.body = t, c.body[:0]
	for i := range g.lists {
		list := &g.lists[i]
		if len(list.slots)+len(list.entered) > 0 {
			c.body = p.appendTable(c.body, p.lanes[i], list)
		}
	}
	c.rows = len(c.body)
	c.body = appendPacked(c.body, chunkEvent, g.events)
	g.events = g.events[:0]
	if len(c.body) > 0 || g.rows > 0 {
		g.touched = t
	}
}

// appendTable appends one table's change and brings the list up to date.
func (p *plane) appendTable(b []byte, l *lane, list *rowList) []byte {
	p.leave, p.enter = p.leave[:0], p.enter[:0]
	if len(list.left) > 0 {
		slices.Sort(list.left)
		p.leave = appendGaps(p.leave, list.left)
		l.compact(list)
	}
	p.change = l.appendChanges(p.change[:0], list.slots)
	for _, slot := range list.entered {
		p.enter = l.appendFull(p.enter, slot)
		l.place[slot].pos = int32(len(list.slots))
		list.slots = append(list.slots, slot)
	}
	list.left, list.entered = list.left[:0], list.entered[:0]
	return p.appendTableChange(b, l.table)
}

// compact takes out the rows that left; the others keep their order.
func (l *lane) compact(list *rowList) {
	left, keep := list.left, list.slots[:list.left[0]]
	for pos := int(left[0]); pos < len(list.slots); pos++ {
		if len(left) > 0 && int(left[0]) == pos {
			left = left[1:]
			continue
		}
		slot := list.slots[pos]
		l.place[slot].pos = int32(len(keep))
		keep = append(keep, slot)
	}
	list.slots = keep
}

func (p *plane) appendTableChange(b []byte, table int) []byte {
	size := sizePacked(len(p.leave)) + sizePacked(len(p.enter)) + sizePacked(len(p.change))
	if size == 0 {
		return b
	}
	size += sizeUint(uint64(table))
	b = protowire.AppendVarint(appendTag(b, chunkTable, protowire.BytesType), uint64(size))
	b = appendUint(b, changeTable, uint64(table))
	b = appendPacked(b, changeLeave, p.leave)
	b = appendPacked(b, changeEnter, p.enter)
	return appendPacked(b, changeChange, p.change)
}

// keyframe returns the body of the group's keyframe, made at most once a tick.
func (g *group) keyframe(p *plane, t sim.Tick) []byte {
	if g.keyTick == t && len(g.key) > 0 {
		return g.key
	}
	g.keyTick = t
	g.key = appendUint(g.key[:0], chunkKey, 1)
	for i := range g.lists {
		l := p.lanes[i]
		p.leave, p.enter, p.change = p.leave[:0], p.enter[:0], p.change[:0]
		for _, slot := range g.lists[i].slots {
			p.enter = l.appendFull(p.enter, slot)
		}
		g.key = p.appendTableChange(g.key, l.table)
	}
	return g.key
}

// keyframeAtLeast is a size that no keyframe of the group is below.
func (g *group) keyframeAtLeast(p *plane) int {
	size := 0
	for i := range g.lists {
		size += len(g.lists[i].slots) * p.lanes[i].least
	}
	return size
}
