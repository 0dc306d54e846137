package sim

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestDiffNamesThePlace(t *testing.T) {
	for _, row := range []struct {
		change func(w *World, g *rich)
		want   string
	}{
		{func(*World, *rich) {}, ""},
		{func(w *World, _ *rich) { w.tick++ }, "table world, row 0, field tick: 40 and 41"},
		{func(w *World, _ *rich) { w.rand.state = 0 }, "table world, row 0, field random generator"},
		{func(w *World, _ *rich) { w.inputs.stand(w.Seats()[0]) }, "field seats taken: "},
		{func(w *World, _ *rich) { w.inputs.seats[0] = 64 }, "and 64"},
		{func(_ *World, g *rich) { g.score.Get().N = -7 }, "table score, row 1, field n: "},
		{func(_ *World, g *rich) { g.items.high++ }, "table item, row 0, field rows ever used"},
		{func(_ *World, g *rich) { g.items.reuse[3]++ }, "table item, row 4, field times reused"},
		{func(_ *World, g *rich) { g.items.alive[0] ^= 1 << 4 }, "table item, row 5, field alive"},
		{func(_ *World, g *rich) { g.all.rows[7].D[1][0]++ }, "table all, row 8, field d.1.0: 0 and 1"},
		{func(_ *World, g *rich) { g.all.rows[7].I8 = -128; g.all.rows[8].I8++ }, "table all, row 8, field i8: "},
		{func(_ *World, g *rich) { g.all.rows[7].V.Y++; g.all.rows[7].I32++ }, "table all, row 8, field i32: 0 and 1"},
	} {
		a, b := richWorld(t), richWorld(t)
		for _, w := range []*World{a, b} {
			play(w, rand.New(rand.NewPCG(8, 8)), 40)
		}
		row.change(b, b.rules.(*rich))
		d, differ := Diff(a, b)
		if differ != (row.want != "") || !differ && d != (Difference{}) {
			t.Errorf("%q: differ %t, %v", row.want, differ, d)
		}
		if differ && !strings.Contains(d.String(), row.want) {
			t.Errorf("got %q, want %q", d, row.want)
		}
		if (a.Hash() != b.Hash()) != differ {
			t.Errorf("%q: Hash and Diff do not agree", row.want)
		}
	}
}

// TestDiffNamesWhatNoTableHas: Diff finds all of the state that two worlds append
// differently, past positions apart.
func TestDiffNamesWhatNoTableHas(t *testing.T) {
	for _, row := range []struct {
		change func(w *World, c *club)
		want   string
	}{
		{func(*World, *club) {}, ""},
		{func(w *World, _ *club) { w.commanded[2] = 9 }, "table world, row 0, field last command of seat 2: 0 and 9"},
		{func(w *World, _ *club) { w.sitters[2].user = 8 }, "field user of seat 2: 7 and 8"},
		{func(w *World, _ *club) { w.SetTeam(2, 3) }, "field team of seat 2: 1 and 3"},
		{func(w *World, _ *club) { w.room.ended = true }, "field ended: 0 and 1"},
		{func(w *World, _ *club) { w.room.locked = true }, "field locked: 0 and 1"},
		{func(w *World, _ *club) { w.room.wake = 50 }, "field tick of the next step: 0 and 50"},
		{func(w *World, _ *club) { w.Announce("more") }, "field hash of the wishes and effects that wait: "},
		{func(_ *World, c *club) { c.gifts.Emit(2, gift{}) }, "field hash of the wishes and effects that wait: "},
		{func(_ *World, c *club) { c.result.Set(2, 1, clubResult{Sum: 5}) }, "table outcome, row 0, field rows ever used: 0 and 2"},
	} {
		a, _ := startClub(t, clubMode())
		b, c := startClub(t, clubMode())
		for _, w := range []*World{a, b} {
			if err := w.Join(2, Entrant{User: 7, Team: 1}); err != nil {
				t.Fatal(err)
			}
		}
		row.change(b, c)
		d, differ := Diff(a, b)
		if differ != (row.want != "") || differ && !strings.Contains(d.String(), row.want) {
			t.Errorf("got %q, %t, want %q", d, differ, row.want)
		}
		if bytes.Equal(a.Append(nil), b.Append(nil)) == differ {
			t.Errorf("%q: Append and Diff do not agree", row.want)
		}
	}
}

func TestTableView(t *testing.T) {
	w := richWorld(t)
	g := w.rules.(*rich)
	for range 66 {
		g.items.Add(item{-5})
	}
	g.items.Remove(2)
	views := w.Tables()
	if len(views) != 3 || views[0].Name() != "all" || views[1].Name() != "item" || views[2].Name() != "score" {
		t.Fatalf("tables %v", views)
	}
	v := views[1]
	if v.Cap() != 130 || v.High() != 66 || v.Alive(0) != ^uint64(2) || v.Alive(1) != 3 || v.Reuse(1) != 1 || v.Reuse(0) != 0 {
		t.Errorf("capacity %d, high %d, alive %x %x, reuse %d %d", v.Cap(), v.High(), v.Alive(0), v.Alive(1), v.Reuse(1), v.Reuse(0))
	}
	if int64(v.Value(0, 0)) != -5 || v.Value(0, 1) != 0 || v.Columns()[0].Name != "n" {
		t.Errorf("values %d, %d of %s", int64(v.Value(0, 0)), v.Value(0, 1), v.Columns()[0].Name)
	}
}
