package gateway

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/lxzan/gws"

	"github.com/metronome-server/metronome/netproto"
)

// takeApart feeds stream to a reader in portions as cut says and returns what
// came of it, as text.
func takeApart(stream []byte, cut func(rest int) int) string {
	var f frames
	var got, held []byte
	for rest := bytes.Clone(stream); len(rest) > 0; {
		n := cut(len(rest))
		held = append(held, rest[:n]...)
		rest = rest[n:]
		for {
			step, bad := f.next(held)
			if bad != nil {
				return fmt.Sprintf("%s%v", got, bad)
			}
			if step.size == 0 {
				break
			}
			held = held[step.size:]
			if step.whole {
				got = fmt.Appendf(got, "%d:%x|", step.opcode, step.payload)
			}
		}
	}
	return string(got)
}

func whole(rest int) int { return rest }
func one(int) int        { return 1 }

// TestFramesInPortions: however a stream is cut, the same comes of it.
func TestFramesInPortions(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	streams := [][]byte{join(masked(0x82, []byte("a")), masked(0x02, []byte("b")), masked(0x89, []byte("p")), masked(0x80, []byte("c")))}
	for _, row := range hostile {
		streams = append(streams, append(masked(0x82, []byte("honest")), row.sent...))
	}
	for _, stream := range streams {
		want := takeApart(stream, whole)
		for _, cut := range []func(int) int{one, func(rest int) int { return 1 + random.IntN(rest) }} {
			if got := takeApart(stream, cut); got != want {
				t.Errorf("% x\ngives %s\nin portions %s", stream, want, got)
			}
		}
	}
	if got := takeApart(streams[0], one); got != "2:61|9:70|2:6263|" {
		t.Errorf("got %s", got)
	}
}

func TestFrameLengths(t *testing.T) {
	for _, size := range []int{0, 1, 7, 8, 9, 125, 126, 127, 1000, netproto.MaxClientMessage, netproto.MaxClientMessage + 1} {
		want := make([]byte, size)
		for i := range want {
			want[i] = byte(i * 7)
		}
		var f frames
		step, bad := f.next(masked(0x82, want))
		if size > netproto.MaxClientMessage {
			if bad != errTooLong {
				t.Errorf("%d bytes: %v", size, bad)
			}
			continue
		}
		if bad != nil || !step.whole || step.opcode != gws.OpcodeBinary || !bytes.Equal(step.payload, want) {
			t.Errorf("%d bytes: %d came, %v", size, len(step.payload), bad)
		}
	}
}

// FuzzFrames: no bytes panic, nor does it matter how they are cut.
func FuzzFrames(f *testing.F) {
	for _, row := range hostile {
		f.Add(row.sent)
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		if a, b := takeApart(stream, whole), takeApart(stream, one); a != b {
			t.Errorf("% x\ngives %s\nin portions %s", stream, a, b)
		}
	})
}

func BenchmarkFrame(b *testing.B) {
	input := masked(0x82, make([]byte, 16))
	var f frames
	b.ReportAllocs()
	for b.Loop() {
		if step, bad := f.next(input); !step.whole || bad != nil {
			b.Fatal(bad)
		}
	}
}
