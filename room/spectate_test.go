package room

import (
	"errors"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// hand is what only its owner's seat sees.
type hand struct {
	Owner  sim.Seat `wire:"owner"`
	Cards  int32
	Secret int32 `wire:"private"`
}

// hands is a game in which each seat sees a group of its own.
type hands struct {
	w    *sim.World
	rows *sim.Table[hand]
}

// open hands are shown to who watches, private columns are not.
type openHands struct{ hands }

func (h *hands) Join(seat sim.Seat, _ sim.Entrant) {
	h.rows.Add(hand{Owner: seat, Cards: int32(seat), Secret: 7})
}

func (h *hands) Leave(seat sim.Seat) {
	for ref, row := range h.rows.All {
		if row.Owner == seat {
			h.rows.Remove(ref)
		}
	}
}

func (h *hands) Step(*sim.Inputs) {
	for _, row := range h.rows.All {
		row.Cards += 10
		row.Secret++
	}
}

func (h *hands) View(seat sim.Seat, v *sim.View)         { v.See(sim.Group(seat)) }
func (h *openHands) Spectate(seat sim.Seat, v *sim.View) { h.View(seat, v) }

func handsMode(open bool) sim.Mode {
	return sim.Mode{Name: "hands", Hz: 30, Seats: 4, New: func(w *sim.World) sim.Rules {
		h := hands{w, sim.NewTable[hand](w, "hand", 4)}
		h.rows.GroupBy(func(row *hand) sim.Group { return sim.Group(row.Owner) })
		sim.NewInput[struct{ X int8 }](w)
		if open {
			return &openHands{h}
		}
		return &h
	}}
}

// watch lets a spectator in within one tick.
func (r *rig) watch(seat sim.Seat) *peer {
	r.t.Helper()
	p := newPeer(r)
	r.knock(Guest{Spectator: true, Watched: seat}).Enter(p.conn)
	r.tick()
	p.read()
	if p.welcome == nil || p.seat != 0 || p.token != "" {
		r.t.Fatalf("a spectator's welcome: %v, %v", p.welcome, p.conn.ended)
	}
	return p
}

// rows counts the rows that a client has.
func (p *peer) rows() (rows int) {
	for table := range p.room.world.Tables() {
		for l := range p.mirror.Lists(table) {
			rows += len(l.IDs())
		}
	}
	return rows
}

// private counts the chunks of private columns among what was written to a client
// since it last read.
func (p *peer) private() (chunks int) {
	p.t.Helper()
	for _, msg := range p.conn.out {
		var f pb.ServerFrame
		if err := proto.Unmarshal(msg, &f); err != nil {
			p.t.Fatal(err)
		}
		chunks += len(f.GetOwn())
	}
	return chunks
}

// TestSpectatorsChangeNothing plays the same match with and without an audience:
// the world is the same at every tick, and who watches is in step with it.
func TestSpectatorsChangeNothing(t *testing.T) {
	watched, alone := walking(t), walking(t)
	players := []*peer{watched.join("ann"), alone.join("ann")}
	audience := []*peer{}
	for i := range 40 {
		for n, p := range players {
			p.input(2, i%3-1, 1)
			p.room.tick()
			p.read()
			if n > 0 {
				continue
			}
			for _, v := range audience {
				v.read()
				v.inStep()
				v.send(netproto.ClientFrame{Ping: uint64(i + 1), NoticeAck: v.newest})
			}
		}
		if i == 5 || i == 20 {
			v := newPeer(watched)
			watched.knock(Guest{Spectator: true}).Enter(v.conn)
			audience = append(audience, v)
			for _, r := range []*rig{watched, alone} {
				r.tick()
			}
			v.read()
		}
		if a, b := watched.world.Hash(), alone.world.Hash(); a != b {
			t.Fatalf("after %d inputs the worlds differ: %x, %x", i, a, b)
		}
	}
	if audience[0].frame.Pong != 39 {
		t.Errorf("the last pong is %d", audience[0].frame.Pong)
	}
	if i := watched.Info(); i.Spectators != 2 || i.Taken != 1 || watched.stats.Spectators.Load() != 2 {
		t.Errorf("%+v", i)
	}
	if watched.stats.SnapshotBytes.Load() != alone.stats.SnapshotBytes.Load() || watched.stats.SpectatorBytes.Load() == 0 {
		t.Error("what the audience costs is counted with the players'")
	}
}

// TestSpectatorsSeeWhatTheRulesShow: group 0 alone unless the rules say more, and
// never a private column.
func TestSpectatorsSeeWhatTheRulesShow(t *testing.T) {
	for _, row := range []struct {
		name string
		open bool
		rows int
	}{{"rules that say nothing", false, 0}, {"rules that show a seat's view", true, 1}} {
		t.Run(row.name, func(t *testing.T) {
			r := newRig(t, handsMode(row.open))
			r.join("ann")
			bob := r.join("bob")
			v := r.watch(bob.seat)
			if v.frame.Watched != 2 {
				t.Errorf("it watches seat %d", v.frame.Watched)
			}
			for range 5 {
				r.tick()
				if mine, theirs := bob.private(), v.private(); mine == 0 || theirs != 0 {
					t.Fatalf("private columns: %d chunks to the owner, %d to who watches", mine, theirs)
				}
				bob.read()
				v.read()
				if rows := v.rows(); rows != row.rows {
					t.Fatalf("it sees %d rows", rows)
				}
			}
		})
	}
}

// TestSpectatorsChoose: a seat, another, one that is gone, and none.
func TestSpectatorsChoose(t *testing.T) {
	r := newRig(t, handsMode(true))
	bot := newPeer(r)
	r.knock(Guest{Bot: true}).Enter(bot.conn)
	r.tick()
	v := r.watch(0)
	told := []sim.Seat{v.frame.Watched}
	next := func() {
		t.Helper()
		r.tick()
		v.read()
		if v.frame.Watched != 0 {
			told = append(told, v.frame.Watched)
		}
	}
	ann, bob := r.join("ann"), r.join("bob")
	for _, wanted := range []sim.Seat{bob.seat, 9, ann.seat, ann.seat} {
		v.send(netproto.ClientFrame{Watches: true, Watch: wanted})
		next()
		next()
	}
	ann.send(netproto.ClientFrame{Leave: true})
	next()
	next()
	want := []sim.Seat{1, bob.seat, ann.seat, bob.seat}
	if len(told) != len(want) {
		t.Fatalf("told of %v, want %v", told, want)
	}
	for i := range want {
		if told[i] != want[i] {
			t.Errorf("told of %v, want %v", told, want)
		}
	}
}

// TestWhoMayWatch goes through the rooms that take no audience, and the limit.
func TestWhoMayWatch(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(*Options)
		then   func(*rig)
		want   error
	}{
		{"a public room", func(*Options) {}, func(*rig) {}, nil},
		{"a locked room", func(*Options) {}, func(r *rig) { r.Lock() }, nil},
		{"a private room", func(o *Options) { o.Private = true }, func(*rig) {}, ErrNotPublic},
		{"a match of some", func(o *Options) { o.Invited = []Invited{{User: 1}} }, func(*rig) {}, ErrNotPublic},
		{"a draining room", func(*Options) {}, func(r *rig) { r.Drain() }, ErrLocked},
		{"a closed room", func(*Options) {}, func(r *rig) { r.finish() }, ErrClosed},
		{"no audience", func(o *Options) { o.Config.Spectators = 0 }, func(*rig) {}, ErrAudience},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := walking(t, row.change)
			row.then(r)
			if err := r.Admits(Guest{Spectator: true}); !errors.Is(err, row.want) {
				t.Errorf("got %v, want %v", err, row.want)
			}
		})
	}
	r := walking(t, func(o *Options) { o.Config.Spectators = 2 })
	r.watch(0)
	onTheWay := r.knock(Guest{Spectator: true})
	if err := r.Admits(Guest{Spectator: true}); !errors.Is(err, ErrAudience) {
		t.Errorf("a third of two: %v", err)
	}
	onTheWay.Cancel()
	v := r.watch(0)
	v.conn.lost = true
	r.tick()
	if err := r.Admits(Guest{Spectator: true}); err != nil {
		t.Errorf("when one has gone: %v", err)
	}
}

