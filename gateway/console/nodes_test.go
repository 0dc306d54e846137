package console

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/metronome-server/metronome/lobby"
)

func TestNodeList(t *testing.T) {
	l, err := lobby.Open(t.Context(), lobby.Config{NodeURL: "http://127.0.0.1:1", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	var list nodeList
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if nodes, failed := list.get(gone, l); len(nodes) != 0 || failed != nil || !list.asked.IsZero() {
		t.Errorf("for who has gone: %v, %v", nodes, failed)
	}
	if nodes, failed := list.get(t.Context(), l); len(nodes) != 1 || failed != nil {
		t.Errorf("%v, %v", nodes, failed)
	}
	if err = l.Close(t.Context()); err != nil { // the store is gone with it
		t.Fatal(err)
	}
	if nodes, failed := list.get(t.Context(), l); len(nodes) != 1 || failed != nil {
		t.Errorf("within %v: %v, %v", nodesFor, nodes, failed)
	}
	list.asked = time.Now().Add(-nodesFor)
	if nodes, failed := list.get(t.Context(), l); len(nodes) != 1 || failed == nil {
		t.Errorf("without a store: %v, %v", nodes, failed)
	}
}
