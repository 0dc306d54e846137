package sim

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unsafe"
)

// build is a game as one version of it declares it: its tables and columns are drawn.
type build struct {
	seats   int
	tables  []tableDraw
	past    []string // tables with a history
	depth   int
	command bool
	migrate func(*World, *Former) error
	restore func()
	w       *World
}

type tableDraw struct {
	name string
	form TableForm
	rows int
	cols []Column
}

// cells holds whatever columns are drawn, one in eight bytes.
type cells struct{ C [8]uint64 }

var allKinds = []Kind{
	KindInt8, KindInt16, KindInt32, KindUint8, KindUint16, KindUint32, KindBool, KindFixed, KindAngle, KindSeat, KindRef, KindInt64, KindUint64, KindTick,
}

// drawTable draws the columns a to h, in any order: of the kind that each name is born
// with, and rarely another.
func drawTable(r *rand.Rand, born map[string]Kind, name string, form TableForm, rows int) tableDraw {
	t := tableDraw{name: name, form: form, rows: rows}
	for _, i := range r.Perm(8)[:1+r.IntN(8)] {
		col := string(rune('a' + i))
		kind, ok := born[name+col]
		if !ok || r.IntN(40) == 0 {
			kind = allKinds[r.IntN(len(allKinds))]
			born[name+col] = kind
		}
		t.cols = append(t.cols, Column{Name: col, Kind: kind, Seed: -1, Local: kind == KindInt64 || kind == KindUint64, offset: uintptr(i) * unsafe.Sizeof(uint64(0))})
	}
	return t
}

func drawBuild(r *rand.Rand, born map[string]Kind) *build {
	b := &build{seats: 8, depth: 2 + r.IntN(6), command: r.IntN(2) == 0}
	if r.IntN(10) == 0 {
		b.seats = 6
	}
	for _, i := range r.Perm(6)[:1+r.IntN(6)] {
		form := []TableForm{FreeRows, FreeRows, FreeRows, SeatRows, SingleRow, FreeRows}[i]
		if r.IntN(60) == 0 {
			form = TableForm(r.IntN(3))
		}
		rows := map[TableForm]int{FreeRows: 70 - 20*(r.IntN(8)/7), SeatRows: b.seats, SingleRow: 1}[form]
		t := drawTable(r, born, fmt.Sprint("t", i), form, rows)
		b.tables = append(b.tables, t)
		if form == FreeRows && r.IntN(3) == 0 {
			b.past = append(b.past, t.name)
		}
	}
	return b
}

func (b *build) Join(Seat, Entrant) {}
func (b *build) Leave(Seat)         {}
func (b *build) Step(*Inputs)       {}
func (b *build) View(Seat, *View)   {}

func (b *build) Migrate(from *Former) error {
	if b.migrate == nil {
		return nil
	}
	return b.migrate(b.w, from)
}

func (b *build) Restored() {
	if b.restore != nil {
		b.restore()
	}
}

