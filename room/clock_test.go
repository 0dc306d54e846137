package room

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// bubbleClock is a room's clock that keeps a synctest bubble's time.
func bubbleClock() Clock { return (&Beat{portable: true}).Clock() }

func TestBeatClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, wake := bubbleClock(), make(chan struct{}, 1)
		defer c.Close()
		wait := func(d time.Duration) (time.Duration, error) {
			began := c.Now()
			err := c.Wait(t.Context(), began.Add(d), wake)
			return c.Now().Sub(began), err
		}
		for _, d := range []time.Duration{0, -time.Second, time.Second, time.Hour} {
			if took, err := wait(d); err != nil || took != max(d, 0) {
				t.Errorf("waited %v instead of %v, %v", took, d, err)
			}
		}
		wake <- struct{}{}
		if took, err := wait(time.Second); err != nil || took != 0 {
			t.Errorf("woken after %v, %v", took, err)
		}
		if took, err := wait(time.Second); err != nil || took != time.Second {
			t.Errorf("after a wake: %v, %v", took, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for _, d := range []time.Duration{-1, time.Hour} {
			if err := c.Wait(ctx, c.Now().Add(d), wake); !errors.Is(err, context.Canceled) {
				t.Errorf("a wait of %v after cancel: %v", d, err)
			}
		}
	})
}

