package netproto

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// ErrGap means that a snapshot does not follow the one before: the client must
// ask for keyframes (ClientFrame.resync). The mirror is empty until they come.
var ErrGap = errors.New("a snapshot is missing")

// Mirror is a client's copy of what its seat sees of the world. It is exactly
// the encoder's other half: after each frame it equals the world at that tick,
// restricted to the seat's view.
type Mirror struct {
	schema *pb.Schema
	tick   sim.Tick
	synced bool
	shared mirrorPlane
	own    mirrorPlane
	events func(Event)
	signs  [][]bool // of event fields
}

// Event is one event as it is handed to OnEvent.
type Event struct {
	// Kind is the index in Schema.event; Tick is when it happened.
	Kind   int
	Tick   sim.Tick
	Group  uint32
	Values []uint32
}

type mirrorPlane struct {
	shapes []tableShape
	groups map[uint32]*mirrorGroup
	rows   []int32 // scratch
	was    []int32
}

type tableShape struct {
	name string
	cols []columnShape
}

type columnShape struct {
	name   string
	linear bool
	signed bool
	narrow uint8
}

type mirrorGroup struct {
	id    uint32
	at    sim.Tick
	lists []List
}

// NewMirror makes an empty mirror of a room with this schema.
func NewMirror(schema *pb.Schema) *Mirror {
	m := &Mirror{schema: schema}
	m.shared = mirrorPlane{groups: map[uint32]*mirrorGroup{}, shapes: shapesOf(schema, false)}
	m.own = mirrorPlane{groups: map[uint32]*mirrorGroup{}, shapes: shapesOf(schema, true)}
	for _, e := range schema.GetEvent() {
		signs := make([]bool, len(e.GetField()))
		for i, f := range e.GetField() {
			signs[i] = signed(sim.Kind(f.GetKind()))
		}
		m.signs = append(m.signs, signs)
	}
	return m
}

func shapesOf(schema *pb.Schema, private bool) []tableShape {
	shapes := make([]tableShape, len(schema.GetTable()))
	for i, t := range schema.GetTable() {
		shapes[i].name = t.GetName()
		for _, c := range t.GetColumn() {
			if c.GetPrivate() == private {
				k := sim.Kind(c.GetKind())
				shapes[i].cols = append(shapes[i].cols, columnShape{c.GetName(), c.GetLinear(), signed(k), narrow(k)})
			}
		}
	}
	return shapes
}

// OnEvent has f called for every event of the frames applied from now on.
// The values are valid during the call.
func (m *Mirror) OnEvent(f func(Event)) { m.events = f }

// Tick returns the tick of the last frame.
func (m *Mirror) Tick() sim.Tick { return m.tick }

// Synced reports whether the mirror has had a first frame and no gap since.
func (m *Mirror) Synced() bool { return m.synced }

// Schema returns what the rows mean.
func (m *Mirror) Schema() *pb.Schema { return m.schema }

// Reset empties the mirror: the next frame is taken as a first one.
func (m *Mirror) Reset() {
	m.synced = false
	clear(m.shared.groups)
	clear(m.own.groups)
}

// Apply brings the mirror to the frame's tick. Errors: ErrGap, or what is
// malformed; after either the mirror is empty and needs keyframes.
func (m *Mirror) Apply(f *ServerFrame) error {
	err := m.apply(f)
	if err != nil {
		m.Reset()
	}
	return err
}

func (m *Mirror) apply(f *ServerFrame) error {
	if m.synced && m.tick.Add(1).Add(int(min(f.Skipped, 1<<31-1))) != f.Tick {
		return fmt.Errorf("%w: tick %d after %d", ErrGap, f.Tick, m.tick)
	}
	for _, id := range f.Unsee {
		delete(m.shared.groups, id)
	}
	for _, raw := range f.chunks {
		if err := m.chunk(&m.shared, raw, f.Tick); err != nil {
			return err
		}
	}
	for _, raw := range f.own {
		if err := m.chunk(&m.own, raw, f.Tick); err != nil {
			return err
		}
	}
	m.shared.advance(f.Tick)
	m.own.advance(f.Tick)
	m.tick, m.synced = f.Tick, true
	return nil
}

