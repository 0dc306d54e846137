package room

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/journal/file"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/replay"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
)

func modeNamed(modes ...sim.Mode) func(string) (sim.Mode, bool) {
	return func(name string) (sim.Mode, bool) {
		i := slices.IndexFunc(modes, func(m sim.Mode) bool { return m.Name == name })
		if i < 0 {
			return sim.Mode{}, false
		}
		return modes[i], true
	}
}

// wild plays a match of n ticks with players who come, go, drop out, come back
// and send anything, recorded. It returns the recording and the hash of every
// tick from the first.
func wild(t testing.TB, r *rand.Rand, mode sim.Mode, n int) (recording []byte, hashes []uint64) {
	t.Helper()
	f := &fakeFile{}
	j := file.NewSink(f)
	room := newRig(t, mode, func(o *Options) { o.Journal, o.Seed, o.Keep = j, r.Uint64(), true })
	var peers []*peer
	for range n {
		switch what := r.IntN(30); what {
		case 0, 1, 2:
			if pass, err := room.Knock(Guest{Name: fmt.Sprint("p", len(peers)), Filler: what == 2}); err == nil {
				p := newPeer(room)
				peers = append(peers, p)
				pass.Enter(p.conn)
			}
		case 3:
			must(t, room.Kick(sim.Seat(r.IntN(10)), "out"))
		}
		for i, p := range peers {
			switch r.IntN(200) {
			case 0:
				p.conn.lost = true
			case 1:
				p.send(netproto.ClientFrame{Leave: true})
			case 2:
				if pass, err := room.Knock(Guest{Resume: p.token}); p.token != "" && err == nil {
					peers[i] = newPeer(room)
					pass.Enter(peers[i].conn)
				}
			}
			in := netproto.Input{Tick: room.next.Add(r.IntN(5) - 1), Seen: r.IntN(200), Count: 4}
			for k := range 4 {
				in.Values[k] = int32(r.Uint32()) >> (r.IntN(3) * 12)
			}
			p.send(netproto.ClientFrame{Inputs: []netproto.Input{in}})
		}
		room.tick()
		hashes = append(hashes, room.world.Hash())
		for _, p := range peers {
			p.read()
		}
		peers = slices.DeleteFunc(peers, func(p *peer) bool { return p.conn.ended != nil && !room.works(p.token) })
	}
	room.finish()
	if room.fault != nil || room.stats.RecordingsLost.Load() > 0 {
		t.Fatalf("the match went wrong: %v", room.logs.text.String())
	}
	return f.b, hashes
}

func TestReplayEqualsTheMatch(t *testing.T) {
	r := random(t)
	modes := append(arena.Game().Modes[:3:3], walkMode(nil))
	for _, m := range modes {
		recording, hashes := wild(t, r, m, 25*m.Hz)
		n := 0
		got, err := replay.Play(bytes.NewReader(recording), modeNamed(modes...), func(w *sim.World) {
			if w.Hash() != hashes[n] || int(w.Tick()) != n+1 {
				t.Fatalf("%s: tick %d is another", m.Name, w.Tick())
			}
			n++
		})
		if err != nil || got.CutOff || got.Ticks != len(hashes) || n != len(hashes) || got.First != 0 || int(got.Last) != n || got.Final != hashes[n-1] ||
			got.Players < 1 || got.Header.Mode != m.Name || got.Header.Room != "test" || got.Header.Hz != m.Hz {
			t.Errorf("%s: %+v, %v", m.Name, got, err)
		}
		t.Logf("%s: %d players, %.1f bytes a tick", m.Name, got.Players, float64(len(recording))/float64(n))
	}
}

