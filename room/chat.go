package room

import (
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

const (
	// chatBurst lines of one seat may come at once, then one every chatEvery
	// seconds. Why: faster than people type, slower than what fills a screen.
	chatBurst = 5
	chatEvery = 2
	// roomChatBurst lines of all seats together may come at once, then
	// roomChatRate a second. Why: each goes to every seat, and faster than this
	// nobody reads.
	roomChatBurst = 20
	roomChatRate  = 10
)

// chatLimit is a right to speak: a bucket of lines. A seat's belongs to the
// seat, so that a new connection does not fill it.
type chatLimit struct {
	used  int
	since sim.Tick
	told  bool // that the limit is reached
}

// full reports whether another line is one too many. One is forgotten every
// so many ticks.
func (c *chatLimit) full(now sim.Tick, burst, every int) bool {
	for c.used > 0 && now.Since(c.since) >= every {
		c.used--
		c.since = c.since.Add(every)
		c.told = false
	}
	if c.used == 0 {
		c.since = now
	}
	return c.used >= burst
}

// say sends a line of chat to everybody, or tells the speaker why not.
func (r *Room) say(s *seat, text string) {
	text = cleanLine(text)
	hz := r.mode.Hz
	switch {
	case text == "":
	case s.chat.full(r.next, chatBurst, chatEvery*hz):
		r.hush(s, "You are writing too fast; that line was not sent.")
	case r.chat.full(r.next, roomChatBurst, max(hz/roomChatRate, 1)):
		r.hush(s, "Too many are writing at once; that line was not sent.")
	default:
		s.chat.used++
		r.chat.used++
		r.notify(&pb.Notice{Body: &pb.Notice_Chat{Chat: &pb.Chat{Seat: uint32(s.number), Name: s.name, Text: text}}})
	}
}

// hush drops a line and tells its speaker why, once until they may speak again.
func (r *Room) hush(s *seat, why string) {
	r.stats.ChatDropped.Add(1)
	if !s.chat.told {
		s.chat.told = true
		s.lane.add(&pb.Notice{Body: &pb.Notice_Announcement{Announcement: why}})
	}
}
