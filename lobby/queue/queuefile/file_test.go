package queuefile

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
)

// arenaModes are the modes of the reference game.
var arenaModes = sync.OnceValue(func() Modes {
	modes := Modes{}
	for _, m := range arena.Game().Modes {
		world, err := sim.Start(m, 0)
		if err != nil {
			panic(err)
		}
		modes[m.Name] = Mode{m.Seats, world.ParamFields()}
	}
	return modes
})

// readQueue reads a file of one queue, named q, with these lines.
func readQueue(t *testing.T, lines ...string) (*queue.Config, error) {
	t.Helper()
	queues, err := Parse([]byte("queues:\n  q:\n    "+strings.Join(lines, "\n    ")+"\n"), arenaModes())
	if err != nil {
		return nil, err
	}
	if len(queues) != 1 {
		t.Fatalf("%d queues", len(queues))
	}
	return queues[0], nil
}

func TestDefaults(t *testing.T) {
	c, err := readQueue(t, "mode: ffa", "teams: 1 x 2-16")
	want := &queue.Config{
		Name: "q", Mode: "ffa", Teams: []queue.Team{{Name: "Players", Least: 2, Most: 16}},
		Party: queue.PartyRule{Most: 8}, Limit: queue.LimitRule{After: 10 * time.Minute, Then: queue.LimitTell},
		Come: 30 * time.Second, Every: 250 * time.Millisecond,
	}
	if err != nil || !reflect.DeepEqual(c, want) {
		t.Errorf("%+v, %v\nwant %+v", c, err, want)
	}
	// A section that is there and says nothing has its own.
	c, err = readQueue(t, "mode: duel", "teams: 2 x 1", "rating: {source: token}", "avoid: {last: 1}", "accept: {}", "bots: {}", "limit: {after: 10s}")
	if err != nil {
		t.Fatal(err)
	}
	if want := (queue.AvoidRule{Last: 1, For: 10 * time.Second}); c.Avoid != want || c.Rating.Start != 1500 || c.Party.Most != 0 {
		t.Errorf("%+v", c)
	}
	if *c.Accept != (queue.AcceptRule{Within: 15 * time.Second}) || *c.Bots != (queue.BotRule{After: 10 * time.Second, Most: 1}) {
		t.Errorf("accept %+v, bots %+v", c.Accept, c.Bots)
	}
}

func TestEverythingThatAQueueCanSay(t *testing.T) {
	c, err := readQueue(t, "title: Fünf gegen fünf", "mode: teams", "params: {seconds: 300, weapons: rail}",
		"teams: [{name: Red, players: 3-5}, {players: 5, roles: {tank: 2}}]", "roles: {tank: {title: Tank, per-team: 1}, scout: {}}",
		"rating: {source: store, start: 25}", "widening: {rating: {0s: 1, 1m30s: 2.5}, latency: 50, fill: {0s: 1, 30s: 0}}", "regions: [eu, us-1]",
		"party: {most: 3, weight: 0.25}", "avoid: {last: 8, for: 45s}", "backfill: true", "accept: {within: 20s, requeue: true}",
		"limit: {after: 2m, then: play}", "bots: {after: 30s, most: 9}", "come: 25s", "every: 1s")
	want := &queue.Config{
		Name: "q", Title: "Fünf gegen fünf", Mode: "teams", Params: []sim.Param{{Name: "seconds", Value: "300"}, {Name: "weapons", Value: "rail"}},
		Teams: []queue.Team{{Name: "Red", Least: 3, Most: 5, Roles: map[string]int{"tank": 1}}, {Name: "Team 2", Least: 5, Most: 5, Roles: map[string]int{"tank": 2}}},
		Roles: []queue.Role{{Name: "tank", Title: "Tank"}, {Name: "scout", Title: "scout"}}, Rating: queue.RatingRule{Source: queue.RatingStore, Start: 25},
		Widening: queue.Widening{Rating: queue.Curve{{Value: 1}, {Waited: 90 * time.Second, Value: 2.5}}, Latency: queue.Curve{{Value: 50}}, Fill: queue.Curve{{Value: 1}, {Waited: 30 * time.Second}}},
		Regions:  []string{"eu", "us-1"}, Party: queue.PartyRule{Most: 3, Weight: 0.25}, Avoid: queue.AvoidRule{Last: 8, For: 45 * time.Second}, Backfill: true,
		Accept: &queue.AcceptRule{Within: 20 * time.Second, Requeue: true}, Limit: queue.LimitRule{After: 2 * time.Minute, Then: queue.LimitPlay},
		Bots: &queue.BotRule{After: 30 * time.Second, Most: 9}, Come: 25 * time.Second, Every: time.Second,
	}
	if err != nil || !reflect.DeepEqual(c, want) {
		t.Errorf("%+v, %v\nwant %+v", c, err, want)
	}
}

