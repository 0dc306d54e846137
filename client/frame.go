package client

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"

	"github.com/metronome-server/metronome/netproto"
)

// Opcodes of WebSocket frames (RFC 6455, section 11.8).
const (
	opContinue = 0x0
	opText     = 0x1
	opBinary   = 0x2
	opClose    = 0x8
	opPing     = 0x9
	opPong     = 0xA
)

// frames takes a server's byte stream apart into messages and control frames
// (RFC 6455, section 5), in place and without waiting. The zero value is ready.
type frames struct {
	inMessage bool // between the first and the last piece of a message
	opcode    byte // of that message
	message   []byte
}

var (
	errFraming = &netproto.CloseError{Code: netproto.CloseProtocol, Reason: "the server's framing is broken"}
	errTooLong = &netproto.CloseError{Code: netproto.CloseTooBig, Reason: "the server's message is too long"}
)

// next takes one frame from the front of b and returns how long it was; 0: it
// is not all there yet. whole: it completed a message or is a control frame,
// whose payload stands, until the next call, in b or in f.
func (f *frames) next(b []byte) (opcode byte, payload []byte, whole bool, size int, bad *netproto.CloseError) {
	if len(b) < 2 {
		return 0, nil, false, 0, nil
	}
	head, length := 2, uint64(b[1]&0x7f)
	switch length {
	case 126:
		head = 4
	case 127:
		head = 10
	}
	if len(b) < head {
		return 0, nil, false, 0, nil
	}
	switch head {
	case 4:
		length = uint64(binary.BigEndian.Uint16(b[2:]))
	case 10:
		length = binary.BigEndian.Uint64(b[2:])
	}
	if bad = checkHeader(b[0], b[1], length); bad != nil {
		return 0, nil, false, 0, bad
	}
	size = head + int(length)
	if len(b) < size {
		return 0, nil, false, 0, nil
	}
	opcode, payload, whole, bad = f.join(b[0], b[head:size])
	return opcode, payload, whole, size, bad
}

func checkHeader(first, second byte, length uint64) *netproto.CloseError {
	const reserved, final, mask = 0x70, 0x80, 0x80
	control := first&0x08 != 0
	switch {
	case first&reserved != 0, second&mask != 0, length>>63 != 0:
		return errFraming
	case control && (first&final == 0 || length > 125):
		return errFraming
	case length > netproto.MaxServerMessage:
		return errTooLong
	}
	return nil
}

// join puts the pieces of a message together; control frames may stand between.
func (f *frames) join(first byte, payload []byte) (opcode byte, data []byte, whole bool, bad *netproto.CloseError) {
	final := first&0x80 != 0
	switch opcode = first & 0x0f; opcode {
	case opClose, opPing, opPong:
		return opcode, payload, true, nil
	case opText, opBinary:
		if f.inMessage {
			return 0, nil, false, errFraming
		}
		if final {
			return opcode, payload, true, nil
		}
		f.inMessage, f.opcode, f.message = true, opcode, f.message[:0]
	case opContinue:
		if !f.inMessage {
			return 0, nil, false, errFraming
		}
	default:
		return 0, nil, false, errFraming
	}
	if len(f.message)+len(payload) > netproto.MaxServerMessage {
		return 0, nil, false, errTooLong
	}
	f.message = append(f.message, payload...)
	f.inMessage = !final
	return f.opcode, f.message, final, nil
}

// headRoom is how many bytes seal needs in front of a payload: opcode, length
// in up to 3 bytes, mask.
const headRoom = 8

// headSpace is appended before a payload is.
var headSpace [headRoom]byte

// seal turns b, which is headRoom bytes and a payload of at most 65,535, into
// one whole masked frame and returns that part of b. The mask is random so that
// no proxy on the way can be made to see anything in it (RFC 6455, 10.3).
func seal(b []byte, opcode byte) []byte {
	payload := b[headRoom:]
	key := rand.Uint32()
	start := headRoom - 6
	if len(payload) > 125 {
		start = headRoom - 8
		b[start+1] = 0x80 | 126
		binary.BigEndian.PutUint16(b[start+2:], uint16(len(payload)))
	} else {
		b[start+1] = 0x80 | byte(len(payload))
	}
	b[start] = 0x80 | opcode
	binary.LittleEndian.PutUint32(b[headRoom-4:], key)
	mask(payload, key)
	return b[start:]
}

func mask(b []byte, key uint32) {
	for ; len(b) >= 4; b = b[4:] {
		binary.LittleEndian.PutUint32(b, binary.LittleEndian.Uint32(b)^key)
	}
	for i := range b {
		b[i] ^= byte(key >> (8 * i))
	}
}

// control returns a whole control frame; a longer payload is cut to 125 bytes.
func control(opcode byte, payload []byte) []byte {
	payload = payload[:min(len(payload), 125)]
	return seal(slices.Concat(headSpace[:], payload), opcode)
}

// closeFrame returns a close frame with a code and no reason.
func closeFrame(code netproto.CloseCode) []byte {
	return control(opClose, binary.BigEndian.AppendUint16(nil, uint16(code)))
}

// goodbye reads the payload of the server's close frame.
func goodbye(payload []byte) *netproto.CloseError {
	if len(payload) < 2 {
		return &netproto.CloseError{Code: netproto.CloseLost, Reason: "closed without a code"}
	}
	return &netproto.CloseError{
		Code:   netproto.CloseCode(binary.BigEndian.Uint16(payload)),
		Reason: string(payload[2:]),
	}
}
