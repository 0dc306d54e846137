package lobby

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/metronome-server/metronome/internal/id"
)

// No secret is ever part of a command: the log of slow commands, with all in it,
// and MONITOR show everything that Redis is told.
func TestNoSecretIsTold(t *testing.T) {
	s := ownStore(t)
	must(t, s.raw.ConfigSet(t.Context(), "slowlog-log-slower-than", "0").Err())
	must(t, s.raw.ConfigSet(t.Context(), "slowlog-max-len", "100000").Err())
	heard := monitor(t, strings.TrimPrefix(s.url, "redis://"))
	secret := []byte("a secret of this deployment")
	withSecret := func(c *Config) { c.Secret = secret }
	a, b := s.node(t, "a", withSecret), s.node(t, "b", withSecret)
	r := claim(t, a, "r")
	beat(t, a, r)
	must(t, redeem(t, a, reserve(t, b, "r", "ann").Ticket, r))
	a.ring.own[0].made = time.Time{} // long ago: a new key is made
	beat(t, a, r)
	beat(t, b)
	must(t, a.Remove(t.Context(), "r", r.Epoch))

	slow, err := s.raw.Do(t.Context(), "SLOWLOG", "GET", "-1").Result()
	must(t, err)
	must(t, s.raw.Echo(t.Context(), "the end of the test").Err())
	told := fmt.Sprintf("%q", slow) + heard()
	if !strings.Contains(told, "voucher") {
		t.Fatal("the logs do not have the nodes' records: is the test blind?")
	}
	for what, key := range map[string][]byte{
		"the secret": secret, "a's key": a.ring.own[0].private.Seed(), "a's former key": a.ring.own[1].private.Seed(), "b's key": b.ring.own[0].private.Seed(),
	} {
		for _, form := range []string{
			string(key), strings.Trim(fmt.Sprintf("%q", key), `"`), hex.EncodeToString(key),
			base64.StdEncoding.EncodeToString(key), base64.RawURLEncoding.EncodeToString(key),
		} {
			if strings.Contains(told, form) {
				t.Errorf("%s was told to Redis as %q", what, form)
			}
		}
	}
}

// monitor hears every command that a Redis is sent, until it is asked for them.
func monitor(t *testing.T, addr string) (heard func() string) {
	conn, err := net.Dial("tcp", addr)
	must(t, err)
	_, err = conn.Write([]byte("MONITOR\r\n"))
	must(t, err)
	var b lockedBuffer
	var wait sync.WaitGroup
	wait.Go(func() { _, _ = io.Copy(&b, conn) })
	eventually(t, "the monitor listens", func() bool { return strings.Contains(b.String(), "+OK") })
	return func() string {
		eventually(t, "all is heard", func() bool { return strings.Contains(b.String(), "the end of the test") })
		conn.Close()
		wait.Wait()
		return b.String()
	}
}

// Keys change while nodes run: tokens of before and after are good on every node.
func TestKeysAreRotated(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a"), s.node(t, "b")
		seen := map[keyID]bool{}
		var tokens []string
		for range keysPublished {
			seen[a.ring.signer(a.dir.now()).id] = true
			tokens = append(tokens, a.sign("resume", []byte("seat 3")))
			a.ring.own[0].made = time.Time{}
			beat(t, a)
			if seen[a.ring.own[0].id] || a.ring.signer(a.dir.now()).id == a.ring.own[0].id {
				t.Fatal("signs with a key that others may not know yet")
			}
			beat(t, b)
			s.pass(t, 2*a.cfg.Heartbeat+learnEvery)
			beat(t, a)
		}
		for i, token := range append(tokens, a.sign("resume", nil)) {
			if _, err := b.check(t.Context(), "resume", token); err != nil {
				t.Errorf("token %d: %v", i, err)
			}
		}
		if len(seen) != keysPublished || len(a.ring.own) != keysPublished {
			t.Fatalf("signed with %d keys, has %d", len(seen), len(a.ring.own))
		}
	})
}

// A node that is new here has its key looked up, once in a while.
func TestUnknownKeysAreLookedUp(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		token := s.node(t, "b").sign("resume", nil)
		if _, err := a.check(t.Context(), "resume", token); err != nil {
			t.Fatal(err)
		}
		s.pass(t, learnEvery)
		stranger := newKeyring(nil)
		stranger.rotate(time.Now())
		other := &Lobby{dir: a.dir, ring: stranger}
		if _, ask := a.ring.find(stranger.own[0].id, a.dir.now()); !ask {
			t.Fatal("an unknown key is not looked up")
		}
		if _, err := a.check(t.Context(), "resume", other.sign("resume", nil)); !errors.Is(err, ErrTicketForged) {
			t.Fatalf("signed by nobody: %v", err)
		}
	})
}

