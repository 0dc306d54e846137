package room

import (
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

const (
	// chatBurst lines may come at once, then one every chatEvery seconds.
	// Why: faster than people type, slower than what fills a screen.
	chatBurst = 5
	chatEvery = 2
)

// chatLimit is a seat's right to speak: a bucket of lines. It belongs to the
// seat, so that a new connection does not fill it.
type chatLimit struct {
	used  int
	since sim.Tick
	told  bool
}

// allow reports whether a line may be said now.
func (c *chatLimit) allow(now sim.Tick, hz int) bool {
	for c.used > 0 && now.Since(c.since) >= chatEvery*hz {
		c.used--
		c.since = c.since.Add(chatEvery * hz)
		c.told = false
	}
	if c.used == 0 {
		c.since = now
	}
	if c.used >= chatBurst {
		return false
	}
	c.used++
	return true
}

// say sends a line of chat to everybody, or tells the speaker why not.
func (r *Room) say(s *seat, text string) {
	text = cleanLine(text)
	if text == "" {
		return
	}
	if !s.chat.allow(r.next, r.mode.Hz) {
		r.stats.ChatDropped.Add(1)
		if !s.chat.told {
			s.chat.told = true
			s.lane.add(&pb.Notice{Body: &pb.Notice_Announcement{Announcement: "You are writing too fast; that line was not sent."}})
		}
		return
	}
	r.notify(&pb.Notice{Body: &pb.Notice_Chat{Chat: &pb.Chat{Seat: uint32(s.number), Name: s.name, Text: text}}})
}
