package room

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/metronome-server/metronome/journal/file"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/replay"
	"github.com/metronome-server/metronome/sim"
)

func TestAnnounce(t *testing.T) {
	r := walking(t)
	p := r.join("anna")
	must(t, r.Announce("in five\nminutes"))
	must(t, r.Announce(strings.Repeat("x", maxAnnouncement+1)))
	r.tick()
	p.read()
	if got := p.lines(); len(got) != 2 || got[0] != "in five minutes" || len(got[1]) != maxAnnouncement {
		t.Errorf("read %q", got)
	}
}

func TestKick(t *testing.T) {
	r := walking(t)
	p, other := r.join("anna"), r.join("bert")
	for _, seat := range []sim.Seat{0, 3, 8, 9, 65535} { // nobody
		must(t, r.Kick(seat, "out"))
	}
	must(t, r.Kick(1, "language"))
	must(t, r.Kick(1, "language"))
	r.tick()
	if p.conn.code() != netproto.CloseKicked || p.conn.ended.Reason != "language" || other.conn.ended != nil {
		t.Errorf("%v, %v", p.conn.ended, other.conn.ended)
	}
	if info := r.Info(); info.Taken != 1 || r.works(p.token) {
		t.Errorf("%+v, token works: %v", info, r.works(p.token))
	}
	other.read()
	other.inStep()
}

func TestLock(t *testing.T) {
	r := walking(t)
	p := r.join("anna")
	waiting := r.knock(Guest{}) // before the lock: a promise
	r.Lock()
	b := newPeer(r)
	waiting.Enter(b.conn)
	p = r.resume(p.token)
	if p.conn.ended != nil || b.conn.ended != nil || r.Info().Active != 2 {
		t.Errorf("%v, %v", p.conn.ended, b.conn.ended)
	}
	r.Unlock()
	r.join("carl")
}

// TestDrain ends a room when the last person has gone, whatever bots do.
func TestDrain(t *testing.T) {
	r := walking(t, func(o *Options) { o.Keep = true })
	p := r.join("anna")
	bot := newPeer(r)
	r.knock(Guest{Bot: true}).Enter(bot.conn)
	onTheWay := r.knock(Guest{})
	r.tick()
	r.Drain()
	r.ticks(5)
	p.conn.lost = true
	r.ticks(5) // away is not gone
	p = r.resume(p.token)
	p.send(netproto.ClientFrame{Leave: true})
	r.ticks(5)
	if r.closing.Load() != nil {
		t.Fatalf("ended with somebody on the way: %v", r.closing.Load())
	}
	onTheWay.Cancel()
	r.tick()
	if why := r.closing.Load(); why == nil || why.Code != netproto.CloseRoomEnded || r.Info().State != Closed {
		t.Errorf("drained: %v, %v", why, r.Info().State)
	}
	r.end()
	if bot.conn.code() != netproto.CloseRoomEnded {
		t.Errorf("the bot: %v", bot.conn.ended)
	}
}

func TestDrainOfAnEmptyRoom(t *testing.T) {
	r := walking(t, func(o *Options) { o.Keep = true })
	r.ticks(2)
	r.Drain()
	r.tick()
	if r.closing.Load() == nil {
		t.Error("it goes on")
	}
}

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
		who, err := asking(r, func(ctx context.Context) (SeatInfo, error) { return r.KickNamed(ctx, row.seat, row.name, "language") })
		if !errors.Is(err, row.err) || err == nil && (who.Number != row.seat || who.Name != row.name || who.State != SeatActive) {
			t.Errorf("seat %d, %q: %+v, %v", row.seat, row.name, who, err)
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
	j, err := file.Create(dir, "match")
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
	got, err := replay.Play(bytes.NewReader(b), func(string) (sim.Mode, bool) { return walkMode(nil), true }, nil)
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
