package matchmaker

import (
	"time"

	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/lobby/queue"
)

// ticketFor is how long a ticket into a match is good, at least. Players come at
// once, and their matches do not wait longer for them.
const ticketFor = 30 * time.Second

// TicketFor makes a ticket into an open match for one of its users. Errors:
// ErrNoEntry.
func (m *Matchmaker) TicketFor(match *queue.Match, user string) (lobby.Join, error) {
	for _, s := range match.Seats {
		if s.User != user || s.Bot || match.Room == "" {
			continue
		}
		r := lobby.Room{
			ID: match.Room, Epoch: match.Epoch, Node: match.Node, URL: match.URL, Seats: len(match.Seats), Private: true, State: lobby.RoomOpen,
			Created: match.Made,
		}
		if c, ok := m.Queue(match.Queue); ok {
			r.Mode = c.Mode
		}
		return m.Lobby.TicketFor(r, PlayerOf(match, s), max(ticketFor, match.Until.Sub(m.Store.Now())))
	}
	return lobby.Join{}, ErrNoEntry
}

// PlayerOf is who a seat of a match is for.
func PlayerOf(match *queue.Match, s queue.Seat) lobby.Player {
	p := lobby.Player{UserID: s.User, Team: s.Team, Bot: s.Bot}
	for _, member := range match.Entry(s.Entry).Members {
		if member.User == s.User {
			p.Name, p.Rating, p.Data = member.Name, int32(member.Rating), member.Data
		}
	}
	return p
}
