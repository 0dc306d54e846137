package stored

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/sim"
)

// mostWaiting is how many bytes of ticks of a room wait for the store. More: they are
// dropped, and the journal begins anew when the store answers again. Why 1 MB: minutes
// of a room of 50, and a thousand rooms fit into a node.
const mostWaiting = 1 << 20

// Why a room is not kept, now.
var (
	errBehind = errors.New("the store does not keep up")
	errGap    = errors.New("the store has lost some of the room's journal")
	errLost   = errors.New("another node has the room")
)

// Kept keeps one room in the store. It implements journal.Keeper.
type Kept struct {
	rooms    *Rooms
	id       string
	body     []byte        // scratch of the room's goroutine
	answered chan struct{} // of 1; Settle waits for it
	held     time.Time     // since when Settle has had snapshots wait; the room's goroutine owns it

	mu      sync.Mutex
	header  journal.Header
	epoch   uint64
	name    string // of the journal
	tail    []byte // goes into it
	at      int    // where
	fresh   []byte // the journal that is to come; nil: none
	encodes bool   // its checkpoint is still to come before that
	sent    int    // how much of it the store has
	begun   int    // journals
	behind  bool   // the store has no journal that the next tick could go into
	fenced  bool
	large   bool // a checkpoint did not fit a record: the next comes when it is time
	over    bool // nothing more comes
	forget  bool // and it is to be removed
	asked   uint64
	told    uint64   // the newest of asked that the store has answered
	inStep  uint64   // what the step that is on its way answers
	tick    sim.Tick // the newest that came
	stored  sim.Tick // the newest that the store has
	stepped sim.Tick // of the step that is on its way
	sending int      // which of the journals begun that step carries
	err     error
}

// Begin implements journal.Keeper.
func (k *Kept) Begin(h journal.Header, epoch uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.header, k.epoch, k.behind, k.fenced, k.tail = h, epoch, true, false, nil
	k.dropFresh()
}

// Checkpoint implements journal.Keeper. It begins a journal, which takes the place of
// the one before when the store has all of it.
func (k *Kept) Checkpoint(tick sim.Tick, state journal.State, envelope []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.over || k.fenced || k.fresh != nil {
		state.Free()
		k.append(journal.KindEnvelope, envelope) // the journal that is to come is as good, with the ticks behind it
		return
	}
	k.append(journal.KindEnvelope, envelope) // the journal before is whole without the one that is to come, too
	k.fresh, k.encodes, k.sent, k.tick = []byte{}, true, 0, tick
	k.begun++
	k.rooms.fresh.Add(1)
	envelope = slices.Clone(envelope)
	h, begun := k.header, k.begun
	k.rooms.aside.Go(func() { k.encode(begun, h, tick, state, envelope) })
}

// encode makes of a checkpoint the beginning of a journal, beside the room and the
// writer.
func (k *Kept) encode(begun int, h journal.Header, tick sim.Tick, state journal.State, envelope []byte) {
	b, err := journal.AppendWhole(nil, h, tick, state, envelope)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fresh == nil || k.begun != begun {
		return // it was given up meanwhile
	}
	k.large = err != nil
	if k.large {
		k.err = err
		k.dropFresh()
	} else {
		k.fresh, k.encodes = append(b, k.fresh...), false
	}
	k.rooms.want()
}

// Tick implements journal.Keeper.
func (k *Kept) Tick(t *journal.Tick) {
	k.body = journal.AppendTick(k.body[:0], t)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tick = t.Tick
	k.append(journal.KindTick, k.body)
	k.rooms.want()
}

// Envelope implements journal.Keeper. It goes along with the next tick, or a beat: so a
// tick is written once, and not once more for its envelope.
func (k *Kept) Envelope(envelope []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.append(journal.KindEnvelope, envelope)
}

// append has a record written. The caller holds mu.
func (k *Kept) append(kind journal.Kind, body []byte) {
	if k.over || k.fenced {
		return
	}
	k.asked++
	if !k.behind {
		k.tail = journal.AppendRecord(k.tail, kind, body)
	}
	if k.fresh != nil {
		k.fresh = journal.AppendRecord(k.fresh, kind, body)
	}
	if len(k.tail) > mostWaiting || len(k.fresh)-k.sent > journal.MaxRecord+mostWaiting {
		k.loseJournal(errBehind)
	}
}

// loseJournal has the journal begin anew when the store is ready for it. The caller
// holds mu.
func (k *Kept) loseJournal(why error) {
	k.behind, k.tail, k.err = true, nil, why
	k.dropFresh()
}

func (k *Kept) dropFresh() {
	if k.fresh != nil {
		k.fresh, k.encodes = nil, false
		k.rooms.fresh.Add(-1)
	}
}

// WantsCheckpoint implements journal.Keeper.
func (k *Kept) WantsCheckpoint() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.behind && k.fresh == nil && !k.fenced && !k.large && k.rooms.fresh.Load() < freshMost && k.rooms.failing.Load() == nil
}

// Err implements journal.Keeper.
func (k *Kept) Err() error {
	if err := k.rooms.Err(); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.err
}

// Lag returns how many ticks and bytes the store does not have yet. Any goroutine.
func (k *Kept) Lag() (ticks, bytes int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.tick.Since(k.stored), len(k.tail) + max(len(k.fresh)-k.sent, 0)
}

// Stored implements journal.Keeper.
func (k *Kept) Stored(tick sim.Tick) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return !k.fenced && (k.stored >= tick || k.rooms.gone())
}

