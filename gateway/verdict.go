package gateway

import (
	"encoding/binary"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/lxzan/gws"

	"github.com/metronome-server/metronome/netproto"
)

// verdict says how gws's reading came to its end, and the close frame to answer
// with; none when nobody is there to read it.
func (w *wire) verdict() (end *netproto.CloseError, last []byte) {
	var byPeer *gws.CloseError
	switch {
	case w.fault == errFragments:
		return refusal(errFragments)
	case w.panic != nil: // a negative length
		return refusal(errFraming)
	case w.fault != nil:
		return lost(w.fault)
	case w.code == netproto.CloseTooBig:
		return refusal(errTooLong)
	case w.code == netproto.CloseProtocol || !errors.As(w.cause, &byPeer):
		return refusal(errFraming)
	case byPeer.Code == 0:
		return closePayload(nil)
	}
	return byPeerItself(netproto.CloseCode(byPeer.Code), byPeer.Reason)
}

func refusal(bad *netproto.CloseError) (end *netproto.CloseError, last []byte) {
	return bad, closeFrame(bad.Code, bad.Reason)
}

// lost is the end of a connection that ended without a close frame.
func lost(fault error) (end *netproto.CloseError, last []byte) {
	return &netproto.CloseError{Code: netproto.CloseLost, Reason: shorten(fault.Error())}, nil
}

// closePayload reads the payload of a peer's close frame.
func closePayload(payload []byte) (end *netproto.CloseError, last []byte) {
	switch len(payload) {
	case 0: // it has left and says no more
		return &netproto.CloseError{Code: netproto.CloseBye}, []byte{0x88, 0}
	case 1:
		return refusal(errFraming)
	}
	return byPeerItself(netproto.CloseCode(binary.BigEndian.Uint16(payload)), payload[2:])
}

// byPeerItself is the end that a peer's close frame makes; its code is echoed.
func byPeerItself(code netproto.CloseCode, reason []byte) (end *netproto.CloseError, last []byte) {
	if !mayBeSent(code) {
		return refusal(errFraming)
	}
	text := shorten(strings.ToValidUTF8(string(reason), "�"))
	return &netproto.CloseError{Code: code, Reason: text}, closeFrame(code, "")
}

// mayBeSent says whether a close frame may carry the code (RFC 6455, 7.4).
func mayBeSent(code netproto.CloseCode) bool {
	switch uint16(code) {
	case 1004, 1005, 1006, 1014, 1015:
		return false
	}
	return code >= 1000 && code < 1016 || code >= 3000 && code < 5000
}

// closeFrame builds a whole close frame; nil for a code that is never sent.
func closeFrame(code netproto.CloseCode, reason string) []byte {
	if !mayBeSent(code) {
		return nil
	}
	reason = shorten(reason)
	frame := append(make([]byte, 0, 4+len(reason)), 0x88, byte(2+len(reason)))
	frame = binary.BigEndian.AppendUint16(frame, uint16(code))
	return append(frame, reason...)
}

// shorten cuts a reason to netproto.MaxReason bytes, between characters.
func shorten(reason string) string {
	if len(reason) <= netproto.MaxReason {
		return reason
	}
	n := netproto.MaxReason
	for n > 0 && !utf8.RuneStart(reason[n]) {
		n--
	}
	return reason[:n]
}
