package client

import (
	"fmt"
	"slices"
	"testing"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

func fieldsOf(names ...string) (fields []*pb.CommandField) {
	for _, name := range names {
		f := &pb.CommandField{Name: name}
		if name == "ids" {
			f.List = 16
		}
		fields = append(fields, f)
	}
	return fields
}

// TestWaitingCommandsGoByNames, when the room goes on under another build of its game.
func TestWaitingCommandsGoByNames(t *testing.T) {
	many := make([]string, 100)
	for i := range many {
		many[i] = fmt.Sprint("f", i)
	}
	for _, c := range []struct {
		name        string
		before, now []*pb.CommandField
		values      []int32
		list        []int32
	}{
		{"the same", fieldsOf("what", "much", "ids"), fieldsOf("what", "much", "ids"), []int32{7}, []int32{1, 2}},
		{"another order", fieldsOf("what", "much", "ids"), fieldsOf("much", "what", "ids"), []int32{0, 7}, []int32{1, 2}},
		{"one more", fieldsOf("what", "ids"), fieldsOf("new", "what", "ids"), []int32{0, 7}, []int32{1, 2}},
		{"without the list", fieldsOf("what", "ids"), fieldsOf("what"), []int32{7}, nil},
		{"nothing is left", fieldsOf("what", "ids"), fieldsOf("other"), []int32{0}, nil},
		{"no commands any more", fieldsOf("what", "ids"), nil, nil, nil},
		{"more than there are", fieldsOf("what", "ids"), fieldsOf(many...), make([]int32, 32), nil},
	} {
		var q commands
		if _, err := q.add([]int32{7}, []int32{1, 2}); err != nil {
			t.Fatal(err)
		}
		q.rename(c.before, c.now)
		if w := &q.waiting[0]; !slices.Equal(w.Values[:w.Count], c.values) || !slices.Equal(w.List[:w.ListCount], c.list) || w.Number != 1 {
			t.Errorf("%s: %v, list %v, number %d", c.name, w.Values[:w.Count], w.List[:w.ListCount], w.Number)
		}
	}
}
