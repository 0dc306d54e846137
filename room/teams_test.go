package room

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/journal/file"
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/replay"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
)

// fighter is a player of the arena who flies about and shoots at the nearest
// opponent that they see.
type fighter struct {
	*peer
	rand   *rand.Rand
	team   uint32
	turn   sim.Angle // how far off its aim it flies, since there are walls
	turnAt sim.Tick
}

// fight gives the input of the tick that comes.
func (p *fighter) fight() {
	aim, far := sim.Angle(p.rand.Uint32()), int64(-1)
	if me, ok := p.ships()[p.seat]; ok {
		for _, other := range p.ships() {
			to := other.at.Sub(me.at)
			if other.team != p.team && (far < 0 || to.Len2() < far) {
				aim, far = sim.AngleOf(to), to.Len2()
			}
		}
	}
	if now := p.room.next; now >= p.turnAt {
		p.turn, p.turnAt = sim.Angle(p.rand.IntN(32768)-16384), now.Add(5+p.rand.IntN(30))
	}
	stick := sim.Toward(aim+p.turn, sim.Int(127))
	in := netproto.Input{Tick: p.room.next, Count: 4}
	in.Values = [netproto.MaxInputValues]int32{stick.X.Floor(), stick.Y.Floor(), int32(aim), arena.ButtonBlaster | arena.ButtonRail}
	p.send(netproto.ClientFrame{Inputs: []netproto.Input{in}, NoticeAck: p.newest})
}

// seen is a ship as a player sees it.
type seen struct {
	at   sim.Vec
	team uint32
}

// ships are those that the player sees, by their seats.
func (p *fighter) ships() map[sim.Seat]seen {
	all, place := map[sim.Seat]seen{}, map[string]netproto.Place{}
	for _, column := range []string{"seat", "x", "y", "team"} {
		place[column], _ = netproto.Find(p.welcome.GetSchema(), "ship", column)
	}
	for l := range p.mirror.Lists(place["seat"].Table) {
		of := func(column string, i int) uint32 { return l.Column(place[column].Column)[i] }
		for i := range l.IDs() {
			at := sim.Vec{X: sim.Fixed(of("x", i)), Y: sim.Fixed(of("y", i))}
			all[sim.Seat(of("seat", i))] = seen{at, of("team", i)}
		}
	}
	return all
}

// end is how the match ended, as the player was told; nil: not told.
func (p *peer) end() (end *pb.MatchEnd) {
	for _, n := range p.notices {
		if n.GetEnd() != nil {
			end = n.GetEnd()
		}
	}
	return end
}

