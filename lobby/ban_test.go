package lobby

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"
)

var home = netip.MustParsePrefix("203.0.113.7/32")

// beatOf lets a node read what others have written, and counts how often it was
// told of bans.
func beatOf(t *testing.T, l *Lobby) (told int) {
	t.Helper()
	_, err := l.Beat(t.Context(), rooms{banned: func() { told++ }})
	must(t, err)
	return told
}

func TestBansReachEveryNode(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a"), s.node(t, "b")
		beatOf(t, a)
		beatOf(t, b)
		must(t, a.Ban(t.Context(), Ban{User: "ann", Reason: "bad words", By: "console"}))
		must(t, a.Ban(t.Context(), Ban{Address: home, Until: a.dir.now().Add(time.Hour)}))
		if err := a.CheckBans("ann", netip.Prefix{}); err == nil {
			t.Error("the node that banned does not know it")
		}
		if told := beatOf(t, b); told != 1 {
			t.Errorf("told %d times", told)
		}
		if told := beatOf(t, b); told != 0 {
			t.Errorf("told again %d times", told)
		}
		for _, l := range []*Lobby{a, b} {
			var banned *BannedError
			if err := l.CheckBans("ann", netip.Prefix{}); !errors.As(err, &banned) || err.Error() != "you are banned: bad words" {
				t.Errorf("ann: %v", err)
			}
			if err := l.CheckBans("bo", home); !errors.As(err, &banned) || !strings.HasPrefix(err.Error(), "you are banned until ") {
				t.Errorf("bo from there: %v", err)
			}
			if err := l.CheckBans("bo", netip.Prefix{}); err != nil {
				t.Errorf("bo from elsewhere: %v", err)
			}
			if err := l.CheckBans("", netip.Prefix{}); err != nil {
				t.Errorf("somebody unknown: %v", err)
			}
		}
		if list := b.Bans(); len(list) != 2 {
			t.Errorf("%+v", list)
		}
		must(t, b.Unban(t.Context(), "user:ann"))
		if err := b.Unban(t.Context(), "user:ann"); !errors.Is(err, ErrNoBan) {
			t.Errorf("twice: %v", err)
		}
		beatOf(t, a)
		if err := a.CheckBans("ann", netip.Prefix{}); err != nil {
			t.Errorf("ann after her ban: %v", err)
		}
	})
}

func TestBansEnd(t *testing.T) {
	s := memoryStore()
	a := s.node(t, "a")
	must(t, a.Ban(t.Context(), Ban{User: "ann", Until: a.dir.now().Add(time.Minute)}))
	s.pass(t, 2*time.Minute)
	if err := a.CheckBans("ann", netip.Prefix{}); err != nil || len(a.Bans()) != 0 {
		t.Errorf("%v, %d listed", err, len(a.Bans()))
	}
	// A node that starts later does not hear of it.
	late := s.node(t, "late")
	beatOf(t, late)
	if len(late.Bans()) != 0 {
		t.Error("an old ban is read")
	}
}

func TestBansThatCannotBe(t *testing.T) {
	s := memoryStore()
	a := s.node(t, "a")
	for what, b := range map[string]Ban{
		"of nobody": {}, "of both": {User: "ann", Address: home}, "of the past": {User: "ann", Until: a.dir.now().Add(-time.Second)},
		"with a long reason": {User: "ann", Reason: strings.Repeat("x", maxBanReason+1)}, "of a long id": {User: strings.Repeat("u", MaxUserID+1)},
	} {
		if err := a.Ban(t.Context(), b); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestShelves(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		keep := func(k keepArgs) (string, bool) {
			t.Helper()
			k.shelf = "s"
			if k.ttl == 0 {
				k.ttl = time.Hour
			}
			if k.most == 0 {
				k.most = 3
			}
			current, kept, err := a.dir.keep(t.Context(), k)
			must(t, err)
			return current, kept
		}
		if _, kept := keep(keepArgs{key: "1", document: "one", fresh: true}); !kept {
			t.Error("the first is not kept")
		}
		if current, kept := keep(keepArgs{key: "1", document: "other", fresh: true}); kept || current != "one" {
			t.Errorf("a second of the key: %q, %v", current, kept)
		}
		if current, kept := keep(keepArgs{key: "1", document: "other", was: "two"}); kept || current != "one" {
			t.Errorf("instead of what is not there: %q, %v", current, kept)
		}
		if current, kept := keep(keepArgs{key: "1", document: "uno", was: "one"}); !kept || current != "uno" {
			t.Errorf("instead of what is there: %q, %v", current, kept)
		}
		keep(keepArgs{key: "2", document: "two", ttl: 2 * time.Hour})
		keep(keepArgs{key: "3", document: "three", ttl: 3 * time.Hour})
		if _, _, err := a.dir.keep(t.Context(), keepArgs{shelf: "s", key: "4", document: "four", ttl: time.Hour, most: 3}); !errors.Is(err, ErrShelfFull) {
			t.Errorf("one too many: %v", err)
		}
		keep(keepArgs{key: "4", document: "four", evict: true})
		all, rev, err := a.dir.shelf(t.Context(), "s", 0)
		must(t, err)
		if len(all) != 3 || all["1"] != "" || all["4"] != "four" {
			t.Errorf("the one that ends first stays: %v", all)
		}
		if again, same, err := a.dir.shelf(t.Context(), "s", rev); err != nil || again != nil || same != rev {
			t.Errorf("read again: %v, %d, %v", again, same, err)
		}
		keep(keepArgs{key: "3"})
		if text, err := a.dir.fetch(t.Context(), "s", "3"); err != nil || text != "" {
			t.Errorf("taken off: %q, %v", text, err)
		}
		if text, err := a.dir.fetch(t.Context(), "s", "2"); err != nil || text != "two" {
			t.Errorf("%q, %v", text, err)
		}
	})
}

