package lobby

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Claim makes this node the owner of a room that has no living owner, lists it
// at once, and returns it with its epoch and, when private, its code. The same
// call starts a new room and takes over one whose node died. From then on the
// room must be among what Run's source returns. Errors: ErrInvalid,
// ErrRoomTaken, ErrUnavailable.
func (l *Lobby) Claim(ctx context.Context, r Room) (Room, error) {
	if r.Created.IsZero() {
		r.Created = l.now()
	}
	r.Created = r.Created.Truncate(time.Millisecond)
	r.Node, r.URL = l.cfg.NodeID, l.cfg.NodeURL
	if err := r.check(); err != nil {
		return Room{}, err
	}
	for range 3 {
		err := l.claim(ctx, &r)
		if errors.Is(err, errNoCode) {
			continue // new candidates
		}
		if err != nil {
			return Room{}, err
		}
		l.own(r.ID, r.Epoch)
		return r, nil
	}
	return Room{}, fmt.Errorf("%w: %w", ErrUnavailable, errNoCode)
}

func (l *Lobby) claim(ctx context.Context, r *Room) error {
	args := []any{r.ID, l.cfg.Lease.Milliseconds(), NewID(), flag(r.Private), codeCandidates}
	for range codeCandidates {
		args = append(args, newCode())
	}
	answer, err := l.run(ctx, claimScript, append(args, r.fields()...)...)
	if err != nil {
		return err
	}
	if len(answer) != 2 {
		return malformed("claim", answer)
	}
	epoch, ok := number(answer[0])
	code, isText := answer[1].(string)
	if !ok || !isText {
		return malformed("claim", answer)
	}
	r.Epoch, r.Code = uint64(epoch), code
	if r.State == "" {
		r.State = RoomOpen
	}
	return nil
}

// Remove takes a room out of the directory and frees its code. A beat that was
// already on its way does not list it again. Errors: ErrRoomLost when another
// owner has it, ErrUnavailable.
func (l *Lobby) Remove(ctx context.Context, id string, epoch uint64) error {
	_, err := l.run(ctx, removeScript, id, epoch)
	if err == nil || errors.Is(err, ErrRoomLost) {
		l.disown(id, epoch)
	}
	return err
}

func (l *Lobby) own(id string, epoch uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mine[id] = epoch
}

func (l *Lobby) disown(id string, epoch uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.mine[id] == epoch {
		delete(l.mine, id)
		delete(l.settled, id)
	}
}
