package lobby

import (
	"strings"
	"testing"
)

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
