package room

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// ErrNothingKept is the cause of a journal from which no room can be had: it has no
// checkpoint with an envelope.
var ErrNothingKept = errors.New("no room can be had from this journal")

// Follower steps along with a journal that a [journal.Keeper] wrote, until it takes the
// room over. One goroutine uses it.
type Follower struct {
	find   func(mode string) (sim.Mode, bool)
	header journal.Header
	mode   sim.Mode
	world  *sim.World
	room   *pb.RoomEnvelope // nil: none came yet
	seats  map[sim.Seat]*pb.SeatEnvelope
	step   journal.Tick
	to     *journal.Translation
	played int      // ticks since the checkpoint
	differ sim.Tick // the first that came out differently; 0: none
	recent recentPast
}

// NewFollower makes a follower of one room; find gives a mode by its name.
func NewFollower(find func(mode string) (sim.Mode, bool)) *Follower {
	return &Follower{find: find, seats: map[sim.Seat]*pb.SeatEnvelope{}}
}

// Read steps along with a whole journal; one that ends in the middle of a record is
// followed up to there. Errors: journal.ErrDamaged, ErrNothingKept, a mode that is not
// known or has other tables, sim.ErrMigrate when these cannot take the old ones' place,
// what the rules panicked with.
func (f *Follower) Read(in io.Reader) error {
	records, err := journal.NewReader(in)
	if err != nil {
		return err
	}
	for {
		kind, body, err := records.Next()
		if errors.Is(err, io.EOF) || errors.Is(err, journal.ErrCutOff) {
			break
		}
		if err == nil {
			err = f.Record(kind, body)
		}
		if err != nil {
			return fmt.Errorf("at byte %d: %w", records.Offset(), err)
		}
	}
	if f.room == nil {
		return ErrNothingKept
	}
	return nil
}

// Record steps along with one record. Errors: as Read has them.
func (f *Follower) Record(kind journal.Kind, body []byte) error {
	switch {
	case kind == journal.KindHeader:
		return f.begin(body)
	case f.world == nil:
		return fmt.Errorf("%w: it does not begin with a header", journal.ErrDamaged)
	case kind == journal.KindCheckpoint:
		return f.checkpoint(body)
	case kind == journal.KindTick:
		return f.tick(body)
	case kind == journal.KindEnvelope:
		return f.envelope(body)
	}
	return fmt.Errorf("%w: a record %q", journal.ErrDamaged, byte(kind))
}

func (f *Follower) begin(body []byte) (err error) {
	if f.header, err = journal.ReadHeader(body); err != nil {
		return err
	}
	if f.world, f.mode, err = f.header.Continue(f.find); err == nil {
		f.to = f.header.Translation(f.world)
	}
	return err
}

func (f *Follower) checkpoint(body []byte) error {
	tick, state, err := journal.ReadCheckpoint(body)
	if err != nil {
		return err
	}
	if err := f.header.Restore(f.world, state); err != nil {
		return err
	}
	if f.world.Tick() != tick {
		return fmt.Errorf("%w: a checkpoint of tick %d says %d", journal.ErrDamaged, f.world.Tick(), tick)
	}
	f.room, f.played, f.recent = nil, 0, f.recent[:0]
	clear(f.seats)
	return nil
}

// envelope takes a whole envelope, or what has changed of one.
func (f *Follower) envelope(body []byte) error {
	var e pb.Envelope
	if err := proto.Unmarshal(body, &e); err != nil {
		return fmt.Errorf("%w: an envelope: %w", journal.ErrDamaged, err)
	}
	if e.Room != nil {
		if f.room = e.Room; f.played == 0 {
			f.recent = pastOf(e.Past)
		}
	}
	f.recent = f.recent.after(sim.Tick(e.Delivered))
	for _, s := range e.Seat {
		if s.Free {
			delete(f.seats, sim.Seat(s.Seat))
		} else {
			f.seats[sim.Seat(s.Seat)] = s
		}
	}
	return nil
}

func (f *Follower) tick(body []byte) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("the game's rules failed at tick %d: %v", f.step.Tick, fault)
		}
	}()
	t := &f.step
	if err := journal.ReadTick(body, t); err != nil {
		return err
	}
	f.to.Apply(t)
	if err := t.Play(f.world); err != nil {
		return err
	}
	f.played++
	if f.to == nil && f.differ == 0 && f.world.Hash() != t.Hash {
		f.differ = t.Tick // by rules that are no more what they were: what they say now counts
	}
	for _, s := range t.Leaves {
		delete(f.seats, s)
	}
	for i := range t.Joins {
		j := &t.Joins[i]
		f.seats[j.Seat] = &pb.SeatEnvelope{
			Seat: uint32(j.Seat), Name: j.Who.Name, User: j.Who.User, Team: uint32(j.Who.Team), Rating: j.Who.Rating, Bot: j.Who.Bot, Joined: uint32(t.Tick),
		}
	}
	for i := range t.Commands {
		if s := f.seats[t.Commands[i].Seat]; s != nil {
			s.Commanded = max(s.Commanded, t.Commands[i].Number)
		}
	}
	f.noteEffects()
	return nil
}

// noteEffects keeps what the last ticks wanted done outside.
func (f *Follower) noteEffects() {
	effects, values := f.world.Effects()
	f.recent = f.recent.with(f.world.Tick(), f.room.GetOwnerEpoch(), effects, values, pastSeconds*f.mode.TickHz())
}

// Tick is the last that was followed.
func (f *Follower) Tick() sim.Tick { return f.world.Tick() }