// TestSpectatorsAreHeldToTheirPlace: what they may not send, say too often, or not
// read closes their connection and nothing else.
func TestSpectatorsAreHeldToTheirPlace(t *testing.T) {
	for _, row := range []struct {
		name string
		do   func(*rig, *peer)
		want netproto.CloseCode
	}{
		{"an input", func(r *rig, v *peer) { v.input(2, 1, 0) }, netproto.CloseBadFrame},
		{"a command", func(_ *rig, v *peer) { v.send(netproto.ClientFrame{Commands: []netproto.Command{{Number: 1}}}) }, netproto.CloseBadFrame},
		{"chat", func(_ *rig, v *peer) { v.send(netproto.ClientFrame{Chat: "hi"}) }, netproto.CloseBadFrame},
		{"rubbish", func(_ *rig, v *peer) { v.conn.in = append(v.conn.in, []byte{0xff}) }, netproto.CloseBadFrame},
		{"a goodbye", func(_ *rig, v *peer) { v.send(netproto.ClientFrame{Leave: true}) }, netproto.CloseBye},
		{"silence", func(r *rig, v *peer) {
			v.send(netproto.ClientFrame{})
			r.ticks(ticks(r.config.SilentAfter, r.hz) + 2)
		}, netproto.CloseSilent},
		{"never a word", func(r *rig, _ *peer) { r.ticks(introSeconds*r.hz + 2) }, netproto.CloseSilent},
		{"reading nothing", func(r *rig, v *peer) {
			v.conn.stuck = true
			for range ticks(r.config.SlowAfter, r.hz) + 2 {
				v.send(netproto.ClientFrame{})
				r.tick()
			}
		}, netproto.CloseSlow},
		{"a flood", func(r *rig, v *peer) {
			for range ticks(r.config.FloodAfter, r.hz) + burst(r.hz) + 2 {
				for range 10 {
					v.send(netproto.ClientFrame{Ping: 1})
				}
				r.tick()
			}
		}, netproto.CloseFlood},
		{"a ban of its address", func(r *rig, _ *peer) {
			_ = r.KickWhere(func(_, key string) (string, bool) { return "banned", key == "" })
		}, netproto.CloseKicked},
		{"the end of the room", func(r *rig, _ *peer) { r.finish() }, netproto.CloseRoomEnded},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := walking(t, func(o *Options) { o.Config.EmptyAfter = 0 })
			v := r.watch(0)
			row.do(r, v)
			if r.closing.Load() == nil {
				r.tick()
			}
			if v.conn.code() != row.want || len(r.spectators) != 0 || r.door.spectators != 0 {
				t.Errorf("closed with %v; %d watch, %d at the door", v.conn.ended, len(r.spectators), r.door.spectators)
			}
		})
	}
}

// TestAnAudienceKeepsNoRoomOpen: a room that nobody sits in ends, whoever watches.
func TestAnAudienceKeepsNoRoomOpen(t *testing.T) {
	r := walking(t)
	v := r.watch(0)
	for range ticks(r.config.EmptyAfter, r.hz) + 2 {
		v.send(netproto.ClientFrame{})
		r.tick()
	}
	if r.closing.Load() == nil {
		t.Error("it goes on")
	}
}

// TestSpectatorsAreToldWhatAllAreTold: chat, who sits where, and the end.
func TestSpectatorsAreToldWhatAllAreTold(t *testing.T) {
	r := walking(t)
	v := r.watch(0)
	ann := r.join("ann")
	ann.send(netproto.ClientFrame{Chat: "hello"})
	r.tick()
	v.read()
	rosters := 0
	for _, n := range v.notices {
		if n.GetRoster().GetName() == "ann" {
			rosters++
		}
	}
	if lines := v.lines(); rosters != 1 || len(lines) != 1 || lines[0] != "ann: hello" {
		t.Errorf("told of %d rosters and %v", rosters, lines)
	}
}
