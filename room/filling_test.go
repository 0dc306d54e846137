package room

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim/cards"
)

// enter brings somebody to the door, who is let in with the next tick.
func (r *rig) enter(g Guest) *peer {
	r.t.Helper()
	p := newPeer(r)
	r.knock(g).Enter(p.conn)
	return p
}

// fill lets in fillers, one per tick.
func (r *rig) fill(n int) (fillers []*peer) {
	r.t.Helper()
	for range n {
		fillers = append(fillers, r.enter(Guest{Filler: true}))
		r.tick()
	}
	return fillers
}

// TestFillersGiveUpTheirSeats: whoever comes to a room that is full of fillers is in
// at the next tick, and the newest of them is out.
func TestFillersGiveUpTheirSeats(t *testing.T) {
	for name, who := range map[string]Guest{"a person": {Name: "anna"}, "a user": {User: 7, UserID: "u"}, "a bot from elsewhere": {Bot: true}} {
		r := walking(t, func(o *Options) { o.Seats = 3; o.Keep = true })
		fillers := r.fill(3)
		if err := r.Admits(Guest{Filler: true}); !errors.Is(err, ErrFull) {
			t.Errorf("%s: a fourth filler: %v", name, err)
		}
		p := r.enter(who)
		if i := r.Info(); i.Taken != 3 || i.Fillers != 2 {
			t.Errorf("%s: on the way in: %d seats taken, %d by fillers", name, i.Taken, i.Fillers)
		}
		r.tick()
		p.read()
		if p.seat != 3 || fillers[2].conn.code() != netproto.CloseBye {
			t.Errorf("%s: sits on %d, the newest filler's connection ended with %v", name, p.seat, fillers[2].conn.ended)
		}
		if fillers[0].conn.ended != nil || fillers[1].conn.ended != nil {
			t.Errorf("%s: older fillers had to go: %v, %v", name, fillers[0].conn.ended, fillers[1].conn.ended)
		}
		if i := r.Info(); i.Taken != 3 || i.Fillers != 2 || len(r.world.Seats()) != 3 {
			t.Errorf("%s: %d seats taken, %d by fillers, %d in the world", name, i.Taken, i.Fillers, len(r.world.Seats()))
		}
		if err := r.Admits(Guest{Filler: true}); !errors.Is(err, ErrFull) {
			t.Errorf("%s: the filler comes back: %v", name, err)
		}
	}
}

// TestNobodyElseGivesUpTheirSeat: a room of people and other bots is full.
func TestNobodyElseGivesUpTheirSeat(t *testing.T) {
	r := walking(t, func(o *Options) { o.Seats = 3 })
	bot, filler, anna := r.enter(Guest{Bot: true}), r.enter(Guest{Filler: true}), r.join("anna")
	ben := r.join("ben")
	if filler.conn.code() != netproto.CloseBye || bot.conn.ended != nil || anna.conn.ended != nil || ben.conn.ended != nil {
		t.Errorf("filler %v, bot %v, anna %v, ben %v", filler.conn.ended, bot.conn.ended, anna.conn.ended, ben.conn.ended)
	}
	if err := r.Admits(Guest{}); !errors.Is(err, ErrFull) {
		t.Errorf("without fillers: %v", err)
	}
}

// TestFillersStayWhileASeatIsFree: nobody has to go for who finds a seat anyway.
func TestFillersStayWhileASeatIsFree(t *testing.T) {
	r := walking(t, func(o *Options) { o.Seats = 5 })
	fillers := r.fill(3)
	anna, ben := r.enter(Guest{Name: "anna"}), r.enter(Guest{Name: "ben"})
	r.tick()
	r.resume(func() string { anna.read(); return anna.token }())
	for i, p := range fillers {
		if p.conn.ended != nil {
			t.Errorf("filler %d: %v", i, p.conn.ended)
		}
	}
	if ben.conn.ended != nil || len(r.taken) != 5 {
		t.Errorf("%v, %d seats taken", ben.conn.ended, len(r.taken))
	}
}

// TestFillerLosesAgainstWhoCameMeanwhile: its pass was good when it was given.
func TestFillerLosesAgainstWhoCameMeanwhile(t *testing.T) {
	r := walking(t, func(o *Options) { o.Seats = 2 })
	r.join("anna")
	late := r.enter(Guest{Filler: true})
	ben := r.join("ben")
	if late.conn.code() != netproto.CloseRoomFull || ben.seat != 2 {
		t.Errorf("filler %v, ben sits on %d", late.conn.ended, ben.seat)
	}
	if i := r.Info(); i.Taken != 2 || i.Fillers != 0 || r.door.fillerPasses != 0 {
		t.Errorf("%d seats taken, %d by fillers, %d passes", i.Taken, i.Fillers, r.door.fillerPasses)
	}
}

