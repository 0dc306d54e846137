package party

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/metronome-server/metronome/lobby"
)

// heard is what a watch tells.
type heard struct {
	mu    sync.Mutex
	party Party
	count int
	err   error
}

func (h *heard) tell(p Party) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.party, h.count = p, h.count+1
	return nil
}

func (h *heard) now() (Party, int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.party, h.count, h.err
}

// listen watches a party until stop is called or it is over.
func listen(t *testing.T, p *Parties, code string, who Who) (h *heard, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w, err := p.Watch(ctx, code, who)
	if err != nil {
		t.Fatal(err)
	}
	h = &heard{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		err := w.Tell(ctx, h.tell)
		w.Close()
		h.mu.Lock()
		h.err = err
		h.mu.Unlock()
	}()
	return h, func() { cancel(); <-done; synctest.Wait() }
}

func TestWatchHearsOfOtherNodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := openStore(t)
		here, there := New(store), New(store)
		ann, bob := somebody("Ann"), somebody("Bob")
		code := partyOf(t, here, ann).Code
		h, stop := listen(t, here, code, whoIs(ann))
		defer stop()
		synctest.Wait()
		party, _, _ := h.now()
		wantNames(t, party, "Ann")
		if _, err := there.Join(t.Context(), code, bob, over); err != nil {
			t.Fatal(err)
		}
		time.Sleep(pollEvery)
		synctest.Wait()
		party, _, _ = h.now()
		wantNames(t, party, "Ann", "Bob")
		if _, err := here.SetReady(t.Context(), code, whoIs(bob), Stand{Ready: true}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // no time passes: this node has changed it
		if party, _, _ = h.now(); !party.Members[1].Ready {
			t.Error("what the node has changed itself is not told at once")
		}
		_, before, _ := h.now()
		time.Sleep(tellEvery)
		synctest.Wait()
		if _, after, _ := h.now(); after == before {
			t.Error("nothing is told when nothing changes")
		}
	})
}

// Who watches is here, who does not is away, then gone; who comes back in between
// still is who they were.
func TestAwayBackAndGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(openStore(t))
		ann, bob := somebody("Ann"), somebody("Bob")
		code := partyOf(t, p, ann, bob).Code
		_, stopAnn := listen(t, p, code, whoIs(ann))
		h, stop := listen(t, p, code, whoIs(bob))
		defer stop()
		time.Sleep(time.Minute)
		synctest.Wait()
		if party, _, _ := h.now(); len(party.Away(p.Now())) != 0 || party.Leader(p.Now()).Name != "Ann" {
			t.Errorf("with both watching %v are away", party.Away(p.Now()))
		}
		stopAnn()
		time.Sleep(hereFor + signEvery)
		synctest.Wait()
		party, _, _ := h.now()
		if away := party.Away(p.Now()); len(away) != 1 || away[0] != "Ann" {
			t.Errorf("%v are away, want Ann", away)
		}
		if leader := party.Leader(p.Now()); leader.Name != "Bob" {
			t.Errorf("%s leads, who is away", leader.Name)
		}
		_, stopAnn = listen(t, p, code, whoIs(ann))
		synctest.Wait()
		if party, _, _ = h.now(); party.Leader(p.Now()).Name != "Ann" {
			t.Error("who comes back is not who they were")
		}
		stopAnn()
		time.Sleep(goneAfter + signEvery)
		synctest.Wait()
		party, _, _ = h.now()
		wantNames(t, party, "Bob")
		_, err := p.Watch(t.Context(), code, whoIs(ann))
		wantErr(t, err, ErrNotMember)
	})
}

func TestWatchEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := openStore(t)
		here, there := New(store), New(store)
		ann, bob := somebody("Ann"), somebody("Bob")
		code := partyOf(t, here, ann, bob).Code
		anns, stopAnn := listen(t, here, code, whoIs(ann))
		defer stopAnn()
		bobs, stopBob := listen(t, here, code, whoIs(bob))
		defer stopBob()
		if _, _, err := there.Remove(t.Context(), code, whoIs(ann), 2); err != nil {
			t.Fatal(err)
		}
		time.Sleep(pollEvery)
		synctest.Wait()
		_, _, err := bobs.now()
		wantErr(t, err, ErrNotMember)
		if _, _, err := there.Leave(t.Context(), code, whoIs(ann)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(pollEvery)
		synctest.Wait()
		_, _, err = anns.now()
		wantErr(t, err, ErrNoParty)
	})
}

// silent is a store that can fall silent.
type silent struct {
	Store
	mu   sync.Mutex
	down bool
}

func (s *silent) set(down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = down
}

func (s *silent) Fetch(ctx context.Context, shelf, key string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return "", lobby.ErrUnavailable
	}
	return s.Store.Fetch(ctx, shelf, key)
}

func TestWatchOutlivesSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &silent{Store: openStore(t)}
		here, there := New(store), New(store)
		ann := somebody("Ann")
		code := partyOf(t, here, ann).Code
		h, stop := listen(t, here, code, whoIs(ann))
		defer stop()
		store.set(true)
		_, err := there.Join(t.Context(), code, somebody("Bob"), over)
		wantErr(t, err, lobby.ErrUnavailable)
		time.Sleep(time.Minute)
		synctest.Wait()
		if party, _, err := h.now(); err != nil || len(party.Members) != 1 {
			t.Fatalf("after a silence of the store: %v, %v", names(party), err)
		}
		store.set(false)
		if _, err := there.Join(t.Context(), code, somebody("Bob"), over); err != nil {
			t.Fatal(err)
		}
		time.Sleep(pollEvery)
		synctest.Wait()
		party, _, _ := h.now()
		wantNames(t, party, "Ann", "Bob")
		if party.Away(store.Now()) != nil {
			t.Errorf("%v are away", party.Away(store.Now()))
		}
	})
}

func TestPartyOfUnreadableText(t *testing.T) {
	store := openStore(t)
	for _, text := range []string{"{", "[]", `{"code":"ABCDEF","members":[]}`} {
		if _, _, err := store.Keep(t.Context(), lobby.Document{Shelf: shelf, Key: "ABCDEF", Text: text, For: time.Minute}); err != nil {
			t.Fatal(err)
		}
		if _, err := New(store).Get(t.Context(), "ABCDEF"); !errors.Is(err, lobby.ErrUnavailable) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
