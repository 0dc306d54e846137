package main

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
)

func weighed(t *testing.T, c config) map[string]float64 {
	t.Helper()
	table, err := newTable(c)
	if err != nil {
		t.Fatal(err)
	}
	s := newScales(c.players)
	if err := table.play(s); err != nil {
		t.Fatal(err)
	}
	bits := map[string]float64{}
	for _, l := range s.lines() {
		first, _, _ := strings.Cut(strings.TrimSpace(l.what), ",")
		bits[first] = l.bits
		t.Logf("%6.2f %s", l.bits, l.what)
	}
	return bits
}

// TestNothingIsBelowTheFloor: less is told from line to line, and no line by
// fewer bits than the players decided.
func TestNothingIsBelowTheFloor(t *testing.T) {
	bits := weighed(t, config{mode: "ffa", players: 20, seconds: 5, seed: 3})
	order := []string{
		"floor: entropy of the intent (stick", "entropy of the constant-velocity residual",
		"entropy of the position's change", "naive protobuf: id",
	}
	for i := 1; i < len(order); i++ {
		if less, more := bits[order[i-1]], bits[order[i]]; less <= 0 || less >= more {
			t.Errorf("%s: %.2f bits; %s: %.2f", order[i-1], less, order[i], more)
		}
	}
	sent := bits["snapshots as sent"]
	if sent <= bits[order[0]] || sent >= bits[order[3]] {
		t.Errorf("snapshots: %.2f bits", sent)
	}
}

func TestSeedRepeats(t *testing.T) {
	play := func(seed uint64) float64 {
		return weighed(t, config{mode: "ffa", players: 5, seconds: 2, seed: seed})["snapshots as sent"]
	}
	if play(1) != play(1) {
		t.Error("the same seed played differently")
	}
	if play(1) == play(2) {
		t.Error("another seed played the same")
	}
}

func TestNaiveWorldIsWhole(t *testing.T) {
	one := ship{id: 1, seat: 1, x: 256, y: 512, aim: 64, health: 100}
	// Tag and length, then id 2, three floats of 5, health 2; and 2 for the tick.
	if got := proto.Size(naiveWorld(7, []ship{one, one})); got != 2*(2+2+15+2)+2 {
		t.Errorf("%d bytes", got)
	}
}

func TestConfigLimits(t *testing.T) {
	for _, row := range []struct {
		c    config
		want string
	}{
		{config{mode: "ffa", players: 50, seconds: 1}, ""},
		{config{mode: "ffa", players: 51, seconds: 1}, "1 to 50 players"},
		{config{mode: "ffa", players: 0, seconds: 1}, "1 to 50 players"},
		{config{mode: "ffa", players: 1, seconds: 0}, "a second"},
		{config{mode: "none", players: 1, seconds: 1}, `no mode "none"`},
	} {
		_, err := newTable(row.c)
		if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
			t.Errorf("%+v: %v", row.c, err)
		}
	}
}
