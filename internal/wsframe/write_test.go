package wsframe

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestWrittenFramesAreRead has each side read what the other writes.
func TestWrittenFramesAreRead(t *testing.T) {
	for _, size := range []int{0, 1, 3, 4, 5, 7, 8, 9, 125, 126, 1000, 1<<16 - 1, 1 << 16} {
		payload := bytes.Repeat([]byte("metronome"), size/9+1)[:size]
		server := Reader{Rules: &Rules{Masked: true, MaxMessage: size}}
		client := Reader{Rules: &Rules{MaxMessage: size}}
		var head [MaxHeader]byte
		plain := append(bytes.Clone(Header(&head, Binary, size)), payload...)
		if step, err := client.Next(plain); err != nil || step.Size != len(plain) || step.Opcode != Binary || !bytes.Equal(step.Payload, payload) {
			t.Errorf("%d bytes of a server: %d of %d read, %v", size, step.Size, len(plain), err)
		}
		if size >= 1<<16 {
			continue // more than Mask takes
		}
		secret := Mask(append(AppendHeadRoom(nil), payload...), Binary)
		if step, err := server.Next(secret); err != nil || step.Size != len(secret) || step.Opcode != Binary || !bytes.Equal(step.Payload, payload) {
			t.Errorf("%d bytes of a client: %d of %d read, %v", size, step.Size, len(secret), err)
		}
	}
}

func TestMaskedControl(t *testing.T) {
	r := Reader{Rules: &fromClient}
	if step, err := r.Next(MaskedControl(Pong, make([]byte, 200))); err != nil || step.Opcode != Pong || len(step.Payload) != 125 {
		t.Errorf("%d bytes of opcode %d, %v", len(step.Payload), step.Opcode, err)
	}
}

func TestCloseFrame(t *testing.T) {
	for _, row := range []struct {
		code   uint16
		reason string
		want   []byte
	}{
		{1000, "", []byte{0x88, 2, 3, 232}},
		{4005, "go", []byte{0x88, 4, 0x0f, 0xa5, 'g', 'o'}},
		{1006, "never sent", nil},
	} {
		if got := CloseFrame(row.code, row.reason); !bytes.Equal(got, row.want) {
			t.Errorf("%v %q: % x", row.code, row.reason, got)
		}
	}
	if got := CloseFrame(1000, strings.Repeat("x", 500)); len(got) != 127 || got[1] != 125 {
		t.Errorf("a long reason makes a frame of %d bytes", len(got))
	}
}

func TestCutReason(t *testing.T) {
	for _, row := range []struct {
		reason string
		want   int
	}{
		{"", 0},
		{strings.Repeat("x", MaxReason), MaxReason},
		{strings.Repeat("x", MaxReason+1), MaxReason},
		{strings.Repeat("é", 62), MaxReason - 1},
		{strings.Repeat("\x80", 200), 0}, // no character begins anywhere
	} {
		got := CutReason(row.reason)
		if len(got) != row.want || utf8.ValidString(row.reason) != utf8.ValidString(got) && got != "" {
			t.Errorf("%.10q…: %d bytes, want %d", row.reason, len(got), row.want)
		}
	}
}
