package gateway

import (
	"errors"
	"net/http"
	"net/netip"
	"time"

	"github.com/metronome-server/metronome/gateway/door"
	"github.com/metronome-server/metronome/gateway/ws"
	"github.com/metronome-server/metronome/room"
)

var _ room.Conn = (*ws.Conn)(nil)

// serveRoom answers a room's URL: who has a right to a seat gets a WebSocket,
// everybody else a status and a reason. Refusals come before the upgrade, in
// the order of what they cost.
func (s *Server) serveRoom(w http.ResponseWriter, r *http.Request) {
	if !ws.Requested(r) {
		s.explain(w, r)
		return
	}
	if f := s.shares.handshakes.Enter(r.Context()); f != nil {
		s.refused.add(f.Cause)
		s.shares.handshakes.Refuse(*f, w, r)
		return
	}
	if refused := s.admit(w, r); refused != nil {
		s.refused.add(refused.Cause)
		s.Events.Refused(time.Now(), r.PathValue("id"), refused.Cause, refused.Reason)
		s.Log.Debug("connection refused", "remote", r.RemoteAddr, "status", refused.Status, "reason", refused.Reason)
		refused.Answer(w, r)
	}
}

// entry is a request that may enter a room, as far as it alone can tell.
type entry struct {
	room       *room.Room
	credential credential
}

// admit takes a seat for a request and upgrades it.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) *door.Refusal {
	e, refused := s.readEntry(r, ws.Check)
	if refused != nil {
		return refused
	}
	pass, refused := s.enter(e.credential, e.room)
	if refused != nil {
		return refused
	}
	s.lobby.Redeemed(e.credential.token, e.room.ID())
	conn, err := s.Upgrader.Upgrade(w, r)
	if err != nil { // it has answered
		pass.Cancel()
		s.Log.Debug("upgrade failed", "remote", r.RemoteAddr, "err", err)
		return nil
	}
	pass.Enter(conn)
	return nil
}

// explain answers a plain GET of a room's URL with what an upgrade would be
// refused with, or 426: a page's script is not told why its WebSocket failed.
// Nothing is spent and no seat taken. Pages of any origin may read the answer:
// it tells less than they know who have the ticket, and where a foreign page
// may not connect it tells just that.
func (s *Server) explain(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Access-Control-Expose-Headers", shownHeaders)
	w.Header().Set("Cache-Control", "no-store")
	if f := s.shares.handshakes.Enter(r.Context()); f != nil {
		s.shares.handshakes.Refuse(*f, w, r)
		return
	}
	refused := s.wouldRefuse(r)
	if refused == nil {
		refused = handshakeRefused(ws.ErrNoUpgrade)
	}
	refused.Answer(w, r)
}

// wouldRefuse goes the way of admit as far as nothing changes.
func (s *Server) wouldRefuse(r *http.Request) *door.Refusal {
	e, refused := s.readEntry(r, func(*http.Request) *ws.RefusedError { return nil })
	if refused != nil {
		return refused
	}
	if err := e.room.Admits(e.credential.guest); err != nil {
		return s.roomRefused(e.room.ID(), err)
	}
	return nil
}

// readEntry says where a request wants to go and who comes, unless that alone is
// reason to refuse it. check looks at the request itself.
func (s *Server) readEntry(r *http.Request, check func(*http.Request) *ws.RefusedError) (entry, *door.Refusal) {
	if refused := check(r); refused != nil {
		return entry{}, handshakeRefused(refused)
	}
	c, refused := readCredential(r.URL)
	if refused != nil {
		return entry{}, refused
	}
	caller := door.CallerOf(r.Context())
	c.guest.Key = caller.Address.String()
	// A foreign page may not play by its visitor's address. Who shows a token needs
	// no such favour, and may come from the page of another node.
	if (c.kind == byName || c.kind == byWatching) && !s.originAllowed(r) {
		return entry{}, &door.Refusal{Status: http.StatusForbidden, Cause: "origin", Reason: "pages of this origin may not connect"}
	}
	target, ok := s.Node.Await(r.Context(), r.PathValue("id"))
	if !ok {
		if s.Node.Draining() {
			return entry{}, s.roomRefused(r.PathValue("id"), room.ErrStopping)
		}
		return entry{}, &door.Refusal{Status: http.StatusNotFound, Cause: "no_room", Reason: "no such room here; it may have ended: ask the lobby for another"}
	}
	if refused = s.verify(r.Context(), &c, target, caller.Local); refused == nil {
		refused = s.checkBans(c.guest.UserID, caller.Address)
	}
	return entry{target, c}, refused
}

// checkBans refuses who is banned. Who comes back with a resume token has been
// taken off their seat when the ban came, so the address alone is looked at then.
func (s *Server) checkBans(user string, address netip.Prefix) *door.Refusal {
	if err := s.Lobby.CheckBans(user, address); err != nil {
		return &door.Refusal{Status: http.StatusForbidden, Cause: "banned", Reason: err.Error()}
	}
	return nil
}

// handshakeRefused is a refusal for what is wrong with a request as a handshake.
func handshakeRefused(e *ws.RefusedError) *door.Refusal {
	return &door.Refusal{Status: e.Status, Cause: "handshake", Reason: e.Reason, Header: e.Header}
}

// roomRows are why a room takes nobody.
var roomRows = []struct {
	err    error
	status int
	cause  string
}{
	{room.ErrResumeStale, http.StatusUnauthorized, "resume_stale"},
	{room.ErrLocked, http.StatusForbidden, "locked"},
	{room.ErrClosed, http.StatusNotFound, "no_room"},
	{room.ErrSecond, http.StatusConflict, "second"},
	{room.ErrNotInvited, http.StatusForbidden, "not_invited"},
	{room.ErrFull, http.StatusServiceUnavailable, "full"},
	{room.ErrNotPublic, http.StatusForbidden, "not_public"},
	{room.ErrAudience, http.StatusServiceUnavailable, "audience"},
	{room.ErrBusy, http.StatusServiceUnavailable, "busy"},
	{room.ErrStopping, http.StatusServiceUnavailable, "stopping"},
}

// roomRefused is the refusal of a room. A node that is stopping has closed its rooms, of
// which its next start, or another node, may have this one again: who is told that it is
// over gives up their seat.
func (s *Server) roomRefused(id string, err error) *door.Refusal {
	if errors.Is(err, room.ErrClosed) && s.Node.Draining() {
		err = room.ErrStopping
	}
	for _, row := range roomRows {
		if errors.Is(err, row.err) {
			return &door.Refusal{Status: row.status, Cause: row.cause, Reason: err.Error()}
		}
	}
	s.Log.Error("a room could not take a player", "room", id, "err", err)
	return &door.Refusal{Status: http.StatusServiceUnavailable, Cause: "fault", Reason: "the room cannot take anybody right now; try again in a few seconds"}
}
