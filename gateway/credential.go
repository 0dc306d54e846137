package gateway

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/metronome-server/metronome/gateway/door"
	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/room"
	"github.com/metronome-server/metronome/sim"
)

// credential is the right by which a request asks for a seat, as its URL has it.
type credential struct {
	kind   credentialKind
	token  string // a ticket or a resume token
	guest  room.Guest
	ticket lobby.Ticket // once verified
}

type credentialKind int

const (
	// byName is no right at all; it counts for this machine in open mode.
	byName credentialKind = iota
	// byTicket shows what the lobby has promised.
	byTicket
	// byWatching asks for no seat.
	byWatching
	// byResume shows a seat's token; a ticket beside it does not count.
	byResume
)

// readCredential reads a room URL's query. It verifies nothing.
func readCredential(u *url.URL) (credential, *door.Refusal) {
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return credential{}, &door.Refusal{Status: http.StatusBadRequest, Cause: "handshake", Reason: "the URL's query cannot be read"}
	}
	c := credential{guest: room.Guest{Name: q.Get("name"), Resume: q.Get("resume"), Bot: q.Get("bot") == "1"}}
	switch ticket := q.Get("ticket"); {
	case c.guest.Resume != "":
		c.kind, c.token = byResume, c.guest.Resume
	case ticket != "":
		c.kind, c.token = byTicket, ticket
	case q.Has("watch"):
		seat, err := strconv.ParseUint(cmp.Or(q.Get("watch"), "0"), 10, 16)
		if err != nil {
			return credential{}, &door.Refusal{Status: http.StatusBadRequest, Cause: "handshake", Reason: "watch is a seat's number, or nothing"}
		}
		c.kind, c.guest.Spectator, c.guest.Watched = byWatching, true, sim.Seat(seat)
	}
	return c, nil
}

// verify says whether a credential gives a right to a seat, and completes it. local:
// the request comes from this machine.
func (s *Server) verify(ctx context.Context, c *credential, target *room.Room, local bool) *door.Refusal {
	switch c.kind {
	case byResume: // the room knows its tokens
	case byTicket:
		t, err := s.Lobby.Verify(ctx, c.token, target.ID(), s.Node.Epoch(target.ID()))
		if err != nil {
			return ticketRefused(err)
		}
		c.ticket = t
		c.guest.Name, c.guest.UserID, c.guest.User = t.Player.Name, t.Player.UserID, t.Player.User()
		c.guest.Team, c.guest.Rating, c.guest.Data = t.Player.Team, t.Player.Rating, t.Player.Data
		c.guest.Bot = c.guest.Bot || t.Player.Bot
	case byWatching:
		if !s.Users.Anonymous() {
			return &door.Refusal{Status: http.StatusUnauthorized, Cause: "no_ticket", Reason: "this server lets only users whom it knows see its rooms"}
		}
	case byName:
		if !s.Open || !local {
			return &door.Refusal{Status: http.StatusUnauthorized, Cause: "no_ticket", Reason: "a ticket is needed; ask the lobby to join this room"}
		}
		if !s.Users.Anonymous() {
			return &door.Refusal{Status: http.StatusUnauthorized, Cause: "no_ticket", Reason: "this server lets in only users whom it knows; ask the lobby, with a user token, to join this room"}
		}
		if target.Info().Private {
			return &door.Refusal{Status: http.StatusUnauthorized, Cause: "no_ticket", Reason: "the room is private; join it with its code"}
		}
	}
	return nil
}

// enter takes a seat in the room by a verified credential, and uses up a ticket.
func (s *Server) enter(c credential, target *room.Room) (pass *room.Pass, refused *door.Refusal) {
	var full error
	knock := func() error {
		pass, full = target.Knock(c.guest)
		return full
	}
	if c.kind != byTicket {
		full = knock()
	} else if err := s.Lobby.Redeem(c.ticket, knock); err != nil && full == nil {
		return nil, ticketRefused(err)
	}
	if full != nil {
		return nil, s.roomRefused(target.ID(), full)
	}
	return pass, nil
}

// ticketRows are why a ticket is not taken.
var ticketRows = []struct {
	err    error
	status int
	reason string
}{
	{lobby.ErrTicketUsed, http.StatusUnauthorized, "the ticket was used already; ask the lobby for another"},
	{lobby.ErrTicketExpired, http.StatusUnauthorized, "the ticket has expired; ask the lobby for another"},
	{lobby.ErrTicketForeign, http.StatusUnauthorized, "the ticket is for another room; ask the lobby for one for this room"},
	{lobby.ErrUnavailable, http.StatusServiceUnavailable, "the ticket cannot be checked right now; try again in a few seconds"},
}

func ticketRefused(err error) *door.Refusal {
	for _, row := range ticketRows {
		if errors.Is(err, row.err) {
			return &door.Refusal{Status: row.status, Cause: "ticket", Reason: row.reason}
		}
	}
	return &door.Refusal{Status: http.StatusUnauthorized, Cause: "ticket", Reason: "the ticket is not one of ours"}
}
