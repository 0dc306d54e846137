package room

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/metronome-server/metronome/netproto"
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
	j := newFileJournal(f)
	room := newRig(t, mode, func(o *Options) { o.Journal, o.Seed, o.Keep = j, r.Uint64(), true })
	var peers []*peer
	for range n {
		switch r.IntN(30) {
		case 0, 1:
			if pass, err := room.Knock(Guest{Name: fmt.Sprint("p", len(peers))}); err == nil {
				p := newPeer(room)
				peers = append(peers, p)
				pass.Enter(p.conn)
			}
		case 2:
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
		got, err := ReplayJournal(bytes.NewReader(recording), modeNamed(modes...), func(w *sim.World) {
			if w.Hash() != hashes[n] || int(w.Tick()) != n+1 {
				t.Fatalf("%s: tick %d is another", m.Name, w.Tick())
			}
			n++
		})
		if err != nil || got.CutOff || got.Ticks != len(hashes) || n != len(hashes) || got.First != 0 || int(got.Last) != n || got.Final != hashes[n-1] ||
			got.Players < 2 || got.Header.Mode != m.Name || got.Header.Room != "test" || got.Header.Hz != m.Hz {
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
	_, err := ReplayJournal(bytes.NewReader(recording), modeNamed(other), nil)
	var d *Desync
	if !errors.As(err, &d) || d.Tick != 321 || d.Want == d.Got || d.Error() == "" {
		t.Errorf("%v", err)
	}
}

// TestReplayNamesTheField forges hashes, so that a checkpoint finds the fault.
func TestReplayNamesTheField(t *testing.T) {
	w, err := sim.Start(walkMode(nil), 1)
	must(t, err)
	must(t, w.Join(3))
	w.Step()
	state := w.Append(nil)
	must(t, w.Restore(state))
	other, err := sim.Start(walkMode(nil), 1)
	must(t, err)
	must(t, other.Join(3))
	other.SetInput(3, []int32{4, 0}, 0, sim.Received)
	other.Step()

	b := []byte(journalMagic)
	b = appendRecord(b, recordHeader, appendHeader(nil, JournalHeader{Mode: "walk", Hz: walkHz, Seed: 1, Shape: w.Shape()}))
	b = appendRecord(b, recordCheckpoint, appendCheckpoint(nil, 1, state))
	b = appendRecord(b, recordCheckpoint, appendCheckpoint(nil, 1, other.Append(nil)))
	_, err = ReplayJournal(bytes.NewReader(b), modeNamed(walkMode(nil)), nil)
	var d *Desync
	if !errors.As(err, &d) || d.Tick != 1 || d.Where != "table walker, row 1, field x: 4 and 0" {
		t.Errorf("%v", err)
	}
}

// TestReplayRefuses has a row for everything a journal can be wrong in.
func TestReplayRefuses(t *testing.T) {
	w, err := sim.Start(walkMode(nil), 1)
	must(t, err)
	header := JournalHeader{Mode: "walk", Hz: walkHz, Seed: 1, Shape: w.Shape()}
	begin := func(h JournalHeader) []byte {
		return appendRecord([]byte(journalMagic), recordHeader, appendHeader(nil, h))
	}
	checkpoint := func(b []byte, tick sim.Tick) []byte {
		return appendRecord(b, recordCheckpoint, appendCheckpoint(nil, tick, w.Append(nil)))
	}
	good := checkpoint(begin(header), 0)
	tick := func(x JournalTick) []byte { return appendRecord(bytes.Clone(good), recordTick, appendTick(nil, &x)) }
	for name, row := range map[string]struct {
		journal []byte
		cause   error
	}{
		"nothing":            {nil, ErrJournal},
		"another file":       {[]byte("metronome journal 2\n and more"), ErrJournal},
		"no header":          {[]byte(journalMagic), ErrJournal},
		"begins with a tick": {appendRecord([]byte(journalMagic), recordTick, nil), ErrJournal},
		"short header":       {appendRecord([]byte(journalMagic), recordHeader, []byte{1, 'x'}), ErrJournal},
		"header and more":    {appendRecord([]byte(journalMagic), recordHeader, append(appendHeader(nil, header), 0)), ErrJournal},
		"unknown mode":       {begin(JournalHeader{Mode: "chess"}), nil},
		"other tables":       {begin(JournalHeader{Mode: "walk", Shape: 5}), nil},
		"no checkpoint":      {appendRecord(begin(header), recordTick, appendTick(nil, &JournalTick{Tick: 1})), ErrJournal},
		"empty checkpoint":   {appendRecord(begin(header), recordCheckpoint, nil), ErrJournal},
		"no state":           {appendRecord(begin(header), recordCheckpoint, []byte{0}), ErrJournal},
		"wrong checkpoint":   {checkpoint(begin(header), 7), ErrJournal},
		"later checkpoint":   {appendRecord(bytes.Clone(good), recordCheckpoint, []byte{0}), ErrJournal},
		"second header":      {appendRecord(bytes.Clone(good), recordHeader, appendHeader(nil, header)), ErrJournal},
		"unknown record":     {appendRecord(bytes.Clone(good), 'X', nil), ErrJournal},
		"a gap":              {tick(JournalTick{Tick: 2}), ErrJournal},
		"a seat too high":    {tick(JournalTick{Tick: 1, Joins: []sim.Seat{9}}), ErrJournal},
		"a seat twice":       {tick(JournalTick{Tick: 1, Joins: []sim.Seat{1, 1}}), ErrJournal},
		"unknown origin":     {tick(JournalTick{Tick: 1, Inputs: []JournalInput{{Seat: 1, From: 3}}}), ErrJournal},
		"tick and more":      {appendRecord(bytes.Clone(good), recordTick, append(appendTick(nil, &JournalTick{Tick: 1}), 0)), ErrJournal},
		"empty record":       {append(bytes.Clone(good), 0), ErrJournal},
		"huge record":        {append(bytes.Clone(good), 0xff, 0xff, 0xff, 0x7f), ErrJournal},
		"endless number":     {append(bytes.Clone(good), bytes.Repeat([]byte{0xff}, 11)...), ErrJournal},
		"wrong checksum":     {append(bytes.Clone(good), 1, 'T', 0, 0, 0, 0), ErrJournal},
	} {
		got, err := ReplayJournal(bytes.NewReader(row.journal), modeNamed(walkMode(nil)), nil)
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
	for i := len(journalMagic); i < len(recording); {
		in := &recordReader{b: recording[i:]}
		size := int(in.number(maxRecord))
		i = len(recording) - len(in.b) + size + 4
		ends = append(ends, i)
	}
	for n := range recording {
		got, err := ReplayJournal(bytes.NewReader(recording[:n]), modeNamed(walkMode(nil)), nil)
		switch at := slices.Index(ends, n); {
		case n < ends[0] && got.CutOff && n > len(journalMagic):
		case n < ends[0]:
			if !errors.Is(err, ErrJournal) {
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
			got, err := ReplayJournal(bytes.NewReader(bad), modeNamed(walkMode(nil)), nil)
			if err == nil && !got.CutOff {
				t.Fatalf("byte %d ^ %#x: %+v", i, flip, got)
			}
		}
	}
}

func TestCutInALength(t *testing.T) {
	recording, _ := wild(t, random(t), walkMode(nil), 10)
	got, err := ReplayJournal(bytes.NewReader(append(recording, 0x80)), modeNamed(walkMode(nil)), nil)
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
		got, err := ReplayJournal(bytes.NewReader(b), modeNamed(walkMode(nil)), func(*sim.World) {})
		var d *Desync
		if err != nil && got.CutOff || errors.As(err, &d) && d.Want == d.Got && d.Where == "" {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// unframed returns a journal's records as 2 bytes of length, kind and body.
func unframed(recording []byte) (b []byte) {
	in := &recordReader{b: recording[len(journalMagic):]}
	for len(in.b) > 0 {
		size := int(in.number(maxRecord))
		b = append(append(b, byte(size>>8), byte(size)), in.b[:size]...)
		in.b = in.b[size+4:]
	}
	return b
}

// framed makes a journal of them.
func framed(b []byte) []byte {
	out := []byte(journalMagic)
	for len(b) > 2 {
		size := min(max(int(b[0])<<8|int(b[1]), 1), len(b)-2)
		out = appendRecord(out, recordKind(b[2]), b[3:2+size])
		b = b[2+size:]
	}
	return out
}
