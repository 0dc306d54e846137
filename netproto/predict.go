package netproto

import "github.com/metronome-server/metronome/sim"

// Both ends predict a column by the same arithmetic, in 32 bits that wrap at
// the column's width, so that a prediction is never off by an overflow.

// signed reports whether values of a kind travel zigzag.
func signed(k sim.Kind) bool {
	return k == sim.KindInt8 || k == sim.KindInt16 || k == sim.KindInt32 || k == sim.KindFixed
}

// narrow returns 32 minus the width in bits by which a kind wraps.
func narrow(k sim.Kind) uint8 {
	switch k {
	case sim.KindInt8, sim.KindUint8:
		return 24
	case sim.KindInt16, sim.KindUint16, sim.KindAngle:
		return 16
	default:
		return 0
	}
}

// wrap brings a difference of two values into the column's width, signed.
func wrap(d uint32, narrow uint8) uint32 { return uint32(int32(d<<narrow) >> narrow) }

// canonical brings a sum into the form that a column of this width has.
func canonical(v uint32, narrow uint8, signed bool) uint32 {
	if signed {
		return wrap(v, narrow)
	}
	return v << narrow >> narrow
}