// TestLimits has a row on each side of each limit; what is refused is told with the
// key. A row's lines come after those of a queue that is fine.
func TestLimits(t *testing.T) {
	names := func(n int) string {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf("n%d", i))
		}
		return "[" + strings.Join(list, ", ") + "]"
	}
	roles := func(n int) string {
		return strings.NewReplacer("[", "{", ",", ": {},", "]", ": {}}").Replace(names(n))
	}
	points := func(n int) string {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf("%ds: %d", i, i))
		}
		return "{" + strings.Join(list, ", ") + "}"
	}
	rows := []struct {
		line string
		says string // "": it is good
	}{
		{"title: " + strings.Repeat("t", 64), ""}, {"title: " + strings.Repeat("t", 65), "q.title: "}, {`title: "a\nb"`, "q.title: "}, {"title: ''", "q.title: "}, {"title: [a]", "a list of 1, want text"},
		{"params: {seconds: 7200}", ""}, {"params: {seconds: 7201}", "want a number from 0 to 7200"}, {"params: {second: 1}", "there is none of this name"}, {"params: {seconds: }", `seconds: nothing, want a value`}, {"params: [seconds]", "want names with values"},
		{"params: {seconds: 1, seconds: 2}", "stands here twice"},
		{"come: 5s", ""}, {"come: 5m", ""}, {"come: 4999ms", "q.come: "}, {"come: 5m1s", "q.come: "}, {"come: 20", `"20", want a duration`}, {"come: {}", "want a duration"},
		{"every: 50ms", ""}, {"every: 30s", ""}, {"every: 49ms", "q.every: "}, {"every: 31s", "q.every: "},
		{"limit: {after: 5s}", ""}, {"limit: {after: 24h}", ""}, {"limit: {after: 4s}", "q.limit.after: "}, {"limit: {after: 25h}", "q.limit.after: "}, {"limit: {then: play}", ""}, {"limit: {then: leave}", `"leave", want one of tell, play`}, {"limit: 5m", `"5m", want some of after, then`},
		{"rating: {source: token, start: -100000}", ""}, {"rating: {source: store, start: 100000}", ""}, {"rating: {source: token, start: -100001}", "q.rating.start: "}, {"rating: {source: token, start: 100001}", "q.rating.start: "}, {"rating: {source: token, start: .nan}", "q.rating.start: "}, {"rating: {source: token, start: NaN}", "q.rating.start: "},
		{"rating: {start: 5}", "q.rating.source: missing"}, {"rating: {source: elo}", "want one of token, store"},
		{"regions: []", ""}, {"regions: [" + strings.Repeat("r", 32) + "]", ""}, {"regions: [" + strings.Repeat("r", 33) + "]", "want a region of at most 32"}, {"regions: ['']", "want a region"}, {"regions: [a, a]", `"a" stands here twice`}, {"regions: eu", "want a list"}, {"regions: [[a]]", "want a region"},
		{"regions: " + names(64), ""}, {"regions: " + names(65), "want a list of at most 64"}, {"roles: " + roles(32), ""}, {"roles: " + roles(33), "33 of them, want 1 to 32"},
		{"party: {most: 0}", ""}, {"party: {most: 16}", ""}, {"party: {most: 17}", "q.party.most: "}, {"teams: 1 x 2-16\n    party: {most: 4}", "stands here twice"}, {"party: {most: -1}", "q.party.most: "}, {"party: {weight: 1}", ""}, {"party: {weight: 1.1}", "q.party.weight: "}, {"party: {weight: -0.1}", "q.party.weight: "}, {"party: {size: 2}", `there is no "size": want one of most, weight`},
		{"avoid: {last: 8}", ""}, {"avoid: {last: 9}", "q.avoid.last: "}, {"avoid: {last: 1, for: 10m}", ""}, {"avoid: {last: 1, for: 601s}", "q.avoid.for: "}, {"avoid: {for: 5s}", "q.avoid.last: missing"},
		{"accept: {within: 3s}", ""}, {"accept: {within: 2m}", ""}, {"accept: {within: 2s}", "q.accept.within: "}, {"accept: {within: 121s}", "q.accept.within: "}, {"accept: {requeue: maybe}", "want true or false"}, {"accept:", "has no value"},
		{"backfill: false", ""}, {"backfill: yes", `"yes", want true or false`}, {"backfill: [true]", "want true or false"},
		{"bots: {most: 15}", ""}, {"bots: {most: 16}", "q.bots.most: "}, {"bots: {most: 0}", "q.bots.most: "}, {"bots: {after: 0s}", ""}, {"bots: {after: 10m}", ""}, {"bots: {after: 11m}", "q.bots.after: "},
		{"widening: {fill: 1}", ""}, {"widening: {fill: 1.01}", "q.widening.fill: "}, {"widening: {fill: {0s: 1, 5s: 1, 6s: 0}}", ""}, {"widening: {fill: {0s: 0, 5s: 1}}", "want it to widen"}, {"widening: {fill: [1]}", "want values by waiting time"}, {"widening: {fill: {}}", "0 points"},
		{"widening: {rating: 5}", "nobody has a rating here"}, {"widening: {latency: 5}", "there are none here"},
		{"rating: {source: token}\n    widening: {rating: 200000}", ""}, {"rating: {source: token}\n    widening: {rating: 200001}", "q.widening.rating: "}, {"rating: {source: token}\n    widening: {rating: {0s: 200001}}", "q.widening.rating: after 0s"}, {"rating: {source: token}\n    widening: {rating: {0s: [1]}}", "a list of 1, want a number"},
		{"rating: {source: token}\n    widening: {rating: {0s: 5, 1s: 4}}", "5 after 0s and then 4 after 1s"}, {"rating: {source: token}\n    widening: {rating: {2s: 5, 1s: 6}}", "1s comes after 2s"}, {"rating: {source: token}\n    widening: {rating: {1s: 5, 1000ms: 6}}", "1000ms comes after 1s"},
		{"rating: {source: token}\n    widening: {rating: {24h: 5}}", ""}, {"rating: {source: token}\n    widening: {rating: {25h: 5}}", "want how long"}, {"rating: {source: token}\n    widening: {rating: {-1s: 5}}", "want how long"}, {"rating: {source: token}\n    widening: {rating: {soon: 5}}", "want how long"},
		{"rating: {source: token}\n    widening: {rating: " + points(32) + "}", ""}, {"rating: {source: token}\n    widening: {rating: " + points(33) + "}", "33 points"},
		{"regions: [eu]\n    widening: {latency: 10000}", ""}, {"regions: [eu]\n    widening: {latency: 10001}", "q.widening.latency: "},
		{"roles: {tank: {}}", ""}, {"roles: {tank: {per-team: 16}}", ""}, {"roles: {tank: {per-team: 17}}", "16 players and roles for 17"}, {"roles: {Tank: {}}", `role "Tank"`}, {"roles: {}", "0 of them"}, {"roles: [tank]", "want a name for each role"}, {"roles: {tank: }", "q.roles.tank: nothing"},
		{"color: red", `q: there is no "color"`}, {"[a]: b", "a key that is no text"},
	}
	for _, row := range rows {
		_, err := readQueue(t, "mode: ffa", "teams: 1 x 2-16", row.line)
		if row.says == "" && err != nil || row.says != "" && (err == nil || !strings.Contains(err.Error(), row.says)) {
			t.Errorf("%s: %v, want %q", row.line, err, row.says)
		}
	}
}

