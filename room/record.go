package room

import (
	"encoding/binary"
	"hash/crc32"

	"github.com/metronome-server/metronome/sim"
)

// A journal is a sequence of records: length (uvarint) of kind and body, kind
// (1 byte), body, CRC-32 of kind and body (4 bytes, little endian). A file
// starts with magic.
const journalMagic = "metronome journal 1\n"

type recordKind byte

const (
	recordHeader     recordKind = 'H'
	recordCheckpoint recordKind = 'C'
	recordTick       recordKind = 'T'
)

// maxRecord is the longest record, bytes. Threat: a damaged or forged file that
// makes its reader allocate. 64 MB is the state of a million rows.
const maxRecord = 64 << 20

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

func appendCheckpoint(b []byte, tick sim.Tick, state []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(tick)), state...)
}

func appendTick(b []byte, t *JournalTick) []byte {
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
