package outbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// held are the ids that wait for delivery, by place.
func held(o *Outbox) (ids []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, it := range o.all {
		if it.waits() {
			ids = append(ids, it.entry.ID)
		}
	}
	return ids
}

// TestRestart closes and opens while the receiver is down for some: nothing is
// lost, and what has arrived does not come again.
func TestRestart(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{}
		o := open(t, Config{Dir: dir, Targets: to(r)})
		for n := range 10 {
			o.Put(effect("a", n))
		}
		settle()
		r.set(down)
		o.Put(effect("a", 10), effect("b", 0))
		settle()
		before := o.last
		shut(t, o)

		for range 3 { // it may happen often
			o = open(t, Config{Dir: dir, Targets: to(r)})
			o.Put(effect("b", int(o.last-before)))
			settle()
			shut(t, o)
		}
		r.set(nil)
		o = open(t, Config{Dir: dir, Targets: to(r)})
		if o.last < before {
			t.Errorf("places begin at %d again, after %d", o.last, before)
		}
		settle()
		got := r.ids()
		same(t, ofRoom("a", got), numbered("a", 0, 11))
		if b := ofRoom("b", got); len(b) != 4 || b[0] != effect("b", 0).ID {
			t.Errorf("b: %q", b)
		}
		shut(t, o)
		r.set(nil)
		o = open(t, Config{Dir: dir, Targets: to(r)})
		settle()
		if len(r.ids()) != len(got) {
			t.Errorf("%q came again", r.ids()[len(got):])
		}
		shut(t, o)
	})
}

// The body comes back byte for byte, whatever it is.
func TestEntriesComeBackWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		files := newMemFolder()
		o := openIn(t, files, Config{Targets: to(&receiver{fail: down})})
		entries := []Entry{effect("a", 0), {
			ID: "x/1/2/3", Room: "räum\n", Mode: "", Kind: KindOutcome, Epoch: 1<<64 - 1, Tick: 1<<32 - 1, N: 1 << 30, Body: bytes.Repeat([]byte{0, 255}, 1000),
		}}
		o.Put(entries...)
		pass(time.Second)
		left := files.crashed()
		again := openIn(t, left, Config{Targets: to(&receiver{fail: down})})
		pass(time.Second)
		if left.size() != files.size() {
			t.Errorf("%d bytes were written, although nothing happened", left.size()-files.size())
		}
		for i, it := range again.all {
			if !bytes.Equal(it.entry.Body, entries[i].Body) {
				t.Errorf("body %d: %q", i, it.entry.Body)
			}
			it.entry.Body, entries[i].Body = nil, nil
			if fmt.Sprintf("%#v", it.entry) != fmt.Sprintf("%#v", entries[i]) || it.put.UnixMilli() != o.all[i].put.UnixMilli() || it.place != o.all[i].place {
				t.Errorf("got %#v\nwant %#v", it.entry, entries[i])
			}
		}
		shut(t, o)
		shut(t, again)
		// When it arrives, only that is written.
		before := left.size()
		again = openIn(t, left, Config{Targets: to(&receiver{})})
		must(t, again.Close(t.Context()))
		if got := left.size() - before; got == 0 || got > 200 {
			t.Errorf("%d bytes were written for two entries that arrived", got)
		}
	})
}

// history makes one segment step by step, and says after which length of it which
// entries wait, are dead, or are there at all.
type moment struct {
	length  int
	waiting []string
	dead    int
	all     int
}

func history(t *testing.T) ([]byte, []moment) {
	var file []byte
	var moments []moment
	synctest.Test(t, func(t *testing.T) {
		files := newMemFolder()
		r := &receiver{fail: down}
		o := openIn(t, files, Config{Targets: to(r)})
		note := func() {
			settle()
			file = files.crashed().files[1]
			moments = append(moments, moment{len(file), held(o), len(o.DeadLetters()), len(o.all)})
		}
		o.Put(effect("a", 0))
		note()
		o.Put(effect("b", 0))
		note()
		must(t, o.Drop(effect("a", 0).ID))
		note()
		o.Put(effect("c", 0))
		note()
		r.set(func(ctx context.Context, e *Entry) error {
			if e.Room == "c" {
				return refuse(ctx, e)
			}
			return down(ctx, e)
		})
		pass(time.Minute)
		note()
		r.set(down)
		must(t, o.Retry(effect("c", 0).ID))
		note()
		o.Put(effect("a", 1))
		note()
		r.set(nil)
		pass(5 * time.Minute)
		note()
		shut(t, o)
	})
	return file, moments
}