func TestTeams(t *testing.T) {
	rows := []struct {
		teams string
		want  []queue.Team
		says  string
	}{
		{"2 x 1", []queue.Team{{Name: "Team 1", Least: 1, Most: 1}, {Name: "Team 2", Least: 1, Most: 1}}, ""},
		{"1x1-32", []queue.Team{{Name: "Players", Least: 1, Most: 32}}, ""},
		{"2 × 3-16", []queue.Team{{Name: "Team 1", Least: 3, Most: 16}, {Name: "Team 2", Least: 3, Most: 16}}, ""},
		{"[{players: 4}]", []queue.Team{{Name: "Players", Least: 4, Most: 4}}, ""},
		{"2 x 17", nil, "34 players, and mode teams has 32 seats"}, {"16 x 16", nil, "256 players, and mode"}, {"16 x 17", nil, "272 players in all, want at most 256"}, {"17 x 1", nil, "want 1 to 16 teams"}, {"0 x 5", nil, "want 1 to 16 teams"},
		{"2 x 0", nil, "of 1 to 256 players"}, {"2 x 5-4", nil, "of 1 to 256 players"}, {"1 x 257", nil, "of 1 to 256 players"}, {"5v5", nil, `"5v5", want teams and their players, as in '2 x 5'`}, {"2", nil, "as in '2 x 5'"},
		{"{red: 5}", nil, "want teams and their players"}, {"[]", nil, "0 of them"}, {"[{name: Red}]", nil, "q.teams[1].players: missing"}, {"[{players: 5v5}]", nil, `q.teams[1].players: "5v5"`}, {"[{players: 0}]", nil, `"0", want how many`},
		{"[{players: 1-257}]", nil, "1 to 256"}, {"[{players: 1-}]", nil, "want how many"}, {"[{name: A, players: 1}, {name: A, players: 1}]", nil, `"A" is the name of a team before it`}, {"[5]", nil, "want some of name, players, roles"},
		{"[{players: 5, roles: {tank: 1}}]", nil, "the queue has none"}, {"[{players: 5, size: 1}]", nil, `there is no "size"`},
	}
	for _, row := range rows {
		c, err := readQueue(t, "mode: teams", "teams: "+row.teams)
		switch {
		case row.says == "" && (err != nil || !reflect.DeepEqual(c.Teams, row.want)):
			t.Errorf("%s: %+v, %v", row.teams, c, err)
		case row.says != "" && (err == nil || !strings.Contains(err.Error(), row.says)):
			t.Errorf("%s: %v, want %q", row.teams, err, row.says)
		}
	}
	for says, lines := range map[string][]string{
		"q.party.most: 5 members, and the largest team has 4": {"mode: teams", "teams: 2 x 4", "party: {most: 5}"},
		"q.teams: missing":                      {"mode: ffa"},
		"q.mode: missing: want one of duel":     {"teams: 2 x 1"},
		`q.mode: "arena", want one of duel`:     {"mode: arena", "teams: 2 x 1"},
		"q.bots: a match of one player has no":  {"mode: ffa", "teams: 1 x 1", "bots: {}"},
		`there is no "medic": want one of tank`: {"mode: teams", "roles: {tank: {}}", "teams: [{players: 5, roles: {medic: 1}}]"},
	} {
		if _, err := readQueue(t, lines...); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", lines, err, says)
		}
	}
}

