package lobby

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestCodes(t *testing.T) {
	seen := map[rune]bool{}
	for range 2000 {
		code := NewCode()
		if clean, ok := CleanCode(code); !ok || clean != code {
			t.Fatalf("code %q", code)
		}
		for _, r := range code {
			seen[r] = true
		}
	}
	if len(seen) != len(codeAlphabet) || len(codeAlphabet) != 31 {
		t.Fatalf("%d of %d letters are ever used", len(seen), len(codeAlphabet))
	}
	if strings.ContainsAny(codeAlphabet, "01OIL") {
		t.Fatal("letters that are read as others")
	}
}

func TestCleanCode(t *testing.T) {
	for in, want := range map[string]string{
		"ABC234": "ABC234", "abc234": "ABC234", " abc-234 ": "ABC234", "A B C 2 3 4": "ABC234",
		"": "", "ABC23": "", "ABC2345": "", "ABC230": "", "ABCDEI": "", "ABCDEü": "",
	} {
		if got, ok := CleanCode(in); ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q, %v", in, got, ok)
		}
	}
}

// Many private rooms, each with its own code that leads to it.
func TestCodesAreUnique(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		nodes := []*Lobby{s.node(t, "a"), s.node(t, "b")}
		codes := map[string]string{}
		for i := range 60 {
			r := claim(t, nodes[i%2], fmt.Sprint("r", i), func(r *Room) { r.Private = true })
			if codes[r.Code] != "" {
				t.Fatalf("%s for %s and %s", r.Code, codes[r.Code], r.ID)
			}
			codes[r.Code] = r.ID
		}
		for code, id := range codes {
			if j, err := nodes[0].ReserveByCode(t.Context(), code, Player{Name: "ann"}); err != nil || j.Room.ID != id {
				t.Fatalf("%s leads to %s (%v), want %s", code, j.Room.ID, err, id)
			}
		}
	})
}

// A candidate that is in use is passed over; when all are, the claim fails.
func TestTakenCodesArePassedOver(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		l := s.node(t, "a")
		try := func(id string, candidates ...string) (string, error) {
			c, err := l.newClaim(Room{ID: id, Mode: "ffa", Seats: 4, Private: true}, true)
			must(t, err)
			c.codes = candidates
			s, err := l.dir.claim(t.Context(), c, seat{})
			return s.row.Code, err
		}
		first, err := try("r1", "AAAAAA", "BBBBBB")
		must(t, err)
		second, err := try("r2", "AAAAAA", "BBBBBB")
		must(t, err)
		if first != "AAAAAA" || second != "BBBBBB" {
			t.Fatalf("codes %v and %v", first, second)
		}
		if _, err := try("r3", "AAAAAA", "BBBBBB"); !errors.Is(err, errNoCode) {
			t.Fatalf("no free candidate: %v", err)
		}
		if rooms, _, err := l.dir.owned(t.Context(), l.self, ""); err != nil || rooms["r3"] != 0 {
			t.Fatalf("a room without a code exists: %v, %v", rooms, err)
		}
	})
}

// A private room keeps its code when another node takes it over.
func TestTakeoverKeepsTheCode(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a", short), s.node(t, "b")
		old := claim(t, a, "r", func(r *Room) { r.Private = true })
		s.pass(t, shortLease)
		if r := claim(t, b, "r", func(r *Room) { r.Private = true }); r.Code != old.Code {
			t.Fatalf("code %s, was %s", r.Code, old.Code)
		}
	})
}
