package client

import (
	"errors"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/netproto"
)

// ComebackOf says whether and how to come back after an error of this package: a
// close, a refusal, a lobby's, or a server that cannot be reached. canResume:
// there is a seat that may still be taken back.
func ComebackOf(err error, canResume bool) netproto.Comeback {
	c := comebackOf(err)
	if c == netproto.Resume && !canResume {
		return netproto.RejoinLater
	}
	return c
}

// comebackOf says what the cause of an end allows. What is neither a close nor
// a refusal is a network's fault, and the seat may still be there.
func comebackOf(err error) netproto.Comeback {
	var end *netproto.CloseError
	if errors.As(err, &end) {
		return end.Code.Info().Comeback
	}
	var refused *RefusedError
	if errors.As(err, &refused) {
		return refused.Comeback()
	}
	var said *connect.Error
	if errors.As(err, &said) {
		return lobbyComeback(said.Code())
	}
	return netproto.Resume
}

// lobbyComeback says what a lobby's error means to somebody who wants a seat.
func lobbyComeback(code connect.Code) netproto.Comeback {
	switch code {
	case connect.CodeInvalidArgument, connect.CodeUnimplemented, connect.CodePermissionDenied, connect.CodeUnauthenticated:
		return netproto.Never
	case connect.CodeNotFound, connect.CodeFailedPrecondition:
		return netproto.Rejoin // that room is no more
	default:
		return netproto.RejoinLater
	}
}