// TestEveryFaultHasItsLine has a file with one fault on each of several lines, some of
// them far apart, and looks that all are told at once, in order.
func TestEveryFaultHasItsLine(t *testing.T) {
	text := `queues:
  Duel:                       # 2
    mode: duell               # 3
    teams: two                # 4
  fine:
    mode: ffa
    teams: 1 x 2-8
  wide:
    mode: ffa
    teams: 1 x 2-8
    widening:
      fill:
        0s: 1
        10s: full             # 14
        5s: 0.5
    colour: red               # 16
    every: 1h                 # 17
  fine: {}                    # 18
`
	_, err := Parse([]byte(text), arenaModes())
	faults, _ := err.(Faults)
	var lines []int
	for _, f := range faults {
		lines = append(lines, f.Line)
	}
	if !slices.Equal(lines, []int{2, 3, 4, 14, 16, 17, 18}) {
		t.Errorf("faults:\n%v", err)
	}
	if said := strings.Split(err.Error(), "\n"); len(said) != len(faults) || !strings.HasPrefix(said[0], `line 2: queue "Duel": want a name of 1 to 32`) {
		t.Errorf("said: %q", said)
	}
}

func TestFilesThatAreNone(t *testing.T) {
	queue := func(name string) string { return "queues:\n  " + name + ": {mode: ffa, teams: 1 x 2}\n" }
	var many strings.Builder
	many.WriteString("queues:\n")
	for i := range MaxQueues {
		_, _ = fmt.Fprintf(&many, "  q%d: {mode: ffa, teams: 1 x 2}\n", i)
	}
	rows := map[string]string{ // what it says, "": it is good
		"": "line 1: the file is empty", "# nothing\n": "line 1: the file is empty", "queues:\n": "line 1: queues: has no value", "queues: {}\n": "line 1: queues: 0 of them", "queues: []\n": "want a name for each queue",
		"- a\n": "line 1: a list of 1, want some of queues", "queue: {}\n": `line 1: there is no "queue": want one of queues`, "a\n": "want some of queues", "queues:\n  q:\n": "line 2: q: nothing, want some of title",
		queue("a"): "", "---\n" + queue("a"): "", queue("a") + "---\n" + queue("b"): "line 3: a second document", queue("a") + "---\n\t-": "no YAML", queue(strings.Repeat("a", 32)): "", queue(strings.Repeat("a", 33)): "want a name", queue("a.b"): "want a name", queue(`""`): "want a name", queue("a%d"): `queue "a%d"`, queue("\"a\\nb\""): `queue "a b"`,
		"queues:\n  q: [1\n  r: 2\n": "line 3: no YAML: did not find expected ',' or ']' (while parsing a flow sequence that begins in line 2)", "queues:\n\tq: 1\n": "line 2: no YAML", "queues: *q\n": "line 1: no YAML: unknown anchor", "\x00": "no YAML", "queues: \xff": "no YAML",
		"queues: &a {q: *a}\n": "line 1: q: there is no \"q\"", many.String(): "", many.String() + "  more: {}\n": "257 of them, want 1 to 256", queue("a") + strings.Repeat("#", MaxSize): "longer than",
		"queues:\n  a: &a {mode: ffa, teams: 1 x 2}\n  b: *a\n": "",
	}
	for text, says := range rows {
		_, err := Parse([]byte(text), arenaModes())
		if says == "" && err != nil || says != "" && (err == nil || !strings.Contains(err.Error(), says)) {
			t.Errorf("%.80q: %v, want %q", text, err, says)
		}
	}
}