// A secret is changed node by node: as a former one first, everywhere.
func TestSecretsAreChanged(t *testing.T) {
	s := memoryStore()
	first, second := []byte("the first secret"), []byte("the second secret")
	node := func(id string, secret []byte, former ...[]byte) *Lobby {
		return s.node(t, id, func(c *Config) { c.Secret, c.FormerSecrets = secret, former })
	}
	steps := []*Lobby{node("a", first), node("b", first, second), node("c", second, first), node("d", second)}
	for i, l := range steps[:3] {
		for _, other := range steps[max(i-1, 0) : i+2] {
			s.pass(t, learnEvery)
			if _, err := l.check(t.Context(), "resume", other.sign("resume", nil)); err != nil {
				t.Errorf("%s of %s: %v", l.NodeID(), other.NodeID(), err)
			}
		}
	}
	s.pass(t, learnEvery)
	if _, err := steps[3].check(t.Context(), "resume", steps[0].sign("resume", nil)); !errors.Is(err, ErrTicketForged) {
		t.Errorf("a secret that is not accepted any more: %v", err)
	}
}

// Redis stands still while rooms are made. Whoever asked was told that it does not
// answer, so nothing is done when it goes on.
func TestStalledRedisMakesNoGhosts(t *testing.T) {
	s := ownStore(t)
	a := s.node(t, "a", func(c *Config) { c.Timeout = 300 * time.Millisecond })
	b := s.node(t, "b")
	r := claim(t, a, "r")
	beat(t, a, r)
	must(t, s.signal(syscall.SIGSTOP))
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			_, err := a.Create(t.Context(), *fresh(2, nil), Player{Name: "p"})
			_, err2 := a.Play(t.Context(), Wanted{Mode: "duel"}, &Room{ID: id.Unique(), Mode: "duel", Seats: 2}, Player{Name: "p"})
			_, err3 := a.Reserve(t.Context(), "r", Player{Name: "p"})
			for _, err := range []error{err, err2, err3} {
				if !errors.Is(err, ErrUnavailable) {
					t.Errorf("err %v", err)
				}
			}
		})
	}
	wait.Wait()
	must(t, s.signal(syscall.SIGCONT))
	eventually(t, "it answers", func() bool { return s.raw.Ping(t.Context()).Err() == nil })
	if got := listed(t, b); len(got) != 1 || room(t, b, "r").Taken != 0 {
		t.Fatalf("listed %v, %d taken", got, room(t, b, "r").Taken)
	}
}

// A script that comes too late does nothing, whatever it is.
func TestLateScriptsDoNothing(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		d := a.dir.(*redisDirectory)
		before := dump(t, s)
		c, err := a.newClaim(*fresh(2, nil), true)
		must(t, err)
		d.mu.Lock()
		d.within = time.Hour // as if its clock were far ahead
		d.mu.Unlock()
		ctx := context.Background()
		for what, step := range map[string]func() error{
			"claim":  func() error { _, err := d.claim(ctx, c, a.seat(newReservation())); return err },
			"play":   func() error { _, err := d.play(ctx, playArgs{mode: "ffa", all: true, make: &c}); return err },
			"lease":  func() error { _, err := d.lease(ctx, leaseArgs{node: "x", lease: time.Hour}); return err },
			"assert": func() error { _, err := d.assert(ctx, a.self, []assertion{{room: c.room}}); return err },
			"remove": func() error { _, err := d.remove(ctx, removeArgs{node: a.self, id: "r", fenced: true}); return err },
			"leave":  func() error { return d.leave(ctx, a.self) },
		} {
			d.mu.Lock()
			d.within, d.at = time.Hour, d.clock()
			d.mu.Unlock()
			if err := step(); !errors.Is(err, ErrUnavailable) || !errors.Is(err, errLate) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if after := dump(t, s); !bytes.Equal(before, after) {
			t.Errorf("before:\n%s\nafter:\n%s", before, after)
		}
	})
}

// dump is all keys with what they hold.
func dump(t *testing.T, s *store) []byte {
	t.Helper()
	var b bytes.Buffer
	keys := s.all(t)
	for _, key := range keys {
		fmt.Fprintf(&b, "%s %x\n", key, s.raw.Dump(t.Context(), key).Val())
	}
	return b.Bytes()
}

// Filters are answered from memory: however many call, the store is asked nothing.
func TestListsAskNoStore(t *testing.T) {
	s := ownStore(t)
	a := s.node(t, "a")
	for i := range 200 {
		claim(t, a, fmt.Sprint("r", i))
	}
	must(t, a.catchUp(t.Context(), time.Now()))
	asked := func() (n int) {
		for line := range strings.Lines(s.raw.Info(t.Context(), "stats").Val()) {
			fmt.Sscanf(line, "total_commands_processed:%d", &n)
		}
		return n
	}
	before := asked()
	var wait sync.WaitGroup
	for range 32 {
		wait.Go(func() {
			for range 100 {
				rooms, _, err := a.List(Query{Metadata: map[string]string{"nothing": "has this"}})
				if err != nil || len(rooms) != 0 {
					t.Errorf("%d rooms, %v", len(rooms), err)
				}
			}
		})
	}
	wait.Wait()
	if n := asked() - before; n != 1 { // the question itself
		t.Fatalf("%d commands", n)
	}
}
