package lobby

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestVerify(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		other := s.node(t, "b", func(c *Config) { c.Secret = []byte("another deployment's") })
		r := claim(t, a, "r")
		good := reserve(t, a, "r", "ann").Ticket
		cases := []struct {
			what   string
			ticket string
			room   Room
			want   error
		}{
			{"good", good, r, nil},
			{"empty", "", r, ErrTicketForged},
			{"no base64", "%%%", r, ErrTicketForged},
			{"padding", good + "=", r, ErrTicketForged},
			{"cut", good[:len(good)-4], r, ErrTicketForged},
			{"longer", good + "AAAA", r, ErrTicketForged},
			{"endless", strings.Repeat("A", maxToken+1), r, ErrTicketForged},
			{"another key", other.seal(Ticket{Room: "r", Epoch: r.Epoch, Expires: a.now().Add(time.Hour)}), r, ErrTicketForged},
			{"another purpose", a.Sign("resume", mustPayload(t, a, good)), r, ErrTicketForged},
			{"another room", good, Room{ID: "r2", Epoch: r.Epoch}, ErrTicketForeign},
			{"an earlier epoch", good, Room{ID: "r", Epoch: r.Epoch + 1}, ErrTicketForeign},
			{"late", a.seal(Ticket{Room: "r", Epoch: r.Epoch, Expires: a.now().Add(-time.Second)}), r, ErrTicketExpired},
			{"not yet late", a.seal(Ticket{Room: "r", Epoch: r.Epoch, Expires: a.now().Add(time.Minute)}), r, nil},
		}
		for _, c := range cases {
			if _, err := a.Verify(c.ticket, c.room.ID, c.room.Epoch); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", c.what, err, c.want)
			}
		}
	})
}

func mustPayload(t *testing.T, l *Lobby, token string) []byte {
	t.Helper()
	b, err := l.Check(ticketPurpose, token)
	must(t, err)
	return b
}

func TestEveryFlippedBitIsForged(t *testing.T) {
	s := miniStore(t)
	a := s.node(t, "a")
	r := claim(t, a, "r")
	raw, err := base64.RawURLEncoding.DecodeString(reserve(t, a, "r", "ann").Ticket)
	must(t, err)
	for i := range 8 * len(raw) {
		raw[i/8] ^= 1 << (i % 8)
		if _, err := a.Verify(base64.RawURLEncoding.EncodeToString(raw), "r", r.Epoch); !errors.Is(err, ErrTicketForged) {
			t.Fatalf("bit %d flipped: %v", i, err)
		}
		raw[i/8] ^= 1 << (i % 8)
	}
}

// One token, one spelling: the bits that base64 leaves over must be zero.
func TestTokensHaveOneSpelling(t *testing.T) {
	l := &Lobby{}
	l.ring.set([]byte("0123456789abcdef"))
	for n := range 3 {
		token := []byte(l.Sign("resume", make([]byte, n)))
		if _, err := l.Check("resume", string(token)); err != nil {
			t.Fatal(err)
		}
		token[len(token)-1]++
		if _, err := l.Check("resume", string(token)); !errors.Is(err, ErrTicketForged) {
			t.Errorf("%d bytes, other spelling: %v", n, err)
		}
	}
}

func TestTicketIsCompactAndURLSafe(t *testing.T) {
	s := miniStore(t)
	a := s.node(t, "a")
	claim(t, a, "0123456789abcdef")
	ticket := reserve(t, a, "0123456789abcdef", strings.Repeat("ü", 40)).Ticket
	if len(ticket) > 170 {
		t.Errorf("%d characters", len(ticket))
	}
	if strings.Trim(ticket, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		t.Errorf("not URL-safe: %s", ticket)
	}
}

// Nodes share a key without being told one, also after the store lost it.
func TestSigningKeyIsShared(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a"), s.node(t, "b")
		token := a.Sign("resume", []byte("seat 3"))
		if got, err := b.Check("resume", token); err != nil || string(got) != "seat 3" {
			t.Fatalf("%q, %v", got, err)
		}
		s.lose(t)
		c := s.node(t, "c") // makes another key
		if _, err := c.Check("resume", token); !errors.Is(err, ErrTicketForged) {
			t.Fatalf("a new key checks an old token: %v", err)
		}
		beat(t, a)
		beat(t, b)
		for _, l := range []*Lobby{a, b} {
			if _, err := l.Check("resume", c.Sign("resume", nil)); err != nil {
				t.Fatalf("after the beat the new key is not known: %v", err)
			}
			if _, err := l.Check("resume", token); err != nil {
				t.Fatalf("tokens from before the loss: %v", err)
			}
		}
	})
}

func TestSigningKeyIsPutBack(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		token := a.Sign("resume", nil)
		s.lose(t)
		beat(t, a)
		if _, err := s.node(t, "b").Check("resume", token); err != nil {
			t.Fatal(err)
		}
	})
}

func TestDamagedSigningKeyIsRefused(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		must(t, s.raw.Set(t.Context(), "{"+s.prefix+"}:secret", "short", 0).Err())
		_, err := Open(t.Context(), Config{URL: s.url, Prefix: s.prefix})
		if !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "signing key") {
			t.Fatalf("err %v", err)
		}
	})
}

func FuzzReadTicket(f *testing.F) {
	l := &Lobby{}
	l.ring.set([]byte("0123456789abcdef"))
	whole := Ticket{Room: "room", Epoch: 1 << 60, Name: "ann", URL: "wss://a", Expires: time.UnixMilli(1), reservation: newReservation()}
	payload, err := l.Check(ticketPurpose, l.seal(whole))
	if err != nil {
		f.Fatal(err)
	}
	for n := range len(payload) + 1 {
		f.Add(payload[:n])
	}
	f.Add(append(payload, 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, ok := readTicket(b)
		if !ok {
			return
		}
		again, err := l.Check(ticketPurpose, l.seal(got))
		must(t, err)
		if same, ok := readTicket(again); !ok || same != got {
			t.Fatalf("read %+v, sealed and read again %+v", got, same)
		}
	})
}
