package journal

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"

	"github.com/metronome-server/metronome/sim"
)

// ErrDamaged is the cause of every journal that cannot be read.
var ErrDamaged = errors.New("journal is damaged")

// ErrCutOff says that a journal ends in the middle of a record, as one does whose
// process was killed.
var ErrCutOff = errors.New("journal is cut off")

// Reader reads a journal record by record.
type Reader struct {
	in   *bufio.Reader
	head []byte // the length of the record that was read last
	body bytes.Buffer
	at   int64 // of that record
	next int64
}

// NewReader reads the magic. Errors: ErrDamaged, when it is not there.
func NewReader(in io.Reader) (*Reader, error) {
	r := &Reader{in: bufio.NewReader(in), next: int64(len(Magic))}
	magic := make([]byte, len(Magic))
	if _, err := io.ReadFull(r.in, magic); err != nil || string(magic) != Magic {
		return nil, fmt.Errorf("%w: it does not start as a journal does", ErrDamaged)
	}
	return r, nil
}

// Next reads the next record; body is valid until the one after. Errors:
// io.EOF after the last one, ErrCutOff, ErrDamaged.
func (r *Reader) Next() (kind Kind, body []byte, err error) {
	r.at, r.head = r.next, r.head[:0]
	r.body.Reset()
	size, err := binary.ReadUvarint(lengthReader{r})
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return 0, nil, ErrCutOff
	case errors.Is(err, io.EOF):
		return 0, nil, io.EOF
	case err != nil:
		return 0, nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	case size < 1 || size > MaxRecord:
		return 0, nil, fmt.Errorf("%w: a record of %d bytes", ErrDamaged, size)
	}
	// The buffer grows with what is there, whatever the length claims.
	switch _, err = io.CopyN(&r.body, r.in, int64(size)+4); {
	case errors.Is(err, io.EOF):
		return 0, nil, ErrCutOff
	case err != nil:
		return 0, nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	b := r.body.Bytes()
	if crc32.ChecksumIEEE(b[:size]) != binary.LittleEndian.Uint32(b[size:]) {
		return 0, nil, fmt.Errorf("%w: a record's checksum is wrong", ErrDamaged)
	}
	r.next += int64(len(r.head) + len(b))
	return Kind(b[0]), b[1:size], nil
}

// lengthReader keeps the bytes of a record's length.
type lengthReader struct{ *Reader }

// ReadByte implements io.ByteReader.
func (r lengthReader) ReadByte() (byte, error) {
	b, err := r.in.ReadByte()
	if err == nil {
		r.head = append(r.head, b)
	}
	return b, err
}

// Offset is where the record that was read last begins, also one that Next failed
// at, bytes from the start.
func (r *Reader) Offset() int64 { return r.at }

// SkipToCheckpoint goes on after a record that Next failed at: with the next whole
// checkpoint behind its first byte. It reports whether there is one. It reads the
// rest of the journal into memory.
func (r *Reader) SkipToCheckpoint() bool {
	rest := append(bytes.Clone(r.head), r.body.Bytes()...)
	var all bytes.Buffer
	all.Write(rest)
	if _, err := all.ReadFrom(r.in); err != nil {
		return false
	}
	rest = all.Bytes()
	for at := 1; at < len(rest); at++ {
		if wholeCheckpoint(rest[at:]) {
			r.in, r.next = bufio.NewReader(bytes.NewReader(rest[at:])), r.at+int64(at)
			return true
		}
	}
	return false
}

// wholeCheckpoint reports whether b begins with a checkpoint's whole record.
func wholeCheckpoint(b []byte) bool {
	size, n := binary.Uvarint(b)
	if n <= 0 || size < 1 || size > MaxRecord || uint64(len(b)-n) < size+4 || Kind(b[n]) != KindCheckpoint {
		return false
	}
	record := b[n : n+int(size)]
	return crc32.ChecksumIEEE(record) == binary.LittleEndian.Uint32(b[n+int(size):])
}

// ReadHeader reads the body of a KindHeader. Errors: ErrDamaged, also of a layout of
// another version.
func ReadHeader(body []byte) (Header, error) {
	r := bodyReader{b: body}
	h := Header{Room: r.text(), Mode: r.text(), Hz: int(r.number(1000)), Seed: r.word(), Shape: r.word()}
	if len(r.b) > 0 {
		h.Seats = int(r.number(sim.MaxSeats))
	}
	if len(r.b) > 0 {
		for n := r.number(maxParams); n > 0 && !r.bad; n-- {
			h.Params = append(h.Params, sim.Param{Name: r.text(), Value: r.text()})
		}
		h.OneMatch = r.number(1) != 0
	}
	if len(r.b) > 0 {
		var err error
		if h.Layout, err = r.layout(); err != nil {
			return Header{}, err
		}
	}
	if !r.done() {
		return Header{}, fmt.Errorf("%w: its header", ErrDamaged)
	}
	return h, nil
}

