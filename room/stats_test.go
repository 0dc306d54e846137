package room

import (
	"testing"

	"github.com/metronome-server/metronome/netproto"
)

func TestCloses(t *testing.T) {
	s := &Stats{}
	if len(netproto.CloseCodes) >= len(s.closes) {
		t.Fatal("more close codes than counters")
	}
	for i, row := range netproto.CloseCodes {
		for range i + 1 {
			s.CountClose(row.Code)
		}
	}
	s.CountClose(4999)
	for i, row := range netproto.CloseCodes {
		if got := s.Closes(row.Code); got != uint64(i+1) {
			t.Errorf("%s: %d", row.Name, got)
		}
	}
	if s.Closes(4998) != 1 {
		t.Errorf("unknown: %d", s.Closes(4998))
	}
}

func TestInputCounts(t *testing.T) {
	r := walking(t)
	p := r.join("anna")
	r.ticks(9)
	for lead, n := range map[int]int{0: 1, -3: 2, 40: 3, 5: 4} {
		for range n {
			p.input(lead, 1, 0)
		}
	}
	r.tick()
	s := r.stats
	if s.InputsOnTime.Load() != 2 || s.InputsLate.Load() != 1 || s.InputsEarly.Load() != 3 || s.InputsDouble.Load() != 4 || s.InputsDropped.Load() != 0 {
		t.Errorf("%d on time, %d late, %d early, %d double", s.InputsOnTime.Load(), s.InputsLate.Load(), s.InputsEarly.Load(), s.InputsDouble.Load())
	}
	if s.Ticks.Load() != 11 || s.Snapshots.Load() != 11 || s.SnapshotBytes.Load() == 0 || s.Joins.Load() != 1 {
		t.Errorf("%d ticks, %d snapshots", s.Ticks.Load(), s.Snapshots.Load())
	}
	if p.read(); p.frame.Dropped != 8 {
		t.Errorf("the client is told of %d", p.frame.Dropped)
	}
}
