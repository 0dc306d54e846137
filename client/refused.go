package client

import (
	"fmt"
	"net/http"

	"github.com/metronome-server/metronome/netproto"
)

// RefusedError is a room's answer to an upgrade request that it did not grant.
type RefusedError struct {
	// Status is the HTTP status.
	Status int
	// Reason is for people.
	Reason string
}

// Error implements error.
func (e *RefusedError) Error() string { return fmt.Sprintf("refused with %d: %s", e.Status, e.Reason) }

// Comeback says whether trying again can help, and how.
func (e *RefusedError) Comeback() netproto.Comeback {
	switch e.Status {
	case http.StatusUnauthorized, http.StatusNotFound, http.StatusForbidden, http.StatusGone, http.StatusConflict:
		return netproto.Rejoin // the ticket or the room is no more
	case http.StatusTooManyRequests:
		return netproto.RejoinLater
	}
	if e.Status >= 500 {
		return netproto.RejoinLater
	}
	return netproto.Never
}
