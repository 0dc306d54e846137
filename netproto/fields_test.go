package netproto

import (
	"math"
	"slices"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// tag is a field's tag as protobuf has it, without the limits of appendTag.
func tag(num protowire.Number, typ protowire.Type) []byte {
	return protowire.AppendVarint(nil, uint64(num)<<3|uint64(typ))
}

func concat(parts ...[]byte) []byte { return slices.Concat(parts...) }

var tooLong = []byte{0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01}

// TestFieldsAgree holds that the walk accepts and refuses what generated code
// does, for every kind of fault in a message's frame.
func TestFieldsAgree(t *testing.T) {
	for _, row := range []struct {
		name string
		b    []byte
		ok   bool
	}{
		{"nothing", nil, true},
		{"largest field number", concat(tag(1<<29-1, protowire.VarintType), []byte{1}), true},
		{"field number too large", concat(tag(1<<29, protowire.VarintType), []byte{1}), false},
		{"field number 0", []byte{0x00, 0x01}, false},
		{"tag of 10 bytes", tooLong[:10], false},
		{"tag cut off", []byte{0x80}, false},
		{"varint cut off", []byte{0x18, 0x80}, false},
		{"varint of 10 bytes", concat([]byte{0x18}, protowire.AppendVarint(nil, math.MaxUint64)), true},
		{"varint too long", concat([]byte{0x18}, tooLong), false},
		{"bytes cut off", []byte{0x12, 0x02, 'a'}, false},
		{"length over all", concat([]byte{0x12}, protowire.AppendVarint(nil, math.MaxUint64)), false},
		{"fixed32", []byte{0x3d, 1, 2, 3, 4}, true},
		{"fixed32 cut off", []byte{0x3d, 1, 2, 3}, false},
		{"fixed64", []byte{0x39, 1, 2, 3, 4, 5, 6, 7, 8}, true},
		{"fixed64 cut off", []byte{0x39, 1, 2, 3, 4, 5, 6, 7}, false},
		{"group", []byte{0x3b, 0x08, 0x01, 0x3c}, true},
		{"group not ended", []byte{0x3b, 0x08, 0x01}, false},
		{"group ended by another", []byte{0x3b, 0x44}, false},
		{"group ended only", []byte{0x3c}, false},
		{"wire type 6", []byte{0x3e}, false},
		{"wire type 7", []byte{0x3f}, false},
	} {
		w := fields{b: row.b}
		for w.next() {
			continue
		}
		if generated := proto.Unmarshal(row.b, &pb.ClientFrame{}) == nil; w.bad == row.ok || generated != row.ok {
			t.Errorf("%s: walk says %v, generated code %v, want %v", row.name, !w.bad, generated, row.ok)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, row := range []struct {
		name string
		b    []byte
		want []uint32
		ok   bool
	}{
		{"none", nil, nil, true},
		{"short and long", []byte{0x00, 0x7f, 0x80, 0x01}, []uint32{0, 127, 128}, true},
		{"not the shortest", []byte{0x81, 0x80, 0x00}, []uint32{1}, true},
		{"32 bits", protowire.AppendVarint(nil, math.MaxUint32), []uint32{math.MaxUint32}, true},
		{"33 bits keep the low 32", protowire.AppendVarint(nil, 1<<32|5), []uint32{5}, true},
		{"cut off", []byte{0x05, 0x80}, []uint32{5, 0}, false},
		{"too long", tooLong, []uint32{0}, false},
	} {
		p := numbers{b: row.b}
		var got []uint32
		for p.more() {
			got = append(got, p.next())
		}
		if !slices.Equal(got, row.want) || p.bad == row.ok {
			t.Errorf("%s: %v, ok %v", row.name, got, !p.bad)
		}
	}
}

func TestUpTo(t *testing.T) {
	for _, row := range []struct {
		v    uint64
		most int
		want int
		ok   bool
	}{{0, 0, 0, true}, {1, 0, 0, false}, {5, 5, 5, true}, {6, 5, 0, false}, {math.MaxUint32, 1 << 20, 0, false}} {
		p := numbers{b: protowire.AppendVarint(nil, row.v)}
		if got := p.upTo(row.most); got != row.want || p.bad == row.ok {
			t.Errorf("%d up to %d: %d, ok %v", row.v, row.most, got, !p.bad)
		}
	}
}
