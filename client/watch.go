package client

import (
	"context"
	"errors"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// ErrSpectating means that who watches gives no commands.
var ErrSpectating = errors.New("who watches gives no commands")

// Watch enters a public room as a spectator, by the room's own URL: it takes no
// seat, sees what the game shows to an audience of the seat o.WatchSeat, and
// sends no inputs, commands or chat. Run must be called next; it does not call
// Handler.Input, opens a lost connection again, and asks Handler.Rejoin for
// another room when this one is over. Errors: as Dial's.
func Watch(ctx context.Context, room string, o Options) (*Client, error) {
	o.Watch = true
	return Dial(ctx, room, o)
}

// WatchSeat chooses the seat whose view a spectator has, also on the connections
// that follow; 0: whichever the room chooses. Errors: ErrBusy.
func (c *Client) WatchSeat(seat sim.Seat) error {
	return c.Do(func(s *Session) {
		c.options.WatchSeat = seat
		s.WatchSeat(seat)
	})
}

// Spectating reports whether the connection is a spectator's; false before the
// Welcome.
func (s *Session) Spectating() bool { return s.welcome != nil && s.welcome.GetSeat() == 0 }

// Watched is the seat whose view a spectator has; 0: the room has told of none.
func (s *Session) Watched() sim.Seat { return s.watched }

// WatchSeat chooses the seat whose view a spectator has from one of the next
// snapshots on; 0: whichever the room chooses. It goes out with the next frame.
func (s *Session) WatchSeat(seat sim.Seat) { s.out.Watches, s.out.Watch = true, seat }

// dialsAgain reports whether an attempt to come back opens the same room: with a
// seat's token, or, for who has no seat, while nobody says that the room is over.
func (c *Client) dialsAgain(next Attempt) bool {
	return next.Comeback == netproto.Resume || c.options.Watch && next.Comeback == netproto.RejoinLater
}
