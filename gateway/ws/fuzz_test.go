package ws

import (
	"testing"

	"github.com/metronome-server/metronome/netproto"
)

// FuzzAfterUpgrade sends any bytes behind an upgrade and the end of the stream:
// nothing panics, the connection ends in one code that both sides agree on, and
// both kinds of connection, gws's reader and ours, find the same one.
//
//	go test ./gateway/ws -run '^$' -fuzz AfterUpgrade -fuzzminimizetime 1x
func FuzzAfterUpgrade(f *testing.F) {
	for _, row := range hostile {
		f.Add(row.sent)
	}
	f.Add(masked(0x82, []byte("fine")))
	f.Add(closing(1000, "bye"))
	f.Add([]byte{})
	modes := []Mode{ModePortable}
	if canTick {
		modes = append(modes, ModeTick)
	}
	var rigs []*rig
	for _, mode := range modes {
		rigs = append(rigs, newRig(f, mode))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > netproto.ReadBudget {
			// Where an endless message is cut off depends on what was read ahead.
			t.Skip()
		}
		var codes []netproto.CloseCode
		for _, shared := range rigs {
			r := *shared
			r.t = t
			codes = append(codes, endsInOneCode(t, &r, b))
		}
		if codes[0] != codes[len(codes)-1] {
			t.Errorf("codes %v for %.500x", codes, b)
		}
	})
}