func TestBeatClockIsNeverEarly(t *testing.T) {
	c := (&Beat{}).Clock()
	for range 5 {
		at := c.Now().Add(2 * time.Millisecond)
		if err := c.Wait(t.Context(), at, nil); err != nil || c.Now().Before(at) {
			t.Fatalf("waited until %v for %v, %v", c.Now(), at, err)
		}
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// TestBeatOfManyRooms has rooms of several rates wait for many ticks, some of them
// woken early or given up now and then: each is woken at its own moments, and
// nothing stays behind.
func TestBeatOfManyRooms(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	synctest.Test(t, func(t *testing.T) {
		b := &Beat{portable: true}
		began := time.Now()
		var rooms sync.WaitGroup
		for i := range 40 {
			c := b.Clock()
			r := rand.New(rand.NewPCG(seed, uint64(i)))
			hz := []int{1, 30, 60, 240}[i%4]
			p := newPacer(c, hz, began, phase(i, hz), 5)
			rooms.Go(func() {
				defer c.Close()
				wake := make(chan struct{}, 1)
				for range 100 * hz {
					ctx, cancel := t.Context(), func() {}
					switch r.IntN(20) {
					case 0:
						wake <- struct{}{}
					case 1:
						ctx, cancel = context.WithTimeout(ctx, time.Duration(r.IntN(int(time.Second)/hz)))
					}
					err := p.wait(ctx, wake)
					cancel()
					early := time.Now().Before(p.due(p.n))
					if err == nil && !early && !time.Now().Equal(p.due(p.n)) {
						t.Errorf("room %d: woken at %v, due at %v", i, time.Since(began), p.due(p.n).Sub(began))
						return
					}
					if !early {
						p.n++
					}
				}
			})
		}
		rooms.Wait()
		if b.open != 0 || len(b.slots) != 0 || b.alarm != nil {
			t.Errorf("left over: %d clocks, %d slots", b.open, len(b.slots))
		}
	})
}

// pace runs n ticks of a pacer, each taking work.
func pace(t *testing.T, p *pacer, c *fakeClock, s *Stats, n int, work func(i int) time.Duration) {
	t.Helper()
	for i := range n {
		if err := p.wait(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
		p.begin(s)
		c.now = c.now.Add(work(i))
	}
}

func TestPacerDoesNotDrift(t *testing.T) {
	r := random(t)
	for _, hz := range []int{1, 7, 20, 30, 60, 128, 144, 240} {
		c, s := newFakeClock(), &Stats{}
		c.delay = func() time.Duration { return time.Duration(r.IntN(900_000)) }
		p := newPacer(c, hz, time.Time{}, 0, 5)
		began := c.now
		n := 5 * 3600 * hz
		pace(t, p, c, s, n, func(int) time.Duration { return time.Duration(r.IntN(int(time.Second) / hz / 2)) })
		for _, k := range []int{1, hz - 1, n - 1, n} {
			want := began.Add(time.Duration(k) * time.Second / time.Duration(hz))
			if got := p.due(int64(k)); !got.Equal(want) {
				t.Errorf("%d Hz: tick %d is due %v off", hz, k, got.Sub(want))
			}
		}
		if late := s.Late.Counts(); s.TicksLost.Load() > 0 || late.Max() > 950*time.Microsecond || late.Total() != uint64(n) {
			t.Errorf("%d Hz: %d lost, at most %v late, %d ticks", hz, s.TicksLost.Load(), late.Max(), late.Total())
		}
	}
}

// TestPacerCatchUp stalls for a number of ticks and counts how many follow at
// once and how many are lost.
func TestPacerCatchUp(t *testing.T) {
	const dt = 50 * time.Millisecond // 20 Hz
	for _, row := range []struct {
		stall       time.Duration
		catchUp     int
		burst, lost int
	}{
		{dt - 1, 5, 0, 0},
		{dt, 5, 0, 0}, // the next one is due just now
		{2 * dt, 5, 1, 0},
		{2*dt + 1, 5, 2, 0},
		{5 * dt, 5, 4, 0},
		{5*dt + 1, 5, 5, 0},
		{6*dt + 1, 5, 5, 1},
		{100*dt + 1, 5, 5, 95},
		{10 * dt, 1, 1, 8},
		{time.Hour, 5, 5, 72_000 - 6},
		{1000 * time.Hour, 60, 60, 72_000_000 - 61},
	} {
		c, s := newFakeClock(), &Stats{}
		p := newPacer(c, 20, time.Time{}, 0, row.catchUp)
		pace(t, p, c, s, 1, func(int) time.Duration { return row.stall })
		burst := 0
		for p.due(p.n).Before(c.now) {
			p.begin(s)
			burst++
		}
		if burst != row.burst || s.TicksLost.Load() != uint64(row.lost) {
			t.Errorf("%v, at most %d: %d at once, %d lost; want %d and %d", row.stall, row.catchUp, burst, s.TicksLost.Load(), row.burst, row.lost)
		}
		if again := p.due(p.n).Sub(newFakeClock().now); again%dt != 0 {
			t.Errorf("%v: the schedule has moved by %v", row.stall, again%dt)
		}
		pace(t, p, c, s, 20, func(int) time.Duration { return 0 })
		if s.TicksLost.Load() != uint64(row.lost) {
			t.Errorf("%v: %d more lost afterwards", row.stall, s.TicksLost.Load()-uint64(row.lost))
		}
	}
}

// TestPacerOverload has ticks take twice their time: every other one is lost,
// and those that run are never more than catchUp late.
func TestPacerOverload(t *testing.T) {
	c, s := newFakeClock(), &Stats{}
	p := newPacer(c, 10, time.Time{}, 0, 3)
	pace(t, p, c, s, 1000, func(int) time.Duration { return 200 * time.Millisecond })
	if lost := s.TicksLost.Load(); lost < 990 || lost > 1000 {
		t.Errorf("%d lost of 2000", lost)
	}
	if late := s.Late.Counts().Max(); late > 440*time.Millisecond {
		t.Errorf("ticks began up to %v late", late)
	}
}

func TestPacerPhase(t *testing.T) {
	const tick = time.Second / 60
	for _, after := range []time.Duration{0, 1, time.Second - 1, time.Second, 12345678901234567} {
		for _, phase := range []time.Duration{0, 1, tick / 3, tick - 1} {
			c := newFakeClock()
			epoch := c.now
			c.now = epoch.Add(after)
			p := newPacer(c, 60, epoch, phase, 5)
			off := p.due(60).Sub(epoch.Add(phase)) % time.Second
			if step := off % (tick); min(step, tick+1-step) > 60 { // a third of a ns per tick of the second
				t.Errorf("%v after the epoch, phase %v: ticks are %v off", after, phase, step)
			}
			if first := p.due(p.n).Sub(c.now); first <= 0 || first > 2*tick+2 {
				t.Errorf("%v after the epoch, phase %v: the first tick is due in %v", after, phase, first)
			}
		}
	}
}
