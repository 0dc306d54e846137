package netproto

import (
	"cmp"
	"flag"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

var seedFlag = flag.Uint64("seed", uint64(time.Now().UnixNano()), "seed of the random tests")

// stage is a world with its encoder, and the events of its last ticks.
type stage struct {
	w   *sim.World
	e   *Encoder
	log [64][]Event // by tick modulo 64
}

func newStage(w *sim.World) *stage { return &stage{w: w, e: NewEncoder(w)} }

func (s *stage) step() {
	s.w.Step()
	s.e.Encode()
	at := &s.log[s.w.Tick()%64]
	*at = nil
	records, values := s.w.Events()
	for _, r := range records {
		*at = append(*at, Event{r.Kind, s.w.Tick(), uint32(r.Group), slices.Clone(values[r.First : r.First+r.Count])})
	}
}

// eventsOf returns what happened in a group from one tick to another.
func (s *stage) eventsOf(g sim.Group, from, to sim.Tick) []Event {
	var all []Event
	for t := from; t <= to; t++ {
		for _, e := range s.log[t%64] {
			if e.Group == uint32(g) {
				all = append(all, e)
			}
		}
	}
	return all
}

// watcher is one client: its viewer at the server and its mirrors.
type watcher struct {
	seat   sim.Seat
	viewer Viewer
	mirror *Mirror
	plain  *plain
	frame  ServerFrame
	events []Event
	bytes  []byte // of the last frame
	most   int    // Header.Most
}

func newWatcher(s *stage, seat sim.Seat) *watcher {
	schema := SchemaOf(s.w)
	c := &watcher{seat: seat, mirror: NewMirror(schema), plain: newPlain(schema)}
	c.mirror.OnEvent(func(e Event) {
		e.Values = slices.Clone(e.Values)
		c.events = append(c.events, e)
	})
	return c
}

// receive sends the watcher a snapshot and compares all that it should now
// know with the world.
func (c *watcher) receive(t testing.TB, s *stage) {
	t.Helper()
	last, seen := c.viewer.last, slices.Clone(c.viewer.seen)
	key := !c.viewer.sent || s.w.Tick().Since(last) > history
	c.bytes = s.e.AppendSnapshot(c.bytes[:0], &c.viewer, c.seat, Header{InputAge: 1, Slack: -3, Dropped: 4, Most: c.most})
	if c.most > 0 && len(c.bytes) > c.most {
		t.Fatalf("a snapshot of %d bytes, at most %d", len(c.bytes), c.most)
	}
	c.events, c.plain.events = c.events[:0], nil
	c.apply(t)
	if c.frame.InputAge != 1 || c.frame.Slack != -3 || c.frame.Dropped != 4 || c.frame.Key != key {
		t.Fatalf("header came as %+v", c.frame)
	}
	var want []Event
	for _, g := range c.viewer.Seen() {
		from := s.w.Tick()
		if _, had := slices.BinarySearch(seen, g); had && !key {
			from = last.Add(1)
		}
		want = append(want, s.eventsOf(g, from, s.w.Tick())...)
	}
	if c.most == 0 && fmt.Sprint(want) != fmt.Sprint(c.events) {
		t.Fatalf("seat %d, tick %d: events %v, want %v", c.seat, s.w.Tick(), c.events, want)
	}
	c.compare(t, s)
}

// apply reads c.bytes into both mirrors, which must agree.
func (c *watcher) apply(t testing.TB) {
	t.Helper()
	if err := ReadServerFrame(c.bytes, &c.frame); err != nil {
		t.Fatal(err)
	}
	if err := c.mirror.Apply(&c.frame); err != nil {
		t.Fatalf("seat %d, tick %d: %v", c.seat, c.frame.Tick, err)
	}
	var frame pb.ServerFrame
	if err := proto.Unmarshal(c.bytes, &frame); err != nil {
		t.Fatal(err)
	}
	if n := len(frame.ProtoReflect().GetUnknown()); n > 0 {
		t.Fatalf("%d bytes unknown to generated code", n)
	}
	if err := c.plain.apply(&frame); err != nil {
		t.Fatalf("seat %d, tick %d: %v", c.seat, c.frame.Tick, err)
	}
	if got, want := mirrorTable(c.mirror), c.plain.table(); !slices.Equal(got, want) {
		t.Fatalf("seat %d, tick %d: mirror\n%v\nplain mirror\n%v", c.seat, c.frame.Tick, got, want)
	}
	if len(c.events) != len(c.plain.events) {
		t.Fatalf("%d events in the mirror, %d in the plain one", len(c.events), len(c.plain.events))
	}
}

// compare holds the mirror against the world restricted to the view.
func (c *watcher) compare(t testing.TB, s *stage) {
	t.Helper()
	if c.mirror.Tick() != s.w.Tick() || !c.mirror.Synced() {
		t.Fatalf("mirror is at tick %d, world at %d, synced %v", c.mirror.Tick(), s.w.Tick(), c.mirror.Synced())
	}
	groups, late := c.viewer.Seen(), c.viewer.late
	if late == nil {
		late = &backlog{}
	}
	want := worldTable(s.w, 0, func(table int, v sim.TableView, slot int) bool {
		return slices.Contains(groups, v.Group(slot)) && (v.Group(slot) != late.group.id || late.group.has(s.e.shared, table, slot))
	})
	want = append(want, worldTable(s.w, 1, func(table int, v sim.TableView, slot int) bool {
		return v.Owner(slot) == c.seat && late.own.has(s.e.own, table, slot)
	})...)
	got := mirrorTable(c.mirror)
	for i := range got {
		got[i].trend = [16]int64{} // the world has none
	}
	if !slices.Equal(got, want) {
		t.Fatalf("seat %d, tick %d: mirror\n%v\nworld\n%v", c.seat, s.w.Tick(), got, want)
	}
}

// has reports whether a viewer who was sent a part of a group has a row of it.
func (p *partial) has(plane *plane, table, slot int) bool {
	if !p.active {
		return true
	}
	i := slices.IndexFunc(plane.lanes, func(l *lane) bool { return l.table == table })
	return int(plane.lanes[i].place[slot].pos) < p.lists[i].have
}

// fact is one row as somebody knows it: the world, or a mirror.
type fact struct {
	plane, table int // plane 0 shared, 1 own
	id           uint32
	value        [16]int64 // by column of the plane
	trend        [16]int64 // mirrors only: change per tick
}

func (f fact) compare(g fact) int {
	return cmp.Or(cmp.Compare(f.plane, g.plane), cmp.Compare(f.table, g.table), cmp.Compare(f.id, g.id))
}

// worldTable lists rows of one plane of the world.
func worldTable(w *sim.World, plane int, visible func(table int, v sim.TableView, slot int) bool) []fact {
	var all []fact
	for table, v := range w.Tables() {
		var cols []int
		for i, c := range v.Columns() {
			if !c.Local && c.Private == (plane == 1) {
				cols = append(cols, i)
			}
		}
		for slot := range v.High() {
			if v.Alive(slot/64)>>(slot%64)&1 == 0 || len(cols) == 0 || !visible(table, v, slot) {
				continue
			}
			f := fact{plane: plane, table: table, id: uint32(slot + 1)}
			for i, col := range cols {
				var one [1]uint32
				v.Gather(col, []int32{int32(slot)}, one[:])
				f.value[i] = number(v.Columns()[col].Kind, one[0])
			}
			all = append(all, f)
		}
	}
	slices.SortFunc(all, fact.compare)
	return all
}

// mirrorTable lists all rows of a mirror, sorted.
func mirrorTable(m *Mirror) []fact {
	var all []fact
	for plane, lists := range []func(int) iter.Seq[*List]{m.Lists, m.Own} {
		for table, ts := range m.Schema().GetTable() {
			for l := range lists(table) {
				first := len(all)
				for _, id := range l.IDs() {
					all = append(all, fact{plane: plane, table: table, id: id})
				}
				for _, c := range ts.GetColumn() {
					at, ok := Find(m.Schema(), ts.GetName(), c.GetName())
					if !ok || at.Own != (plane == 1) {
						continue
					}
					for pos, v := range l.Column(at.Column) {
						all[first+pos].value[at.Column] = number(sim.Kind(c.GetKind()), v)
					}
					for pos, v := range l.Change(at.Column) {
						all[first+pos].trend[at.Column] = int64(int32(v))
					}
				}
			}
		}
	}
	slices.SortFunc(all, fact.compare)
	return all
}

func number(k sim.Kind, v uint32) int64 {
	if signed(k) {
		return int64(int32(v))
	}
	return int64(v)
}
