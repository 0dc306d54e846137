package netproto

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

func TestReadServerFrameAsGenerated(t *testing.T) {
	want := &pb.ServerFrame{
		Tick: math.MaxUint32, InputAge: math.MaxUint32, Slack: math.MinInt32, Skipped: math.MaxUint32,
		Chunk: []*pb.Chunk{{Group: 1}, {Group: 2}}, Own: []*pb.Chunk{{Age: 3}}, Unsee: []uint32{1, math.MaxUint32},
		Welcome: &pb.Welcome{Room: "r", Seat: 3}, Notice: []*pb.Notice{{Number: 1}, {Number: 2}},
		Pong: math.MaxUint64, Dropped: math.MaxUint32, Key: true,
	}
	b, err := proto.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	got := ServerFrame{Unsee: []uint32{9}, chunks: [][]byte{nil}, own: [][]byte{nil}, Notices: []*pb.Notice{nil}, Key: true}
	if err := ReadServerFrame(b, &got); err != nil {
		t.Fatal(err)
	}
	if uint32(got.Tick) != want.GetTick() || got.InputAge != want.GetInputAge() || got.Slack != want.GetSlack() || got.Skipped != want.GetSkipped() ||
		got.Pong != want.GetPong() || got.Dropped != want.GetDropped() || !got.Key || !slices.Equal(got.Unsee, want.GetUnsee()) ||
		len(got.chunks) != 2 || len(got.own) != 1 || !proto.Equal(got.Welcome, want.GetWelcome()) ||
		len(got.Notices) != 2 || !proto.Equal(got.Notices[1], want.GetNotice()[1]) {
		t.Errorf("%+v", got)
	}
	if err := ReadServerFrame(nil, &got); err != nil || got.Tick != 0 || got.Key || len(got.chunks)+len(got.own)+len(got.Unsee)+len(got.Notices) > 0 || got.Welcome != nil {
		t.Errorf("an empty message left %+v (%v)", got, err)
	}
}

// TestConcatenation: a welcome, a snapshot and notices are one frame when they
// are put behind one another, in any order.
func TestConcatenation(t *testing.T) {
	w := &pb.Welcome{Room: "r", Schema: &pb.Schema{Table: []*pb.TableSchema{{Name: "a"}}}}
	n := &pb.Notice{Number: 5, Body: &pb.Notice_Announcement{Announcement: "hello"}}
	b := appendUint([]byte(nil), serverTick, 7)
	b, err := AppendNotice(b, n)
	if err != nil {
		t.Fatal(err)
	}
	if b, err = AppendWelcome(b, w); err != nil {
		t.Fatal(err)
	}
	if b, err = AppendWelcome(b, &pb.Welcome{Mode: "m"}); err != nil { // merged, as protobuf has it
		t.Fatal(err)
	}
	var f ServerFrame
	if err := ReadServerFrame(b, &f); err != nil || f.Welcome.GetRoom() != "r" || f.Welcome.GetMode() != "m" || len(f.Notices) != 1 {
		t.Errorf("%+v (%v)", f, err)
	}
	var g pb.ServerFrame
	if err := proto.Unmarshal(b, &g); err != nil || !proto.Equal(g.GetWelcome(), f.Welcome) || !proto.Equal(g.GetNotice()[0], f.Notices[0]) {
		t.Errorf("generated code: %v (%v)", &g, err)
	}
}

func TestAppendRefuses(t *testing.T) {
	if b, err := AppendWelcome([]byte{1}, &pb.Welcome{Room: "\xff"}); err == nil || !bytes.Equal(b, []byte{1}) {
		t.Errorf("a welcome that is not UTF-8 gave %x (%v)", b, err)
	}
	if _, err := AppendNotice(nil, &pb.Notice{Body: &pb.Notice_Announcement{Announcement: "\xff"}}); err == nil {
		t.Error("a notice that is not UTF-8 was written")
	}
}

// TestServerLimits has a row on both sides of each limit.
func TestServerLimits(t *testing.T) {
	notices := func(n int) []byte { return bytes.Repeat([]byte{serverNotice<<3 | 2, 0}, n) }
	long := func(n int) []byte { return appendBytes(nil, 13, make([]byte, n-5)) }
	for _, row := range []struct {
		name string
		b    []byte
		says string
	}{
		{"longest message", long(MaxServerMessage), ""},
		{"message too long", long(MaxServerMessage + 1), "at most 4194304"},
		{"most notices", notices(MaxNotices), ""},
		{"too many notices", notices(MaxNotices + 1), "64 notices"},
		{"unsee unpacked", []byte{serverUnsee << 3, 1, serverUnsee << 3, 2}, ""},
		{"unsee cut off", []byte{serverUnsee<<3 | 2, 1, 0x80}, "not a valid"},
		{"cut off", []byte{serverTick << 3}, "not a valid"},
		{"welcome is none", []byte{serverWelcome<<3 | 2, 1, 0x80}, "cannot parse"},
		{"notice is none", []byte{serverNotice<<3 | 2, 1, 0x80}, "cannot parse"},
	} {
		err := ReadServerFrame(row.b, &ServerFrame{})
		if row.says == "" && err != nil || row.says != "" && (err == nil || !strings.Contains(err.Error(), row.says)) {
			t.Errorf("%s: %v, want %q", row.name, err, row.says)
		}
	}
}
