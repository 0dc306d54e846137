package room

import (
	"errors"
	"testing"

	"github.com/metronome-server/metronome/netproto"
)

// come lets a user in within one tick.
func (r *rig) come(g Guest) *peer {
	r.t.Helper()
	p := newPeer(r)
	r.knock(g).Enter(p.conn)
	r.tick()
	p.read()
	if p.seat != 0 {
		r.seats[p.seat].link.spoke = true
	}
	return p
}

func user(id string, number uint64) Guest { return Guest{Name: id, UserID: id, User: number} }

// TestUserHasOneSeat has a user come again in every state of their seat, and of
// the room: they are on the seat that they had, and nobody else's is touched.
func TestUserHasOneSeat(t *testing.T) {
	for _, row := range []struct {
		what  string
		other func(r *rig, first *peer)
	}{
		{"beside a connection that lives", func(*rig, *peer) {}},
		{"after one that was lost", func(r *rig, first *peer) { first.conn.lost = true; r.tick() }},
		{"into a locked room", func(r *rig, _ *peer) { r.Lock() }},
		{"into a draining room", func(r *rig, _ *peer) { r.Drain() }},
	} {
		r := walking(t, func(o *Options) { o.Seats = 2 })
		first, other := r.come(user("ann", 1)), r.come(user("bo", 2))
		old := first.token
		row.other(r, first)
		again := r.come(user("ann", 1))
		if again.seat != first.seat || again.welcome.GetResumed() {
			t.Errorf("%s: sat on %d, is on %d, resumed %v", row.what, first.seat, again.seat, again.welcome.GetResumed())
		}
		if code := first.conn.code(); code != netproto.CloseReplaced && code != 0 && code != netproto.CloseLost {
			t.Errorf("%s: the older connection ends with %v", row.what, code)
		}
		if _, err := r.Knock(Guest{Resume: old}); !errors.Is(err, ErrResumeStale) {
			t.Errorf("%s: the older token: %v", row.what, err)
		}
		if back := r.resume(again.token); back.seat != again.seat {
			t.Errorf("%s: the newer token leads to %d", row.what, back.seat)
		}
		if other.conn.ended != nil || len(r.taken) != 2 || r.Info().Taken != 2 {
			t.Errorf("%s: other %v, %d taken, %d counted", row.what, other.conn.ended, len(r.taken), r.Info().Taken)
		}
		if info := r.seatInfo(&r.seats[again.seat]); info.UserID != "ann" {
			t.Errorf("%s: the operator sees %+v", row.what, info)
		}
	}
}

// Two who are nobody are two.
func TestStrangersAreNotOneUser(t *testing.T) {
	r := walking(t)
	if a, b := r.come(Guest{}), r.come(Guest{}); a.seat == b.seat {
		t.Error("two strangers share a seat")
	}
}

// TestUsersTwoPasses has a user on two ways in at once: one seat, and no pass
// stays behind.
func TestUsersTwoPasses(t *testing.T) {
	r := walking(t, func(o *Options) { o.Seats = 2 })
	one, two := r.knock(user("ann", 1)), r.knock(user("ann", 1))
	a, b := newPeer(r), newPeer(r)
	one.Enter(a.conn)
	two.Enter(b.conn)
	r.tick()
	if len(r.taken) != 1 || r.Info().Taken != 1 || a.conn.code() != netproto.CloseReplaced || b.conn.ended != nil {
		t.Errorf("%d taken, %d counted, first %v, second %v", len(r.taken), r.Info().Taken, a.conn.ended, b.conn.ended)
	}
}

// TestUserWhoseSeatWentMeanwhile knocks while the seat is there and enters when it
// is not: a free seat will do, and a full room refuses.
func TestUserWhoseSeatWentMeanwhile(t *testing.T) {
	for _, full := range []bool{false, true} {
		r := walking(t, func(o *Options) { o.Seats = 1; o.Keep = true })
		first := r.come(user("ann", 1))
		pass := r.knock(user("ann", 1))
		must(t, r.Kick(first.seat, ""))
		r.tick()
		if full {
			r.come(user("bo", 2))
		}
		again := newPeer(r)
		pass.Enter(again.conn)
		r.tick()
		if got := again.conn.code() == netproto.CloseRoomFull; got != full || r.Info().Taken != 1 {
			t.Errorf("full %v: %v, %d counted", full, again.conn.ended, r.Info().Taken)
		}
	}
}

