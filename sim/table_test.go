package sim

import (
	"fmt"
	"slices"
	"testing"
)

type item struct{ N int32 }

func items(t testing.TB, capacity int) *Table[item] {
	t.Helper()
	var table *Table[item]
	declare(t, func(w *World) { table = NewTable[item](w, "item", capacity) })
	return table
}

// fill adds rows until there are n; row i holds i.
func fill(t testing.TB, table *Table[item], n int) []Ref {
	t.Helper()
	var refs []Ref
	for i := range n {
		ref, row, ok := table.Add(item{int32(i)})
		if !ok || row.N != int32(i) {
			t.Fatalf("row %d of %d does not fit", i, n)
		}
		refs = append(refs, ref)
	}
	return refs
}

func visited(table *Table[item]) (ids []uint32) {
	for ref := range table.All {
		ids = append(ids, ref.ID())
	}
	return ids
}

func TestTableCapacity(t *testing.T) {
	for _, capacity := range []int{1, 2, 63, 64, 65, 127, 128, 129, 1000} {
		table := items(t, capacity)
		refs := fill(t, table, capacity)
		if _, row, ok := table.Add(item{}); ok || row != nil {
			t.Errorf("capacity %d: one more fits", capacity)
		}
		if table.Len() != capacity || table.Cap() != capacity || len(visited(table)) != capacity {
			t.Errorf("capacity %d: Len %d, Cap %d, visited %d", capacity, table.Len(), table.Cap(), len(visited(table)))
		}
		for i, ref := range refs {
			if ref.ID() != uint32(i+1) || table.Get(ref).N != int32(i) {
				t.Fatalf("capacity %d: row %d has id %d and %v", capacity, i, ref.ID(), table.Get(ref))
			}
		}
	}
}

func TestTableRefusesCapacity(t *testing.T) {
	for _, row := range []struct {
		capacity int
		fits     bool
	}{{-1, false}, {0, false}, {1, true}, {maxRows, true}, {maxRows + 1, false}} {
		_, err := declared(func(w *World) { NewTable[item](w, "item", row.capacity) }, nil)
		wantError(t, err, row.fits, fmt.Sprintf("table item: capacity %d, want 1 to 1048574", row.capacity))
	}
}

func TestTableIDsReachTheirLimit(t *testing.T) {
	table := items(t, maxRows)
	table.reuse[maxRows-1] = retired - 1
	last := table.ref(maxRows - 1)
	if last.ID() != maxRows || last.slot() != maxRows-1 || last.reuse() != retired-1 || last.table() != 1 {
		t.Errorf("the last row's name is taken apart to id %d, slot %d, reuse %d, table %d", last.ID(), last.slot(), last.reuse(), last.table())
	}
	if table.Get(last) != nil || table.Get(maxRows+1) != nil || table.Get(^Ref(0)) != nil {
		t.Error("an empty table finds a row")
	}
}

func TestTableReusesTheLowestID(t *testing.T) {
	table := items(t, 130)
	refs := fill(t, table, 130)
	for _, slot := range []int{129, 64, 63, 65, 0} {
		table.Remove(refs[slot])
	}
	for _, want := range []uint32{1, 64, 65, 66, 130} {
		ref, _, ok := table.Add(item{})
		if !ok || ref.ID() != want || ref.reuse() != 1 {
			t.Errorf("got id %d, reuse %d, want id %d, reuse 1", ref.ID(), ref.reuse(), want)
		}
	}
}

func TestTableForgetsRemovedRows(t *testing.T) {
	table := items(t, 1)
	if table.Get(0) != nil {
		t.Error("the zero Ref finds a row")
	}
	old, _, _ := table.Add(item{7})
	table.Remove(old)
	table.Remove(old) // nothing more
	if table.Get(old) != nil || table.Len() != 0 || table.rows[0] != (item{}) {
		t.Errorf("removed: Get %v, Len %d, memory %v", table.Get(old), table.Len(), table.rows[0])
	}
	now, _, _ := table.Add(item{8})
	table.Remove(old)
	if table.Get(old) != nil || table.Get(now) == nil || table.Get(now).N != 8 {
		t.Error("the old name still means the slot")
	}
}

