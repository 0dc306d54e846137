package netproto

import (
	"errors"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// start returns a mirror with two pawns, ids 1 and 2, in group 1 and one, id
// 3, in group 2, at tick 10.
func start(t testing.TB) *Mirror {
	t.Helper()
	m := NewMirror(SchemaOf(newScript(t).w))
	m.OnEvent(func(Event) {})
	row := []uint32{20, 2, 0, 0, 100, 0} // x 10 and 1 a tick, y 0, hp 100, seat 0
	err := give(m, &pb.ServerFrame{Tick: 10, Key: true, Chunk: []*pb.Chunk{
		{Group: 1, Key: true, Rows: slices.Concat([]uint32{sectionEnter, 2, 1}, row, []uint32{2}, row)},
		{Group: 1, Key: true, Rows: slices.Concat([]uint32{sectionEnter, 1, 3}, row)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func give(m *Mirror, f *pb.ServerFrame) error {
	b, err := proto.Marshal(f)
	if err != nil {
		return err
	}
	var frame ServerFrame
	if err := ReadServerFrame(b, &frame); err != nil {
		return err
	}
	return m.Apply(&frame)
}

// rows is a frame at tick 11 with sections for group 1.
func rowsFrame(v ...uint32) *pb.ServerFrame {
	return &pb.ServerFrame{Tick: 11, Chunk: []*pb.Chunk{{Group: 1, Rows: v}}}
}

// TestMirrorRefuses has, for what can be wrong in a frame, what is just right
// and what is just wrong.
func TestMirrorRefuses(t *testing.T) {
	chunks := func(tick, skipped uint32, c ...*pb.Chunk) *pb.ServerFrame {
		return &pb.ServerFrame{Tick: tick, Skipped: skipped, Chunk: c}
	}
	leave3 := &pb.Chunk{Group: 1, Rows: []uint32{sectionLeave, 1, 0}}
	for _, row := range []struct {
		name string
		f    *pb.ServerFrame
		ok   bool
	}{
		{"nothing", rowsFrame(), true},
		{"last position leaves", rowsFrame(sectionLeave, 1, 1), true},
		{"position past the end leaves", rowsFrame(sectionLeave, 1, 2), false},
		{"all leave", rowsFrame(sectionLeave, 2, 0, 0), true},
		{"more leave than there are", rowsFrame(sectionLeave, 3, 0, 0, 0), false},
		{"none leave", rowsFrame(sectionLeave, 0), false},
		{"leave cut off", rowsFrame(sectionLeave, 2, 0), false},
		{"leave a group that is empty", chunks(11, 0, &pb.Chunk{Group: 5, Rows: []uint32{sectionLeave, 1, 0}}), false},
		{"last column changes", rowsFrame(sectionChange, 3<<columnShift|rowsAll, 2, 2), true},
		{"column past the end changes", rowsFrame(sectionChange, 4<<columnShift|rowsAll, 2, 2), false},
		{"two columns change", rowsFrame(sectionChange, rowsAll|moreColumns, 2, 2, 1<<columnShift, 4, 4), true},
		{"second column missing", rowsFrame(sectionChange, rowsAll|moreColumns, 2, 2), false},
		{"residual missing", rowsFrame(sectionChange, rowsAll, 2), false},
		{"residual left over", rowsFrame(sectionChange, rowsAll, 2, 2, 2), false},
		{"change where there are none", chunks(11, 0, &pb.Chunk{Group: 5, Rows: []uint32{sectionChange, rowsAll}}), false},
		{"enter", rowsFrame(sectionEnter, 1, 9, 0, 0, 0, 0, 0, 0), true},
		{"enter nobody", rowsFrame(sectionEnter, 0), false},
		{"enter id 0", rowsFrame(sectionEnter, 1, 0, 0, 0, 0, 0, 0, 0), false},
		{"enter cut off", rowsFrame(sectionEnter, 1, 9, 0, 0, 0, 0, 0), false},
		{"enter more than there can be", rowsFrame(sectionEnter, 1<<30, 9, 0, 0, 0, 0, 0, 0), false},
		{"last table", rowsFrame(0<<2|sectionLeave, 1, 0), true},
		{"table past the end", rowsFrame(1<<2|sectionLeave, 1, 0), false},
		{"huge table", rowsFrame(1<<32-4|sectionEnter, 1, 1), false},
		{"head cut off", rowsFrame(sectionLeave, 1, 0, sectionLeave), false},
		{"moves, then leaves", chunks(11, 0, &pb.Chunk{Group: 1, Rows: []uint32{sectionMoved, 1, 3}}, leave3), true},
		{"leaves, then moves", chunks(11, 0, &pb.Chunk{Group: 1, Rows: []uint32{sectionLeave, 1, 0}}, &pb.Chunk{Group: 1, Rows: []uint32{sectionMoved, 1, 1}}), true},
		{"moves and does not leave", rowsFrame(sectionMoved, 1, 3), false},
		{"moves twice", chunks(11, 0, &pb.Chunk{Group: 1, Rows: []uint32{sectionMoved, 2, 3, 3}}, leave3), false},
		{"leaves, then moves twice", chunks(11, 0, &pb.Chunk{Group: 1, Rows: []uint32{sectionLeave, 1, 0}}, &pb.Chunk{Group: 1, Rows: []uint32{sectionMoved, 2, 1, 1}}), false},
		{"moves from a group that leaves the view", &pb.ServerFrame{Tick: 11, Unsee: []uint32{2}, Chunk: []*pb.Chunk{{Group: 1, Rows: []uint32{sectionMoved, 1, 3}}}}, true},
		{"moves to itself", rowsFrame(sectionMoved, 1, 1), false},
		{"nobody moves", rowsFrame(sectionMoved, 0), false},
		{"id 0 moves", rowsFrame(sectionMoved, 1, 0), false},
		{"unknown id moves", rowsFrame(sectionMoved, 1, 77), false},
		{"moves in a frame of two ticks", chunks(12, 1, &pb.Chunk{Group: 1, Rows: []uint32{sectionMoved, 1, 3}}, leave3), false},
		{"age within what was skipped", chunks(13, 2, &pb.Chunk{Group: 1, Age: 2}), true},
		{"older than what was skipped", chunks(13, 2, &pb.Chunk{Group: 1, Age: 3}), false},
		{"a new group, older than what was skipped", chunks(13, 2, &pb.Chunk{Group: 7, Age: 3}), false},
		{"ages down", chunks(13, 2, &pb.Chunk{Group: 1, Age: 2}, &pb.Chunk{Age: 1}, &pb.Chunk{}), true},
		{"one tick twice", chunks(13, 2, &pb.Chunk{Group: 1, Age: 1}, &pb.Chunk{Age: 1}), false},
		{"ages up", chunks(13, 2, &pb.Chunk{Group: 1, Age: 1}, &pb.Chunk{Age: 2}), false},
		{"a new group twice", chunks(11, 0, &pb.Chunk{Group: 7}, &pb.Chunk{}), false},
		{"an aged keyframe", chunks(13, 2, &pb.Chunk{Group: 1, Age: 1, Key: true}), false},
		{"events, then a keyframe", chunks(13, 2, &pb.Chunk{Group: 1, Age: 1, Event: []uint32{0, 1, 2}}, &pb.Chunk{Key: true}), true},
		{"unknown event", chunks(11, 0, &pb.Chunk{Group: 1, Event: []uint32{1, 1, 2}}), false},
		{"gap", chunks(12, 0), false},
		{"gap that is said to be one", chunks(12, 1), true},
		{"same tick again", chunks(10, 0), false},
		{"tick before", chunks(9, 0), false},
		{"skipped wraps", chunks(10, 1<<32-1), false},
		{"key at any tick", &pb.ServerFrame{Tick: 3, Key: true}, true},
		{"key that says that it skipped", &pb.ServerFrame{Tick: 300, Key: true, Skipped: 7}, true},
		{"own rows in one group", &pb.ServerFrame{Tick: 11, Own: []*pb.Chunk{{Rows: []uint32{sectionEnter, 1, 1, 50}}}}, true},
		{"own rows in two groups", &pb.ServerFrame{Tick: 11, Own: []*pb.Chunk{{}, {Group: 1}}}, false},
		{"own rows move", &pb.ServerFrame{Tick: 11, Own: []*pb.Chunk{{Rows: []uint32{sectionMoved, 1, 1}}}}, false},
		{"unknown group leaves the view", &pb.ServerFrame{Tick: 11, Unsee: []uint32{55, 55}}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := start(t)
			err := give(m, row.f)
			if (err == nil) != row.ok {
				t.Fatalf("ok %v, want %v: %v", err == nil, row.ok, err)
			}
			if err != nil && (m.Synced() || len(mirrorTable(m)) > 0) {
				t.Errorf("after %v: synced %v, %v", err, m.Synced(), mirrorTable(m))
			}
		})
	}
}

// TestUnsynced: a mirror takes nothing that needs what it has not got, whatever
// its tick.
func TestUnsynced(t *testing.T) {
	fresh := NewMirror(start(t).Schema())
	if err := give(fresh, &pb.ServerFrame{Tick: 1}); !errors.Is(err, ErrGap) {
		t.Errorf("a fresh mirror: %v", err)
	}
	m := start(t)
	if err := give(m, rowsFrame(sectionLeave, 0)); err == nil || errors.Is(err, ErrGap) {
		t.Errorf("a bad frame: %v", err)
	}
	if err := give(m, &pb.ServerFrame{Tick: 11}); !errors.Is(err, ErrGap) {
		t.Errorf("after a bad frame: %v", err)
	}
	if err := give(m, &pb.ServerFrame{Tick: 12, Key: true}); err != nil || !m.Synced() {
		t.Errorf("a frame that needs none before: %v", err)
	}
}

// TestTablesOfAPlane: a table without columns on a plane has no rows there.
func TestTablesOfAPlane(t *testing.T) {
	schema := SchemaOf(startZoo(t, 1, 1, 10))
	for table, ok := range map[uint32]bool{0: true, 1: false, 2: false} { // beast, stone, clock
		own := []*pb.Chunk{{Rows: []uint32{table<<2 | sectionEnter, 1, 7, 0, 0, 0}}}
		if !ok {
			own[0].Rows = []uint32{table<<2 | sectionEnter, 1, 7}
		}
		if err := give(NewMirror(schema), &pb.ServerFrame{Tick: 1, Key: true, Own: own}); (err == nil) != ok {
			t.Errorf("table %d: %v", table, err)
		}
	}
}

// TestSplitFieldsAreRefused: protobuf lets packed fields come in parts or
// unpacked; the mirror refuses what it would read differently.
func TestSplitFieldsAreRefused(t *testing.T) {
	for name, chunk := range map[string][]byte{
		"rows twice":      {chunkRows<<3 | 2, 0, chunkRows<<3 | 2, 0},
		"rows unpacked":   {chunkRows << 3, 0},
		"events twice":    {chunkEvent<<3 | 2, 0, chunkEvent<<3 | 2, 0},
		"events unpacked": {chunkEvent << 3, 0},
		"cut off":         {chunkGroup << 3},
	} {
		f := ServerFrame{Tick: 11, chunks: [][]byte{chunk}}
		if err := start(t).Apply(&f); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	f := ServerFrame{Tick: 11, chunks: [][]byte{{chunkRows<<3 | 2, 0, chunkEvent<<3 | 2, 0, chunkKey<<3 | 2, 0, 0x7a, 0}}}
	if err := start(t).Apply(&f); err != nil {
		t.Errorf("empty and unknown fields: %v", err)
	}
}

// TestMirrorStaysSmall: what a server sends makes a client hold no more than a
// fixed number of bytes per byte.
func TestMirrorStaysSmall(t *testing.T) {
	var groups, moves []*pb.Chunk
	for range 2*MaxGroups + 1 {
		groups = append(groups, &pb.Chunk{Group: 1})
	}
	var ids []uint32
	for range 1 << 16 {
		ids = append(ids, 1)
	}
	moves = append(moves, &pb.Chunk{Group: 2, Rows: slices.Concat([]uint32{sectionMoved, uint32(len(ids))}, ids)})
	rows := []uint32{sectionEnter, 10_000}
	for id := range uint32(10_000) {
		rows = append(rows, id+1, 0, 0, 0, 0, 0, 0)
	}
	for name, row := range map[string]struct {
		f  *pb.ServerFrame
		ok bool
	}{
		"most groups":       {&pb.ServerFrame{Tick: 11, Key: true, Chunk: groups[:2*MaxGroups]}, true},
		"too many groups":   {&pb.ServerFrame{Tick: 11, Key: true, Chunk: groups}, false},
		"one row moves on":  {&pb.ServerFrame{Tick: 11, Chunk: moves}, false},
		"many rows":         {&pb.ServerFrame{Tick: 11, Key: true, Chunk: []*pb.Chunk{{Rows: rows}}}, true},
		"all rows changed":  {rowsFrame(sectionChange, rowsAll), false},
		"a far future tick": {&pb.ServerFrame{Tick: 1<<32 - 1, Skipped: 1<<32 - 1 - 11}, true},
	} {
		m := start(t)
		err := give(m, row.f)
		if (err == nil) != row.ok {
			t.Errorf("%s: %v", name, err)
		}
		if size, sent := m.size(), proto.Size(row.f); size > 2048+64*sent {
			t.Errorf("%s: %d bytes made a mirror of %d", name, sent, size)
		}
	}
}

// TestAdvanceFar: predicting many ticks at once is predicting each.
func TestAdvanceFar(t *testing.T) {
	near, far := start(t), start(t)
	for tick := uint32(11); tick <= 2000; tick++ {
		if err := give(near, &pb.ServerFrame{Tick: tick}); err != nil {
			t.Fatal(err)
		}
	}
	if err := give(far, &pb.ServerFrame{Tick: 2000, Skipped: 2000 - 11}); err != nil {
		t.Fatal(err)
	}
	if a, b := mirrorTable(near), mirrorTable(far); !slices.Equal(a, b) || a[0].value[0] != 10+1990 {
		t.Errorf("%v and %v", a, b)
	}
}
