package netproto

import (
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

func TestSchemaOf(t *testing.T) {
	g := newScript(t)
	s := SchemaOf(g.w)
	got := ""
	for _, c := range s.GetTable()[0].GetColumn() {
		got += fmt.Sprintf("%s %v %v %v; ", c.GetName(), c.GetKind(), c.GetLinear(), c.GetPrivate())
	}
	want := "x KIND_FIXED true false; y KIND_FIXED true false; hp KIND_UINT8 false false; seat KIND_SEAT false false; ammo KIND_UINT8 false true; "
	if got != want || s.GetFingerprint() != g.w.Shape() || s.GetTable()[0].GetName() != "pawn" {
		t.Errorf("table: %s", got)
	}
	if e := s.GetEvent()[0]; e.GetName() != "hit" || len(e.GetField()) != 2 || e.GetField()[1].GetKind() != pb.Kind_KIND_UINT16 {
		t.Errorf("event: %v", e)
	}
	if in := s.GetInput()[0]; in.GetName() != "move" || in.GetMin() != -128 || in.GetMax() != 127 {
		t.Errorf("input: %v", in)
	}
}

// TestKindsAreTheSame: sim and the schema number the kinds alike.
func TestKindsAreTheSame(t *testing.T) {
	for kind, name := range map[sim.Kind]string{
		sim.KindInt8: "INT8", sim.KindInt16: "INT16", sim.KindInt32: "INT32", sim.KindUint8: "UINT8",
		sim.KindUint16: "UINT16", sim.KindUint32: "UINT32", sim.KindBool: "BOOL", sim.KindFixed: "FIXED",
		sim.KindAngle: "ANGLE", sim.KindSeat: "SEAT", sim.KindRef: "REF",
	} {
		if got := pb.Kind(kind).String(); got != "KIND_"+name {
			t.Errorf("%d is %s, want %s", kind, got, name)
		}
	}
}

func TestFind(t *testing.T) {
	schema := SchemaOf(newScript(t).w)
	for _, row := range []struct {
		table, column string
		want          Place
		ok            bool
	}{
		{"pawn", "x", Place{0, 0, false}, true},
		{"pawn", "seat", Place{0, 3, false}, true},
		{"pawn", "ammo", Place{0, 0, true}, true},
		{"pawn", "vx", Place{}, false}, // local
		{"pawn", "z", Place{}, false},
		{"rook", "x", Place{}, false},
	} {
		if got, ok := Find(schema, row.table, row.column); got != row.want || ok != row.ok {
			t.Errorf("%s.%s: %v, %v", row.table, row.column, got, ok)
		}
	}
}

func TestListAccess(t *testing.T) {
	g := newScript(t)
	g.add(3, pawn{X: 100, VX: -3, HP: 9, Cell: 2})
	g.step()
	c := g.watch(t, 1, 2)
	g.step()
	c.receive(t, g.stage)
	x, _ := Find(c.mirror.Schema(), "pawn", "x")
	for l := range c.mirror.Lists(x.Table) {
		if l.Group() != 2 || l.Index(2) != 1 || l.Index(4) != -1 || len(l.IDs()) != 3 {
			t.Errorf("list of group %d: %v", l.Group(), l.IDs())
		}
		if v, d := int32(l.Column(x.Column)[1]), int32(l.Change(x.Column)[1]); v != 94 || d != -3 {
			t.Errorf("x is %d, its change %d", v, d)
		}
		if l.Change(2) != nil {
			t.Error("hp has a change")
		}
		return
	}
	t.Error("no list")
}

// TestVisitStops: whoever has seen enough need not go on.
func TestVisitStops(t *testing.T) {
	g := newScript(t)
	g.add(1, pawn{Cell: 1})
	g.add(1, pawn{Cell: 2})
	g.step()
	c := g.watch(t, 1, 1, 2)
	n := 0
	for range c.mirror.Lists(0) {
		n++
		break
	}
	for range c.mirror.Lists(1) { // no such table
		n += 10
	}
	if n != 1 {
		t.Error(n)
	}
}

// TestSchemaThatFitsNoFrame: it is refused with both numbers and the largest part.
func TestSchemaThatFitsNoFrame(t *testing.T) {
	s := SchemaOf(newScript(t).w)
	if err := CheckSchema(s); err != nil {
		t.Fatal(err)
	}
	for i := range 256 {
		s.Event[0].Field = append(s.Event[0].Field, &pb.Column{Name: strings.Repeat("x", 100), Kind: pb.Kind(i % 11)})
	}
	err := CheckSchema(s)
	if err == nil {
		t.Fatal("27 KB of names were taken")
	}
	for _, want := range []string{fmt.Sprint(proto.Size(s)), fmt.Sprint(MaxSchema), "event hit"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v: does not say %s", err, want)
		}
	}
}
