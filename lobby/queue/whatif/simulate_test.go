package whatif

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
)

// duel is a queue of one against one, a round a second.
func duel() *queue.Config {
	return &queue.Config{
		Name: "q", Teams: []queue.Team{{Least: 1, Most: 1}, {Least: 1, Most: 1}}, Rating: queue.RatingRule{Source: queue.RatingToken},
		Widening: queue.Widening{Rating: queue.Curve{{Value: 50}, {Waited: 10 * time.Second, Value: 100}}},
		Limit:    queue.LimitRule{After: time.Minute, Then: queue.LimitTell}, Every: time.Second,
	}
}

// came is an arrival at a second, of so many players.
func came(id string, second, rating float64, players int) Record {
	e := &queue.Entry{ID: "q." + id, Since: start.Add(time.Duration(second * float64(time.Second)))}
	for range players {
		e.Members = append(e.Members, queue.Member{Rating: rating})
	}
	return OfEntry(e)
}

func gone(id string, state queue.State, waited, second float64) Record {
	return OfEnd("q."+id, state, time.Duration(waited*float64(time.Second)), start.Add(time.Duration(second*float64(time.Second))))
}

func simulate(t *testing.T, c *queue.Config, records ...Record) *Result {
	t.Helper()
	r, err := Simulate(t.Context(), history(t, logged(t, records...)), "test", c, queue.NewMatcher(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	if sum := r.Matched + r.Canceled + r.Expired + r.Refused + r.Left; sum != r.Entries {
		t.Fatalf("%d entries, and %d have become something: %+v", r.Entries, sum, r)
	}
	return r
}

func seconds(waits []time.Duration) (all []float64) {
	for _, w := range waits {
		all = append(all, w.Seconds())
	}
	return all
}

func TestWaitsOfASimulation(t *testing.T) {
	// They see each other at once: the first waits for the second, and both for the
	// round after it.
	r := simulate(t, duel(), came("a", 0, 1500, 1), came("b", 2.5, 1540, 1), gone("end", queue.Played, 0, 60))
	if !slices.Equal(seconds(r.Waits), []float64{0.5, 3}) || r.Matches != 1 || !slices.Equal(r.Spreads, []float64{40}) || !slices.Equal(r.Gaps, []float64{40}) || r.Players != 2 {
		t.Errorf("%+v", r)
	}
	// 75 apart: both have waited for 5 s at second 8.
	r = simulate(t, duel(), came("a", 0, 1500, 1), came("b", 3, 1575, 1), gone("end", queue.Played, 0, 60))
	if !slices.Equal(seconds(r.Waits), []float64{5, 8}) || !slices.Equal(r.Spreads, []float64{75}) {
		t.Errorf("%+v", r)
	}
	// A queue that is empty for a day takes no time, and its rounds keep their beat.
	r = simulate(t, duel(), came("a", 0, 1500, 1), came("b", 0, 1500, 1), came("c", 86400.25, 1500, 1), came("d", 86400.75, 1500, 1), gone("end", queue.Played, 0, 90000))
	if !slices.Equal(seconds(r.Waits), []float64{0, 0, 0.25, 0.75}) {
		t.Errorf("%+v", r)
	}
	if want := []Sample{{0, 2}, {300 * time.Second, 0}, {24*time.Hour + time.Second, 0}, {24*time.Hour + time.Second, 2}}; !slices.Equal(r.Length, want) {
		t.Errorf("length %+v", r.Length)
	}
}

func TestEndsOfASimulation(t *testing.T) {
	play := duel()
	play.Limit.Then = queue.LimitPlay
	bots := duel()
	bots.Bots = &queue.BotRule{After: 20 * time.Second, Most: 1}
	parties := duel()
	parties.Teams, parties.Party.Most = []queue.Team{{Least: 2, Most: 2}, {Least: 2, Most: 2}}, 2
	end := gone("end", queue.Played, 0, 300)
	rows := []struct {
		what    string
		c       *queue.Config
		records []Record
		want    Result // its counts
	}{
		{"who has cancelled after 40 s does", duel(), []Record{came("a", 0, 1500, 1), gone("a", queue.Canceled, 40, 40), came("b", 41, 1500, 1), end}, Result{Canceled: 1, Expired: 1}},
		{"unless there is a match before", duel(), []Record{came("a", 0, 1500, 1), gone("a", queue.Canceled, 40, 40), came("b", 39, 1500, 1), end}, Result{Matched: 2, Matches: 1}},
		{"whom the store lost", duel(), []Record{came("a", 0, 1500, 1), gone("a", queue.Lost, 3, 3), came("b", 5, 1500, 1), end}, Result{Canceled: 1, Expired: 1}},
		{"who had expired there may wait longer here", duel(), []Record{came("a", 0, 1500, 1), gone("a", queue.Expired, 5, 5), came("b", 50, 1500, 1), end}, Result{Matched: 2, Matches: 1}},
		{"a minute, and not longer", duel(), []Record{came("a", 0, 1500, 1), came("b", 60, 1500, 1), end}, Result{Expired: 2}},
		{"a minute, and then whoever there is", play, []Record{came("a", 0, 1500, 1), came("b", 0, 9000, 1), end}, Result{Matched: 2, Matches: 1}},
		{"who plays anybody, and nobody is there", play, []Record{came("a", 0, 1500, 1), came("b", 61, 1500, 1), end}, Result{Expired: 2}},
		{"a bot", bots, []Record{came("a", 0, 1500, 1), end}, Result{Matched: 1, Matches: 1, Bots: 1}},
		{"a party that the queue does not take", duel(), []Record{came("a", 0, 1500, 2), end}, Result{Refused: 1}},
		{"parties that it takes", parties, []Record{came("a", 0, 1500, 2), came("b", 0, 1500, 2), came("c", 0, 1500, 3), end}, Result{Matched: 2, Matches: 1, Refused: 1}},
		{"the log ends", duel(), []Record{came("a", 0, 1500, 1), gone("end", queue.Played, 0, 59)}, Result{Left: 1}},
	}
	for _, row := range rows {
		r := simulate(t, row.c, row.records...)
		got := Result{Matched: r.Matched, Canceled: r.Canceled, Expired: r.Expired, Refused: r.Refused, Left: r.Left, Matches: r.Matches, Bots: r.Bots}
		if !reflect.DeepEqual(got, row.want) {
			t.Errorf("%s: %+v, want %+v", row.what, got, row.want)
		}
	}
}

// liar is a matcher that has everybody in two matches.
type liar struct{ queue.Matcher }

func (liar) Match(pool *queue.Pool, _ time.Time) []queue.Proposal {
	p := queue.Proposal{Teams: [][]*queue.Entry{pool.Entries}}
	return []queue.Proposal{p, p}
}

func TestWhatEndsASimulation(t *testing.T) {
	h := history(t, logged(t, came("a", 0, 1500, 1), came("b", 9, 1500, 1)))
	if _, err := Simulate(t.Context(), h, "a.yaml", duel(), liar{}, nil); err == nil || !strings.Contains(err.Error(), "a.yaml, round of 2023-11-14T22:13:20Z: the matcher has entry q.a in a match, and it does not wait") {
		t.Errorf("a matcher that lies: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var parts []float64
	_, err := Simulate(ctx, h, "a.yaml", duel(), queue.NewMatcher(duel()), func(part float64) {
		if parts = append(parts, part); len(parts) == 4 {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) || len(parts) != 4 || parts[3] != 3./9 {
		t.Errorf("%v, parts %v", err, parts)
	}
}

// randomLog is a log of so many arrivals.
func randomLog(t testing.TB, random *rand.Rand, n int) *History {
	var records []Record
	now := 0.0
	for i := range n {
		now += random.ExpFloat64() / 2
		id := fmt.Sprint(i)
		records = append(records, came(id, now, 1500+300*random.NormFloat64(), 1+random.IntN(3)))
		if random.IntN(4) == 0 {
			waited := 30 * random.ExpFloat64()
			records = append(records, gone(id, queue.Canceled, waited, now+waited))
		}
	}
	return history(t, logged(t, records...))
}

// TestEveryEntryBecomesSomething plays random logs twice through random configurations:
// every entry is counted once, nobody waits longer than is allowed, and both times the
// same comes of it.
func TestEveryEntryBecomesSomething(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range 12 {
		h := randomLog(t, random, 300)
		c := duel()
		c.Teams = []queue.Team{{Least: 1, Most: 3}, {Least: 1, Most: 3}}
		c.Party.Most = random.IntN(4)
		c.Widening.Fill = queue.Curve{{Value: 1}, {Waited: 20 * time.Second}}
		c.Limit = queue.LimitRule{After: time.Duration(20+random.IntN(40)) * time.Second, Then: []queue.LimitThen{queue.LimitTell, queue.LimitPlay}[random.IntN(2)]}
		c.Every = time.Duration(1+random.IntN(5)) * 250 * time.Millisecond
		if random.IntN(2) == 0 {
			c.Bots = &queue.BotRule{After: 10 * time.Second, Most: 5}
		}
		var results [2]*Result
		for i := range results {
			r, err := Simulate(t.Context(), h, "test", c, queue.NewMatcher(c), nil)
			if err != nil {
				t.Fatal(err)
			}
			results[i] = r
		}
		r := results[0]
		longest, _ := quantile(r.Waits, 1)
		if sum := r.Matched + r.Canceled + r.Expired + r.Refused + r.Left; sum != 300 || longest > c.Limit.After+c.Every || r.Matched == 0 {
			t.Errorf("%d became something, longest wait %v of %v: %+v", sum, longest, c.Limit.After, r)
		}
		if !reflect.DeepEqual(r, results[1]) {
			t.Errorf("twice the same is not the same: %+v, %+v", r, results[1])
		}
	}
}

func BenchmarkSimulate(b *testing.B) {
	h := randomLog(b, rand.New(rand.NewPCG(1, 2)), 10_000)
	c := duel()
	c.Teams, c.Party.Most = []queue.Team{{Least: 3, Most: 3}, {Least: 3, Most: 3}}, 3
	for b.Loop() {
		if _, err := Simulate(b.Context(), h, "bench", c, queue.NewMatcher(c), nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*10_000/b.Elapsed().Seconds(), "entries/s")
}
