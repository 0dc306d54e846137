package room

import (
	"errors"
	"slices"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// Why nobody may watch a room.
var (
	ErrNotPublic = errors.New("only public rooms can be watched")
	ErrAudience  = errors.New("as many watch this room as may")
)

// spectator is a connection that sees the room and has no seat. Nothing that it
// does reaches the world. The room's goroutine owns it.
type spectator struct {
	link
	key     string // Guest.Key
	budget  budget
	notices noticeQueue
	wanted  sim.Seat // whose view it asked for; 0: whichever
	watched sim.Seat // whose view it has; 0: nobody's
	told    sim.Seat // of watched, that it knows
}

// admitsSpectator says why a spectator would get no pass. The caller holds mu.
func (d *door) admitsSpectator() error {
	switch {
	case d.state == Closed:
		return ErrClosed
	case d.state == Draining:
		return ErrLocked
	case d.secluded:
		return ErrNotPublic
	case d.spectators >= d.mostSpectators:
		return ErrAudience
	}
	return nil
}

// spectatorLeft counts one less.
func (d *door) spectatorLeft() {
	d.mu.Lock()
	d.spectators--
	d.mu.Unlock()
}

// beginWatching lets a spectator in.
func (r *Room) beginWatching(e entry) {
	v := &spectator{
		link: link{conn: e.conn, heard: r.next, wrote: r.next}, key: e.guest.Key, wanted: e.guest.Watched, budget: budget{left: freshBudget(r.hz)},
	}
	v.viewer.Spectator = true
	v.handle = func(msg []byte) error { return r.receiveFromSpectator(v, msg) }
	e.conn.Attach(r.door.poke)
	r.spectators = append(r.spectators, v)
	r.stats.Spectators.Add(1)
	r.log.Debug("somebody watches", "remote", v.key)
}

// readSpectators polls the spectators and forgets whose connection is over.
func (r *Room) readSpectators() {
	r.spectators = slices.DeleteFunc(r.spectators, func(v *spectator) bool {
		v.budget.refill(r.elapsed, r.hz)
		over := v.conn.Poll(v.handle)
		if over != nil {
			end := &netproto.CloseError{Code: netproto.CloseLost}
			errors.As(over, &end)
			r.stats.CountClose(end.Code)
			r.door.spectatorLeft()
		}
		return over != nil
	})
}

// receiveFromSpectator takes one message of who only watches.
func (r *Room) receiveFromSpectator(v *spectator, msg []byte) error {
	v.heard = r.next
	if v.budget.left <= 0 {
		if v.budget.exhaust() <= ticks(r.config.FloodAfter, r.hz) {
			return nil
		}
		return &netproto.CloseError{Code: netproto.CloseFlood, Reason: "more than one message per tick for too long"}
	}
	v.budget.left--
	f := &r.fanout.workers[0].frame
	if err := netproto.ReadClientFrame(msg, f); err != nil {
		return err
	}
	switch {
	case f.Leave:
		return &netproto.CloseError{Code: netproto.CloseBye}
	case len(f.Inputs)+len(f.Commands) > 0 || f.Chat != "":
		return &netproto.CloseError{Code: netproto.CloseBadFrame, Reason: "who watches sends no inputs, no commands and no chat"}
	}
	v.spoke = v.spoke || v.welcomed != 0
	if f.Ping != 0 {
		v.pong = f.Ping
	}
	v.resync = v.resync || f.Resync
	if f.Watches {
		v.wanted = f.Watch
	}
	r.answerWho(&v.notices, f.Who)
	v.notices.ack(f.NoticeAck)
	return nil
}

// sendToSpectators writes each spectator what it needs, when every seat has its
// snapshot.
func (r *Room) sendToSpectators() {
	w := r.fanout.workers[0]
	for i := range r.spectators {
		r.sendToSpectator(w, r.spectators[(int(r.next)+i)%len(r.spectators)])
	}
}

func (r *Room) sendToSpectator(w *worker, v *spectator) {
	now, first := r.world.Tick(), v.welcomed == 0
	if every := r.mode.SnapshotEvery; every > 1 && !first && !r.ends() && int(now)%every != 0 {
		return
	}
	if clear := v.conn.Flush(); !clear && !r.ends() {
		v.block(now)
		return
	}
	v.watched = r.seatToWatch(v)
	if first || v.resync && now.Since(v.keyed)*resyncsPerSecond >= r.hz {
		v.viewer.Reset()
		v.resync, v.keyed = false, now
	}
	w.out = w.out[:0]
	if first {
		w.out = r.logged(netproto.AppendWelcome(w.out, r.welcome()))
		v.notices.dropRosters()
	}
	h := netproto.Header{Pong: v.pong, Most: netproto.MaxFrame - len(w.out)}
	if v.notices.pending(v.noticed) {
		h.Most -= noticeRoom
	}
	if v.watched != v.told {
		h.Watched = v.watched
	}
	h.Quiet = r.moved.URL == "" && h.Watched == 0 && v.pong == 0 && !v.notices.pending(v.noticed) && now.Since(v.wrote) < r.longestQuiet()
	before := len(w.out)
	if w.out = r.encoder.AppendSnapshot(w.out, &v.viewer, v.watched, h); len(w.out) == before {
		return
	}
	noticed := r.appendNotices(w, &v.notices, v.noticed)
	if err := v.conn.Write(w.out); err != nil {
		v.viewer.Reset()
		v.block(now)
		return
	}
	if first {
		v.welcomed = now
	}
	v.noticed, v.told, v.pong, v.wrote, v.blocked = noticed, v.watched, 0, now, 0
	r.stats.SpectatorSnapshots.Add(1)
	r.stats.SpectatorBytes.Add(uint64(len(w.out)))
}

// seatToWatch returns whose view a spectator gets: of the seat that it asked for,
// else of the one that it has, else of the first person, else of the first bot;
// 0: nobody plays.
func (r *Room) seatToWatch(v *spectator) sim.Seat {
	for _, number := range []sim.Seat{v.wanted, v.watched} {
		if number != 0 && int(number) < len(r.seats) && r.seats[number].state != SeatFree {
			return number
		}
	}
	for _, s := range r.taken {
		if s.state == SeatActive && !s.bot {
			return s.number
		}
	}
	if len(r.taken) > 0 {
		return r.taken[0].number
	}
	return 0
}

// endOverdueSpectators closes those who say or read nothing.
func (r *Room) endOverdueSpectators() {
	r.closeSpectators(func(v *spectator) *netproto.CloseError { return v.overdue(r.next, &r.config, r.silentAfter(), r.hz) })
}

// closeSpectators closes those of whom why has a reason.
func (r *Room) closeSpectators(why func(*spectator) *netproto.CloseError) {
	r.spectators = slices.DeleteFunc(r.spectators, func(v *spectator) bool {
		end := why(v)
		if end != nil {
			v.conn.Close(end.Code, end.Reason)
			r.stats.CountClose(end.Code)
			r.door.spectatorLeft()
		}
		return end != nil
	})
}

// welcome is what a Welcome tells everybody.
func (r *Room) welcome() *pb.Welcome {
	return &pb.Welcome{
		Room: r.id, Mode: r.mode.Name, TickHz: uint32(r.hz), SnapshotEvery: uint32(max(r.mode.SnapshotEvery, 1)),
		Schema: r.schema, MaxLead: uint32(netproto.MaxLead(r.hz)), Server: r.options.Server,
		Roster: r.roster(), Param: r.params, Rests: r.mode.Hz == 0, Node: r.options.Nodes.URLs(), Predict: r.predict, Seats: uint32(r.mode.Seats),
	}
}
