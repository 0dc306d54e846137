// Package wsframe takes WebSocket frames apart and puts them together (RFC 6455,
// section 5), for the server and for the client, in place and without waiting.
package wsframe

import (
	"encoding/binary"
	"errors"
)

// Opcode says what a frame is (RFC 6455, section 11.8).
type Opcode byte

// The opcodes.
const (
	Continuation Opcode = 0x0
	Text         Opcode = 0x1
	Binary       Opcode = 0x2
	Close        Opcode = 0x8
	Ping         Opcode = 0x9
	Pong         Opcode = 0xA
)

const (
	finalBit     = 0x80
	reservedBits = 0x70
	opcodeBits   = 0x0f
	maskBit      = 0x80
	lengthBits   = 0x7f

	// maxControl is the longest payload of a control frame, bytes.
	maxControl = 125
)

// Why a stream is not read on.
var (
	ErrFraming   = errors.New("broken framing")
	ErrTooLong   = errors.New("message too long")
	ErrFragments = errors.New("a message in too many pieces")
)

// Rules are what a side accepts. They do not change while a Reader uses them.
type Rules struct {
	// Masked says which way the frames go: a client masks each of its frames, a
	// server none.
	Masked bool
	// MaxMessage is the longest message and the longest frame, bytes.
	MaxMessage int
	// MaxBetween bounds the bytes of frames in which neither a message is
	// completed nor a control frame comes; 0 does not. Threat: empty pieces cost
	// a peer 6 bytes each, and no other bound counts them.
	MaxBetween int
}

// Reader takes one peer's byte stream apart into messages and control frames.
// Beside gws's own loop it saves a server a fifth of a seat's whole cost, a read
// buffer and a stack; a fuzz test of gateway/ws holds the two equal.
type Reader struct {
	Rules *Rules

	inMessage bool   // between the first and the last piece of a message
	opcode    Opcode // of that message
	message   []byte // its pieces so far
	between   int    // bytes of frames since the last event
}

// Frame is one step of a Reader.
type Frame struct {
	// Size is how many bytes it took; 0: it is not all there yet.
	Size int
	// Event: the frame completed a message or is a control frame. The payload
	// stands until the next step.
	Event   bool
	Opcode  Opcode
	Payload []byte
}

// Next takes one frame from the front of b, unmasking it in place. Errors:
// ErrFraming, ErrTooLong, ErrFragments; each ends the connection.
func (r *Reader) Next(b []byte) (Frame, error) {
	if len(b) < 2 || len(b) < headerSize(b) {
		return Frame{}, nil
	}
	head := headerSize(b)
	length, err := r.Rules.checkHeader(b[:head])
	if err != nil || len(b) < head+length {
		return Frame{}, err
	}
	payload := b[head : head+length]
	if r.Rules.Masked {
		applyMask(payload, binary.LittleEndian.Uint32(b[head-4:]))
	}
	step, err := r.join(b[0], payload)
	step.Size = head + length
	r.between += step.Size
	if step.Event {
		r.between = 0
	} else if err == nil && r.Rules.MaxBetween > 0 && r.between > r.Rules.MaxBetween {
		err = ErrFragments
	}
	return step, err
}

// headerSize is what a frame's header takes, told from its first two bytes.
func headerSize(b []byte) int {
	size := 2
	switch b[1] & lengthBits {
	case 126:
		size += 2
	case 127:
		size += 8
	}
	if b[1]&maskBit != 0 {
		size += 4
	}
	return size
}

// checkHeader checks a whole header and returns the length that it announces.
func (r *Rules) checkHeader(head []byte) (length int, err error) {
	announced := uint64(head[1] & lengthBits)
	switch announced {
	case 126:
		announced = uint64(binary.BigEndian.Uint16(head[2:]))
	case 127:
		announced = binary.BigEndian.Uint64(head[2:])
	}
	control := Opcode(head[0]&opcodeBits) > Binary
	switch {
	case announced>>63 != 0: // forbidden, and negative as an int
		return 0, ErrFraming
	case announced > uint64(r.MaxMessage):
		return 0, ErrTooLong
	case head[0]&reservedBits != 0, (head[1]&maskBit != 0) != r.Masked:
		return 0, ErrFraming
	case control && (head[0]&finalBit == 0 || head[1]&lengthBits > maxControl):
		return 0, ErrFraming
	}
	return int(announced), nil
}

// join puts the pieces of a message together; control frames may stand between.
func (r *Reader) join(first byte, payload []byte) (Frame, error) {
	final := first&finalBit != 0
	opcode := Opcode(first & opcodeBits)
	switch opcode {
	case Close, Ping, Pong:
		return Frame{Event: true, Opcode: opcode, Payload: payload}, nil
	case Text, Binary:
		if r.inMessage {
			return Frame{}, ErrFraming
		}
		if final {
			return Frame{Event: true, Opcode: opcode, Payload: payload}, nil
		}
		r.opcode, r.message = opcode, r.message[:0]
	case Continuation:
		if !r.inMessage {
			return Frame{}, ErrFraming
		}
	default:
		return Frame{}, ErrFraming
	}
	if len(r.message)+len(payload) > r.Rules.MaxMessage {
		return Frame{}, ErrTooLong
	}
	r.inMessage = !final
	r.message = append(r.message, payload...)
	return Frame{Event: final, Opcode: r.opcode, Payload: r.message}, nil
}

// applyMask puts a mask of 4 bytes, the first in the lowest bits, on b in place,
// or takes it off.
func applyMask(b []byte, key uint32) {
	eight := uint64(key)<<32 | uint64(key)
	for ; len(b) >= 8; b = b[8:] {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^eight)
	}
	for i := range b {
		b[i] ^= byte(key >> (8 * (i & 3)))
	}
}
