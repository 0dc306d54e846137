package wsframe

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	maxClient = 1024
	maxServer = 1 << 20
)

// The rules of both sides, as the server and the client have them.
var (
	fromClient = Rules{Masked: true, MaxMessage: maxClient, MaxBetween: 8 * maxClient}
	fromServer = Rules{MaxMessage: maxServer}
)

// unmasked is a server's frame.
func unmasked(first byte, payload []byte) []byte {
	return append(unmaskedHeader(first, uint64(len(payload))), payload...)
}

// unmaskedHeader is a header that claims any length, in the shortest form.
func unmaskedHeader(first byte, size uint64) []byte {
	switch {
	case size < 126:
		return []byte{first, byte(size)}
	case size < 1<<16:
		return binary.BigEndian.AppendUint16([]byte{first, 126}, uint16(size))
	}
	return binary.BigEndian.AppendUint64([]byte{first, 127}, size)
}

// masked is a client's frame.
func masked(first byte, payload []byte) []byte {
	frame := maskedHeader(first, uint64(len(payload)))
	key := frame[len(frame)-4:]
	for i, b := range payload {
		frame = append(frame, b^key[i%4])
	}
	return frame
}

func maskedHeader(first byte, size uint64) []byte {
	frame := unmaskedHeader(first, size)
	frame[1] |= maskBit
	return append(frame, 0x37, 0xfa, 0x21, 0x3d)
}

// readAll feeds a stream to a reader in pieces as cut says and returns what came
// of it, as text, and the error that ended it.
func readAll(rules *Rules, stream []byte, cut func(rest int) int) (string, error) {
	r := Reader{Rules: rules}
	var got, held []byte
	for rest := bytes.Clone(stream); len(rest) > 0; {
		n := cut(len(rest))
		held = append(held, rest[:n]...)
		rest = rest[n:]
		for {
			step, err := r.Next(held)
			if err != nil {
				return string(got), err
			}
			if step.Size == 0 {
				break
			}
			held = held[step.Size:]
			if step.Event {
				got = fmt.Appendf(got, "%d:%s|", step.Opcode, step.Payload)
			}
		}
	}
	return string(got), nil
}

func atOnce(rest int) int { return rest }
func bytewise(int) int    { return 1 }

// refused are streams that a side must end, behind a good message.
var refused = []struct {
	name   string
	rules  *Rules
	stream []byte
	err    error
}{
	{"unmasked of a client", &fromClient, unmasked(0x82, []byte("x")), ErrFraming},
	{"unmasked close of a client", &fromClient, unmasked(0x88, []byte{3, 232}), ErrFraming},
	{"one byte too long", &fromClient, masked(0x82, make([]byte, maxClient+1)), ErrTooLong},
	{"claims 1 TB", &fromClient, maskedHeader(0x82, 1<<40), ErrTooLong},
	{"claims -1", &fromClient, maskedHeader(0x82, 1<<64-1), ErrFraming},
	{"claims a low one with a high half", &fromClient, maskedHeader(0x82, 1<<63|0x7fffffff), ErrFraming},
	{"endless empty pieces", &fromClient, append(masked(0x02, nil), bytes.Repeat(masked(0x00, nil), 5000)...), ErrFragments},
	{"pieces too long together", &fromClient, slices.Concat(masked(0x02, make([]byte, 600)), masked(0x00, make([]byte, 600))), ErrTooLong},
	{"a long ping", &fromClient, masked(0x89, make([]byte, 126)), ErrFraming},

	{"masked of a server", &fromServer, masked(0x82, []byte("x")), ErrFraming},
	{"reserved bit", &fromServer, []byte{0xc2, 0}, ErrFraming},
	{"unknown opcode", &fromServer, []byte{0x83, 0}, ErrFraming},
	{"control in pieces", &fromServer, []byte{0x09, 0}, ErrFraming},
	{"long control", &fromServer, unmasked(0x89, make([]byte, 126)), ErrFraming},
	{"continuation of no message", &fromServer, []byte{0x80, 0}, ErrFraming},
	{"message inside a message", &fromServer, []byte{0x02, 0, 0x82, 0}, ErrFraming},
	{"negative length", &fromServer, unmaskedHeader(0x82, 1<<64-1), ErrFraming},
	{"too long", &fromServer, unmaskedHeader(0x82, maxServer+1), ErrTooLong},
	{"too long in pieces", &fromServer, append(unmasked(0x02, make([]byte, maxServer)), 0x80, 1, 0), ErrTooLong},
}

func TestStreamsThatAreRefused(t *testing.T) {
	for _, row := range refused {
		if _, err := readAll(row.rules, row.stream, atOnce); !errors.Is(err, row.err) {
			t.Errorf("%s: %v, want %v", row.name, err, row.err)
		}
	}
	if got, err := readAll(&fromServer, unmasked(0x82, make([]byte, maxServer)), atOnce); err != nil || len(got) != maxServer+3 {
		t.Errorf("the longest: %d bytes, %v", len(got), err)
	}
}

// TestStreamsInPieces: however a stream is cut, the same comes of it.
func TestStreamsInPieces(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	long := strings.Repeat("x", 300)
	type row struct {
		rules  *Rules
		stream []byte
		want   string
	}
	rows := []row{
		{&fromClient, slices.Concat(masked(0x82, []byte("a")), masked(0x02, []byte("b")), masked(0x89, []byte("p")), masked(0x80, []byte("c")), masked(0x82, []byte(long))), "2:a|9:p|2:bc|2:" + long + "|"},
		{&fromServer, slices.Concat(unmasked(0x82, []byte("a")), unmasked(0x02, []byte("in ")), unmasked(0x8a, nil), unmasked(0x00, []byte("three ")), unmasked(0x80, []byte("pieces")), unmasked(0x82, []byte(long)), unmasked(0x88, []byte("\x03\xe8"))), "2:a|10:|2:in three pieces|2:" + long + "|8:\x03\xe8|"},
	}
	for _, r := range refused {
		if len(r.stream) < 1<<16 {
			rows = append(rows, row{rules: r.rules, stream: r.stream})
		}
	}
	for _, r := range rows {
		want, end := readAll(r.rules, r.stream, atOnce)
		if r.want != "" && (want != r.want || end != nil) {
			t.Errorf("got %q, %v", want, end)
		}
		for _, cut := range []func(int) int{bytewise, func(rest int) int { return 1 + random.IntN(rest) }} {
			if got, err := readAll(r.rules, r.stream, cut); got != want || err != end {
				t.Errorf("% x\ngives %s %v\nin pieces %s %v", r.stream, want, end, got, err)
			}
		}
	}
}

// FuzzReader: no bytes panic, nor does it matter how they are cut.
func FuzzReader(f *testing.F) {
	for _, row := range refused {
		if len(row.stream) < 1<<16 {
			f.Add(row.stream)
		}
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		for _, rules := range []*Rules{&fromClient, &fromServer} {
			whole, end := readAll(rules, stream, atOnce)
			if cut, err := readAll(rules, stream, bytewise); cut != whole || err != end {
				t.Errorf("% x\ngives %s %v\nin pieces %s %v", stream, whole, end, cut, err)
			}
		}
	})
}

func BenchmarkNext(b *testing.B) {
	input := masked(0x82, make([]byte, 16))
	r := Reader{Rules: &fromClient}
	b.ReportAllocs()
	for b.Loop() {
		if step, err := r.Next(input); !step.Event || err != nil {
			b.Fatal(err)
		}
	}
}
