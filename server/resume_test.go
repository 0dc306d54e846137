package server

import (
	"testing"

	"github.com/metronome-server/metronome/netproto"
)

// TestCutConnectionResumes cuts a player's connection in the middle of a match
// and takes the seat back on a new one.
func TestCutConnectionResumes(t *testing.T) {
	n := startTestNode(t, nil)
	other, player := join(t, n, "ffa?name=other"), join(t, n, "ffa?name=player")
	for {
		player.must(player.next())
		other.must(other.next())
		if _, _, ok := player.row("ship", "x"); ok {
			break
		}
	}
	seat, token := player.seat, player.resume
	_, ship, _ := player.row("ship", "x")
	_, score, _ := player.row("player", "kills")
	player.send(&netproto.ClientFrame{Ping: 1}) // shows that the token arrived
	for player.frame.Pong == 0 {
		player.must(player.next())
	}
	_ = player.conn.Close()
	for range 10 {
		other.must(other.next())
	}
	back := join(t, n, "ffa?resume="+token)
	if back.seat != seat || back.resume == token || back.resume == "" {
		t.Errorf("came back on seat %d with token %q; was on %d with %q", back.seat, back.resume, seat, token)
	}
	_, shipNow, ok := back.row("ship", "x")
	_, scoreNow, _ := back.row("player", "kills")
	if !ok || shipNow != ship || scoreNow != score {
		t.Errorf("ship %d and score row %d became %d and %d", ship, score, shipNow, scoreNow)
	}
	back.must(back.next())
}

// TestStopTellsClientsToComeBack ends a node under its players.
func TestStopTellsClientsToComeBack(t *testing.T) {
	n := startTestNode(t, nil)
	player := join(t, n, "ffa?name=player")
	stopped := make(chan struct{})
	go func() {
		n.Stop()
		close(stopped)
	}()
	end := player.ends()
	if end.Code != netproto.CloseRestart || end.Code.Info().Comeback != netproto.RejoinLater {
		t.Errorf("closed with %v", end)
	}
	_ = player.conn.Close()
	<-stopped
}
