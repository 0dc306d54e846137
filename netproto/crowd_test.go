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

// crowds are what the page /bench draws: so many ships in one view, for ten
// seconds, as the server sends them, on a ground of a size in units, each with
// as much space as in a window full of 200. Each frame of a file has its length,
// 4 bytes low end first, before it.
var crowds = []struct {
	ships         int
	width, height int32
	file          string
}{
	{200, 1600, 900, "crowd.bin"},
	{500, 2530, 1423, "crowd500.bin"},
	{1000, 3578, 2012, "crowd1000.bin"},
}

// TestCrowdRecording keeps the recordings fresh: run with -update after the
// tables or the wire changed.
func TestCrowdRecording(t *testing.T) {
	for _, c := range crowds {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			file := "../web/app/src/bench/" + c.file
			want := recordCrowd(t, c.ships, c.width, c.height)
			if flag.Lookup("update").Value.String() == "true" {
				if err := os.WriteFile(file, want, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			got, err := os.ReadFile(file)
			if err != nil || !bytes.Equal(got, want) {
				t.Fatalf("%s is not what is sent today (%v): go test ./netproto -run CrowdRecording -update", file, err)
			}
			t.Logf("%d bytes", len(want))
		})
	}
}

// recordCrowd plays ships that turn about once a second and fire now and then,
// on a ground of a size in units.
func recordCrowd(t *testing.T, ships int, width, height int32) []byte {
	c := arena.Default()
	x, y := width/2, height/2
	c.Seats, c.Layout = ships, arena.Layout{
		Size:  sim.Vec{X: sim.Int(width), Y: sim.Int(height)},
		Walls: []arena.Rect{{Min: sim.Vec{X: sim.Int(x - 64), Y: sim.Int(y - 64)}, Max: sim.Vec{X: sim.Int(x + 64), Y: sim.Int(y + 64)}}},
		Spots: []arena.Spot{{At: sim.Vec{X: sim.Int(width / 4), Y: sim.Int(y)}, Kind: arena.PickupShield}},
	}
	c.Ship.Health, c.Blaster.Damage, c.Blaster.ReloadMS = 255, 1, 1000 // nobody dies in ten seconds
	w, err := sim.Start(arena.Mode("crowd", "Crowd", c), 1)
	if err != nil {
		t.Fatal(err)
	}
	for seat := range sim.Seat(ships) {
		if err := w.Join(seat+1, sim.Entrant{}); err != nil {
			t.Fatal(err)
		}
	}
	r, e := rand.New(rand.NewPCG(1, 2)), netproto.NewEncoder(w)
	var v netproto.Viewer
	var all []byte
	inputs := make([][4]int32, ships+1)
	for tick := range 330 {
		stepCrowd(w, r, inputs)
		e.Encode()
		if tick < 30 {
			continue // until they fly
		}
		var frame []byte
		if tick == 30 {
			frame = welcomeOf(t, w, &pb.Welcome{Room: "crowd", Mode: "crowd"})
		}
		frame = e.AppendSnapshot(frame, &v, 1, netproto.Header{Slack: 1})
		all = binary.LittleEndian.AppendUint32(all, uint32(len(frame)))
		all = append(all, frame...)
	}
	return all
}

// stepCrowd gives every seat an input, inputs[0] being nobody's, and steps.
func stepCrowd(w *sim.World, r *rand.Rand, inputs [][4]int32) {
	for i := range inputs[1:] {
		in := &inputs[i+1]
		if r.IntN(30) == 0 || in[0]|in[1] == 0 {
			aim := sim.Angle(r.Uint32())
			d := sim.Toward(aim, sim.Int(127))
			*in = [4]int32{(int32(d.X) + 128) >> 8, (int32(d.Y) + 128) >> 8, int32(aim), 0}
		}
		in[3] = 0
		if r.IntN(90) == 0 {
			in[3] = arena.ButtonBlaster
		}
		w.SetInput(sim.Seat(i+1), in[:], 0, sim.Received)
	}
	w.Step()
}

// welcomeOf is the frame that welcomes seat 1 to a world of 30 ticks a second; hello says
// what else is in it.
func welcomeOf(t *testing.T, w *sim.World, hello *pb.Welcome) []byte {
	hello.Seat, hello.TickHz, hello.SnapshotEvery = 1, 30, 1
	hello.MaxLead, hello.ResumeTicks, hello.Schema = uint32(netproto.MaxLead(30)), 900, netproto.SchemaOf(w)
	b, err := netproto.AppendWelcome(nil, hello)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