// Differs returns the first tick that came out differently than it was recorded, as
// under rules that are not those of the recording; 0: none did, or the room has Migrated.
func (f *Follower) Differs() sim.Tick { return f.differ }

// Migrated reports whether another build of the game wrote the journal: the state went
// into this one's tables by names, and the ticks behind the checkpoint were stepped by
// this one's rules, so that the room goes on after the last of them all the same.
func (f *Follower) Migrated() bool { return f.to != nil }

// Build is the fingerprint of the game under which the room was kept, as
// [Registry.Fingerprint] has it.
func (f *Follower) Build() string { return fmt.Sprintf("%016x", f.header.Shape) }

// People is how many seats are taken by people, here or away.
func (f *Follower) People() (n int) {
	for _, s := range f.seats {
		if !s.Bot && !s.Filler {
			n++
		}
	}
	return n
}

// Wish is what the room was made from, for a registry that has it again. Read must have
// gone well.
func (f *Follower) Wish() Wish {
	e := f.room
	w := Wish{
		ID: f.header.Room, Mode: f.header.Mode, Seats: int(e.Seats), Params: paramsOf(f.world), OneMatch: f.header.OneMatch, Private: e.Private, Code: e.Code,
		Metadata: e.Metadata, Keep: e.Keep, Patience: time.Duration(e.PatienceMs) * time.Millisecond, Follower: f,
	}
	if e.ForInvited {
		w.Invited = []Invited{}
	}
	return w
}

// TakeOver makes the room that was followed: it goes on after the last tick that was
// followed, with its seats kept for their players. What of o a journal knows is not
// looked at, but for Code and Keep. Fillers leave at the first tick. Errors: those of New.
func (f *Follower) TakeOver(o Options) (*Room, error) {
	if f.room == nil || len(f.room.ResumeKey) != tokenKeyBytes {
		return nil, ErrNothingKept
	}
	w := f.Wish()
	o.ID, o.Mode, o.Seats, o.Params, o.OneMatch, o.Invited, o.Private = w.ID, f.mode, w.Seats, w.Params, w.OneMatch, w.Invited, w.Private
	o.Metadata, o.Patience, o.Seed = w.Metadata, w.Patience, f.header.Seed
	schema := netproto.SchemaOf(f.world)
	if err := errors.Join(o.Config.Validate(), netproto.CheckSchema(schema)); err != nil {
		return nil, err
	}
	r := newRoom(o, f.world, schema)
	r.created = time.UnixMilli(f.room.CreatedMs)
	r.restore(f)
	r.beginJournals()
	if f.Migrated() {
		r.log.Info("the room goes on under another build of its game", "tick", f.Tick(), "ticks", f.played)
	}
	return r, nil
}

// restore has the room be as its follower knows it.
func (r *Room) restore(f *Follower) {
	e := f.room
	r.emptySince = r.next
	r.door.signer.key = e.ResumeKey
	if e.Locked {
		r.door.to(Locked)
	}
	r.sender.known = map[uint64]knownUser{}
	for _, u := range e.Known {
		r.sender.known[u.User] = knownUser{u.Id, u.Name}
	}
	if e.ForInvited {
		r.door.users.restoreInvited(e.Invited)
	}
	r.door.lost = map[sim.Seat]lastKnown{}
	for _, number := range slices.Sorted(maps.Keys(f.seats)) {
		r.restoreSeat(&r.seats[number], f.seats[number])
	}
	r.peak = len(r.taken)
	r.keeping.past = f.recent
	r.repeatPast(f)
	// What the world has of a seat that no envelope knows has nobody who could come.
	for _, number := range slices.Clone(r.world.Seats()) {
		if r.seats[number].state == SeatFree {
			r.world.Leave(number)
		}
	}
	if r.world.Over() && r.matchOver == nil {
		r.matchOver = &netproto.CloseError{Code: netproto.CloseRoomEnded, Reason: "the match is over"}
	}
}

func (r *Room) restoreSeat(s *seat, e *pb.SeatEnvelope) {
	s.restore(e, r.next, r.vacated.take("", r.next, r.hz), r.door.signer.sign)
	for _, t := range []stub{s.tokens.confirmed, s.tokens.newest} {
		if t.text != "" {
			r.door.tokens[t.text] = claim{seat: s.number}
		}
	}
	r.door.lost[s.number] = lastKnown{s.joined, s.generation}
	r.door.taken++
	r.taken = append(r.taken, s)
	if s.filler {
		r.door.fillers++
		r.fillers = append(r.fillers, s)
		r.departing = append(r.departing, s)
	} else if !s.bot {
		r.people++
	}
	r.remember(s)
	r.door.seatUser(s.who.User, s.number, false)
}

// repeatPast hands on again what the last ticks wanted done outside: under the ids that
// it had, so that who has it knows; and does what the last tick wanted of its room, which
// may not have come to it.
func (r *Room) repeatPast(f *Follower) {
	epoch, next := r.options.OwnerEpoch, r.next
	for _, p := range f.recent {
		waits := r.options.Outbox != nil && r.options.Outbox.Has(r.id, p.epoch, p.tick)
		if !waits && p.fits(r.world.EffectKinds()) && (f.played == 0 || p.tick != r.world.Tick()) {
			r.next, r.options.OwnerEpoch = p.tick, p.epoch
			r.handOn(p.effects, p.values)
		}
	}
	if f.played > 0 {
		r.next, r.options.OwnerEpoch = r.world.Tick(), f.room.OwnerEpoch
		r.carryOut()
	}
	r.next, r.options.OwnerEpoch = next, epoch
}
