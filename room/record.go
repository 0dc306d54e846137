package room

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// A journal is a sequence of records: length (uvarint), kind (1 byte), body,
// CRC-32 of kind and body (4 bytes, little endian). A file starts with magic.
const journalMagic = "metronome journal 1\n"

type recordKind byte

const (
	recordHeader     recordKind = 'H'
	recordCheckpoint recordKind = 'C'
	recordTick       recordKind = 'T'
)

// maxRecord bounds what a reader allocates for one record, bytes.
// Threat: a damaged or forged file. 64 MB is the state of a million rows.
const maxRecord = 64 << 20

// errJournal is the cause of every journal that cannot be read.
var errJournal = errors.New("journal is damaged")

func appendRecord(b []byte, kind recordKind, body []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(body)+1))
	at := len(b)
	b = append(append(b, byte(kind)), body...)
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b[at:]))
}

func appendHeader(b []byte, h JournalHeader) []byte {
	for _, s := range []string{h.Room, h.Mode} {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	b = binary.AppendUvarint(b, uint64(h.Hz))
	b = binary.LittleEndian.AppendUint64(b, h.Seed)
	return binary.LittleEndian.AppendUint64(b, h.Shape)
}

func appendTick(b []byte, t *JournalTick) []byte {
	b = binary.AppendUvarint(b, uint64(t.Tick))
	for _, seats := range [][]sim.Seat{t.Leaves, t.Joins} {
		b = binary.AppendUvarint(b, uint64(len(seats)))
		for _, s := range seats {
			b = binary.AppendUvarint(b, uint64(s))
		}
	}
	b = binary.AppendUvarint(b, uint64(len(t.Inputs)))
	for i := range t.Inputs {
		in := &t.Inputs[i]
		b = binary.AppendUvarint(b, uint64(in.Seat)<<2|uint64(in.From))
		b = binary.AppendUvarint(b, uint64(in.Seen))
		b = binary.AppendUvarint(b, uint64(len(in.Values)))
		for _, v := range in.Values {
			b = binary.AppendVarint(b, int64(v))
		}
	}
	return binary.LittleEndian.AppendUint64(b, t.Hash)
}

// journalReader takes records apart; after a fault it gives zeros.
type journalReader struct {
	b   []byte
	bad bool
}

func (r *journalReader) number(most uint64) uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || v > most {
		r.b, r.bad = nil, true
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *journalReader) take(n int) []byte {
	if len(r.b) < n {
		r.b, r.bad = nil, true
		return make([]byte, min(n, 8))
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *journalReader) word() uint64 { return binary.LittleEndian.Uint64(r.take(8)) }

func (r *journalReader) text() string { return string(r.take(int(r.number(256)))) }

func (r *journalReader) header() JournalHeader {
	return JournalHeader{Room: r.text(), Mode: r.text(), Hz: int(r.number(1000)), Seed: r.word(), Shape: r.word()}
}

func (r *journalReader) tick() JournalTick {
	t := JournalTick{Tick: sim.Tick(r.number(math.MaxUint32)), Leaves: r.seatList(), Joins: r.seatList()}
	for n := r.number(sim.MaxSeats); n > 0 && !r.bad; n-- {
		who := r.number(4*sim.MaxSeats + 3)
		in := JournalInput{Seat: sim.Seat(who >> 2), From: sim.Origin(who & 3), Seen: int(r.number(math.MaxUint16))}
		for k := r.number(netproto.MaxInputValues); k > 0; k-- {
			v, size := binary.Varint(r.b)
			if size <= 0 {
				r.b, r.bad = nil, true
				break
			}
			r.b = r.b[size:]
			in.Values = append(in.Values, int32(v))
		}
		t.Inputs = append(t.Inputs, in)
	}
	t.Hash = r.word()
	return t
}

func (r *journalReader) seatList() []sim.Seat {
	var seats []sim.Seat
	for n := r.number(sim.MaxSeats); n > 0 && !r.bad; n-- {
		seats = append(seats, sim.Seat(r.number(sim.MaxSeats)))
	}
	return seats
}

// readRecord reads the next record. io.EOF: a clean end, between two records.
func readRecord(in interface {
	io.Reader
	io.ByteReader
}) (recordKind, []byte, error) {
	size, err := binary.ReadUvarint(in)
	if errors.Is(err, io.EOF) {
		return 0, nil, io.EOF
	}
	if err != nil || size < 1 || size > maxRecord {
		return 0, nil, fmt.Errorf("%w: a record of %d bytes: %w", errJournal, size, errors.Join(err))
	}
	b := make([]byte, size+4)
	if _, err := io.ReadFull(in, b); err != nil {
		return 0, nil, fmt.Errorf("%w: cut off in a record: %w", errJournal, err)
	}
	if crc32.ChecksumIEEE(b[:size]) != binary.LittleEndian.Uint32(b[size:]) {
		return 0, nil, fmt.Errorf("%w: a record's checksum is wrong", errJournal)
	}
	return recordKind(b[0]), b[1:size], nil
}
