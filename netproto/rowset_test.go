package netproto

import (
	"math/rand/v2"
	"slices"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

func rowsOf(rows ...int32) []int32 { return rows }

func upTo(n int32) []int32 {
	rows := make([]int32, n)
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
}

// TestRowSetIsTheSmallest has a row on both sides of each choice.
func TestRowSetIsTheSmallest(t *testing.T) {
	for _, row := range []struct {
		name      string
		rows, was []int32
		n         int
		how       uint64
		size      int // without the head
	}{
		{"one of one", rowsOf(0), nil, 1, rowsAll, 0},
		{"one of two", rowsOf(1), nil, 2, rowsBitmap, 1},
		{"one of seven", rowsOf(6), nil, 7, rowsBitmap, 1},
		{"one of eight", rowsOf(6), nil, 8, rowsGaps, 2},
		{"two of 15", rowsOf(1, 9), nil, 15, rowsGaps, 3},
		{"two of 14", rowsOf(1, 9), nil, 14, rowsBitmap, 2},
		{"all but one", upTo(49), nil, 50, rowsBitmap, 7},
		{"all", upTo(50), nil, 50, rowsAll, 0},
		{"as before", rowsOf(3, 4), rowsOf(3, 4), 50, rowsAsBefore, 0},
		{"nearly as before", rowsOf(3, 4), rowsOf(3), 50, rowsGaps, 3},
		{"all, as before", upTo(50), upTo(50), 50, rowsAsBefore, 0},
		{"far apart", rowsOf(0, 200), nil, 201, rowsGaps, 4},
	} {
		b := appendRowSet(nil, 5, row.rows, row.was, row.n)
		head, n := protowire.ConsumeVarint(b)
		if head != 5<<columnShift|row.how || len(b)-n != row.size {
			t.Errorf("%s: head %d, %d bytes", row.name, head, len(b)-n)
		}
	}
}

func TestRowSetRoundTrip(t *testing.T) {
	t.Logf("-seed=%d", *seedFlag)
	r := rand.New(rand.NewPCG(*seedFlag, 0))
	for range 2000 {
		n := 1 + r.IntN(300)
		var rows []int32
		for share, pos := r.IntN(100), 0; pos < n; pos++ {
			if r.IntN(100) < share {
				rows = append(rows, int32(pos))
			}
		}
		for _, b := range [][]byte{appendRowSet(nil, 0, rows, nil, n), append([]byte{rowsBitmap}, appendBitmap(nil, rows, n)...)} {
			in := numbers{b: b}
			if got := readRowSet(nil, &in, in.next()&3, n); !slices.Equal(got, rows) || in.bad || len(in.b) > 0 {
				t.Fatalf("%v of %d: %x came as %v", rows, n, b, got)
			}
		}
	}
}

func TestBadRowSets(t *testing.T) {
	for _, row := range []struct {
		name string
		how  uint32
		n    int
		b    []byte
		ok   bool
	}{
		{"last row", rowsGaps, 5, []byte{1, 4}, true},
		{"row past the end", rowsGaps, 5, []byte{1, 5}, false},
		{"rows past the end", rowsGaps, 5, []byte{2, 3, 1}, false},
		{"as many as there are", rowsGaps, 2, []byte{2, 0, 0}, true},
		{"more than there are", rowsGaps, 2, []byte{3, 0, 0, 0}, false},
		{"cut off", rowsGaps, 5, []byte{2, 0}, false},
		{"no count", rowsGaps, 5, nil, false},
		{"bit of the last row", rowsBitmap, 5, []byte{1 << 4}, true},
		{"bit past the end", rowsBitmap, 5, []byte{1 << 5}, false},
		{"bit past the word", rowsBitmap, 60, []byte{0x80, 0x80, 0x80, 0x80, 0x01, 0, 0}, false},
		{"word missing", rowsBitmap, 29, []byte{0}, false},
		{"no rows at all", rowsBitmap, 0, nil, true},
		{"all of none", rowsAll, 0, nil, true},
	} {
		in := numbers{b: row.b}
		for _, pos := range readRowSet(nil, &in, row.how, row.n) {
			if int(pos) >= row.n {
				t.Errorf("%s: row %d of %d", row.name, pos, row.n)
			}
		}
		if in.bad == row.ok {
			t.Errorf("%s: ok %v", row.name, !in.bad)
		}
	}
}
