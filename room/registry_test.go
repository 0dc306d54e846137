package room

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/metronome-server/metronome/internal/id"
	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/journal/file"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// registry makes a registry of small rooms, for a synctest bubble.
func registry(t testing.TB, change func(*RegistryConfig), modes ...sim.Mode) *Registry {
	t.Helper()
	c := RegistryConfig{
		MaxRooms: 4, MaxSeats: 30, Room: Default(), Stats: &Stats{}, Log: slog.New(slog.DiscardHandler),
		Clock: (&Beat{portable: true}).Clock, Server: "test",
	}
	if change != nil {
		change(&c)
	}
	if len(modes) == 0 {
		modes = []sim.Mode{walkMode(nil)}
	}
	g, err := NewRegistry(c, modes)
	must(t, err)
	return g
}

func (g *Registry) create(t testing.TB, w Wish) *Room {
	t.Helper()
	r, err := g.Create(w)
	must(t, err)
	return r
}

// shut closes a registry and checks that nothing is left of it.
func (g *Registry) shut(t testing.TB) {
	t.Helper()
	must(t, g.Close(context.Background(), netproto.CloseRestart, "bye"))
	if len(g.List()) > 0 || g.seats != 0 {
		t.Errorf("%d rooms and %d seats are left", len(g.List()), g.seats)
	}
}

func TestRegistryCapacity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := registry(t, nil)
		defer g.shut(t)
		for i := range 3 {
			g.create(t, Wish{ID: fmt.Sprint("r", i)})
		}
		if _, err := g.Create(Wish{Seats: 7}); !errors.Is(err, ErrNodeFull) || !strings.Contains(err.Error(), "31 seats") {
			t.Errorf("31 seats of 30: %v", err)
		}
		g.create(t, Wish{ID: "r3", Seats: 6})
		if _, err := g.Create(Wish{Seats: 1}); !errors.Is(err, ErrNodeFull) || !strings.Contains(err.Error(), "4 rooms") {
			t.Errorf("5 rooms of 4: %v", err)
		}
		r, ok := g.Get("r1")
		if !ok || r.ID() != "r1" {
			t.Fatal("r1 is not there")
		}
		r.Close(netproto.CloseRoomEnded, "")
		<-r.Ended()
		synctest.Wait()
		if _, ok := g.Get("r1"); ok {
			t.Error("r1 is still there")
		}
		g.create(t, Wish{ID: "r1"})
		var ids []string
		for _, i := range g.List() {
			ids = append(ids, fmt.Sprint(i.ID, ":", i.Seats))
		}
		slices.Sort(ids)
		if got := strings.Join(ids, " "); got != "r0:8 r1:8 r2:8 r3:6" {
			t.Errorf("rooms %s", got)
		}
	})
}

func TestRegistryRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		other := walkMode(nil)
		other.Name = "other"
		g := registry(t, nil, walkMode(nil), other)
		defer g.shut(t)
		if r := g.create(t, Wish{ID: "a", Seats: 99}); r.Info().Mode != "walk" || r.Info().Seats != 8 {
			t.Errorf("%+v", r.Info())
		}
		if _, err := g.Create(Wish{ID: "a"}); err == nil || !strings.Contains(err.Error(), `"a" exists`) {
			t.Errorf("the id again: %v", err)
		}
		if _, err := g.Create(Wish{Mode: "chess"}); !errors.Is(err, ErrUnknownMode) || !strings.Contains(err.Error(), "walk, other") {
			t.Errorf("unknown mode: %v", err)
		}
		for _, id := range []string{"../a", "a b", "ä", strings.Repeat("x", 65), "a/b"} {
			if _, err := g.Create(Wish{ID: id}); err == nil {
				t.Errorf("id %q is taken", id)
			}
		}
		if _, ok := g.Get("b"); ok {
			t.Error("b was never made")
		}
		if m, ok := g.Mode("other"); !ok || m.Name != "other" || len(g.Modes()) != 2 {
			t.Errorf("mode %q", m.Name)
		}
	})
}

