package lobby

import (
	"errors"
	"testing"
	"time"
)

// TestCallsAreForOneNodeOnce signs a call and has it come in all the ways in which
// it must not be taken.
func TestCallsAreForOneNodeOnce(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a"), s.node(t, "b")
		body := []byte("open")
		token := a.SignCall("b", "OpenRoom", body)
		must(t, b.CallSigned(t.Context(), token))
		changed := []byte(token)
		changed[len(changed)-9] ^= 'A' ^ 'B' // of the signature; still a letter, digit or sign of the alphabet, or none
		for _, forged := range []string{"", "x", a.sign(ticketPurpose, []byte("x")), string(changed)} {
			if err := b.CallSigned(t.Context(), forged); !errors.Is(err, ErrCallForged) {
				t.Errorf("%q is signed: %v", forged, err)
			}
		}
		for what, err := range map[string]error{
			"at another node": a.CheckCall(t.Context(), token, "OpenRoom", body),
			"another method":  b.CheckCall(t.Context(), token, "ActOnRoom", body),
			"another body":    b.CheckCall(t.Context(), token, "OpenRoom", []byte("close")),
			"no token":        b.CheckCall(t.Context(), "", "OpenRoom", body),
			"a ticket":        b.CheckCall(t.Context(), a.sign(ticketPurpose, []byte("x")), "OpenRoom", body),
		} {
			if !errors.Is(err, ErrCallForged) {
				t.Errorf("%s: %v", what, err)
			}
		}
		must(t, b.CheckCall(t.Context(), token, "OpenRoom", body))
		if err := b.CheckCall(t.Context(), token, "OpenRoom", body); !errors.Is(err, ErrCallForged) {
			t.Errorf("a second time: %v", err)
		}
	})
	s := memoryStore()
	a, b := s.node(t, "a"), s.node(t, "b")
	token := a.SignCall("b", "OpenRoom", nil)
	s.pass(t, callLife+time.Second)
	if err := b.CheckCall(t.Context(), token, "OpenRoom", nil); !errors.Is(err, ErrCallForged) {
		t.Errorf("too late: %v", err)
	}
}
