package arena

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

func TestFullSpeedIsExactAndEven(t *testing.T) {
	for _, hz := range []int{20, 30, 60} {
		c := empty(4096)
		c.Hz = hz
		full := int64(300 * 256 / hz)
		for turn := range 64 {
			b := play(t, c, 1)
			b.steps(1, nil)
			s := b.put(1, 2048, 2048)
			in := map[sim.Seat]Input{1: stickTo(sim.Angle(turn * 1024))}
			b.steps(3*hz/30+1, in) // up to speed
			vx, vy, x, y := s.VX, s.VY, s.X, s.Y
			b.steps(hz, in)
			if s.X != x+vx*sim.Fixed(hz) || s.Y != y+vy*sim.Fixed(hz) {
				t.Errorf("%d Hz, direction %d: the steps are not equal", hz, turn)
			}
			// Rounding both parts moves the length by less than 1.
			if l := (sim.Vec{X: vx, Y: vy}).Len2(); l < (full-1)*(full-1) || l > (full+1)*(full+1) {
				t.Errorf("%d Hz, direction %d: speed %d/256 per tick, want %d", hz, turn, sim.Sqrt(uint64(l)), full)
			}
		}
	}
}

func TestStick(t *testing.T) {
	const full = 2560
	for _, row := range []struct {
		dx, dy int8
		x, y   sim.Fixed
	}{
		{0, 0, 0, 0},
		{127, 0, full, 0},
		{126, 0, full, 0},   // at the limit: full speed
		{125, 0, 2520, 0},   // below it: 125/127
		{-125, 0, -2520, 0}, // the same the other way
		{64, 0, 1290, 0},    // half throttle
		{0, -127, 0, -full}, //
		{127, 127, 1810, 1810},
		{-127, 127, -1810, 1810},
		{90, 90, 1810, 1810}, // 127.3 long: full
		{89, 89, 1794, 1794}, // 125.9 long: not
		{1, 0, 20, 0},
	} {
		got := stick(&Input{DX: row.dx, DY: row.dy}, full)
		if got != (sim.Vec{X: row.x, Y: row.y}) {
			t.Errorf("stick(%d, %d) = %v, want %d %d", row.dx, row.dy, got, row.x, row.y)
		}
	}
}

func TestTurnsAreShort(t *testing.T) {
	for _, row := range []struct {
		name     string
		from, to Input
		ticks    int
	}{
		{"start", Input{}, Input{DX: 127}, 1},
		{"stop", Input{DX: 127}, Input{}, 1},
		{"turn by 45 degrees", stickTo(0), stickTo(8192), 1},
		{"turn by 90 degrees", stickTo(0), stickTo(16384), 2},
		{"turn round", stickTo(0), stickTo(32768), 2},
	} {
		b := play(t, empty(4096), 1)
		b.steps(1, nil)
		s := b.put(1, 2048, 2048)
		b.steps(5, map[sim.Seat]Input{1: row.from})
		want := stick(&row.to, b.a.full)
		ticks := 0
		for ; (sim.Vec{X: s.VX, Y: s.VY}) != want && ticks < 10; ticks++ {
			b.steps(1, map[sim.Seat]Input{1: row.to})
		}
		if ticks != row.ticks {
			t.Errorf("%s takes %d ticks, want %d", row.name, ticks, row.ticks)
		}
	}
}

func TestAwayShipStopsAndKeepsItsAim(t *testing.T) {
	b := play(t, empty(4096), 1)
	b.steps(1, nil)
	s := b.put(1, 2048, 2048)
	b.steps(10, map[sim.Seat]Input{1: stickTo(20000)})
	aim := s.Aim
	b.steps(2, nil)
	x, y := s.X, s.Y
	b.steps(300, nil)
	if s.X != x || s.Y != y {
		t.Error("a ship without inputs goes on moving")
	}
	if s.Aim != aim || aim != 20000/256 {
		t.Errorf("aim %d, want %d", s.Aim, 20000/256)
	}
}

func TestDash(t *testing.T) {
	c := empty(4096)
	b := play(t, c, 1)
	b.steps(1, nil)
	s := b.put(1, 200, 2048)
	in := map[sim.Seat]Input{1: {DX: 127, Buttons: ButtonDash}}
	var fast []int
	for tick := range 200 {
		b.steps(1, in)
		if s.VX == 7680 { // 900 units/s
			fast = append(fast, tick)
		}
	}
	// 167 ms are 5 ticks, 3000 ms are 90.
	want := []int{0, 1, 2, 3, 4, 90, 91, 92, 93, 94, 180, 181, 182, 183, 184}
	if len(fast) != len(want) {
		t.Fatalf("dashed at %v, want %v", fast, want)
	}
	for i := range want {
		if fast[i] != want[i] {
			t.Fatalf("dashed at %v, want %v", fast, want)
		}
	}
	b.steps(100, map[sim.Seat]Input{1: {Buttons: ButtonDash}})
	if s.VX != 0 || s.DashAt > uint32(b.w.Tick()) {
		t.Error("a ship dashes without a direction")
	}
}
