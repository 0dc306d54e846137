package arena

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

func TestBestTeam(t *testing.T) {
	for _, row := range []struct {
		score [MaxTeams]uint16
		want  uint8
	}{
		{[4]uint16{5, 3}, 1},
		{[4]uint16{3, 5}, 2},
		{[4]uint16{5, 5}, 0},
		{[4]uint16{5, 5, 6}, 3},
		{[4]uint16{7, 5, 6, 7}, 0},
		{[4]uint16{1, 1, 1, 2}, 4},
		{[4]uint16{}, 0},
	} {
		if got := bestTeam(&row.score); got != row.want {
			t.Errorf("%v: team %d, want %d", row.score, got, row.want)
		}
	}
}

func TestBestPlayer(t *testing.T) {
	for _, row := range []struct {
		kills, deaths [3]uint16
		want          sim.Seat
	}{
		{[3]uint16{1, 2, 3}, [3]uint16{0, 0, 9}, 3},
		{[3]uint16{3, 3, 1}, [3]uint16{2, 1, 0}, 2},
		{[3]uint16{3, 3, 1}, [3]uint16{1, 1, 0}, 0},
		{[3]uint16{3, 3, 4}, [3]uint16{1, 1, 9}, 3},
		{[3]uint16{}, [3]uint16{}, 0},
	} {
		b := play(t, empty(2048), 3)
		for i := range 3 {
			p := b.a.players.Of(sim.Seat(i + 1))
			p.Kills, p.Deaths = row.kills[i], row.deaths[i]
		}
		if got := b.a.bestPlayer(); got != row.want {
			t.Errorf("kills %v, deaths %v: seat %d, want %d", row.kills, row.deaths, got, row.want)
		}
	}
	if play(t, empty(2048), 0).a.bestPlayer() != 0 {
		t.Error("nobody won, and there is a winner")
	}
}

func TestTeamScore(t *testing.T) {
	c := short()
	c.Teams = 2
	b := play(t, c, 4)
	b.steps(1, nil)
	for i, victim := range []sim.Seat{1, 3, 1} {
		if m := b.a.match.Get(); m.Phase != PhasePlay || m.Score != [4]uint16{0, uint16(i)} {
			t.Fatalf("%+v", *m)
		}
		b.kill(victim, 2)
		b.steps(2, nil)
	}
	if m := b.a.match.Get(); m.Phase != PhasePause || m.WinnerTeam != 2 || m.Winner != 0 || m.Score != [4]uint16{0, 3} {
		t.Errorf("%+v", *m)
	}
}