func TestRead(t *testing.T) {
	file := filepath.Join(t.TempDir(), "queues.yaml")
	if _, err := Read(file, arenaModes()); !os.IsNotExist(err) {
		t.Errorf("a missing file: %v", err)
	}
	if err := os.WriteFile(file, []byte("queues: {a: {mode: ffa, teams: 1 x 2}, b: {mode: duel, teams: 2 x 1}}"), 0o600); err != nil {
		t.Fatal(err)
	}
	queues, err := Read(file, arenaModes())
	if err != nil || len(queues) != 2 || queues[0].Name != "a" || queues[1].Name != "b" {
		t.Errorf("%v, %v", queues, err)
	}
}

// TestTheExample reads the file of the documentation.
func TestTheExample(t *testing.T) {
	queues, err := Read("../../../docs/queues.yaml", arenaModes())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range queues {
		names = append(names, c.Name)
	}
	if !slices.Equal(names, []string{"duel", "teams", "casual"}) {
		t.Errorf("queues %q", names)
	}
}

// TestTheReference reads the examples of the reference, and looks that it has each key.
func TestTheReference(t *testing.T) {
	text, err := os.ReadFile("../../../docs/QUEUES.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(text, -1)
	if len(examples) < 2 {
		t.Errorf("%d examples", len(examples))
	}
	for _, example := range examples {
		if _, err := Parse(example[1], arenaModes()); err != nil {
			t.Errorf("%v in\n%s", err, example[1])
		}
	}
	// The faults of keys that are not there say which there are.
	_, err = readQueue(t, "mode: ffa", "teams: [{players: 2, x: 1}]", "roles: {tank: {x: 1}}", "x: 1",
		"rating: {x: 1}", "widening: {x: 1}", "party: {x: 1}", "avoid: {x: 1}", "accept: {x: 1}", "limit: {x: 1}", "bots: {x: 1}")
	sections := regexp.MustCompile(`line \d+: q(\S*): there is no "x": want one of (.*)`).FindAllStringSubmatch(err.Error(), -1)
	if len(sections) != 10 {
		t.Fatalf("%d sections: %v", len(sections), err)
	}
	for _, section := range sections {
		for key := range strings.SplitSeq(section[2], ", ") {
			name := strings.TrimPrefix(section[1]+"."+key, ".")
			if strings.Contains(section[1], "[") || strings.HasPrefix(section[1], ".roles") {
				name = key // of teams and roles
			}
			if !strings.Contains(string(text), "`"+name) {
				t.Errorf("the reference has no %s", name)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	modes := arenaModes()
	example, err := os.ReadFile("../../../docs/queues.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(example))
	f.Add("queues: &a {q: *a, r: {mode: ffa, teams: [*a], widening: {fill: *a}, params: *a, regions: *a}}")
	f.Add("queues:\n  q: {<<: {mode: ffa}, teams: 1 x 2-9, roles: {t: {per-team: 2}}}\n")
	f.Fuzz(func(t *testing.T, text string) {
		queues, err := Parse([]byte(text), modes)
		if (err == nil) == (len(queues) == 0) {
			t.Fatalf("%d queues, %v", len(queues), err)
		}
		for _, c := range queues {
			if c.Least() < 1 || c.Most() < c.Least() || c.Most() > modes[c.Mode].Seats || c.Every <= 0 || c.Limit.After <= 0 {
				t.Fatalf("%+v", c)
			}
		}
	})
}