func TestActsAreKept(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a"), s.node(t, "b")
		must(t, a.Note(t.Context(), Act{Who: "console", Remote: "127.0.0.1:1", What: "kick", On: "r", Detail: strings.Repeat("x", 1000)}))
		must(t, b.Note(t.Context(), Act{Who: "backend", What: "ban", On: "user:ann", Fault: "no"}))
		acts, err := a.Acts(t.Context())
		must(t, err)
		if len(acts) != 2 {
			t.Fatalf("%+v", acts)
		}
		for _, act := range acts {
			if act.Node == "" || act.At.IsZero() || len(act.Detail) > maxActText {
				t.Errorf("%+v", act)
			}
		}
	})
}

// TestPlaces walks the order in which nodes are asked for a room.
func TestPlaces(t *testing.T) {
	s := memoryStore()
	a := s.node(t, "a", func(c *Config) { c.Region = "eu" })
	at := a.dir.now()
	node := func(id, region string, seats int, change ...func(*Node)) Node {
		n := Node{ID: id, Region: region, At: at, Capacity: Capacity{Modes: map[string]string{"ffa": "f1"}, FreeRooms: 10, FreeSeats: seats}}
		for _, c := range change {
			c(&n)
		}
		return n
	}
	a.peers.nodes = []Node{
		node("far", "us", 900), node("a", "eu", 100), node("big", "eu", 200), node("twin", "eu", 100),
		node("hot", "eu", 400, func(n *Node) { n.Load = 0.95 }), node("full", "eu", 3), node("norooms", "eu", 900, func(n *Node) { n.FreeRooms = 0 }),
		node("leaving", "eu", 900, func(n *Node) { n.Draining = true }), node("old", "eu", 900, func(n *Node) { n.Modes = map[string]string{"ffa": "f0"} }),
	}
	order := func(p Place) (list []string) {
		for _, n := range a.Places(p) {
			list = append(list, n.ID)
		}
		return list
	}
	wanted := Place{Mode: "ffa", Fingerprint: "f1", Seats: 8}
	if got := strings.Join(order(wanted), " "); got != "big a twin hot far" {
		t.Errorf("asked: %s", got)
	}
	wanted.Region = "us"
	if got := order(wanted); got[0] != "far" {
		t.Errorf("for somebody in us: %v", got)
	}
	wanted.Region = ""
	a.Take("big", 120)
	if got := order(wanted); got[0] != "a" {
		t.Errorf("while big is asked for 120 seats: %v", got)
	}
	a.Heard("big", Capacity{FreeRooms: 1, FreeSeats: 500})
	if got := order(wanted); got[0] != "big" {
		t.Errorf("when big said what is left: %v", got)
	}
	a.Heard("big", Capacity{})
	if got := order(wanted); got[0] != "a" {
		t.Errorf("when big did not answer: %v", got)
	}
}

// TestCallsAreForOneNodeOnce signs a call and has it come in all the ways in which
// it must not be taken.
func TestCallsAreForOneNodeOnce(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a"), s.node(t, "b")
		body := []byte("open")
		token := a.SignCall("b", "OpenRoom", body)
		for what, err := range map[string]error{
			"at another node": a.CheckCall(t.Context(), token, "OpenRoom", body),
			"another method":  b.CheckCall(t.Context(), token, "ActOnRoom", body),
			"another body":    b.CheckCall(t.Context(), token, "OpenRoom", []byte("close")),
			"no token":        b.CheckCall(t.Context(), "", "OpenRoom", body),
			"a ticket":        b.CheckCall(t.Context(), a.sign(ticketPurpose, []byte("x")), "OpenRoom", body),
		} {
			if !errors.Is(err, ErrCallForged) {
				t.Errorf("%s: %v", what, err)
			}
		}
		must(t, b.CheckCall(t.Context(), token, "OpenRoom", body))
		if err := b.CheckCall(t.Context(), token, "OpenRoom", body); !errors.Is(err, ErrCallForged) {
			t.Errorf("a second time: %v", err)
		}
	})
	s := memoryStore()
	a, b := s.node(t, "a"), s.node(t, "b")
	token := a.SignCall("b", "OpenRoom", nil)
	s.pass(t, callLife+time.Second)
	if err := b.CheckCall(t.Context(), token, "OpenRoom", nil); !errors.Is(err, ErrCallForged) {
		t.Errorf("too late: %v", err)
	}
}
