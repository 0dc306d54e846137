package arena

import (
	"slices"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

func TestLeaders(t *testing.T) {
	c := empty(2048)
	c.Match.Leaders, c.Match.Kills = 3, 0
	b := play(t, c, 6)
	second := func() []Leader {
		b.steps(30-int(b.w.Tick())%30, nil)
		var rows []Leader
		for _, row := range b.a.leaders.All {
			rows = append(rows, *row)
		}
		return rows
	}
	score := func(kills ...uint16) {
		for i, k := range kills {
			b.a.players.Of(sim.Seat(i + 1)).Kills = k
		}
	}
	for _, row := range []struct {
		kills []uint16
		want  []Leader
	}{
		{[]uint16{0, 0, 0, 0, 0, 0}, nil},
		{[]uint16{0, 2, 0, 0, 0, 0}, []Leader{{2, 2}}},
		{[]uint16{1, 2, 0, 0, 5, 0}, []Leader{{5, 5}, {2, 2}, {1, 1}}},
		{[]uint16{1, 2, 1, 1, 5, 2}, []Leader{{5, 5}, {2, 2}, {6, 2}}},
		{[]uint16{9, 8, 7, 6, 5, 4}, []Leader{{1, 9}, {2, 8}, {3, 7}}},
		{[]uint16{0, 0, 0, 1, 0, 0}, []Leader{{4, 1}}},
	} {
		score(row.kills...)
		if got := second(); !slices.Equal(got, row.want) {
			t.Errorf("kills %v: %v, want %v", row.kills, got, row.want)
		}
	}
	score(0, 0, 0, 2)
	b.steps(29, nil)
	for _, row := range b.a.leaders.All {
		if row.Kills != 1 {
			t.Error("changed within the second")
		}
	}
}
