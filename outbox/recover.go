package outbox

import (
	"maps"
	"slices"
	"time"
)

// readFolder reads what an earlier outbox left in a folder. The segments are only read:
// a torn end stays as it is, since the first write begins a new one.
func (o *Outbox) readFolder(files folder) error {
	numbers, err := files.list()
	if err != nil {
		return err
	}
	d := newDisk(o, files)
	found := map[uint64]*item{}
	first := uint64(0) // place of the oldest entry that all newer ones are there of
	for _, number := range numbers {
		b, err := files.read(number)
		if err != nil {
			return err
		}
		s := &segment{number: number, size: int64(len(b))}
		d.segments = append(d.segments, s)
		if lost := readSegment(b, s, found, &first); lost > 0 {
			o.log.Warn("a file of the outbox is damaged or cut off; what is whole in it is kept", "file", number, "bytes", lost)
		}
	}
	o.disk = d
	o.takeUp(found, first)
	return nil
}

// readSegment reads the records of a segment, and returns how many bytes are none.
func readSegment(b []byte, s *segment, found map[uint64]*item, first *uint64) (lost int) {
	at := 0
	if len(b) >= len(segmentMagic) && string(b[:len(segmentMagic)]) == segmentMagic {
		at = len(segmentMagic)
	}
	for {
		payload, next := nextRecord(b, at)
		if payload == nil {
			return lost + len(b) - at
		}
		if size := recordHead + len(payload); next-at > size {
			lost += next - at - size
		}
		at = next
		p := &parser{b: payload[1:]}
		if payload[0] == recordState {
			place, r := p.uvarint(), p.route()
			if it := found[place]; it != nil && !p.bad {
				it.learn(r)
			}
			continue
		}
		it := p.entry()
		if it == nil {
			lost += recordHead + len(payload)
			continue
		}
		if payload[0] == recordEntry && *first == 0 {
			*first = it.place
		}
		it.segment = s
		found[it.place] = it
	}
}

// learn takes the state of a route from the disk.
func (it *item) learn(r route) {
	for i := range it.routes {
		if it.routes[i].name == r.name {
			it.routes[i] = r
			return
		}
	}
}

// takeUp goes on with what was found: what waits is delivered, dead letters and
// what has arrived are kept.
func (o *Outbox) takeUp(found map[uint64]*item, first uint64) {
	now := time.Now()
	newest := uint64(0)
	orphans := 0
	for _, place := range slices.Sorted(maps.Keys(found)) {
		it := found[place]
		newest = place
		it.came, it.onDisk = now, true
		o.all = append(o.all, it)
		for i := range it.routes {
			r := &it.routes[i]
			r.kept, r.target = r.state, o.targetNamed(r.name)
			if r.target == nil && r.state == waiting {
				r.state, r.since, r.why = dead, now, "no target of this name is configured any more"
				orphans++
			}
		}
		o.takeUpItem(it)
	}
	if newest > 0 {
		o.forgotten = newest
		if first > 0 {
			o.forgotten = min(newest, first-1)
		}
	}
	o.last = max(o.last, newest)
	if orphans > 0 {
		o.log.Warn("entries wait for targets that are not configured any more; they are dead letters until those are back", "lost", orphans)
	}
	if held := o.held.Load(); held > 0 {
		o.log.Info("outbox goes on with what was not delivered", "entries", held)
	}
}

func (o *Outbox) takeUpItem(it *item) {
	if it.settled() {
		o.retire(it)
	} else {
		it.live = true
		it.segment.live++
	}
	if it.waits() {
		o.hold(&it.entry, it.size, 1)
	}
	for i := range it.routes {
		r := &it.routes[i]
		if r.target != nil {
			r.target.gauge(r.state, 1)
		}
		switch {
		case r.orphaned():
			o.orphans = append(o.orphans, letter{it, r})
		case r.state == dead:
			o.bury(it, r)
		case r.state == waiting:
			r.target.enqueue(it)
		}
	}
}

// targetNamed returns nil when there is none.
func (o *Outbox) targetNamed(name string) *target {
	for _, t := range o.targets {
		if t.Name == name {
			return t
		}
	}
	return nil
}