// TestCutAtEveryByte opens what is left of a segment that was cut off anywhere:
// what was written whole is known, and nothing else is.
func TestCutAtEveryByte(t *testing.T) {
	file, moments := history(t)
	begin := 0
	if moments[0].length < 100 || len(moments) < 8 || len(moments[len(moments)-1].waiting) != 0 || len(moments[3].waiting) != 2 || moments[4].dead != 1 || len(moments[5].waiting) != 2 {
		t.Fatalf("%+v", moments)
	}
	for cut := range len(file) + 1 {
		for begin+1 < len(moments) && moments[begin+1].length <= cut {
			begin++
		}
		want := moments[begin]
		if cut < want.length {
			want = moment{}
		}
		last := begin == len(moments)-2 // several records, one after the other
		synctest.Test(t, func(t *testing.T) {
			files := newMemFolder()
			files.files[1] = bytes.Clone(file[:cut])
			log := &recorder{}
			o := openIn(t, files, Config{Targets: to(&receiver{fail: down}), Log: log.logger()})
			if got := held(o); !last && !slices.Equal(got, want.waiting) || len(o.DeadLetters()) != want.dead || len(o.all) != want.all {
				t.Errorf("cut at %d: %q wait, %d are dead, %d in all; want %+v", cut, got, len(o.DeadLetters()), len(o.all), want)
			}
			o.Put(effect("z", 9)) // it goes on, beside what was cut
			settle()
			again := openIn(t, files.crashed(), Config{Targets: to(&receiver{fail: down})})
			if got := held(again); !slices.Equal(got, held(o)) {
				t.Errorf("cut at %d: %q wait after another restart, want %q", cut, got, held(o))
			}
			shut(t, o)
			shut(t, again)
		})
	}
}

// Any damaged byte costs the record that it is in, and no other.
func TestDamageCostsOneRecord(t *testing.T) {
	var file []byte
	synctest.Test(t, func(t *testing.T) {
		files := newMemFolder()
		o := openIn(t, files, Config{Targets: to(&receiver{fail: down})})
		for n := range 4 {
			o.Put(effect(fmt.Sprint("room", n), n))
		}
		settle()
		shut(t, o)
		file = files.files[1]
	})
	for at := range file {
		for _, bit := range []byte{1, 128} {
			b := bytes.Clone(file)
			b[at] ^= bit
			found, first := map[uint64]*item{}, uint64(0)
			lost := readSegment(b, &segment{}, found, &first)
			if want := 3; at < len(segmentMagic) && len(found) != 4 || at >= len(segmentMagic) && (len(found) != want || lost == 0) {
				t.Fatalf("byte %d: %d entries, %d bytes lost", at, len(found), lost)
			}
		}
	}
}

func FuzzSegment(f *testing.F) {
	it := &item{entry: effect("a", 0), place: 7, routes: []route{{name: "web", state: dead, why: "so"}, {name: "log", state: waiting}}}
	good := appendEntry([]byte(segmentMagic), recordEntry, it)
	f.Add(good)
	f.Add(appendState(good, it, &it.routes[1])[:len(good)+20])
	f.Add(appendEntry(nil, recordCarried, it)[3:])
	f.Add(endRecord(append(beginRecord(nil, recordEntry), 1, 2, 200, 3), 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		found, first := map[uint64]*item{}, uint64(0)
		lost := readSegment(b, &segment{}, found, &first)
		if lost < 0 || lost > len(b) {
			t.Fatalf("%d of %d bytes are lost", lost, len(b))
		}
		for place, it := range found {
			if it.place != place || it.entry.check() != nil || it.size != it.entry.size() {
				t.Fatalf("%+v", it)
			}
		}
	})
}

