package party

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/metronome-server/metronome/internal/id"
	"github.com/metronome-server/metronome/internal/redistest"
	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/lobby/queue"
)

// openStore opens an embedded store, which has no goroutines of its own.
func openStore(t *testing.T) *lobby.Lobby {
	t.Helper()
	l, err := lobby.Open(t.Context(), lobby.Config{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// onBoth runs a test with two nodes of an embedded store, and of a real Redis.
func onBoth(t *testing.T, test func(t *testing.T, nodes [2]Store)) {
	t.Run("embedded", func(t *testing.T) {
		l := openStore(t)
		test(t, [2]Store{l, l})
	})
	t.Run("redis", func(t *testing.T) {
		server := redistest.Start(t)
		t.Cleanup(server.Close)
		var nodes [2]Store
		for i := range nodes {
			l, err := lobby.Open(t.Context(), lobby.Config{URL: "redis://" + server.Addr(), Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := l.Close(context.Background()); err != nil {
					t.Error(err)
				}
			})
			nodes[i] = l
		}
		test(t, nodes)
	})
}

// somebody is a new unknown member.
func somebody(name string) Member {
	return Member{Member: queue.Member{Name: name, Proof: id.Bytes(16)}}
}

// user is a new member whom the game knows.
func user(name string) Member {
	m := somebody(name)
	m.User, m.Known = "u-"+name, true
	return m
}

func whoIs(m Member) Who { return Who{Proof: m.Proof} }

// over has every entry of a party be over, waiting none.
func over(string) error { return nil }

var errWaits = errors.New("it waits")

func waiting(string) error { return errWaits }

// partyOf makes a party whose first member leads.
func partyOf(t *testing.T, p *Parties, members ...Member) Party {
	t.Helper()
	party, err := p.Create(t.Context(), members[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range members[1:] {
		if party, err = p.Join(t.Context(), party.Code, m, over); err != nil {
			t.Fatal(err)
		}
	}
	return party
}

func names(p Party) (names []string) {
	for _, m := range p.Members {
		names = append(names, m.Name)
	}
	return names
}

func wantNames(t *testing.T, p Party, want ...string) {
	t.Helper()
	if got := names(p); !slices.Equal(got, want) {
		t.Errorf("members are %v, want %v", got, want)
	}
}

func wantErr(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("error %v, want %v", got, want)
	}
}

func TestJoinAndLeave(t *testing.T) {
	onBoth(t, func(t *testing.T, nodes [2]Store) {
		p := New(nodes[0])
		ann, bob, cid := somebody("Ann"), somebody("Bob"), somebody("Cid")
		party := partyOf(t, p, ann, bob, cid)
		wantNames(t, party, "Ann", "Bob", "Cid")
		again, err := p.Join(t.Context(), party.Code, bob, waiting)
		if err != nil {
			t.Fatal(err)
		}
		wantNames(t, again, "Ann", "Bob", "Cid")
		out, was, err := p.Leave(t.Context(), party.Code, whoIs(ann))
		if err != nil || out.Name != "Ann" {
			t.Fatalf("left as %q, %v", out.Name, err)
		}
		wantNames(t, was, "Ann", "Bob", "Cid")
		party, err = p.Get(t.Context(), party.Code)
		if err != nil {
			t.Fatal(err)
		}
		wantNames(t, party, "Bob", "Cid")
		if leader := party.Leader(p.Now()); leader.Name != "Bob" {
			t.Errorf("%s leads, want Bob, who came next", leader.Name)
		}
		_, _, err = p.Leave(t.Context(), party.Code, whoIs(ann))
		wantErr(t, err, ErrNotMember)
		for _, m := range []Member{bob, cid} {
			if _, _, err := p.Leave(t.Context(), party.Code, whoIs(m)); err != nil {
				t.Fatal(err)
			}
		}
		_, err = p.Get(t.Context(), party.Code)
		wantErr(t, err, ErrNoParty)
		_, err = p.Join(t.Context(), party.Code, bob, over)
		wantErr(t, err, ErrNoParty)
	})
}

func TestPartyIsFull(t *testing.T) {
	p := New(openStore(t))
	var members []Member
	for i := range Most {
		members = append(members, somebody(fmt.Sprint("m", i)))
	}
	party := partyOf(t, p, members...)
	_, err := p.Join(t.Context(), party.Code, somebody("late"), over)
	wantErr(t, err, ErrFull)
}

func TestUserInOneParty(t *testing.T) {
	onBoth(t, func(t *testing.T, nodes [2]Store) {
		p := New(nodes[0])
		ann, bob := user("Ann"), user("Bob")
		first := partyOf(t, p, ann, bob)
		second := partyOf(t, p, somebody("Cid"))
		for _, try := range []func() error{
			func() error { _, err := p.Join(t.Context(), second.Code, bob, over); return err },
			func() error { _, err := p.Create(t.Context(), bob); return err },
		} {
			err := try()
			elsewhere, ok := errors.AsType[*ElsewhereError](err)
			if !ok || elsewhere.Code != first.Code || !strings.Contains(err.Error(), "leave it") {
				t.Errorf("error %v, want that Bob is in %s", err, first.Code)
			}
		}
		if _, _, err := p.Leave(t.Context(), first.Code, Who{User: bob.User}); err != nil {
			t.Fatal(err)
		}
		party, err := p.Join(t.Context(), second.Code, bob, over)
		if err != nil {
			t.Fatal(err)
		}
		wantNames(t, party, "Cid", "Bob")
		// From another device, with another secret: the same member.
		phone := user("Bob")
		if party, err = p.Join(t.Context(), second.Code, phone, waiting); err != nil {
			t.Fatal(err)
		}
		wantNames(t, party, "Cid", "Bob")
		if party.Find(whoIs(phone)) == nil || party.Find(whoIs(bob)) != nil {
			t.Error("the newer secret is not the one that is good")
		}
	})
}

func TestUserIsNotKnownBySomebodysWord(t *testing.T) {
	p := New(openStore(t))
	liar := somebody("Bob")
	liar.User = "u-Ann"
	party := partyOf(t, p, liar)
	if party.Find(Who{User: "u-Ann"}) != nil || party.Find(Who{}) != nil {
		t.Error("a member was found by a user id that nobody has shown")
	}
}

func TestReadyGate(t *testing.T) {
	onBoth(t, func(t *testing.T, nodes [2]Store) {
		p := New(nodes[0])
		ann, bob, cid := somebody("Ann"), somebody("Bob"), somebody("Cid")
		code := partyOf(t, p, ann, bob, cid).Code
		ctx := t.Context()
		if _, err := p.SetReady(ctx, code, whoIs(cid), Stand{Ready: true, Roles: []string{"healer"}, Latency: map[string]int{"eu": 30, "us": 120}}); err != nil {
			t.Fatal(err)
		}
		_, err := p.Hold(ctx, code, whoIs(bob), Stand{}, over)
		wantErr(t, err, ErrLeaderOnly)
		_, err = p.Hold(ctx, code, whoIs(ann), Stand{}, over)
		wantErr(t, err, ErrNotReady)
		if err == nil || !strings.Contains(err.Error(), "Bob is not") || strings.Contains(err.Error(), "Cid") {
			t.Errorf("%v, want that Bob alone is not ready", err)
		}
		if _, err := p.SetReady(ctx, code, whoIs(bob), Stand{Ready: true}); err != nil {
			t.Fatal(err)
		}
		h, err := p.Hold(ctx, code, whoIs(ann), Stand{Latency: map[string]int{"eu": 50}}, over)
		if err != nil {
			t.Fatal(err)
		}
		if got := h.Latency(); len(got) != 1 || got["eu"] != 50 {
			t.Errorf("the party's latency is %v, want the worst of those who know it: eu 50", got)
		}
		party, err := p.Enqueued(ctx, h, "duel", "duel.1")
		if err != nil {
			t.Fatal(err)
		}
		if party.Entry != "duel.1" || party.Queue != "duel" || party.Hold != nil {
			t.Errorf("the party is %+v", party)
		}
		for _, m := range party.Members {
			if m.Ready {
				t.Errorf("%s is still ready: that is for one queueing", m.Name)
			}
		}
		_, err = p.Join(ctx, code, somebody("Dan"), waiting)
		wantErr(t, err, errWaits)
		if _, err := p.Join(ctx, code, somebody("Dan"), over); err != nil {
			t.Errorf("nobody comes in after the match: %v", err)
		}
	})
}

// The leader's node dies after it has begun to enqueue: others wait for a while, and
// then go on.
func TestHoldOfTheDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := openStore(t)
		here, there := New(store), New(store)
		ann, bob := somebody("Ann"), somebody("Bob")
		code := partyOf(t, here, ann).Code
		h, err := here.Hold(t.Context(), code, whoIs(ann), Stand{}, over)
		if err != nil {
			t.Fatal(err)
		}
		_, err = there.Join(t.Context(), code, bob, over)
		wantErr(t, err, lobby.ErrBusy)
		_, err = there.Hold(t.Context(), code, whoIs(ann), Stand{}, over)
		wantErr(t, err, lobby.ErrBusy)
		time.Sleep(holdFor)
		if _, err := there.Join(t.Context(), code, bob, over); err != nil {
			t.Fatal(err)
		}
		if _, err = there.SetReady(t.Context(), code, whoIs(bob), Stand{Ready: true}); err != nil {
			t.Fatal(err)
		}
		second, err := there.Hold(t.Context(), code, whoIs(ann), Stand{}, over)
		if err != nil {
			t.Fatal(err)
		}
		// The first was only stopped, and comes to life: what it enqueued is not the
		// party any more.
		_, err = here.Enqueued(t.Context(), h, "duel", "duel.1")
		wantErr(t, err, lobby.ErrBusy)
		if party, err := there.Enqueued(t.Context(), second, "duel", "duel.2"); err != nil || party.Entry != "duel.2" {
			t.Errorf("%+v, %v", party, err)
		}
	})
}

// A call that comes while the leader enqueues waits for it.
func TestHoldIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(openStore(t))
		ann := somebody("Ann")
		code := partyOf(t, p, ann).Code
		h, err := p.Hold(t.Context(), code, whoIs(ann), Stand{}, over)
		if err != nil {
			t.Fatal(err)
		}
		joined := make(chan error)
		go func() {
			_, err := p.Join(t.Context(), code, somebody("Bob"), waiting)
			joined <- err
		}()
		time.Sleep(time.Second)
		if _, err := p.Enqueued(t.Context(), h, "duel", "duel.1"); err != nil {
			t.Fatal(err)
		}
		wantErr(t, <-joined, errWaits)
		if h, err = p.Hold(t.Context(), code, whoIs(ann), Stand{}, over); err != nil {
			t.Fatal(err)
		}
		go func() {
			_, err := p.Join(t.Context(), code, somebody("Bob"), over)
			joined <- err
		}()
		time.Sleep(time.Second)
		if err := p.Release(t.Context(), h); err != nil {
			t.Fatal(err)
		}
		if err := <-joined; err != nil {
			t.Errorf("Bob did not get in after the leader had let go: %v", err)
		}
	})
}

