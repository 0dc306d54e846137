package room

import (
	"slices"
	"sort"

	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// letIn gives the connections that waited at the door their seats. Those that a
// failing game leaves behind are refused when the room ends.
func (r *Room) letIn() {
	if len(r.fillers) > 0 {
		r.evictFillers()
	}
	for i, e := range r.entries {
		r.entries[i] = entry{}
		switch {
		case e.guest.Spectator:
			r.beginWatching(e)
		case e.guest.Resume != "":
			r.resumeSeat(e)
		default:
			r.seatNewcomer(e)
		}
	}
	r.entries = r.entries[:0]
}

// evictFillers has as many fillers leave, the newest first, as those who come now
// lack seats. It comes before all joins, because leaves do in a journal, so that
// rules which look at who is there do the same in a replay.
func (r *Room) evictFillers() {
	lacking := len(r.taken) - (len(r.seats) - 1)
	for _, e := range r.entries {
		if e.guest.Resume == "" && !e.guest.Filler && r.door.seatOfUser(e.guest.User) == 0 {
			lacking++
		}
	}
	for range min(lacking, len(r.fillers)) {
		r.release(r.fillers[len(r.fillers)-1], netproto.CloseBye, "the seat goes to a player")
	}
}

// seatNewcomer gives a new player a free seat.
func (r *Room) seatNewcomer(e entry) {
	if number := r.door.seatOfUser(e.guest.User); number != 0 {
		if e.counted {
			r.door.returnPass(e.guest.Filler)
		}
		r.takeOver(&r.seats[number], e)
		return
	}
	if !r.door.takeSeat(&e) {
		r.door.refuse(e.conn, refusedFull)
		return
	}
	s := r.freeSeat() // there is one: who comes is bounded by seats that are free or given up
	s.occupy(e.guest, r.vacated.take(e.guest.Key, r.next, r.hz))
	s.joined = r.next
	r.connect(s, e.conn, false)
	at, _ := slices.BinarySearchFunc(r.taken, s.number, bySeat)
	r.taken = slices.Insert(r.taken, at, s)
	if s.filler {
		r.fillers = append(r.fillers, s)
	}
	// First the journal, so that a game that fails here fails again in a replay.
	who := s.who
	who.Data = e.guest.Data
	r.step.Joins = append(r.step.Joins, journal.Join{Seat: s.number, Who: who})
	if err := r.world.Join(s.number, who); err != nil {
		panic(err) // the world's seats are not the room's: a bug here
	}
	r.remember(s)
	r.stats.Joins.Add(1)
	r.door.seatUser(s.who.User, s.number, true)
	r.peak = max(r.peak, len(r.taken))
	r.tellOf(s, EventJoined, 0, "")
	r.log.Debug("joined", "seat", s.number, "name", s.name, "user", s.userID)
	r.notifyRoster(s)
}

// resumeSeat puts a new connection on the seat that its token takes back, even
// while the old connection still looks alive.
func (r *Room) resumeSeat(e entry) {
	number := r.door.seatOf(e.guest.Resume)
	if number == 0 {
		r.door.refuse(e.conn, refusedStale)
		return
	}
	s := &r.seats[number]
	if s.link != nil {
		s.played, s.awayAt = true, r.next // whoever has the token had the Welcome
	}
	r.disconnect(s, replaced.Code, replaced.Reason)
	r.confirmToken(s, e.guest.Resume)
	r.connect(s, e.conn, true)
	r.stats.Resumes.Add(1)
	r.tellOf(s, EventResumed, 0, "")
	r.log.Debug("resumed", "seat", s.number, "name", s.name)
	r.comeBack(s)
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

// release frees a seat, whose connection is over or is closed with a code.
func (r *Room) release(s *seat, code netproto.CloseCode, reason string) {
	if code == netproto.CloseBye && s.link == nil && s.over.Code != 0 {
		code, reason = s.over.Code, s.over.Reason
	}
	r.dropTokens(s) // before anybody hears that the seat is gone
	r.disconnect(s, code, reason)
	r.tellOf(s, EventLeft, code, reason)
	number, name := s.number, s.name
	at, _ := slices.BinarySearchFunc(r.taken, number, bySeat)
	r.taken = slices.Delete(r.taken, at, at+1)
	if s.filler {
		r.fillers = slices.DeleteFunc(r.fillers, func(f *seat) bool { return f == s })
	}
	r.door.unseatUser(s.who.User)
	r.vacated.add(s.key, s.allowance, r.next, r.hz)
	r.door.freeSeat(s.filler)
	s.vacate()
	r.step.Leaves = append(r.step.Leaves, number)
	r.world.Leave(number)
	r.log.Debug("left", "seat", number, "name", name)
	r.notifyRoster(s)
}

// releaseDeparting frees the seats of those who left or were away for too long.
// A seat may be listed twice, and kicked before.
func (r *Room) releaseDeparting() {
	for _, s := range r.departing {
		if s.state != SeatFree {
			r.release(s, netproto.CloseBye, "")
		}
	}
	r.departing = r.departing[:0]
}

// endOverdue ends what has lasted too long on one seat.
func (r *Room) endOverdue(s *seat) {
	switch s.state {
	case SeatActive:
		if s.link == nil {
			return // departs with the next tick
		}
		if why := s.link.overdue(r.next, &r.config, r.silentAfter(), r.hz); why != nil {
			spoke := s.link.spoke
			r.disconnect(s, why.Code, why.Reason)
			s.over = *why
			r.keepAway(s, spoke)
		}
	case SeatAway:
		if r.next.Since(s.awayAt) > ticks(r.config.ResumeWindow, r.hz) {
			r.departing = append(r.departing, s)
		}
	case SeatFree:
	}
}