// TestTableNeverGivesANameTwice reuses one id as often as 12 and 16 bits count,
// and then to the end of what a Ref counts.
func TestTableNeverGivesANameTwice(t *testing.T) {
	table := items(t, 2)
	old, _, _ := table.Add(item{7})
	table.Remove(old)
	for n := range 1<<16 + 2 {
		ref, _, _ := table.Add(item{8})
		if ref == old || table.Get(old) != nil {
			t.Fatalf("after %d reuses the old name finds %v", n+1, *table.Get(old))
		}
		table.Remove(ref)
	}
	table.reuse[0] = retired - 1
	last, _, _ := table.Add(item{9})
	if last.ID() != 1 || table.Get(last) == nil {
		t.Fatalf("the last row of the first id has id %d", last.ID())
	}
	table.Remove(last)
	next, _, ok := table.Add(item{10})
	if !ok || next.ID() != 2 || table.Get(last) != nil || table.Get(old) != nil {
		t.Errorf("a retired id is followed by id %d, %t", next.ID(), ok)
	}
	if _, _, ok := table.Add(item{11}); ok || table.Len() != 1 {
		t.Error("a retired id is given out again")
	}
}

func TestRefsNameOneTable(t *testing.T) {
	type hunter struct{ Prey Ref }
	var prey, stones *Table[item]
	var hunters *Table[hunter]
	w := declare(t, func(w *World) {
		prey, stones = NewTable[item](w, "prey", 2), NewTable[item](w, "stone", 2)
		hunters = NewTable[hunter](w, "hunter", 2)
	})
	hunted, _, _ := prey.Add(item{1})
	stone, _, _ := stones.Add(item{2})
	hunters.Add(hunter{hunted})
	sent := func() uint32 {
		var id [1]uint32
		w.Tables()[2].Gather(0, []int32{0}, id[:])
		return id[0]
	}
	if stones.Get(hunted) != nil || prey.Get(stone) != nil {
		t.Error("the name of one table's row finds another table's")
	}
	if !w.Alive(hunted) || !w.Alive(stone) || w.Alive(0) || w.Alive(^Ref(0)) || sent() != 1 {
		t.Errorf("before: alive %t %t, sent %d", w.Alive(hunted), w.Alive(stone), sent())
	}
	prey.Remove(hunted)
	if w.Alive(hunted) || sent() != 0 {
		t.Errorf("removed: alive %t, sent as %d", w.Alive(hunted), sent())
	}
	prey.Add(item{3})
	if w.Alive(hunted) || sent() != 0 {
		t.Errorf("its id is another's: alive %t, sent as %d", w.Alive(hunted), sent())
	}
	if !w.Alive(Ref(1)) || w.Alive(Ref(2)) { // without a table: a stone's
		t.Errorf("without a table: %t, %t", w.Alive(1), w.Alive(2))
	}
}

func TestTableVisitsInOrder(t *testing.T) {
	table := items(t, 200)
	refs := fill(t, table, 200)
	var want []uint32
	for i, ref := range refs {
		switch i {
		case 0, 62, 63, 64, 65, 127, 128, 191, 199:
			want = append(want, ref.ID())
		default:
			table.Remove(ref)
		}
	}
	if got := visited(table); !slices.Equal(got, want) {
		t.Errorf("visited %v, want %v", got, want)
	}
	for ref := range table.All {
		if ref.ID() == 64 {
			return
		}
		if ref.ID() > 64 {
			t.Fatal("break does not end the visit")
		}
	}
}

