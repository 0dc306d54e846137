package server

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestQueuesAreChecked prints the documented example, and the faults of another file.
func TestQueuesAreChecked(t *testing.T) {
	out := said(t, "queues", "check", "../docs/queues.yaml")
	for _, want := range []string{
		"duel                 Ranked duel\n", "\n\nteams                Team battle\n",
		"  team               Team 1: 1 players\n", "  team               Red: 2 to 16 players\n",
		"  rating             from results of this queue, 1500 to begin with\n", "  widening: rating   ±50, ±100 after 10s, ±400 after 1m\n",
		"  widening: latency  60 ms, 120 ms after 20s, 250 ms after 1m\n", "  widening: fill     100 %, 50 % after 30s, 0 % after 1m\n",
		"  avoid              opponents of the last 2 matches, for 20s\n", "  accept             within 15s; who does not answer is out\n",
		"  parties            of up to 4, rated 0.5 of the best member's and the rest of the mean\n", "  parties            not taken\n",
		"  mode               ffa, seconds=180\n", "  bots               up to 15 of a match, after 15s\n", "  limit              1m, then they play what can be had\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("without %q:\n%s", want, out)
		}
	}
	file := filepath.Join(t.TempDir(), "bad.yaml")
	if err := os.WriteFile(file, []byte("queues:\n  a:\n    mode: ffa\n    teams: 1 x 99\n  b:\n    mode: golf\n    teams: 2 x 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	refusals{
		"no file":        {2, "name one file", []string{"check"}},
		"two files":      {2, "name one file", []string{"check", file, file}},
		"a missing file": {1, "no such file", []string{"check", file + "x"}},
		"faults":         {1, file + ": line 4: a.teams: 99 players, and mode ffa has 50 seats", []string{"check", file}},
		"all of them":    {1, "metronome: " + file + ": line 6: b.mode: \"golf\", want one of duel, ffa, open, teams\n", []string{"check", file}},
		"another word":   {2, `unknown command "queues"`, []string{"chekc", file}},
		"another flag":   {2, "queues check --help", []string{"check", "--all", file}},
	}.check(t, "queues")
}