// A full disk is told once; entries are kept in memory and delivered, and when the
// disk has room they are written.
func TestFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		files, log, r := newMemFolder(), &recorder{}, &receiver{}
		const failed = "the outbox cannot be written; entries are kept in memory and it is tried again"
		o := openIn(t, files, Config{Targets: to(r), Log: log.logger()})
		o.Put(effect("a", 0))
		settle()
		files.change(func() { files.full = true })
		for n := 1; n < 50; n++ {
			o.Put(effect("a", n))
			pass(time.Second)
		}
		same(t, r.ids(), numbered("a", 0, 50))
		r.set(down)
		o.Put(effect("a", 50), effect("b", 0))
		pass(time.Minute)
		if s := o.Stats(); !s.DiskFails || s.Unwritten == 0 || log.count(failed) != 1 {
			t.Errorf("told %d times, %+v", log.count(failed), s)
		}
		if n := len(files.crashed().files); n > 2 {
			t.Errorf("%d files", n)
		}
		files.change(func() { files.full = false })
		pass(diskRetry)
		if s := o.Stats(); s.DiskFails || s.Unwritten != 0 || log.count("the outbox is written again") != 1 {
			t.Errorf("%+v", s)
		}
		again := openIn(t, files.crashed(), Config{Targets: to(&receiver{fail: down})})
		same(t, held(again), []string{effect("a", 50).ID, effect("b", 0).ID})
		files.change(func() { files.full = true })
		o.Put(effect("a", 51))
		pass(time.Second)
		if log.count(failed) != 2 {
			t.Error("not told again")
		}
		if err := o.Close(t.Context()); err == nil {
			t.Error("closed without a word, although the disk is full")
		}
		shut(t, again)
	})
}

// What was on the disk before it failed and arrives meanwhile is noted when the disk
// is well again, however much else comes and goes.
func TestFullDiskForgetsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		files, r := newMemFolder(), &receiver{fail: down}
		o := openIn(t, files, Config{Targets: to(r)})
		for n := range 100 {
			o.Put(effect("early", n))
		}
		settle()
		files.change(func() { files.full = true })
		o.Put(effect("late", 0))
		settle() // the disk fails from here on
		r.set(nil)
		pass(time.Minute)
		same(t, ofRoom("early", r.ids()), numbered("early", 0, 100))
		for n := range 3 * maxRecent {
			o.Put(effect("late", n))
			if n%100 == 0 {
				settle()
			}
		}
		settle()
		if len(o.dirty) > 2*maxRecent+dirtyMost {
			t.Errorf("%d entries wait for the disk", len(o.dirty))
		}
		files.change(func() { files.full = false })
		pass(diskRetry)
		again := openIn(t, files.crashed(), Config{Targets: to(&receiver{fail: down})})
		same(t, held(again), nil)
		shut(t, o)
		shut(t, again)
	})
}

// A sync that fails leaves it open what the disk has: all of it is written again.
func TestFailedSyncIsWrittenAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		files := newMemFolder()
		o := openIn(t, files, Config{Targets: to(&receiver{fail: down})})
		files.change(func() { files.sync = errors.New("lost") })
		o.Put(effect("a", 0))
		pass(time.Minute)
		files.change(func() {
			if len(files.files) > 1 {
				t.Errorf("%d files of failed attempts", len(files.files))
			}
			files.sync = nil
			clear(files.files) // the disk has nothing of it
		})
		o.Put(effect("a", 1))
		pass(diskRetry)
		again := openIn(t, files.crashed(), Config{Targets: to(&receiver{fail: down})})
		same(t, held(again), numbered("a", 0, 2))
		shut(t, o)
		shut(t, again)
	})
}

// A disk that hangs holds neither rooms nor receivers, and what has arrived waits
// for it no longer than it is kept for watchers.
func TestStuckDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		files, r := newMemFolder(), &receiver{}
		files.stuck = make(chan struct{})
		o := openIn(t, files, Config{Targets: to(r)})
		const entries = 3 * maxRecent
		for n := range entries {
			o.Put(effect("a", n))
			if n%100 == 0 {
				settle()
			}
		}
		settle()
		same(t, r.ids(), numbered("a", 0, entries))
		if len(o.dirty) > 2*maxRecent+dirtyMost || len(o.all) > 2*maxRecent+100 {
			t.Errorf("%d entries wait for the disk, %d in all", len(o.dirty), len(o.all))
		}
		r.set(down)
		o.Put(effect("b", 0))
		settle()
		if err := o.Close(t.Context()); err == nil || !strings.Contains(err.Error(), "stuck") {
			t.Errorf("close: %v", err)
		}
		close(files.stuck)
		<-o.disk.done
		again := openIn(t, files.crashed(), Config{Targets: to(&receiver{fail: down})})
		same(t, held(again), numbered("b", 0, 1))
		shut(t, again)
	})
}

