package netproto

import (
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// Event is one event as it is handed to Mirror.OnEvent.
type Event struct {
	// Kind is the index in Schema.event.
	Kind int
	// Tick is when it happened.
	Tick  sim.Tick
	Group uint32
	// Values are its fields, sign extended; valid during the call.
	Values []uint32
}

// eventReader reads the events of chunks.
type eventReader struct {
	signs  [][]bool // of the fields, by kind
	values []uint32 // scratch: the fields of the longest kind
	call   func(Event)
}

func newEventReader(schema *pb.Schema) eventReader {
	var r eventReader
	most := 0
	for _, e := range schema.GetEvent() {
		signs := make([]bool, len(e.GetField()))
		for i, f := range e.GetField() {
			signs[i] = signed(sim.Kind(f.GetKind()))
		}
		r.signs = append(r.signs, signs)
		most = max(most, len(signs))
	}
	r.values = make([]uint32, most)
	return r
}

func (r *eventReader) read(raw []byte, group uint32, at sim.Tick) error {
	p := numbers{b: raw}
	for p.more() {
		kind := p.next()
		if p.bad || uint64(kind) >= uint64(len(r.signs)) {
			return errMalformed
		}
		signs := r.signs[kind]
		for i, sign := range signs {
			r.values[i] = p.next()
			if sign {
				r.values[i] = unzigzag(r.values[i])
			}
		}
		if p.bad {
			return errMalformed
		}
		if r.call != nil {
			r.call(Event{int(kind), at, group, r.values[:len(signs)]})
		}
	}
	return nil
}
