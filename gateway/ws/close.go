package ws

import (
	"encoding/binary"
	"errors"
	"unicode/utf8"

	"github.com/metronome-server/metronome/internal/wsframe"
	"github.com/metronome-server/metronome/netproto"
)

// fromClient are the rules for a client's frames.
var fromClient = wsframe.Rules{Masked: true, MaxMessage: netproto.MaxClientMessage, MaxBetween: netproto.ReadBudget}

// closeNotUTF8 answers a close frame whose reason is not UTF-8 (RFC 6455, 7.4.1).
const closeNotUTF8 netproto.CloseCode = 1007

// ending is how a connection ends: the error that Poll returns from then on, and
// the close frame that leaves last; nil: none does.
type ending struct {
	why  *netproto.CloseError
	last []byte
}

// closeWith is the end that this side makes.
func closeWith(code netproto.CloseCode, reason string) ending {
	return ending{&netproto.CloseError{Code: code, Reason: reason}, wsframe.CloseFrame(uint16(code), reason)}
}

// badFrames is the end that an error of a wsframe.Reader makes.
func badFrames(err error) ending {
	code := netproto.CloseProtocol
	if errors.Is(err, wsframe.ErrTooLong) || errors.Is(err, wsframe.ErrFragments) {
		code = netproto.CloseTooBig
	}
	return closeWith(code, err.Error())
}

// connectionLost is the end of a connection without a close frame.
func connectionLost(cause error) ending {
	return ending{why: &netproto.CloseError{Code: netproto.CloseLost, Reason: wsframe.CutReason(cause.Error())}}
}

// closedByPeer is the end that the payload of a peer's close frame makes; its
// code is echoed.
func closedByPeer(payload []byte) ending {
	switch len(payload) {
	case 0: // without a code
		return ending{&netproto.CloseError{Code: netproto.CloseBye}, []byte{0x88, 0}}
	case 1:
		return badFrames(wsframe.ErrFraming)
	}
	code := binary.BigEndian.Uint16(payload)
	if !wsframe.MayBeSent(code) {
		return badFrames(wsframe.ErrFraming)
	}
	if !utf8.Valid(payload[2:]) {
		return closeWith(closeNotUTF8, "the reason is not UTF-8")
	}
	return ending{&netproto.CloseError{Code: netproto.CloseCode(code), Reason: string(payload[2:])}, wsframe.CloseFrame(code, "")}
}
