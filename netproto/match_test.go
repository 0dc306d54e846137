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

// matchFile has what seat 1 of a match was sent and what it asked for: the SDK's two
// kinds of prediction, the rules in WebAssembly and functions of a page, are held against
// each other with it. For each tick: the seat's input, 4 words, the length of the frame, a
// word, and the frame. Words are 4 bytes, low end first.
const matchFile = "../web/sdk/test/arena/match.bin"

// TestMatchRecording keeps the recording fresh: run with -update after the rules, the
// tables or the wire changed.
func TestMatchRecording(t *testing.T) {
	want := recordMatch(t)
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(matchFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(matchFile)
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%s is not what is sent today (%v): go test ./netproto -run MatchRecording -update", matchFile, err)
	}
}

// recordMatch plays half a minute of ffa: each seat turns about three times a second,
// aims at somebody, fires and dashes.
func recordMatch(t *testing.T) (all []byte) {
	mode := arena.Game().Modes[0]
	w, err := sim.Start(mode, 1)
	if err != nil {
		t.Fatal(err)
	}
	const seats = 6
	for seat := range sim.Seat(seats) {
		if err := w.Join(seat+1, sim.Entrant{}); err != nil {
			t.Fatal(err)
		}
	}
	r, e := rand.New(rand.NewPCG(1, 2)), netproto.NewEncoder(w)
	var v netproto.Viewer
	var inputs [seats + 1][4]int32
	for tick := range 900 {
		for seat := range sim.Seat(seats) {
			in := &inputs[seat+1]
			if r.IntN(10) == 0 || tick == 0 {
				*in = [4]int32{r.Int32N(255) - 127, r.Int32N(255) - 127, r.Int32N(65536), r.Int32N(8)}
			}
			w.SetInput(seat+1, in[:], 0, sim.Received)
		}
		w.Step()
		e.Encode()
		var frame []byte
		if tick == 0 {
			frame = welcomeOf(t, w, &pb.Welcome{Room: "match", Mode: mode.Name, Seats: uint32(mode.Seats)})
		}
		frame = e.AppendSnapshot(frame, &v, 1, netproto.Header{Slack: 1})
		for _, word := range inputs[1] {
			all = binary.LittleEndian.AppendUint32(all, uint32(word))
		}
		all = binary.LittleEndian.AppendUint32(all, uint32(len(frame)))
		all = append(all, frame...)
	}
	return all
}
