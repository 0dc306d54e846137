package netproto

import (
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// SchemaOf describes a world's tables, events and input for the Welcome.
func SchemaOf(w *sim.World) *pb.Schema {
	s := &pb.Schema{Fingerprint: w.Shape()}
	for _, t := range w.Tables() {
		s.Table = append(s.Table, &pb.TableSchema{Name: t.Name(), Column: columnsOf(t.Columns())})
	}
	for _, e := range w.EventKinds() {
		s.Event = append(s.Event, &pb.EventSchema{Name: e.Name, Field: columnsOf(e.Columns)})
	}
	for _, f := range w.InputFields() {
		s.Input = append(s.Input, &pb.InputField{Name: f.Name, Min: f.Min, Max: f.Max, Buttons: f.Buttons})
	}
	return s
}

// columnsOf leaves out local columns: a client never hears of them.
func columnsOf(cols []sim.Column) []*pb.Column {
	var out []*pb.Column
	for _, c := range cols {
		if !c.Local {
			out = append(out, &pb.Column{Name: c.Name, Kind: pb.Kind(c.Kind), Linear: c.Linear, Private: c.Private})
		}
	}
	return out
}
