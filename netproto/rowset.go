package netproto

import (
	"math/bits"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// Row sets: which rows of a list a column changed in, in the low 2 bits of the
// column's head. Then comes a bit that says whether another column follows,
// then the column. docs/PROTOCOL.md has them.
const (
	rowsAsBefore = 0 // those of the column before
	rowsGaps     = 1 // count, then distances
	rowsBitmap   = 2 // words of 28 rows
	rowsAll      = 3
	moreColumns  = 4
	columnShift  = 3
	bitmapWord   = 28 // rows a word: 4 bytes of varint
)

// appendRowSet appends the head of a column and the set of its changed rows
// out of n, in the smallest way. was is the set of the column before.
func appendRowSet(b []byte, column int, rows, was []int32, n int) []byte {
	head := uint64(column) << columnShift
	switch {
	case len(was) > 0 && slices.Equal(rows, was):
		return protowire.AppendVarint(b, head|rowsAsBefore)
	case len(rows) == n:
		return protowire.AppendVarint(b, head|rowsAll)
	case gapBytes(rows) <= bitmapBytes(n):
		b = protowire.AppendVarint(b, head|rowsGaps)
		b = protowire.AppendVarint(b, uint64(len(rows)))
		return appendGaps(b, rows)
	default:
		return appendBitmap(protowire.AppendVarint(b, head|rowsBitmap), rows, n)
	}
}

func gapBytes(rows []int32) int {
	size, next := protowire.SizeVarint(uint64(len(rows))), int32(0)
	for _, row := range rows {
		size += protowire.SizeVarint(uint64(row - next))
		next = row + 1
	}
	return size
}

// bitmapBytes is the most that a bitmap of n rows takes.
func bitmapBytes(n int) int { return (n + 6) / 7 }

// appendGaps appends ascending positions, each as its distance from the first
// that it could be.
func appendGaps(b []byte, rows []int32) []byte {
	next := int32(0)
	for _, row := range rows {
		b = protowire.AppendVarint(b, uint64(row-next))
		next = row + 1
	}
	return b
}

func appendBitmap(b []byte, rows []int32, n int) []byte {
	for from := 0; from < n; from += bitmapWord {
		word := uint64(0)
		for len(rows) > 0 && int(rows[0]) < from+bitmapWord {
			word |= 1 << (int(rows[0]) - from)
			rows = rows[1:]
		}
		b = protowire.AppendVarint(b, word)
	}
	return b
}

// readRowSet appends the rows of a set out of n; in.bad tells of a fault.
func readRowSet(rows []int32, in *numbers, how uint32, n int) []int32 {
	switch how {
	case rowsGaps:
		return readGaps(rows, in, in.upTo(n), n)
	case rowsBitmap:
		for from := 0; from < n; from += bitmapWord {
			for word := in.next(); word != 0; word &= word - 1 {
				pos := from + bits.TrailingZeros32(word)
				if pos >= min(n, from+bitmapWord) {
					in.fail()
					return rows
				}
				rows = append(rows, int32(pos))
			}
		}
	case rowsAll:
		for pos := range n {
			rows = append(rows, int32(pos))
		}
	}
	return rows
}

// readGaps appends count ascending positions below n.
func readGaps(rows []int32, in *numbers, count, n int) []int32 {
	next := 0
	for range count {
		pos := next + in.upTo(n)
		if in.bad || pos >= n {
			in.fail()
			return rows
		}
		rows, next = append(rows, int32(pos)), pos+1
	}
	return rows
}
