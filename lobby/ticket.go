package lobby

import (
	"encoding/base64"
	"encoding/binary"
	"time"
)

// Ticket is a signed, expiring, single-use right to one seat. On the wire it is
// Sign("ticket", ...) over: version 1, expiry (Unix ms) and epoch as uvarints,
// 9 bytes of reservation, then room id, name and URL, each after its length as
// a uvarint.
type Ticket struct {
	Room    string
	Epoch   uint64
	Name    string // clean, at most MaxName bytes, may be ""
	URL     string // of the node that owns the room
	Expires time.Time

	reservation reservationID
}

const (
	ticketPurpose = "ticket"
	ticketVersion = 1
)

// reservationID is random; 72 bits never meet within a ticket's life.
type reservationID [9]byte

func newReservation() reservationID { return reservationID(randomBytes(9)) }

func (id reservationID) String() string { return base64.RawURLEncoding.EncodeToString(id[:]) }

// seal encodes and signs a ticket.
func (l *Lobby) seal(t Ticket) string {
	b := []byte{ticketVersion}
	b = binary.AppendUvarint(b, uint64(t.Expires.UnixMilli()))
	b = binary.AppendUvarint(b, t.Epoch)
	b = append(b, t.reservation[:]...)
	for _, s := range []string{t.Room, t.Name, t.URL} {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	return l.Sign(ticketPurpose, b)
}

// Verify checks a ticket for a room of this node without asking the store: the
// signature, the room and its epoch, the expiry by the store's clock as of the
// last answer. Only Redeem says whether it was used. Errors: ErrTicketForged,
// ErrTicketForeign, ErrTicketExpired.
func (l *Lobby) Verify(token, room string, epoch uint64) (Ticket, error) {
	payload, err := l.Check(ticketPurpose, token)
	if err != nil {
		return Ticket{}, err
	}
	t, ok := readTicket(payload)
	switch {
	case !ok:
		return Ticket{}, ErrTicketForged
	case t.Room != room || t.Epoch != epoch:
		return Ticket{}, ErrTicketForeign
	case !l.now().Before(t.Expires):
		return Ticket{}, ErrTicketExpired
	}
	return t, nil
}

// readTicket reads what seal wrote. ok is false for anything else.
func readTicket(b []byte) (t Ticket, ok bool) {
	if len(b) == 0 || b[0] != ticketVersion {
		return Ticket{}, false
	}
	r := reader{b: b[1:]}
	t.Expires = time.UnixMilli(int64(r.uvarint()))
	t.Epoch = r.uvarint()
	copy(t.reservation[:], r.bytes(uint64(len(t.reservation))))
	t.Room = string(r.bytes(r.uvarint()))
	t.Name = string(r.bytes(r.uvarint()))
	t.URL = string(r.bytes(r.uvarint()))
	return t, !r.bad && len(r.b) == 0
}

// reader takes pieces off b; after one that is not there, bad stays true.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.b, r.bad = nil, true
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) bytes(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.b, r.bad = nil, true
		return nil
	}
	piece := r.b[:n]
	r.b = r.b[n:]
	return piece
}
