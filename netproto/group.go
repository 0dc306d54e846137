package netproto

import (
	"cmp"
	"slices"
	"sync"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/metronome-server/metronome/sim"
)

// history is how many ticks back a group's chunks are kept for seats that
// missed some. Why 32: one second at 30 Hz; after that a keyframe is smaller.
const history = 32

// MaxQuiet is how many ticks a viewer may go without a snapshot and still need
// no keyframes.
const MaxQuiet = history - 1

// group is one group's rows in wire order and its last chunks.
type group struct {
	id      sim.Group
	lists   []rowList // by lane
	rows    int
	least   int // a size that no keyframe is below, bytes
	chunks  chunkLog
	now     *chunk // of this tick
	born    sim.Tick
	touched sim.Tick   // last tick with rows or a chunk
	making  sync.Mutex // of the keyframe: seats are served side by side
	key     []byte     // sections of the keyframe
	keyTick sim.Tick
	events  []byte   // of this tick
	joined  []joined // at this tick
}

// rowList is the rows of one table in one group, in wire order.
type rowList struct {
	slots   []int32
	left    []int32 // positions that leave at this tick
	entered []int32 // slots that enter at this tick
}

// joined is a row that comes from another group.
type joined struct {
	from sim.Group
	lane int
	slot int32
}

// at returns the chunk of a tick in the last history ones, or false when that
// tick was not encoded. Before the group was made it was empty: a group only
// goes away when it has been empty for longer than history.
func (g *group) at(p *plane, t sim.Tick) (*chunk, bool) {
	if t < g.born {
		return &nothing, true
	}
	return g.chunks.at(t), t >= p.since
}

// encode writes the group's chunk of this tick and brings its lists up to date.
func (g *group) encode(p *plane, t sim.Tick) {
	c := g.chunks.begin(t)
	for i := range g.lists {
		if list := &g.lists[i]; len(list.left) > 0 {
			slices.Sort(list.left)
			p.lanes[i].compact(list)
		}
	}
	if len(g.joined) > 0 {
		g.join(p, c)
	}
	for i := range g.lists {
		c.rows = p.lanes[i].appendTable(c.rows, &g.lists[i])
	}
	c.events = append(c.events, g.events...)
	g.events = g.events[:0]
	g.now = &nothing
	if !c.empty() {
		c.seal()
		g.chunks.keep()
		g.now = c
		g.weigh(p)
	}
	if g.rows > 0 || !c.empty() {
		g.touched = t
	}
}

// join appends the rows that come from other groups, in the order of the
// groups, and writes both forms of each group's.
func (g *group) join(p *plane, c *chunk) {
	slices.SortFunc(g.joined, func(a, b joined) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.lane, b.lane), cmp.Compare(a.slot, b.slot))
	})
	for rows := g.joined; len(rows) > 0; {
		n := 1
		for n < len(rows) && rows[n].from == rows[0].from {
			n++
		}
		j := join{from: rows[0].from, start: len(c.side)}
		c.side = p.appendJoins(c.side, rows[:n], sectionMoved)
		j.mid = len(c.side)
		c.side = p.appendJoins(c.side, rows[:n], sectionEnter)
		j.end = len(c.side)
		c.joins = append(c.joins, j)
		for _, r := range rows[:n] {
			p.lanes[r.lane].add(&g.lists[r.lane], r.slot)
		}
		rows = rows[n:]
	}
	g.joined = g.joined[:0]
}

// appendJoins appends rows that come from one group, a section per table.
func (p *plane) appendJoins(b []byte, rows []joined, section int) []byte {
	for len(rows) > 0 {
		l, n := p.lanes[rows[0].lane], 1
		for n < len(rows) && rows[n].lane == rows[0].lane {
			n++
		}
		b = protowire.AppendVarint(b, sectionHead(l.table, section))
		b = protowire.AppendVarint(b, uint64(n))
		for _, r := range rows[:n] {
			if section == sectionMoved {
				b = protowire.AppendVarint(b, uint64(r.slot+1))
			} else {
				b = l.appendFull(b, r.slot, 1)
			}
		}
		rows = rows[n:]
	}
	return b
}

// keyframe returns the sections of the group's keyframe, made at most once a
// tick.
func (g *group) keyframe(p *plane, t sim.Tick) []byte {
	g.making.Lock()
	defer g.making.Unlock()
	if g.keyTick != t || len(g.key) == 0 {
		g.keyTick, g.key = t, g.key[:0]
		for i := range g.lists {
			g.key = p.lanes[i].appendEnter(g.key, g.lists[i].slots)
		}
	}
	return g.key
}

// weigh brings least up to date; rows come and go with a chunk only.
func (g *group) weigh(p *plane) {
	g.least = 0
	for i := range g.lists {
		g.least += len(g.lists[i].slots) * p.lanes[i].least
	}
}
