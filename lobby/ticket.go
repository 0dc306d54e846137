package lobby

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"time"

	"github.com/metronome-server/metronome/internal/id"
)

// Ticket is a signed, expiring, single-use right to one seat. On the wire it is
// sign("ticket", ...) over: version 3, expiry (Unix ms) and epoch as uvarints,
// 9 bytes of reservation, room id and URL, then the player: user id, name and
// data, team and bot as a byte each (0 none, 1 a bot, 2 a filler), rating as a varint. What varies in length
// comes after its length as a uvarint.
type Ticket struct {
	Room    string
	Epoch   uint64
	Player  Player // its name is clean, and may be ""
	URL     string // of the node that owns the room
	Expires time.Time

	reservation reservationID
}

const (
	ticketPurpose = "ticket"
	ticketVersion = 3
)

// reservationID is random; 72 bits never meet within a ticket's life.
type reservationID [9]byte

func newReservation() reservationID { return reservationID(id.Bytes(9)) }

func (id reservationID) String() string { return base64.RawURLEncoding.EncodeToString(id[:]) }

// seal encodes and signs a ticket.
func (l *Lobby) seal(t Ticket) string {
	b := []byte{ticketVersion}
	b = binary.AppendUvarint(b, uint64(t.Expires.UnixMilli()))
	b = binary.AppendUvarint(b, t.Epoch)
	b = append(b, t.reservation[:]...)
	for _, s := range []string{t.Room, t.URL} {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	return l.sign(ticketPurpose, t.Player.append(b))
}

// Verify checks a ticket for a room of this node: the signature, the room and its
// epoch, the expiry by the store's clock, and that it was not used. It asks the
// store nothing, unless the ticket is of a node that is new here. Errors:
// ErrTicketForged, ErrTicketForeign, ErrTicketExpired, ErrTicketUsed,
// ErrUnavailable.
func (l *Lobby) Verify(ctx context.Context, token, room string, epoch uint64) (Ticket, error) {
	payload, err := l.check(ctx, ticketPurpose, token)
	if err != nil {
		return Ticket{}, err
	}
	t, ok := readTicket(payload)
	switch {
	case !ok:
		return Ticket{}, ErrTicketForged
	case t.Room != room || t.Epoch != epoch:
		return Ticket{}, ErrTicketForeign
	case !l.dir.now().Before(t.Expires):
		return Ticket{}, ErrTicketExpired
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return t, l.unspent(t)
}

// Redeem uses a verified ticket up, on the node that owns the room, which alone
// judges it: no other can seat anybody in the room, and a later owner has another
// epoch. So it works without the store. admit takes the seat in the room; when it
// fails, its error is Redeem's and the ticket is as good as before. From then on the
// listing that Source.Room returns counts the player, and the reservation no more;
// admit is called under the lock under which that is read. Errors:
// ErrTicketForeign, ErrTicketUsed, admit's.
func (l *Lobby) Redeem(t Ticket, admit func() error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.unspent(t); err != nil {
		return err
	}
	if err := admit(); err != nil {
		return err
	}
	o, id := l.mine[t.Room], t.reservation.String()
	if o.spent == nil {
		o.spent = map[string]time.Time{}
	}
	o.spent[id] = t.Expires
	o.settle(id, t.Expires.Add(l.grace()))
	return nil
}

// unspent says why a ticket is not good here. The caller holds mu.
func (l *Lobby) unspent(t Ticket) error {
	o := l.mine[t.Room]
	if o == nil || o.epoch != t.Epoch {
		return ErrTicketForeign
	}
	if _, used := o.spent[t.reservation.String()]; used {
		return ErrTicketUsed
	}
	return nil
}

// grace is how long after its ticket a seat is still counted: so long the owner
// may take to say that the player is there.
func (l *Lobby) grace() time.Duration { return 2 * l.cfg.Heartbeat }

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
	t.URL = string(r.bytes(r.uvarint()))
	t.Player = r.player()
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

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.b, r.bad = nil, true
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) byte() byte {
	if piece := r.bytes(1); piece != nil {
		return piece[0]
	}
	return 0
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