// TestReplayFindsDesyncs replays with rules that differ from some tick on.
func TestReplayFindsDesyncs(t *testing.T) {
	r := random(t)
	recording, _ := wild(t, r, walkMode(nil), 700)
	var w *sim.World
	other := walkMode(func(where string, tick sim.Tick) {
		if where == "step" && tick == 321 {
			w.Rand().Uint64()
		}
	})
	inner := other.New
	other.New = func(world *sim.World) sim.Rules { w = world; return inner(world) }
	_, err := replay.Play(bytes.NewReader(recording), modeNamed(other), nil)
	var d *replay.Desync
	if !errors.As(err, &d) || d.Tick != 321 || d.Want == d.Got || d.Error() == "" {
		t.Errorf("%v", err)
	}
}

// TestReplayNamesTheField forges hashes, so that a checkpoint finds the fault.
func TestReplayNamesTheField(t *testing.T) {
	w, err := sim.Start(walkMode(nil), 1)
	must(t, err)
	must(t, w.Join(3, sim.Entrant{}))
	w.Step()
	image := journal.StateOf(w)
	must(t, w.Restore(w.Append(nil)))
	other, err := sim.Start(walkMode(nil), 1)
	must(t, err)
	must(t, other.Join(3, sim.Entrant{}))
	other.SetInput(3, []int32{4, 0}, 0, sim.Received)
	other.Step()

	b := []byte(journal.Magic)
	b = journal.AppendRecord(b, journal.KindHeader, journal.AppendHeader(nil, journal.Header{Mode: "walk", Hz: walkHz, Seed: 1, Shape: w.Shape()}))
	b = journal.AppendRecord(b, journal.KindCheckpoint, journal.AppendCheckpoint(nil, 1, image))
	b = journal.AppendRecord(b, journal.KindCheckpoint, journal.AppendCheckpoint(nil, 1, journal.StateOf(other)))
	_, err = replay.Play(bytes.NewReader(b), modeNamed(walkMode(nil)), nil)
	var d *replay.Desync
	if !errors.As(err, &d) || d.Tick != 1 || d.Where != "table walker, row 1, field x: 4 and 0" {
		t.Errorf("%v", err)
	}
}

