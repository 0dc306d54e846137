package netproto

import "google.golang.org/protobuf/encoding/protowire"

// tableChange is a TableChange with its packed fields as they came.
type tableChange struct {
	table                int
	leave, enter, change []byte
}

// readTableChange takes a TableChange apart. Protobuf would also allow packed
// fields in several parts or unpacked; no encoder writes them so, and they are
// refused rather than read differently than generated code does.
func readTableChange(raw []byte) (c tableChange, ok bool) {
	w := fields{b: raw}
	for w.next() {
		if w.is(changeTable, protowire.VarintType) {
			c.table = int(uint32Of(w.val))
			continue
		}
		if w.num < changeLeave || w.num > changeChange {
			continue
		}
		into := [...]*[]byte{&c.leave, &c.enter, &c.change}[w.num-changeLeave]
		if w.typ != protowire.BytesType || *into != nil {
			return c, false
		}
		*into = w.raw
	}
	return c, !w.bad
}

// change applies one TableChange: what left, what changed, what entered.
func (g *mirrorGroup) change(p *mirrorPlane, raw []byte) error {
	c, ok := readTableChange(raw)
	if !ok || c.table >= len(p.shapes) || len(p.shapes[c.table].cols) == 0 {
		return errMalformed
	}
	l := g.list(p, c.table)
	if err := l.leave(p, c.leave); err != nil {
		return err
	}
	if err := l.change(p, c.change); err != nil {
		return err
	}
	return l.enter(c.enter)
}
