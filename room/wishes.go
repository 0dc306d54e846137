package room

import (
	"github.com/metronome-server/metronome/internal/text"
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// carryOut does what the rules wanted of their room at this tick. It comes when
// the tick is recorded, and before it is sent, so that everybody who is told has
// the tick's world.
func (r *Room) carryOut() {
	r.sendEffects()
	r.between = false
	for _, wish := range r.world.Wishes() {
		reason := text.Line(wish.Text)
		switch wish.Kind {
		case sim.WishKick:
			r.kicked = append(r.kicked, kick{wish.Seat, reason})
		case sim.WishAnnounce:
			r.notify(&pb.Notice{Body: &pb.Notice_Announcement{Announcement: reason}})
		case sim.WishLock:
			r.door.to(Locked)
		case sim.WishUnlock:
			r.door.to(Open)
		case sim.WishBetween:
			r.between = true
		case sim.WishEnd:
			r.sendOutcome(r.next, reason, true)
			r.matchOver = &netproto.CloseError{Code: netproto.CloseRoomEnded, Reason: reason}
			r.notify(r.matchEnd(reason))
		}
	}
}

// kick is a player whom the rules want gone, with the reason.
type kick struct {
	seat   sim.Seat
	reason string
}

// kickWished takes those off their seats whom the rules wanted gone.
func (r *Room) kickWished() {
	for _, k := range r.kicked {
		if s := &r.seats[k.seat]; s.state != SeatFree {
			r.release(s, netproto.CloseKicked, k.reason)
		}
	}
	r.kicked = r.kicked[:0]
}

// endMatch closes a room whose rules have ended it, once the last tick has gone
// out.
func (r *Room) endMatch() {
	if r.matchOver != nil {
		r.Close(r.matchOver.Code, r.matchOver.Reason)
	}
}

// matchEnd tells players how it ended.
func (r *Room) matchEnd(reason string) *pb.Notice {
	end := &pb.MatchEnd{Reason: reason}
	for _, line := range r.world.Outcome() {
		end.Line = append(end.Line, &pb.OutcomeLine{
			Seat: uint32(line.Seat), Team: uint32(line.Team), Place: uint32(line.Place), Value: line.Values,
		})
	}
	return &pb.Notice{Body: &pb.Notice_End{End: end}}
}

// fieldsOf names values, for a log.
func fieldsOf(columns []sim.Column, values []int64) map[string]int64 {
	fields := make(map[string]int64, len(columns))
	for i, v := range values {
		fields[columns[i].Name] = v
	}
	return fields
}
