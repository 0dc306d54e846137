package client

import (
	"testing"
	"time"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// TestSilenceThatIsBorne: of a room that rests more than of others.
func TestSilenceThatIsBorne(t *testing.T) {
	for rests, want := range map[bool]time.Duration{false: 10 * time.Second, true: time.Minute} {
		var s Session
		s.Connected(0)
		welcome, err := netproto.AppendWelcome(nil, &pb.Welcome{TickHz: 20, Schema: &pb.Schema{}, Rests: rests})
		check(t, err)
		check(t, s.Receive(welcome, epoch))
		if s.SilentAfter() != want {
			t.Errorf("rests %v: %v", rests, s.SilentAfter())
		}
	}
}
