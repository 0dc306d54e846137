package room

import (
	"github.com/metronome-server/metronome/outbox"
	"github.com/metronome-server/metronome/sim"
)

// Outbox takes what leaves the room: *outbox.Outbox does. Put must return at once.
type Outbox interface {
	Put(entries ...outbox.Entry)
	// Waiting returns the oldest tick of a room of which something waits to be delivered;
	// false: nothing does.
	Waiting(room string) (oldest sim.Tick, any bool)
	// Has reports whether something waits to be delivered that a room put at a tick under
	// an epoch.
	Has(room string, epoch uint64, tick sim.Tick) bool
}

// sender numbers what leaves the room. The room's goroutine owns it.
type sender struct {
	tick sim.Tick // of the last entry
	n    int      // how many there were at that tick
	// known are the users whom a later outcome may name, by number: those who sit
	// here, and some who sat here.
	known map[uint64]knownUser
}

type knownUser struct{ id, name string }

// remember notes who a user is, for outcomes that name them after they have left.
func (r *Room) remember(s *seat) {
	if s.who.User == 0 {
		return
	}
	if r.sender.known == nil {
		r.sender.known = map[uint64]knownUser{}
	}
	// In a room that is always there users come and go: those who have gone are
	// forgotten when they are many.
	if len(r.sender.known) > 2*len(r.seats) {
		sitting := map[uint64]bool{}
		for _, other := range r.taken {
			sitting[other.who.User] = true
		}
		for user := range r.sender.known {
			if !sitting[user] {
				delete(r.sender.known, user)
			}
		}
	}
	r.sender.known[s.who.User] = knownUser{s.userID, s.name}
}

// from is where the next entry comes from, and its number.
func (r *Room) from(tick sim.Tick) (outbox.Origin, int) {
	if r.sender.tick != tick {
		r.sender.tick, r.sender.n = tick, 0
	}
	n := r.sender.n
	r.sender.n++
	return outbox.Origin{Room: r.id, Mode: r.mode.Name, Epoch: r.options.OwnerEpoch, Tick: tick, Time: r.clock.Now()}, n
}

// sendEffects hands on what the rules want done outside.
func (r *Room) sendEffects() {
	effects, values := r.world.Effects()
	if r.options.Keeper != nil {
		r.keeping.past = r.keeping.past.with(r.next, r.options.OwnerEpoch, effects, values, pastSeconds*r.hz)
	}
	r.handOn(effects, values)
}

func (r *Room) handOn(effects []sim.EffectRecord, values []int64) {
	for _, e := range effects {
		kind := r.world.EffectKinds()[e.Kind]
		who := r.sender.known[e.User]
		own := values[e.First : e.First+e.Count]
		r.log.Info("effect", "tick", r.next, "kind", kind.Name, "seat", e.Seat, "name", who.name, "user", who.id, "values", fieldsOf(kind.Columns, own))
		if r.options.Outbox != nil {
			from, n := r.from(r.next)
			r.sendOut(outbox.NewEffect(from, n, kind.Name, e.Seat, who.id, kind.Columns, own))
		}
	}
}

// delivered is the tick up to which everything has left the process, and has arrived
// where it was to.
func (r *Room) delivered() sim.Tick {
	upTo := r.world.Tick()
	if len(r.keeping.held) > 0 {
		upTo = min(upTo, r.keeping.held[0].Tick-1)
	}
	if r.options.Outbox != nil {
		if oldest, any := r.options.Outbox.Waiting(r.id); any {
			upTo = min(upTo, oldest-1)
		}
	}
	return upTo
}

// sendOut has an entry leave as soon as its tick is kept: what was done outside must not be
// forgotten inside, and done again.
func (r *Room) sendOut(e outbox.Entry) {
	if r.keeping.keeper == nil {
		r.options.Outbox.Put(e)
		return
	}
	r.keeping.held = append(r.keeping.held, e)
}

// releaseHeld lets entries leave whose ticks are kept; all: whose room will not be had
// again from what is kept.
func (r *Room) releaseHeld(all bool) {
	k := &r.keeping
	n := 0
	for n < len(k.held) && (all || k.keeper.Stored(k.held[n].Tick)) {
		n++
	}
	if n > 0 {
		r.options.Outbox.Put(k.held[:n]...)
		k.held = append(k.held[:0], k.held[n:]...)
	}
}

// sendOutcome hands on how the match ended; finished: the rules have ended it.
func (r *Room) sendOutcome(tick sim.Tick, reason string, finished bool) {
	columns := r.world.OutcomeColumns()
	var lines []outbox.Line
	for _, line := range r.world.Outcome() {
		who := r.nameOf(line)
		lines = append(lines, outbox.Line{OutcomeLine: line, UserID: who.id, Name: who.name})
		r.log.Info("outcome", "tick", tick, "seat", line.Seat, "name", who.name, "user", who.id, "team", line.Team, "place", line.Place,
			"values", fieldsOf(columns, line.Values))
	}
	if r.options.Outbox != nil {
		from, n := r.from(tick)
		r.sendOut(outbox.NewOutcome(from, n, reason, finished, columns, lines))
	}
}

// nameOf says who a line is about. Somebody unknown has only the name of their
// seat.
func (r *Room) nameOf(line sim.OutcomeLine) knownUser {
	if line.User != 0 {
		return r.sender.known[line.User]
	}
	if s := &r.seats[line.Seat]; s.state != SeatFree && s.who.User == 0 {
		return knownUser{name: s.name}
	}
	return knownUser{}
}

// abandon tells of a room that was made for one match and ends before the rules
// have ended it: whoever made it waits for an answer.
func (r *Room) abandon(reason string) {
	if r.options.OneMatch && r.fault == nil && !r.world.Ended() {
		r.sendOutcome(r.world.Tick(), reason, false)
	} else if r.options.OneMatch && r.fault != nil && r.options.Outbox != nil {
		from, n := r.from(r.world.Tick()) // the world is not to be trusted any more
		r.sendOut(outbox.NewOutcome(from, n, reason, false, nil, nil))
	}
}
