package client

import (
	"testing"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
)

// fakeRoom makes the frames that a room would send to seat 1, in whatever order
// a test likes.
type fakeRoom struct {
	t       testing.TB
	mode    sim.Mode
	world   *sim.World
	encoder *netproto.Encoder
	viewer  netproto.Viewer
	token   string
	seat    uint32 // of the welcome
}

func newFakeRoom(t testing.TB, seats int) *fakeRoom {
	t.Helper()
	r := &fakeRoom{t: t, mode: arena.Game().Modes[0], token: "token-1", seat: 1}
	var err error
	r.world, err = sim.Start(r.mode, 1)
	check(t, err)
	for seat := range seats {
		check(t, r.world.Join(sim.Seat(seat+1), sim.Entrant{}))
	}
	r.encoder = netproto.NewEncoder(r.world)
	return r
}

// step moves the world on.
func (r *fakeRoom) step() sim.Tick {
	r.world.Step()
	r.encoder.Encode()
	return r.world.Tick()
}

// frame appends the snapshot of this tick to b.
func (r *fakeRoom) frame(b []byte, h netproto.Header, notices ...*pb.Notice) []byte {
	b = r.encoder.AppendSnapshot(b, &r.viewer, 1, h)
	for _, n := range notices {
		var err error
		b, err = netproto.AppendNotice(b, n)
		check(r.t, err)
	}
	return b
}

// welcome is a connection's first frame.
func (r *fakeRoom) welcome(resumed bool) []byte {
	r.viewer.Reset()
	b, err := netproto.AppendWelcome(nil, &pb.Welcome{
		Room: "den", Mode: r.mode.Name, Seat: r.seat, TickHz: uint32(r.mode.Hz), SnapshotEvery: 1, Resume: r.token, ResumeTicks: 900,
		Schema: netproto.SchemaOf(r.world), MaxLead: uint32(netproto.MaxLead(30)), Resumed: resumed,
		Roster: []*pb.Roster{{Seat: 1, Name: "Ada", Presence: pb.Presence_PRESENCE_ACTIVE}},
	})
	check(r.t, err)
	return r.frame(b, netproto.Header{})
}

func chat(number uint32, text string) *pb.Notice {
	return &pb.Notice{Number: number, Body: &pb.Notice_Chat{Chat: &pb.Chat{Seat: 1, Name: "Ada", Text: text}}}
}

func roster(number, seat uint32, name string, p pb.Presence) *pb.Notice {
	return &pb.Notice{Number: number, Body: &pb.Notice_Roster{Roster: &pb.Roster{Seat: seat, Name: name, Presence: p}}}
}
