package room

import (
	"cmp"
	"maps"
	"slices"

	"google.golang.org/protobuf/proto"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// appendEnvelope appends all that the room is besides its world.
func (r *Room) appendEnvelope(b []byte) []byte {
	r.keeping.past = r.keeping.past.after(r.delivered())
	e := &pb.Envelope{Tick: uint32(r.world.Tick()), Room: r.envelope(), Past: r.keeping.past.envelope()}
	for _, s := range r.taken {
		e.Seat = append(e.Seat, s.envelope())
	}
	return r.logged(proto.MarshalOptions{}.MarshalAppend(b, e))
}

// envelope is the room without its seats.
func (r *Room) envelope() *pb.RoomEnvelope {
	o := &r.options
	e := &pb.RoomEnvelope{
		Private: o.Private, Code: o.Code, Metadata: o.Metadata, Keep: o.Keep, PatienceMs: uint32(o.Patience.Milliseconds()),
		Locked: r.door.current() == Locked, CreatedMs: r.created.UnixMilli(), OwnerEpoch: o.OwnerEpoch, Seats: uint32(o.Seats), ResumeKey: r.door.signer.key,
	}
	r.door.mu.Lock()
	e.ForInvited, e.Invited = r.door.users.invited != nil, r.door.users.envelope()
	r.door.mu.Unlock()
	for _, user := range slices.Sorted(maps.Keys(r.sender.known)) {
		who := r.sender.known[user]
		e.Known = append(e.Known, &pb.KnownUser{User: user, Id: who.id, Name: who.name})
	}
	return e
}

// envelope is those who are invited. The caller holds the door's lock.
func (u *users) envelope() (all []*pb.InvitedPlayer) {
	for _, who := range u.invited {
		all = append(all, &pb.InvitedPlayer{
			UserId: who.UserID, User: who.User, Name: who.Name, Team: uint32(who.Team), Rating: who.Rating, Bot: who.Bot, Data: who.Data,
			Instead: u.instead[who.User], Came: u.came[who.User], Left: u.left[who.User],
		})
	}
	slices.SortFunc(all, func(a, b *pb.InvitedPlayer) int { return cmp.Compare(a.User, b.User) })
	return all
}

// restoreInvited is the inverse of envelope.
func (u *users) restoreInvited(all []*pb.InvitedPlayer) {
	for _, p := range all {
		who := Invited{UserID: p.UserId, User: p.User, Name: p.Name, Team: uint8(p.Team), Rating: p.Rating, Bot: p.Bot, Data: p.Data}
		u.invited[who.User] = who
		set := func(m map[uint64]bool, on bool) {
			if on {
				m[who.User] = true
			}
		}
		set(u.came, p.Came)
		set(u.left, p.Left)
		if p.Instead != 0 {
			u.instead[who.User] = p.Instead
		}
	}
}

// envelope is the seat and its player, or that nobody has it.
func (s *seat) envelope() *pb.SeatEnvelope {
	if s.state == SeatFree {
		return &pb.SeatEnvelope{Seat: uint32(s.number), Free: true}
	}
	e := &pb.SeatEnvelope{
		Seat: uint32(s.number), Name: s.name, UserId: s.userID, User: s.who.User, Team: uint32(s.who.Team), Rating: s.who.Rating,
		Bot: s.bot, Filler: s.filler, Key: s.key, Joined: uint32(s.joined), Confirmed: s.tokens.confirmed.generation, Newest: s.tokens.newest.generation,
		Played: s.played, Commanded: s.commands.acked(), Noticed: s.notices.number,
	}
	for _, w := range s.notices.waiting {
		if w.about == 0 {
			e.Notice = append(e.Notice, &pb.Notice{Number: w.number, Body: w.body.GetBody()})
		}
	}
	return e
}

// restore has a free seat be that of the player whom an envelope names, away since the
// tick that comes. sign makes the tokens that the player was given.
func (s *seat) restore(e *pb.SeatEnvelope, next sim.Tick, may allowance, sign func(token) stub) {
	s.occupy(Guest{
		Name: e.Name, UserID: e.UserId, User: e.User, Team: uint8(e.Team), Rating: e.Rating, Bot: e.Bot, Filler: e.Filler, Key: e.Key,
	}, may)
	s.joined, s.generation = sim.Tick(e.Joined), e.Newest
	of := func(generation uint32) stub {
		if generation == 0 {
			return stub{}
		}
		return sign(token{s.number, s.joined, generation})
	}
	s.tokens = tokens{of(e.Confirmed), of(e.Newest)}
	s.commands.received, s.commands.gap = e.Commanded, true
	s.notices.number = e.Noticed
	for _, n := range e.Notice {
		s.notices.lines++
		s.notices.waiting = append(s.notices.waiting, waiting{body: &pb.Notice{Body: n.Body}, number: n.Number})
	}
	s.played, s.awayAt = true, next // whose client could not say so is not to blame
	s.to(SeatAway)
}

// kept is what of a seat's envelope changes while a player sits there.
type kept struct {
	joined            sim.Tick
	confirmed, newest uint32
	played            bool
	lines             int
	noticed           uint32
	commanded         uint32
}

func (s *seat) changing() kept {
	if s.state == SeatFree {
		return kept{}
	}
	return kept{
		s.joined, s.tokens.confirmed.generation, s.tokens.newest.generation, s.played, s.notices.lines, s.notices.number, s.commands.acked(),
	}
}
