package lobby

import (
	"context"
	"time"
)

// Join is a seat reserved: in Room, for whoever shows Ticket before Expires.
type Join struct {
	Room    Room
	Ticket  string
	Expires time.Time
}

// quickBudget is how many rooms with a free seat QuickPlay looks at.
const quickBudget = 500

// Reserve promises a seat of a public room to a player of this name (CleanName
// is applied). Private rooms want ReserveByCode. Errors: ErrRoomNotFound,
// ErrRoomFull, ErrRoomLocked, ErrUnavailable.
func (l *Lobby) Reserve(ctx context.Context, room, name string) (Join, error) {
	if checkName("room id", room, MaxID) != nil {
		return Join{}, ErrRoomNotFound
	}
	return l.reserve(ctx, name, "id", room, "")
}

// ReserveByCode is Reserve for a private room, by its code.
func (l *Lobby) ReserveByCode(ctx context.Context, code, name string) (Join, error) {
	code, ok := cleanCode(code)
	if !ok {
		return Join{}, ErrRoomNotFound
	}
	return l.reserve(ctx, name, "code", code, "")
}

// QuickPlay reserves a seat in the fullest open public room of a mode whose
// metadata has all the wanted pairs; finding and reserving are one step.
// Errors: ErrNoRoom when none fits, so that the caller makes one; ErrInvalid,
// ErrUnavailable.
func (l *Lobby) QuickPlay(ctx context.Context, mode string, want map[string]string, name string) (Join, error) {
	if err := checkName("mode", mode, MaxID); err != nil {
		return Join{}, err
	}
	if err := checkMetadata(want); err != nil {
		return Join{}, err
	}
	return l.reserve(ctx, name, "mode", mode, wantJSON(want))
}

func (l *Lobby) reserve(ctx context.Context, name, by, value, want string) (Join, error) {
	id := newReservation()
	answer, err := l.run(ctx, reserveScript, by, value, id.String(), l.cfg.Reservation.Milliseconds(), want, quickBudget)
	if err != nil {
		return Join{}, err
	}
	if len(answer) != 2 {
		return Join{}, malformed("reservation", answer)
	}
	ends, ok := number(answer[0])
	if !ok {
		return Join{}, malformed("reservation", answer)
	}
	room, err := readRoom(answer[1])
	if err != nil {
		return Join{}, err
	}
	t := Ticket{Room: room.ID, Epoch: room.Epoch, Name: CleanName(name), URL: room.URL, Expires: time.UnixMilli(ends), reservation: id}
	return Join{Room: room, Ticket: l.seal(t), Expires: t.Expires}, nil
}
