package netproto

import (
	"iter"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// Mirror is a client's copy of what its seat sees of the world. It is exactly
// the encoder's other half: after each frame it equals the world at that tick,
// restricted to the seat's view.
type Mirror struct {
	Order
	schema *pb.Schema
	shared mirrorPlane
	own    mirrorPlane
	events eventReader
}

// NewMirror makes an empty mirror of a room with this schema.
func NewMirror(schema *pb.Schema) *Mirror {
	return &Mirror{
		schema: schema,
		shared: mirrorPlane{shapes: shapesOf(schema, false), most: 2 * MaxGroups},
		own:    mirrorPlane{shapes: shapesOf(schema, true), most: 1},
		events: newEventReader(schema),
	}
}

// OnEvent has f called for every event of the frames applied from now on.
// Events of a frame that turns out to be malformed may have been among them.
func (m *Mirror) OnEvent(f func(Event)) { m.events.call = f }

// Schema returns what the rows mean.
func (m *Mirror) Schema() *pb.Schema { return m.schema }

// Lists visits the rows in view of a table (its index in the schema), a list
// per group that has any, by group. Its columns are those that are not private.
func (m *Mirror) Lists(table int) iter.Seq[*List] {
	return func(yield func(*List) bool) { m.shared.visit(table, yield) }
}

// Own visits the rows of a table that this seat owns: one list or none. Its
// columns are the private ones. The same ids may be in Lists.
func (m *Mirror) Own(table int) iter.Seq[*List] {
	return func(yield func(*List) bool) { m.own.visit(table, yield) }
}

// Reset empties the mirror: the next frame must be one that needs none before.
func (m *Mirror) Reset() {
	m.synced = false
	m.shared.clear()
	m.own.clear()
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
	if f.Key {
		m.Reset()
	}
	if err := m.Follow(f); err != nil {
		return err
	}
	m.begin(f)
	if err := m.chunks(&m.shared, f.chunks, f); err != nil {
		return err
	}
	if err := m.chunks(&m.own, f.own, f); err != nil {
		return err
	}
	for _, id := range f.Unsee {
		m.shared.drop(id)
	}
	if m.shared.haunted() {
		return errMalformed
	}
	m.shared.advance(f.Tick)
	m.own.advance(f.Tick)
	return nil
}

// begin brings all groups to the first tick that the frame tells of. Rows can
// only move between groups in a frame that tells of one tick.
func (m *Mirror) begin(f *ServerFrame) {
	first := f.Tick.Add(-int(f.Skipped))
	m.shared.advance(first)
	m.own.advance(first)
	m.shared.departed.reset()
	m.shared.ghosts = false
	m.shared.moves = !f.Key && f.Skipped == 0
}
