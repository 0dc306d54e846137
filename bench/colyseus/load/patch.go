//go:build linux

package main

import "encoding/binary"

// layouts gives, for each server config, the byte sizes of a player's fields
// in the order of the schema: x, y, angle, hp, lastInputSeq.
var layouts = map[string][5]int{
	"plain":     {4, 4, 2, 1, 4},
	"quantized": {2, 2, 2, 1, 2},
}

// seqField is the index of lastInputSeq in a layout.
const seqField = 4

// What Colyseus writes into a patch, as far as these players need it.
const (
	opStructure = 255 // a reference to the entity that the next operations are about
	opAdd       = 128 // bit of an operation: the entry is new
	opDelete    = 64
	opKind      = 0xc0 // the bits of an operation beside its field
	typeID      = 213  // the type of a new entity follows

	rootRef    = 0 // the state; its one field is the players map
	playersRef = 1 // the players map; every other reference is a player
)

// patch walks a state patch. It reports whether the patch could be decoded.
func (l *loop) patch(c *client, b []byte, t int64) (ok bool) {
	defer func() {
		if recover() != nil { // a read past the end
			ok = false
		}
	}()
	ref, i, entities := rootRef, 0, int64(0)
	for i < len(b) {
		op := b[i]
		i++
		if op == opStructure {
			ref, i = number(b, i)
			if ref > playersRef {
				entities++
			}
			continue
		}
		i = l.operation(c, b, i, ref, op, t)
	}
	if l.measuring {
		l.entities += entities
	}
	return i == len(b)
}

// operation reads what follows an operation on ref, and returns where that ends.
func (l *loop) operation(c *client, b []byte, i, ref int, op byte, t int64) int {
	deleted := op&opKind == opDelete
	switch {
	case ref == playersRef:
		return entry(b, i, op)
	case deleted:
	case ref == rootRef:
		_, i = number(b, i)
	default:
		field := int(op &^ opKind)
		if field == seqField && ref == c.own {
			l.acknowledged(c, b[i:], t)
		}
		i += l.layout[field]
	}
	return i
}

// entry skips an entry of the players map: its index, its key if it is new,
// and the entity.
func entry(b []byte, i int, op byte) int {
	_, i = number(b, i)
	if op&opKind == opDelete {
		return i
	}
	if op&opAdd != 0 {
		i += 1 + int(b[i]&0x1f)
	}
	_, i = number(b, i)
	if i < len(b) && b[i] == typeID {
		_, i = number(b, i+1)
	}
	return i
}

// acknowledged times the inputs up to the number at the start of b.
func (l *loop) acknowledged(c *client, b []byte, t int64) {
	var seq uint32
	if l.layout[seqField] == 4 {
		seq = binary.LittleEndian.Uint32(b)
	} else { // the low 16 bits
		seq = c.seq - uint32(uint16(c.seq)-binary.LittleEndian.Uint16(b))
	}
	if seq > c.seq {
		return
	}
	for s := c.acked + 1; s <= seq; s++ {
		if l.measuring && c.seq-s < inflight {
			l.ack.add(t - c.sent[s%inflight])
		}
	}
	c.acked = max(c.acked, seq)
}

// number reads a non-negative schema number of 1 to 5 bytes at b[i:] and
// returns it and where it ends.
func number(b []byte, i int) (int, int) {
	switch x := b[i]; x {
	case 0xcc:
		return int(b[i+1]), i + 2
	case 0xcd:
		return int(binary.LittleEndian.Uint16(b[i+1:])), i + 3
	case 0xce:
		return int(binary.LittleEndian.Uint32(b[i+1:])), i + 5
	default:
		return int(x), i + 1
	}
}
