package netproto

import (
	"bytes"
	"math"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

func TestZigzag(t *testing.T) {
	for _, v := range []int32{0, -1, 1, -2, 2, 63, -64, 64, math.MaxInt32, math.MinInt32} {
		z := zigzag(uint32(v))
		if uint64(z) != protowire.EncodeZigZag(int64(v)) || int32(unzigzag(z)) != v {
			t.Errorf("%d: %d and back %d", v, z, int32(unzigzag(z)))
		}
	}
}

// TestAppend holds that sizes are those of what is written, and that what is
// not there takes no bytes.
func TestAppend(t *testing.T) {
	for _, v := range []uint64{0, 1, 127, 128, 1<<14 - 1, 1 << 14, math.MaxUint32, math.MaxUint64} {
		if b := appendUint(nil, 15, v); len(b) != sizeUint(v) || v == 0 && len(b) != 0 {
			t.Errorf("%d: %x, size %d", v, b, sizeUint(v))
		}
	}
	for _, n := range []int{0, 1, 127, 128, 70_000} {
		if b := appendPacked(nil, 15, make([]byte, n)); len(b) != sizePacked(n) {
			t.Errorf("%d bytes: %d, size %d", n, len(b), sizePacked(n))
		}
	}
	for _, row := range []struct{ got, want []byte }{
		{appendUint(nil, 1, 300), []byte{0x08, 0xac, 0x02}},
		{appendBool(nil, 12, true), []byte{0x60, 0x01}},
		{appendBool(nil, 12, false), nil},
		{appendBytes(nil, 2, "hi"), []byte{0x12, 0x02, 'h', 'i'}},
		{appendBytes(nil, 2, ""), []byte{0x12, 0x00}},
		{appendTag(nil, 15, protowire.BytesType), []byte{0x7a}},
	} {
		if !bytes.Equal(row.got, row.want) {
			t.Errorf("%x, want %x", row.got, row.want)
		}
	}
}
