package netproto

import (
	"cmp"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/metronome-server/metronome/sim"
)

// MaxFrame is the longest message that a clear connection takes, bytes: all of
// its tail but the most that a WebSocket frame adds. A longer one would be refused
// and made again until the connection is closed as slow.
const MaxFrame = MaxTail - 10

// MinSnapshot is the most that a snapshot needs to tell anything, bytes: the
// header, that MaxGroups groups are out of view, and a row of 256 columns.
const MinSnapshot = 28 << 10

// Header is the part of a snapshot that is about the seat and not the world.
type Header struct {
	// InputAge is the tick minus that of the last input that was used.
	InputAge uint32
	// Slack is how many ticks before its own the newest input arrived.
	Slack int32
	// Dropped counts the seat's inputs that could not be used since the snapshot
	// before.
	Dropped uint32
	// Pong echoes a ping; 0 for none.
	Pong uint64
	// Commanded is the number of the last command of the seat that was dealt with;
	// 0 when the client knows it.
	Commanded uint32
	// Watched is the seat whose view a spectator has from now on; 0: as before.
	Watched sim.Seat
	// Quiet leaves the snapshot out when there is nothing in it but the tick:
	// nothing is appended, and the viewer stays where it was.
	Quiet bool
	// Most is how many bytes the snapshot may take; 0: MaxFrame. What does not fit
	// comes with the next ones. From MinSnapshot on it is always kept.
	Most int
}

// Viewer is what one connection has been sent: the groups it sees and up to
// which tick. The zero Viewer has been sent nothing.
type Viewer struct {
	// Spectator: who has no seat. What it sees is that of the seat it watches, as far
	// as the rules show that to others, and no private columns.
	Spectator bool

	last sim.Tick
	sent bool
	seen []sim.Group // ascending
	next []sim.Group
	view sim.View
	late *backlog // nil: all that it sees was sent
}

// Reset forgets what was sent: the next snapshot needs none before it. For a
// new connection, a resync, and a snapshot that was made but not written.
func (v *Viewer) Reset() { v.sent, v.seen, v.late = false, v.seen[:0], nil }

// Seen returns the groups of the last snapshot, ascending.
func (v *Viewer) Seen() []sim.Group { return v.seen }

// AppendSnapshot appends one seat's snapshot of the tick of the last Encode, or that
// of a spectator who watches the seat (0: nobody):
// header, per group either the chunks it missed or a keyframe, and what left
// its view. Of what is over h.Most, it appends what the seat needs most; see
// spread. v then stands at this tick. At most once per Encode and viewer;
// for several viewers at once, between two Encodes.
func (e *Encoder) AppendSnapshot(b []byte, v *Viewer, seat sim.Seat, h Header) []byte {
	level := e.world.AtRest() && v.sent && v.last >= e.level
	if e.tick.Since(v.last) > history && !level {
		v.Reset()
	}
	e.look(v, seat)
	empty := len(b)
	c := composer{b: e.appendHeader(b, v, h), limit: empty + cmp.Or(h.Most, MaxFrame), view: v, tick: e.tick}
	header, told := len(c.b), v.last
	if level { // nothing has happened in the ticks between
		v.last, c.apart = e.tick.Add(-1), true
	}
	if v.late != nil || !c.all(e, seat) {
		c.b, c.last = c.b[:header], 0
		c.spread(e, seat)
	} else if h.Quiet && v.sent && len(c.b) == header {
		v.last = told
		return c.b[:empty]
	}
	v.seen, v.next = v.next, v.seen
	v.last, v.sent = e.tick, true
	return c.b
}

// all appends everything that the viewer needs to be in step, or stops with
// false when that is over the limit.
func (c *composer) all(e *Encoder, seat sim.Seat) bool {
	c.plane, c.field = e.shared, serverChunk
	if !c.groups() {
		return false
	}
	if c.hasOwn(e) {
		c.plane, c.field, c.last = e.own, serverOwn, 0
		if !c.group(e.own.groups.get(sim.Group(seat)), 0, c.view.sent) {
			return false
		}
	}
	c.unsee()
	return len(c.b) <= c.limit
}

// hasOwn reports whether private columns may be in the snapshot.
func (c *composer) hasOwn(e *Encoder) bool { return len(e.own.lanes) > 0 && !c.view.Spectator }

func (e *Encoder) appendHeader(b []byte, v *Viewer, h Header) []byte {
	b = appendUint(b, serverTick, uint64(e.tick))
	b = appendUint(b, serverInputAge, uint64(h.InputAge))
	b = appendUint(b, serverSlack, uint64(zigzag(uint32(h.Slack))))
	if v.sent {
		b = appendUint(b, serverSkipped, uint64(e.tick.Since(v.last)-1))
	}
	b = appendUint(b, serverPong, h.Pong)
	b = appendUint(b, serverDropped, uint64(h.Dropped))
	b = appendUint(b, serverCommandAck, uint64(h.Commanded))
	b = appendUint(b, serverWatched, uint64(h.Watched))
	return appendBool(b, serverKey, !v.sent)
}

// look leaves in v.next what the seat sees now, ascending and each once.
func (e *Encoder) look(v *Viewer, seat sim.Seat) {
	v.view.Reset(v.seen)
	v.view.See(0)
	if v.Spectator {
		e.world.Spectate(seat, &v.view)
	} else {
		e.world.View(seat, &v.view)
	}
	v.next = append(v.next[:0], v.view.Groups()...)
	if !ascending(v.next) {
		slices.Sort(v.next)
		v.next = slices.Compact(v.next)
	}
	if len(v.next) > MaxGroups {
		v.next = v.next[:MaxGroups]
	}
}

// ascending reports whether each is above the one before, as a game's view of
// cells row by row is: that is cheaper to see than to bring about.
func ascending(groups []sim.Group) bool {
	for i := 1; i < len(groups); i++ {
		if groups[i-1] >= groups[i] {
			return false
		}
	}
	return true
}

// groups appends the chunks of all groups in view, or stops with false when
// they are over the limit.
func (c *composer) groups() bool {
	had := c.view.seen
	for _, id := range c.view.next {
		for len(had) > 0 && had[0] < id {
			had = had[1:]
		}
		if !c.group(c.plane.groups.get(id), id, len(had) > 0 && had[0] == id) {
			return false
		}
	}
	return true
}

// unsee appends the groups that are in view no more.
func (c *composer) unsee() {
	next := c.view.next
	for _, id := range c.view.seen {
		for len(next) > 0 && next[0] < id {
			next = next[1:]
		}
		if len(next) == 0 || next[0] != id {
			c.b = protowire.AppendVarint(appendTag(c.b, serverUnsee, protowire.VarintType), uint64(id))
		}
	}
}
