package matchmaker

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
)

// A pool is at all times what a map is to which the same is done.
func TestThePoolIsWhoWaitsInOrder(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("SEED=%d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	p, want := newPool(), map[string]queue.Entry{}
	id := func() string { return fmt.Sprint(r.IntN(60)) }
	for step := range 5000 {
		switch is := id(); r.IntN(8) {
		case 0, 1, 2:
			e := &queue.Entry{ID: is, Rev: 1, Since: time.UnixMilli(int64(step + r.IntN(20)))}
			if old, known := want[is]; known {
				e.Rev, e.Since = old.Rev+uint64(r.IntN(2)), old.Since
			}
			p.add(e)
			want[is] = *e
		case 3, 4:
			p.remove(is)
			delete(want, is)
		case 5:
			if e := p.byID[is]; e != nil { // the same again
				p.remove(is)
				p.add(e)
			}
		case 6:
			p.move(is, "another")
			if e, known := want[is]; known {
				e.Home = "another"
				want[is] = e
			}
		default:
			p.tidy()
			if !slices.IsSortedFunc(p.Entries, older) || len(p.Entries) != len(want) {
				t.Fatalf("step %d: %d entries, sorted %v, want %d", step, len(p.Entries), slices.IsSortedFunc(p.Entries, older), len(want))
			}
			for _, e := range p.Entries {
				if w, known := want[e.ID]; !known || w.Rev != e.Rev || w.Home != e.Home || !w.Since.Equal(e.Since) {
					t.Fatalf("step %d: %+v, want %+v (%v)", step, e, w, known)
				}
			}
		}
	}
}
