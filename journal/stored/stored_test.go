package stored

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/sim"
)

// encoded is a journal.State.
type encoded []byte

func (e encoded) Append(b []byte) []byte { return append(b, e...) }
func (e encoded) Free()                  {}

// memory is a store as lobby's is, with faults.
type memory struct {
	mu     sync.Mutex
	owner  map[string]uint64 // epoch
	now    map[string][]byte
	coming map[string][]byte
	name   map[string]string
	taken  int // steps
	// fault is asked before each step; before: it fails and does nothing; after: it fails
	// when all is done, as when an answer is lost.
	fault func() (before, after error)
	hangs bool // steps last as long as they may
}

func newMemory() *memory {
	return &memory{owner: map[string]uint64{}, now: map[string][]byte{}, coming: map[string][]byte{}, name: map[string]string{}, fault: func() (error, error) { return nil, nil }}
}

func (m *memory) Write(ctx context.Context, all []Write) ([]Fate, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.hangs {
		m.mu.Unlock()
		<-ctx.Done()
		m.mu.Lock()
		return nil, ctx.Err()
	}
	before, after := m.fault()
	if before != nil {
		return nil, before
	}
	m.taken++
	fates := make([]Fate, len(all))
	for i := range all {
		fates[i] = m.write(&all[i])
	}
	return fates, after
}

func (m *memory) write(w *Write) Fate {
	if m.owner[w.Room] > w.Epoch {
		return Lost
	}
	if w.Forget {
		delete(m.now, w.Room)
		delete(m.coming, w.Room)
		return Stored
	}
	if len(w.Tail) > 0 && m.name[w.Room] != w.Journal {
		return Gap
	}
	kept := put(m.now, w.Room, w.At, w.Tail)
	if w.FreshAt == 0 && len(w.Fresh) > 0 {
		delete(m.coming, w.Room)
	}
	kept = put(m.coming, w.Room, w.FreshAt, w.Fresh) && kept
	if kept && w.Use != "" {
		if len(m.coming[w.Room]) != w.FreshAt+len(w.Fresh) {
			return Gap
		}
		m.now[w.Room], m.name[w.Room] = m.coming[w.Room], w.Use
		delete(m.coming, w.Room)
	}
	if !kept {
		return Gap
	}
	return Stored
}

func put(in map[string][]byte, room string, at int, b []byte) bool {
	if len(b) == 0 {
		return true
	}
	was := in[room]
	if len(was) < at {
		return false
	}
	now := append(bytes.Clone(was[:at]), b...)
	if len(was) > len(now) {
		now = append(now, was[len(now):]...)
	}
	in[room] = now
	return true
}

func (m *memory) Read(_ context.Context, room string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return bytes.Clone(m.now[room]), nil
}

// count is how many steps there were.
func (m *memory) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.taken
}

// change changes the store between two steps.
func (m *memory) change(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
}

// kept is a room that a test keeps.
type kept struct {
	*Kept
	tick sim.Tick
}

type bench struct {
	*memory
	*Rooms
	lost chan uint64
}

func open(t *testing.T, strict bool) *bench {
	b := &bench{memory: newMemory(), lost: make(chan uint64, 8)}
	b.Rooms = Open(b.memory, Config{Strict: strict, Lost: func(_ string, epoch uint64) { b.lost <- epoch }})
	t.Cleanup(b.Close)
	return b
}

// rooms is how many are written.
func (b *bench) rooms() int {
	b.Rooms.mu.Lock()
	defer b.Rooms.mu.Unlock()
	return len(b.Rooms.kept)
}

// keep begins to keep a room under epoch 5, with a state of so many bytes.
func (b *bench) keep(state int) *kept {
	k := &kept{b.Keep("r"), 1}
	b.change(func() { b.owner["r"] = 5 })
	k.Begin(journal.Header{Room: "r", Mode: "m", Hz: 30}, 5)
	k.Kept.Checkpoint(1, encoded(make([]byte, state)), []byte{1})
	return k
}

func (k *kept) step() {
	k.tick++
	k.Tick(&journal.Tick{Tick: k.tick, Hash: uint64(k.tick)})
}

