package netproto

import (
	"errors"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// errMalformed is the cause of every CloseBadFrame that is not a limit's.
var errMalformed = errors.New("not a valid protobuf message")

// Field numbers of proto/metronome/v1/play.proto; TestFieldNumbers compares.
const (
	clientInput     = 1
	clientChat      = 2
	clientPing      = 3
	clientResync    = 4
	clientNoticeAck = 5
	clientLeave     = 6

	inputTick  = 1
	inputSeen  = 2
	inputValue = 3

	serverTick     = 1
	serverInputAge = 2
	serverSlack    = 3
	serverSkipped  = 4
	serverChunk    = 5
	serverOwn      = 6
	serverUnsee    = 7
	serverWelcome  = 8
	serverNotice   = 9
	serverPong     = 10
	serverDropped  = 11

	chunkGroup = 1
	chunkAge   = 2
	chunkKey   = 3
	chunkTable = 4
	chunkEvent = 5

	changeTable  = 1
	changeLeave  = 2
	changeEnter  = 3
	changeChange = 4
	changeMoved  = 5
)

func zigzag(v uint32) uint32   { return v<<1 ^ uint32(int32(v)>>31) }
func unzigzag(v uint32) uint32 { return v>>1 ^ -(v & 1) }

// appendTag writes a field's tag; the fields here are all below 16: one byte.
func appendTag(b []byte, field int, t protowire.Type) []byte {
	return append(b, byte(field<<3|int(t)))
}

// appendUint writes a scalar field, or nothing when it is 0, as proto3 does.
func appendUint(b []byte, field int, v uint64) []byte {
	if v == 0 {
		return b
	}
	return protowire.AppendVarint(appendTag(b, field, protowire.VarintType), v)
}

// appendBytes writes a length-delimited field, empty ones included.
func appendBytes(b []byte, field int, v []byte) []byte {
	b = protowire.AppendVarint(appendTag(b, field, protowire.BytesType), uint64(len(v)))
	return append(b, v...)
}

// appendPacked writes a packed field that is already encoded, or nothing.
func appendPacked(b []byte, field int, v []byte) []byte {
	if len(v) == 0 {
		return b
	}
	return appendBytes(b, field, v)
}

// fields walks the fields of a message. After the walk, bad tells.
type fields struct {
	b   []byte
	bad bool
	num protowire.Number
	typ protowire.Type
	// val is a scalar field's value, raw the content of a length-delimited one.
	val uint64
	raw []byte
}

// next reads the next field; false at the end or at the first fault.
func (f *fields) next() bool {
	if len(f.b) == 0 || f.bad {
		return false
	}
	num, typ, n := protowire.ConsumeTag(f.b)
	if n < 0 {
		return f.fail()
	}
	f.num, f.typ, f.b = num, typ, f.b[n:]
	switch typ {
	case protowire.VarintType:
		f.val, n = protowire.ConsumeVarint(f.b)
	case protowire.BytesType:
		f.raw, n = protowire.ConsumeBytes(f.b)
	default:
		n = protowire.ConsumeFieldValue(num, typ, f.b)
	}
	if n < 0 {
		return f.fail()
	}
	f.b = f.b[n:]
	return true
}

func (f *fields) fail() bool {
	f.bad = true
	return false
}

// is reports whether the field is this one with this wire type. A known number
// with another type is skipped, as generated code does.
func (f *fields) is(num int, typ protowire.Type) bool {
	return f.num == protowire.Number(num) && f.typ == typ
}

// numbers walks varints of a packed field.
type numbers struct {
	b   []byte
	bad bool
}

func (p *numbers) more() bool { return len(p.b) > 0 && !p.bad }

// next reads one number of at most 32 bits; 0 once something was wrong. Longer
// varints keep their low 32 bits, as generated code does.
func (p *numbers) next() uint32 {
	if len(p.b) > 0 && p.b[0] < 0x80 {
		v := p.b[0]
		p.b = p.b[1:]
		return uint32(v)
	}
	v, n := protowire.ConsumeVarint(p.b)
	if n < 0 {
		p.bad, p.b = true, nil
		return 0
	}
	p.b = p.b[n:]
	return uint32(v)
}

// upTo reads one number that must not exceed most.
func (p *numbers) upTo(most int) int {
	v := p.next()
	if uint64(v) > uint64(most) {
		p.bad, p.b = true, nil
		return 0
	}
	return int(v)
}

func uint32Of(v uint64) uint32 { return uint32(v & math.MaxUint32) }
