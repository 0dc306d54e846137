package netproto

import (
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/metronome-server/metronome/sim"
)

// piece is one group's part of a snapshot.
type piece struct {
	field int       // serverChunk or serverOwn
	id    sim.Group // on the wire
	had   bool      // the viewer has the group as of its last snapshot
}

var emptyKey = appendUint(nil, chunkKey, 1)

// appendGroup appends what a viewer needs to be in step with one group: the
// chunks that it missed, or a keyframe when those are not kept or are larger.
func (p *plane) appendGroup(b []byte, g *group, at *piece, v *Viewer, t sim.Tick) []byte {
	late := at.had && t.Since(v.last) > history
	switch {
	case g == nil && late:
		// Rows that the viewer may still have left more than history ticks ago.
		return at.append(b, 0, emptyKey)
	case g == nil:
		return b
	case at.had && !late && p.fits(g, v.last.Add(1), t):
		for tick := v.last.Add(1); tick <= t; tick++ {
			c, _ := g.at(tick)
			b = at.appendSome(b, t.Since(tick), c.body)
		}
		return b
	}
	return p.appendKeyframe(b, g, at, v, t)
}

// appendKeyframe appends a keyframe, and before it the events that the viewer
// has missed: those it could have seen, as far back as they are kept.
func (p *plane) appendKeyframe(b []byte, g *group, at *piece, v *Viewer, t sim.Tick) []byte {
	if at.had {
		for tick := max(v.last, t.Add(-history)).Add(1); tick < t; tick++ {
			if c, ok := g.at(tick); ok {
				b = at.appendSome(b, t.Since(tick), c.events())
			}
		}
	}
	now, _ := g.at(t)
	if !at.had && g.rows == 0 {
		return at.appendSome(b, 0, now.events())
	}
	return at.append(b, 0, g.keyframe(p, t), now.events())
}

// fits reports whether all chunks of ticks are kept and together are no larger
// than a keyframe.
func (p *plane) fits(g *group, from, t sim.Tick) bool {
	size := 0
	for tick := from; tick <= t; tick++ {
		c, ok := g.at(tick)
		if !ok {
			return false
		}
		if c.rows > 0 {
			size += c.rows + 4
		}
	}
	return from == t || size <= g.keyframeAtLeast(p) || size <= len(g.keyframe(p, t))
}

// appendSome appends a chunk unless it is empty.
func (at *piece) appendSome(b []byte, age int, body []byte) []byte {
	if len(body) == 0 {
		return b
	}
	return at.append(b, age, body)
}

func (at *piece) append(b []byte, age int, parts ...[]byte) []byte {
	size := sizeUint(uint64(at.id)) + sizeUint(uint64(age))
	for _, part := range parts {
		size += len(part)
	}
	b = protowire.AppendVarint(appendTag(b, at.field, protowire.BytesType), uint64(size))
	b = appendUint(b, chunkGroup, uint64(at.id))
	b = appendUint(b, chunkAge, uint64(age))
	for _, part := range parts {
		b = append(b, part...)
	}
	return b
}
