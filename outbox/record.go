package outbox

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"time"

	"github.com/metronome-server/metronome/sim"
)

// segmentMagic begins every segment. Records follow: length of the payload (4
// bytes), CRC-32C of length and payload (4 bytes), payload. Numbers are little
// endian; the payload's first byte is its kind.
const segmentMagic = "metronome outbox 1\n"

// The kinds of a record.
const (
	// recordEntry has an entry with the state of each route. A later one of the same
	// place takes its place.
	recordEntry byte = 'E'
	// recordCarried is one that was in an earlier segment, which is gone since.
	recordCarried byte = 'C'
	// recordState has the new state of one route of an entry.
	recordState byte = 'S'
)

const (
	recordHead = 8
	// maxRecord is the longest payload, bytes: an entry and its routes. Threat: a
	// damaged length that makes recovery look at more than there is.
	maxRecord = MaxBody + 1<<20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// beginRecord appends a record's head; endRecord fills it in.
func beginRecord(b []byte, kind byte) []byte {
	return append(append(b, make([]byte, recordHead)...), kind)
}

func endRecord(b []byte, at int) []byte {
	binary.LittleEndian.PutUint32(b[at:], uint32(len(b)-at-recordHead))
	binary.LittleEndian.PutUint32(b[at+4:], checksum(b[at:at+4], b[at+recordHead:]))
	return b
}

func checksum(length, payload []byte) uint32 {
	return crc32.Update(crc32.Checksum(length, castagnoli), castagnoli, payload)
}

// appendEntry appends an entry with all its routes.
func appendEntry(b []byte, kind byte, it *item) []byte {
	at := len(b)
	b = beginRecord(b, kind)
	b = binary.AppendUvarint(b, it.place)
	b = binary.AppendVarint(b, it.put.UnixMilli())
	b = binary.AppendUvarint(b, uint64(len(it.routes)))
	for i := range it.routes {
		b = appendRoute(b, &it.routes[i])
	}
	e := &it.entry
	for _, s := range [...]string{e.ID, e.Room, e.Mode, e.Kind, e.Name} {
		b = appendBytes(b, s)
	}
	b = binary.AppendUvarint(b, e.Epoch)
	b = binary.AppendUvarint(b, uint64(e.Tick))
	b = binary.AppendVarint(b, int64(e.N))
	return endRecord(appendBytes(b, e.Body), at)
}

// appendState appends what became of one route of an entry.
func appendState(b []byte, it *item, r *route) []byte {
	at := len(b)
	b = beginRecord(b, recordState)
	b = binary.AppendUvarint(b, it.place)
	return endRecord(appendRoute(b, r), at)
}

func appendRoute(b []byte, r *route) []byte {
	now := r.state
	if r.orphaned() {
		now = r.kept
	}
	b = append(appendBytes(b, r.name), byte(now))
	if now == dead {
		b = appendBytes(binary.AppendVarint(b, r.since.UnixMilli()), r.why)
	}
	return b
}

func appendBytes[T string | []byte](b []byte, s T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// nextRecord returns the payload of the first whole record in b, from an offset
// on, and where the one after begins. Bytes that are no record are passed over: a
// torn end, or damage, which costs the records that it hits and no others. nil:
// there is none any more.
func nextRecord(b []byte, from int) (payload []byte, next int) {
	for at := from; at+recordHead < len(b); at++ {
		size := int64(binary.LittleEndian.Uint32(b[at:]))
		if size < 1 || size > maxRecord || size > int64(len(b)-at-recordHead) {
			continue
		}
		payload := b[at+recordHead:][:size]
		if kind := payload[0]; kind != recordEntry && kind != recordCarried && kind != recordState {
			continue
		}
		if checksum(b[at:at+4], payload) == binary.LittleEndian.Uint32(b[at+4:]) {
			return payload, at + recordHead + int(size)
		}
	}
	return nil, len(b)
}

// parser reads a payload; bad: it has an end too soon, or what cannot be.
type parser struct {
	b   []byte
	bad bool
}

func (p *parser) uvarint() uint64 {
	v, n := binary.Uvarint(p.b)
	return advance(p, v, n)
}

func (p *parser) varint() int64 {
	v, n := binary.Varint(p.b)
	return advance(p, v, n)
}

func advance[T any](p *parser, v T, n int) T {
	if n <= 0 {
		p.bad, p.b = true, nil
		return v
	}
	p.b = p.b[n:]
	return v
}

func (p *parser) bytes() []byte {
	n := p.uvarint()
	if n > uint64(len(p.b)) {
		p.bad, p.b = true, nil
		return nil
	}
	s := p.b[:n]
	p.b = p.b[n:]
	return s
}

func (p *parser) text() string { return string(p.bytes()) }

func (p *parser) route() route {
	r := route{name: p.text()}
	if len(p.b) == 0 || p.b[0] < byte(waiting) || p.b[0] > byte(dead) {
		p.bad = true
		return r
	}
	r.state, p.b = state(p.b[0]), p.b[1:]
	if r.state == dead {
		r.since, r.why = time.UnixMilli(p.varint()), p.text()
	}
	return r
}

// maxRoutes is how many routes of an entry are read. Threat: a damaged file.
const maxRoutes = 64

// entry reads what follows the kind of an entry's record; nil: it is none.
func (p *parser) entry() *item {
	it := &item{place: p.uvarint(), put: time.UnixMilli(p.varint())}
	routes := p.uvarint()
	if p.bad || routes > maxRoutes {
		return nil
	}
	for range routes {
		it.routes = append(it.routes, p.route())
	}
	e := &it.entry
	e.ID, e.Room, e.Mode, e.Kind, e.Name = p.text(), p.text(), p.text(), p.text(), p.text()
	e.Epoch = p.uvarint()
	e.Tick = sim.Tick(p.uvarint())
	e.N = int(p.varint())
	e.Body = bytes.Clone(p.bytes())
	if p.bad || len(p.b) > 0 || e.check() != nil {
		return nil
	}
	it.size = e.size()
	return it
}
