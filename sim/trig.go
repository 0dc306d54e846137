package sim

// Angle is a direction: 65536 to the full circle, 0 along X, 16384 along Y.
// Arithmetic wraps, which is what angles want.
type Angle uint16

// Sin returns the sine of a in 1/65536, within 2/65536 of the true value.
func Sin(a Angle) int32 {
	switch quarter := a >> 14; quarter {
	case 0:
		return quarterSine(uint32(a))
	case 1:
		return quarterSine(32768 - uint32(a))
	case 2:
		return -quarterSine(uint32(a) - 32768)
	}
	return -quarterSine(65536 - uint32(a))
}

// Cos returns the cosine of a in 1/65536.
func Cos(a Angle) int32 { return Sin(a + 16384) }

// quarterSine interpolates in the table; a is 0 to 16384.
func quarterSine(a uint32) int32 {
	i, part := a>>6, int32(a&63)
	if part == 0 {
		return sines[i]
	}
	return sines[i] + (sines[i+1]-sines[i])*part>>6
}

// Toward returns the vector of length r in direction a.
func Toward(a Angle, r Fixed) Vec {
	return Vec{Fixed(int64(Cos(a)) * int64(r) >> 16), Fixed(int64(Sin(a)) * int64(r) >> 16)}
}

// AngleOf returns the direction of v, to within 2 units; 0 for the zero vector.
func AngleOf(v Vec) Angle {
	x, y := int64(v.X), int64(v.Y)
	if x == 0 && y == 0 {
		return 0
	}
	var turn Angle
	for x <= 0 || y < 0 { // turn back by quarters until 0 <= angle < 90 degrees
		x, y, turn = y, -x, turn+16384
	}
	lo, hi := Angle(0), Angle(16384)
	for hi-lo > 1 { // the angle whose tangent is y/x
		mid := (lo + hi) / 2
		if int64(Sin(mid))*x <= int64(Cos(mid))*y {
			lo = mid
		} else {
			hi = mid
		}
	}
	return turn + lo
}

// sines is a quarter of the sine in 256 steps, in 1/65536, rounded to nearest.
// It is written out because computing it in floating point may differ by machine.
var sines = [257]int32{
	0, 402, 804, 1206, 1608, 2010, 2412, 2814, 3216, 3617, 4019, 4420, 4821, 5222, 5623, 6023,
	6424, 6824, 7224, 7623, 8022, 8421, 8820, 9218, 9616, 10014, 10411, 10808, 11204, 11600, 11996, 12391,
	12785, 13180, 13573, 13966, 14359, 14751, 15143, 15534, 15924, 16314, 16703, 17091, 17479, 17867, 18253, 18639,
	19024, 19409, 19792, 20175, 20557, 20939, 21320, 21699, 22078, 22457, 22834, 23210, 23586, 23961, 24335, 24708,
	25080, 25451, 25821, 26190, 26558, 26925, 27291, 27656, 28020, 28383, 28745, 29106, 29466, 29824, 30182, 30538,
	30893, 31248, 31600, 31952, 32303, 32652, 33000, 33347, 33692, 34037, 34380, 34721, 35062, 35401, 35738, 36075,
	36410, 36744, 37076, 37407, 37736, 38064, 38391, 38716, 39040, 39362, 39683, 40002, 40320, 40636, 40951, 41264,
	41576, 41886, 42194, 42501, 42806, 43110, 43412, 43713, 44011, 44308, 44604, 44898, 45190, 45480, 45769, 46056,
	46341, 46624, 46906, 47186, 47464, 47741, 48015, 48288, 48559, 48828, 49095, 49361, 49624, 49886, 50146, 50404,
	50660, 50914, 51166, 51417, 51665, 51911, 52156, 52398, 52639, 52878, 53114, 53349, 53581, 53812, 54040, 54267,
	54491, 54714, 54934, 55152, 55368, 55582, 55794, 56004, 56212, 56418, 56621, 56823, 57022, 57219, 57414, 57607,
	57798, 57986, 58172, 58356, 58538, 58718, 58896, 59071, 59244, 59415, 59583, 59750, 59914, 60075, 60235, 60392,
	60547, 60700, 60851, 60999, 61145, 61288, 61429, 61568, 61705, 61839, 61971, 62101, 62228, 62353, 62476, 62596,
	62714, 62830, 62943, 63054, 63162, 63268, 63372, 63473, 63572, 63668, 63763, 63854, 63944, 64031, 64115, 64197,
	64277, 64354, 64429, 64501, 64571, 64639, 64704, 64766, 64827, 64884, 64940, 64993, 65043, 65091, 65137, 65180,
	65220, 65259, 65294, 65328, 65358, 65387, 65413, 65436, 65457, 65476, 65492, 65505, 65516, 65525, 65531, 65535,
	65536,
}
