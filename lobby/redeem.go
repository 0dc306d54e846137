package lobby

import (
	"context"
	"time"
)

// seats are reservation ids by room.
type seats map[string][]string

// Redeem uses a ticket up, on the node that owns the room. The seat stays
// counted as taken until settle is called, which the caller does once the player
// is in the count that Run's source returns, or will never be; without that, for
// 30 s. Errors: those of Verify, ErrTicketUsed, ErrUnavailable; then settle is nil.
func (l *Lobby) Redeem(ctx context.Context, token, room string, epoch uint64) (t Ticket, settle func(), err error) {
	t, err = l.Verify(token, room, epoch)
	if err != nil {
		return Ticket{}, nil, err
	}
	reservation := t.reservation.String()
	_, err = l.run(ctx, redeemScript, room, epoch, reservation, t.Expires.UnixMilli(), hold.Milliseconds())
	if err != nil {
		return Ticket{}, nil, err
	}
	until := l.now().Add(hold)
	return t, func() { l.settle(room, reservation, until) }, nil
}

// Look says what Redeem would, and leaves the ticket as it is.
func (l *Lobby) Look(ctx context.Context, token, room string, epoch uint64) error {
	t, err := l.Verify(token, room, epoch)
	if err != nil {
		return err
	}
	_, err = l.run(ctx, redeemScript, room, epoch, t.reservation.String(), t.Expires.UnixMilli(), 0)
	return err
}

// settle lets the next beat stop counting a redeemed seat, which the store
// counts until then at most.
func (l *Lobby) settle(room, reservation string, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.settled[room] == nil {
		l.settled[room] = map[string]time.Time{}
	}
	l.settled[room][reservation] = until
}

// settledSeats are those for the next beat. It drops what the store no longer
// counts by itself.
func (l *Lobby) settledSeats() seats {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	list := seats{}
	for room, reservations := range l.settled {
		for reservation, until := range reservations {
			if now.After(until) {
				delete(reservations, reservation)
			} else if len(list[room]) < beatSettled {
				list[room] = append(list[room], reservation)
			}
		}
		if len(reservations) == 0 {
			delete(l.settled, room)
		}
	}
	return list
}

// forgetSeats drops what a beat has settled.
func (l *Lobby) forgetSeats(room string, reservations []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, reservation := range reservations {
		delete(l.settled[room], reservation)
	}
}
