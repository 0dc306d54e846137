package room

import (
	"slices"
	"sort"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// letIn lets in who waits at the door. Entries that a failing game leaves
// behind are refused by end.
func (r *Room) letIn() {
	for i, e := range r.entries {
		r.entries[i] = entry{}
		if e.guest.Resume != "" {
			r.resume(e)
		} else {
			r.enter(e)
		}
	}
	r.entries = r.entries[:0]
}

// enter gives a new player a free seat.
func (r *Room) enter(e entry) {
	s := r.freeSeat()
	if s == nil { // cannot be: passes are bounded by free seats
		r.door.refused()
		r.refuse(e.conn, refusedFull)
		return
	}
	r.door.admitted()
	r.sit(s, e)
	at, _ := slices.BinarySearchFunc(r.taken, s.number, bySeat)
	r.taken = slices.Insert(r.taken, at, s)
	// First the journal, so that a game that fails here fails again in a replay.
	r.step.Joins = append(r.step.Joins, s.number)
	if err := r.world.Join(s.number); err != nil {
		panic(err) // the world's seats are not the room's: a bug here
	}
	r.stats.Joins.Add(1)
	r.log.Debug("joined", "seat", s.number, "name", s.name)
	r.tell(s)
}

// resume puts a new connection on the seat that its token takes back, even
// while the old connection still looks alive.
func (r *Room) resume(e entry) {
	number := r.door.seatOf(e.guest.Resume)
	if number == 0 {
		r.refuse(e.conn, refusedStale)
		return
	}
	s := &r.seats[number]
	r.hangUp(s, replaced.Code, replaced.Reason)
	r.shown(s, e.guest.Resume)
	s.connect(e.conn, r.next)
	s.resumed = true
	r.stats.Resumes.Add(1)
	r.log.Debug("resumed", "seat", s.number)
	if s.state == SeatAway {
		s.to(SeatActive)
		r.tell(s)
	}
}

// freeSeat returns the free seat with the lowest number, or nil.
func (r *Room) freeSeat() *seat {
	// The first seat that is not in its place stands behind the free one.
	n := 1 + sort.Search(len(r.taken), func(i int) bool { return int(r.taken[i].number) != i+1 })
	if n == len(r.seats) {
		return nil
	}
	return &r.seats[n]
}

func bySeat(s *seat, number sim.Seat) int { return int(s.number) - int(number) }

// dismiss frees the seats of those who left or were away for too long.
func (r *Room) dismiss() {
	for i := len(r.taken) - 1; i >= 0; i-- {
		if s := r.taken[i]; s.leaving {
			r.hangUp(s, netproto.CloseBye, "")
			r.leave(s)
		}
	}
}

// leave frees a seat whose connection is over.
func (r *Room) leave(s *seat) {
	number := s.number
	at, _ := slices.BinarySearchFunc(r.taken, number, bySeat)
	r.taken = slices.Delete(r.taken, at, at+1)
	r.forgetTokens(s)
	s.free()
	r.door.freed()
	r.step.Leaves = append(r.step.Leaves, number)
	r.world.Leave(number)
	r.log.Debug("left", "seat", number)
	r.tell(s)
}
