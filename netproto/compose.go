package netproto

import (
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/metronome-server/metronome/sim"
)

// composer puts one plane's part of a snapshot together.
type composer struct {
	b     []byte
	limit int // of len(b)
	plane *plane
	field int // serverChunk or serverOwn
	view  *Viewer
	tick  sim.Tick
	last  sim.Group // of the chunk before
	// apart: what a group is sent depends on no other group, as some may be left
	// out; rows that moved between two are sent in full.
	apart bool
}

// group appends what the viewer needs to be in step with one group: the chunks
// that it missed, or a keyframe when those are not kept or are larger. had
// says that it has the group as of its last snapshot, at most history ticks
// ago; id is the group's on the wire. It reports whether all is within the
// limit.
func (c *composer) group(g *group, id sim.Group, had bool) bool {
	missed := 0 // ticks
	if had {
		missed = c.tick.Since(c.view.last)
	}
	switch {
	case g == nil: // empty, and so it was history ticks ago
	case missed == 1:
		c.delta(id, 0, g.now, !c.apart)
	case had && c.deltasPay(g, missed):
		for age := missed - 1; age >= 0; age-- {
			missing, _ := g.at(c.plane, c.tick.Add(-age))
			c.delta(id, age, missing, false)
		}
	case len(c.b)+g.least > c.limit: // not worth making
		return false
	default:
		c.keyframe(g, id, missed)
	}
	return len(c.b) <= c.limit
}

// keyframe appends a keyframe, and before it the events of the ticks that the
// viewer has missed.
func (c *composer) keyframe(g *group, id sim.Group, missed int) {
	for age := missed - 1; age > 0; age-- {
		if at := g.chunks.at(c.tick.Add(-age)); len(at.events) > 0 {
			c.chunk(id, age, false, nil, at.events)
		}
	}
	events := g.now.events
	if missed > 0 || g.rows > 0 {
		c.chunk(id, 0, true, g.keyframe(c.plane, c.tick), events)
	} else if len(events) > 0 {
		c.chunk(id, 0, false, nil, events)
	}
}

// deltasPay reports whether all chunks of the last missed ticks are kept and
// together are no larger than a keyframe.
func (c *composer) deltasPay(g *group, missed int) bool {
	size := 0
	for age := range missed {
		at, ok := g.at(c.plane, c.tick.Add(-age))
		if !ok {
			return false
		}
		if n := at.size(); n > 0 {
			size += n + 4
		}
	}
	return size <= g.least || size <= len(g.keyframe(c.plane, c.tick))
}

// delta appends the chunk of one tick, unless it is empty. inStep says that
// the viewer has all groups it saw as of the tick before.
func (c *composer) delta(id sim.Group, age int, at *chunk, inStep bool) {
	if at.empty() {
		return
	}
	if len(at.joins) == 0 {
		c.head(id, age, false, len(at.wire))
		c.b = append(c.b, at.wire...)
		return
	}
	size := len(at.rows)
	for i := range at.joins {
		size += len(c.joinOf(at, i, inStep))
	}
	c.head(id, age, false, sizePacked(size)+sizePacked(len(at.events)))
	c.b = protowire.AppendVarint(appendTag(c.b, chunkRows, protowire.BytesType), uint64(size))
	for i := range at.joins {
		c.b = append(c.b, c.joinOf(at, i, inStep)...)
	}
	c.b = append(c.b, at.rows...)
	c.b = appendPacked(c.b, chunkEvent, at.events)
}

// joinOf returns what the viewer needs to have the rows of one join.
func (c *composer) joinOf(at *chunk, i int, inStep bool) []byte {
	j := &at.joins[i]
	if inStep {
		if _, had := slices.BinarySearch(c.view.seen, j.from); had {
			return at.side[j.start:j.mid]
		}
	}
	return at.side[j.mid:j.end]
}

func (c *composer) chunk(id sim.Group, age int, key bool, rows, events []byte) {
	c.head(id, age, key, sizePacked(len(rows))+sizePacked(len(events)))
	c.b = appendPacked(c.b, chunkRows, rows)
	c.b = appendPacked(c.b, chunkEvent, events)
}

// head appends a chunk up to its rows; body is the size of the fields from there
// on.
func (c *composer) head(id sim.Group, age int, key bool, body int) {
	group := uint64(id - c.last)
	c.last = id
	size := sizeUint(group) + sizeUint(uint64(age)) + body
	if key {
		size += 2
	}
	c.b = protowire.AppendVarint(appendTag(c.b, c.field, protowire.BytesType), uint64(size))
	c.b = appendUint(c.b, chunkGroup, group)
	c.b = appendUint(c.b, chunkAge, uint64(age))
	c.b = appendBool(c.b, chunkKey, key)
}
