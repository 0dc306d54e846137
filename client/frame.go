package client

import (
	"encoding/binary"
	"errors"

	"github.com/metronome-server/metronome/internal/wsframe"
	"github.com/metronome-server/metronome/netproto"
)

// fromServer are the rules for a server's frames.
var fromServer = wsframe.Rules{MaxMessage: netproto.MaxServerMessage}

var (
	errFraming = &netproto.CloseError{Code: netproto.CloseProtocol, Reason: "the server's framing is broken"}
	errTooLong = &netproto.CloseError{Code: netproto.CloseTooBig, Reason: "the server's message is too long"}
)

// framingFault is the end that an error of a wsframe.Reader makes.
func framingFault(err error) *netproto.CloseError {
	if errors.Is(err, wsframe.ErrTooLong) {
		return errTooLong
	}
	return errFraming
}

// closeFrame returns a close frame with a code and no reason.
func closeFrame(code netproto.CloseCode) []byte {
	return wsframe.MaskedControl(wsframe.Close, binary.BigEndian.AppendUint16(nil, uint16(code)))
}

// readClose reads the payload of the server's close frame.
func readClose(payload []byte) *netproto.CloseError {
	if len(payload) < 2 {
		return &netproto.CloseError{Code: netproto.CloseLost, Reason: "closed without a code"}
	}
	return &netproto.CloseError{
		Code:   netproto.CloseCode(binary.BigEndian.Uint16(payload)),
		Reason: string(payload[2:]),
	}
}
