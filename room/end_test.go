package room

import (
	"testing"

	"github.com/metronome-server/metronome/netproto"
)

// TestWhoIsSlowIsToldHowItEnded: the last tick of a match goes to connections that
// still have something to send, and to seats whose turn for a snapshot it is not.
func TestWhoIsSlowIsToldHowItEnded(t *testing.T) {
	for every := 1; every <= 4; every++ {
		mode := deskMode(30)
		mode.SnapshotEvery = every
		r := newRig(t, mode)
		peers := []*peer{r.join("ann"), r.join("bob"), r.join("cid"), r.join("dan")}
		r.ticks(4)
		for _, p := range peers[:2] {
			p.conn.stuck = true
		}
		peers[0].send(netproto.ClientFrame{Commands: []netproto.Command{order(1, deskEnd)}})
		r.tick()
		for _, p := range peers {
			p.read()
			told := 0
			for _, n := range p.notices {
				if n.GetEnd() != nil {
					told = len(n.GetEnd().GetLine())
				}
			}
			if told != 4 {
				t.Errorf("a snapshot every %d ticks: seat %d was told %d lines", every, p.seat, told)
			}
		}
	}
}
