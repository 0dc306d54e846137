package room

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

func TestSeatsAreListed(t *testing.T) {
	r := walking(t)
	p, q := r.join("anna"), r.join("bert")
	p.input(2, 1, 0)
	q.conn.lost = true
	r.ticks(4)
	type all struct {
		seats    []SeatInfo
		occupied int
	}
	ask := func(most int) all {
		got, err := asking(r, func(ctx context.Context) (all, error) {
			seats, occupied, err := r.Seats(ctx, most)
			return all{seats, occupied}, err
		})
		must(t, err)
		return got
	}
	got := ask(10)
	if len(got.seats) != 2 || got.occupied != 2 || got.seats[0].Name != "anna" || got.seats[0].Slack != 2 || got.seats[0].Silent < 3 || got.seats[1].State != SeatAway {
		t.Errorf("%+v", got)
	}
	if got = ask(1); len(got.seats) != 1 || got.occupied != 2 {
		t.Errorf("one of two: %+v", got)
	}
	free, err := asking(r, func(ctx context.Context) (SeatInfo, error) { return r.Seat(ctx, 5) })
	if err != nil || free.State != SeatFree || free.Name != "" {
		t.Errorf("a free seat: %+v, %v", free, err)
	}
	if _, err = r.Seat(t.Context(), 99); !errors.Is(err, ErrNoSeat) {
		t.Errorf("no seat: %v", err)
	}
}

func TestKickNamed(t *testing.T) {
	r := walking(t)
	p := r.join("anna")
	for _, row := range []struct {
		seat sim.Seat
		name string
		err  error
	}{{1, "bert", ErrNoSeat}, {2, "", ErrNoSeat}, {0, "", ErrNoSeat}, {999, "anna", ErrNoSeat}, {1, "anna", nil}, {1, "anna", ErrNoSeat}} {
		_, err := asking(r, func(ctx context.Context) (int, error) { return 0, r.KickNamed(ctx, row.seat, row.name, "language") })
		if !errors.Is(err, row.err) {
			t.Errorf("seat %d, %q: %v", row.seat, row.name, err)
		}
	}
	if p.conn.code() != netproto.CloseKicked || p.conn.ended.Reason != "language" {
		t.Errorf("ended with %v", p.conn.ended)
	}
}

// TestQuestionsEndWithTheRoom asks a room that ends before its next tick.
func TestQuestionsEndWithTheRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := running(t, func(o *Options) { o.Mode.Hz = 1 })
		go r.Run(t.Context())
		synctest.Wait()
		answer := make(chan error)
		go func() { _, err := r.Seat(t.Context(), 1); answer <- err }()
		synctest.Wait()
		r.Close(netproto.CloseRoomEnded, "")
		if err := <-answer; !errors.Is(err, ErrClosed) {
			t.Errorf("%v", err)
		}
	})
}

// TestRecordingSoFar reads a journal while it is written: whole records, which
// play.
func TestRecordingSoFar(t *testing.T) {
	dir := t.TempDir()
	j, err := NewFileJournal(dir, "match")
	must(t, err)
	r := walking(t, func(o *Options) { o.Journal = j })
	p := r.join("anna")
	read := func() []byte {
		file, name, size, err := r.Recording()
		must(t, err)
		defer func() { _ = file.Close() }()
		b, err := io.ReadAll(file)
		must(t, err)
		if name != "match.journal" || int64(len(b)) != size {
			t.Fatalf("%s: %d bytes, announced %d", name, len(b), size)
		}
		return b
	}
	var b []byte
	for deadline := time.Now().Add(20 * time.Second); len(b) < 2000; {
		if time.Now().After(deadline) {
			t.Fatal("nothing is written")
		}
		p.input(0, 3, 1)
		r.tick()
		b = read()
	}
	got, err := ReplayJournal(bytes.NewReader(b), func(string) (sim.Mode, bool) { return walkMode(nil), true }, nil)
	if err != nil || got.Last == 0 || got.Last > r.next {
		t.Errorf("%+v, %v", got, err)
	}
	r.finish()
	whole, err := os.ReadFile(filepath.Join(dir, "match.journal"))
	must(t, err)
	if !bytes.HasPrefix(whole, b) || !bytes.Equal(whole, read()) {
		t.Error("the recording is not a prefix of the whole one")
	}
	if _, _, _, err := walking(t).Recording(); !errors.Is(err, ErrNotRecorded) {
		t.Errorf("not recorded: %v", err)
	}
}
