package server

import (
	"slices"
	"testing"
	"time"

	"github.com/metronome-server/metronome/lobby"
)

// TestNodesThatAreMissingForAMoment: clients go on to know them, for a while.
func TestNodesThatAreMissingForAMoment(t *testing.T) {
	var known knownNodes
	start := time.Now()
	one, two := lobby.Node{ID: "1", URL: "http://one"}, lobby.Node{ID: "2", URL: "http://two"}
	again, draining := lobby.Node{ID: "3", URL: "http://two"}, lobby.Node{ID: "3", URL: "http://two", Draining: true}
	for _, row := range []struct {
		after time.Duration
		nodes []lobby.Node
		want  []string
	}{
		{0, []lobby.Node{one, two}, []string{"http://two"}},
		{time.Second, []lobby.Node{one}, []string{"http://two"}},
		{2 * time.Second, nil, []string{"http://two"}},
		{3 * time.Second, []lobby.Node{one, again}, []string{"http://two"}}, // started again: once
		{4 * time.Second, []lobby.Node{one, draining}, nil},
		{5 * time.Second, []lobby.Node{one}, nil}, // and it went
		{6 * time.Second, []lobby.Node{one, two}, []string{"http://two"}},
		{6*time.Second + missingMost, []lobby.Node{one}, nil},
	} {
		if got := elsewhere(known.with(row.nodes, start.Add(row.after)), "1", ""); !slices.Equal(got, row.want) {
			t.Errorf("after %v: %v, want %v", row.after, got, row.want)
		}
	}
}
