package gateway

import (
	"encoding/binary"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/lxzan/gws"

	"github.com/metronome-server/metronome/netproto"
)

// maxReason is how long the reason in a close frame may be: a control frame
// holds 125 bytes (RFC 6455, 5.5), 2 are the code.
const maxReason = 123

// verdict says how a connection whose reading has ended came to its end, and the
// close frame to answer with; none when nobody is there to read it.
func (w *wire) verdict() (end *netproto.CloseError, last []byte) {
	var byPeer *gws.CloseError
	switch {
	case w.fault == errFragments:
		end = &netproto.CloseError{Code: netproto.CloseTooBig, Reason: errFragments.Error()}
	case w.broken != nil:
		end = &netproto.CloseError{Code: netproto.CloseProtocol, Reason: "impossible frame"}
	case w.fault != nil:
		return &netproto.CloseError{Code: netproto.CloseLost, Reason: w.fault.Error()}, nil
	case w.code == uint16(netproto.CloseTooBig):
		end = &netproto.CloseError{Code: netproto.CloseTooBig, Reason: "message too long"}
	case errors.As(w.cause, &byPeer) && w.code != uint16(netproto.CloseProtocol):
		return goodbyeOfPeer(byPeer)
	default:
		end = &netproto.CloseError{Code: netproto.CloseProtocol, Reason: "broken framing"}
	}
	return end, closeFrame(end.Code, end.Reason)
}

// goodbyeOfPeer reads the peer's close frame and echoes its code. A peer that
// gives none has left.
func goodbyeOfPeer(byPeer *gws.CloseError) (end *netproto.CloseError, last []byte) {
	if byPeer.Code == 0 {
		return &netproto.CloseError{Code: netproto.CloseBye}, []byte{0x88, 0}
	}
	code := netproto.CloseCode(byPeer.Code)
	reason := strings.ToValidUTF8(string(byPeer.Reason), "�")
	return &netproto.CloseError{Code: code, Reason: shorten(reason)}, closeFrame(code, "")
}

// closeFrame builds a whole close frame; nil for a code that is never sent.
func closeFrame(code netproto.CloseCode, reason string) []byte {
	if code == netproto.CloseLost {
		return nil
	}
	reason = shorten(reason)
	frame := append(make([]byte, 0, 4+len(reason)), 0x88, byte(2+len(reason)))
	frame = binary.BigEndian.AppendUint16(frame, uint16(code))
	return append(frame, reason...)
}

// shorten cuts a reason to maxReason bytes, between characters.
func shorten(reason string) string {
	if len(reason) <= maxReason {
		return reason
	}
	n := maxReason
	for n > 0 && !utf8.RuneStart(reason[n]) {
		n--
	}
	return reason[:n]
}
