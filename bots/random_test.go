package bots

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// playRandom returns what a random player asks for, tick by tick.
func playRandom(t *testing.T, schema *pb.Schema, seed uint64, ticks int) [][]int32 {
	t.Helper()
	b, err := newRandom(schema, rand.New(rand.NewPCG(seed, 1)))
	check(t, err)
	in := make([]int32, len(schema.GetInput()))
	var all [][]int32
	for tick := range ticks {
		if b.Act(&View{Tick: sim.Tick(tick + 1), Hz: 30}, in) != (len(in) > 0) {
			t.Fatalf("tick %d: the player of %d fields is wrong about whether it sends", tick, len(in))
		}
		all = append(all, slices.Clone(in))
	}
	return all
}

// TestRandomFitsEverySchema: each field stays in its range, whatever that is,
// changes, and is held for as long as people hold a key.
func TestRandomFitsEverySchema(t *testing.T) {
	schema := &pb.Schema{Input: []*pb.InputField{
		{Name: "stick", Min: -100, Max: 100}, {Name: "buttons", Max: 7, Buttons: true}, {Name: "all", Min: math.MinInt32, Max: math.MaxInt32},
		{Name: "high", Min: 5, Max: 9}, {Name: "low", Min: -9, Max: -5}, {Name: "fixed", Min: 3, Max: 3}, {Name: "aim", Max: 65535},
	}}
	const ticks = 3000
	played := playRandom(t, schema, 7, ticks)
	for i, f := range schema.GetInput() {
		changes, values := 0, map[int32]bool{}
		for tick, in := range played {
			values[in[i]] = true
			if in[i] < f.GetMin() || in[i] > f.GetMax() {
				t.Fatalf("%s is %d at tick %d, its range is %d to %d", f.GetName(), in[i], tick, f.GetMin(), f.GetMax())
			}
			if tick > 0 && in[i] != played[tick-1][i] {
				changes++
			}
		}
		most := ticks/4 + 1 // 4.5 ticks are the shortest hold
		if f.GetName() != "fixed" && (changes < ticks/30/4 || changes > most || len(values) < 3) {
			t.Errorf("%s changed %d times in %d ticks, %d values", f.GetName(), changes, ticks, len(values))
		}
	}
	if !slices.EqualFunc(played, playRandom(t, schema, 7, ticks), slices.Equal) {
		t.Error("the same seed played differently")
	}
	if slices.EqualFunc(played, playRandom(t, schema, 8, ticks), slices.Equal) {
		t.Error("another seed played the same")
	}
	playRandom(t, &pb.Schema{}, 1, 3)
}