// advance predicts all groups up to a tick. Groups are independent of each
// other, so the map's order does not matter.
func (p *mirrorPlane) advance(t sim.Tick) {
	for _, g := range p.groups {
		g.advance(p, t)
	}
}

func (g *mirrorGroup) advance(p *mirrorPlane, t sim.Tick) {
	for ; g.at < t; g.at++ {
		for i := range g.lists {
			g.lists[i].advance(p.shapes[i].cols)
		}
	}
}

// chunk applies one chunk. A group that was not heard of was empty.
func (m *Mirror) chunk(p *mirrorPlane, raw []byte, now sim.Tick) error {
	var id, age uint32
	key := false
	w := fields{b: raw}
	for w.next() {
		if w.typ == protowire.VarintType {
			switch w.num {
			case chunkGroup:
				id = uint32Of(w.val)
			case chunkAge:
				age = uint32Of(w.val)
			case chunkKey:
				key = w.val != 0
			}
		}
	}
	if w.bad || age > uint32(now) {
		return errMalformed
	}
	at := now.Add(-int(age))
	g := p.groups[id]
	if g == nil || key {
		g = &mirrorGroup{id: id, at: at, lists: make([]List, len(p.shapes))}
		for i := range g.lists {
			g.lists[i].shape(p.shapes[i].cols)
		}
		p.groups[id] = g
	} else {
		if g.at >= at {
			return fmt.Errorf("%w: group %d twice at tick %d", errMalformed, id, at)
		}
		g.advance(p, at)
	}
	return m.content(p, g, raw, at)
}

func (m *Mirror) content(p *mirrorPlane, g *mirrorGroup, raw []byte, at sim.Tick) error {
	w := fields{b: raw}
	for w.next() {
		var err error
		switch {
		case w.is(chunkTable, protowire.BytesType):
			err = g.change(p, w.raw)
		case w.is(chunkEvent, protowire.BytesType):
			err = m.emit(w.raw, g.id, at)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (m *Mirror) emit(raw []byte, group uint32, at sim.Tick) error {
	p := numbers{b: raw}
	var values [64]uint32
	for p.more() {
		kind := int(p.next())
		if p.bad || kind >= len(m.signs) || len(m.signs[kind]) > len(values) {
			return errMalformed
		}
		for i, sign := range m.signs[kind] {
			values[i] = p.next()
			if sign {
				values[i] = unzigzag(values[i])
			}
		}
		if p.bad {
			return errMalformed
		}
		if m.events != nil {
			m.events(Event{kind, at, group, values[:len(m.signs[kind])]})
		}
	}
	return nil
}

// change applies one TableChange: what left, what changed, what entered.
func (g *mirrorGroup) change(p *mirrorPlane, raw []byte) error {
	table := uint32(0)
	var leave, enter, change []byte
	w := fields{b: raw}
	for w.next() {
		switch {
		case w.is(changeTable, protowire.VarintType):
			table = uint32Of(w.val)
		case w.is(changeLeave, protowire.BytesType):
			leave = w.raw
		case w.is(changeEnter, protowire.BytesType):
			enter = w.raw
		case w.is(changeChange, protowire.BytesType):
			change = w.raw
		}
	}
	if w.bad || int(table) >= len(g.lists) || len(p.shapes[table].cols) == 0 {
		return errMalformed
	}
	list, cols := &g.lists[table], p.shapes[table].cols
	if err := list.leave(p, leave); err != nil {
		return err
	}
	if err := list.change(p, change, cols); err != nil {
		return err
	}
	return list.enter(enter, cols)
}
