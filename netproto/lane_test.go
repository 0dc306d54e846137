package netproto

import (
	"bytes"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/metronome-server/metronome/sim"
)

type bean struct {
	Spin int8  `wire:"linear"`
	Hue  uint8 `wire:"linear"`
	Size uint16
}

// beanLane is the lane of a world with one row.
func beanLane(t *testing.T, b bean) (*lane, *bean) {
	t.Helper()
	var beans *sim.Table[bean]
	w, err := sim.Start(sim.Mode{Name: "beans", Hz: 30, Seats: 1, New: func(w *sim.World) sim.Rules {
		beans = sim.NewTable[bean](w, "bean", 4)
		sim.NewInput[scriptInput](w)
		return &script{}
	}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	_, row, _ := beans.Add(b)
	l := newLane(0, w.Tables()[0], false)
	l.remember(0, true)
	return l, row
}

// numbersOf writes numbers as a section holds them.
func numbersOf(v ...int32) (b []byte) {
	for _, n := range v {
		b = protowire.AppendVarint(b, uint64(uint32(n)))
	}
	return b
}

func zz(v int32) int32 { return int32(zigzag(uint32(v))) }

// TestResidualsAreShort: a residual goes the short way round the column's width.
func TestResidualsAreShort(t *testing.T) {
	l, row := beanLane(t, bean{Spin: 100, Hue: 250, Size: 65535})
	for _, step := range []struct {
		to   bean
		want []byte
	}{
		// Spin by -56, hue by 10 over the end, size by 1 over the end.
		{bean{44, 4, 0}, numbersOf(sectionChange, rowsAll|moreColumns, zz(-56), 1<<columnShift|rowsAsBefore|moreColumns, zz(10), 2<<columnShift|rowsAsBefore, zz(1))},
		// Both go on as they did.
		{bean{-12, 14, 0}, nil},
		// Spin was to go on by -56: -12 + 100 is 156 more than that, or 100 less.
		{bean{88, 24, 0}, numbersOf(sectionChange, rowsAll, zz(-100))},
	} {
		*row = step.to
		if got := l.appendChanges(nil, []int32{0}); !bytes.Equal(got, step.want) {
			t.Errorf("to %v: %x, want %x", step.to, got, step.want)
		}
	}
}

// TestFullRowsFit: what is predicted of a row wraps at the column's width
// before it is sent.
func TestFullRowsFit(t *testing.T) {
	l, row := beanLane(t, bean{Spin: 127, Hue: 255, Size: 9})
	for range 2 {
		row.Spin += 2
		row.Hue += 2
		l.appendChanges(nil, []int32{0})
	}
	// Spin is at 131-256, hue at 3.
	if got, want := l.appendFull(nil, 0, 0), numbersOf(1, zz(-125), zz(2), 3, zz(2), 9); !bytes.Equal(got, want) {
		t.Errorf("now %x, want %x", got, want)
	}
	row.Spin, row.Hue = 125, 253 // by -6
	l.appendChanges(nil, []int32{0})
	row.Spin, row.Hue = 127, 255 // by 2
	l.appendChanges(nil, []int32{0})
	// Predicted are 129-256 and 257-256.
	if got, want := l.appendFull(nil, 0, 1), numbersOf(1, zz(-127), zz(2), 1, zz(2), 9); !bytes.Equal(got, want) {
		t.Errorf("next %x, want %x", got, want)
	}
}