func TestTableVisitWhileRemoving(t *testing.T) {
	for _, at := range []int{62, 63, 64, 65} {
		table := items(t, 130)
		refs := fill(t, table, 130)
		var ids []uint32
		for ref := range table.All {
			ids = append(ids, ref.ID())
			if ref == refs[at] {
				table.Remove(ref) // itself
				table.Remove(refs[at+1])
				table.Remove(refs[129])
			}
		}
		if len(ids) != 128 || slices.Contains(ids, uint32(at+2)) || slices.Contains(ids, 130) {
			t.Errorf("at %d: visited %v", at, ids)
		}
	}
}

func TestTableVisitWhileAdding(t *testing.T) {
	for _, have := range []int{1, 62, 63, 64, 65} {
		table := items(t, 130)
		refs := fill(t, table, have)
		table.Remove(refs[0])
		refs[0], _, _ = table.Add(item{})
		count := 0
		for ref := range table.All {
			count++
			if count == have { // at the last row, one more id to come
				added, _, _ := table.Add(item{})
				if added.ID() != ref.ID()+1 {
					t.Fatalf("id %d follows %d", added.ID(), ref.ID())
				}
			}
		}
		if count != have+1 {
			t.Errorf("%d rows and one added meanwhile: visited %d", have, count)
		}
	}
	table := items(t, 130)
	refs := fill(t, table, 70)
	var ids []uint32
	for ref := range table.All {
		ids = append(ids, ref.ID())
		if ref == refs[66] { // an id that has passed
			table.Remove(refs[3])
			table.Add(item{})
		}
	}
	if len(ids) != 70 {
		t.Errorf("a row added behind is visited: %v", ids)
	}
}

func TestTableAgainstAModel(t *testing.T) {
	r := random(t)
	table, model := items(t, 200), map[Ref]int32{}
	for range 20000 {
		if n := r.Int32(); r.IntN(200) >= len(model) {
			ref, _, ok := table.Add(item{n})
			if _, twice := model[ref]; !ok || twice {
				t.Fatalf("added %v, already there %t", ok, twice)
			}
			model[ref] = n
			continue
		}
		for ref := range model {
			table.Remove(ref)
			delete(model, ref)
			break
		}
	}
	if len(visited(table)) != len(model) || table.Len() != len(model) {
		t.Fatalf("%d rows, want %d", table.Len(), len(model))
	}
	for ref, n := range model {
		if row := table.Get(ref); row == nil || row.N != n {
			t.Fatalf("row %d: %v, want %d", ref.ID(), row, n)
		}
	}
}

func TestTablePointersStayGood(t *testing.T) {
	table := items(t, 64)
	_, first, _ := table.Add(item{1})
	fill(t, table, 63)
	first.N = 5
	if table.Get(1).N != 5 {
		t.Error("the row has moved")
	}
}

func TestTableGroups(t *testing.T) {
	var plain, grouped *Table[item]
	w := declare(t, func(w *World) {
		plain = NewTable[item](w, "plain", 2)
		grouped = NewTable[item](w, "grouped", 2).GroupBy(func(row *item) Group { return Group(row.N) })
	})
	plain.Add(item{9})
	grouped.Add(item{9})
	if v := w.Tables()[0]; v.Group(0) != 0 || v.Grouped() {
		t.Errorf("without GroupBy: group %d, Grouped %t", v.Group(0), v.Grouped())
	}
	if v := w.Tables()[1]; v.Group(0) != 9 || !v.Grouped() {
		t.Errorf("with GroupBy: group %d, Grouped %t", v.Group(0), v.Grouped())
	}
}

func TestSingle(t *testing.T) {
	var score *Single[item]
	w := declare(t, func(w *World) { score = NewSingle[item](w, "score") })
	if score.Get().N != 0 {
		t.Errorf("it starts as %d", score.Get().N)
	}
	score.Get().N = 3
	v := w.Tables()[0]
	if v.Alive(0) != 1 || v.Cap() != 1 || v.Value(0, 0) != 3 {
		t.Errorf("alive %b, capacity %d, value %d", v.Alive(0), v.Cap(), v.Value(0, 0))
	}
}
