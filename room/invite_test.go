package room

import (
	"errors"
	"testing"

	"github.com/metronome-server/metronome/netproto"
)

// trio is a room for ann, ben and cid, who have come.
func trio(t *testing.T) (r *rig, ann, ben, cid *peer) {
	t.Helper()
	r = newRig(t, deskMode(20), func(o *Options) {
		o.Seats, o.Invited = 3, []Invited{{UserID: "ann", User: 1, Team: 1}, {UserID: "ben", User: 2, Team: 2}, {UserID: "cid", User: 3, Team: 2}}
	})
	return r, r.come(user("ann", 1)), r.come(user("ben", 2)), r.come(user("cid", 3))
}

// leave has a player leave for good.
func (r *rig) leave(p *peer) {
	p.send(netproto.ClientFrame{Leave: true})
	r.ticks(2)
}

func (r *rig) wantLeft(what string, want ...uint64) {
	r.t.Helper()
	got := r.Left()
	if len(got) != len(want) || len(want) > 0 && got[0] != want[0] {
		r.t.Errorf("%s: %d have left, want %d", what, got, want)
	}
}

func invitation(id string, number, instead uint64) Invitation {
	return Invitation{Invited{UserID: id, User: number, Name: id, Team: 2}, instead}
}

// TestSomebodyElseIsInvitedToTheSeatOfWhoLeft has one leave: another is let in as they
// are invited, and who left is not, until they are invited in turn.
func TestSomebodyElseIsInvitedToTheSeatOfWhoLeft(t *testing.T) {
	r, _, ben, cid := trio(t)
	ben.conn.lost = true
	r.tick()
	r.wantLeft("one is away")
	if err := r.Invite(invitation("dan", 4, 2)); !errors.Is(err, ErrFull) {
		t.Errorf("instead of who is away: %v", err)
	}
	r.leave(cid)
	r.wantLeft("one has left", 3)
	if _, err := r.Knock(user("dan", 4)); !errors.Is(err, ErrNotInvited) {
		t.Errorf("before the invitation: %v", err)
	}
	late := r.knock(user("cid", 3)) // on the way back
	for range 2 {                   // once more it changes nothing
		must(t, r.Invite(invitation("dan", 4, 3)))
	}
	returning := newPeer(r)
	late.Enter(returning.conn)
	r.tick()
	if code := returning.conn.code(); code != netproto.CloseRoomFull {
		t.Errorf("who was on the way back when the seat became another's: %v", code)
	}
	if _, err := r.Knock(user("cid", 3)); !errors.Is(err, ErrNotInvited) || r.Expects(3) || !r.Expects(4) {
		t.Errorf("who left comes again: %v", err)
	}
	dan := r.come(Guest{Name: "Mallory", UserID: "dan", User: 4})
	if s := &r.seats[dan.seat]; s.name != "dan" || s.who.Team != 2 || s.state != SeatActive {
		t.Errorf("dan sits as %+v", s.who)
	}
	if err := r.Invite(invitation("eve", 5, 3)); !errors.Is(err, ErrFull) {
		t.Errorf("to a seat that was given away: %v", err)
	}
	r.leave(dan)
	must(t, r.Invite(invitation("cid", 3, 4)))
	if came := r.Came(); len(came) != 3 { // ann, ben, and dan
		t.Errorf("%d came; cid has not come again", came)
	}
	if again := r.come(user("cid", 3)); again.seat == 0 {
		t.Error("who is invited in turn is not let in")
	}
}

// TestAnInvitationThatIsWithdrawnLeavesTheSeatFree invites one who does not come, and
// then others.
func TestAnInvitationThatIsWithdrawnLeavesTheSeatFree(t *testing.T) {
	for _, row := range []struct {
		what     string
		withdraw func(r *rig)
	}{
		{"withdrawn", func(r *rig) { must(t, r.KickUser(4, "too late")) }},
		{"a withdrawal that was lost", func(*rig) {}},
	} {
		r, _, _, cid := trio(t)
		r.leave(cid)
		must(t, r.Invite(invitation("dan", 4, 3)))
		row.withdraw(r)
		r.wantLeft(row.what, 3)
		must(t, r.Invite(invitation("eve", 5, 3)))
		if _, err := r.Knock(user("dan", 4)); !errors.Is(err, ErrNotInvited) {
			t.Errorf("%s: dan: %v", row.what, err)
		}
		if eve := r.come(user("eve", 5)); eve.seat == 0 {
			t.Errorf("%s: eve has no seat", row.what)
		}
	}
}

// TestInvitationsAreAllOrNone invites a party, one of whom there is no seat for.
func TestInvitationsAreAllOrNone(t *testing.T) {
	r, _, _, cid := trio(t)
	r.leave(cid)
	if err := r.Invite(invitation("dan", 4, 3), invitation("eve", 5, 1)); !errors.Is(err, ErrFull) || r.Expects(4) {
		t.Errorf("a seat is somebody's: %v, dan is expected: %v", err, r.Expects(4))
	}
	if err := r.Invite(invitation("dan", 4, 3), invitation("eve", 5, 9)); !errors.Is(err, ErrFull) || r.Expects(4) {
		t.Errorf("more than there are seats: %v, dan is expected: %v", err, r.Expects(4))
	}
	if !r.Expects(3) {
		t.Error("the seat was taken from who left, for nobody")
	}
}

func TestWhereNobodyIsInvited(t *testing.T) {
	r, _, _, cid := trio(t)
	r.leave(cid)
	r.Lock()
	r.wantLeft("a locked room")
	if err := r.Invite(invitation("dan", 4, 3)); !errors.Is(err, ErrLocked) {
		t.Errorf("to a locked room: %v", err)
	}
	r.Close(netproto.CloseRoomEnded, "")
	r.tick()
	if err := r.Invite(invitation("dan", 4, 3)); !errors.Is(err, ErrClosed) {
		t.Errorf("to a room that is over: %v", err)
	}
	if err := walking(t).Invite(invitation("dan", 4, 3)); !errors.Is(err, ErrForEverybody) {
		t.Errorf("to a room for everybody: %v", err)
	}
}
