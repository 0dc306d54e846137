package room

import "testing"

func TestNewID(t *testing.T) {
	seen := map[string]bool{}
	for range 10_000 {
		id := NewID()
		if len(id) != 10 || !validID(id) || seen[id] {
			t.Fatalf("id %q", id)
		}
		seen[id] = true
	}
}
