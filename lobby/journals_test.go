package lobby

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/metronome-server/metronome/journal/stored"
)

// write writes of one room and returns its fate.
func write(t *testing.T, l *Lobby, w stored.Write) stored.Fate {
	t.Helper()
	fates, err := l.Journals().Write(t.Context(), []stored.Write{w})
	must(t, err)
	return fates[0]
}

func wantJournal(t *testing.T, l *Lobby, id, want string) {
	t.Helper()
	got, err := l.Journals().Read(t.Context(), id)
	must(t, err)
	if string(got) != want {
		t.Errorf("journal %q, want %q", got, want)
	}
}

func TestJournalsAreWrittenByOwnersOnly(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a"), s.node(t, "b")
		r := claim(t, a, "r", func(r *Room) { r.Kept = true })
		mine := stored.Write{Room: "r", Epoch: r.Epoch}
		for _, step := range []struct {
			what string
			by   *Lobby
			w    stored.Write
			want stored.Fate
			has  string
		}{
			{"ticks without a journal", a, stored.Write{Journal: "1", At: 9, Tail: []byte("x")}, stored.Gap, ""},
			{"a piece", a, stored.Write{Fresh: []byte("check")}, stored.Stored, ""},
			{"the same piece", a, stored.Write{Fresh: []byte("check")}, stored.Stored, ""},
			{"a later piece", a, stored.Write{FreshAt: 9, Fresh: []byte("x")}, stored.Gap, ""},
			{"the rest", a, stored.Write{FreshAt: 5, Fresh: []byte("point"), Use: "1"}, stored.Stored, "checkpoint"},
			{"a tick", a, stored.Write{Journal: "1", At: 10, Tail: []byte("+1")}, stored.Stored, "checkpoint+1"},
			{"it again, and another", a, stored.Write{Journal: "1", At: 10, Tail: []byte("+1+2")}, stored.Stored, "checkpoint+1+2"},
			{"a tick behind a gap", a, stored.Write{Journal: "1", At: 20, Tail: []byte("+4")}, stored.Gap, "checkpoint+1+2"},
			{"a tick of another journal", a, stored.Write{Journal: "0", At: 2, Tail: []byte("+4")}, stored.Gap, "checkpoint+1+2"},
			{"another node", b, stored.Write{Journal: "1", At: 14, Tail: []byte("+3")}, stored.Lost, "checkpoint+1+2"},
			{"a journal at once, with ticks for the one before", a, stored.Write{Journal: "1", At: 14, Tail: []byte("+3"), Fresh: []byte("next"), Use: "2"}, stored.Stored, "next"},
			{"the same, as its answer was lost", a, stored.Write{Journal: "1", At: 14, Tail: []byte("+3"), Fresh: []byte("next"), Use: "2"}, stored.Gap, "next"},
		} {
			w := step.w
			w.Room, w.Epoch = mine.Room, mine.Epoch
			if got := write(t, step.by, w); got != step.want {
				t.Errorf("%s: %d, want %d", step.what, got, step.want)
			}
			wantJournal(t, a, "r", step.has)
		}
		next, err := b.Claim(t.Context(), Room{ID: "r", Mode: "ffa", Seats: 4, Epoch: r.Epoch, Kept: true})
		must(t, err)
		if got := write(t, a, stored.Write{Room: "r", Epoch: r.Epoch, Journal: "2", At: 4, Tail: []byte("x")}); got != stored.Lost {
			t.Errorf("who had the room before writes: %d", got)
		}
		if got := write(t, a, stored.Write{Room: "r", Epoch: r.Epoch, Forget: true}); got != stored.Lost {
			t.Errorf("who had the room before removes it: %d", got)
		}
		wantJournal(t, b, "r", "next")
		if got := write(t, b, stored.Write{Room: "r", Epoch: next.Epoch, Forget: true}); got != stored.Stored {
			t.Errorf("the owner does not remove it: %d", got)
		}
		wantJournal(t, b, "r", "")
		for _, key := range s.all(t) {
			if len(key) > 7 && key[len(key)-7:] == "journal" {
				t.Errorf("%s is left", key)
			}
		}
	})
}

func TestClaimFromAnOwner(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a"), s.node(t, "b")
		first := claim(t, a, "r", func(r *Room) { r.Private = true })
		wanted := Room{ID: "r", Mode: "ffa", Seats: 4, Private: true, Code: first.Code, Epoch: first.Epoch - 1}
		if _, err := b.Claim(t.Context(), wanted); !errors.Is(err, ErrRoomTaken) {
			t.Fatalf("from an owner that is none any more: %v", err)
		}
		wanted.Epoch = first.Epoch
		second, err := b.Claim(t.Context(), wanted)
		must(t, err)
		if second.Epoch <= first.Epoch || second.Code != first.Code || second.Node != "b" {
			t.Errorf("claimed %+v, was %+v", second, first)
		}
		if _, err := a.Claim(t.Context(), wanted); !errors.Is(err, ErrRoomTaken) {
			t.Errorf("twice from one owner: %v", err)
		}
		if lost := beat(t, a, Room{ID: "r", Mode: "ffa", Seats: 4, Private: true}); !slices.Equal(lost, []string{"r"}) {
			t.Errorf("the owner before lost %v", lost)
		}
	})
}

func TestInheritFromASilentOwner(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a"), s.node(t, "b")
		r := claim(t, a, "r", func(r *Room) { r.Kept = true })
		if _, err := a.Journals().Write(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		wanted := Room{ID: "r", Mode: "ffa", Seats: 4, Epoch: r.Epoch, Kept: true}
		if _, err := b.Inherit(t.Context(), wanted, time.Hour); !errors.Is(err, ErrRoomTaken) {
			t.Fatalf("from an owner that has just written: %v", err)
		}
		if _, err := b.Inherit(t.Context(), wanted, time.Nanosecond); err != nil {
			t.Fatal(err)
		}
	})
}

// The rooms of a dead node that are kept wait for another node; others go.
func TestKeptRoomsOutliveTheirNode(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a", short), s.node(t, "b", short)
		kept := claim(t, a, "kept", func(r *Room) { r.Kept = true })
		claim(t, a, "gone")
		beat(t, a, kept, Room{ID: "gone", Mode: "ffa", Seats: 4})
		must(t, a.dir.leave(t.Context(), a.self))
		eventually(t, "the other is cleared away", func() bool {
			beat(t, b)
			_, there := b.KeptRoom("gone")
			return !there && len(b.Orphans(func(string) bool { return false })) == 1
		})
		orphan, _ := b.KeptRoom("kept")
		if orphan.ID != "kept" || orphan.Epoch != kept.Epoch || orphan.Node != "a" {
			t.Fatalf("an orphan %+v", orphan)
		}
		must(t, errOf(b.Inherit(t.Context(), orphan, 0)))
		eventually(t, "it waits no more", func() bool {
			beat(t, b, orphan)
			return len(b.Orphans(func(string) bool { return false })) == 0
		})
		if all := b.Orphans(func(node string) bool { return node == "b" }); len(all) != 1 {
			t.Errorf("of a node in doubt: %+v", all)
		}
	})
}

func errOf(_ Room, err error) error { return err }
