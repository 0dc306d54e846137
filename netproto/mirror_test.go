package netproto

import (
	"cmp"
	"flag"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

var seedFlag = flag.Uint64("seed", uint64(time.Now().UnixNano()), "seed of the random tests")

// watcher is one client: its viewer at the server and its mirror.
type watcher struct {
	seat   sim.Seat
	viewer Viewer
	mirror *Mirror
	frame  ServerFrame
}

// TestMirrorEqualsWorld is the contract of the wire: after any sequence of
// steps, skips, joins, resyncs and view changes the mirror is the world
// restricted to the view.
func TestMirrorEqualsWorld(t *testing.T) {
	t.Logf("-seed=%d", *seedFlag)
	for run := range uint64(20) {
		r := rand.New(rand.NewPCG(*seedFlag, run))
		w := startZoo(t, r.Uint64())
		e := NewEncoder(w)
		var watchers []*watcher
		for range 400 {
			if r.IntN(25) == 0 && len(watchers) < 6 {
				seat := sim.Seat(len(watchers) + 1)
				if err := w.Join(seat); err != nil {
					t.Fatal(err)
				}
				watchers = append(watchers, &watcher{seat: seat, mirror: NewMirror(SchemaOf(w))})
			}
			w.Step()
			e.Encode()
			for _, c := range watchers {
				if c.skips(r, w.Tick()) {
					continue
				}
				if r.IntN(80) == 0 {
					c.viewer.Reset()
					c.mirror.Reset()
				}
				c.receive(t, w, e)
			}
		}
	}
}

// skips decides whether a seat gets no snapshot: some seats now and then, one
// for long, so that chunks are missed by one, by a few, and by too many.
func (c *watcher) skips(r *rand.Rand, t sim.Tick) bool {
	switch c.seat % 3 {
	case 0:
		return r.IntN(4) == 0
	case 1:
		return uint32(t)/45%3 == 1
	}
	return false
}

func (c *watcher) receive(t *testing.T, w *sim.World, e *Encoder) {
	t.Helper()
	b := e.AppendSnapshot(nil, &c.viewer, c.seat, Header{InputAge: 1, Slack: -3, Dropped: 4})
	if err := ReadServerFrame(b, &c.frame); err != nil {
		t.Fatal(err)
	}
	if c.frame.InputAge != 1 || c.frame.Slack != -3 || c.frame.Dropped != 4 {
		t.Fatalf("header came as %+v", c.frame)
	}
	if err := c.mirror.Apply(&c.frame); err != nil {
		t.Fatalf("seat %d, tick %d: %v", c.seat, w.Tick(), err)
	}
	if c.mirror.Tick() != w.Tick() {
		t.Fatalf("mirror is at tick %d, world at %d", c.mirror.Tick(), w.Tick())
	}
	groups := c.viewer.Seen()
	compareRows(t, fmt.Sprintf("seat %d tick %d shared", c.seat, w.Tick()), worldRows(w, false, func(v sim.TableView, slot int) bool {
		return slices.Contains(groups, v.Group(slot))
	}), mirrorRows(c.mirror, c.mirror.Lists))
	compareRows(t, fmt.Sprintf("seat %d tick %d own", c.seat, w.Tick()), worldRows(w, true, func(v sim.TableView, slot int) bool {
		return v.Owner(slot) == c.seat
	}), mirrorRows(c.mirror, c.mirror.Own))
}

// rowCopy is one row: table, id and its columns.
type rowCopy struct {
	table int
	id    uint32
	vals  string
}

func worldRows(w *sim.World, private bool, visible func(sim.TableView, int) bool) []rowCopy {
	var rows []rowCopy
	for table, v := range w.Tables() {
		var cols []int
		for i, c := range v.Columns() {
			if !c.Local && c.Private == private {
				cols = append(cols, i)
			}
		}
		for slot := 0; slot < v.High() && len(cols) > 0; slot++ {
			if v.Alive(slot/64)>>(slot%64)&1 == 0 || !visible(v, slot) {
				continue
			}
			var vals []uint32
			for _, i := range cols {
				var one [1]uint32
				v.Gather(i, []int32{int32(slot)}, one[:])
				vals = append(vals, one[0])
			}
			rows = append(rows, rowCopy{table, uint32(slot + 1), fmt.Sprint(vals)})
		}
	}
	return rows
}

func mirrorRows(m *Mirror, lists func(int) iter.Seq[*List]) []rowCopy {
	var rows []rowCopy
	for table := range m.Schema().GetTable() {
		for l := range lists(table) {
			for pos, id := range l.IDs() {
				var vals []uint32
				for i := range l.cols {
					vals = append(vals, l.Column(i)[pos])
				}
				rows = append(rows, rowCopy{table, id, fmt.Sprint(vals)})
			}
		}
	}
	slices.SortFunc(rows, func(a, b rowCopy) int { return cmp.Or(cmp.Compare(a.table, b.table), cmp.Compare(a.id, b.id)) })
	return rows
}

func compareRows(t *testing.T, what string, want, got []rowCopy) {
	t.Helper()
	if len(want) != len(got) {
		t.Fatalf("%s: %d rows in the mirror, %d in the world\n%v\n%v", what, len(got), len(want), got, want)
	}
	for i := range want {
		if want[i] != got[i] {
			t.Fatalf("%s: mirror has %v, world %v", what, got[i], want[i])
		}
	}
}

func TestGapIsFound(t *testing.T) {
	w := startZoo(t, 1)
	e := NewEncoder(w)
	c := &watcher{seat: 1, mirror: NewMirror(SchemaOf(w))}
	for range 5 {
		w.Step()
		e.Encode()
		c.receive(t, w, e)
	}
	w.Step()
	e.Encode()
	e.AppendSnapshot(nil, &c.viewer, 1, Header{}) // lost
	w.Step()
	e.Encode()
	if err := ReadServerFrame(e.AppendSnapshot(nil, &c.viewer, 1, Header{}), &c.frame); err != nil {
		t.Fatal(err)
	}
	if err := c.mirror.Apply(&c.frame); err == nil || c.mirror.Synced() {
		t.Fatalf("a lost snapshot went unnoticed: %v", err)
	}
	c.viewer.Reset()
	w.Step()
	e.Encode()
	c.receive(t, w, e)
}

// TestGeneratedCodeAgrees parses snapshots with generated code, writes them
// again with it, and has the mirror read the result.
func TestGeneratedCodeAgrees(t *testing.T) {
	w := startZoo(t, 3)
	e := NewEncoder(w)
	c := &watcher{seat: 2, mirror: NewMirror(SchemaOf(w))}
	for range 60 {
		w.Step()
		e.Encode()
		var frame pb.ServerFrame
		if err := proto.Unmarshal(e.AppendSnapshot(nil, &c.viewer, 2, Header{Slack: 2}), &frame); err != nil {
			t.Fatal(err)
		}
		if len(frame.ProtoReflect().GetUnknown()) > 0 || frame.GetTick() != uint32(w.Tick()) || frame.GetSlack() != 2 {
			t.Fatalf("generated code read %v", &frame)
		}
		again, err := proto.Marshal(&frame)
		if err != nil {
			t.Fatal(err)
		}
		if err := ReadServerFrame(again, &c.frame); err != nil {
			t.Fatal(err)
		}
		if err := c.mirror.Apply(&c.frame); err != nil {
			t.Fatal(err)
		}
	}
	compareRows(t, "shared", worldRows(w, false, func(v sim.TableView, slot int) bool {
		return slices.Contains(c.viewer.Seen(), v.Group(slot))
	}), mirrorRows(c.mirror, c.mirror.Lists))
}
