package netproto

import (
	"fmt"
	"testing"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

func TestReadEvents(t *testing.T) {
	wide := &pb.EventSchema{Name: "wide"}
	for i := range 200 {
		wide.Field = append(wide.Field, &pb.Column{Name: fmt.Sprint(i), Kind: pb.Kind_KIND_UINT32})
	}
	schema := &pb.Schema{Event: []*pb.EventSchema{
		{Name: "empty"},
		{Name: "pair", Field: []*pb.Column{{Kind: pb.Kind_KIND_INT16}, {Kind: pb.Kind_KIND_REF}}},
		wide,
	}}
	for _, row := range []struct {
		name string
		b    []byte
		want string // kinds and number of fields
		ok   bool
	}{
		{"none", nil, "", true},
		{"no fields", []byte{0, 0}, "0/0 0/0 ", true},
		{"fields", []byte{1, 3, 3, 0}, "1/2 0/0 ", true},
		{"many fields", append([]byte{2}, make([]byte, 200)...), "2/200 ", true},
		{"unknown kind", []byte{3}, "", false},
		{"huge kind", []byte{0xff, 0xff, 0xff, 0xff, 0x0f}, "", false},
		{"field missing", []byte{0, 1, 3}, "0/0 ", false},
		{"field cut off", []byte{1, 3, 0x80}, "", false},
	} {
		r := newEventReader(schema)
		got := ""
		r.call = func(e Event) {
			got += fmt.Sprintf("%d/%d ", e.Kind, len(e.Values))
			if e.Kind == 1 && (int32(e.Values[0]) != -2 || e.Values[1] != 3 || e.Tick != 9 || e.Group != 4) {
				t.Errorf("%s: %+v", row.name, e)
			}
		}
		if err := r.read(row.b, 4, sim.Tick(9)); (err == nil) != row.ok || got != row.want {
			t.Errorf("%s: %s, %v", row.name, got, err)
		}
	}
}
