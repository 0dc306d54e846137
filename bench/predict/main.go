// Predict measures what a prediction costs in a browser's engine, beside the same Go
// here: go run ./bench/predict. A match of the arena is played once; then both predict
// for one of its ships, from every snapshot 8 ticks ahead and one more as a guess, which
// is what a page at 30 Hz and 200 ms does twice a frame. Rounds take turns.
package main

import (
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/metronome-server/metronome/server/kit"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
	"github.com/metronome-server/metronome/sim/simtest"
)

// stepsAhead is how many ticks are predicted from each snapshot, with the guess.
const stepsAhead = 9

func main() {
	mode := flag.String("mode", "ffa", "mode of the arena")
	players := flag.Int("players", 16, "how many ships there are")
	snapshots := flag.Int("snapshots", 900, "how many snapshots a round has")
	rounds := flag.Int("rounds", 7, "how many rounds each runs")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *mode, *players, *snapshots, *rounds); err != nil {
		log.Fatal(err)
	}
}

// match is what a client knows of a match: snapshots, and the inputs between them.
type match struct {
	mode      sim.Mode
	snapshots []snapshot
}

type snapshot struct {
	tick  sim.Tick
	words []uint32
	input []int32
}

func run(ctx context.Context, name string, players, snapshots, rounds int) error {
	i := slices.IndexFunc(arena.Game().Modes, func(m sim.Mode) bool { return m.Name == name })
	if i < 0 {
		return fmt.Errorf("the arena has no mode %q", name)
	}
	m, err := play(arena.Game().Modes[i], players, snapshots)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "metronome-predict-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	module, script := filepath.Join(work, "arena.wasm"), filepath.Join(work, "match.bin")
	if _, _, err = (kit.Wasm{Package: "./sim/arena", Out: module}).Build(ctx); err != nil {
		return err
	}
	if err = os.WriteFile(script, m.bytes(), 0o600); err != nil {
		return err
	}
	var here, there, ratios []float64
	for range rounds {
		h, err := m.time()
		if err != nil {
			return err
		}
		cold, t, err := nodeTime(ctx, module, script, m.mode)
		if err != nil {
			return err
		}
		here, there, ratios = append(here, h), append(there, t), append(ratios, t/h)
		fmt.Printf("Go here %.2f µs a step, WebAssembly in Node.js %.2f µs: %.2f x (the first time %.2f µs)\n", h, t, t/h, cold)
	}
	fmt.Printf("median: %.2f µs, %.2f µs, %.2f x (%.2f to %.2f)\n", median(here), median(there), median(ratios), slices.Min(ratios), slices.Max(ratios))
	return nil
}

// play plays a match whose first ship is followed.
func play(mode sim.Mode, players, snapshots int) (*match, error) {
	w, err := sim.Start(mode, 1)
	if err != nil {
		return nil, err
	}
	for seat := sim.Seat(1); int(seat) <= min(players, mode.Seats); seat++ {
		if err = w.Join(seat, sim.Entrant{}); err != nil {
			return nil, err
		}
	}
	r, m, view, held := rand.New(rand.NewPCG(1, 2)), &match{mode: mode}, &sim.View{}, make([][]int32, players+1)
	for range snapshots {
		for seat := range held {
			if held[seat] == nil || r.IntN(12) == 0 {
				held[seat] = []int32{r.Int32N(255) - 127, r.Int32N(255) - 127, r.Int32N(65536), r.Int32N(8)}
			}
			w.SetInput(sim.Seat(seat), held[seat], 0, sim.Received)
		}
		w.Step()
		m.snapshots = append(m.snapshots, snapshot{w.Tick(), simtest.Seen(w, 1, view), slices.Clone(held[1])})
	}
	return m, nil
}

// bytes is the match as time.mjs reads it.
func (m *match) bytes() (b []byte) {
	put := func(words ...uint32) {
		for _, w := range words {
			b = binary.LittleEndian.AppendUint32(b, w)
		}
	}
	for _, s := range m.snapshots {
		put(uint32(s.tick), uint32(len(s.words)))
		put(s.words...)
		put(uint32(len(s.input)))
		for _, v := range s.input {
			put(uint32(v))
		}
	}
	return b
}

// time predicts the whole match here, and returns µs per step.
func (m *match) time() (float64, error) {
	a, err := sim.StartAhead(m.mode, 1)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	for _, s := range m.snapshots {
		if err = a.Load(s.tick, s.words, nil); err != nil {
			return 0, err
		}
		for n := range stepsAhead {
			if n == stepsAhead-1 {
				a.Mark()
			}
			a.Step(s.tick.Add(n+1), s.input, nil)
		}
		for i := range a.World().Tables() {
			a.Rows(i)
		}
		a.Back()
	}
	return float64(time.Since(began).Nanoseconds()) / 1000 / float64(stepsAhead*len(m.snapshots)), nil
}

// nodeTime has Node.js, whose engine is that of Chromium, do the same twice: cold is
// while it still compiles.
func nodeTime(ctx context.Context, module, script string, mode sim.Mode) (cold, warm float64, err error) {
	c := exec.CommandContext(ctx, "node", "bench/predict/time.mjs", module, script, mode.Name, strconv.Itoa(mode.Seats), strconv.Itoa(stepsAhead)) //nolint:gosec // its own files
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		return 0, 0, fmt.Errorf("node bench/predict/time.mjs, in the project's folder: %w", err)
	}
	_, err = fmt.Sscan(string(out), &cold, &warm)
	return cold, warm, err
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}
