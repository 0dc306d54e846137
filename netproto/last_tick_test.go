package netproto

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// TestLastTicks: to the last tick there is, frames follow one another, with
// ticks left out or not.
func TestLastTicks(t *testing.T) {
	w := startZoo(t, 3, 20, 40)
	w.Step() // so that the state's tick is 1, one byte
	state := w.Append(nil)
	at := tickIn(t, w, state)
	late := binary.AppendUvarint(slices.Clone(state[:at]), uint64(sim.LastTick-80))
	if err := w.Restore(append(late, state[at+1:]...)); err != nil {
		t.Fatal(err)
	}
	s := newStage(w)
	always, seldom, narrow := newWatcher(s, 1), newWatcher(s, 2), newWatcher(s, 3)
	narrow.most = 100
	for n := 0; !w.Over(); n++ {
		s.step()
		always.receive(t, s)
		narrow.receive(t, s)
		if n%7 == 0 || w.Over() {
			seldom.receive(t, s)
		}
	}
	if always.mirror.Tick() != sim.LastTick || seldom.mirror.Tick() != sim.LastTick {
		t.Errorf("mirrors are at %d and %d, the last tick is %d", always.mirror.Tick(), seldom.mirror.Tick(), sim.LastTick)
	}
}

// tickIn finds the tick in a state: where that of the next tick differs first.
func tickIn(t *testing.T, w *sim.World, state []byte) int {
	t.Helper()
	at := bytes.IndexByte(state[8:], byte(w.Tick())) + 8
	changed := slices.Clone(state)
	changed[at]++
	if err := w.Restore(changed); err != nil || w.Tick() != 2 {
		t.Fatalf("byte %d of the state is not its tick: %v", at, err)
	}
	return at
}