func TestRegistryConfig(t *testing.T) {
	twice := walkMode(nil)
	broken := walkMode(nil)
	broken.Name, broken.Hz = "broken", -1
	_, err := NewRegistry(RegistryConfig{}, []sim.Mode{walkMode(nil), twice, broken})
	for _, fault := range []string{"ResumeWindow", "0 rooms and 0 seats", "Stats, Log and Clock", `two modes are named "walk"`, "Hz is -1"} {
		if err == nil || !strings.Contains(err.Error(), fault) {
			t.Errorf("%q is missing in: %v", fault, err)
		}
	}
	if _, err := NewRegistry(RegistryConfig{}, nil); err == nil || !strings.Contains(err.Error(), "no game has a mode") {
		t.Errorf("%v", err)
	}
}

// TestFailedCreateLeavesNothing has the journal, then the world, not come up.
func TestFailedCreateLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refuse, noJournal := false, true
		mode := walkMode(nil)
		inner := mode.New
		mode.New = func(w *sim.World) sim.Rules {
			if refuse {
				w.Refuse(errors.New("not now"))
			}
			return inner(w)
		}
		var made []*file.Sink
		g := registry(t, func(c *RegistryConfig) {
			c.Journal = func(string) (journal.Sink, error) {
				if noJournal {
					return nil, errors.New("no disk")
				}
				made = append(made, file.NewSink(&fakeFile{}))
				return made[len(made)-1], nil
			}
		}, mode)
		// Without a disk it is played all the same, and not recorded.
		r := g.create(t, Wish{ID: "unrecorded"})
		if _, _, _, err := r.Recording(); !errors.Is(err, ErrNotRecorded) || g.config.Stats.RecordingsLost.Load() != 1 {
			t.Errorf("%v, %d recordings lost", err, g.config.Stats.RecordingsLost.Load())
		}
		r.Close(netproto.CloseRoomEnded, "")
		<-r.Ended()
		synctest.Wait()
		noJournal, refuse = false, true
		if _, err := g.Create(Wish{ID: "a"}); err == nil || !strings.Contains(err.Error(), "not now") {
			t.Fatalf("%v", err)
		}
		refuse = false
		g.create(t, Wish{ID: "a"})
		g.shut(t)
		if len(made) != 2 { // that their goroutines have ended, synctest sees
			t.Errorf("%d journals", len(made))
		}
	})
}

// TestRegistryCloseWaits closes rooms whose journals take their time, once with
// patience and once without.
func TestRegistryCloseWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := &stuckJournal{closing: make(chan struct{})}
		g := registry(t, func(c *RegistryConfig) { c.Journal = func(string) (journal.Sink, error) { return disk, nil } })
		r := g.create(t, Wish{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := g.Close(ctx, netproto.CloseRestart, "bye"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("close: %v", err)
		}
		if _, err := g.Create(Wish{}); !errors.Is(err, ErrStopping) {
			t.Errorf("create: %v", err)
		}
		context.AfterFunc(ctx, func() {}) // the time is over
		time.AfterFunc(time.Minute, func() { close(disk.closing) })
		began := time.Now()
		g.shut(t)
		if time.Since(began) != time.Minute {
			t.Errorf("it waited %v", time.Since(began))
		}
		<-r.Ended()
	})
}

// TestCloseWhileCreating stops the node while a room is being made.
func TestCloseWhileCreating(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow, j := make(chan struct{}), file.NewSink(&fakeFile{})
		g := registry(t, func(c *RegistryConfig) {
			c.Journal = func(string) (journal.Sink, error) { <-slow; return j, nil }
		})
		made := make(chan error)
		go func() {
			_, err := g.Create(Wish{ID: "a"})
			made <- err
		}()
		synctest.Wait()
		if _, ok := g.Get("a"); ok || len(g.List()) > 0 {
			t.Error("it is there before it is made")
		}
		if _, err := g.Create(Wish{ID: "a"}); err == nil {
			t.Error("made twice at the same time")
		}
		closed := make(chan struct{})
		go func() { g.shut(t); close(closed) }()
		synctest.Wait()
		close(slow)
		if err := <-made; !errors.Is(err, ErrStopping) {
			t.Errorf("%v", err)
		}
		<-closed
	})
}

func TestRegistryDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := registry(t, nil)
		busy, idle := g.create(t, Wish{ID: "busy", Keep: true}), g.create(t, Wish{ID: "idle", Keep: true})
		pass, err := busy.Knock(Guest{})
		must(t, err)
		done := make(chan error)
		go func() { done <- g.Drain(t.Context()) }()
		<-idle.Ended()
		if _, err := g.Create(Wish{}); !errors.Is(err, ErrStopping) {
			t.Errorf("create: %v", err)
		}
		<-time.After(time.Minute)
		if got := g.List(); len(got) != 1 || got[0].ID != "busy" || got[0].State != Draining {
			t.Errorf("%+v", got)
		}
		pass.Cancel()
		must(t, <-done)
		g.shut(t)
	})
}

// TestRoomsAreSpread starts rooms at odd moments and watches when in a tick
// they step: nobody is close to another.
func TestRoomsAreSpread(t *testing.T) {
	r := random(t)
	const rooms = 40
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var mu sync.Mutex
		at := map[*sim.World]time.Duration{}
		mode := walkMode(nil)
		mode.New = func(w *sim.World) sim.Rules {
			g := walkMode(func(where string, tick sim.Tick) {
				if where == "step" {
					mu.Lock()
					at[w] = time.Since(began) % (time.Second / walkHz)
					mu.Unlock()
				}
			}).New(w)
			return g
		}
		g := registry(t, func(c *RegistryConfig) { c.MaxRooms, c.MaxSeats = rooms, 1000 }, mode)
		for range rooms {
			<-time.After(time.Duration(r.IntN(int(time.Second))))
			g.create(t, Wish{Keep: true})
		}
		<-time.After(time.Second)
		g.shut(t)
		var phases []time.Duration
		for _, d := range at {
			phases = append(phases, d)
		}
		slices.Sort(phases)
		together := 1
		for i := 1; i < len(phases); i++ {
			switch apart := phases[i] - phases[i-1]; {
			case apart == 0:
				together++
			case apart < slotWidth:
				t.Errorf("rooms %v and %v into the tick", phases[i-1], phases[i])
			default:
				together = 1
			}
			if together > 2 {
				t.Errorf("%d rooms %v into the tick", together, phases[i])
			}
		}
		if len(phases) != rooms {
			t.Errorf("%d rooms stepped", len(phases))
		}
	})
}

func TestRegistryTellsOfChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var changes atomic.Int64
		g := registry(t, func(c *RegistryConfig) { c.Changed = func() { changes.Add(1) } })
		g.create(t, Wish{})
		synctest.Wait()
		if changes.Load() != 1 {
			t.Errorf("%d changes after create", changes.Load())
		}
		g.shut(t)
		if changes.Load() != 2 {
			t.Errorf("%d changes in the end", changes.Load())
		}
	})
}

// TestRegistryAtOnce has many goroutines make, find, list and end rooms.
func TestRegistryAtOnce(t *testing.T) {
	g := registry(t, func(c *RegistryConfig) { c.MaxRooms, c.MaxSeats = 10, 80 })
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			for n := range 50 {
				r, err := g.Create(Wish{ID: fmt.Sprint((i + n) % 12)})
				g.List()
				if err != nil {
					continue
				}
				if pass, err := r.Knock(Guest{}); err == nil {
					pass.Enter(&fakeConn{})
				}
				if other, ok := g.Get(fmt.Sprint(n % 12)); ok {
					other.Close(netproto.CloseRoomEnded, "")
				}
			}
		})
	}
	wait.Wait()
	g.shut(t)
}

func TestNewID(t *testing.T) {
	seen := map[string]bool{}
	for range 10_000 {
		id := id.Room()
		if len(id) != 10 || !validID(id) || seen[id] {
			t.Fatalf("id %q", id)
		}
		seen[id] = true
	}
}
