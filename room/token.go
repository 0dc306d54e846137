package room

import (
	"crypto/rand"
	"encoding/base64"

	"github.com/metronome-server/metronome/sim"
)

// tokens are the resume tokens of one seat. Two are good at a time: the one
// that the client surely has and the newest, which may never have arrived.
type tokens struct {
	sure   string // came back from the client or is known to have reached it
	newest string
}

// issue makes a new token for a seat's Welcome. One that was issued before and
// never shown is good no more.
func (r *Room) issue(s *seat) string {
	t := newToken()
	if s.tokens.newest != s.tokens.sure {
		r.door.forget(s.tokens.newest)
	}
	s.tokens.newest = t
	r.door.remember(t, s.number)
	return t
}

// shown notes that the client has one of its two tokens: the other goes.
func (r *Room) shown(s *seat, token string) {
	for _, t := range []string{s.tokens.sure, s.tokens.newest} {
		if t != token {
			r.door.forget(t)
		}
	}
	s.tokens = tokens{token, token}
}

// forgetTokens makes the seat's tokens worthless.
func (r *Room) forgetTokens(s *seat) {
	r.door.forget(s.tokens.sure)
	r.door.forget(s.tokens.newest)
	s.tokens = tokens{}
}

func (d *door) remember(token string, seat sim.Seat) {
	d.mu.Lock()
	d.tokens[token] = claim{seat: seat}
	d.mu.Unlock()
}

func (d *door) forget(token string) {
	d.mu.Lock()
	delete(d.tokens, token)
	d.mu.Unlock()
}

// seatOf returns the seat that a resume token takes back, 0 for none.
func (d *door) seatOf(token string) sim.Seat {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.tokens[token].seat
}

// newToken returns 128 random bits that fit a URL.
func newToken() string {
	var b [16]byte
	// crypto/rand.Read never fails since Go 1.24: it crashes the program instead.
	_, _ = rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}