func TestRemove(t *testing.T) {
	p := New(openStore(t))
	ann, bob := somebody("Ann"), somebody("Bob")
	party := partyOf(t, p, ann, bob)
	_, _, err := p.Remove(t.Context(), party.Code, whoIs(bob), 1)
	wantErr(t, err, ErrLeaderOnly)
	_, _, err = p.Remove(t.Context(), party.Code, whoIs(ann), 7)
	wantErr(t, err, ErrNoMember)
	out, party, err := p.Remove(t.Context(), party.Code, whoIs(ann), 2)
	if err != nil || out.Name != "Bob" {
		t.Fatalf("%q is out, %v", out.Name, err)
	}
	wantNames(t, party, "Ann")
}

// TestManyAtOnce has members of many come, go and stand, on two nodes, and counts
// them: no change is lost.
func TestManyAtOnce(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	onBoth(t, func(t *testing.T, stores [2]Store) { manyAtOnce(t, seed, [2]*Parties{New(stores[0]), New(stores[1])}) })
}

func manyAtOnce(t *testing.T, seed uint64, nodes [2]*Parties) {
	ctx := t.Context()
	code := partyOf(t, nodes[0], somebody("host")).Code
	var all sync.WaitGroup
	var refused atomic.Int64
	for i := range 12 {
		all.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(i)))
			m := somebody(fmt.Sprint("m", i))
			for range 8 {
				node := nodes[random.IntN(2)]
				_, err := node.Join(ctx, code, m, over)
				if err == nil {
					_, err = node.SetReady(ctx, code, whoIs(m), Stand{Ready: random.IntN(2) == 0})
				}
				if err == nil && random.IntN(2) == 0 {
					_, _, err = nodes[random.IntN(2)].Leave(ctx, code, whoIs(m))
				}
				if errors.Is(err, lobby.ErrBusy) {
					refused.Add(1)
				} else if err != nil {
					t.Errorf("m%d: %v", i, err)
				}
			}
			if _, err := nodes[0].Join(ctx, code, m, over); err != nil {
				t.Errorf("m%d: %v", i, err)
			}
		})
	}
	all.Wait()
	party, err := nodes[1].Get(ctx, code)
	if err != nil {
		t.Fatal(err)
	}
	if len(party.Members) != 13 {
		t.Errorf("%d members, want the host and 12: %v", len(party.Members), names(party))
	}
	numbers := map[uint32]bool{}
	for _, m := range party.Members {
		numbers[m.Number] = true
	}
	if len(numbers) != 13 {
		t.Errorf("two members have one number: %+v", party.Members)
	}
	if refused.Load() > 0 {
		t.Errorf("%d changes found no way between the others'", refused.Load())
	}
}
