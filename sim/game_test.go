package sim

import (
	"slices"
	"strings"
	"testing"
)

func TestModeValidate(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(*Mode)
		want   string // error, or ""
	}{
		{"as it is", func(*Mode) {}, ""},
		{"no name", func(m *Mode) { m.Name = "" }, "Name must be 1 to 32"},
		{"long name", func(m *Mode) { m.Name = strings.Repeat("a", 32) }, ""},
		{"too long a name", func(m *Mode) { m.Name = strings.Repeat("a", 33) }, "Name must be 1 to 32"},
		{"capitals", func(m *Mode) { m.Name = "FFA" }, "Name must be 1 to 32"},
		{"Hz -1", func(m *Mode) { m.Hz = -1 }, "Hz is -1, want 1 to 240, or 0"},
		{"71 commands a second", func(m *Mode) { m.CommandsPerSecond = 61 }, "CommandsPerSecond is 61, want 0 to 60"},
		{"Hz 1", func(m *Mode) { m.Hz = 1 }, ""},
		{"Hz 240", func(m *Mode) { m.Hz = 240 }, ""},
		{"Hz 241", func(m *Mode) { m.Hz = 241 }, "Hz is 241, want 1 to 240"},
		{"SnapshotEvery -1", func(m *Mode) { m.SnapshotEvery = -1 }, "SnapshotEvery is -1, want 0 to 16"},
		{"SnapshotEvery 16", func(m *Mode) { m.SnapshotEvery = 16 }, ""},
		{"SnapshotEvery 17", func(m *Mode) { m.SnapshotEvery = 17 }, "SnapshotEvery is 17, want 0 to 16"},
		{"Seats 0", func(m *Mode) { m.Seats = 0 }, "Seats is 0, want 1 to 10000"},
		{"Seats 1", func(m *Mode) { m.Seats = 1 }, ""},
		{"Seats 10000", func(m *Mode) { m.Seats = 10000 }, ""},
		{"Seats 10001", func(m *Mode) { m.Seats = 10001 }, "Seats is 10001, want 1 to 10000"},
		{"no New", func(m *Mode) { m.New = nil }, "New is missing"},
	} {
		m := dotsMode()
		row.change(&m)
		_, err := Start(m, 1)
		wantError(t, err, row.want == "", row.want)
		if row.want != "" && m.Validate() == nil {
			t.Errorf("%s: Validate says nothing", row.name)
		}
	}
	err := Mode{}.Validate()
	wantError(t, err, false, "Name", "Seats", "New") // all at once
	_, err = Start(Mode{Name: "a", Hz: 1, Seats: 1, New: func(w *World) Rules { NewInput[nod](w); return nil }}, 1)
	wantError(t, err, false, "New returned no rules")
}

func TestViewSaw(t *testing.T) {
	var v View
	if v.Saw(0) {
		t.Error("a new view saw something")
	}
	v.Reset([]Group{2, 5, 5, 9, 1<<32 - 1})
	for _, row := range []struct {
		g    Group
		want bool
	}{{0, false}, {2, true}, {3, false}, {5, true}, {8, false}, {9, true}, {10, false}, {1<<32 - 1, true}} {
		if v.Saw(row.g) != row.want {
			t.Errorf("Saw(%d) = %t", row.g, !row.want)
		}
	}
}

func TestViewCollects(t *testing.T) {
	var v View
	v.See(7)
	v.See(3)
	v.See(7)
	if !slices.Equal(v.Groups(), []Group{7, 3, 7}) || v.Saw(7) {
		t.Errorf("sees %v, saw 7: %t", v.Groups(), v.Saw(7))
	}
	v.Reset([]Group{3, 7})
	if len(v.Groups()) != 0 || !v.Saw(7) {
		t.Errorf("after Reset sees %v, saw 7: %t", v.Groups(), v.Saw(7))
	}
}

func TestModesKnowTheirGames(t *testing.T) {
	games := []Game{{Name: "arena", Modes: []Mode{{Name: "ffa"}, {Name: "duel"}}}, {Name: "cards", Modes: []Mode{{Name: "eights"}}}}
	var got []string
	for _, m := range ModesOf(games) {
		got = append(got, m.GameName()+"/"+m.WithSeats(2).ForOneMatch().Name)
	}
	if want := []string{"arena/ffa", "arena/duel", "cards/eights"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if games[0].Modes[0].GameName() != "" {
		t.Error("the game's own modes were changed")
	}
}
