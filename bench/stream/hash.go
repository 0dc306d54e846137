package main

import (
	"encoding/binary"
	"hash"
	"iter"

	"github.com/metronome-server/metronome/netproto"
)

// words feeds a hash (FNV-1a of 64 bits) with 32-bit numbers, little endian.
type words struct{ hash.Hash64 }

func (w words) add(values ...uint32) {
	var b [4]byte
	for _, v := range values {
		binary.LittleEndian.PutUint32(b[:], v)
		_, _ = w.Write(b[:])
	}
}

// world adds all that a mirror holds: the tick; then for the shared plane (0),
// then the own (1), for each table in the schema's order, for each list in the
// order of the groups that has rows: plane, table, group, count, the ids, and
// per column its values (sign extended), then if linear its changes.
func (w words) world(m *netproto.Mirror) (rows int) {
	w.add(uint32(m.Tick()))
	for plane, lists := range []func(int) iter.Seq[*netproto.List]{m.Lists, m.Own} {
		for table, t := range m.Schema().GetTable() {
			columns := 0
			for _, c := range t.GetColumn() {
				if c.GetPrivate() == (plane == 1) {
					columns++
				}
			}
			for l := range lists(table) {
				rows += len(l.IDs())
				w.add(uint32(plane), uint32(table), l.Group(), uint32(len(l.IDs())))
				w.add(l.IDs()...)
				for c := range columns {
					w.add(l.Column(c)...)
					w.add(l.Change(c)...)
				}
			}
		}
	}
	return rows
}

// event adds one event: kind, tick, group, its fields.
func (w words) event(e netproto.Event) {
	w.add(uint32(e.Kind), uint32(e.Tick), e.Group)
	w.add(e.Values...)
}
