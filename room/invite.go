package room

import (
	"errors"
	"maps"
)

// ErrForEverybody says that a room was made for nobody in particular, who alone could
// be replaced.
var ErrForEverybody = errors.New("the room is for everybody: nobody is invited to it")

// Invitation is for a user who is to take the seat of another, who has left.
type Invitation struct {
	Invited
	// Instead is the number of the user whose seat it is.
	Instead uint64
}

// Invite lets further users into a room that was made for others, all of them or none.
// Each takes the place of somebody who has no seat any more, and who is not let in
// again from now on, unless they are invited in turn; nor is anybody who was invited
// instead of the same user before and has not come. Asked again it changes nothing. Any
// goroutine. Errors: ErrForEverybody, ErrClosed, ErrLocked when the room takes no new
// players, ErrFull when somebody sits there.
func (r *Room) Invite(invitations ...Invitation) error {
	d := &r.door
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.users.invited == nil:
		return ErrForEverybody
	case d.state == Closed:
		return ErrClosed
	case d.state != Open:
		return ErrLocked
	}
	invited, instead := maps.Clone(d.users.invited), maps.Clone(d.users.instead)
	for _, i := range invitations {
		if !d.users.makeWay(i, invited, instead) {
			return ErrFull
		}
		invited[i.User], instead[i.User] = i.Invited, i.Instead
	}
	if len(invited) > d.seats {
		return ErrFull
	}
	for _, i := range invitations {
		if _, sits := d.users.sitting[i.User]; !sits {
			delete(d.users.came, i.User)
		}
	}
	d.users.invited, d.users.instead = invited, instead
	d.users.revision++
	return nil
}

// invitations is the revision of who is invited and has come.
func (d *door) invitations() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.users.revision
}

// makeWay withdraws from invited and instead what an invitation is in place of, and
// reports whether nobody sits there.
func (u *users) makeWay(i Invitation, invited map[uint64]Invited, instead map[uint64]uint64) bool {
	holders := []uint64{i.Instead}
	for user, of := range instead {
		if of == i.Instead {
			holders = append(holders, user)
		}
	}
	for _, user := range holders {
		if user == i.User {
			continue
		}
		if _, sits := u.sitting[user]; sits {
			return false
		}
		delete(invited, user)
		delete(instead, user)
	}
	return true
}
