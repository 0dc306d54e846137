package lobby

import (
	"errors"
	"testing"
	"time"
)

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
