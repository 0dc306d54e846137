package client

import (
	"testing"

	"github.com/metronome-server/metronome/internal/wsframe"
	"github.com/metronome-server/metronome/netproto"
)

func TestReadClose(t *testing.T) {
	for _, c := range []struct {
		payload string
		code    netproto.CloseCode
		reason  string
	}{
		{"", netproto.CloseLost, "closed without a code"},
		{"\x0f", netproto.CloseLost, "closed without a code"},
		{"\x0f\xa6", netproto.CloseRoomEnded, ""},
		{"\x0f\xa7later", netproto.CloseRestart, "later"},
	} {
		if got := readClose([]byte(c.payload)); got.Code != c.code || got.Reason != c.reason {
			t.Errorf("%q is %v", c.payload, got)
		}
	}
}

func TestFramingFaults(t *testing.T) {
	for err, code := range map[error]netproto.CloseCode{
		wsframe.ErrFraming: netproto.CloseProtocol,
		wsframe.ErrTooLong: netproto.CloseTooBig,
	} {
		if got := framingFault(err); got.Code != code || got.Reason == "" {
			t.Errorf("%v ends with %v", err, got)
		}
	}
}