// TestFillersGiveUpTheirSeatsWhenResumed: a filler stays one on a new connection, and
// while it has none.
func TestFillersGiveUpTheirSeatsWhenResumed(t *testing.T) {
	r := walking(t, func(o *Options) { o.Seats = 1 })
	f := r.fill(1)[0]
	f.read()
	r.seats[1].link.spoke = true
	again := r.resume(f.token)
	if again.seat != 1 {
		t.Fatalf("resumed on %d", again.seat)
	}
	again.conn.lost = true
	r.tick()
	if anna := r.join("anna"); anna.seat != 1 || r.Info().Fillers != 0 {
		t.Errorf("anna sits on %d, %d fillers", anna.seat, r.Info().Fillers)
	}
	if err := r.Admits(Guest{Resume: again.token}); !errors.Is(err, ErrResumeStale) {
		t.Errorf("the filler comes back: %v", err)
	}
}

// TestFillersKeepNoRoomAlive: a room of fillers ends as an empty one does.
func TestFillersKeepNoRoomAlive(t *testing.T) {
	for name, enter := range map[string]Guest{"fillers": {Filler: true}, "other bots": {Bot: true}} {
		r := walking(t, func(o *Options) { o.Config.EmptyAfter = time.Second })
		p := r.enter(enter)
		for range 2 * walkHz {
			r.tick()
			p.send(netproto.ClientFrame{Ping: 1})
		}
		if ends := r.Info().State == Closed; ends != enter.Filler {
			t.Errorf("%s: the room is %v", name, r.Info().State)
		}
	}
}

// TestSeatsWithFillers has people and fillers come and go in random order: people
// always get all seats, fillers never more than are left.
func TestSeatsWithFillers(t *testing.T) {
	random := random(t)
	const seats = 5
	room := walking(t, func(o *Options) { o.Seats, o.Keep = seats, true })
	type passed struct {
		*Pass
		filler bool
	}
	var passes []passed
	var inside []*peer
	fillers := map[*peer]bool{}
	for range 5000 {
		people, bots := 0, 0
		for _, p := range passes {
			if p.filler {
				bots++
			} else {
				people++
			}
		}
		sitting := 0
		for _, p := range inside {
			if fillers[p] {
				sitting++
			}
		}
		switch random.IntN(6) {
		case 0, 1:
			filler := random.IntN(2) == 0
			p, err := room.Knock(Guest{Filler: filler})
			full := len(inside)-sitting+people >= seats
			if filler {
				full = len(inside)+people+bots >= seats
			}
			if full != errors.Is(err, ErrFull) {
				t.Fatalf("filler %v; %d passes of people, %d of fillers, %d inside, %d of them fillers: %v", filler, people, bots, len(inside), sitting, err)
			}
			if p != nil {
				passes = append(passes, passed{p, filler})
			}
		case 2:
			if len(passes) > 0 {
				passes[0].Cancel()
				passes = passes[1:]
			}
		case 3, 4:
			for n := min(len(passes), 1+random.IntN(3)); n > 0; n-- {
				p := newPeer(room)
				fillers[p] = passes[0].filler
				passes[0].Enter(p.conn)
				passes, inside = passes[1:], append(inside, p)
			}
			room.tick()
		case 5:
			if len(inside) > 0 {
				inside[random.IntN(len(inside))].conn.Close(netproto.CloseBye, "")
				room.ticks(2)
			}
		}
		inside = slices.DeleteFunc(inside, func(p *peer) bool {
			if p.conn.ended != nil && !fillers[p] && p.conn.code() != netproto.CloseBye {
				t.Fatalf("a person was sent away: %v", p.conn.ended)
			}
			return p.conn.ended != nil
		})
		if len(room.world.Seats()) != len(inside) || len(room.fillers) != room.door.fillers {
			t.Fatalf("%d in the world, %d inside; %d fillers, the door counts %d", len(room.world.Seats()), len(inside), len(room.fillers), room.door.fillers)
		}
	}
}

// TestFillableRooms: which rooms fillers may play in, and what is said of them.
func TestFillableRooms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		still := cards.Game().Modes[0]
		g := registry(t, func(c *RegistryConfig) { c.MaxRooms, c.MaxSeats = 10, 100 }, walkMode(nil), still)
		defer g.shut(t)
		r := g.create(t, Wish{ID: "open"})
		locked := g.create(t, Wish{ID: "locked"})
		locked.Lock()
		g.create(t, Wish{Private: true, Code: "ABCDE"})
		g.create(t, Wish{OneMatch: true})
		g.create(t, Wish{Invited: []Invited{{User: 1}}})
		g.create(t, Wish{Mode: still.Name})
		for _, who := range []Guest{{}, {Bot: true}, {Filler: true}, {Filler: true}} {
			pass, err := r.Knock(who)
			must(t, err)
			pass.Enter(&fakeConn{})
		}
		_, err := r.Knock(Guest{}) // on the way in
		must(t, err)
		<-time.After(time.Second) // of the test's own clock: a tick lets them in
		rooms := g.Fillable()
		slices.SortFunc(rooms, func(a, b Filling) int { return len(b.ID) - len(a.ID) })
		want := []Filling{{ID: "locked", Mode: "walk", Seats: 8}, {ID: "open", Mode: "walk", Seats: 8, People: 1, Others: 3, Open: true}}
		if !slices.Equal(rooms, want) {
			t.Errorf("%+v", rooms)
		}
	})
}
