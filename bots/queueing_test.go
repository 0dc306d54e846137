package bots

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/netproto"
)

// TestEntriesAreAccountedForOnce ends entries in every way there is: each is in one
// count, with the reason.
func TestEntriesAreAccountedForOnce(t *testing.T) {
	unmatched := func(state string) error {
		return &client.UnmatchedError{Entry: "duel.1", State: state, Why: "so it is"}
	}
	ended := &netproto.CloseError{Code: netproto.CloseRoomEnded, Reason: "the match is over"}
	lost := &netproto.CloseError{Code: netproto.CloseLost, Reason: "gone"}
	for _, c := range []struct {
		name   string
		seated bool
		left   []error // how connections to the match ended
		err    error
		want   string // a state of Ended, "played" or "waiting"
	}{
		{"expired", false, nil, unmatched("expired"), "expired"},
		{"canceled by the server", false, nil, unmatched("canceled"), "canceled"},
		{"the run is over", false, nil, context.Canceled, "waiting"},
		{"nobody answers", false, nil, errors.New("no route"), "unknown"},
		{"played", true, []error{ended}, unmatched("played"), "played"},
		{"played, and forgotten since", true, []error{ended}, unmatched("lost"), "played"},
		{"played, and the run is over", true, []error{lost, ended}, context.Canceled, "played"},
		{"everybody else played", true, []error{lost}, unmatched("played"), broken},
		{"lost, and the run is over", true, []error{lost}, context.Canceled, broken},
		{"did not get in", true, nil, unmatched("absent"), "absent"},
	} {
		t.Run(c.name, func(t *testing.T) {
			q, b := newQueueing("duel"), &bot{queued: queued{entry: "duel.1", seated: c.seated}}
			defer q.close()
			for _, err := range c.left {
				b.queued.left(err)
			}
			q.account(b, c.err)
			q.account(b, c.err) // there is no entry any more
			r := q.report
			got := map[string]int{"played": r.Played, "waiting": r.Waiting}
			sum := r.Played + r.Waiting
			for state, n := range r.Ended {
				got[state], sum = n, sum+n
			}
			if got[c.want] != 1 || sum != 1 || len(r.Why) != len(r.Ended) {
				t.Errorf("%+v, want it in %s alone", r, c.want)
			}
		})
	}
}

func TestQueueGoesAlone(t *testing.T) {
	c := Default()
	c.Queue = "duel"
	if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "no room size") {
		t.Errorf("a queue and rooms of a size: %v", err)
	}
	if c.RoomSize = 0; c.Validate() != nil {
		t.Errorf("a queue alone: %v", c.Validate())
	}
}
