package room

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/outbox"
	"github.com/metronome-server/metronome/sim"
)

// sent is an Outbox that keeps what it is given.
type sent struct {
	entries []outbox.Entry
	stuck   bool // it delivers nothing
}

func (s *sent) Put(entries ...outbox.Entry) { s.entries = append(s.entries, entries...) }

// Waiting implements Outbox.
func (s *sent) Waiting(string) (sim.Tick, bool) {
	if !s.stuck || len(s.entries) == 0 {
		return 0, false
	}
	return s.entries[0].Tick, true
}

// Has implements Outbox.
func (s *sent) Has(_ string, epoch uint64, tick sim.Tick) bool {
	return s.stuck && slices.ContainsFunc(s.entries, func(e outbox.Entry) bool { return e.Tick == tick && e.Epoch == epoch })
}

// message is one of them, as its receiver reads it.
type message struct {
	ID, Kind, Room, Mode, Reason string
	Finished                     bool
	Lines                        []struct {
		Seat, Team, Place int
		User, Name        string
		Values            map[string]any
	}
}

func (s *sent) messages(t *testing.T) (list []message) {
	t.Helper()
	for _, e := range s.entries {
		var m message
		must(t, json.Unmarshal(e.Body, &m))
		if m.ID != e.ID {
			t.Errorf("%s says it is %s", e.ID, m.ID)
		}
		list = append(list, m)
	}
	return list
}

// TestOutcomeLeavesOnce plays a match to its end: the outcome names all whom the
// rules gave a line, once.
func TestOutcomeLeavesOnce(t *testing.T) {
	out := &sent{}
	r := newRig(t, deskMode(20), func(o *Options) { o.OneMatch, o.Outbox, o.OwnerEpoch = true, out, 9 })
	ann := r.come(Guest{Name: "Ann", UserID: "ann", User: 1, Team: 2})
	r.come(user("bo", 2))
	r.come(Guest{Name: "guest"})
	ann.send(netproto.ClientFrame{Commands: []netproto.Command{order(1, 5), order(2, deskEnd)}})
	r.tick()
	end := r.next - 1
	r.finish()
	got := out.messages(t)
	if len(got) != 1 {
		t.Fatalf("%d left: %+v", len(got), got)
	}
	m := got[0]
	if m.ID != fmt.Sprintf("test/9/%d/0", end) || m.Kind != outbox.KindOutcome || !m.Finished || m.Room != "test" || len(m.Lines) != 3 {
		t.Errorf("%+v", m)
	}
	for i, want := range []struct{ user, name string }{{"ann", "Ann"}, {"bo", "bo"}, {"", "guest"}} {
		if l := m.Lines[i]; l.User != want.user || l.Name != want.name {
			t.Errorf("line %d is of %q, %q", i, l.User, l.Name)
		}
	}
}

// TestMatchThatIsCutOffTells has rooms end in other ways than by their rules.
func TestMatchThatIsCutOffTells(t *testing.T) {
	for _, oneMatch := range []bool{true, false} {
		out := &sent{}
		r := newRig(t, deskMode(20), func(o *Options) { o.OneMatch, o.Outbox = oneMatch, out })
		r.come(user("ann", 1))
		r.Close(netproto.CloseRestart, "the node stops")
		r.end()
		got := out.messages(t)
		switch {
		case !oneMatch && len(got) > 0:
			t.Errorf("a room that goes on for ever sends %+v", got)
		case oneMatch && (len(got) != 1 || got[0].Finished || got[0].Reason != "the node stops"):
			t.Errorf("sends %+v", got)
		}
	}
}

// Users who come and go are not remembered for ever.
func TestUsersAreForgotten(t *testing.T) {
	r := newRig(t, deskMode(20), func(o *Options) { o.Seats = 2; o.Keep = true })
	for n := range uint64(100) {
		p := r.come(user("u", n+1))
		p.leave()
		r.ticks(2)
	}
	if n := len(r.sender.known); n > 2*len(r.seats)+1 {
		t.Errorf("%d are remembered in a room of 2", n)
	}
}