// Segments go when all in them has arrived; an entry that nobody takes is copied,
// so that it holds no more than itself.
func TestSegmentsGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		files := newMemFolder()
		stuck := effect("stuck", 0)
		o := openIn(t, files, Config{Targets: to(&receiver{fail: failing(stuck.ID)})})
		o.Put(stuck)
		large := effect("a", 0)
		large.Body = bytes.Repeat([]byte("x"), 1<<20)
		most := 0
		for n := range 80 {
			large.ID = fmt.Sprint("a/7/", n, "/0")
			large.Body = bytes.Clone(large.Body)
			o.Put(large)
			settle()
			most = max(most, files.size())
		}
		if most > 6*segmentSize || files.size() < segmentSize {
			t.Errorf("%d bytes at most, %d now", most, files.size())
		}
		if s := o.Stats(); s.Waiting != 1 {
			t.Errorf("%+v", s)
		}
		got := &receiver{}
		again := openIn(t, files.crashed(), Config{Targets: to(got)})
		settle()
		same(t, got.ids(), []string{stuck.ID})
		// What it keeps for watchers has gaps before this place, and none after.
		if again.forgotten <= again.all[0].place || again.forgotten >= again.last {
			t.Errorf("stuck at %d, forgotten to %d, the newest is %d", again.all[0].place, again.forgotten, again.last)
		}
		shut(t, o)
		shut(t, again)
	})
}

// Dead letters outlive the process, and what became of them does too.
func TestDeadLettersOutliveTheProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		files, r := newMemFolder(), &receiver{fail: refuse}
		o := openIn(t, files, Config{Targets: to(r)})
		o.Put(effect("a", 0), effect("a", 1), effect("a", 2))
		settle()
		before := o.DeadLetters()
		o.Close(t.Context())

		o = openIn(t, files, Config{Targets: to(r)})
		letters := o.DeadLetters()
		if len(letters) != 3 || letters[1].Entry.ID != before[1].Entry.ID || letters[1].Why != before[1].Why || letters[1].Since.UnixMilli() != before[1].Since.UnixMilli() {
			t.Fatalf("%+v", letters)
		}
		if s := o.Stats(); s.Dead != 3 || s.Targets[0].Dead != 3 || s.Waiting != 0 {
			t.Errorf("%+v", s)
		}
		r.set(nil)
		must(t, o.Retry(effect("a", 1).ID))
		must(t, o.Drop(effect("a", 0).ID))
		settle()
		shut(t, o)
		o = openIn(t, files, Config{Targets: to(r)})
		settle()
		if letters := o.DeadLetters(); len(letters) != 1 || letters[0].Entry.ID != effect("a", 2).ID {
			t.Errorf("%+v", letters)
		}
		same(t, r.ids(), numbered("a", 1, 2))
		shut(t, o)
	})
}

// What waits for a target that is not configured any more is a dead letter until
// the target is back, or somebody drops it. A new target gets new entries only.
func TestTargetsChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		files, web, stream := newMemFolder(), &receiver{fail: down}, &receiver{}
		both := []Target{{Name: "web", Receiver: web}, {Name: "stream", Receiver: stream}}
		o := openIn(t, files, Config{Targets: both[:1]})
		o.Put(effect("a", 0), effect("a", 1), effect("a", 2))
		for n := range maxDead {
			o.Put(effect("b", n)) // more than there may be dead letters
		}
		settle()
		shut(t, o)

		o = openIn(t, files, Config{Targets: both[1:]})
		o.Put(effect("a", 3))
		settle()
		if letters := o.DeadLetters(); len(letters) != maxDead+3 || letters[0].Entry.ID != effect("a", 0).ID || letters[0].Target != "web" {
			t.Errorf("%d dead letters", len(letters))
		}
		same(t, stream.ids(), numbered("a", 3, 4))
		if s := o.Stats(); s.Dead != maxDead+3 || s.Waiting != 0 || s.Bytes != 0 {
			t.Errorf("%+v", s)
		}
		if err := o.Retry(effect("a", 0).ID); !errors.Is(err, ErrUnknown) {
			t.Errorf("retry: %v", err)
		}
		must(t, o.Drop(effect("a", 1).ID))
		settle()
		shut(t, o)

		web.set(nil)
		o = openIn(t, files, Config{Targets: both})
		settle()
		same(t, ofRoom("a", web.ids()), []string{effect("a", 0).ID, effect("a", 2).ID})
		same(t, ofRoom("b", web.ids()), numbered("b", 0, maxDead))
		same(t, stream.ids(), numbered("a", 3, 4))
		shut(t, o)
	})
}