// last returns the newest tick of the room's journal in the store, which must be whole;
// 0: there is none.
func (b *bench) last(t *testing.T) (tick sim.Tick) {
	t.Helper()
	whole, _ := b.Read(t.Context(), "r")
	if len(whole) == 0 {
		return 0
	}
	r, err := journal.NewReader(bytes.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	for {
		kind, body, err := r.Next()
		if errors.Is(err, io.EOF) {
			return tick
		}
		if err != nil {
			t.Fatal(err)
		}
		var at sim.Tick
		switch kind {
		case journal.KindCheckpoint:
			at, _, err = journal.ReadCheckpoint(body)
		case journal.KindTick:
			var one journal.Tick
			err = journal.ReadTick(body, &one)
			at = one.Tick
		default:
			continue
		}
		if err != nil || tick != 0 && at != tick+1 && kind == journal.KindTick {
			t.Fatalf("after tick %d comes %d: %v", tick, at, err)
		}
		tick = at
	}
}

func TestTicksAreStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, false)
		k := b.keep(100)
		for range 10 {
			k.step()
		}
		time.Sleep(2 * writeEvery)
		if b.count() > 3 {
			t.Errorf("%d steps for what came at once", b.count())
		}
		if got := b.last(t); got != 11 || !k.Stored(11) || k.Stored(12) || k.Err() != nil {
			t.Errorf("the store has tick %d, want 11; %v", got, k.Err())
		}
		if ticks, bytes := k.Lag(); ticks != 0 || bytes != 0 {
			t.Errorf("%d ticks and %d bytes wait", ticks, bytes)
		}
		k.step()
		if err := k.Kept.Close(); err != nil || b.last(t) != 12 {
			t.Errorf("closed with %v at tick %d, want 12", err, b.last(t))
		}
	})
}

// A checkpoint that is larger than a step goes over in pieces, while ticks go on being
// stored beside it.
func TestLargeCheckpointsHoldNothingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, true)
		k := b.keep(0)
		time.Sleep(time.Second)
		before := b.count()
		k.Kept.Checkpoint(k.tick, encoded(make([]byte, 3*stepBytes)), []byte{1})
		k.step()
		if !k.Settle(false, 2*strictEvery) || b.last(t) != 2 {
			t.Errorf("a tick beside a checkpoint is not stored: the store has %d", b.last(t))
		}
		time.Sleep(time.Second)
		if whole, _ := b.Read(t.Context(), "r"); b.count()-before < 4 || len(whole) < 3*stepBytes || b.last(t) != 2 {
			t.Errorf("after %d steps the journal has %d bytes, and tick %d", b.count()-before, len(whole), b.last(t))
		}
	})
}

func TestStrictWaitsForTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, true)
		k := b.keep(0)
		synctest.Wait()
		k.step()
		if !k.Settle(false, time.Second) || b.last(t) != 2 {
			t.Fatalf("settled with tick %d in the store", b.last(t))
		}
		b.change(func() { b.hangs = true })
		k.step()
		began := time.Now()
		if k.Settle(false, 10*time.Millisecond) || time.Since(began) != 10*time.Millisecond {
			t.Errorf("settled by a store that stands still, after %v", time.Since(began))
		}
		for time.Since(began) < 2*patience && !k.Settle(false, 10*time.Millisecond) {
		}
		if waited := time.Since(began); waited > patience+20*time.Millisecond {
			t.Errorf("snapshots waited for %v, want about %v", waited, patience)
		}
		if k.Err() == nil {
			t.Error("nobody is told")
		}
		b.change(func() { b.hangs = false })
		time.Sleep(time.Second)
		if k.Err() != nil || b.last(t) != 3 {
			t.Errorf("with the store back: %v, tick %d", k.Err(), b.last(t))
		}
	})
}

func TestAsyncWaitsOnlyInDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, false)
		k := b.keep(0)
		time.Sleep(time.Second)
		k.step()
		if began := time.Now(); !k.Settle(false, time.Second) || time.Since(began) != 0 {
			t.Error("a tick waits")
		}
		b.change(func() { b.hangs = true })
		time.Sleep(writeEvery + beatEvery)
		if k.Settle(true, time.Millisecond) {
			t.Error("in doubt it does not wait")
		}
		b.change(func() { b.hangs = false })
		if !k.Settle(true, time.Second) || b.last(t) != 2 {
			t.Error("in doubt it does not go on when the store has answered")
		}
		b.change(func() { b.owner["r"] = 6 })
		if k.Settle(true, time.Second) {
			t.Error("in doubt it goes on under an epoch that is over")
		}
		if epoch := <-b.lost; epoch != 5 {
			t.Errorf("lost under epoch %d, want 5", epoch)
		}
		k.step()
		time.Sleep(time.Second)
		if b.last(t) != 2 || k.Stored(3) {
			t.Errorf("who has lost it writes tick %d", b.last(t))
		}
		if err := k.Kept.Close(); err != nil {
			t.Error(err)
		}
		if len(b.lost) > 0 {
			t.Error("told twice")
		}
	})
}

func TestRoomThatIsOwnedAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, false)
		k := b.keep(0)
		time.Sleep(time.Second)
		b.change(func() { b.owner["r"] = 7 })
		k.step()
		k.Begin(journal.Header{Room: "r"}, 7)
		k.Kept.Checkpoint(k.tick, encoded(nil), []byte{1})
		k.step()
		time.Sleep(time.Second)
		if b.last(t) != 3 || len(b.lost) > 0 {
			t.Errorf("tick %d, lost %d times", b.last(t), len(b.lost))
		}
	})
}

func TestStoreThatLosesItsData(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, false)
		k := b.keep(0)
		k.step()
		time.Sleep(time.Second)
		b.change(func() { clear(b.now) })
		k.step()
		time.Sleep(time.Second)
		if !k.WantsCheckpoint() || k.Err() == nil {
			t.Fatalf("wants a checkpoint: %v, told: %v", k.WantsCheckpoint(), k.Err())
		}
		k.Kept.Checkpoint(k.tick, encoded(nil), []byte{1})
		k.step()
		time.Sleep(time.Second)
		if b.last(t) != 4 || k.Err() != nil || k.WantsCheckpoint() {
			t.Errorf("tick %d, %v", b.last(t), k.Err())
		}
	})
}

// A store that is gone costs a bounded memory, and no tick waits for it.
func TestStoreThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, false)
		k := b.keep(0)
		time.Sleep(time.Second)
		b.change(func() { b.fault = func() (error, error) { return errors.New("gone"), nil } })
		for range 3 * mostWaiting / (64 << 10) {
			k.Envelope(make([]byte, 64<<10))
		}
		time.Sleep(time.Second)
		if _, bytes := k.Lag(); bytes > mostWaiting || k.WantsCheckpoint() {
			t.Errorf("%d bytes wait; wants a checkpoint, which nobody could take: %v", bytes, k.WantsCheckpoint())
		}
		k.step()
		if k.Stored(k.tick) {
			t.Error("what may be had again otherwise is done outside at once")
		}
		time.Sleep(2 * outsidePatience)
		if !k.Stored(k.tick) {
			t.Error("nothing is done outside any more")
		}
		b.change(func() { b.fault = func() (error, error) { return nil, nil } })
		time.Sleep(time.Second)
		if !k.WantsCheckpoint() {
			t.Fatal("it does not begin anew")
		}
	})
}

// A journal that is given up while a piece of it is on its way has nothing to do with
// the one that follows.
func TestJournalThatIsGivenUpOnItsWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, false)
		k := b.keep(0)
		time.Sleep(time.Second + beatEvery/2) // between two beats
		slow := b.holdNextWrite()
		k.Kept.Checkpoint(k.tick, encoded(make([]byte, 2*stepBytes)), []byte{1})
		time.Sleep(writeEvery + beatEvery) // its first piece is on its way
		for range mostWaiting/(64<<10) + 1 {
			k.Envelope(make([]byte, 64<<10))
		}
		k.Kept.Checkpoint(k.tick, encoded(make([]byte, 100)), []byte{1})
		close(slow)
		time.Sleep(time.Second)
		k.step()
		time.Sleep(time.Second)
		if got := b.last(t); got != 2 || k.Err() != nil {
			t.Errorf("the store has tick %d, want 2; %v", got, k.Err())
		}
	})
}

// holdNextWrite has the store's next answer wait until slow is closed.
func (b *bench) holdNextWrite() (slow chan struct{}) {
	slow = make(chan struct{})
	var once sync.Once
	b.change(func() {
		b.fault = func() (error, error) {
			once.Do(func() { <-slow })
			return nil, nil
		}
	})
	return slow
}

// A room that is over while ticks of it are on their way is forgotten.
func TestRoomThatIsOverWhileItIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, false)
		k := b.keep(0)
		time.Sleep(time.Second + beatEvery/2) // between two beats
		slow := b.holdNextWrite()
		k.step()
		time.Sleep(writeEvery + beatEvery) // it is on its way
		if err := k.Forget(); err != nil {
			t.Fatal(err)
		}
		close(slow)
		time.Sleep(time.Second)
		if b.last(t) != 0 || b.rooms() != 0 {
			t.Errorf("tick %d is left, %d rooms", b.last(t), b.rooms())
		}
	})
}

