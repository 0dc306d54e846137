package gateway

import (
	"errors"
	"net/http"

	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/room"
)

// room answers a room's URL: who has a right to a seat gets a WebSocket,
// everybody else a status and a reason. Refusals come before the upgrade, in
// the order of what they cost.
func (s *Server) room(w http.ResponseWriter, r *http.Request) {
	if !asksForWebSocket(r) {
		s.explain(w, r)
		return
	}
	if refused := s.admit(w, r); refused != nil {
		s.Log.Debug("connection refused", "remote", r.RemoteAddr, "status", refused.Status, "reason", refused.Reason)
		refused.Answer(w)
	}
}

func (s *Server) admit(w http.ResponseWriter, r *http.Request) *RefusedError {
	target, guest, refused := s.visit(r, s.Upgrader.Check)
	if refused != nil {
		return refused
	}
	if r.URL.Query().Get("ticket") != "" {
		defer s.Node.enter(target.ID())() // after settle, which is deferred later
	}
	pass, err := target.Knock(guest)
	if err != nil {
		return knockRefused(err)
	}
	settle, refused := s.redeem(r, target)
	if refused != nil {
		pass.Cancel()
		return refused
	}
	defer settle()
	conn, err := s.Upgrader.Upgrade(w, r)
	if err != nil { // it has answered
		pass.Cancel()
		s.Log.Debug("upgrade failed", "remote", r.RemoteAddr, "err", err)
		return nil
	}
	pass.Enter(conn)
	return nil
}

// visit says where a request wants to go and who comes, unless that alone is
// reason to refuse it. check looks at the request itself.
func (s *Server) visit(r *http.Request, check func(*http.Request) *RefusedError) (*room.Room, room.Guest, *RefusedError) {
	if !s.handshakes.allow(r, s.HandshakesPerSecond) {
		return nil, room.Guest{}, &RefusedError{http.StatusTooManyRequests, "too many connections from this address; wait a few seconds"}
	}
	if refused := check(r); refused != nil {
		return nil, room.Guest{}, refused
	}
	target, ok := s.Rooms.Get(r.PathValue("id"))
	if !ok {
		return nil, room.Guest{}, &RefusedError{http.StatusNotFound, "no such room here; it may have ended: ask the lobby for another"}
	}
	guest, refused := s.guest(r, target)
	return target, guest, refused
}

// guest says who comes, as far as it can be told without the lobby's store.
func (s *Server) guest(r *http.Request, target *room.Room) (room.Guest, *RefusedError) {
	q := r.URL.Query()
	g := room.Guest{Name: q.Get("name"), Resume: q.Get("resume"), Bot: q.Get("bot") == "1"}
	switch {
	case g.Resume != "":
	case q.Get("ticket") != "":
		t, err := s.Lobby.Verify(q.Get("ticket"), target.ID(), s.Node.Epoch(target.ID()))
		if err != nil {
			return g, ticketRefused(err)
		}
		g.Name = t.Name
	case !s.Open || !loopback(r):
		return g, &RefusedError{http.StatusUnauthorized, "a ticket is needed; ask the lobby to join this room"}
	case target.Info().Private:
		return g, &RefusedError{http.StatusUnauthorized, "the room is private; join it with its code"}
	}
	return g, nil
}

// redeem uses the ticket up, if there is one. settle is to be called when the
// player is in the room or will never be.
func (s *Server) redeem(r *http.Request, target *room.Room) (settle func(), refused *RefusedError) {
	q := r.URL.Query()
	if q.Get("ticket") == "" || q.Get("resume") != "" {
		return func() {}, nil
	}
	_, settle, err := s.Lobby.Redeem(r.Context(), q.Get("ticket"), target.ID(), s.Node.Epoch(target.ID()))
	if err != nil {
		return nil, ticketRefused(err)
	}
	return settle, nil
}

func ticketRefused(err error) *RefusedError {
	switch {
	case errors.Is(err, lobby.ErrTicketUsed):
		return &RefusedError{http.StatusUnauthorized, "the ticket was used already; ask the lobby for another"}
	case errors.Is(err, lobby.ErrTicketExpired):
		return &RefusedError{http.StatusUnauthorized, "the ticket has expired; ask the lobby for another"}
	case errors.Is(err, lobby.ErrTicketForeign):
		return &RefusedError{http.StatusUnauthorized, "the ticket is for another room; ask the lobby for one for this room"}
	case errors.Is(err, lobby.ErrUnavailable):
		return &RefusedError{http.StatusServiceUnavailable, "the ticket cannot be checked right now; try again in a few seconds"}
	}
	return &RefusedError{http.StatusUnauthorized, "the ticket is not one of ours"}
}

func knockRefused(err error) *RefusedError {
	switch {
	case errors.Is(err, room.ErrResumeStale):
		return &RefusedError{http.StatusUnauthorized, err.Error()}
	case errors.Is(err, room.ErrLocked):
		return &RefusedError{http.StatusForbidden, err.Error()}
	case errors.Is(err, room.ErrClosed):
		return &RefusedError{http.StatusNotFound, err.Error()}
	}
	return &RefusedError{http.StatusServiceUnavailable, err.Error()}
}
