package server

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"connectrpc.com/connect"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
)

func TestAdminKeyLength(t *testing.T) {
	for key, good := range map[string]bool{"": true, "1234567": false, "12345678": true} {
		c := DefaultConfig()
		c.AdminKey = key
		if err := c.Validate(); (err == nil) != good || err != nil && !strings.Contains(err.Error(), "--admin-key") {
			t.Errorf("key of %d bytes: %v", len(key), err)
		}
	}
}

// safeBuffer is a log in memory.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

// TestStopDoesNotWaitForWatchers stops a node while an operator looks.
func TestStopDoesNotWaitForWatchers(t *testing.T) {
	var log safeBuffer
	c := DefaultConfig()
	c.Listen, c.Bots, c.AdminKey = "127.0.0.1:0", 0, "correct horse"
	n, err := Start(t.Context(), c, []sim.Game{arena.Game()}, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	console := metronomev1connect.NewConsoleServiceClient(http.DefaultClient, n.LocalURL())
	look := func(room, key string) *connect.ServerStreamForClient[pb.WatchResponse] {
		req := connect.NewRequest(&pb.WatchRequest{Room: room})
		req.Header().Set("Authorization", "Bearer "+key)
		stream, failed := console.Watch(t.Context(), req)
		if failed != nil {
			t.Fatal(failed)
		}
		return stream
	}
	if bad := look("", "wrong horse"); bad.Receive() || connect.CodeOf(bad.Err()) != connect.CodeUnauthenticated {
		t.Errorf("a wrong key: %v", bad.Err())
	}
	all, one := look("", c.AdminKey), look("ffa", c.AdminKey)
	for _, stream := range []*connect.ServerStreamForClient[pb.WatchResponse]{all, one} {
		if !stream.Receive() {
			t.Fatal(stream.Err())
		}
	}
	n.Stop()
	for _, stream := range []*connect.ServerStreamForClient[pb.WatchResponse]{all, one} {
		for stream.Receive() {
		}
		if connect.CodeOf(stream.Err()) != connect.CodeUnavailable {
			t.Errorf("ended with %v", stream.Err())
		}
	}
	if strings.Contains(log.b.String(), "cut off") {
		t.Errorf("the stop waited for who looked:\n%s", log.b.String())
	}
}
