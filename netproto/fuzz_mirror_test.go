package netproto

import (
	"encoding/binary"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// record plays a zoo before one viewer and returns its frames.
func record(t testing.TB, seed uint64, crowd int32, ticks, skipEvery int) (*pb.Schema, [][]byte) {
	s := newStage(startZoo(t, seed, crowd, 3*crowd))
	var v Viewer
	var frames [][]byte
	for i := range ticks {
		s.step()
		if skipEvery == 0 || i%skipEvery != 1 {
			frames = append(frames, s.e.AppendSnapshot(nil, &v, 2, Header{Slack: 1}))
		}
	}
	return SchemaOf(s.w), frames
}

// pack puts frames behind one another, each after its length.
func pack(frames [][]byte) []byte {
	var b []byte
	for _, f := range frames {
		b = append(binary.AppendUvarint(b, uint64(len(f))), f...)
	}
	return b
}

func unpack(b []byte) (frames [][]byte) {
	for len(b) > 0 {
		size, n := binary.Uvarint(b)
		if n <= 0 || size > uint64(len(b)-n) {
			return append(frames, b)
		}
		frames = append(frames, b[n:n+int(size)])
		b = b[n+int(size):]
	}
	return frames
}

func seedServerFrames(f *testing.F) {
	for seed := range uint64(4) {
		_, frames := record(f, seed, 4<<seed, 8, 2*int(seed))
		f.Add(pack(frames))
		f.Add(pack(frames[1:]))
	}
	f.Add([]byte{0, 2, 8, 1})
	f.Add(pack([][]byte{{serverTick << 3, 1, serverKey << 3, 1, serverChunk<<3 | 2, 4, chunkRows<<3 | 2, 2, 2, 0x7f}}))
}

// FuzzServerFrame: reading never panics, and what is read is what generated
// code reads.
func FuzzServerFrame(f *testing.F) {
	seedServerFrames(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, b := range append(unpack(b), b) {
			var hand ServerFrame
			if ReadServerFrame(b, &hand) != nil {
				continue
			}
			if n := cap(hand.chunks) + cap(hand.own) + cap(hand.Unsee) + len(hand.Notices); n > 4*len(b)+64 {
				t.Fatalf("%d bytes became %d things", len(b), n)
			}
			var g pb.ServerFrame
			if proto.Unmarshal(b, &g) != nil {
				continue // chunks are read later, by the mirror
			}
			if uint32(hand.Tick) != g.GetTick() || hand.InputAge != g.GetInputAge() || hand.Slack != g.GetSlack() || hand.Skipped != g.GetSkipped() ||
				hand.Pong != g.GetPong() || hand.Dropped != g.GetDropped() || hand.Key != g.GetKey() || !slices.Equal(hand.Unsee, g.GetUnsee()) ||
				len(hand.chunks) != len(g.GetChunk()) || len(hand.own) != len(g.GetOwn()) ||
				!proto.Equal(hand.Welcome, g.GetWelcome()) || len(hand.Notices) != len(g.GetNotice()) {
				t.Fatalf("%x: by hand %+v, generated %v", b, hand, &g)
			}
		}
	})
}

// FuzzMirror: whatever a server sends, a mirror never panics and takes memory
// in proportion to it. What it accepts, generated code and the plain mirror
// take for the same.
func FuzzMirror(f *testing.F) {
	seedServerFrames(f)
	schema, _ := record(f, 1, 4, 1, 0)
	f.Fuzz(func(t *testing.T, b []byte) {
		m, p := NewMirror(schema), newPlain(schema)
		m.OnEvent(func(Event) {})
		var frame ServerFrame
		read := 0
		for _, b := range unpack(b) {
			if ReadServerFrame(b, &frame) != nil {
				continue
			}
			read += len(b)
			err := m.Apply(&frame)
			if size := m.size(); size > 1<<14+400*read {
				t.Fatalf("%d bytes made a mirror of %d", read, size)
			}
			if err != nil {
				if m.Synced() || len(mirrorTable(m)) > 0 {
					t.Fatalf("after %v the mirror is not empty", err)
				}
				continue
			}
			if frame.Skipped > 1000 || doubles(m) {
				return // right, but the plain mirror is slow or puts the other one first
			}
			var g pb.ServerFrame
			if err := proto.Unmarshal(b, &g); err != nil {
				t.Fatalf("%x: the mirror took what generated code does not: %v", b, err)
			}
			if err := p.apply(&g); err != nil {
				t.Fatalf("%x: the mirror took what the plain one does not: %v", b, err)
			}
			if got, want := mirrorTable(m), p.table(); !slices.Equal(got, want) {
				t.Fatalf("%x: mirror\n%v\nplain mirror\n%v", b, got, want)
			}
		}
	})
}

// doubles reports whether an id is there twice, which no server sends.
func doubles(m *Mirror) bool {
	rows := mirrorTable(m)
	for i := 1; i < len(rows); i++ {
		if rows[i-1].compare(rows[i]) == 0 {
			return true
		}
	}
	return false
}

// size is about how many bytes a mirror holds.
func (m *Mirror) size() int {
	n := 0
	for _, p := range []*mirrorPlane{&m.shared, &m.own} {
		n += 8*cap(p.groups) + 4*cap(p.rows) + 24*cap(p.departed.rows) + 4*cap(p.departed.vals)
		for _, g := range p.groups {
			n += 48 + 8*cap(g.lists)
			for _, l := range g.lists {
				n += 120 + 4*cap(l.ids)
				for i := range l.vals {
					n += 48 + 4*cap(l.vals[i]) + 4*cap(l.diff[i])
				}
			}
		}
	}
	return n
}
