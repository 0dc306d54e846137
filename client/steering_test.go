package client

import (
	"testing"
	"time"

	"github.com/metronome-server/metronome/sim"
)

func TestSteeringIsEarlierAtOnceAfterALateInput(t *testing.T) {
	for _, c := range []struct{ grain, slack, move int }{
		{wholeTick, 0, 0}, {wholeTick, -1, 4}, {wholeTick, -2, 8}, {wholeTick, -7, 28},
		{1, 0, 0}, {1, -1, 1}, {1, -2, 5}, {1, -7, 25},
	} {
		var s steering
		now := time.Unix(0, 0)
		s.start(c.grain, 100, now)
		if got := s.report(110, c.slack, 1<<20, now); got != c.move {
			t.Errorf("grain %d, slack %d: move %d, want %d", c.grain, c.slack, got, c.move)
		}
	}
}

func TestSteeringHearsNothingUntilAMoveIsSeen(t *testing.T) {
	var s steering
	now := time.Unix(0, 0)
	s.start(wholeTick, 100, now)
	if s.report(99, 0, 1<<20, now) != 0 || s.report(104, -5, 1<<20, now) != 0 {
		t.Error("moved for an input from before the start")
	}
	if s.report(105, -5, 1<<20, now) == 0 {
		t.Fatal("did not move for a late input")
	}
	if s.report(120, -5, 1<<20, now) != 0 {
		t.Error("moved again before the first move was done")
	}
	s.settle(130, now)
	if s.report(131, -2, 1<<20, now) != 0 {
		t.Error("moved for an input from before the move")
	}
	if s.report(132, -2, 1<<20, now) == 0 {
		t.Error("did not move for the next late input")
	}
}

// after has a snapshot every tick say the same slack and returns when steering
// moved, and by how much.
func after(s *steering, slack int, most time.Duration) (time.Duration, int) {
	for tick := range int(most / (10 * time.Millisecond)) {
		at := time.Duration(tick) * 10 * time.Millisecond
		if move := s.report(sim.Tick(1000+tick), slack, 1<<20, time.Unix(0, 0).Add(at)); move != 0 {
			return at, move
		}
	}
	return most, 0
}

func TestSteeringIsLaterAfterSecondsOfSpare(t *testing.T) {
	for _, c := range []struct {
		slack, move int
		at          time.Duration
	}{
		{0, 0, time.Minute},
		{1, -4, 2 * time.Second},
		{2, -8, time.Second},
		{4, -16, 500 * time.Millisecond},
		{20, -80, 100 * time.Millisecond},
	} {
		var s steering
		s.start(wholeTick, 1, time.Unix(0, 0))
		if at, move := after(&s, c.slack, time.Minute); at != c.at || move != c.move {
			t.Errorf("slack %d: move %d after %v, want %d after %v", c.slack, move, at, c.move, c.at)
		}
	}
}

func TestSteeringOneTightMomentIsEnough(t *testing.T) {
	var s steering
	now := time.Unix(0, 0)
	s.start(wholeTick, 1, now)
	for i := range 100 {
		slack := 1
		if i%15 == 0 {
			slack = 0
		}
		now = now.Add(100 * time.Millisecond)
		if move := s.report(sim.Tick(10+i), slack, 1<<20, now); move != 0 {
			t.Fatalf("moved by %d though some inputs had nothing to spare", move)
		}
	}
}

// TestSteeringGetsPatient: every time that being later was a mistake, it waits
// twice as long before the next attempt, up to a minute.
func TestSteeringGetsPatient(t *testing.T) {
	var s steering
	s.start(wholeTick, 1, time.Unix(0, 0))
	for _, want := range []time.Duration{2, 4, 8, 16, 32, 60, 60} {
		s.settle(1, time.Unix(0, 0))
		at, move := after(&s, 1, 2*time.Minute)
		if at != want*time.Second || move != -wholeTick {
			t.Fatalf("moved by %d after %v, want after %v s", move, at, int(want))
		}
		s.settle(1, time.Unix(0, 0))
		if move := s.report(2000, -1, 1<<20, time.Unix(0, 0)); move != wholeTick {
			t.Fatalf("a late input moved by %d", move)
		}
	}
	s.settle(1, time.Unix(0, 0))
	if at, _ := after(&s, 3, time.Minute); at != 670*time.Millisecond {
		t.Errorf("with much to spare moved after %v", at)
	}
	s.settle(1, time.Unix(0, 0))
	if at, _ := after(&s, 1, time.Minute); at != patience {
		t.Errorf("much to spare did not end the patience: %v", at)
	}
}

// TestSteeringNoticesLostTicks although it is patient with the tick that inputs
// have had to spare until now.
func TestSteeringNoticesLostTicks(t *testing.T) {
	var s steering
	now := time.Unix(1000, 0)
	s.start(wholeTick, 1, now)
	s.patience = maxPatience
	tick := sim.Tick(100)
	report := func(slack int) int {
		tick++
		now = now.Add(20 * time.Millisecond)
		return s.report(tick, slack, 1<<20, now)
	}
	for range 100 {
		if report(1) != 0 {
			t.Fatal("moved for one tick to spare, with patience")
		}
	}
	for n := 0; ; n++ {
		if move := report(25); move != 0 {
			if move != -25*wholeTick || n > 10 {
				t.Errorf("moves by %d quarters after %d reports", move, n)
			}
			break
		}
		if n > 100 {
			t.Fatal("does not notice that everything is 25 ticks early")
		}
	}
}
