package lobby

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

// appendTo appends the n-th message of a room's tick.
func appendTo(t *testing.T, s *OutboxStream, room string, epoch uint64, tick uint32, n int) error {
	t.Helper()
	id := fmt.Sprintf("%s/%d/%d/%d", room, epoch, tick, n)
	return s.Append(t.Context(), id, room, epoch, tick, n, []byte(`{"id":"`+id+`"}`))
}

// inStream returns the ids in the stream, oldest first.
func inStream(t *testing.T, s *store) (ids []string) {
	t.Helper()
	list, err := s.raw.XRange(t.Context(), "{"+s.prefix+"}:outbox", "-", "+").Result()
	must(t, err)
	for _, m := range list {
		id, _ := m.Values["id"].(string)
		if body := m.Values["body"]; body != `{"id":"`+id+`"}` || len(m.Values) != 2 {
			t.Errorf("message %v", m.Values)
		}
		ids = append(ids, id)
	}
	return ids
}

// However often a message is repeated, it is in the stream once, also when another
// node repeats it.
func TestStreamHasEachMessageOnce(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a").OutboxStream(0), s.node(t, "b").OutboxStream(0)
		messages := []struct {
			room  string
			epoch uint64
			tick  uint32
			n     int
		}{
			{"r", 7, 9, 0}, {"r", 7, 9, 1}, {"r", 7, 10, 0}, {"q", 7, 1, 0},
			{"r", 1 << 63, 1<<32 - 1, 0}, // the next owner, before the one before has sent all
			{"r", 7, 10, 1}, {"r", 7, 100, 0}, {"r", 1 << 63, 1<<32 - 1, 1 << 30},
		}
		var want []string
		for _, m := range messages {
			want = append(want, fmt.Sprintf("%s/%d/%d/%d", m.room, m.epoch, m.tick, m.n))
			for range 3 {
				must(t, appendTo(t, a, m.room, m.epoch, m.tick, m.n))
				must(t, appendTo(t, b, m.room, m.epoch, m.tick, m.n))
			}
		}
		for _, m := range messages {
			must(t, appendTo(t, a, m.room, m.epoch, m.tick, m.n))
		}
		if got := inStream(t, s); !slices.Equal(got, want) {
			t.Errorf("got %q\nwant %q", got, want)
		}
		if ttl := s.raw.PTTL(t.Context(), "{"+s.prefix+"}:sent:r:7").Val(); ttl <= fence || ttl > sentLife {
			t.Errorf("the mark runs out in %v", ttl)
		}
		if ttl := s.raw.TTL(t.Context(), "{"+s.prefix+"}:outbox").Val(); ttl >= 0 {
			t.Errorf("the stream runs out in %v", ttl)
		}
	})
}

// Two nodes repeat the same messages at the same time.
func TestStreamUnderConcurrentRepeats(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *store) {
		var wait sync.WaitGroup
		for _, name := range []string{"a", "b"} {
			stream := s.node(t, name).OutboxStream(0)
			wait.Go(func() {
				for tick := range uint32(100) {
					if err := appendTo(t, stream, "r", 1, tick, 0); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		var want []string
		for tick := range 100 {
			want = append(want, fmt.Sprintf("r/1/%d/0", tick))
		}
		if got := inStream(t, s); !slices.Equal(got, want) {
			t.Errorf("got %q", got)
		}
	})
}

func TestStreamIsBounded(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *store) {
		stream := s.node(t, "a").OutboxStream(200)
		for tick := range uint32(1000) {
			must(t, appendTo(t, stream, "r", 1, tick, 0))
		}
		got := inStream(t, s)
		// Redis drops whole nodes of its tree, of 100 messages.
		if len(got) < 200 || len(got) > 300 || got[len(got)-1] != "r/1/999/0" {
			t.Errorf("%d messages, the last is %s", len(got), got[len(got)-1])
		}
	})
}

// A Redis that stands still has done nothing when it goes on, and a message that
// is repeated then is there once.
func TestStreamOfAStalledRedis(t *testing.T) {
	s := ownStore(t)
	stream := s.node(t, "a", func(c *Config) { c.Timeout = 2 * time.Second }).OutboxStream(0)
	must(t, appendTo(t, stream, "r", 1, 1, 0))
	must(t, s.signal(syscall.SIGSTOP))
	if err := appendTo(t, stream, "r", 1, 2, 0); !errors.Is(err, ErrUnavailable) {
		t.Errorf("while it stands still: %v", err)
	}
	must(t, s.signal(syscall.SIGCONT))
	eventually(t, "it takes the message", func() bool { return appendTo(t, stream, "r", 1, 2, 0) == nil })
	if got := inStream(t, s); !slices.Equal(got, []string{"r/1/1/0", "r/1/2/0"}) {
		t.Errorf("got %q", got)
	}
}

func TestNoStreamWithoutRedis(t *testing.T) {
	if memoryStore().node(t, "a").OutboxStream(0) != nil {
		t.Error("a lobby in memory has a stream")
	}
}
