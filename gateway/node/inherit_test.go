package node

import (
	"fmt"
	"testing"

	"github.com/metronome-server/metronome/lobby"
)

func heir(id string, rooms, seats int, modes ...string) lobby.Node {
	n := lobby.Node{ID: id, Capacity: lobby.Capacity{FreeRooms: rooms, FreeSeats: seats, Modes: map[string]string{}}}
	for _, m := range modes {
		n.Modes[m] = "build"
	}
	return n
}

// Every node comes to the same order of heirs, in which each has one turn, and who has
// more free seats is first for more rooms. The rooms' names are the only chance in it.
func TestHeirsAgreeOnTheirTurns(t *testing.T) {
	heirs := []lobby.Node{heir("a", 9, 100, "ffa"), heir("b", 9, 300, "ffa"), heir("c", 9, 100, "ffa", "duel")}
	first := map[string]int{}
	for i := range 2000 {
		r := &lobby.Room{ID: fmt.Sprint("room", i), Mode: "ffa", Seats: 8}
		turns := map[int]string{}
		for _, h := range heirs {
			turns[turnOf(h.ID, r, heirs)] = h.ID
			if turnOf(h.ID, r, []lobby.Node{heirs[2], heirs[0], heirs[1]}) != turnOf(h.ID, r, heirs) {
				t.Fatalf("room %s: the order of the list counts", r.ID)
			}
		}
		if len(turns) != len(heirs) || turns[0] == "" || turns[2] == "" {
			t.Fatalf("room %s: turns %v", r.ID, turns)
		}
		first[turns[0]]++
	}
	if first["b"] < 1100 || first["b"] > 1300 || first["a"] < 300 || first["c"] < 300 {
		t.Errorf("first for %v of 2,000 rooms, want about 400, 1,200 and 400", first)
	}
}

func TestWhoIsNoHeir(t *testing.T) {
	r := &lobby.Room{ID: "r", Mode: "ffa", Seats: 8}
	for what, h := range map[string]lobby.Node{
		"without the mode": heir("x", 9, 100, "duel"), "without a room": heir("x", 0, 100, "ffa"), "without seats": heir("x", 9, 7, "ffa"),
	} {
		if got := turnOf("x", r, []lobby.Node{h, heir("y", 9, 100, "ffa")}); got != -1 {
			t.Errorf("%s: turn %d", what, got)
		}
	}
}
