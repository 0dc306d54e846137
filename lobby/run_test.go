package lobby

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// owner is what a node's rooms look like to Run.
type owner struct {
	mu    sync.Mutex
	rooms []Room
	lost  []string
	beats int
}

// Draining is asked once a beat and once a bite.
func (o *owner) Draining() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.beats++
	return false
}

func (o *owner) Capacity() Capacity { return Capacity{} }

func (o *owner) EndBanned() {}

func (o *owner) Room(id string) (Room, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return rooms{list: o.rooms}.Room(id)
}

func (o *owner) lose(r Room) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lost = append(o.lost, r.ID)
	o.rooms = slices.DeleteFunc(o.rooms, func(x Room) bool { return x.ID == r.ID })
}

func (o *owner) counts() (beats int, lost []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.beats, slices.Clone(o.lost)
}

// run starts Run and returns what ends it and waits.
func run(l *Lobby, o *owner) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	wait.Go(func() { l.Run(ctx, o, o.lose) })
	return func() { cancel(); wait.Wait() }
}

func TestRunBeatsAtOnceAndThenRegularly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := openMemory(t, Config{})
		defer l.Close(context.Background())
		o := &owner{rooms: []Room{claim(t, l, "r")}}
		defer run(l, o)()
		synctest.Wait()
		for want := 1; want < 20; want++ {
			looks := 1 + (want-1)*int(l.cfg.Heartbeat/lookEvery)
			if beats, _ := o.counts(); beats != want+looks {
				t.Fatalf("asked %d times, want %d", beats, want+looks)
			}
			if got, _, err := l.List(Query{}); err != nil || len(got) != 1 {
				t.Fatalf("listed %v, %v", got, err)
			}
			wait(l.cfg.Heartbeat)
			synctest.Wait()
		}
	})
}

func TestRunTellsOfLostRooms(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a", short)
		b := s.node(t, "b")
		o := &owner{rooms: []Room{claim(t, a, "kept"), claim(t, a, "stolen")}}
		s.pass(t, shortLease)
		claim(t, b, "stolen")
		stop := run(a, o)
		eventually(t, "the owner is told", func() bool { _, lost := o.counts(); return len(lost) > 0 })
		stop()
		if _, lost := o.counts(); !slices.Equal(lost, []string{"stolen"}) {
			t.Fatalf("lost %v", lost)
		}
		if got := listed(t, b); !slices.Contains(got, "stolen") {
			t.Fatalf("listed %v", got)
		}
	})
}

// The store dies with all its data and comes back: Run never stops, says so
// once each way, and everything is listed again under the same epochs.
func TestRunOutlivesTheStore(t *testing.T) {
	t.Run("redis", func(t *testing.T) {
		s := ownStore(t)
		var log lockedBuffer
		a := s.node(t, "a", func(c *Config) {
			c.Heartbeat, c.Timeout, c.Log = 20*time.Millisecond, 2*time.Second, slog.New(slog.NewTextHandler(&log, nil))
		})
		open := claim(t, a, "open")
		secret := claim(t, a, "secret", func(r *Room) { r.Private = true })
		o := &owner{rooms: []Room{open, secret}}
		stop := run(a, o)
		defer stop()
		for range 2 {
			eventually(t, "a beat", func() bool { n, _ := o.counts(); return n > 0 && a.Up() })
			s.stop(t)
			eventually(t, "the loss is noticed", func() bool { return !a.Up() && !a.KnowsAll() })
			before, _ := o.counts()
			eventually(t, "it goes on trying", func() bool { n, _ := o.counts(); return n > before+3 })
			s.start(t)
			eventually(t, "it is back", a.Up)
			eventually(t, "it knows all rooms again", a.KnowsAll)
		}
		stop()
		if got := listed(t, a); !slices.Equal(got, []string{"open"}) {
			t.Fatalf("listed %v", got)
		}
		j, err := a.ReserveByCode(t.Context(), secret.Code, Player{Name: "ann"})
		must(t, err)
		if j.Room.Epoch != secret.Epoch {
			t.Fatalf("epoch %d, was %d", j.Room.Epoch, secret.Epoch)
		}
		lost, back := strings.Count(log.String(), "level=ERROR"), strings.Count(log.String(), "works again")
		if lost != 2 || back != 2 {
			t.Fatalf("the log tells of %d losses and %d returns, want 2 and 2:\n%s", lost, back, log.String())
		}
	})
}

func TestPause(t *testing.T) {
	l := &Lobby{cfg: Config{Heartbeat: time.Second}}
	for failures, most := range []time.Duration{1: 250, 2: 500, 3: 1000, 4: 2000, 5: 2000, 1000: 2000} {
		if most *= time.Millisecond; most == 0 {
			continue
		}
		if d := l.pause(failures); d > most || d < most*3/4 {
			t.Errorf("after %d failures %v, want up to %v", failures, d, most)
		}
	}
}

// lockedBuffer takes a log from any goroutine.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
