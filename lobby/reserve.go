package lobby

import (
	"context"
	"errors"
	"time"
)

// Join is a seat promised: in Room, for whoever shows Ticket before Expires.
type Join struct {
	Room    Room
	Ticket  string
	Expires time.Time
	// Made: the room is new and this node's. The caller builds it, or removes it.
	Made bool
}

// Reserve promises a seat of a public room to a player. Private rooms want
// ReserveByCode. Errors: ErrRoomNotFound, ErrRoomFull, ErrRoomLocked, ErrInvalid
// for the player, ErrUnavailable.
func (l *Lobby) Reserve(ctx context.Context, room string, who Player) (Join, error) {
	if checkName("room id", room, MaxID) != nil {
		return Join{}, ErrRoomNotFound
	}
	return l.reserve(ctx, who, "id", room)
}

// ReserveByCode is Reserve for a private room, by its code. A wrong one costs the
// store one GET; callers bound how often they try.
func (l *Lobby) ReserveByCode(ctx context.Context, code string, who Player) (Join, error) {
	code, ok := CleanCode(code)
	if !ok {
		return Join{}, ErrRoomNotFound
	}
	return l.reserve(ctx, who, "code", code)
}

func (l *Lobby) reserve(ctx context.Context, who Player, by, value string) (Join, error) {
	if err := who.Check(); err != nil {
		return Join{}, err
	}
	id := newReservation()
	s, err := l.dir.reserve(ctx, reserveArgs{by: by, value: value, seat: l.seat(id)})
	if err != nil {
		return Join{}, err
	}
	return l.join(s, id, who), nil
}

// Invite makes a ticket for a user whom a room of this node expects, because they
// have a seat there or it was made for them: nothing is promised, and nothing has
// to be free. Errors: ErrRoomNotFound, ErrInvalid for the player.
func (l *Lobby) Invite(room string, who Player) (Join, error) {
	l.mu.Lock()
	o := l.mine[room]
	var listing Room
	if o != nil {
		listing = o.seen
		listing.ID, listing.Epoch, listing.URL = room, o.epoch, l.cfg.NodeURL
	}
	l.mu.Unlock()
	if o == nil {
		return Join{}, ErrRoomNotFound
	}
	return l.TicketFor(listing, who, l.cfg.Reservation)
}

// TicketFor makes a ticket for a user whom a room of any node expects: id, epoch and
// URL of the room count. Errors: ErrInvalid for the player.
func (l *Lobby) TicketFor(r Room, who Player, good time.Duration) (Join, error) {
	if err := who.Check(); err != nil {
		return Join{}, err
	}
	who.Name = CleanName(who.Name)
	t := Ticket{Room: r.ID, Epoch: r.Epoch, Player: who, URL: r.URL, Expires: l.dir.now().Add(good), reservation: newReservation()}
	return Join{Room: r, Ticket: l.seal(t), Expires: t.Expires}, nil
}

func (l *Lobby) seat(id reservationID) seat {
	return seat{id: id.String(), ttl: l.cfg.Reservation, grace: l.grace()}
}

// join makes the ticket for a seat that was promised.
func (l *Lobby) join(s seated, id reservationID, who Player) Join {
	now := l.dir.now()
	l.index.Load().learn(s.row, now, l.cfg.Lease)
	room := s.row.counted(now)
	who.Name = CleanName(who.Name)
	t := Ticket{Room: room.ID, Epoch: room.Epoch, Player: who, URL: room.URL, Expires: s.expires, reservation: id}
	return Join{Room: room, Ticket: l.seal(t), Expires: s.expires, Made: s.made}
}

// Wanted is what a quick play looks for.
type Wanted struct {
	Mode     string
	Metadata map[string]string // the room has all of these
	Avoid    []string          // ids of rooms that it must not be; at most MaxAvoid
}

// MaxAvoid is how many rooms a quick play may avoid.
const MaxAvoid = 8

const (
	// playCandidates is how many rooms of the index one step tries.
	playCandidates = 16
	// playRounds is how often a quick play reads on in the stream of changes and
	// asks again, before it says that too much changes.
	playRounds = 10
)

// Play promises a seat in the fullest open public room that fits, or else claims
// room with its maker's seat: finding, making and promising are one step, so that
// those who ask at the same time come together. A room that is being made is
// found like any other. Its id must be fresh, known to nobody else. room nil: none
// is made. Errors: ErrNoRoom when none fits
// and none was to be made, ErrBusy, ErrInvalid, ErrUnavailable.
func (l *Lobby) Play(ctx context.Context, w Wanted, room *Room, who Player) (Join, error) {
	if err := errors.Join(w.check(), who.Check()); err != nil {
		return Join{}, err
	}
	id := newReservation()
	a := playArgs{mode: w.Mode, want: w.Metadata, seat: l.seat(id), avoid: w.Avoid}
	if room != nil {
		c, err := l.newClaim(*room, false)
		if err != nil {
			return Join{}, err
		}
		a.make = &c
	}
	for range playRounds {
		asked := time.Now()
		a.candidates, a.all, a.since = l.index.Load().open(w.Mode, w.Metadata, w.Avoid, playCandidates, l.dir.now())
		s, err := l.claimed(a.make, func() (seated, error) { return l.dir.play(ctx, a) })
		if err == nil {
			return l.join(s, id, who), nil
		}
		if !errors.Is(err, errAgain) {
			return Join{}, err
		}
		if err := l.catchUp(ctx, asked); err != nil {
			return Join{}, err
		}
	}
	return Join{}, ErrBusy
}

func (w Wanted) check() error {
	faults := []error{
		checkName("mode", w.Mode, MaxID), checkMetadata(w.Metadata),
		check(len(w.Avoid) <= MaxAvoid, "%d rooms to avoid, want at most %d", len(w.Avoid), MaxAvoid),
	}
	for _, id := range w.Avoid[:min(len(w.Avoid), MaxAvoid)] {
		faults = append(faults, checkName("room to avoid", id, MaxID))
	}
	return errors.Join(faults...)
}

// Create claims a room of a fresh id with its maker's seat in one step. The caller
// builds it, or removes it. Errors: those of Claim.
func (l *Lobby) Create(ctx context.Context, r Room, who Player) (Join, error) {
	if err := who.Check(); err != nil {
		return Join{}, err
	}
	id := newReservation()
	s, err := l.claim(ctx, r, false, 0, l.seat(id))
	if err != nil {
		return Join{}, err
	}
	return l.join(s, id, who), nil
}
