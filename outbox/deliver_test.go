package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestEveryTargetGetsEveryEntry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := &receiver{}, &receiver{}
		o := open(t, Config{Targets: []Target{{Name: "a", Receiver: a}, {Name: "b", Receiver: b}}})
		for n := range 100 {
			o.Put(effect("r", n))
		}
		must(t, o.Close(t.Context())) // it delivers before it closes
		same(t, a.ids(), numbered("r", 0, 100))
		same(t, b.ids(), numbered("r", 0, 100))
		o.Put(effect("r", 100))
		if s := o.Stats(); s.Full != 1 || s.Waiting != 0 || s.Bytes != 0 || s.Targets[0].Delivered != 100 {
			t.Errorf("%+v", s)
		}
	})
}

// TestReceiverDownForAnHour has many rooms put entries while nobody takes them.
// Each arrives once, in its room's order, within two minutes of the receiver's
// coming back.
func TestReceiverDownForAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{fail: down}
		o := open(t, Config{Targets: to(r)})
		for n := range 360 {
			for room := range 20 {
				o.Put(effect(fmt.Sprint("room", room), n))
			}
			pass(10 * time.Second)
		}
		s := o.Stats()
		if s.Waiting != 7200 || s.Oldest < time.Hour || s.Targets[0].Delivered != 0 || s.Targets[0].Waiting != 7200 {
			t.Errorf("%+v", s)
		}
		// A room tries at least once a minute, and not much more often.
		if tries := s.Targets[0].Retried / 20; tries < 60 || tries > 140 {
			t.Errorf("%d attempts of a room in an hour", tries)
		}
		r.set(nil)
		pass(2 * time.Minute)
		got := r.ids()
		for room := range 20 {
			name := fmt.Sprint("room", room)
			same(t, ofRoom(name, got), numbered(name, 0, 360))
		}
		if s := o.Stats(); len(got) != 7200 || s.Waiting != 0 || s.Bytes != 0 || s.Oldest != 0 {
			t.Errorf("%d, %+v", len(got), s)
		}
		shut(t, o)
	})
}

// One room's failing entry holds its own later ones and nobody else's.
func TestFailingEntryHoldsItsRoomOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := effect("a", 1).ID
		r := &receiver{fail: failing(bad)}
		o := open(t, Config{Targets: to(r)})
		for n := range 4 {
			o.Put(effect("a", n), effect("b", n))
		}
		pass(time.Hour)
		same(t, ofRoom("a", r.ids()), numbered("a", 0, 1))
		same(t, ofRoom("b", r.ids()), numbered("b", 0, 4))
		pass(24 * time.Hour)
		same(t, ofRoom("a", r.ids()), append(numbered("a", 0, 1), numbered("a", 2, 4)...))
		letters := o.DeadLetters()
		if len(letters) != 1 || letters[0].Entry.ID != bad || letters[0].Target != "web" || letters[0].Why != "down" || letters[0].Attempts < 24*60 {
			t.Errorf("%+v", letters)
		}
		// Sent again, it has as long as before.
		must(t, o.Retry(bad))
		pass(23 * time.Hour)
		if s := o.Stats(); s.Dead != 0 || s.Waiting != 1 {
			t.Errorf("%+v", s)
		}
		pass(2 * time.Hour)
		if s := o.Stats(); s.Dead != 1 || s.Waiting != 0 || o.DeadLetters()[0].Attempts > 36*60 {
			t.Errorf("%+v, %d attempts", s, o.DeadLetters()[0].Attempts)
		}
		shut(t, o)
	})
}

func TestPausesDouble(t *testing.T) {
	target := newTarget(nil, Config{Targets: to(&receiver{})}.withDefaults().Targets[0])
	for fails, want := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 6: 32 * time.Second, 7: time.Minute, 1 << 20: time.Minute} {
		least, most := target.pause(fails, errDown, 0), target.pause(fails, errDown, 1)
		if least != want/2 || most != want {
			t.Errorf("after %d failures %v to %v, want %v to %v", fails, least, most, want/2, want)
		}
	}
	later := func(d time.Duration) error { return fmt.Errorf("so: %w", &Later{d, errDown}) }
	for asked, want := range map[time.Duration]time.Duration{-1: time.Second, 20 * time.Second: 20 * time.Second, time.Hour: time.Minute} {
		if got := target.pause(1, later(asked), 1); got != want {
			t.Errorf("asked for %v: %v, want %v", asked, got, want)
		}
	}
}