func TestModeThatRefusesSecond(t *testing.T) {
	mode := walkMode(nil)
	mode.RefuseSecond = true
	r := newRig(t, mode)
	early := r.knock(user("ann", 1))
	first := r.come(user("ann", 1))
	if _, err := r.Knock(user("ann", 1)); !errors.Is(err, ErrSecond) {
		t.Errorf("while she plays: %v", err)
	}
	late := newPeer(r)
	early.Enter(late.conn)
	r.tick()
	if late.conn.code() != netproto.CloseSecond || first.conn.ended != nil || r.Info().Taken != 1 {
		t.Errorf("who was on the way in already: %v, first %v, %d counted", late.conn.ended, first.conn.ended, r.Info().Taken)
	}
	first.conn.lost = true
	r.tick()
	if again := r.come(user("ann", 1)); again.seat != first.seat {
		t.Errorf("when the connection is lost: on %d", again.seat)
	}
	if _, err := r.Knock(user("ann", 1)); !errors.Is(err, ErrSecond) {
		t.Errorf("when she is back: %v", err)
	}
}

// TestInvitedUsersAlone has a room that is made for two: they come as they were
// invited, whatever they say, and a third does not come in.
func TestInvitedUsersAlone(t *testing.T) {
	r := newRig(t, deskMode(20), func(o *Options) {
		o.Seats, o.Invited = 2, []Invited{{UserID: "ann", User: 1, Name: "Ann", Team: 2, Rating: 77}, {UserID: "bo", User: 2, Bot: true}}
	})
	for _, g := range []Guest{user("cy", 3), {}, {Bot: true}} {
		if _, err := r.Knock(g); !errors.Is(err, ErrNotInvited) || r.Expects(g.User) {
			t.Errorf("%+v: %v", g, err)
		}
	}
	if !r.Expects(1) || !r.Expects(2) {
		t.Error("who is invited is not expected")
	}
	ann := r.come(Guest{Name: "Mallory", UserID: "ann", User: 1, Team: 9, Rating: 9000})
	bo := r.come(user("bo", 2))
	if s := &r.seats[ann.seat]; s.name != "Ann" || s.who.Team != 2 || s.who.Rating != 77 || s.bot {
		t.Errorf("ann sits as %+v", s.who)
	}
	if s := &r.seats[bo.seat]; s.name != "bo" || !s.bot {
		t.Errorf("bo sits as %+v", s.who)
	}
	must(t, r.KickUser(1, "enough"))
	r.tick()
	if ann.conn.code() != netproto.CloseKicked || bo.conn.ended != nil {
		t.Errorf("ann %v, bo %v", ann.conn.ended, bo.conn.ended)
	}
	if _, err := r.Knock(user("ann", 1)); !errors.Is(err, ErrNotInvited) {
		t.Errorf("ann comes back: %v", err)
	}
}

// TestTakeOverVoidsOrders has a client that knows nothing take over a seat whose
// orders wait: they are void, those that were given count, and the new client's
// numbers go on behind them.
func TestTakeOverVoidsOrders(t *testing.T) {
	mode := deskMode(20)
	mode.CommandsPerSecond = 1
	r := newRig(t, mode)
	first := r.come(user("ann", 1))
	var orders []netproto.Command
	for n := range uint32(5) {
		orders = append(orders, order(n+1, 10))
	}
	first.send(netproto.ClientFrame{Commands: orders})
	r.tick() // two are given at once, see commandBurst
	again := r.come(user("ann", 1))
	if got := r.world.Commanded(again.seat); got != 2 {
		t.Fatalf("%d were given", got)
	}
	r.ticks(60)
	if got := r.world.Commanded(again.seat); got != 2 {
		t.Errorf("%d were given after the takeover", got)
	}
	if acked := r.seats[again.seat].commands.acked(); acked != 5 {
		t.Errorf("the new client goes on behind %d", acked)
	}
}
