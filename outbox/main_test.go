package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/metronome-server/metronome/sim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// random returns a generator and prints its seed.
func random(t testing.TB) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// effect is the n-th entry of a room.
func effect(room string, n int) Entry {
	from := Origin{Room: room, Mode: "ffa", Epoch: 7, Tick: sim.Tick(n), Time: time.UnixMilli(1_800_000_000_000)}
	return NewEffect(from, 0, "give", 1, "u12", []sim.Column{{Name: "item", Kind: sim.KindInt32}}, []int64{int64(n)})
}

// receiver keeps what it is given, unless fail says otherwise.
type receiver struct {
	mu   sync.Mutex
	got  []string
	fail func(ctx context.Context, e *Entry) error // nil: takes all
}

func (r *receiver) Deliver(ctx context.Context, e *Entry) error {
	r.mu.Lock()
	fail := r.fail
	r.mu.Unlock()
	if fail != nil {
		if err := fail(ctx, e); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, e.ID)
	return nil
}

func (r *receiver) set(fail func(context.Context, *Entry) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fail = fail
}

func (r *receiver) ids() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

var errDown = errors.New("down")

func down(context.Context, *Entry) error { return errDown }

// failing fails one entry and takes all others.
func failing(id string) func(context.Context, *Entry) error {
	return func(ctx context.Context, e *Entry) error {
		if e.ID == id {
			return down(ctx, e)
		}
		return nil
	}
}

func refuse(context.Context, *Entry) error { return fmt.Errorf("%w: 400", ErrRefused) }

// open opens an outbox; whoever does closes it.
func open(t testing.TB, cfg Config) *Outbox {
	t.Helper()
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	o, err := Open(cfg)
	must(t, err)
	return o
}

// shut closes it at once, whatever waits.
func shut(t testing.TB, o *Outbox) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := o.Close(ctx); err != nil && o.disk != nil {
		t.Fatal(err)
	}
}

func to(r Receiver) []Target { return []Target{{Name: "web", Receiver: r}} }

// settle lets all goroutines of the bubble do what they can without time passing.
func settle() { synctest.Wait() }

// pass lets time pass.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// same compares what arrived with what was to.
func same(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %d: %.300q\nwant %d: %.300q", len(got), got, len(want), want)
	}
}

// ofRoom are those of one room.
func ofRoom(room string, ids []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id[:len(room)+1] != room+"/" })
}

// numbered are the ids of a room's entries.
func numbered(room string, from, to int) (ids []string) {
	for n := from; n < to; n++ {
		ids = append(ids, effect(room, n).ID)
	}
	return ids
}