// Settle implements journal.Keeper.
func (k *Kept) Settle(doubt bool, most time.Duration) bool {
	if !doubt && (!k.rooms.config.Strict || k.rooms.failing.Load() != nil) {
		k.held = time.Time{}
		return true
	}
	if k.held.IsZero() || doubt && k.rooms.failing.Load() == nil {
		k.held = time.Now()
	}
	k.mu.Lock()
	if doubt {
		k.asked++
		k.rooms.want()
	} else if k.told < k.asked && k.waitedEnough() {
		most = 0
	}
	for want := k.asked; k.told < want && !k.fenced; {
		k.mu.Unlock()
		if !k.await(&most) {
			return k.waitedEnough()
		}
		k.mu.Lock()
	}
	defer k.mu.Unlock()
	k.held = time.Time{}
	return !k.fenced
}

// await waits for an answer of the store, for at most so long; what is left of that it
// leaves there.
func (k *Kept) await(most *time.Duration) bool {
	if *most <= 0 {
		return false
	}
	began := time.Now()
	timer := time.NewTimer(*most)
	defer timer.Stop()
	select {
	case <-k.answered:
		*most -= time.Since(began)
		return true
	case <-timer.C:
		return false
	}
}

// waitedEnough reports whether snapshots have waited for as long as they may.
func (k *Kept) waitedEnough() bool { return time.Since(k.held) >= patience }

// collect returns what is to be written, and whether there is anything. Of a journal
// that is to come it takes as much as the budget allows, and takes that from it. The
// writer calls it.
func (k *Kept) collect(budget *int) (w Write, any bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fenced || k.told == k.asked && !k.over && k.fresh == nil {
		return w, false
	}
	w = Write{Room: k.id, Epoch: k.epoch, Forget: k.forget}
	k.inStep, k.stepped = k.told, k.stored
	if k.forget {
		return w, true
	}
	if !k.behind {
		w.Journal, w.At, w.Tail = k.name, k.at, k.tail
		k.inStep, k.stepped = k.asked, k.tick
	}
	if k.fresh != nil && !k.encodes && *budget > 0 {
		w.FreshAt, k.sending = k.sent, k.begun
		w.Fresh = k.fresh[k.sent:min(len(k.fresh), k.sent+*budget)]
		*budget -= len(w.Fresh)
		if k.sent+len(w.Fresh) == len(k.fresh) {
			w.Use = fmt.Sprintf("%d.%d", k.epoch, k.begun)
			k.inStep, k.stepped = k.asked, k.tick
		}
	}
	return w, true
}

// answer takes what became of a write. more: something is left that can be written.
// over: nothing comes of the room any more. The writer calls it.
func (k *Kept) answer(w *Write, fate Fate) (more, over, fenced bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if w.Epoch != k.epoch {
		return true, false, false // it owns the room anew meanwhile
	}
	switch fate {
	case Lost:
		k.fenced, k.err, k.tail = true, errLost, nil
		k.dropFresh()
	case Gap:
		k.loseJournal(errGap)
	case Stored:
		k.told, k.stored = k.inStep, k.stepped
		k.advance(w)
	}
	select {
	case k.answered <- struct{}{}:
	default:
	}
	more = k.fresh != nil && !k.encodes || k.told != k.asked && !k.behind || k.forget && !w.Forget
	over = k.over && (k.told == k.asked || k.hopeless())
	if k.forget {
		over = w.Forget
	}
	if over {
		k.dropFresh() // what is left of it nobody writes
	}
	return more, over || k.fenced, k.fenced
}

// hopeless: nothing of what comes can be stored until there is a checkpoint. The caller
// holds mu.
func (k *Kept) hopeless() bool { return k.behind && k.fresh == nil }

// advance drops what the store has. The caller holds mu.
func (k *Kept) advance(w *Write) {
	if w.Tail != nil && !k.behind && !k.forget { // else it was dropped meanwhile
		k.at += len(w.Tail)
		k.tail = append(k.tail[:0], k.tail[len(w.Tail):]...)
	}
	if w.Fresh == nil || k.fresh == nil || k.sending != k.begun {
		return // nothing of it, or it was given up meanwhile
	}
	k.sent += len(w.Fresh)
	if w.Use != "" {
		k.name = w.Use
		k.tail, k.at, k.behind, k.err = append(k.tail[:0], k.fresh[k.sent:]...), k.sent, false, nil
		k.dropFresh()
	}
}

// closePatience is how long the end of a room waits for the store.
const closePatience = 2 * time.Second

// Close implements journal.Keeper: it waits until the store has all.
func (k *Kept) Close() error {
	k.mu.Lock()
	k.over = true
	k.mu.Unlock()
	k.rooms.want()
	most := closePatience
	for {
		k.mu.Lock()
		done, err := k.told == k.asked, k.err
		fenced, hopeless := k.fenced, k.hopeless()
		k.mu.Unlock()
		if fenced {
			return nil // it is kept by who has it
		}
		if done || hopeless || !k.await(&most) {
			if err == nil && !done {
				err = errBehind
			}
			if err != nil {
				return fmt.Errorf("the room is not kept: %w", err)
			}
			return nil
		}
	}
}

// Forget implements journal.Keeper. It does not wait: a journal that is left ends by
// itself.
func (k *Kept) Forget() error {
	k.mu.Lock()
	k.over, k.forget = true, true
	k.tail = nil
	k.dropFresh()
	k.mu.Unlock()
	k.rooms.want()
	return nil
}