// A receiver that hangs holds its rooms for the timeout of an attempt, and no more
// rooms at once than may be on their way.
func TestSlowReceiverHoldsItsOwnRooms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		flying, most := 0, 0
		slow := &receiver{}
		slow.fail = func(ctx context.Context, e *Entry) error {
			slow.mu.Lock()
			flying++
			most = max(most, flying)
			slow.mu.Unlock()
			<-ctx.Done()
			slow.mu.Lock()
			flying--
			slow.mu.Unlock()
			return ctx.Err()
		}
		quick := &receiver{}
		o := open(t, Config{Targets: []Target{
			{Name: "slow", Receiver: slow, Parallel: 3, Timeout: 10 * time.Second}, {Name: "quick", Receiver: quick},
		}})
		for n := range 5 {
			for room := range 5 {
				o.Put(effect(fmt.Sprint("room", room), n))
			}
		}
		settle()
		if got := len(quick.ids()); got != 25 {
			t.Errorf("the quick one has %d", got)
		}
		pass(25 * time.Second)
		if s := o.Stats(); s.Targets[0].Retried != 6 || most != 3 {
			t.Errorf("%d attempts, %d at once", s.Targets[0].Retried, most)
		}
		shut(t, o) // ends those on their way
		if flying != 0 {
			t.Errorf("%d on their way after the close", flying)
		}
	})
}

func TestRefusedIsDeadAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{fail: refuse}
		o := open(t, Config{Targets: to(r)})
		for n := range 5 {
			o.Put(effect("a", n))
		}
		settle()
		if s := o.Stats(); s.Dead != 5 || s.Waiting != 0 || s.Bytes != 0 || s.Targets[0].Died != 5 || s.Targets[0].Retried != 0 || s.Targets[0].Dead != 5 {
			t.Errorf("%+v", s)
		}
		r.set(nil)
		must(t, o.Retry(effect("a", 3).ID))
		must(t, o.Drop(effect("a", 2).ID))
		o.Put(effect("a", 5))
		settle()
		same(t, r.ids(), []string{effect("a", 3).ID, effect("a", 5).ID})
		for _, id := range []string{effect("a", 3).ID, effect("a", 2).ID, "nobody"} {
			if err := o.Retry(id); !errors.Is(err, ErrUnknown) {
				t.Errorf("retry %s: %v", id, err)
			}
			if err := o.Drop(id); !errors.Is(err, ErrUnknown) {
				t.Errorf("drop %s: %v", id, err)
			}
		}
		if s := o.Stats(); s.Dead != 3 || s.Targets[0].Dropped != 1 || s.Targets[0].Delivered != 2 || s.Waiting != 0 {
			t.Errorf("%+v", s)
		}
		shut(t, o)
	})
}

// An operator may give up what holds a room, also while it is on its way.
func TestDropWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{fail: down}
		o := open(t, Config{Targets: to(r)})
		o.Put(effect("a", 0), effect("a", 1), effect("a", 2))
		settle()
		must(t, o.Drop(effect("a", 0).ID))
		must(t, o.Drop(effect("a", 1).ID))
		r.set(nil)
		pass(time.Minute)
		same(t, r.ids(), numbered("a", 2, 3))

		r.set(func(ctx context.Context, _ *Entry) error { <-ctx.Done(); return ctx.Err() })
		o.Put(effect("a", 3), effect("a", 4))
		settle()
		must(t, o.Drop(effect("a", 3).ID))
		r.set(nil)
		pass(time.Minute)
		same(t, r.ids(), []string{effect("a", 2).ID, effect("a", 4).ID})
		// What is refused after it was dropped is nobody's dead letter.
		r.set(func(ctx context.Context, e *Entry) error { <-ctx.Done(); return refuse(ctx, e) })
		o.Put(effect("a", 5))
		settle()
		must(t, o.Drop(effect("a", 5).ID))
		pass(time.Minute)
		if s := o.Stats(); s.Waiting != 0 || s.Bytes != 0 || s.Targets[0].Waiting != 0 || s.Dead != 0 || s.Targets[0].Dropped != 4 {
			t.Errorf("%+v", s)
		}
		shut(t, o)
	})
}

// A dead letter that is sent again comes before what is newer.
func TestRetriedComesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{fail: refuse}
		o := open(t, Config{Targets: to(r)})
		o.Put(effect("a", 0), effect("a", 1))
		settle()
		r.set(down)
		o.Put(effect("a", 2), effect("a", 3))
		settle()
		must(t, o.Retry(effect("a", 1).ID))
		must(t, o.Retry(effect("a", 0).ID))
		r.set(nil)
		pass(time.Minute)
		same(t, r.ids(), numbered("a", 0, 4))
		shut(t, o)
	})
}

