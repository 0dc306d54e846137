package netproto

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// TestMirrorEqualsWorld is the contract of the wire: after any sequence of
// steps, skips, joins, resyncs and view changes the mirror is the world
// restricted to the view, and no event came twice or was lost.
func TestMirrorEqualsWorld(t *testing.T) {
	t.Logf("-seed=%d", *seedFlag)
	for run := range uint64(12) {
		r := rand.New(rand.NewPCG(*seedFlag, run))
		// From a few restless beasts to many calm ones.
		crowd := int32(5) << (run % 6)
		s := newStage(startZoo(t, r.Uint64(), crowd, 24+2*crowd))
		var watchers []*watcher
		for range 300 {
			if r.IntN(25) == 0 && len(watchers) < 6 {
				seat := sim.Seat(len(watchers) + 1)
				if err := s.w.Join(seat, sim.Entrant{}); err != nil {
					t.Fatal(err)
				}
				watchers = append(watchers, newWatcher(s, seat))
			}
			s.step()
			for _, c := range watchers {
				if c.skips(r, s.w.Tick()) {
					continue
				}
				if r.IntN(80) == 0 {
					c.viewer.Reset()
				}
				c.receive(t, s)
			}
		}
	}
}

// skips decides whether a seat gets no snapshot: some seats now and then, one
// for long, so that chunks are missed by one, by a few, and by too many.
func (c *watcher) skips(r *rand.Rand, t sim.Tick) bool {
	switch c.seat % 3 {
	case 0:
		return r.IntN(4) == 0
	case 1:
		return uint32(t)/45%3 == 1
	}
	return false
}

func TestGapIsFound(t *testing.T) {
	s := newStage(startZoo(t, 1, 20, 40))
	c := newWatcher(s, 1)
	for range 5 {
		s.step()
		c.receive(t, s)
	}
	s.step()
	s.e.AppendSnapshot(nil, &c.viewer, 1, Header{}) // lost
	for range 3 {                                   // and none of the following can be used
		s.step()
		if err := ReadServerFrame(s.e.AppendSnapshot(nil, &c.viewer, 1, Header{}), &c.frame); err != nil {
			t.Fatal(err)
		}
		if err := c.mirror.Apply(&c.frame); !errors.Is(err, ErrGap) || c.mirror.Synced() || len(mirrorTable(c.mirror)) > 0 {
			t.Fatalf("a lost snapshot went unnoticed: %v", err)
		}
	}
	c.viewer.Reset()
	s.step()
	c.receive(t, s)
}
