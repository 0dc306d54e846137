package netproto

import (
	"fmt"

	"google.golang.org/protobuf/proto"

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
		s.Input = append(s.Input, &pb.InputField{Name: f.Name, Min: f.Min, Max: f.Max, Buttons: f.Buttons, Once: f.Once})
	}
	for _, f := range w.CommandFields() {
		s.Command = append(s.Command, &pb.CommandField{Name: f.Name, Min: f.Min, Max: f.Max, List: uint32(f.Most)})
	}
	for _, f := range w.ParamFields() {
		s.Param = append(s.Param, &pb.ParamField{
			Name: f.Name, Title: f.Title, Kind: pb.Kind(f.Kind), Min: f.Min, Max: f.Max, Default: f.DefaultText(), Option: f.Options, Public: f.Public,
		})
	}
	s.Outcome = columnsOf(w.OutcomeColumns())
	return s
}

// CheckSchema finds out whether a schema fits a Welcome. Errors: by how much it
// does not, and of which part most is.
func CheckSchema(s *pb.Schema) error {
	size := proto.Size(s)
	if size <= MaxSchema {
		return nil
	}
	largest, of := 0, ""
	for _, t := range s.GetTable() {
		if n := proto.Size(t); n > largest {
			largest, of = n, "table "+t.GetName()
		}
	}
	for _, e := range s.GetEvent() {
		if n := proto.Size(e); n > largest {
			largest, of = n, "event "+e.GetName()
		}
	}
	return fmt.Errorf("the names and kinds of all columns are %d bytes, and at most %d fit the first frame: have fewer or shorter ones; %s has %d bytes",
		size, MaxSchema, of, largest)
}

// columnsOf leaves out local columns: a client never hears of them.
func columnsOf(cols []sim.Column) []*pb.Column {
	var out []*pb.Column
	for _, c := range cols {
		if !c.Local {
			out = append(out, &pb.Column{Name: c.Name, Kind: pb.Kind(c.Kind), Linear: c.Linear, Private: c.Private, Owner: c.Owner})
		}
	}
	return out
}

// Place is where a column is in a mirror.
type Place struct {
	// Table is for Mirror.Lists and Mirror.Own, Column for List.Column.
	Table, Column int
	// Own: in Mirror.Own and not in Mirror.Lists.
	Own bool
}

// Find returns where a column is; false when the game has none of that name.
func Find(schema *pb.Schema, table, column string) (Place, bool) {
	for i, t := range schema.GetTable() {
		if t.GetName() != table {
			continue
		}
		var before [2]int // columns on the shared plane, on the own plane
		for _, c := range t.GetColumn() {
			plane := 0
			if c.GetPrivate() {
				plane = 1
			}
			if c.GetName() == column {
				return Place{i, before[plane], c.GetPrivate()}, true
			}
			before[plane]++
		}
	}
	return Place{}, false
}

// columnShape is what the mirror knows of a column.
type columnShape struct {
	linear bool
	signed bool
	narrow uint8
}

// shapesOf returns the columns of one plane, by table.
func shapesOf(schema *pb.Schema, private bool) [][]columnShape {
	shapes := make([][]columnShape, len(schema.GetTable()))
	for i, t := range schema.GetTable() {
		for _, c := range t.GetColumn() {
			if c.GetPrivate() == private {
				k := sim.Kind(c.GetKind())
				shapes[i] = append(shapes[i], columnShape{c.GetLinear(), signed(k), narrow(k)})
			}
		}
	}
	return shapes
}
