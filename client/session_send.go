package client

import (
	"time"
	"unicode/utf8"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// Due is called once per tick period, when an input is to be sent; skipped is
// how many such calls have been missed just before. It returns the tick that the
// input is for; false: none is to be sent this time, because there is no Welcome
// yet, because inputs come too early, or because a spectator sends none.
func (s *Session) Due(now time.Time, skipped int) (sim.Tick, bool) {
	if s.welcome == nil || s.heard.IsZero() || s.Spectating() {
		return 0, false
	}
	return s.clock.due(s.frame.Tick, now.Sub(s.heard)+s.ping.best, skipped)
}

// Excuse says that the input just due is sent late because the client was held
// up, so that this is not taken for a slow network.
func (s *Session) Excuse() { s.clock.excuse() }

// AppendInput appends a ClientFrame with the input for a tick that Due returned,
// and whatever else is waiting to be sent. values are the fields of the game's
// input, as in Schema.input; those beyond netproto.MaxInputValues are left out.
func (s *Session) AppendInput(b []byte, tick sim.Tick, values []int32, now time.Time) []byte {
	s.out.Inputs = append(s.out.Inputs[:0], netproto.Input{Tick: tick, Seen: s.seen(tick)})
	in := &s.out.Inputs[0]
	in.Count = copy(in.Values[:], values)
	s.Counts.Inputs++
	s.acks.sent(tick, now)
	return s.flush(b, now)
}

// seen is how old the world is that an input is given to, in 1/16 tick.
func (s *Session) seen(tick sim.Tick) int {
	return min(max(16*tick.Since(s.frame.Tick), 0), netproto.MaxSeen)
}

// AppendRest appends a ClientFrame without an input if there is anything to be
// sent: chat, what must not wait, or a sign of life.
func (s *Session) AppendRest(b []byte, now time.Time) []byte {
	s.out.Inputs = s.out.Inputs[:0]
	if s.out.Chat == "" && !s.out.Leave && !s.out.Watches && !s.ping.due(now) && !s.lane.unacked() && !s.commands.due() && !s.resync.due(now) {
		return b
	}
	return s.flush(b, now)
}

// flush appends s.out and what is due with it.
func (s *Session) flush(b []byte, now time.Time) []byte {
	s.out.Ping = s.ping.take(now)
	s.out.Commands = s.commands.take(s.out.Commands[:0])
	s.out.Resync = s.resync.take(now)
	s.out.NoticeAck = s.lane.takeAck()
	b = netproto.AppendClientFrame(b, &s.out)
	s.out.Chat, s.out.Leave, s.out.Watches = "", false, false
	return b
}

// Say sends a line of chat with the next frame; false when one is waiting, or
// the text is empty, not UTF-8 or longer than netproto.MaxChat bytes, or by a
// spectator.
func (s *Session) Say(text string) bool {
	if s.Spectating() || s.out.Chat != "" || text == "" || len(text) > netproto.MaxChat || !utf8.ValidString(text) {
		return false
	}
	s.out.Chat = text
	return true
}

// Leave gives up the seat with the next frame; the server then closes.
func (s *Session) Leave() { s.out.Leave = true }