func (b *build) start(t testing.TB) *World {
	t.Helper()
	w, err := Start(Mode{Name: "drawn", Hz: 30, Seats: b.seats, New: func(w *World) Rules {
		for _, d := range b.tables {
			table := newTable[cells](w, d.name, d.rows, func(string) ([]Column, error) { return d.cols, nil })
			table.perSeat, table.single = d.form == SeatRows, d.form == SingleRow
			if table.single {
				table.Add(cells{})
			}
			if slices.Contains(b.past, d.name) {
				NewHistory(w, table, b.depth, func(row *cells) Vec { return Vec{Fixed(row.C[0]), Fixed(row.C[1])} })
			}
		}
		if b.command {
			NewCommand[item](w)
		}
		NewInput[nod](w)
		b.w = w
		return b
	}}, 5)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// live has seats come and go, rows be made, changed and removed, for some ticks.
func live(w *World, r *rand.Rand, ticks int) {
	for range ticks {
		if seat := Seat(1 + r.IntN(w.mode.Seats)); r.IntN(3) == 0 {
			w.Leave(seat)
		} else {
			_ = w.Join(seat, Entrant{User: r.Uint64(), Team: uint8(r.IntN(256))}) // it may be taken
		}
		for _, c := range w.tables {
			for n := r.IntN(20); n > 0 && c.form() == FreeRows; n-- {
				if slot := r.IntN(len(c.reuse)); !c.live(slot) {
					if free := c.free(); free >= 0 {
						c.place(free)
					}
				} else if r.IntN(3) == 0 {
					for i := range c.columns {
						c.setValue(i, slot, 0)
					}
					c.unplace(slot)
				}
			}
			for slot := range c.high {
				for i := range c.columns {
					if c.live(slot) {
						c.setValue(i, slot, anyValue(w, r, c.columns[i].Kind))
					}
				}
			}
		}
		for _, seat := range w.Seats() {
			if w.command != nil && r.IntN(2) == 0 {
				_ = w.GiveCommand(seat, w.Commanded(seat)+1+r.Uint32N(3), []int32{1}, nil)
			}
		}
		w.Rand().Uint64()
		if r.IntN(100) == 0 {
			w.Lock()
		}
		w.Step()
	}
}

// anyValue is a value of a kind: mostly a small one, as a narrow column has.
func anyValue(w *World, r *rand.Rand, k Kind) uint64 {
	switch k {
	case KindRef:
		return uint64(1+r.IntN(70)) | r.Uint64N(3)<<refIDBits | r.Uint64N(uint64(len(w.tables)+1))<<refTableAt
	case KindBool:
		return r.Uint64N(2)
	default:
	}
	if r.IntN(200) == 0 {
		return r.Uint64() >> r.IntN(64)
	}
	return r.Uint64N(100)
}

// TestAStateGoesByNames from one build that was drawn to another, against what a plain
// comparison of both says: every value under its name, nothing bent, or a refusal.
func TestAStateGoesByNames(t *testing.T) {
	r := random(t)
	refused := map[string]int{}
	taken := 0
	for range 1500 {
		born := map[string]Kind{}
		from, to := drawBuild(r, born), drawBuild(r, born)
		if r.IntN(10) == 0 {
			to.tables, to.seats, to.command, to.past, to.depth = from.tables, from.seats, from.command, from.past, from.depth
		}
		old, w := from.start(t), to.start(t)
		live(old, r, 1+r.IntN(20))
		live(w, r, r.IntN(4)) // nothing of before is left
		why := misfit(old, w)
		err := w.Migrate(old.Layout(), nil, old.Append(nil))
		switch {
		case why == "" && err == nil:
			taken++
			sameByName(t, old, w)
			again := to.start(t)
			if err := again.Restore(w.Append(nil)); err != nil {
				t.Fatal(err)
			}
			same(t, w, again)
			if w.Shape() == old.Shape() {
				same(t, w, old)
			}
		case why == "" || !errors.Is(err, ErrMigrate) || !strings.Contains(err.Error(), why):
			t.Fatalf("refused with %v, want %q", err, why)
		case w.tick != 0 || len(w.Seats()) > 0:
			t.Fatal("something is left of a state that was refused")
		default:
			refused[strings.Fields(why)[0]]++
		}
	}
	t.Logf("%d went, refused %v", taken, refused)
	if taken == 0 || refused["column"] == 0 || refused["table"] == 0 || refused["seat"] == 0 {
		t.Error("some kinds of builds were never drawn")
	}
}

// misfit says by what a state is refused first, in its order; "": nothing.
func misfit(old, w *World) string {
	for _, seat := range old.Seats() {
		if int(seat) > w.mode.Seats {
			return fmt.Sprintf("seat %d", seat)
		}
	}
	for _, was := range old.tables {
		c := w.tableNamed(was.name)
		if c == nil {
			continue
		}
		if c.form() != was.form() {
			return "table " + c.name + " had"
		}
		for slot := len(c.reuse); slot < was.high; slot++ {
			if was.live(slot) {
				return "table " + c.name + " has space for"
			}
		}
		for i := range was.columns {
			if at := columnNamed(c, was.columns[i].Name); at >= 0 && !columnFits(was, i, &c.columns[at]) {
				return fmt.Sprintf("column %s.%s", c.name, was.columns[i].Name)
			}
		}
	}
	return ""
}

func columnNamed(c *core, name string) int {
	return slices.IndexFunc(c.columns, func(col Column) bool { return col.Name == name })
}

var spans = map[Kind][2]float64{
	KindInt8: {-1 << 7, 1<<7 - 1}, KindInt16: {-1 << 15, 1<<15 - 1}, KindInt32: {-1 << 31, 1<<31 - 1}, KindInt64: {-1 << 63, 1<<63 - 1},
	KindUint8: {0, 1<<8 - 1}, KindUint16: {0, 1<<16 - 1}, KindUint32: {0, 1<<32 - 1}, KindUint64: {0, 1<<64 - 1},
}

func columnFits(was *core, i int, now *Column) bool {
	kind := was.columns[i].Kind
	if kind == now.Kind {
		return true
	}
	span, whole := spans[now.Kind]
	if _, before := spans[kind]; !whole || !before {
		return false
	}
	for slot := range was.high {
		if !was.live(slot) {
			continue
		}
		v := float64(int64(was.value(i, slot)))
		if kind == KindUint64 {
			v = float64(was.value(i, slot))
		}
		if v < span[0] || v > span[1] || v == 1<<63 && now.Kind == KindInt64 {
			return false
		}
	}
	return true
}

// sameByName compares a world with the one whose state it has taken on.
func sameByName(t *testing.T, old, w *World) {
	t.Helper()
	if w.tick != old.tick || w.rand != old.rand || w.room != old.room || !slices.Equal(w.Seats(), old.Seats()) {
		t.Fatal("the tick, the generator, the room or the seats differ")
	}
	for _, seat := range old.Seats() {
		if w.sitters[seat] != old.sitters[seat] {
			t.Fatalf("seat %d has %v, had %v", seat, w.sitters[seat], old.sitters[seat])
		}
		if w.command != nil && w.Commanded(seat) != old.Commanded(seat) {
			t.Fatalf("seat %d: command %d, was %d", seat, w.Commanded(seat), old.Commanded(seat))
		}
	}
	for _, c := range w.tables {
		was := old.tableNamed(c.name)
		for slot := range len(c.reuse) {
			if id := Ref(slot + 1); wantLive(old, was, c, slot) != c.live(slot) || was != nil && slot < was.high && was.reuse[slot] != c.reuse[slot] {
				t.Fatalf("%s: row %d lives: %v, or was used another number of times", c.name, id, c.live(slot))
			}
			for i := range c.columns {
				want := uint64(0)
				if was != nil && c.live(slot) {
					if at := columnNamed(was, c.columns[i].Name); at >= 0 {
						want = wantRef(old, w, &c.columns[i], was.value(at, slot))
					}
				}
				if got := c.value(i, slot); got != want {
					t.Fatalf("%s.%s of row %d is %x, want %x", c.name, c.columns[i].Name, slot+1, got, want)
				}
			}
		}
	}
	samePast(t, old, w)
}

func wantLive(old *World, was, c *core, slot int) bool {
	if was == nil {
		return c.single || c.perSeat && slices.Contains(old.Seats(), Seat(slot+1))
	}
	return slot < was.high && was.live(slot)
}

func wantRef(old, w *World, col *Column, v uint64) uint64 {
	table := Ref(v).table()
	if col.Kind != KindRef || table == 0 {
		return v
	}
	now := w.tableNamed(old.tables[table-1].name)
	if now == nil {
		return 0
	}
	return v&refRow | uint64(now.number)<<refTableAt
}

// samePast compares what is remembered of rows: as far back as both go; and now, where
// nothing was remembered.
func samePast(t *testing.T, old, w *World) {
	t.Helper()
	for _, h := range w.hist {
		c, here := h.remembered()
		i := slices.IndexFunc(old.hist, func(was ring) bool { table, _ := was.remembered(); return table.name == c.name })
		for back := range min(len(here), int(w.tick)) {
			at := w.tick.Add(-back)
			for slot := range c.high {
				var want past
				switch {
				case i >= 0:
					if _, seen := old.hist[i].remembered(); back < len(seen) {
						want = seen[at%Tick(len(seen))][slot]
					}
				case back == 0 && c.live(slot):
					want = past{Vec{Fixed(rowOf(c, slot, 0)), Fixed(rowOf(c, slot, 1))}, c.reuse[slot] + 1}
				}
				if got := here[at%Tick(len(here))][slot]; got != want {
					t.Fatalf("%s: row %d was %d ticks ago at %v, want %v", c.name, slot+1, back, got, want)
				}
			}
		}
	}
}

// rowOf is a cell of a row, whatever column it has.
func rowOf(c *core, slot, cell int) uint64 {
	return (&Column{Kind: KindUint64, offset: uintptr(cell) * unsafe.Sizeof(uint64(0))}).load(unsafe.Add(c.base, uintptr(slot)*c.stride))
}

// TestWhatANarrowerColumnHolds has a row on both sides of each limit.
func TestWhatANarrowerColumnHolds(t *testing.T) {
	for _, c := range []struct {
		from, to Kind
		v        uint64
		fits     bool
	}{
		{KindInt32, KindInt8, 127, true}, {KindInt32, KindInt8, 128, false},
		{KindInt16, KindInt8, ^uint64(127), true}, {KindInt16, KindInt8, ^uint64(128), false},
		{KindUint16, KindUint8, 255, true}, {KindUint16, KindUint8, 256, false},
		{KindInt8, KindUint32, 0, true}, {KindInt8, KindUint32, ^uint64(0), false},
		{KindInt8, KindUint64, 127, true}, {KindInt8, KindUint64, ^uint64(0), false},
		{KindUint64, KindInt64, 1<<63 - 1, true}, {KindUint64, KindInt64, 1 << 63, false}, {KindUint64, KindInt8, ^uint64(0), false},
		{KindUint64, KindUint64, ^uint64(0), true}, {KindInt64, KindInt64, 1 << 63, true}, {KindInt8, KindInt64, ^uint64(0), true},
		{KindFixed, KindInt32, 0, false}, {KindInt32, KindFixed, 0, false}, {KindUint16, KindAngle, 0, false}, {KindUint16, KindSeat, 0, false},
		{KindUint8, KindBool, 1, false}, {KindUint32, KindTick, 1, false}, {KindUint64, KindRef, 1, false}, {KindFixed, KindFixed, 1 << 30, true},
	} {
		of := func(k Kind) *World {
			b := &build{seats: 1, tables: []tableDraw{{name: "t", form: SingleRow, rows: 1, cols: []Column{{Name: "a", Kind: k, Seed: -1, Local: true}}}}}
			return b.start(t)
		}
		old, w := of(c.from), of(c.to)
		old.tables[0].setValue(0, 0, c.v)
		err := w.Migrate(old.Layout(), nil, old.Append(nil))
		if (err == nil) != c.fits || c.fits && w.tables[0].value(0, 0) != c.v || !c.fits && !errors.Is(err, ErrMigrate) {
			t.Errorf("%x from kind %d to %d: %v, %x", c.v, c.from, c.to, err, w.tables[0].value(0, 0))
		}
	}
}

// What follows are two builds of one game: hit points became a shield of the double,
// and who carries the flag went from the ships into the match.
type (
	shipBefore struct {
		X    Fixed
		HP   uint8
		Flag bool
		Last Ref
	}
	shipNow struct {
		Shield uint16
		Last   Ref
		X      Fixed
	}
	matchNow struct{ Carrier Ref }
)

// newBuild starts the newer build, with a Migrate that does this.
func newBuild(t testing.TB, migrate func(ships *Table[shipNow], match *Single[matchNow], from *Former) error) (*World, *Table[shipNow], *Single[matchNow]) {
	t.Helper()
	b := &build{}
	var ships *Table[shipNow]
	var match *Single[matchNow]
	w, err := Start(Mode{Name: "test", Hz: 30, Seats: 8, New: func(w *World) Rules {
		match = NewSingle[matchNow](w, "match")
		ships = NewTable[shipNow](w, "ship", 10)
		NewInput[nod](w)
		b.migrate = func(_ *World, from *Former) error { return migrate(ships, match, from) }
		return b
	}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	return w, ships, match
}

// oldBuild is the state of the older build: three ships, of which the second is gone.
func oldBuild(t testing.TB) (w *World, ships *Table[shipBefore]) {
	t.Helper()
	w = declare(t, func(w *World) {
		ships = NewTable[shipBefore](w, "ship", 10)
		NewSingle[item](w, "gone")
	})
	a, _, _ := ships.Add(shipBefore{X: 7, HP: 100})
	gone, _, _ := ships.Add(shipBefore{X: 8})
	_, c, _ := ships.Add(shipBefore{X: 9, HP: 3, Flag: true, Last: a})
	ships.Remove(gone)
	if c.Last.table() != 1 {
		t.Fatal("the reference has no table")
	}
	w.Step()
	return w, ships
}

// TestRulesCompleteWhatNamesDoNot: from what was in columns that are gone.
func TestRulesCompleteWhatNamesDoNot(t *testing.T) {
	old, _ := oldBuild(t)
	w, ships, match := newBuild(t, func(ships *Table[shipNow], match *Single[matchNow], from *Former) error {
		if !from.Has("ship", "hp") || from.Has("ship", "shield") || from.Has("nothing", "hp") {
			return errors.New("Has is wrong")
		}
		if lives, ok := from.Param("lives"); lives != "3" || !ok {
			return errors.New("Param is wrong")
		}
		for row := range from.Rows("ship") {
			ships.Get(row.Ref).Shield = uint16(2 * row.Value("hp"))
			if row.Value("flag") != 0 {
				match.Get().Carrier = row.Ref
			}
			if row.Value("shield") != 0 {
				return errors.New("a column that was not there has a value")
			}
		}
		for row := range from.Rows("gone") {
			if row.Ref.table() != 0 || ships.Get(row.Ref) != nil && row.Value("n") != 0 {
				return errors.New("a row of a table that is gone has a table")
			}
		}
		return nil
	})
	if err := w.Migrate(old.Layout(), []Param{{"lives", "3"}}, old.Append(nil)); err != nil {
		t.Fatal(err)
	}
	var got []shipNow
	for ref, ship := range ships.All {
		if ref == match.Get().Carrier && ship.X != 9 {
			t.Error("another ship carries the flag")
		}
		got = append(got, *ship)
	}
	first := got[1].Last
	if len(got) != 2 || got[0] != (shipNow{Shield: 200, X: 7}) || got[1].Shield != 6 || ships.Get(first) == nil || ships.Get(first).X != 7 || first.table() != 2 {
		t.Errorf("%+v", got)
	}
	if match.Get().Carrier == 0 {
		t.Error("nobody carries the flag")
	}
}

// TestRulesRefuseAState, or panic over it: nothing of it is left.
func TestRulesRefuseAState(t *testing.T) {
	refusal := errors.New("too old")
	for want, migrate := range map[string]func(*Table[shipNow], *Single[matchNow], *Former) error{
		"too old":                   func(*Table[shipNow], *Single[matchNow], *Former) error { return refusal },
		"the rules cannot take it:": func(ships *Table[shipNow], _ *Single[matchNow], _ *Former) error { ships.Get(0).X = 1; return nil },
	} {
		old, _ := oldBuild(t)
		w, ships, _ := newBuild(t, migrate)
		err := w.Migrate(old.Layout(), nil, old.Append(nil))
		if !errors.Is(err, ErrMigrate) || !strings.Contains(err.Error(), want) || ships.Len() != 0 || w.Tick() != 0 {
			t.Errorf("%v, %d ships, tick %d; want %q", err, ships.Len(), w.Tick(), want)
		}
		if (want == refusal.Error()) != errors.Is(err, refusal) {
			t.Errorf("%v", err)
		}
	}
}

// TestShortcutsAreMadeAfterTheRulesHadTheirTurn.
func TestShortcutsAreMadeAfterTheRulesHadTheirTurn(t *testing.T) {
	r := random(t)
	b := drawBuild(r, map[string]Kind{})
	var calls []string
	b.migrate = func(*World, *Former) error { calls = append(calls, "migrate"); return nil }
	b.restore = func() { calls = append(calls, "restored") }
	w := b.start(t)
	live(w, r, 5)
	if err := b.start(t).Migrate(w.Layout(), nil, w.Append(nil)); err != nil || !slices.Equal(calls, []string{"migrate", "restored"}) {
		t.Errorf("%v, %q", err, calls)
	}
}

type (
	giftBefore struct {
		Why   uint8
		Coins int64
	}
	giftNow struct {
		When  Tick
		Coins int64
	}
)

// TestWhatWaitsForItsStepMigrates: wishes as they are, effects by names, and an effect
// that nobody knows any more is a reason to refuse.
func TestWhatWaitsForItsStepMigrates(t *testing.T) {
	old := declare(t, func(w *World) { NewEffect[item](w, "other"); NewEffect[giftBefore](w, "gift") })
	if err := old.Join(3, Entrant{User: 9}); err != nil {
		t.Fatal(err)
	}
	old.Announce("hello")
	(&Effect[giftBefore]{old, 1, old.effects[1].Columns}).Emit(3, giftBefore{Coins: 1 << 40, Why: 2})
	state := old.Append(nil)
	w := declare(t, func(w *World) { NewEffect[giftNow](w, "gift") })
	if err := w.Migrate(old.Layout(), nil, state); err != nil {
		t.Fatal(err)
	}
	w.Step()
	effects, values := w.Effects()
	if len(effects) != 1 || effects[0] != (EffectRecord{0, 3, 9, 0, 2}) || !slices.Equal(values, []int64{0, 1 << 40}) {
		t.Errorf("%+v %v", effects, values)
	}
	if wishes := w.Wishes(); len(wishes) != 1 || wishes[0].Text != "hello" {
		t.Errorf("%+v", wishes)
	}
	w = declare(t, func(w *World) { NewEffect[giftNow](w, "present") })
	if err := w.Migrate(old.Layout(), nil, state); !errors.Is(err, ErrMigrate) || !strings.Contains(err.Error(), "an effect gift waits") {
		t.Errorf("%v", err)
	}
}

// FuzzMigrate reads any state by any of some layouts.
func FuzzMigrate(f *testing.F) {
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 0))
		w := drawBuild(r, map[string]Kind{}).start(f)
		live(w, r, 10)
		f.Add(seed, w.Append(nil))
	}
	f.Fuzz(func(t *testing.T, seed uint64, state []byte) {
		r := rand.New(rand.NewPCG(seed, 0))
		born := map[string]Kind{}
		from, to := drawBuild(r, born), drawBuild(r, born)
		w := to.start(t)
		if err := w.Migrate(from.start(t).Layout(), nil, state); err != nil {
			if !errors.Is(err, ErrState) && !errors.Is(err, ErrMigrate) {
				t.Fatal(err)
			}
			if w.Tick() != 0 || len(w.Seats()) > 0 {
				t.Fatal("something is left of a state that was refused")
			}
			return
		}
		again := to.start(t)
		if err := again.Restore(w.Append(nil)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(w.Append(nil), again.Append(nil)) {
			t.Fatal("it is not what it was")
		}
	})
}
