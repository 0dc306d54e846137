package lobby

import (
	"context"
	"errors"
	"fmt"
)

const (
	// beatRooms is how many rooms one script asserts: about a millisecond of
	// Redis. A node with more sends several.
	beatRooms = 128
	// beatSweep is how many dead rooms one beat clears away.
	beatSweep = 128
	// beatSettled is how many seatings of one room a beat settles; the rest wait
	// for the next. Bounds what a script unpacks.
	beatSettled = 500
)

// Beat renews the node's lease once and asserts the rooms that source returns;
// Run calls it in a loop. It returns the rooms that this node has lost: another
// owner claimed them, or they were removed. Their owner must close them, they
// are a twin. Rooms that break a limit are left out and named in an ErrInvalid.
func (l *Lobby) Beat(ctx context.Context, source func() NodeState) (lost []Room, err error) {
	settled := l.settledSeats() // first: source's counts hold all of these
	state := source()
	rooms, invalid := l.assertable(state)
	record := l.record(state)
	sweep := beatSweep
	for {
		n := min(len(rooms), beatRooms)
		gone, err := l.beat(ctx, record, sweep, rooms[:n], settled)
		if err != nil {
			return lost, err
		}
		lost, rooms, sweep = append(lost, gone...), rooms[n:], 0
		if len(rooms) == 0 {
			return lost, invalid
		}
	}
}

// assertable stamps the rooms with this node and parts off the faulty ones.
func (l *Lobby) assertable(s NodeState) (rooms []Room, invalid error) {
	for _, r := range s.Rooms {
		r.Node, r.URL = l.cfg.NodeID, l.cfg.NodeURL
		if s.Draining && (r.State == RoomOpen || r.State == "") {
			r.State = RoomDraining
		}
		err := errors.Join(r.check(), check(!r.Private || r.Code != "", "private room without its code"),
			check(r.Epoch > 0, "room that was never claimed"))
		if err != nil {
			invalid = errors.Join(invalid, fmt.Errorf("room %.64q is not listed: %w", r.ID, err))
			continue
		}
		rooms = append(rooms, r)
	}
	return rooms, invalid
}

func (l *Lobby) beat(ctx context.Context, record string, sweep int, rooms []Room, settled seats) ([]Room, error) {
	args := []any{l.cfg.NodeID, l.cfg.Lease.Milliseconds(), record, l.sharedKey(), sweep, len(rooms)}
	for _, r := range rooms {
		args = append(args, r.ID, r.Epoch, flag(r.Private), r.Code, len(settled[r.ID]))
		for _, reservation := range settled[r.ID] {
			args = append(args, reservation)
		}
		fields := r.fields()
		args = append(append(args, len(fields)), fields...)
	}
	answer, err := l.run(ctx, beatScript, args...)
	if err != nil {
		return nil, err
	}
	if len(answer) != 2 {
		return nil, malformed("beat", answer)
	}
	if shared, _ := answer[0].(string); shared != "" {
		if err := l.adoptKey(shared); err != nil {
			return nil, err
		}
	}
	results, _ := answer[1].([]any)
	if len(results) != len(rooms) {
		return nil, malformed("beat", answer)
	}
	return l.tally(rooms, results, settled), nil
}

// tally notes per room whether it is still ours.
func (l *Lobby) tally(rooms []Room, results []any, settled seats) (lost []Room) {
	for i, r := range rooms {
		switch results[i] {
		case "lost":
			l.disown(r.ID, r.Epoch)
			lost = append(lost, r)
			continue
		case "nocode":
			l.cfg.Log.Warn("code of a private room now belongs to another", "room", r.ID)
		}
		l.own(r.ID, r.Epoch)
		l.forgetSeats(r.ID, settled[r.ID])
	}
	return lost
}
