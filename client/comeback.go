package client

import (
	"errors"

	"github.com/metronome-server/metronome/netproto"
)

// ComebackOf says whether and how to come back after an error of this package: a
// close, a refusal, or a server that cannot be reached. canResume: there is a
// seat that may still be taken back.
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
	return netproto.Resume
}
