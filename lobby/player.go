package lobby

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/metronome-server/metronome/sim"
)

// MaxUserID is the longest id of a user, bytes. Why 128: what identity providers
// give, and a ticket that fits a URL.
const MaxUserID = 128

// Player is who a seat is promised to, as whoever asked for the seat vouches for
// them. Nothing of it is the client's word alone but the name of somebody
// unknown. It is signed into the ticket.
type Player struct {
	// UserID is the game's own id of its user: printable, at most MaxUserID bytes;
	// "": somebody unknown.
	UserID string
	// Name is shown to others; CleanName is applied.
	Name string
	// Team is what whoever made the match wishes, 0 for whichever.
	Team uint8
	// Rating is on the game's own scale, 0 is unknown.
	Rating int32
	// Bot says that nobody is there. Filler says that it is the node's own, and gives
	// its seat up to whoever comes; then it is a bot anyway.
	Bot, Filler bool
	// Data is the game's own, for its rules: at most sim.MaxEntrantData bytes.
	Data []byte
}

// User returns the number by which rules know a user: the same for the same id
// everywhere, 0 for somebody unknown.
func (p *Player) User() uint64 { return UserNumber(p.UserID) }

// UserNumber returns the number of a user: the first eight bytes, little-endian,
// of the SHA-256 of "metronome user", a zero byte and the id, so that nobody can
// choose an id that has the number of another. "" is 0.
func UserNumber(id string) uint64 {
	if id == "" {
		return 0
	}
	sum := sha256.Sum256(append([]byte("metronome user\x00"), id...))
	return max(binary.LittleEndian.Uint64(sum[:]), 1)
}

// Check says why there is no such player. Errors: ErrInvalid.
func (p *Player) Check() error {
	if err := checkText("user id", p.UserID, MaxUserID); err != nil {
		return err
	}
	return check(len(p.Data) <= sim.MaxEntrantData, "the player's data has %d bytes, want at most %d", len(p.Data), sim.MaxEntrantData)
}

// What the byte of a ticket says of who is a bot.
const (
	botNone byte = iota
	botOther
	botFiller
)

// append appends the player to a ticket.
func (p *Player) append(b []byte) []byte {
	for _, s := range []string{p.UserID, p.Name, string(p.Data)} {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	bot := botNone
	switch {
	case p.Filler:
		bot = botFiller
	case p.Bot:
		bot = botOther
	}
	return binary.AppendVarint(append(b, p.Team, bot), int64(p.Rating))
}

// player reads what append wrote.
func (r *reader) player() (p Player) {
	p.UserID, p.Name = string(r.bytes(r.uvarint())), string(r.bytes(r.uvarint()))
	p.Data = append([]byte(nil), r.bytes(r.uvarint())...)
	p.Team = r.byte()
	bot := r.byte()
	rating := r.varint()
	p.Bot, p.Filler, p.Rating = bot != botNone, bot == botFiller, int32(rating)
	if bot > botFiller || int64(p.Rating) != rating || p.Check() != nil {
		r.bad = true
	}
	return p
}
