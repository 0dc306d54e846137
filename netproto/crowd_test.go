package netproto_test

import (
	"bytes"
	"encoding/binary"
	"flag"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
)

// crowdFile is what the page /bench draws: 200 ships in one view for ten
// seconds, as the server sends them. Each frame has its length, 4 bytes low
// end first, before it.
const crowdFile = "../web/app/src/bench/crowd.bin"

const crowd = 200

// TestCrowdRecording keeps the recording fresh: run with -update after the
// tables or the wire changed.
func TestCrowdRecording(t *testing.T) {
	want := recordCrowd(t)
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(crowdFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(crowdFile)
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%s is not what is sent today (%v): go test ./netproto -run CrowdRecording -update", crowdFile, err)
	}
	t.Logf("%d bytes", len(want))
}

// recordCrowd plays ships that turn about once a second and fire now and then,
// on a ground as large as a window.
func recordCrowd(t *testing.T) []byte {
	c := arena.Default()
	c.Seats, c.Layout = crowd, arena.Layout{
		Size:  sim.Vec{X: sim.Int(1600), Y: sim.Int(900)},
		Walls: []arena.Rect{{Min: sim.Vec{X: sim.Int(736), Y: sim.Int(386)}, Max: sim.Vec{X: sim.Int(864), Y: sim.Int(514)}}},
		Spots: []arena.Spot{{At: sim.Vec{X: sim.Int(400), Y: sim.Int(450)}, Kind: arena.PickupShield}},
	}
	c.Ship.Health, c.Blaster.Damage, c.Blaster.ReloadMS = 255, 1, 1000 // nobody dies in ten seconds
	w, err := sim.Start(arena.Mode("crowd", "Crowd", c), 1)
	if err != nil {
		t.Fatal(err)
	}
	for seat := sim.Seat(1); seat <= crowd; seat++ {
		if err := w.Join(seat, sim.Entrant{}); err != nil {
			t.Fatal(err)
		}
	}
	r, e := rand.New(rand.NewPCG(1, 2)), netproto.NewEncoder(w)
	var v netproto.Viewer
	var all []byte
	inputs := make([][4]int32, crowd+1)
	for tick := range 330 {
		stepCrowd(w, r, inputs)
		e.Encode()
		if tick < 30 {
			continue // until they fly
		}
		frame := crowdWelcome(t, w, tick == 30)
		frame = e.AppendSnapshot(frame, &v, 1, netproto.Header{Slack: 1})
		all = binary.LittleEndian.AppendUint32(all, uint32(len(frame)))
		all = append(all, frame...)
	}
	return all
}

func stepCrowd(w *sim.World, r *rand.Rand, inputs [][4]int32) {
	for seat := sim.Seat(1); seat <= crowd; seat++ {
		in := &inputs[seat]
		if r.IntN(30) == 0 || in[0]|in[1] == 0 {
			aim := sim.Angle(r.Uint32())
			d := sim.Toward(aim, sim.Int(127))
			*in = [4]int32{(int32(d.X) + 128) >> 8, (int32(d.Y) + 128) >> 8, int32(aim), 0}
		}
		in[3] = 0
		if r.IntN(90) == 0 {
			in[3] = arena.ButtonBlaster
		}
		w.SetInput(seat, in[:], 0, sim.Received)
	}
	w.Step()
}

func crowdWelcome(t *testing.T, w *sim.World, first bool) []byte {
	if !first {
		return nil
	}
	b, err := netproto.AppendWelcome(nil, &pb.Welcome{
		Room: "crowd", Mode: "crowd", Seat: 1, TickHz: 30, SnapshotEvery: 1, MaxLead: uint32(netproto.MaxLead(30)),
		ResumeTicks: 900, Schema: netproto.SchemaOf(w),
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}
