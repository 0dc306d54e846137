package gateway

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/metronome-server/metronome/netproto"
)

// The verdicts themselves are tested over sockets, in TestHostileFrames,
// TestPeerCloses and TestConnectionLost.

func TestCloseFrame(t *testing.T) {
	for _, row := range []struct {
		code   netproto.CloseCode
		reason string
		want   []byte
	}{
		{netproto.CloseBye, "", []byte{0x88, 2, 3, 232}},
		{netproto.CloseKicked, "go", []byte{0x88, 4, 0x0f, 0xa5, 'g', 'o'}},
		{netproto.CloseLost, "never sent", nil},
	} {
		if got := closeFrame(row.code, row.reason); !bytes.Equal(got, row.want) {
			t.Errorf("%v %q: % x", row.code, row.reason, got)
		}
	}
	if got := closeFrame(netproto.CloseBye, strings.Repeat("x", 500)); len(got) != 127 || got[1] != 125 {
		t.Errorf("a long reason makes a frame of %d bytes", len(got))
	}
}

func TestShorten(t *testing.T) {
	for _, row := range []struct {
		reason string
		want   int
	}{
		{"", 0},
		{strings.Repeat("x", netproto.MaxReason), netproto.MaxReason},
		{strings.Repeat("x", netproto.MaxReason+1), netproto.MaxReason},
		{strings.Repeat("é", 62), netproto.MaxReason - 1},
		{strings.Repeat("\x80", 200), 0}, // no character begins anywhere
	} {
		got := shorten(row.reason)
		if len(got) != row.want || utf8.ValidString(row.reason) != utf8.ValidString(got) && got != "" {
			t.Errorf("%.10q…: %d bytes, want %d", row.reason, len(got), row.want)
		}
	}
}
