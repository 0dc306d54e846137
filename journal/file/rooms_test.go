package file

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/sim"
)

// encoded is a journal.State.
type encoded []byte

func (e encoded) Append(b []byte) []byte { return append(b, e...) }
func (e encoded) Free()                  {}

func openRooms(t *testing.T, dir string) *Rooms {
	t.Helper()
	d, err := OpenRooms(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

// kinds are those of the records that a room's file has, with the ticks.
func kinds(t *testing.T, d *Rooms, id string) (all string, ticks []sim.Tick) {
	t.Helper()
	in, err := d.Open(id)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	records, err := journal.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	for {
		kind, body, err := records.Next()
		if errors.Is(err, io.EOF) {
			return all, ticks
		}
		if err != nil {
			t.Fatal(err)
		}
		all += string(kind)
		if kind == journal.KindTick {
			var tick journal.Tick
			if err := journal.ReadTick(body, &tick); err != nil {
				t.Fatal(err)
			}
			ticks = append(ticks, tick.Tick)
		}
	}
}

func TestARoomIsKeptInItsFile(t *testing.T) {
	d := openRooms(t, t.TempDir())
	k := d.Keep("a")
	k.Begin(journal.Header{Room: "a", Mode: "m"}, 1)
	k.Checkpoint(5, encoded([]byte("world")), []byte("envelope"))
	for tick := range 3 {
		k.Tick(&journal.Tick{Tick: sim.Tick(6 + tick)})
	}
	k.Envelope([]byte("seat"))
	k.write()
	if all, ticks := kinds(t, d, "a"); all != "HCETTTE" || !slices.Equal(ticks, []sim.Tick{6, 7, 8}) {
		t.Errorf("%s, ticks %d", all, ticks)
	}
	k.Tick(&journal.Tick{Tick: 9})
	k.Checkpoint(9, encoded([]byte("world")), nil)
	k.Tick(&journal.Tick{Tick: 10})
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	if all, ticks := kinds(t, d, "a"); all != "HCET" || ticks[0] != 10 {
		t.Errorf("after another checkpoint: %s, ticks %d", all, ticks)
	}
	if ids, err := d.List(); err != nil || !slices.Equal(ids, []string{"a"}) {
		t.Errorf("%v, %v", ids, err)
	}
	again := d.Keep("a")
	again.Begin(journal.Header{Room: "a"}, 1)
	again.Checkpoint(1, encoded(nil), nil)
	again.write()
	if err := again.Forget(); err != nil {
		t.Fatal(err)
	}
	again.Tick(&journal.Tick{Tick: 2})
	d.flush()
	if ids, _ := d.List(); len(ids) != 0 {
		t.Errorf("a room that was forgotten is there: %v", ids)
	}
}

// TestARoomThatCannotBeWrittenIsKeptLater: ticks that were lost make the next ones
// useless, until a checkpoint comes; what was there stays whole until then.
func TestARoomThatCannotBeWrittenIsKeptLater(t *testing.T) {
	dir := t.TempDir()
	d := openRooms(t, dir)
	k := d.Keep("a")
	k.Begin(journal.Header{Room: "a"}, 1)
	k.Checkpoint(1, encoded(nil), nil)
	k.write()
	_ = k.file.Close() // what it writes next fails
	k.Tick(&journal.Tick{Tick: 2})
	k.write()
	k.Tick(&journal.Tick{Tick: 3})
	if k.Err() == nil || !k.WantsCheckpoint() {
		t.Fatalf("%v, wants a checkpoint: %v", k.Err(), k.WantsCheckpoint())
	}
	if all, _ := kinds(t, d, "a"); all != "HCE" {
		t.Errorf("%s", all)
	}
	// As on a disk that is full: the file that would follow cannot be made.
	if err := os.Mkdir(filepath.Join(dir, "a.room.new"), 0o700); err != nil {
		t.Fatal(err)
	}
	k.Checkpoint(3, encoded(nil), nil)
	k.write()
	if all, _ := kinds(t, d, "a"); all != "HCE" || k.Err() == nil {
		t.Errorf("%s, %v", all, k.Err())
	}
	if err := os.Remove(filepath.Join(dir, "a.room.new")); err != nil {
		t.Fatal(err)
	}
	k.Checkpoint(4, encoded(nil), nil)
	k.Tick(&journal.Tick{Tick: 5})
	k.write()
	if all, ticks := kinds(t, d, "a"); all != "HCET" || ticks[0] != 5 || k.Err() != nil || k.WantsCheckpoint() {
		t.Errorf("%s, ticks %d, %v", all, ticks, k.Err())
	}
}

// TestADiskThatStandsStillCostsNoMemory: beyond a bound, ticks are dropped.
func TestADiskThatStandsStillCostsNoMemory(t *testing.T) {
	d := openRooms(t, t.TempDir())
	k := d.Keep("a")
	k.Begin(journal.Header{Room: "a"}, 1)
	k.writing.Lock() // as a write that does not return
	k.Checkpoint(1, encoded(nil), nil)
	envelope := make([]byte, 1<<20)
	for range 20 {
		k.Envelope(envelope)
	}
	if len(k.waiting) > backlog+2<<20 || !errors.Is(k.Err(), errBacklog) || k.WantsCheckpoint() {
		t.Errorf("%d bytes wait, %v", len(k.waiting), k.Err())
	}
	k.writing.Unlock()
	k.write()
	if !k.WantsCheckpoint() {
		t.Error("no checkpoint is wanted when the disk writes again")
	}
}

func TestAKeptRoomIsSetAside(t *testing.T) {
	d := openRooms(t, t.TempDir())
	k := d.Keep("a")
	k.Begin(journal.Header{Room: "a"}, 1)
	k.Checkpoint(1, encoded(nil), nil)
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	path, err := d.SetAside("a")
	if ids, _ := d.List(); err != nil || len(ids) != 0 {
		t.Errorf("%v, %v", ids, err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}
