package room

import (
	"errors"
	"testing"
	"time"
)

// TestWhoLooksSeesWhetherARoomIsKept: and since when it is not.
func TestWhoLooksSeesWhetherARoomIsKept(t *testing.T) {
	if k := walking(t).Info().Kept; k != (KeptInfo{}) {
		t.Errorf("a room that nothing keeps: %+v", k)
	}
	room, k := keptRig(t, walkMode(nil))
	room.ticks(2)
	if kept := room.Info().Kept; kept.By != "memory" || kept.Fault != "" {
		t.Errorf("a room that is kept: %+v", kept)
	}
	k.err = errors.New("the disk is full")
	room.clock.now = room.clock.now.Add(time.Second)
	since := room.clock.Now()
	room.tick()
	room.clock.now = since.Add(time.Second)
	room.ticks(2)
	if kept := room.Info().Kept; kept.By != "memory" || kept.Fault != "the disk is full" || !kept.FaultSince.Equal(since) {
		t.Errorf("since %v it is not kept: %+v", since, kept)
	}
	k.err = nil
	room.tick()
	if kept := room.Info().Kept; kept.Fault != "" || !kept.FaultSince.IsZero() {
		t.Errorf("a room that is kept again: %+v", kept)
	}
}