// blocked is a state that takes as long to encode as a test wants.
type blocked chan struct{}

func (c blocked) Append(b []byte) []byte { <-c; return b }
func (c blocked) Free()                  {}

// While a checkpoint is encoded the journal before has all that it has, so that a room
// that ends then, or is had again, lacks nothing.
func TestJournalIsWholeWhileACheckpointIsEncoded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, false)
		k := b.keep(0)
		k.step()
		time.Sleep(time.Second)
		state, envelope := make(blocked), []byte("the whole envelope")
		k.Kept.Checkpoint(k.tick, state, envelope)
		if err := k.Kept.Close(); err != nil {
			t.Fatal(err)
		}
		if whole, _ := b.Read(t.Context(), "r"); !bytes.Contains(whole, envelope) || b.last(t) != 2 {
			t.Errorf("the store has tick %d, and not the envelope of its checkpoint", b.last(t))
		}
		close(state)
		if time.Sleep(time.Second); b.Rooms.fresh.Load() != 0 || b.rooms() != 0 {
			t.Errorf("%d journals and %d rooms are left", b.Rooms.fresh.Load(), b.rooms())
		}
	})
}

// A room that ends while its first journal is on its way is kept all the same.
func TestCloseWaitsForTheFirstJournal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, false)
		k := b.keep(3 * stepBytes)
		k.step()
		if err := k.Kept.Close(); err != nil || b.last(t) != 2 {
			t.Errorf("closed with %v at tick %d, want 2", err, b.last(t))
		}
		if time.Sleep(time.Second); b.Rooms.fresh.Load() != 0 || b.rooms() != 0 {
			t.Errorf("%d journals and %d rooms are left", b.Rooms.fresh.Load(), b.rooms())
		}
	})
}

// The last snapshot of a match may wait for as long as any, and then it leaves.
func TestWhoWaitsLongEnoughGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, true)
		k := b.keep(0)
		time.Sleep(time.Second)
		b.change(func() { b.hangs = true })
		k.step()
		if !k.Settle(false, patience) {
			t.Error("it is held back after all")
		}
		k.step()
		if began := time.Now(); !k.Settle(false, patience) || time.Since(began) != 0 {
			t.Errorf("the next one waits once more, for %v", time.Since(began))
		}
	})
}

func TestForgottenRooms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, false)
		k := b.keep(0)
		time.Sleep(time.Second)
		if b.last(t) == 0 {
			t.Fatal("nothing is stored")
		}
		if err := k.Forget(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if b.last(t) != 0 || b.rooms() != 0 {
			t.Errorf("tick %d is left, %d rooms", b.last(t), b.rooms())
		}
	})
}

// Whatever the store does and does not answer, its journal is one without a gap, and has
// in the end what there was.
func TestStoreThatFailsAtRandom(t *testing.T) {
	for i := range 10 {
		seed := rand.Uint64() + uint64(i)
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				random, faults := rand.New(rand.NewPCG(seed, 0)), rand.New(rand.NewPCG(seed, 1))
				b := open(t, random.IntN(2) == 0)
				failed := errors.New("failed")
				b.change(func() {
					b.fault = func() (error, error) {
						switch faults.IntN(6) {
						case 0:
							return failed, nil
						case 1:
							return nil, failed
						case 2:
							if len(b.now["r"]) > 100 && faults.IntN(4) == 0 {
								b.now["r"] = b.now["r"][:0]
							}
						}
						return nil, nil
					}
				})
				size := func() int { return random.IntN([]int{100, 2 * stepBytes}[random.IntN(5)/4]) }
				k := b.keep(size())
				for n := range 150 {
					time.Sleep(time.Duration(random.IntN(40)) * time.Millisecond)
					if random.IntN(20) == 0 || k.WantsCheckpoint() {
						k.Kept.Checkpoint(k.tick, encoded(make([]byte, size())), []byte{1})
					}
					k.step()
					if n%5 == 0 {
						b.last(t)
					}
				}
				b.change(func() { b.fault = func() (error, error) { return nil, nil } })
				time.Sleep(time.Second)
				if k.WantsCheckpoint() {
					k.Kept.Checkpoint(k.tick, encoded(nil), []byte{1})
				}
				k.step()
				time.Sleep(time.Second)
				if got := b.last(t); got != k.tick || !k.Stored(got) {
					t.Errorf("the store has tick %d of %d", got, k.tick)
				}
			})
		})
	}
}