// ReadCheckpoint reads the body of a KindCheckpoint; state is part of it.
// Errors: ErrDamaged.
func ReadCheckpoint(body []byte) (tick sim.Tick, state []byte, err error) {
	r := bodyReader{b: body}
	tick = sim.Tick(r.number(math.MaxUint32))
	if r.bad {
		return 0, nil, fmt.Errorf("%w: a checkpoint without a tick", ErrDamaged)
	}
	return tick, r.b, nil
}

// ReadTick reads the body of a KindTick into t, whose slices it uses again.
// Errors: ErrDamaged.
func ReadTick(body []byte, t *Tick) error {
	r := bodyReader{b: body}
	if r.tick(t); !r.done() {
		return fmt.Errorf("%w: the record of tick %d", ErrDamaged, t.Tick)
	}
	return nil
}

// ReadFault reads the body of a KindFault. Errors: ErrDamaged.
func ReadFault(body []byte) (Fault, error) {
	r := bodyReader{b: body}
	f := Fault{Tick: sim.Tick(r.number(math.MaxUint32)), Phase: r.text(), Text: r.text()}
	if !r.done() {
		return Fault{}, fmt.Errorf("%w: the record of a fault", ErrDamaged)
	}
	return f, nil
}

// bodyReader takes a record's body apart; after a fault it gives zeros.
type bodyReader struct {
	b   []byte
	bad bool
}

func (r *bodyReader) fail() { r.b, r.bad = nil, true }

// done reports whether everything was there and nothing is left over.
func (r *bodyReader) done() bool { return !r.bad && len(r.b) == 0 }

func (r *bodyReader) number(most uint64) uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || v > most {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *bodyReader) signed() int32 {
	v, n := binary.Varint(r.b)
	if n <= 0 || v < math.MinInt32 || v > math.MaxInt32 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return int32(v)
}

func (r *bodyReader) word() uint64 {
	if len(r.b) < 8 {
		r.fail()
		return 0
	}
	v := binary.LittleEndian.Uint64(r.b)
	r.b = r.b[8:]
	return v
}

func (r *bodyReader) text() string {
	n := int(r.number(maxText))
	if len(r.b) < n {
		r.fail()
		return ""
	}
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}

func (r *bodyReader) tick(t *Tick) {
	t.Tick = sim.Tick(r.number(math.MaxUint32))
	t.Leaves = r.seats(t.Leaves[:0])
	t.Joins, t.Inputs, t.Commands = t.Joins[:0], t.Inputs[:0], t.Commands[:0]
	for n := r.number(sim.MaxSeats); n > 0 && !r.bad; n-- {
		t.Joins = append(t.Joins, Join{Seat: sim.Seat(r.number(sim.MaxSeats))})
	}
	for n := r.number(sim.MaxSeats); n > 0 && !r.bad; n-- {
		t.Inputs = append(t.Inputs, r.input())
	}
	t.Hash = r.word()
	if len(r.b) == 0 {
		return // nobody came and nobody commands, or it is of a time that knew neither
	}
	for i := range t.Joins {
		t.Joins[i].Who = r.entrant()
	}
	for n := r.number(sim.MaxSeats * maxCommands); n > 0 && !r.bad; n-- {
		t.Commands = append(t.Commands, Command{
			Seat: sim.Seat(r.number(sim.MaxSeats)), Number: uint32(r.number(math.MaxUint32)),
			Values: r.values(maxInputValues), List: r.values(sim.MaxCommandList),
		})
	}
	if len(t.Joins)+len(t.Commands) == 0 {
		r.fail() // it would have ended before
	}
}

const (
	// maxInputValues is the most fields that an input or a command has,
	// netproto.MaxInputValues. Threat: a forged file that makes its reader allocate.
	maxInputValues = 32
	// maxCommands is the most commands of one seat at one tick,
	// netproto.MaxCommands.
	maxCommands = 16
	// maxParams is the most params that a room has.
	maxParams = 32
)

func (r *bodyReader) entrant() sim.Entrant {
	who := sim.Entrant{User: r.word()}
	flags := r.number(2*sim.MaxTeam + 1)
	who.Team, who.Bot = uint8(flags>>1), flags&1 != 0
	who.Rating = r.signed()
	who.Name = r.text()
	if n := int(r.number(sim.MaxEntrantData)); n > 0 && n <= len(r.b) {
		who.Data = append([]byte(nil), r.b[:n]...)
		r.b = r.b[n:]
	} else if n > 0 {
		r.fail()
	}
	return who
}

func (r *bodyReader) values(most uint64) (values []int32) {
	for n := r.number(most); n > 0 && !r.bad; n-- {
		values = append(values, r.signed())
	}
	return values
}

func (r *bodyReader) input() Input {
	who := r.number(sim.MaxSeats<<2 | 3)
	in := Input{Seat: sim.Seat(who >> 2), From: sim.Origin(who & 3), Seen: int(r.number(math.MaxUint16))}
	if in.From > sim.Repeated {
		r.fail()
	}
	in.Values = r.values(maxInputValues)
	return in
}

func (r *bodyReader) seats(seats []sim.Seat) []sim.Seat {
	for n := r.number(sim.MaxSeats); n > 0 && !r.bad; n-- {
		seats = append(seats, sim.Seat(r.number(sim.MaxSeats)))
	}
	return seats
}
