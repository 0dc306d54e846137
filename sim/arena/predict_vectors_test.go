package arena

import (
	"bytes"
	"encoding/json"
	"flag"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

var update = flag.Bool("update", false, "write testdata/predict.json")

const predictFile = "testdata/predict.json"

// vector is one ship's flight: what a client that predicts must come to.
type vector struct {
	Mode  string         `json:"mode"`
	Rules map[string]int `json:"rules"`
	Walls [][4]sim.Fixed `json:"walls"` // x, y, w, h
	Start flight         `json:"start"`
	Holds [][9]int64     `json:"holds"` // ticks, dx, dy, buttons; then x, y, vx, vy, hash
}

// flight is the part of a ship that a client predicts, after step Tick.
type flight struct {
	Tick         uint32
	X, Y, VX, VY sim.Fixed
	DashAt       uint32
}

// TestPredictionVectors keeps testdata/predict.json fresh: the browser's
// prediction is tested against it. Run with -update after a rule changed.
func TestPredictionVectors(t *testing.T) {
	var all []vector
	for _, mode := range []string{"ffa", "duel", "open"} {
		all = append(all, flyVector(t, mode))
	}
	want, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	want = append(bytes.ReplaceAll(want, []byte("],["), []byte("],\n[")), '\n')
	if *update {
		if err := os.WriteFile(predictFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(predictFile)
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%s is not what the rules give (%v): go test ./sim/arena -run PredictionVectors -update", predictFile, err)
	}
}

// flyVector flies one ship of a mode with inputs from a fixed seed.
func flyVector(t *testing.T, mode string) vector {
	c, ok := ConfigOf(mode)
	if !ok {
		t.Fatalf("no mode %q", mode)
	}
	b := play(t, c, 1)
	b.steps(2, nil)
	s, r := b.ship(1), rand.New(rand.NewPCG(7, uint64(c.Hz)))
	v := vector{Mode: mode, Rules: predictRules(b.a), Start: flight{uint32(b.w.Tick()), s.X, s.Y, s.VX, s.VY, s.DashAt}}
	seen, sum := Rect{Min: s.at(), Max: s.at()}, fnv.New32a()
	for len(v.Holds) < 300 {
		in, ticks := randomHold(r)
		for range ticks {
			b.give(1, in)
			b.w.Step()
			seen = stretch(seen, s.at())
			for _, n := range []sim.Fixed{s.X, s.Y, s.VX, s.VY, sim.Fixed(s.DashAt)} {
				_, _ = sum.Write([]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)})
			}
		}
		v.Holds = append(v.Holds, [9]int64{int64(ticks), int64(in.DX), int64(in.DY), int64(in.Buttons),
			int64(s.X), int64(s.Y), int64(s.VX), int64(s.VY), int64(sum.Sum32())})
	}
	seen = seen.Grow(unit(64))
	for _, w := range c.Layout.Walls {
		if w.Min.X < seen.Max.X && w.Max.X > seen.Min.X && w.Min.Y < seen.Max.Y && w.Max.Y > seen.Min.Y {
			v.Walls = append(v.Walls, [4]sim.Fixed{w.Min.X, w.Min.Y, w.Max.X - w.Min.X, w.Max.Y - w.Min.Y})
		}
	}
	return v
}

// randomHold returns a stick, mostly full, and for how many ticks it is held.
func randomHold(r *rand.Rand) (Input, int) {
	in := stickTo(sim.Angle(r.Uint32()))
	switch r.IntN(8) {
	case 0:
		in = Input{}
	case 1:
		in = Input{DX: int8(r.IntN(255) - 127), DY: int8(r.IntN(255) - 127)}
	}
	in.Aim = 0
	if r.IntN(6) == 0 {
		in.Buttons = ButtonDash
	}
	return in, 1 + r.IntN(24)
}

func stretch(r Rect, p sim.Vec) Rect {
	return Rect{
		Min: sim.Vec{X: min(r.Min.X, p.X), Y: min(r.Min.Y, p.Y)},
		Max: sim.Vec{X: max(r.Max.X, p.X), Y: max(r.Max.Y, p.Y)},
	}
}

// predictRules is what a client must know of a mode and is not on the wire.
func predictRules(a *rules) map[string]int {
	c := &a.cfg
	return map[string]int{
		"hz": c.Hz, "width": int(c.Layout.Size.X), "height": int(c.Layout.Size.Y), "radius": int(unit(c.Ship.Radius)),
		"full": int(a.full), "accel": int(a.accel), "dash": int(a.dash), "bolt": int(a.bolt),
		"dashTicks": c.ticks(c.Ship.DashMS), "dashReload": c.ticks(c.Ship.DashReloadMS),
		"boltTicks": c.ticks(c.Blaster.LifeMS), "boltReload": c.ticks(c.Blaster.ReloadMS),
		"railReload": c.ticks(c.Rail.ReloadMS), "respawn": c.ticks(c.Ship.RespawnMS),
		"health": c.Ship.Health, "shield": c.Shield.Full, "maxAmmo": c.Rail.MaxAmmo,
		"pickupReturn": c.ticks(c.Pickup.ReturnMS), "railRange": int(unit(c.Rail.Range)),
	}
}
