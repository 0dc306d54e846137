package console

import (
	"testing"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/room"
)

// seconds makes samples of a room with two seats: 'l' is a second of late ticks, '.'
// a good one, 'e' a late one with nobody there, 'x' one that lost a tick, 'u' one
// of unused inputs, 'b' one with a backlog.
func seconds(marks string) []room.Sample {
	all := make([]room.Sample, len(marks))
	for i, mark := range marks {
		s := &all[i]
		s.Seats, s.OnTime = 2, 60
		switch mark {
		case 'l':
			s.LateP99 = 20_000
		case 'e':
			s.LateP99, s.Seats = 20_000, 0
		case 'x':
			s.TicksLost = 1
		case 'u':
			s.Late = 10
		case 'b':
			s.Backlogged = 1
		}
	}
	return all
}

func TestHealthDoesNotFlap(t *testing.T) {
	for _, row := range []struct {
		name, marks, mood, word string
		taken                   int
	}{
		{"fine", "..........", "ok", "in time", 2},
		{"nothing is known yet", "", "ok", "in time", 2},
		{"one bad second", "....l.....", "ok", "in time", 2},
		{"three of ten", "..l..l..l", "bad", "ticks late", 2},
		{"three, too far apart", "l.....l.....l", "ok", "in time", 2},
		{"good for less than 15 seconds", "lll..............", "bad", "ticks late", 2},
		{"good for 15", "lll...............", "ok", "in time", 2},
		{"it comes and goes", "lll.......l.......l.......l....", "bad", "ticks late", 2},
		{"nobody is there", "eeeeeeeee", "ok", "in time", 2},
		{"empty by now", "lllllllll", "idle", "empty", 0},
		{"one lost tick is enough", "........x.", "bad", "ticks lost", 2},
		{"the worst comes first", "uuuxlll", "bad", "ticks lost", 2},
		{"unused", "uuu", "warn", "inputs unused", 2},
		{"backlogged", "b.b.b", "warn", "backlogged", 2},
	} {
		if h := healthOfRoom(row.taken, 30, seconds(row.marks)); h.GetMood() != row.mood || h.GetWord() != row.word {
			t.Errorf("%s: %v", row.name, h)
		}
	}
	if h := healthOfRoom(2, 0, seconds("lllll")); h.GetMood() != "ok" {
		t.Errorf("a room that rests: %v", h)
	}
}

func TestHealthOfANodeIsItsWorstRooms(t *testing.T) {
	line := func(mood, word string) *pb.RoomLine { return &pb.RoomLine{Health: &pb.Health{Mood: mood, Word: word}} }
	fine, late, unused := line("ok", "in time"), line("bad", "ticks late"), line("warn", "inputs unused")
	for _, row := range []struct {
		state, mood, word string
		rooms             []*pb.RoomLine
	}{
		{"ready", "ok", "in service", nil},
		{"ready", "ok", "in service", []*pb.RoomLine{fine, line("idle", "empty")}},
		{"draining", "warn", "draining", []*pb.RoomLine{fine}},
		{"draining", "bad", "1 room: ticks late", []*pb.RoomLine{late, fine}},
		{"ready", "bad", "2 rooms: ticks late", []*pb.RoomLine{unused, late, unused, late}},
		{"ready", "warn", "1 room: inputs unused", []*pb.RoomLine{fine, unused}},
	} {
		if h := healthOfNode(row.state, row.rooms); h.GetMood() != row.mood || h.GetWord() != row.word {
			t.Errorf("%s, %v: %v", row.state, row.rooms, h)
		}
	}
}
