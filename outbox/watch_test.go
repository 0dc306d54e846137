package outbox

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// watcher notes what a watch yields, in a goroutine of its own.
type watcher struct {
	receiver
	err  error
	last uint64
	hold chan struct{} // unless nil, it waits before each entry
	done chan struct{}
}

func watch(ctx context.Context, o *Outbox, from uint64, hold chan struct{}) *watcher {
	w := &watcher{hold: hold, done: make(chan struct{})}
	go func() {
		defer close(w.done)
		for got, err := range o.Watch(ctx, from) {
			if err != nil {
				w.err = err
				return
			}
			if w.hold != nil {
				<-w.hold
			}
			w.last = got.Place
			_ = w.Deliver(ctx, &got.Entry)
		}
	}()
	return w
}

func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := open(t, Config{}) // nobody but watchers
		ctx, cancel := context.WithCancel(t.Context())
		o.Put(effect("a", 0), effect("a", 1))
		settle()
		all, live := watch(ctx, o, 0, nil), watch(ctx, o, 1<<63, nil)
		settle()
		same(t, all.ids(), numbered("a", 0, 2))
		o.Put(effect("a", 2))
		settle()
		same(t, all.ids(), numbered("a", 0, 3))
		same(t, live.ids(), numbered("a", 2, 3))
		cancel()
		<-all.done
		<-live.done
		if !errors.Is(all.err, context.Canceled) || all.last != live.last {
			t.Errorf("%v, at %d and %d", all.err, all.last, live.last)
		}

		o.Put(effect("a", 3))
		settle()
		on := watch(t.Context(), o, all.last, nil) // goes on where it was
		settle()
		same(t, on.ids(), numbered("a", 3, 4))
		must(t, o.Close(t.Context()))
		<-on.done
		if !errors.Is(on.err, ErrClosed) {
			t.Error(on.err)
		}
		if s := o.Stats(); s.Waiting != 0 || s.Bytes != 0 {
			t.Errorf("%+v", s)
		}
	})
}

// What nobody has taken yet is held for watchers too, before what has arrived.
func TestWatchWhatIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := open(t, Config{Targets: to(&receiver{fail: failing(effect("stuck", 0).ID)})})
		o.Put(effect("a", 0), effect("stuck", 0))
		for n := 1; n <= maxRecent; n++ {
			o.Put(effect("a", n))
		}
		settle()
		w := watch(t.Context(), o, 0, nil)
		settle()
		same(t, w.ids(), append([]string{effect("stuck", 0).ID}, numbered("a", 1, maxRecent+1)...))
		o.Put(effect("a", maxRecent+1))
		settle()
		same(t, w.ids()[maxRecent+1:], numbered("a", maxRecent+1, maxRecent+2))
		shut(t, o)
		<-w.done
	})
}

// A watcher that is too slow is told so, and neither holds others nor entries.
func TestSlowWatcher(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{}
		o := open(t, Config{Targets: to(r)})
		slow, quick := watch(t.Context(), o, 0, make(chan struct{})), watch(t.Context(), o, 0, nil)
		const entries = 2*maxRecent + 1
		for n := range entries {
			o.Put(effect("a", n))
			if n%100 == 0 {
				settle()
			}
		}
		settle()
		same(t, quick.ids(), numbered("a", 0, entries))
		same(t, r.ids(), numbered("a", 0, entries))
		if len(o.recent) != maxRecent || len(o.all) > 2*maxRecent+100 {
			t.Errorf("%d recent entries of %d", len(o.recent), len(o.all))
		}
		close(slow.hold)
		<-slow.done
		if !errors.Is(slow.err, ErrMissed) {
			t.Error(slow.err)
		}
		got := slow.ids()
		same(t, got, numbered("a", 0, len(got))) // no gap before it was told
		again := watch(t.Context(), o, slow.last, nil)
		<-again.done
		if !errors.Is(again.err, ErrMissed) || len(again.ids()) != 0 {
			t.Errorf("on from %d: %v", slow.last, again.err)
		}
		shut(t, o)
		<-quick.done
	})
}

// A watcher goes on after a restart, unless what it has not is gone.
func TestWatchOverARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		files := newMemFolder()
		o := openIn(t, files, Config{Targets: to(&receiver{})})
		for n := range 10 {
			o.Put(effect("a", n))
		}
		settle()
		places := []uint64{}
		for _, it := range o.all {
			places = append(places, it.place)
		}
		shut(t, o)
		o = openIn(t, files, Config{Targets: to(&receiver{})})
		for i, place := range places {
			w := watch(t.Context(), o, place, nil)
			settle()
			same(t, w.ids(), numbered("a", i+1, 10))
		}
		w := watch(t.Context(), o, places[0]-2, nil)
		if <-w.done; !errors.Is(w.err, ErrMissed) {
			t.Errorf("from before all that is known: %v", w.err)
		}
		shut(t, o)

		pass(time.Second)
		o = open(t, Config{}) // in memory, it knows nothing of those before
		w = watch(t.Context(), o, places[0], nil)
		if <-w.done; !errors.Is(w.err, ErrMissed) {
			t.Errorf("from an earlier process: %v", w.err)
		}
		shut(t, o)
	})
}

// A loop that is left ends the watch; the next one begins at the start again.
func TestWatchIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := open(t, Config{})
		o.Put(effect("a", 0), effect("a", 1))
		settle()
		seq := o.Watch(t.Context(), 0)
		var got []string
		for range 2 {
			for w, err := range seq {
				must(t, err)
				got = append(got, w.Entry.ID)
				break
			}
		}
		same(t, got, slices.Repeat(numbered("a", 0, 1), 2))
		shut(t, o)
	})
}
