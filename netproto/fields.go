package netproto

import (
	"errors"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// errMalformed is the cause of every CloseBadFrame that is not a limit's.
var errMalformed = errors.New("not a valid protobuf message")

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
	// ConsumeTag lets numbers through that generated code refuses.
	if n < 0 || num > protowire.MaxValidNumber {
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

// signed appends the field's zigzag numbers, packed or one, to list, of which n
// are there. Errors: there are more than fit.
func (f *fields) signed(list []int32, n *int) error {
	if f.typ == protowire.VarintType {
		f.raw = protowire.AppendVarint(nil, f.val)
	}
	p := numbers{b: f.raw}
	for p.more() {
		v := p.next()
		if *n == len(list) {
			return fmt.Errorf("more than %d", len(list))
		}
		list[*n] = int32(unzigzag(v))
		*n++
	}
	f.bad = f.bad || p.bad
	return nil
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
		p.fail()
		return 0
	}
	p.b = p.b[n:]
	return uint32Of(v)
}

// upTo reads one number that must not exceed most.
func (p *numbers) upTo(most int) int {
	v := p.next()
	if uint64(v) > uint64(most) {
		p.fail()
		return 0
	}
	return int(v)
}

func (p *numbers) fail() { p.bad, p.b = true, nil }

func uint32Of(v uint64) uint32 { return uint32(v & math.MaxUint32) }
