package room

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"github.com/metronome-server/metronome/sim"
)

// tokens are the resume tokens of one seat. Two are good at a time: the one
// that the client surely has and the newest, which may never have arrived.
type tokens struct {
	confirmed stub // came back from the client or is known to have reached it
	newest    stub
}

// stub is a resume token with its generation; the zero stub is none.
type stub struct {
	text       string
	generation uint32
}

// tokenKeyBytes is how long a key of resume tokens is: no longer one is any better for
// the hash.
const tokenKeyBytes = 32

// signer makes the resume tokens of one room and tells them from forgeries. A token
// says which seat it takes back, when its player came, and how many came before it:
// whoever has the room and its key can judge one that it has never seen.
type signer struct {
	key  []byte
	room string
	seed uint64 // tells rooms of one id from each other
}

// newSigner makes a key that only the room has, and who has its envelope.
func newSigner(room string, seed uint64) signer {
	key := make([]byte, tokenKeyBytes)
	// crypto/rand.Read never fails since Go 1.24: it crashes the program instead.
	_, _ = rand.Read(key)
	return signer{key, room, seed}
}

// token is what a resume token says.
type token struct {
	seat       sim.Seat
	joined     sim.Tick // at which its player came
	generation uint32   // 1 for the player's first
}

const (
	tokenBody = 2 + 4 + 4
	// tokenMAC is how much of the code is in a token, bytes. Why 16: 128 bits are not
	// guessed.
	tokenMAC = 16
)

func (s *signer) code(body []byte) []byte {
	mac := hmac.New(sha256.New, s.key)
	_, _ = mac.Write([]byte("metronome resume\n" + s.room + "\n")) // a hash takes all
	_, _ = mac.Write(binary.BigEndian.AppendUint64(nil, s.seed))
	_, _ = mac.Write(body)
	return mac.Sum(nil)[:tokenMAC]
}

// sign returns a token in the form in which it stands in a URL.
func (s *signer) sign(t token) stub {
	b := binary.BigEndian.AppendUint16(make([]byte, 0, tokenBody+tokenMAC), uint16(t.seat))
	b = binary.BigEndian.AppendUint32(b, uint32(t.joined))
	b = binary.BigEndian.AppendUint32(b, t.generation)
	return stub{base64.RawURLEncoding.EncodeToString(append(b, s.code(b)...)), t.generation}
}

// read returns what a token says; ok is false of one that was not signed here.
func (s *signer) read(text string) (t token, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) != tokenBody+tokenMAC || !hmac.Equal(b[tokenBody:], s.code(b[:tokenBody])) {
		return token{}, false
	}
	return token{sim.Seat(binary.BigEndian.Uint16(b)), sim.Tick(binary.BigEndian.Uint32(b[2:])), binary.BigEndian.Uint32(b[6:])}, true
}

// lastKnown is what a room that was had again knows of a seat's tokens: it may have
// issued later ones in the moments that it has lost.
type lastKnown struct {
	joined     sim.Tick
	generation uint32
}

// accept makes a token good that the room must have issued in moments that it has
// lost. The caller holds mu.
func (d *door) accept(text string) bool {
	if len(d.lost) == 0 {
		return false
	}
	t, ok := d.signer.read(text)
	if !ok {
		return false
	}
	known, ok := d.lost[t.seat]
	if !ok || known.joined != t.joined || t.generation <= known.generation {
		return false
	}
	d.tokens[text] = claim{seat: t.seat}
	return true
}

// issueToken makes a new token for a seat's Welcome. One that was issued before
// and never confirmed is good no more.
func (r *Room) issueToken(s *seat) string {
	s.generation++
	t := r.door.signer.sign(token{s.number, s.joined, s.generation})
	if s.tokens.newest != s.tokens.confirmed {
		r.door.dropToken(s.tokens.newest.text)
	}
	s.tokens.newest = t
	r.door.addToken(t.text, s.number)
	return t.text
}

// confirmToken notes that the client has a token of its seat: the others go.
func (r *Room) confirmToken(s *seat, text string) {
	t := s.tokens.newest
	switch text {
	case s.tokens.newest.text:
		r.door.dropOther(s.tokens.confirmed.text, text)
	case s.tokens.confirmed.text:
		t = s.tokens.confirmed
		r.door.dropOther(s.tokens.newest.text, text)
	default: // one that the room issued in moments that it has lost
		said, _ := r.door.signer.read(text)
		t = stub{text, said.generation}
		r.door.dropToken(s.tokens.confirmed.text)
		r.door.dropToken(s.tokens.newest.text)
		s.generation = max(s.generation, t.generation)
	}
	s.tokens = tokens{t, t}
	r.door.forgetLost(s.number)
}

// dropTokens makes the tokens of a seat worthless.
func (r *Room) dropTokens(s *seat) {
	r.door.dropToken(s.tokens.confirmed.text)
	r.door.dropToken(s.tokens.newest.text)
	s.tokens = tokens{}
	r.door.forgetLost(s.number)
}

// dropOther makes a token worthless unless it is the one that stays.
func (d *door) dropOther(token, stays string) {
	if token != stays {
		d.dropToken(token)
	}
}

// forgetLost notes that the newest token of a seat is known.
func (d *door) forgetLost(seat sim.Seat) {
	d.mu.Lock()
	delete(d.lost, seat)
	d.mu.Unlock()
}
