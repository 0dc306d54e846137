package wsframe

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"unicode/utf8"
)

// MaxHeader is the longest header of a server's frame, bytes.
const MaxHeader = 10

// Header writes the header of a server's frame, whole and unmasked, to the front
// of b and returns that part of b.
func Header(b *[MaxHeader]byte, opcode Opcode, size int) []byte {
	b[0] = finalBit | byte(opcode)
	switch {
	case size < 126:
		b[1] = byte(size)
		return b[:2]
	case size < 1<<16:
		b[1] = 126
		binary.BigEndian.PutUint16(b[2:], uint16(size))
		return b[:4]
	default:
		b[1] = 127
		binary.BigEndian.PutUint64(b[2:], uint64(size))
		return b[:10]
	}
}

// HeadRoom is how many bytes Mask needs in front of a payload: opcode, length in
// up to 3 bytes, mask.
const HeadRoom = 8

// headSpace is appended before a payload is.
var headSpace [HeadRoom]byte

// AppendHeadRoom appends the space that Mask needs in front of a payload.
func AppendHeadRoom(b []byte) []byte { return append(b, headSpace[:]...) }

// Mask turns b, which is HeadRoom bytes and a payload of at most 65,535, into one
// whole frame of a client and returns that part of b. The mask is random so that
// no proxy on the way can be made to see anything in it (RFC 6455, 10.3).
func Mask(b []byte, opcode Opcode) []byte {
	payload := b[HeadRoom:]
	key := rand.Uint32()
	start := HeadRoom - 6
	if len(payload) > 125 {
		start = HeadRoom - 8
		b[start+1] = maskBit | 126
		binary.BigEndian.PutUint16(b[start+2:], uint16(len(payload)))
	} else {
		b[start+1] = maskBit | byte(len(payload))
	}
	b[start] = finalBit | byte(opcode)
	binary.LittleEndian.PutUint32(b[HeadRoom-4:], key)
	applyMask(payload, key)
	return b[start:]
}

// MaskedControl returns a client's control frame; a longer payload is cut to 125
// bytes.
func MaskedControl(opcode Opcode, payload []byte) []byte {
	payload = payload[:min(len(payload), maxControl)]
	return Mask(slices.Concat(headSpace[:], payload), opcode)
}

// MaxReason is the longest reason of a close frame, bytes.
const MaxReason = maxControl - 2

// CloseFrame returns a server's close frame with its reason cut to MaxReason
// bytes; nil for a code that may not be sent.
func CloseFrame(code uint16, reason string) []byte {
	if !MayBeSent(code) {
		return nil
	}
	reason = CutReason(reason)
	frame := append(make([]byte, 0, 4+len(reason)), finalBit|byte(Close), byte(2+len(reason)))
	frame = binary.BigEndian.AppendUint16(frame, code)
	return append(frame, reason...)
}

// MayBeSent reports whether a close frame may carry the code (RFC 6455, 7.4).
func MayBeSent(code uint16) bool {
	switch code {
	case 1004, 1005, 1006, 1014, 1015:
		return false
	}
	return code >= 1000 && code < 1016 || code >= 3000 && code < 5000
}

// CutReason cuts a reason to MaxReason bytes, between characters.
func CutReason(reason string) string {
	if len(reason) <= MaxReason {
		return reason
	}
	n := MaxReason
	for n > 0 && !utf8.RuneStart(reason[n]) {
		n--
	}
	return reason[:n]
}
