package netproto

import "google.golang.org/protobuf/encoding/protowire"

// appendTable appends one list's sections of this tick, after what joined it
// was added and what left it was taken out.
func (l *lane) appendTable(b []byte, list *rowList) []byte {
	if len(list.left) > 0 {
		b = protowire.AppendVarint(b, sectionHead(l.table, sectionLeave))
		b = protowire.AppendVarint(b, uint64(len(list.left)))
		b = appendGaps(b, list.left)
		list.left = list.left[:0]
	}
	if len(list.slots) > 0 {
		b = l.appendChanges(b, list.slots)
	}
	b = l.appendEnter(b, list.entered)
	for _, slot := range list.entered {
		l.add(list, slot)
	}
	list.entered = list.entered[:0]
	return b
}

// appendEnter appends rows in full, or nothing.
func (l *lane) appendEnter(b []byte, slots []int32) []byte {
	if len(slots) == 0 {
		return b
	}
	b = protowire.AppendVarint(b, sectionHead(l.table, sectionEnter))
	b = protowire.AppendVarint(b, uint64(len(slots)))
	for _, slot := range slots {
		b = l.appendFull(b, slot, 0)
	}
	return b
}

// add appends a row to a list.
func (l *lane) add(list *rowList, slot int32) {
	l.place[slot].pos = int32(len(list.slots))
	list.slots = append(list.slots, slot)
}

// compact takes out the rows that left; the others keep their order.
func (l *lane) compact(list *rowList) {
	left, keep := list.left, list.slots[:list.left[0]]
	for pos := int(left[0]); pos < len(list.slots); pos++ {
		if len(left) > 0 && int(left[0]) == pos {
			left = left[1:]
			continue
		}
		slot := list.slots[pos]
		l.place[slot].pos = int32(len(keep))
		keep = append(keep, slot)
	}
	list.slots = keep
}