// TestReplayRefuses has a row for everything a journal can be wrong in.
func TestReplayRefuses(t *testing.T) {
	w, err := sim.Start(walkMode(nil), 1)
	must(t, err)
	header := journal.Header{Mode: "walk", Hz: walkHz, Seed: 1, Shape: w.Shape()}
	begin := func(h journal.Header) []byte {
		return journal.AppendRecord([]byte(journal.Magic), journal.KindHeader, journal.AppendHeader(nil, h))
	}
	checkpoint := func(b []byte, tick sim.Tick) []byte {
		return journal.AppendRecord(b, journal.KindCheckpoint, journal.AppendCheckpoint(nil, tick, journal.StateOf(w)))
	}
	good := checkpoint(begin(header), 0)
	tick := func(x journal.Tick) []byte {
		return journal.AppendRecord(bytes.Clone(good), journal.KindTick, journal.AppendTick(nil, &x))
	}
	for name, row := range map[string]struct {
		journal []byte
		cause   error
	}{
		"nothing":            {nil, journal.ErrDamaged},
		"another file":       {[]byte("metronome journal 2\n and more"), journal.ErrDamaged},
		"no header":          {[]byte(journal.Magic), journal.ErrDamaged},
		"begins with a tick": {journal.AppendRecord([]byte(journal.Magic), journal.KindTick, nil), journal.ErrDamaged},
		"short header":       {journal.AppendRecord([]byte(journal.Magic), journal.KindHeader, []byte{1, 'x'}), journal.ErrDamaged},
		"header and more":    {journal.AppendRecord([]byte(journal.Magic), journal.KindHeader, append(journal.AppendHeader(nil, header), 0)), journal.ErrDamaged},
		"unknown mode":       {begin(journal.Header{Mode: "chess"}), nil},
		"other tables":       {begin(journal.Header{Mode: "walk", Shape: 5}), nil},
		"no checkpoint":      {journal.AppendRecord(begin(header), journal.KindTick, journal.AppendTick(nil, &journal.Tick{Tick: 1})), journal.ErrDamaged},
		"empty checkpoint":   {journal.AppendRecord(begin(header), journal.KindCheckpoint, nil), journal.ErrDamaged},
		"no state":           {journal.AppendRecord(begin(header), journal.KindCheckpoint, []byte{0}), journal.ErrDamaged},
		"wrong checkpoint":   {checkpoint(begin(header), 7), journal.ErrDamaged},
		"later checkpoint":   {journal.AppendRecord(bytes.Clone(good), journal.KindCheckpoint, []byte{0}), journal.ErrDamaged},
		"second header":      {journal.AppendRecord(bytes.Clone(good), journal.KindHeader, journal.AppendHeader(nil, header)), journal.ErrDamaged},
		"unknown record":     {journal.AppendRecord(bytes.Clone(good), 'X', nil), journal.ErrDamaged},
		"a gap":              {tick(journal.Tick{Tick: 2}), journal.ErrDamaged},
		"a seat too high":    {tick(journal.Tick{Tick: 1, Joins: []journal.Join{{Seat: 9}}}), journal.ErrDamaged},
		"a seat twice":       {tick(journal.Tick{Tick: 1, Joins: []journal.Join{{Seat: 1}, {Seat: 1}}}), journal.ErrDamaged},
		"unknown origin":     {tick(journal.Tick{Tick: 1, Inputs: []journal.Input{{Seat: 1, From: 3}}}), journal.ErrDamaged},
		"tick and more":      {journal.AppendRecord(bytes.Clone(good), journal.KindTick, append(journal.AppendTick(nil, &journal.Tick{Tick: 1}), 0)), journal.ErrDamaged},
		"empty record":       {append(bytes.Clone(good), 0), journal.ErrDamaged},
		"huge record":        {append(bytes.Clone(good), 0xff, 0xff, 0xff, 0x7f), journal.ErrDamaged},
		"endless number":     {append(bytes.Clone(good), bytes.Repeat([]byte{0xff}, 11)...), journal.ErrDamaged},
		"wrong checksum":     {append(bytes.Clone(good), 1, 'T', 0, 0, 0, 0), journal.ErrDamaged},
	} {
		got, err := replay.Play(bytes.NewReader(row.journal), modeNamed(walkMode(nil)), nil)
		if err == nil || row.cause != nil && !errors.Is(err, row.cause) || got.CutOff || len(err.Error()) > 200 {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// TestDamagedJournals cuts a journal off at every byte and flips every byte:
// what is damaged is never taken for whole.
func TestDamagedJournals(t *testing.T) {
	r := random(t)
	recording, hashes := wild(t, r, walkMode(nil), 60)
	var ends []int // of records
	for i := len(journal.Magic); i < len(recording); {
		size, n := binary.Uvarint(recording[i:])
		i += n + int(size) + 4
		ends = append(ends, i)
	}
	for n := range recording {
		got, err := replay.Play(bytes.NewReader(recording[:n]), modeNamed(walkMode(nil)), nil)
		switch at := slices.Index(ends, n); {
		case n < ends[1]: // not before the first checkpoint is whole
			if !errors.Is(err, journal.ErrDamaged) {
				t.Fatalf("the first %d bytes: %+v, %v", n, got, err)
			}
		case err != nil || got.CutOff == (at >= 0) || got.Ticks > 0 && got.Final != hashes[got.Ticks-1]:
			t.Fatalf("the first %d bytes: %+v, %v", n, got, err)
		}
	}
	for i := range recording {
		for _, flip := range []byte{1, 0x80, byte(1 + r.IntN(255))} {
			bad := bytes.Clone(recording)
			bad[i] ^= flip
			got, err := replay.Play(bytes.NewReader(bad), modeNamed(walkMode(nil)), nil)
			if err == nil && !got.CutOff {
				t.Fatalf("byte %d ^ %#x: %+v", i, flip, got)
			}
		}
	}
}

// TestDamageInTheMiddle flips bits of records in the middle of a match with
// checkpoints: the damage is told with its place, and play goes on behind it.
func TestDamageInTheMiddle(t *testing.T) {
	r := random(t)
	recording, hashes := wild(t, r, walkMode(nil), 25*walkHz)
	checkpoints := 0
	for n := 0; n < 40; n++ {
		at := len(recording)/8 + r.IntN(len(recording)/8) // before the first checkpoint that is not the beginning
		bad := bytes.Clone(recording)
		bad[at] ^= byte(1 << r.IntN(8))
		got, err := replay.Play(bytes.NewReader(bad), modeNamed(walkMode(nil)), nil)
		if !errors.Is(err, journal.ErrDamaged) || len(got.Gaps) != 1 {
			t.Fatalf("byte %d: %+v, %v", at, got, err)
		}
		g := got.Gaps[0]
		if g.Offset > int64(at) || int64(at)-g.Offset > 4000 || g.Until <= g.After || got.Last != sim.Tick(len(hashes)) || got.Final != hashes[len(hashes)-1] ||
			!strings.Contains(err.Error(), fmt.Sprint(g.Offset)) {
			t.Fatalf("byte %d: %+v, %v", at, got, err)
		}
		checkpoints++
	}
	if checkpoints == 0 {
		t.Error("nothing was damaged")
	}
}

func TestCutInALength(t *testing.T) {
	recording, _ := wild(t, random(t), walkMode(nil), 10)
	got, err := replay.Play(bytes.NewReader(append(recording, 0x80)), modeNamed(walkMode(nil)), nil)
	if err != nil || !got.CutOff || got.Ticks != 10 {
		t.Errorf("%+v, %v", got, err)
	}
}

// FuzzReplay reads journals whose checksums are right and whose records are
// anything, and raw bytes.
func FuzzReplay(f *testing.F) {
	recording, _ := wild(f, rand.New(rand.NewPCG(1, 2)), walkMode(nil), 40)
	f.Add(recording, true)
	f.Add(recording[:len(recording)-5], true)
	f.Add(unframed(recording), false)
	f.Fuzz(func(t *testing.T, b []byte, raw bool) {
		if !raw {
			b = framed(b)
		}
		got, err := replay.Play(bytes.NewReader(b), modeNamed(walkMode(nil)), func(*sim.World) {})
		var d *replay.Desync
		if err != nil && got.CutOff || errors.As(err, &d) && d.Want == d.Got && d.Where == "" {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// unframed returns a journal's records as 2 bytes of length, kind and body.
func unframed(recording []byte) (b []byte) {
	for rest := recording[len(journal.Magic):]; len(rest) > 0; {
		size, n := binary.Uvarint(rest)
		end := n + int(size)
		b = append(append(b, byte(size>>8), byte(size)), rest[n:end]...)
		rest = rest[end+4:]
	}
	return b
}

// framed makes a journal of them.
func framed(b []byte) []byte {
	out := []byte(journal.Magic)
	for len(b) > 2 {
		size := min(max(int(b[0])<<8|int(b[1]), 1), len(b)-2)
		out = journal.AppendRecord(out, journal.Kind(b[2]), b[3:2+size])
		b = b[2+size:]
	}
	return out
}

// TestRecordingOfARoomOfFewerSeats: the world is made for the room's seats, and
// the recording says how many they are.
func TestRecordingOfARoomOfFewerSeats(t *testing.T) {
	f := &fakeFile{}
	r := walking(t, func(o *Options) { o.Journal, o.Seats, o.Keep = file.NewSink(f), 3, true })
	if rows := r.world.Tables()[0].Cap(); rows != 3 || r.world.Mode().Seats != 3 {
		t.Errorf("a room for 3 has a world for %d and %d rows", r.world.Mode().Seats, rows)
	}
	r.join("anna")
	r.ticks(walkHz)
	r.finish()
	out, err := replay.Play(f.reader(), modeNamed(walkMode(nil)), nil)
	if err != nil || out.Header.Seats != 3 || out.Ticks < walkHz {
		t.Errorf("%+v: %v", out, err)
	}
}
