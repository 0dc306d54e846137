package client

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/metronome-server/metronome/netproto"
)

// unmasked is a server's frame.
func unmasked(first byte, payload []byte) []byte {
	b := []byte{first}
	switch n := len(payload); {
	case n < 126:
		b = append(b, byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
	return append(b, payload...)
}

// collect reads a stream that arrives in pieces of a size.
func collect(stream []byte, piece int) (got []string, bad *netproto.CloseError) {
	var f frames
	var b []byte
	for len(stream) > 0 || len(b) > 0 {
		opcode, payload, whole, size, bad := f.next(b)
		if bad != nil {
			return got, bad
		}
		if whole {
			got = append(got, string(rune('0'+opcode))+":"+string(payload))
		}
		if b = b[size:]; size > 0 {
			continue
		}
		if len(stream) == 0 {
			break
		}
		n := min(piece, len(stream))
		b = slices.Concat(b, stream[:n])
		stream = stream[n:]
	}
	return got, nil
}

func TestFramesInAnyPieces(t *testing.T) {
	long, longer := strings.Repeat("x", 300), strings.Repeat("y", 70_000)
	stream := slices.Concat(
		unmasked(0x82, []byte("one")), unmasked(0x82, nil), unmasked(0x89, []byte("ping")),
		unmasked(0x02, []byte("in ")), unmasked(0x8a, nil), unmasked(0x00, []byte("three ")), unmasked(0x80, []byte("pieces")),
		unmasked(0x82, []byte(long)), unmasked(0x82, []byte(longer)), unmasked(0x88, []byte{0x03, 0xe8}),
	)
	want := []string{"2:one", "2:", "9:ping", "::", "2:in three pieces", "2:" + long, "2:" + longer, "8:\x03\xe8"}
	for _, piece := range []int{1, 2, 3, 7, 100, 4096, len(stream)} {
		if piece < 100 { // the longest would take its square
			stream, want := stream[:bytes.Index(stream, []byte{0x82, 127})], want[:6]
			if got, bad := collect(stream, piece); bad != nil || !slices.Equal(got, want) {
				t.Errorf("in pieces of %d: %q, %v", piece, got, bad)
			}
			continue
		}
		got, bad := collect(stream, piece)
		if bad != nil || !slices.Equal(got, want) {
			t.Errorf("in pieces of %d: %d frames, %v", piece, len(got), bad)
		}
	}
}

func TestFramesThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		name  string
		bytes []byte
		code  netproto.CloseCode
	}{
		{"masked", []byte{0x82, 0x80, 0x82, 0, 0x82, 0}, netproto.CloseProtocol},
		{"reserved bit", []byte{0xc2, 0}, netproto.CloseProtocol},
		{"unknown opcode", []byte{0x83, 0}, netproto.CloseProtocol},
		{"control in pieces", []byte{0x09, 0}, netproto.CloseProtocol},
		{"long control", unmasked(0x89, make([]byte, 126)), netproto.CloseProtocol},
		{"continuation of nothing", []byte{0x80, 0}, netproto.CloseProtocol},
		{"message inside a message", []byte{0x02, 0, 0x82, 0}, netproto.CloseProtocol},
		{"negative length", []byte{0x82, 127, 0xff, 0, 0, 0, 0, 0, 0, 0}, netproto.CloseProtocol},
		{"too long", []byte{0x82, 127, 0, 0, 0, 0, 0, 0x40, 0, 1}, netproto.CloseTooBig},
		{"longest", unmasked(0x82, make([]byte, netproto.MaxServerMessage)), 0},
		{"too long in pieces", append(unmasked(0x02, make([]byte, netproto.MaxServerMessage)), 0x80, 1, 0), netproto.CloseTooBig},
	} {
		_, bad := collect(c.bytes, len(c.bytes))
		switch {
		case bad == nil && c.code != 0:
			t.Errorf("%s was accepted", c.name)
		case bad != nil && bad.Code != c.code:
			t.Errorf("%s: %v", c.name, bad)
		}
	}
}

// TestSealIsReadByAServer takes the mask off again.
func TestSealIsReadByAServer(t *testing.T) {
	for _, size := range []int{0, 1, 3, 4, 5, 125, 126, 1000, 1 << 15} {
		payload := bytes.Repeat([]byte("metronome"), size/9+1)[:size]
		frame := seal(append(Frame(nil), payload...), opBinary)
		head := 2
		length := int(frame[1] & 0x7f)
		if length == 126 {
			head, length = 4, int(binary.BigEndian.Uint16(frame[2:]))
		}
		if frame[0] != 0x82 || frame[1]&0x80 == 0 || length != size || len(frame) != head+4+size {
			t.Fatalf("header of %d bytes: % x", size, frame[:head])
		}
		for i := range payload {
			if frame[head+4+i]^frame[head+i%4] != payload[i] {
				t.Fatalf("payload of %d bytes differs at %d", size, i)
			}
		}
	}
}

func TestGoodbye(t *testing.T) {
	for _, c := range []struct {
		payload string
		code    netproto.CloseCode
		reason  string
	}{
		{"", netproto.CloseLost, "closed without a code"},
		{"\x0f", netproto.CloseLost, "closed without a code"},
		{"\x0f\xa6", netproto.CloseRoomEnded, ""},
		{"\x0f\xa7later", netproto.CloseRestart, "later"},
	} {
		if got := goodbye([]byte(c.payload)); got.Code != c.code || got.Reason != c.reason {
			t.Errorf("%q is %v", c.payload, got)
		}
	}
}

// FuzzFrames reads anything, at once and byte by byte, with the same result.
func FuzzFrames(f *testing.F) {
	f.Add(slices.Concat(unmasked(0x82, []byte("one")), unmasked(0x02, []byte("a")), unmasked(0x89, nil), unmasked(0x80, []byte("b"))))
	f.Add([]byte{0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 1})
	f.Add(unmasked(0x88, []byte{0x03, 0xe8}))
	f.Fuzz(func(t *testing.T, stream []byte) {
		atOnce, bad := collect(stream, max(len(stream), 1))
		bytewise, worse := collect(stream, 1)
		if !slices.Equal(atOnce, bytewise) || (bad == nil) != (worse == nil) {
			t.Errorf("at once %q %v, byte by byte %q %v", atOnce, bad, bytewise, worse)
		}
	})
}
