package gateway

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/metronome-server/metronome/gateway/door"
	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/room"
)

// credential is the right by which a request asks for a seat, as its URL has it.
type credential struct {
	kind  credentialKind
	token string // a ticket or a resume token
	guest room.Guest
}

type credentialKind int

const (
	// byName is no right at all; it counts for this machine in open mode.
	byName credentialKind = iota
	// byTicket shows what the lobby has promised.
	byTicket
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
	}
	return c, nil
}

// verify says who comes to a room, as far as it can be told without the lobby's
// store. local: the request comes from this machine.
func (s *Server) verify(c credential, target *room.Room, local bool) (room.Guest, *door.Refusal) {
	switch c.kind {
	case byResume: // the room knows its tokens
	case byTicket:
		t, err := s.Lobby.Verify(c.token, target.ID(), s.Node.Epoch(target.ID()))
		if err != nil {
			return room.Guest{}, ticketRefused(err)
		}
		c.guest.Name = t.Name
	case byName:
		if !s.Open || !local {
			return room.Guest{}, &door.Refusal{Status: http.StatusUnauthorized, Cause: "no_ticket", Reason: "a ticket is needed; ask the lobby to join this room"}
		}
		if target.Info().Private {
			return room.Guest{}, &door.Refusal{Status: http.StatusUnauthorized, Cause: "no_ticket", Reason: "the room is private; join it with its code"}
		}
	}
	return c.guest, nil
}

// redeem uses a ticket up, if that is the credential. settle is to be called when
// the player is in the room or will never be.
func (s *Server) redeem(ctx context.Context, c credential, target *room.Room) (settle func(), refused *door.Refusal) {
	if c.kind != byTicket {
		return func() {}, nil
	}
	_, settle, err := s.Lobby.Redeem(ctx, c.token, target.ID(), s.Node.Epoch(target.ID()))
	if err != nil {
		return nil, ticketRefused(err)
	}
	return settle, nil
}

// wouldRedeem says what redeem would, and spends nothing.
func (s *Server) wouldRedeem(ctx context.Context, c credential, target *room.Room) *door.Refusal {
	if c.kind != byTicket {
		return nil
	}
	if err := s.Lobby.Look(ctx, c.token, target.ID(), s.Node.Epoch(target.ID())); err != nil {
		return ticketRefused(err)
	}
	return nil
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