// TestAMatchOfTeamsPlaysAgain plays a match between named users, with params of its
// own, in which players shoot, drop out, come back and leave. The journal alone says
// how the room was made: from it every tick and the outcome are the same.
func TestAMatchOfTeamsPlaysAgain(t *testing.T) {
	rnd := random(t)
	mode := arena.Game().Modes[1]
	params := []sim.Param{{Name: "seconds", Value: "60"}, {Name: "kills", Value: "12"}, {Name: "weapons", Value: "blaster"}}
	var invited []Invited
	for i := range 8 {
		invited = append(invited, Invited{UserID: fmt.Sprint("u", i), User: uint64(100 + i), Name: fmt.Sprint("Player ", i), Team: uint8(1 + i%2),
			Rating: int32(1000 + i), Bot: i == 7, Data: []byte{byte(i)}})
	}
	f := &fakeFile{}
	room := newRig(t, mode, func(o *Options) {
		o.Journal, o.Seed, o.Seats, o.OneMatch, o.Params, o.Invited = file.NewSink(f), rnd.Uint64(), len(invited), true, params, invited
	})
	fighters := make([]*fighter, len(invited))
	for i, who := range invited {
		p := room.come(user(who.UserID, who.User))
		fighters[i] = &fighter{peer: p, rand: rnd, team: uint32(who.Team)}
	}
	var hashes []uint64
	for room.closing.Load() == nil {
		i := rnd.IntN(len(fighters))
		switch p := fighters[i]; rnd.IntN(200) {
		case 0:
			p.conn.lost = true
		case 1:
			p.send(netproto.ClientFrame{Leave: true})
		}
		for i, p := range fighters {
			if p.conn.ended != nil && rnd.IntN(30) == 0 {
				token := p.token
				if !room.works(token) { // they left: they come anew
					token = ""
				}
				back := newPeer(room)
				if pass, err := room.Knock(Guest{Resume: token, UserID: invited[i].UserID, User: invited[i].User}); err == nil {
					pass.Enter(back.conn)
					fighters[i].peer = back
				}
			} else if p.welcome != nil {
				p.fight()
			}
		}
		room.tick()
		hashes = append(hashes, room.world.Hash())
		for _, p := range fighters {
			p.read()
		}
	}
	outcome := room.world.Outcome()
	if room.finish(); room.fault != nil || !room.world.Ended() || len(outcome) < len(invited)-2 {
		t.Fatalf("the match went wrong: %+v, %v", outcome, room.fault)
	}
	kills := 0
	for _, line := range outcome {
		if kills += int(line.Values[0]); line.User < 100 || line.Team != uint8(1+line.User%2) {
			t.Errorf("a line of nobody who was invited, or of another team: %+v", line)
		}
	}
	if kills == 0 {
		t.Error("nobody was shot")
	}
	last, out := room.replayed(f.b, modeNamed(arena.Game().Modes...), hashes)
	if h := out.Header; !h.OneMatch || h.Seats != len(invited) || paramOf(h, "seconds") != "60" || paramOf(h, "kills") != "12" || paramOf(h, "weapons") != "blaster" {
		t.Errorf("the header says %+v", h)
	}
	if !last.Ended() || !reflect.DeepEqual(last.Outcome(), outcome) {
		t.Errorf("the outcome was %+v, and is %+v", outcome, last.Outcome())
	}
	told := 0
	for _, p := range fighters {
		if end := p.end(); end != nil {
			told++
			if !proto.Equal(end, (&Room{world: last}).matchEnd(end.GetReason()).GetEnd()) {
				t.Errorf("seat %d was told %v", p.seat, end)
			}
		}
	}
	if told < len(fighters)/2 {
		t.Errorf("%d of %d were told the outcome", told, len(fighters))
	}
	for what, change := range map[string]func(*journal.Header){
		"params":             func(h *journal.Header) { h.Params = nil },
		"weapons":            func(h *journal.Header) { h.Params = []sim.Param{params[0], params[1]} },
		"that it is a match": func(h *journal.Header) { h.OneMatch = false },
	} {
		got, err := replay.Play(bytes.NewReader(withHeader(t, f.b, change)), modeNamed(arena.Game().Modes...), func(w *sim.World) { last = w })
		if desync := new(replay.Desync); !errors.As(err, &desync) && last.Ended() {
			t.Errorf("without %s it plays the same: %+v, %v", what, got, err)
		}
	}
	t.Logf("%d ticks, %d kills, %d were told, %.1f bytes a tick", out.Ticks, kills, told, float64(len(f.b))/float64(out.Ticks))
}

// replayed plays a recording, whose ticks must have these hashes, and returns the
// world after the last.
func (r *rig) replayed(recording []byte, modes func(string) (sim.Mode, bool), hashes []uint64) (last *sim.World, out replay.Result) {
	r.t.Helper()
	first := int(r.world.Tick()) - len(hashes)
	out, err := replay.Play(bytes.NewReader(recording), modes, func(w *sim.World) {
		if last = w; int(w.Tick()) > first && w.Hash() != hashes[int(w.Tick())-first-1] {
			r.t.Fatalf("tick %d is another", w.Tick())
		}
	})
	if err != nil || out.CutOff || out.Last != r.world.Tick() || out.Final != r.world.Hash() {
		r.t.Fatalf("%+v, %v", out, err)
	}
	return last, out
}

// paramOf is a param of a room as its journal says it.
func paramOf(h journal.Header, name string) string {
	for _, p := range h.Params {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// withHeader returns a recording whose header says something else.
func withHeader(t *testing.T, recording []byte, change func(*journal.Header)) []byte {
	t.Helper()
	rest := recording[len(journal.Magic):]
	size, n := binary.Uvarint(rest)
	h, err := journal.ReadHeader(rest[n+1 : n+int(size)])
	must(t, err)
	change(&h)
	out := journal.AppendRecord([]byte(journal.Magic), journal.KindHeader, journal.AppendHeader(nil, h))
	return append(out, rest[n+int(size)+4:]...)
}
