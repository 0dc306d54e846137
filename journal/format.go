package journal

import (
	"encoding/binary"
	"hash/crc32"

	"github.com/metronome-server/metronome/sim"
)

// Magic begins every journal. A sequence of records follows: length (uvarint) of
// kind and body, kind (1 byte), body, CRC-32 of kind and body (4 bytes, little
// endian).
const Magic = "metronome journal 1\n"

// Kind says what a record is.
type Kind byte

// The kinds.
const (
	KindHeader     Kind = 'H'
	KindCheckpoint Kind = 'C'
	KindTick       Kind = 'T'
	KindFault      Kind = 'F'
)

// MaxRecord is the longest record, bytes. Threat: a damaged or forged file that
// makes its reader allocate. 64 MB is the state of a million rows.
const MaxRecord = 64 << 20

// AppendRecord appends a record: its length, its kind, its body and their checksum.
func AppendRecord(b []byte, kind Kind, body []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(body)+1))
	at := len(b)
	b = append(append(b, byte(kind)), body...)
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b[at:]))
}

// AppendHeader appends the body of a KindHeader.
func AppendHeader(b []byte, h Header) []byte {
	for _, s := range []string{h.Room, h.Mode} {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	b = binary.AppendUvarint(b, uint64(h.Hz))
	b = binary.LittleEndian.AppendUint64(b, h.Seed)
	b = binary.LittleEndian.AppendUint64(b, h.Shape)
	return binary.AppendUvarint(b, uint64(h.Seats))
}

// AppendCheckpoint appends the body of a KindCheckpoint.
func AppendCheckpoint(b []byte, tick sim.Tick, state []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(tick)), state...)
}

// AppendTick appends the body of a KindTick.
func AppendTick(b []byte, t *Tick) []byte {
	b = binary.AppendUvarint(b, uint64(t.Tick))
	b = appendSeats(b, t.Leaves)
	b = appendSeats(b, t.Joins)
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

func appendSeats(b []byte, seats []sim.Seat) []byte {
	b = binary.AppendUvarint(b, uint64(len(seats)))
	for _, s := range seats {
		b = binary.AppendUvarint(b, uint64(s))
	}
	return b
}

// maxText is the longest text in a record, bytes.
const maxText = 256

// AppendFault appends the body of a KindFault.
func AppendFault(b []byte, f Fault) []byte {
	b = binary.AppendUvarint(b, uint64(f.Tick))
	for _, s := range []string{f.Phase, f.Text} {
		s = s[:min(len(s), maxText)]
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	return b
}
