package gateway

import (
	"net/http"

	"github.com/metronome-server/metronome/room"
)

// explain answers a plain GET of a room's URL with what an upgrade would be
// refused with, or 426: a page's script is not told why its WebSocket failed.
// Nothing is spent and no seat taken. Pages of any origin may read the answer:
// it tells less than they know who have the ticket, and where a foreign page
// may not connect it tells just that.
func (s *Server) explain(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Cache-Control", "no-store")
	refused := s.wouldRefuse(r)
	if refused == nil {
		refused = needsWebSocket
	}
	refused.Answer(w)
}

// wouldRefuse goes the way of admit as far as nothing changes.
func (s *Server) wouldRefuse(r *http.Request) *RefusedError {
	target, guest, refused := s.visit(r, s.Upgrader.checkWhere)
	if refused != nil {
		return refused
	}
	if err := target.Admits(guest); err != nil {
		return knockRefused(err)
	}
	return s.ticketSpent(r, target, guest)
}

func (s *Server) ticketSpent(r *http.Request, target *room.Room, guest room.Guest) *RefusedError {
	ticket := r.URL.Query().Get("ticket")
	if ticket == "" || guest.Resume != "" {
		return nil
	}
	if err := s.Lobby.Look(r.Context(), ticket, target.ID(), s.Node.Epoch(target.ID())); err != nil {
		return ticketRefused(err)
	}
	return nil
}