func TestFullDropsTheNewest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &recorder{}
		r := &receiver{fail: down}
		o := open(t, Config{Targets: to(r), MaxEntries: 10, Log: log.logger()})
		for n := range 15 {
			o.Put(effect("a", n))
		}
		settle()
		if s := o.Stats(); s.Full != 5 || s.Waiting != 10 {
			t.Errorf("%+v", s)
		}
		if got := log.count("outbox full or closed, its newest entries are dropped"); got != 1 {
			t.Errorf("told %d times", got)
		}
		r.set(nil)
		pass(2 * time.Minute)
		o.Put(effect("a", 15))
		settle()
		same(t, r.ids(), append(numbered("a", 0, 10), effect("a", 15).ID))
		if got := log.sum("lost"); got != 5 {
			t.Errorf("told of %d that are lost", got)
		}
		shut(t, o)
	})
}

func TestBytesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := effect("a", 0)
		o := open(t, Config{Targets: to(&receiver{fail: down}), MaxBytes: 3*e.size() - 1})
		o.Put(e, effect("a", 1), effect("a", 2))
		settle()
		if s := o.Stats(); s.Full != 1 || s.Waiting != 2 || s.Bytes != 2*e.size() {
			t.Errorf("%+v, an entry has %d", s, e.size())
		}
		large := e
		large.Body = make([]byte, MaxBody+1)
		o.Put(large)
		if s := o.Stats(); s.Invalid != 1 || s.Waiting != 2 {
			t.Errorf("%+v", s)
		}
		must(t, o.Drop(e.ID))
		must(t, o.Drop(effect("a", 1).ID))
		if s := o.Stats(); s.Bytes != 0 || s.Waiting != 0 {
			t.Errorf("%+v", s)
		}
		shut(t, o)
	})
}

func TestDeadLettersAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := open(t, Config{Targets: to(&receiver{fail: refuse})})
		for n := range maxDead + 7 {
			o.Put(effect("a", n))
		}
		settle()
		letters := o.DeadLetters()
		if s := o.Stats(); len(letters) != maxDead || letters[0].Entry.ID != effect("a", 7).ID || s.DeadDropped != 7 || s.Targets[0].Dropped != 7 {
			t.Errorf("%d letters, %+v", len(letters), s)
		}
		large := effect("b", 0)
		large.Body = make([]byte, MaxBody)
		o.Put(large, large, large)
		settle()
		if s := o.Stats(); s.Dead != 1 || o.deadBytes > maxDeadBytes {
			t.Errorf("%d letters of %d bytes", s.Dead, o.deadBytes)
		}
		shut(t, o)
	})
}

// Many rooms, a receiver that fails at random, restarts of nothing: each entry
// arrives exactly once, in order.
func TestRandomFailures(t *testing.T) {
	rnd := random(t)
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{}
		r.fail = func(context.Context, *Entry) error {
			r.mu.Lock()
			defer r.mu.Unlock()
			if rnd.IntN(3) == 0 {
				return errDown
			}
			return nil
		}
		o := open(t, Config{Targets: to(r)})
		for n := range 200 {
			for room := range 10 {
				o.Put(effect(fmt.Sprint("room", room), n))
			}
		}
		pass(24 * time.Hour)
		got := r.ids()
		for room := range 10 {
			name := fmt.Sprint("room", room)
			same(t, ofRoom(name, got), numbered(name, 0, 200))
		}
		if len(o.targets[0].lanes) != 0 || len(got) != 2000 {
			t.Errorf("%d lanes, %d arrived", len(o.targets[0].lanes), len(got))
		}
		shut(t, o)
	})
}

func TestCloseInMemoryTellsWhatIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := open(t, Config{Targets: to(&receiver{fail: down})})
		o.Put(effect("a", 0))
		if err := o.Close(t.Context()); err == nil {
			t.Error("nothing said")
		}
	})
}

func TestConfig(t *testing.T) {
	good := Config{Targets: to(&receiver{})}
	must(t, good.Validate())
	must(t, Config{}.Validate())
	for what, change := range map[string]func(*Config){
		"no entries":    func(c *Config) { c.MaxEntries = -1 },
		"no bytes":      func(c *Config) { c.MaxBytes = -1 },
		"a name":        func(c *Config) { c.Targets[0].Name = "Web" },
		"no name":       func(c *Config) { c.Targets[0].Name = "" },
		"no receiver":   func(c *Config) { c.Targets[0].Receiver = nil },
		"twice":         func(c *Config) { c.Targets = append(c.Targets, c.Targets[0]) },
		"parallel":      func(c *Config) { c.Targets[0].Parallel = -1 },
		"timeout":       func(c *Config) { c.Targets[0].Timeout = -1 },
		"first pause":   func(c *Config) { c.Targets[0].RetryFirst = -1 },
		"longest pause": func(c *Config) { c.Targets[0].RetryMost = time.Millisecond },
	} {
		c := good
		c.Targets = slices.Clone(good.Targets)
		if change(&c); !errors.Is(c.Validate(), ErrInvalid) {
			t.Errorf("%s: %v", what, c.Validate())
		}
		if _, err := Open(c); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: open: %v", what, err)
		}
	}
}