// An entry that waits for a target that is gone, and arrives elsewhere or is copied
// meanwhile, still waits when the target is back.
func TestTargetsComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		files, web, stream := newMemFolder(), &receiver{fail: down}, &receiver{fail: down}
		both := []Target{{Name: "web", Receiver: web}, {Name: "stream", Receiver: stream}}
		o := openIn(t, files, Config{Targets: both})
		o.Put(effect("a", 0), effect("b", 0))
		settle()
		shut(t, o)

		o = openIn(t, files, Config{Targets: both[1:]})
		stream.set(failing(effect("b", 0).ID))
		pass(time.Minute)
		same(t, stream.ids(), numbered("a", 0, 1))
		o.mu.Lock()
		for _, it := range o.all {
			it.carry = true
			o.touch(it)
		}
		o.mu.Unlock()
		settle()
		shut(t, o)
		delete(files.files, 1) // where they were before

		web.set(nil)
		stream.set(nil)
		o = openIn(t, files, Config{Targets: both})
		settle()
		for _, room := range []string{"a", "b"} {
			same(t, ofRoom(room, web.ids()), numbered(room, 0, 1))
			same(t, ofRoom(room, stream.ids()), numbered(room, 0, 1))
		}
		shut(t, o)
	})
}

// TestCrashes lets the process die at random moments while a receiver fails at
// random: whatever was written arrives at least once, in order, and what the disk
// knows to have arrived does not come again.
func TestCrashes(t *testing.T) {
	rnd := random(t)
	synctest.Test(t, func(t *testing.T) {
		files := newMemFolder()
		arrived := map[string]int{}
		put := map[string]int{}
		for range 60 {
			r := &receiver{}
			if rnd.IntN(2) == 0 {
				r.fail = failing(effect(fmt.Sprint("room", rnd.IntN(5)), rnd.IntN(50)).ID)
			}
			o := openIn(t, files, Config{Targets: to(r)})
			for range rnd.IntN(20) {
				room := fmt.Sprint("room", rnd.IntN(5))
				o.Put(effect(room, put[room]))
				put[room]++
				if rnd.IntN(3) == 0 {
					pass(time.Duration(rnd.IntN(3000)) * time.Millisecond)
				}
			}
			pass(10 * time.Second)
			died := files.crashed() // all that is known now is on the disk
			for _, id := range r.ids() {
				arrived[id]++
			}
			shut(t, o)
			files = died
		}
		r := &receiver{}
		o := openIn(t, files, Config{Targets: to(r)})
		settle()
		for _, id := range r.ids() {
			arrived[id]++
		}
		all := 0
		for room, n := range put {
			all += n
			for _, id := range numbered(room, 0, n) {
				if arrived[id] != 1 {
					t.Errorf("%s arrived %d times", id, arrived[id])
				}
			}
		}
		if len(arrived) != all || all < 100 {
			t.Errorf("%d arrived, %d were put: %q", len(arrived), all, slices.Sorted(maps.Keys(put)))
		}
		shut(t, o)
	})
}

// Entries share syncs; what became of them needs none of its own.
func TestSyncs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		files, r := newMemFolder(), &receiver{fail: down}
		o := openIn(t, files, Config{Targets: to(r)})
		for n := range 1000 {
			o.Put(effect(fmt.Sprint("room", n), 0))
		}
		settle()
		if s := o.Stats(); files.syncs == 0 || files.syncs > 100 || s.Unwritten != 0 {
			t.Errorf("%d syncs, %d entries unwritten", files.syncs, s.Unwritten)
		}
		before := files.syncs
		r.set(nil)
		pass(time.Minute)
		if files.syncs != before {
			t.Errorf("%d syncs for what has arrived", files.syncs-before)
		}
		shut(t, o)
		if files.syncs != before+1 {
			t.Error("not synced at the end")
		}
	})
}
