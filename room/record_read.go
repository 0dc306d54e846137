package room

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// ErrJournal is the cause of every journal that cannot be read.
var ErrJournal = errors.New("journal is damaged")

// errCutOff says that a journal ends in the middle of a record.
var errCutOff = errors.New("journal is cut off")

// records reads a journal record by record.
type records struct {
	in   *bufio.Reader
	body bytes.Buffer
}

// next reads the next record; body is valid until the one after. Errors:
// io.EOF after the last one, errCutOff, ErrJournal.
func (r *records) next() (kind recordKind, body []byte, err error) {
	size, err := binary.ReadUvarint(r.in)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return 0, nil, errCutOff
	case errors.Is(err, io.EOF):
		return 0, nil, io.EOF
	case err != nil:
		return 0, nil, fmt.Errorf("%w: %w", ErrJournal, err)
	case size < 1 || size > maxRecord:
		return 0, nil, fmt.Errorf("%w: a record of %d bytes", ErrJournal, size)
	}
	r.body.Reset()
	// The buffer grows with what is there, whatever the length claims.
	switch _, err = io.CopyN(&r.body, r.in, int64(size)+4); {
	case errors.Is(err, io.EOF):
		return 0, nil, errCutOff
	case err != nil:
		return 0, nil, fmt.Errorf("%w: %w", ErrJournal, err)
	}
	b := r.body.Bytes()
	if crc32.ChecksumIEEE(b[:size]) != binary.LittleEndian.Uint32(b[size:]) {
		return 0, nil, fmt.Errorf("%w: a record's checksum is wrong", ErrJournal)
	}
	return recordKind(b[0]), b[1:size], nil
}

// recordReader takes a record's body apart; after a fault it gives zeros.
type recordReader struct {
	b   []byte
	bad bool
}

func (r *recordReader) fail() { r.b, r.bad = nil, true }

// done reports whether everything was there and nothing is left over.
func (r *recordReader) done() bool { return !r.bad && len(r.b) == 0 }

func (r *recordReader) number(most uint64) uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || v > most {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *recordReader) signed() int32 {
	v, n := binary.Varint(r.b)
	if n <= 0 || v < math.MinInt32 || v > math.MaxInt32 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return int32(v)
}

func (r *recordReader) word() uint64 {
	if len(r.b) < 8 {
		r.fail()
		return 0
	}
	v := binary.LittleEndian.Uint64(r.b)
	r.b = r.b[8:]
	return v
}

func (r *recordReader) text() string {
	n := int(r.number(256))
	if len(r.b) < n {
		r.fail()
		return ""
	}
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}

func (r *recordReader) header() JournalHeader {
	return JournalHeader{Room: r.text(), Mode: r.text(), Hz: int(r.number(1000)), Seed: r.word(), Shape: r.word()}
}

// tick reads into t, whose slices it uses again.
func (r *recordReader) tick(t *JournalTick) {
	t.Tick = sim.Tick(r.number(math.MaxUint32))
	t.Leaves, t.Joins = r.seats(t.Leaves[:0]), r.seats(t.Joins[:0])
	t.Inputs = t.Inputs[:0]
	for n := r.number(sim.MaxSeats); n > 0 && !r.bad; n-- {
		t.Inputs = append(t.Inputs, r.input())
	}
	t.Hash = r.word()
}

func (r *recordReader) input() JournalInput {
	who := r.number(sim.MaxSeats<<2 | 3)
	in := JournalInput{Seat: sim.Seat(who >> 2), From: sim.Origin(who & 3), Seen: int(r.number(math.MaxUint16))}
	if in.From > sim.Repeated {
		r.fail()
	}
	for n := r.number(netproto.MaxInputValues); n > 0 && !r.bad; n-- {
		in.Values = append(in.Values, r.signed())
	}
	return in
}

func (r *recordReader) seats(seats []sim.Seat) []sim.Seat {
	for n := r.number(sim.MaxSeats); n > 0 && !r.bad; n-- {
		seats = append(seats, sim.Seat(r.number(sim.MaxSeats)))
	}
	return seats
}
