package gateway

import (
	"encoding/binary"

	"github.com/lxzan/gws"

	"github.com/metronome-server/metronome/netproto"
)

// frames takes a client's byte stream apart into messages and control frames
// (RFC 6455, section 5), as strictly as gws does, in place and without waiting.
// Beside gws's own ReadLoop it saves a fifth of a seat's whole cost, a read
// buffer and a stack; a fuzz test holds the two equal. The zero value is ready.
type frames struct {
	inMessage bool       // between the first and the last piece of a message
	opcode    gws.Opcode // of that message
	message   []byte     // its pieces so far
	spent     int        // bytes of frames since the last event
}

// frame is one step of frames.
type frame struct {
	// size is how many bytes it took; 0: it is not all there yet.
	size int
	// whole: the frame was an event, that is, it completed a message or is a
	// control frame. The payload stands until the next step.
	whole   bool
	opcode  gws.Opcode
	payload []byte
}

var (
	errFraming   = &netproto.CloseError{Code: netproto.CloseProtocol, Reason: "broken framing"}
	errTooLong   = &netproto.CloseError{Code: netproto.CloseTooBig, Reason: "message too long"}
	errFragments = &netproto.CloseError{Code: netproto.CloseTooBig, Reason: "a message in too many pieces"}
)

// next takes one frame from the front of b, unmasking it in place. An error ends
// the connection.
func (f *frames) next(b []byte) (frame, *netproto.CloseError) {
	if len(b) < 2 || len(b) < headerSize(b) {
		return frame{}, nil
	}
	head := headerSize(b)
	length, bad := checkHeader(b[:head])
	if bad != nil || len(b) < head+length {
		return frame{}, bad
	}
	payload := b[head : head+length]
	unmask(payload, b[head-4:head])
	step, bad := f.join(b[0], payload)
	step.size = head + length
	f.spent += step.size
	if step.whole {
		f.spent = 0
	} else if bad == nil && f.spent > netproto.ReadBudget {
		// Empty pieces cost a peer 6 bytes, and no other bound counts them.
		bad = errFragments
	}
	return step, bad
}

// headerSize is what a frame's header takes, told from its first two bytes.
func headerSize(b []byte) int {
	size := 2
	switch b[1] & 0x7f {
	case 126:
		size += 2
	case 127:
		size += 8
	}
	if b[1]&0x80 != 0 {
		size += 4
	}
	return size
}

// checkHeader judges a whole header and returns the length it announces.
func checkHeader(head []byte) (length int, bad *netproto.CloseError) {
	announced := uint64(head[1] & 0x7f)
	switch announced {
	case 126:
		announced = uint64(binary.BigEndian.Uint16(head[2:]))
	case 127:
		announced = binary.BigEndian.Uint64(head[2:])
	}
	const final, reserved, mask = 0x80, 0x70, 0x80
	control := gws.Opcode(head[0]&0x0f) > gws.OpcodeBinary
	switch {
	case announced>>63 != 0: // forbidden, and negative as an int
		return 0, errFraming
	case announced > netproto.MaxClientMessage:
		return 0, errTooLong
	case head[0]&reserved != 0, head[1]&mask == 0:
		return 0, errFraming
	case control && (head[0]&final == 0 || head[1]&0x7f > 125):
		return 0, errFraming
	}
	return int(announced), nil
}

// join puts the pieces of a message together; control frames may stand between.
func (f *frames) join(first byte, payload []byte) (frame, *netproto.CloseError) {
	final := first&0x80 != 0
	opcode := gws.Opcode(first & 0x0f)
	switch opcode {
	case gws.OpcodeCloseConnection, gws.OpcodePing, gws.OpcodePong:
		return frame{whole: true, opcode: opcode, payload: payload}, nil
	case gws.OpcodeText, gws.OpcodeBinary:
		if f.inMessage {
			return frame{}, errFraming
		}
		if final {
			return frame{whole: true, opcode: opcode, payload: payload}, nil
		}
		f.opcode, f.message = opcode, f.message[:0]
	case gws.OpcodeContinuation:
		if !f.inMessage {
			return frame{}, errFraming
		}
	default:
		return frame{}, errFraming
	}
	f.inMessage = !final
	f.message = append(f.message, payload...)
	if len(f.message) > netproto.MaxClientMessage {
		return frame{}, errTooLong
	}
	return frame{whole: final, opcode: f.opcode, payload: f.message}, nil
}

// unmask removes a client's mask of 4 bytes, in place.
func unmask(b, key []byte) {
	four := uint64(binary.LittleEndian.Uint32(key))
	eight := four<<32 | four
	for ; len(b) >= 8; b = b[8:] {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^eight)
	}
	for i := range b {
		b[i] ^= key[i&3]
	}
}
