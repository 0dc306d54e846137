package netproto

import (
	"math"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// TestArithmetic holds that sums and differences of every kind wrap as
// variables of its width do.
func TestArithmetic(t *testing.T) {
	values := []int64{0, 1, -1, 2, 100, 127, 128, -128, -129, 255, 256, 32767, 32768, -32768, 65535, 65536,
		math.MaxInt32, math.MinInt32, math.MaxUint32, 1 << 20, -1 << 20}
	for kind, fitted := range map[sim.Kind]func(int64) uint32{
		sim.KindInt8:   func(v int64) uint32 { return uint32(int8(v)) },
		sim.KindInt16:  func(v int64) uint32 { return uint32(int16(v)) },
		sim.KindInt32:  func(v int64) uint32 { return uint32(v) },
		sim.KindUint8:  func(v int64) uint32 { return uint32(uint8(v)) },
		sim.KindUint16: func(v int64) uint32 { return uint32(uint16(v)) },
		sim.KindUint32: func(v int64) uint32 { return uint32(v) },
		sim.KindFixed:  func(v int64) uint32 { return uint32(v) },
		sim.KindAngle:  func(v int64) uint32 { return uint32(uint16(v)) },
	} {
		n, s := narrow(kind), signed(kind)
		for _, a := range values {
			for _, b := range values {
				x, y := fitted(a), fitted(b)
				if got := canonical(x+y, n, s); got != fitted(int64(x)+int64(y)) {
					t.Errorf("kind %d: %d + %d is %d", kind, int32(x), int32(y), int32(got))
				}
				d := wrap(y-x, n)
				if canonical(x+d, n, s) != y {
					t.Errorf("kind %d: %d and its distance to %d, %d, is not that", kind, int32(x), int32(y), int32(d))
				}
				if half := int64(1) << (31 - n); int64(int32(d)) < -half || int64(int32(d)) >= half {
					t.Errorf("kind %d: distance %d is longer than half way round", kind, int32(d))
				}
			}
		}
	}
}

func TestKindsThatAreNumbersOnly(t *testing.T) {
	for _, k := range []sim.Kind{sim.KindBool, sim.KindSeat, sim.KindRef, 0, 200} {
		if signed(k) || narrow(k) != 0 {
			t.Errorf("kind %d", k)
		}
	}
}
