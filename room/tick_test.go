package room

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// TestGameFaults has a game panic in each of its methods: its room closes with
// a code that says so, everybody is told, those at the door too, and the
// journal plays up to the fault.
func TestGameFaults(t *testing.T) {
	for _, where := range []string{"join", "leave", "step", "view"} {
		t.Run(where, func(t *testing.T) {
			armed := false
			quirk := func(at string, _ sim.Tick) {
				if armed && at == where {
					panic("a bug in " + where)
				}
			}
			dir := t.TempDir()
			j, err := NewFileJournal(dir, "fault")
			must(t, err)
			r := newRig(t, walkMode(quirk), func(o *Options) { o.Journal = j })
			a, b := r.join("anna"), r.join("bert")
			for range 20 {
				a.input(0, 5, 1)
				r.tick()
			}
			waiting, second := newPeer(r), newPeer(r)
			armed = true
			r.knock(Guest{}).Enter(waiting.conn)
			r.knock(Guest{}).Enter(second.conn)
			b.send(netproto.ClientFrame{Leave: true})
			b.conn.lost = true
			a.input(0, 7, 0)
			fault := r.next
			r.tick()
			r.end()
			for name, c := range map[string]*fakeConn{"anna": a.conn, "waiting": waiting.conn, "second": second.conn} {
				if c.code() != netproto.CloseGameFault {
					t.Errorf("%s: %v", name, c.ended)
				}
			}
			if n := r.stats.Closes(netproto.CloseGameFault); n != 3 {
				t.Errorf("%d closes counted", n)
			}
			if r.fault == nil || !strings.Contains(r.fault.Error(), "a bug in "+where) || r.stats.Faults.Load() != 1 || r.logs.count("level=ERROR") != 1 {
				t.Errorf("fault %v, %d counted, log: %s", r.fault, r.stats.Faults.Load(), r.logs.text.String())
			}
			replayFault(t, filepath.Join(dir, "fault.journal"), where, fault)
		})
	}
}

func replayFault(t *testing.T, file, where string, fault sim.Tick) {
	t.Helper()
	b, err := os.ReadFile(file)
	must(t, err)
	only := func(m sim.Mode) func(string) (sim.Mode, bool) {
		return func(string) (sim.Mode, bool) { return m, true }
	}
	// The game fails at its first call of this kind now; where it was not called
	// before, that is the tick that failed.
	failsAt := func(at sim.Tick) sim.Mode {
		return walkMode(func(at2 string, tick sim.Tick) {
			if at2 == where && (tick == at || where != "step" && tick == at-1) {
				panic("a bug in " + where)
			}
		})
	}
	got, err := ReplayJournal(bytes.NewReader(b), only(failsAt(fault)), nil)
	var gf *GameFault
	switch {
	case where == "view": // it was recorded: the fault came after the step
		if err != nil || got.Last != fault {
			t.Errorf("%+v, %v", got, err)
		}
	case !errors.As(err, &gf) || gf.Tick != fault || got.Last != fault-1:
		t.Errorf("replay: %+v, %v; the fault was at tick %d", got, err, fault)
	}
}

// TestOtherRoomsGoOn runs a room that fails on a node with others.
func TestOtherRoomsGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := walkMode(func(at string, tick sim.Tick) {
			if at == "step" && tick == 100 {
				var rows []int
				_ = rows[tick]
			}
		})
		bad.Name = "bad"
		g := registry(t, nil, walkMode(nil), bad)
		good := g.create(t, Wish{Keep: true})
		<-g.create(t, Wish{Mode: "bad", Keep: true}).Ended()
		synctest.Wait()
		before := good.Info().Tick
		<-time.After(10 * time.Second)
		synctest.Wait()
		if got := good.Info().Tick.Since(before); got != 10*walkHz || len(g.List()) != 1 {
			t.Errorf("%d ticks in 10 s, %d rooms", got, len(g.List()))
		}
		if s := g.config.Stats; s.Faults.Load() != 1 || s.TicksLost.Load() != 0 {
			t.Errorf("%d faults, %d ticks lost", s.Faults.Load(), s.TicksLost.Load())
		}
		g.shut(t)
	})
}
