package client

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/netproto"
)

// cause is why a player has no connection, as far as it matters for how and when
// to try again. Each has pauses of its own: docs/PROTOCOL.md, §8.3.
type cause uint8

const (
	// final: trying again would end in the same way.
	final cause = iota
	// seatWaits: the connection broke, the room keeps the seat for a while.
	seatWaits
	// roomMoved: the room has said where it goes on, or that it does soon.
	roomMoved
	// roomSought: the room's node is gone, and another takes the room over.
	roomSought
	// seatGone: a token or ticket of this player is no longer good.
	seatGone
	// roomGone: the room is over or closed for everybody who was in it.
	roomGone
	// nodeGone: the server stops, or cannot be reached.
	nodeGone
	// busy: the server answers that it has no place now.
	busy
	causes
)

// causeOf says what ended a connection or an attempt to get one. canResume: there
// is a seat that may still be taken back.
func causeOf(err error, canResume bool) cause {
	c := nodeGone // what is no answer of the server's is a fault of the network
	var end *netproto.CloseError
	var refused *RefusedError
	var said *connect.Error
	var unmatched *UnmatchedError
	var sought *soughtError
	switch {
	case errors.As(err, &sought):
		c = roomSought
	case errors.As(err, &unmatched):
		return roomGone // queue again
	case errors.As(err, &end):
		c = closeCause(end.Code)
	case errors.As(err, &refused):
		c = refused.cause()
	case errors.As(err, &said):
		return lobbyCause(said)
	}
	switch {
	case (c == seatWaits || c == roomMoved || c == roomSought) && !canResume:
		return nodeGone
	case c == nodeGone && canResume && (end == nil || end.Code != netproto.CloseRestart):
		return seatWaits
	}
	return c
}

func closeCause(code netproto.CloseCode) cause {
	switch code.Info().Comeback {
	case netproto.Resume:
		if code == netproto.CloseMoved {
			return roomMoved
		}
		return seatWaits
	case netproto.Rejoin:
		if code == netproto.CloseResumeStale {
			return seatGone
		}
		return roomGone
	case netproto.RejoinLater:
		return nodeGone
	case netproto.Never:
	}
	return final
}

// lobbyCause says what a lobby's error means to somebody who wants a seat.
func lobbyCause(e *connect.Error) cause {
	switch e.Code() {
	case connect.CodeInvalidArgument, connect.CodeUnimplemented, connect.CodePermissionDenied, connect.CodeUnauthenticated:
		return final
	case connect.CodeNotFound, connect.CodeFailedPrecondition:
		return roomGone
	default:
		if connect.IsWireError(e) {
			return busy
		}
		return nodeGone // no lobby has answered
	}
}

// ComebackOf says whether and how to come back after an error of this package: a
// close, a refusal, a lobby's, or a server that cannot be reached. canResume:
// there is a seat that may still be taken back, which Session.CanResume says.
func ComebackOf(err error, canResume bool) netproto.Comeback {
	return causeOf(err, canResume).comeback(canResume)
}

func (c cause) comeback(canResume bool) netproto.Comeback {
	switch c {
	case seatWaits, roomMoved, roomSought:
		return netproto.Resume
	case busy:
		if canResume {
			return netproto.Resume // the seat waits, whatever the server is busy with
		}
		return netproto.RejoinLater
	case seatGone, roomGone:
		return netproto.Rejoin
	case nodeGone:
		return netproto.RejoinLater
	case final, causes:
	}
	return netproto.Never
}

// RetryAfter is how long the server that err comes from asks to be left alone;
// 0: it did not say. At most MaxRetryAfter.
func RetryAfter(err error) time.Duration {
	var refused *RefusedError
	if errors.As(err, &refused) {
		return refused.RetryAfter
	}
	var said *connect.Error
	if errors.As(err, &said) {
		return parseRetryAfter(said.Meta().Get("Retry-After"), time.Now())
	}
	return 0
}

// RefusedError is an answer of a server that did not let somebody in: a room's to
// an upgrade request, or that of whoever answers in the lobby's place.
type RefusedError struct {
	// Status is the HTTP status.
	Status int
	// Reason is for people.
	Reason string
	// RetryAfter is how long the server asks to be left alone, at most
	// MaxRetryAfter; 0: it did not say.
	RetryAfter time.Duration
}

// Error implements error.
func (e *RefusedError) Error() string {
	text := fmt.Sprintf("refused with %d: %s", e.Status, e.Reason)
	if e.RetryAfter > 0 {
		text += fmt.Sprintf(" (try again in %v)", e.RetryAfter)
	}
	return text
}

func (e *RefusedError) cause() cause {
	switch e.Status {
	case http.StatusUnauthorized, http.StatusNotFound, http.StatusGone:
		return seatGone
	case http.StatusForbidden, http.StatusConflict:
		return roomGone
	case http.StatusTooManyRequests:
		return busy
	}
	if e.Status >= 500 {
		return busy
	}
	return final
}
