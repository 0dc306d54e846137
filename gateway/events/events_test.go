package events

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/room"
)

var start = time.Unix(1_700_000_000, 0)

func TestAKindPushesOutNoOther(t *testing.T) {
	var l Log
	l.Happened(room.Event{At: start, Kind: room.EventFault, Room: "a", Text: strings.Repeat("x", 1000)})
	for i := range 3 * perKind {
		l.Happened(room.Event{At: start.Add(time.Duration(i) * time.Second), Kind: room.EventJoined, Room: "a", Name: fmt.Sprint("p", i)})
	}
	all, more := l.Find(Filter{}, 10_000)
	if len(all) != perKind+1 || more {
		t.Fatalf("%d are kept, %v", len(all), more)
	}
	if oldest := all[len(all)-1]; oldest.Kind != "fault" || len(oldest.Text) > maxText {
		t.Errorf("the fault is gone: %+v", oldest)
	}
	if newest := all[0]; newest.Name != fmt.Sprint("p", 3*perKind-1) {
		t.Errorf("the newest is %+v", newest)
	}
	if got, more := l.Find(Filter{}, 3); len(got) != 3 || !more {
		t.Errorf("three of them: %d, %v", len(got), more)
	}
}

func TestFilters(t *testing.T) {
	var l Log
	l.Happened(room.Event{At: start, Kind: room.EventJoined, Room: "a", Name: "Ann", UserID: "u-1", Seat: 3})
	l.Happened(room.Event{At: start.Add(time.Second), Kind: room.EventLeft, Room: "a", Name: "Ann", Code: netproto.CloseKicked, Text: "Enough"})
	l.Happened(room.Event{At: start.Add(2 * time.Second), Kind: room.EventJoined, Room: "b", Name: "Bob"})
	l.NodeIs(start.Add(3*time.Second), "draining")
	l.Acted(start.Add(4*time.Second), lobby.Act{Who: "console", Remote: "192.0.2.1", What: "kick", On: "a", Detail: "seat 3"}, nil)
	l.Acted(start.Add(5*time.Second), lobby.Act{Who: "console", Remote: "192.0.2.1", What: "ban", On: "user:ann"}, errors.New("full"))
	for name, row := range map[string]struct {
		filter Filter
		want   int
	}{
		"all": {Filter{}, 6}, "a kind": {Filter{Kinds: []string{"joined"}}, 2}, "two kinds": {Filter{Kinds: []string{"joined", "node"}}, 3},
		"a room": {Filter{Room: "a"}, 3}, "a name": {Filter{Text: "aNN"}, 3}, "a user": {Filter{Text: "U-1"}, 1}, "a reason": {Filter{Text: "enough"}, 1},
		"a fault": {Filter{Text: "failed: full"}, 1}, "before": {Filter{Before: start.Add(time.Second)}, 1}, "from": {Filter{From: start.Add(4 * time.Second)}, 2},
		"nothing": {Filter{Room: "a", Text: "bob"}, 0},
	} {
		if got, _ := l.Find(row.filter, 100); len(got) != row.want {
			t.Errorf("%s: %d, want %d: %+v", name, len(got), row.want, got)
		}
	}
}

func TestRefusalsOfACauseAreOneEvent(t *testing.T) {
	var l Log
	for i := range 100 {
		l.Refused(start.Add(time.Duration(i)*100*time.Millisecond), "a", "full", "the room is full")
	}
	l.Refused(start, "b", "locked", "the room is locked")
	l.Refused(start.Add(together), "a", "full", "the room is full")
	got, _ := l.Find(Filter{Kinds: []string{Refused}}, 100)
	if len(got) != 3 || got[0].Count != 1 || got[1].Count+got[2].Count != 101 {
		t.Errorf("%+v", got)
	}
	l.Refused(start.Add(together), "b", "full", "the room is full")
	if got, _ := l.Find(Filter{Text: "full"}, 1); got[0].Count != 2 || got[0].Room != "" {
		t.Errorf("of two rooms: %+v", got)
	}
}

func TestEndedRoomsAreBounded(t *testing.T) {
	var l Log
	for i := range endedKept + 5 {
		l.Happened(room.Event{At: start, Kind: room.EventEnded, Room: fmt.Sprint(i), Recording: "x.journal"})
	}
	if all := l.Ended(); len(all) != endedKept || all[0].Room != fmt.Sprint(endedKept+4) {
		t.Errorf("%d, the newest %s", len(all), all[0].Room)
	}
}

// TestARoomThatMovesIsNoLongerHere: it is listed as ended, with where it went.
func TestARoomThatMovesIsNoLongerHere(t *testing.T) {
	var l Log
	l.Happened(room.Event{At: start, Kind: room.EventMoved, Room: "a", Other: "node-b", Took: 38 * time.Millisecond, Count: 90})
	l.Happened(room.Event{At: start, Kind: room.EventTakenOver, Room: "b", Other: "node-c"})
	found, _ := l.Find(Filter{Text: "NODE-B"}, 10)
	if len(found) != 1 || found[0].Kind != "moved" || found[0].Other != "node-b" || found[0].Took != 38*time.Millisecond {
		t.Errorf("found %+v", found)
	}
	if ended := l.Ended(); len(ended) != 1 || ended[0].Room != "a" {
		t.Errorf("ended here: %+v", ended)
	}
}
