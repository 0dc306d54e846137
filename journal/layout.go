package journal

import (
	"encoding/binary"
	"fmt"

	"github.com/metronome-server/metronome/sim"
)

// layoutVersion is the first number of a layout. A layout of another one is refused.
const layoutVersion = 1

// What a layout has at most. Threat: a forged journal that makes its reader allocate.
const (
	maxLayoutTables  = 1<<12 - 1
	maxLayoutRows    = 1<<20 - 2
	maxLayoutColumns = 256
	maxLayoutDepth   = 64 // of a history
	maxLayoutPast    = 2  // columns of one
	maxLayoutKinds   = 256
)

// appendLayout appends how a journal's states are to be read by names.
func appendLayout(b []byte, l *sim.Layout) []byte {
	b = binary.AppendUvarint(b, layoutVersion)
	b = binary.AppendUvarint(b, uint64(len(l.Tables)))
	for i := range l.Tables {
		t := &l.Tables[i]
		b = appendText(b, t.Name)
		b = binary.AppendUvarint(b, uint64(t.Rows))
		b = appendColumns(append(b, byte(t.Form)), t.Columns)
	}
	b = binary.AppendUvarint(b, uint64(len(l.Histories)))
	for _, h := range l.Histories {
		b = binary.AppendUvarint(b, uint64(h.Table))
		// Columns are told above the depth, which fits seven bits: of most there are none.
		b = binary.AppendUvarint(b, uint64(h.Depth)|uint64(len(h.Columns))<<7)
		for _, c := range h.Columns {
			b = append(appendText(b, c.Name), byte(c.Kind))
		}
	}
	b = binary.AppendUvarint(b, uint64(len(l.Effects)))
	for _, e := range l.Effects {
		b = appendColumns(appendText(b, e.Name), e.Columns)
	}
	for _, names := range [2][]string{l.Inputs, l.Commands} {
		b = binary.AppendUvarint(b, uint64(len(names)))
		for _, name := range names {
			b = appendText(b, name)
		}
	}
	return appendText(b, l.List)
}

func appendColumns(b []byte, cols []sim.ColumnLayout) []byte {
	b = binary.AppendUvarint(b, uint64(len(cols)))
	for _, c := range cols {
		b = append(appendText(b, c.Name), byte(c.Kind))
	}
	return b
}

// layout reads a layout. Errors: it is of another version; else r fails.
func (r *bodyReader) layout() (*sim.Layout, error) {
	if v := r.number(1 << 32); !r.bad && v != layoutVersion {
		return nil, fmt.Errorf("%w: the layout of its states is of version %d, and this build knows %d", ErrDamaged, v, layoutVersion)
	}
	l := &sim.Layout{}
	for n := r.number(maxLayoutTables); n > 0 && !r.bad; n-- {
		l.Tables = append(l.Tables, sim.TableLayout{
			Name: r.text(), Rows: int(r.number(maxLayoutRows)), Form: sim.TableForm(r.number(uint64(sim.SingleRow))), Columns: r.columns(),
		})
	}
	for n := r.number(maxLayoutTables); n > 0 && !r.bad; n-- {
		l.Histories = append(l.Histories, r.history())
	}
	for n := r.number(maxLayoutKinds); n > 0 && !r.bad; n-- {
		l.Effects = append(l.Effects, sim.EffectLayout{Name: r.text(), Columns: r.columns()})
	}
	l.Inputs, l.Commands = r.names(), r.names()
	l.List = r.text()
	return l, nil
}

// history reads one history of a layout.
func (r *bodyReader) history() sim.HistoryLayout {
	h := sim.HistoryLayout{Table: int(r.number(maxLayoutTables))}
	v := r.number(maxLayoutPast<<7 | maxLayoutDepth)
	if h.Depth = int(v & 127); h.Depth > maxLayoutDepth {
		r.fail()
	}
	for n := v >> 7; n > 0 && !r.bad; n-- {
		h.Columns = append(h.Columns, r.column())
	}
	return h
}

func (r *bodyReader) columns() (cols []sim.ColumnLayout) {
	for n := r.number(maxLayoutColumns); n > 0 && !r.bad; n-- {
		cols = append(cols, r.column())
	}
	return cols
}

func (r *bodyReader) column() sim.ColumnLayout {
	c := sim.ColumnLayout{Name: r.text(), Kind: sim.Kind(r.number(uint64(sim.KindTick)))}
	if c.Kind == 0 {
		r.fail()
	}
	return c
}

// names reads the names of the fields of an input or a command.
func (r *bodyReader) names() (names []string) {
	for n := r.number(maxInputValues); n > 0 && !r.bad; n-- {
		names = append(names, r.text())
	}
	return names
}
