package journal

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"

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
	// KindEnvelope is of journals from which rooms can be had again only.
	KindEnvelope Kind = 'E'
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
	b = appendText(appendText(b, h.Room), h.Mode)
	b = binary.AppendUvarint(b, uint64(h.Hz))
	b = binary.LittleEndian.AppendUint64(b, h.Seed)
	b = binary.LittleEndian.AppendUint64(b, h.Shape)
	b = binary.AppendUvarint(b, uint64(h.Seats))
	if len(h.Params) > 0 || h.OneMatch || h.Layout != nil {
		b = binary.AppendUvarint(b, uint64(len(h.Params)))
		for _, p := range h.Params {
			b = appendText(appendText(b, p.Name), p.Value)
		}
		b = append(b, byte(0))
		if h.OneMatch {
			b[len(b)-1] = 1
		}
	}
	if h.Layout != nil {
		b = appendLayout(b, h.Layout)
	}
	return b
}

// AppendCheckpoint appends the body of a KindCheckpoint, and frees state.
func AppendCheckpoint(b []byte, tick sim.Tick, state State) []byte {
	defer state.Free()
	return state.Append(binary.AppendUvarint(b, uint64(tick)))
}

// ErrRecord is of what would not fit a record.
var ErrRecord = fmt.Errorf("a record would be longer than %d bytes", MaxRecord)

// AppendWhole appends a journal of one checkpoint, which is all that a room is, and
// frees state. Errors: ErrRecord, with nothing appended.
func AppendWhole(b []byte, h Header, tick sim.Tick, state State, envelope []byte) ([]byte, error) {
	body := AppendCheckpoint(nil, tick, state)
	if max(len(body), len(envelope)) >= MaxRecord {
		return b, ErrRecord
	}
	b = slices.Grow(b, len(body)+len(envelope)+1024)
	b = AppendRecord(append(b, Magic...), KindHeader, AppendHeader(nil, h))
	return AppendRecord(AppendRecord(b, KindCheckpoint, body), KindEnvelope, envelope), nil
}

// AppendTick appends the body of a KindTick.
func AppendTick(b []byte, t *Tick) []byte {
	b = binary.AppendUvarint(b, uint64(t.Tick))
	b = appendSeats(b, t.Leaves)
	b = binary.AppendUvarint(b, uint64(len(t.Joins)))
	for i := range t.Joins {
		b = binary.AppendUvarint(b, uint64(t.Joins[i].Seat))
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
	b = binary.LittleEndian.AppendUint64(b, t.Hash)
	if len(t.Joins)+len(t.Commands) == 0 {
		return b
	}
	for i := range t.Joins {
		b = appendEntrant(b, &t.Joins[i].Who)
	}
	b = binary.AppendUvarint(b, uint64(len(t.Commands)))
	for i := range t.Commands {
		b = appendCommand(b, &t.Commands[i])
	}
	return b
}

func appendEntrant(b []byte, who *sim.Entrant) []byte {
	b = binary.LittleEndian.AppendUint64(b, who.User)
	flags := uint64(who.Team) << 1
	if who.Bot {
		flags |= 1
	}
	b = binary.AppendUvarint(b, flags)
	b = binary.AppendVarint(b, int64(who.Rating))
	b = appendText(b, who.Name)
	return append(binary.AppendUvarint(b, uint64(len(who.Data))), who.Data...)
}

func appendCommand(b []byte, c *Command) []byte {
	b = binary.AppendUvarint(b, uint64(c.Seat))
	b = binary.AppendUvarint(b, uint64(c.Number))
	for _, values := range [2][]int32{c.Values, c.List} {
		b = binary.AppendUvarint(b, uint64(len(values)))
		for _, v := range values {
			b = binary.AppendVarint(b, int64(v))
		}
	}
	return b
}

// appendText appends a text of at most maxText bytes; the rest is cut off.
func appendText(b []byte, s string) []byte {
	s = s[:min(len(s), maxText)]
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
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
	return appendText(appendText(b, f.Phase), f.Text)
}
