package arena

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// meter counts the values that a snapshot has to carry: where a sent column of
// group 0 differs from its prediction.
type meter struct {
	w      *sim.World
	last   map[[3]int]uint32
	change map[[3]int]uint32
}

func newMeter(w *sim.World) *meter {
	m := &meter{w, map[[3]int]uint32{}, map[[3]int]uint32{}}
	m.read()
	return m
}

// read returns how many shared and how many private values differ.
func (m *meter) read() (shared, private int) {
	for t, view := range m.w.Tables() {
		for c, col := range view.Columns() {
			if col.Local {
				continue
			}
			for slot := range view.High() {
				if view.Alive(slot/64)>>(slot%64)&1 == 0 {
					continue
				}
				at, v := [3]int{t, c, slot}, uint32(view.Value(c, slot))
				want := m.last[at]
				if col.Linear {
					want += m.change[at]
				}
				switch {
				case v == want:
				case col.Private:
					private++
				default:
					shared++
				}
				m.change[at], m.last[at] = v-m.last[at], v
			}
		}
	}
	return shared, private
}

func TestFlyingStraightCostsNothing(t *testing.T) {
	c := empty(4096)
	b := play(t, c, 10)
	in := map[sim.Seat]Input{}
	for seat := sim.Seat(1); seat <= 10; seat++ {
		in[seat] = stickTo(sim.Angle(seat) * 6000)
	}
	b.steps(1, nil)
	for seat := sim.Seat(1); seat <= 10; seat++ {
		b.put(seat, 2048, 2048)
	}
	b.steps(5, in)
	b.steps(1, map[sim.Seat]Input{1: {DX: 127, Buttons: ButtonBlaster}})
	b.steps(5, in)
	m := newMeter(b.w)
	b.steps(1, in)
	m.read()
	for range 20 { // with a projectile in flight
		b.steps(1, in)
		if shared, private := m.read(); shared != 0 || private != 0 {
			t.Fatalf("tick %d: %d shared and %d private values changed", b.w.Tick(), shared, private)
		}
	}
	if b.a.shots.Len() != 1 {
		t.Error("no projectile")
	}
}

// TestTurnsAreAllThatCosts: on the reference workload a player turns once in
// 30 ticks; a turn changes the aim once, and X and Y in 1.67 ticks on average
// (once up to 60 degrees, else twice). Walls add a little.
func TestTurnsAreAllThatCosts(t *testing.T) {
	c := Default()
	c.Layout.Spots = nil
	r := newWander(play(t, c, 50), 50)
	for range 100 {
		r.step()
	}
	m := newMeter(r.b.w)
	const ticks = 2000
	shared, private := 0, 0
	for range ticks {
		r.step()
		s, p := m.read()
		shared, private = shared+s, private+p
	}
	t.Logf("%.2f values per tick", float64(shared)/ticks)
	if shared > 9*ticks {
		t.Errorf("%.2f values per tick for 50 ships, want at most 9", float64(shared)/ticks)
	}
	if private > 0 {
		t.Errorf("%d private values changed", private)
	}
}
