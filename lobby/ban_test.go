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
