package id

import (
	"strings"
	"testing"
)

func TestWord(t *testing.T) {
	seen := map[rune]int{}
	for range 1000 {
		w := Word(31)
		if len(w) != 31 {
			t.Fatalf("%q", w)
		}
		for _, c := range w {
			seen[c]++
		}
	}
	for _, c := range Letters {
		if seen[c] < 800 || seen[c] > 1200 { // seven standard deviations
			t.Errorf("%c came %d times of 31000, %d letters", c, seen[c], len(Letters))
		}
	}
	if len(seen) != len(Letters) || strings.ContainsAny(Letters, "01oil") {
		t.Errorf("%d letters were used of %q", len(seen), Letters)
	}
	if Word(0) != "" {
		t.Error("a word of no letters")
	}
}

func TestIDs(t *testing.T) {
	rooms, unique := map[string]bool{}, map[string]bool{}
	for range 1000 {
		rooms[Room()], unique[Unique()] = true, true
	}
	one, two := Seed(), Seed()
	if len(rooms) != 1000 || len(unique) != 1000 || len(Room()) != 10 || len(Unique()) != 16 || one == two {
		t.Errorf("%d and %d of 1000", len(rooms), len(unique))
	}
}
