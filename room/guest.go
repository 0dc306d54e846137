package room

import (
	"errors"
	"slices"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// Why a user does not get in.
var (
	ErrSecond     = errors.New("you already play in this room on another connection")
	ErrNotInvited = errors.New("this match is for others")
)

// Guest is who wants to come in.
type Guest struct {
	// Name is shown to others, at most netproto.MaxName bytes of UTF-8.
	Name string
	// Resume is the token of the last Welcome, or empty for a new player.
	Resume string
	// Bot marks players that are not people.
	Bot bool
	// Filler marks a bot of the node itself: it gets a seat that nobody has, and gives
	// it up to whoever comes that is no filler.
	Filler bool
	// UserID is the game's own id of who it is, for logs, operators and outcomes; ""
	// for somebody unknown. Rules and recordings have User, its number.
	UserID string
	User   uint64
	// Team is what whoever made the match wishes, 0 for whichever.
	Team   uint8
	Rating int32
	// Data is the game's own, for its rules, at most sim.MaxEntrantData bytes.
	Data []byte
	// Spectator: who comes to watch and takes no seat. Watched is the seat whose view
	// they want, 0: of whichever.
	Spectator bool
	Watched   sim.Seat
	// Key is what a player cannot shed by leaving and coming back, for example its
	// address: what a seat of the key had used up of its limits, the next newcomer of
	// the key has used up. Empty: nothing is known, and each newcomer starts afresh.
	Key string
}

// Invited is a user for whom a room was made, and as whom they come.
type Invited struct {
	UserID string
	User   uint64
	Name   string // "": as they call themselves
	Team   uint8
	Rating int32
	Bot    bool
	Data   []byte
}

// users are those whom a door knows. Its lock guards them.
type users struct {
	// sitting are the users who have a seat. One user has one seat: who comes again
	// takes it over.
	sitting map[uint64]sitting
	// invited are those for whom the room was made, or who were invited since; nil: it
	// is for everybody.
	invited map[uint64]Invited
	// instead is whose seat the later invitation of a user is for.
	instead map[uint64]uint64
	// came are those of the invited who have had a seat since they were invited, left
	// those who have had one and have none any more.
	came, left map[uint64]bool
	// revision counts the changes of the invitations, and of who has come.
	revision int
	// once: who plays here already is not let in a second time.
	once bool
}

type sitting struct {
	seat sim.Seat
	here bool // with a connection
}

func newUsers(once bool, invited []Invited) users {
	u := users{sitting: map[uint64]sitting{}, once: once}
	if invited != nil {
		u.invited, u.instead = make(map[uint64]Invited, len(invited)), map[uint64]uint64{}
		u.came, u.left = map[uint64]bool{}, map[uint64]bool{}
		for _, who := range invited {
			u.invited[who.User] = who
		}
	}
	return u
}

// sits reports whether a guest has a seat already.
func (u *users) sits(g Guest) bool {
	_, sits := u.sitting[g.User]
	return sits && g.User != 0
}

// refuse says why a user may not come in, whether a seat is free or not.
func (u *users) refuse(g Guest) error {
	if u.sits(g) {
		if u.once && u.sitting[g.User].here {
			return ErrSecond
		}
		return nil
	}
	if _, asked := u.invited[g.User]; u.invited != nil && !asked {
		return ErrNotInvited
	}
	return nil
}

// announce has a guest come as they were invited.
func (u *users) announce(g Guest) Guest {
	who, asked := u.invited[g.User]
	if !asked {
		return g
	}
	if who.Name != "" {
		g.Name = who.Name
	}
	g.UserID, g.Team, g.Rating, g.Data, g.Bot = who.UserID, who.Team, who.Rating, who.Data, g.Bot || who.Bot
	return g
}

// seatUser notes that a user has a seat, with a connection or without.
func (d *door) seatUser(user uint64, seat sim.Seat, here bool) {
	if user == 0 {
		return
	}
	d.mu.Lock()
	d.users.sitting[user] = sitting{seat, here}
	if _, asked := d.users.invited[user]; asked {
		d.users.revision++
		d.users.came[user] = true
		delete(d.users.left, user)
	}
	d.mu.Unlock()
}

// unseatUser notes that a user's seat is free.
func (d *door) unseatUser(user uint64) {
	if user == 0 {
		return
	}
	d.mu.Lock()
	delete(d.users.sitting, user)
	if d.users.came[user] {
		d.users.revision++
		d.users.left[user] = true
	}
	d.mu.Unlock()
}

// seatOfUser returns the seat that a user has, 0 for none.
func (d *door) seatOfUser(user uint64) sim.Seat {
	if user == 0 {
		return 0
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.users.sitting[user].seat
}

// Expects reports whether a user would get in who has no reservation: they have
// a seat here, or were invited. Any goroutine.
func (r *Room) Expects(user uint64) bool {
	r.door.mu.Lock()
	defer r.door.mu.Unlock()
	_, sits := r.door.users.sitting[user]
	_, asked := r.door.users.invited[user]
	return user != 0 && r.door.state != Closed && (sits || asked)
}

// KickUser takes a user off their seat at the next tick, if they have one, and
// withdraws their invitation. Errors: ErrClosed, ErrBusy.
func (r *Room) KickUser(user uint64, reason string) error {
	if user == 0 {
		return nil
	}
	r.door.mu.Lock()
	delete(r.door.users.invited, user)
	sitting, sits := r.door.users.sitting[user]
	r.door.mu.Unlock()
	if !sits {
		return nil
	}
	return r.door.do(func() {
		if s := &r.seats[sitting.seat]; s.state != SeatFree && s.who.User == user {
			r.release(s, netproto.CloseKicked, reason)
		}
	})
}

// KickWhere takes off their seats, at the next tick, those of whom why says so, with
// a reason; it is told a player's user id and Guest.Key, on the room's goroutine.
// Spectators are nobody's user. Errors: ErrClosed, ErrBusy.
func (r *Room) KickWhere(why func(userID, key string) (reason string, kick bool)) error {
	return r.door.do(func() {
		r.closeSpectators(func(v *spectator) *netproto.CloseError {
			if reason, kick := why("", v.key); kick {
				return &netproto.CloseError{Code: netproto.CloseKicked, Reason: reason}
			}
			return nil
		})
		for _, s := range slices.Clone(r.taken) {
			if reason, kick := why(s.userID, s.key); kick {
				r.release(s, netproto.CloseKicked, reason)
			}
		}
	})
}

// secondOf is a connection of a user whose seat has one.
var secondOf = &netproto.CloseError{Code: netproto.CloseSecond, Reason: ErrSecond.Error()}

// takeOver puts a user's newer connection on the seat that they have. Unlike a
// resume it is a client that knows nothing: what the one before had not brought
// to a step is void, and its tokens are worthless.
func (r *Room) takeOver(s *seat, e entry) {
	if r.mode.RefuseSecond && s.state == SeatActive {
		r.door.refuse(e.conn, secondOf)
		return
	}
	if s.link != nil {
		s.played, s.awayAt = true, r.next
	}
	r.disconnect(s, replaced.Code, "you came in on another connection")
	r.dropTokens(s)
	s.commands.forgetWaiting()
	r.connect(s, e.conn, false)
	r.stats.Resumes.Add(1)
	r.tellOf(s, EventResumed, 0, "on another connection, which takes the seat over")
	r.log.Debug("taken over", "seat", s.number, "name", s.name, "user", s.userID)
	r.comeBack(s)
}

// comeBack has a player who was away be there again.
func (r *Room) comeBack(s *seat) {
	if s.state == SeatAway {
		s.to(SeatActive)
		r.notifyRoster(s)
	}
	r.door.seatUser(s.who.User, s.number, true)
}
