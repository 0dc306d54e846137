package console

import (
	"fmt"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/room"
)

// Moods of a Health, the worst last.
const (
	moodIdle = "idle"
	moodOK   = "ok"
	moodWarn = "warn"
	moodBad  = "bad"
)

var moodOrder = map[string]int{moodIdle: 0, moodOK: 1, moodWarn: 2, moodBad: 3}

const (
	// healthSeconds is how many seconds a room is judged by.
	healthSeconds = 60
	// healthOf is among how many seconds bad ones are counted.
	healthOf = 10
	// healthClear is after how many good seconds on end it is over. Why 15: longer
	// than healthOf, so that what comes and goes stays, and is seen.
	healthClear = 15
)

// A symptom is bad in single seconds; raise of healthOf of them make it so.
type symptom struct {
	mood  string
	raise int
	// bad reports whether a second with somebody in the room shows it.
	bad  func(s *room.Sample, hz int) bool
	word string
}

// symptoms are what may be wrong with a room, the worst first.
var symptoms = [...]symptom{
	{moodBad, 1, func(s *room.Sample, _ int) bool { return s.TicksLost > 0 }, "ticks lost"},
	{moodBad, 3, func(s *room.Sample, hz int) bool { return hz > 0 && s.LateP99 > uint32(500_000/hz) }, "ticks late"},
	{moodWarn, 3, func(s *room.Sample, _ int) bool { return s.Backlogged > 0 }, "backlogged"},
	{moodWarn, 3, func(s *room.Sample, _ int) bool {
		unused := s.Late + s.Early + s.Double + s.Dropped
		return s.OnTime+unused > 20 && unused > (s.OnTime+unused)/20
	}, "inputs unused"},
}

// healthOfRoom judges a room by its last seconds, oldest first. Seconds with nobody
// in the room are good ones: nobody suffers.
func healthOfRoom(taken, hz int, samples []room.Sample) *pb.Health {
	if taken == 0 {
		return &pb.Health{Mood: moodIdle, Word: "empty"}
	}
	for _, sick := range &symptoms {
		if sick.holds(hz, samples) {
			return &pb.Health{Mood: sick.mood, Word: sick.word}
		}
	}
	return &pb.Health{Mood: moodOK, Word: "in time"}
}

// holds reports whether the symptom is there after these seconds.
func (sick *symptom) holds(hz int, samples []room.Sample) bool {
	holds, good := false, 0
	var recent [healthOf]bool
	count := 0
	for i := range samples {
		s := &samples[i]
		bad := s.Seats > 0 && sick.bad(s, hz)
		if at := i % healthOf; recent[at] != bad {
			recent[at] = bad
			if bad {
				count++
			} else {
				count--
			}
		}
		if good++; bad {
			good = 0
		}
		switch {
		case count >= sick.raise:
			holds = true
		case good >= healthClear:
			holds = false
		}
	}
	return holds
}

// healthOfNode is the worst of its rooms.
func healthOfNode(state string, rooms []*pb.RoomLine) *pb.Health {
	worst, count := &pb.Health{Mood: moodOK, Word: "in service"}, 0
	for _, r := range rooms {
		switch h := r.GetHealth(); {
		case moodOrder[h.GetMood()] > moodOrder[worst.GetMood()]:
			worst, count = h, 1
		case h.GetMood() == worst.GetMood() && h.GetWord() == worst.GetWord():
			count++
		}
	}
	switch {
	case count == 1:
		return &pb.Health{Mood: worst.GetMood(), Word: "1 room: " + worst.GetWord()}
	case count > 1:
		return &pb.Health{Mood: worst.GetMood(), Word: fmt.Sprintf("%d rooms: %s", count, worst.GetWord())}
	case state != "ready":
		return &pb.Health{Mood: moodWarn, Word: state}
	}
	return worst
}
