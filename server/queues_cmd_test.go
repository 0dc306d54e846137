package server

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestQueuesAreChecked prints the documented example, and the faults of another file.
func TestQueuesAreChecked(t *testing.T) {
	out := said(t, "queues", "check", "../docs/queues.yaml")
	for _, want := range []string{
		"duel                 Ranked duel\n", "\n\nteams                Team battle\n",
		"  team               Team 1: 1 player\n", "  team               Red: 2 to 16 players\n",
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

// TestALogIsReplayed plays a log of two queues through two files, and has a page of it.
func TestALogIsReplayed(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	config := func(name, window string) string {
		return write(name, "queues:\n  duel:\n    mode: duel\n    teams: 2 x 1\n    rating: {source: store}\n    widening: {rating: "+window+"}\n    every: 1s\n")
	}
	came := func(queue, id, at, rating string) string {
		return `{"at":` + at + `,"queue":"` + queue + `","entered":{"id":"` + queue + "." + id + `","players":[{"rating":` + rating + `}]}}` + "\n"
	}
	one := write("one.jsonl", came("duel", "a", "0", "1500")+came("duel", "b", "1500", "1560")+`{"at":9000,"queue":"duel","ended":{"id":"duel.a","state":"canceled","waited":9000}}`+"\n{\"at")
	two := write("two.jsonl", came("casual", "a", "0", "1500"))
	narrow, wide, other := config("narrow.yaml", "50"), config("wide.yaml", "100"), write("other.yaml", "queues: {casual: {mode: ffa, teams: 1 x 2-4}}")
	page := filepath.Join(dir, "out.html")

	out := said(t, "queues", "replay", one, "--config", narrow, "--config", wide, "--html", page)
	for _, want := range []string{`as it was +narrow\.yaml +wide\.yaml`, `\nentries +2 +2 +2\n`, `\nmatched +0 +0 +2 \(100\.0 %\)\n`, `\ncanceled +1 \(50\.0 %\) +1 \(50\.0 %\) +0\n`, `\nwait max +- +- +2\.00 s\n`, `\nspread p50 +- +- +60\.0\n`} {
		if !regexp.MustCompile(want).MatchString(out) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if text, err := os.ReadFile(page); err != nil || !strings.Contains(string(text), "Queue duel: what if") || strings.Count(string(text), "<svg") != 4 {
		t.Errorf("the page: %v\n%s", err, text)
	}
	// Files of one name are told apart by their folders.
	same := write("b/narrow.yaml", "queues: {duel: {mode: duel, teams: 2 x 1}}")
	if out = said(t, "queues", "replay", one, two, "--queue", "duel", "--config", narrow, "--config", same); !strings.Contains(out, narrow+"  ") || !strings.Contains(out, same+"\n") {
		t.Errorf("names of the columns:\n%s", out)
	}
	torn := write("torn.jsonl", "{\"at\n"+came("duel", "a", "0", "1500"))
	refusals{
		"no log":            {2, "name one or more logs", []string{"replay", "--config", narrow}},
		"no config":         {1, "--config: 0 files, want 1 to 7", []string{"replay", one}},
		"too many":          {1, "--config: 8 files", append([]string{"replay", one}, strings.Split(strings.Repeat("--config="+narrow+" ", 8), " ")[:8]...)},
		"a missing log":     {1, "no such file", []string{"replay", one + "x", "--config", narrow}},
		"a log of none":     {1, torn + ": line 1: no record of a queue", []string{"replay", torn, "--config", narrow}},
		"an empty log":      {1, "there is no record in it", []string{"replay", write("empty.jsonl", ""), "--config", narrow}},
		"nobody came":       {1, "nobody has entered queue duel", []string{"replay", write("ends.jsonl", `{"at":1,"queue":"duel","ended":{"id":"duel.a","state":"played","waited":1}}`), "--config", narrow}},
		"which queue":       {1, `--queue "": want one of those in the log: casual, duel`, []string{"replay", one, two, "--config", narrow}},
		"another queue":     {1, `--queue "ranked": want one of those in the log: duel`, []string{"replay", one, "--queue", "ranked", "--config", narrow}},
		"not in the config": {1, other + ": the log is of queue duel, which is not in it", []string{"replay", one, "--config", other}},
		"a missing config":  {1, "no such file", []string{"replay", one, "--config", narrow + "x"}},
		"a faulty config":   {1, one + ": line 2: no YAML", []string{"replay", one, "--config", narrow, "--config", one}},
	}.check(t, "queues")
	if code, _, says := run(t.Context(), nil, "queues", "replay", one, "--config", wide, "--html", filepath.Join(dir, "none", "out.html")); code != 1 || !strings.Contains(says, "--html: ") {
		t.Errorf("no folder for the page: code %d, %s", code, says)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if code, _, says := run(ctx, nil, "queues", "replay", one, "--config", wide); code != 1 || !strings.Contains(says, "context canceled") {
		t.Errorf("interrupted: code %d, %s", code, says)
	}
}

func TestHelpOfQueues(t *testing.T) {
	for _, flag := range []string{"--config", "at most 7", "--queue", "--html"} {
		if code, _, says := run(t.Context(), nil, "queues", "replay", "--help"); code != 0 || !strings.Contains(says, flag) {
			t.Errorf("code %d, without %q\n%s", code, flag, says)
		}
	}
	for _, command := range []string{"queues check FILE", "queues replay LOG…"} {
		if code, out, _ := run(t.Context(), nil, "help"); code != 0 || !strings.Contains(out, "\n  "+command+" ") {
			t.Errorf("metronome help has no %s:\n%s", command, out)
		}
	}
}
