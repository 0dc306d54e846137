package queue

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// lobbyOf is many entries of one player each, all alike, that have waited so long.
func lobbyOf(n int, waited time.Duration, rating float64) (is []*Entry) {
	for i := range n {
		is = append(is, wait(fmt.Sprintf("o%02d", i), waited, rating))
	}
	return is
}

// pings has an entry know the round-trip times to regions, eu and us.
func pings(e *Entry, eu, us int) *Entry {
	e.Latency = map[string]int{"eu": eu, "us": us}
	return e
}

// plays has all players of an entry name the roles that they would play.
func plays(e *Entry, roles ...string) *Entry {
	for i := range e.Members {
		e.Members[i].Roles = roles
	}
	return e
}

// met has an entry know whom it has just played.
func met(e *Entry, others ...*Entry) *Entry {
	for _, o := range others {
		for _, m := range o.Members {
			e.Members[0].Recent = append(e.Members[0].Recent, m.Number)
		}
	}
	return e
}

// Each of these waits for one reason, and is told that one first.
func TestExplainNamesThePlantedReason(t *testing.T) {
	const s = time.Second
	duel := func() *Config {
		return &Config{Teams: teams(2, 1, 1), Rating: RatingRule{Source: RatingToken},
			Widening: Widening{Rating: Curve{{0, 50}, {60 * s, 200}}}}
	}
	five := func() *Config {
		c := duel()
		c.Teams, c.Party.Most = teams(2, 5, 5), 5
		return c
	}
	regions := func(c *Config) *Config {
		c.Regions, c.Widening.Latency = []string{"eu", "us"}, Curve{{0, 60}, {30 * s, 120}}
		return c
	}
	healers := func() *Config {
		c := five()
		c.Roles = []Role{{Name: "tank"}, {Name: "healer"}}
		for i := range c.Teams {
			c.Teams[i].Roles = map[string]int{"tank": 4, "healer": 1}
		}
		return c
	}
	full := func() *Config {
		c := five()
		c.Teams = teams(2, 2, 5)
		c.Widening.Fill = Curve{{0, 1}, {60 * s, 0}}
		return c
	}
	me := wait("me", 10*s, 1500)
	foe := wait("foe", 10*s, 1500)
	team := func(n int, waited time.Duration) *Entry {
		return party("me", waited, slices.Repeat([]float64{1500}, n)...)
	}
	for _, is := range []struct {
		name   string
		config *Config
		entry  *Entry
		others []*Entry
		cause  Cause
		count  int
		text   string // some of it
	}{
		{"nobody else", duel(), me, nil, CauseAlone, 0, "Nobody else"},
		{"alone in the region", regions(duel()), pings(wait("me", s, 1500), 20, 200),
			[]*Entry{pings(wait("a", s, 1500), 200, 20), pings(wait("b", s, 1500), 200, 20)}, CauseRegion, 2, "2 others play in none of the regions that it accepts by now: eu"},
		{"its own region is far yet", regions(duel()), pings(wait("me", s, 1500), 100, 200),
			[]*Entry{pings(wait("a", s, 1500), 20, 200)}, CauseRegion, 1, "The nearest region, eu, is 100 ms away"},
		{"no region will ever be near", regions(duel()), pings(wait("me", s, 1500), 180, 240),
			[]*Entry{pings(wait("a", s, 1500), 20, 200)}, CauseNoRegion, 1, "the nearest, eu, is 180 ms away, and no more than 120 ms"},
		{"window too small", duel(), me, []*Entry{wait("a", 10*s, 1600), wait("b", 10*s, 1700)}, CauseRating, 2, "which is 75 by now; the nearest is 100 away"},
		{"the others' windows too small", duel(), wait("me", 60*s, 1500), []*Entry{wait("a", 0, 1600), wait("b", 0, 1650)}, CauseTheirs, 2, "beyond the rating windows of 2 others"},
		{"avoiding the only opponent", func() *Config {
			c := duel()
			c.Avoid = AvoidRule{Last: 2, For: 40 * s}
			return c
		}(), met(wait("me", 10*s, 1500), foe), []*Entry{foe}, CauseAvoid, 1, "1 other, and they are kept apart until they have waited 40s"},
		{"avoiding some who would have to be against it", func() *Config {
			c := five()
			c.Teams = teams(2, 2, 2)
			c.Avoid = AvoidRule{Last: 2, For: 40 * s}
			return c
		}(), met(wait("me", 10*s, 1500), lobbyOf(3, 10*s, 1500)...), lobbyOf(3, 10*s, 1500), CauseAvoid, 3, "It has just played 3"},
		{"party too large for any team", five(), team(6, 10*s), lobbyOf(20, 10*s, 1500), CauseLarge, 0, "A party of 6 fits in no team: the largest has 5"},
		{"party too large for the rest", func() *Config {
			c := five()
			c.Teams = teams(1, 4, 4)
			return c
		}(), team(3, 10*s), []*Entry{party("a", 10*s, 1500, 1500), party("b", 10*s, 1500, 1500, 1500)}, CauseParty, 2, "no team has room beside it"},
		{"parties that do not go together", five(), team(3, 10*s),
			[]*Entry{party("a", 10*s, 1500, 1500, 1500), party("b", 10*s, 1500, 1500, 1500, 1500), party("c", 10*s, 1500, 1500, 1500)}, CauseParty, 3, "A party of 3 does not go together with parties of 3, 4"},
		{"nobody plays a role", healers(), plays(wait("me", 10*s, 1500), "tank"), func() (is []*Entry) {
			for _, e := range lobbyOf(11, 10*s, 1500) {
				is = append(is, plays(e, "tank"))
			}
			return append(is, plays(wait("h", 10*s, 1500), "healer"))
		}(), CauseRole, 0, "Too few play healer: 1 of the 2"},
		{"too many want a role", healers(), plays(wait("me", 10*s, 1500), "healer"), func() (is []*Entry) {
			for _, e := range lobbyOf(5, 10*s, 1500) {
				is = append(is, plays(e, "healer"))
			}
			for i := range 7 {
				is = append(is, plays(wait(fmt.Sprint("t", i), 10*s, 1500), "tank"))
			}
			return is
		}(), CauseRole, 0, "Too few play tank: 7 of the 8"},
		{"a role that no team has", func() *Config {
			c := healers()
			c.Roles = append(c.Roles, Role{Name: "bard"})
			return c
		}(), plays(wait("me", 10*s, 1500), "bard"), lobbyOf(12, 10*s, 1500), CauseRole, 0, "No team has a seat for somebody who plays only bard"},
		{"too few", five(), me, lobbyOf(7, 10*s, 1500), CauseFew, 0, "There are 8 of the 10 players"},
		{"waits for a fuller match", full(), me, lobbyOf(5, 10*s, 1500), CauseFill, 0, "There are 6 of the 10 players that a match must have by now"},
		{"older entries want the same", duel(), me, []*Entry{wait("a", 30*s, 1560), wait("b", 20*s, 1540)}, CauseOlder, 2, "2 others that it could play with are wanted by older entries"},
		{"the next round", duel(), me, []*Entry{wait("a", 10*s, 1510)}, CauseNext, 0, "matched in the next round"},
		{"candidates too far from each other", func() *Config {
			c := duel()
			c.Teams = teams(1, 3, 3)
			return c
		}(), wait("me", 60*s, 1500), []*Entry{wait("a", 20*s, 1420), wait("b", 20*s, 1580)}, CauseTheirs, 0, "too far apart from each other"},
		{"no region in common", func() *Config {
			c := regions(duel())
			c.Teams = teams(1, 3, 3)
			return c
		}(), pings(wait("me", 10*s, 1500), 30, 30), []*Entry{pings(wait("a", s, 1500), 20, 200), pings(wait("b", s, 1500), 200, 20)}, CauseRegion, 0, "accept no region in common"},
	} {
		t.Run(is.name, func(t *testing.T) {
			is.config.Name = "q"
			p := pool(append([]*Entry{is.entry}, is.others...)...)
			m := NewMatcher(is.config)
			x := m.Explain(p, is.entry, noon)
			if len(x.Reasons) == 0 {
				t.Fatal("no reason")
			}
			first := x.Reasons[0]
			if first.Cause != is.cause || first.Others != is.count || !strings.Contains(first.Text, is.text) {
				t.Errorf("the first reason is %q, others %d: %s\nwant %q, others %d: …%s…", first.Cause, first.Others, first.Text, is.cause, is.count, is.text)
			}
			if x.Seen != len(is.others) {
				t.Errorf("%d others seen, of %d", x.Seen, len(is.others))
			}
			for _, r := range x.Reasons {
				if !strings.HasSuffix(r.Text, ".") || strings.Contains(r.Text, "%!") {
					t.Errorf("no sentence: %q", r.Text)
				}
			}
			matched := slices.ContainsFunc(m.Match(p, noon), func(p Proposal) bool {
				return slices.ContainsFunc(p.Teams, func(team []*Entry) bool { return slices.Contains(team, is.entry) })
			})
			if matched != (is.cause == CauseNext) {
				t.Errorf("it is matched: %v", matched)
			}
		})
	}
}

// Whatever the queue and the pool: there is a reason, it is "next" if the next round
// matches the entry and never else, and a matcher that explains still matches alike.
func TestExplainAgreesWithMatch(t *testing.T) {
	causes := map[Cause]int{}
	for _, seed := range seeds(t, 400) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		c := randomConfig(rnd, 4)
		p := randomPool(rnd, c, 12)
		m := NewMatcher(c)
		made := m.Match(p, noon)
		matched := map[*Entry]bool{}
		for _, is := range made {
			for _, team := range is.Teams {
				for _, e := range team {
					matched[e] = true
				}
			}
		}
		for _, e := range p.Entries {
			x := m.Explain(p, e, noon)
			if len(x.Reasons) == 0 {
				t.Errorf("%s: no reason", e.ID)
				break
			}
			causes[x.Reasons[0].Cause]++
			if (x.Reasons[0].Cause == CauseNext) != matched[e] {
				t.Errorf("%s: matched %v, and the reason is %q: %s", e.ID, matched[e], x.Reasons[0].Cause, x.Reasons[0].Text)
			}
			if x.Candidates > x.Seen || x.Seen != len(p.Entries)-1 {
				t.Errorf("%s: %d candidates, %d seen of %d", e.ID, x.Candidates, x.Seen, len(p.Entries)-1)
			}
		}
		if again := m.Match(p, noon); !reflect.DeepEqual(made, again) {
			t.Error("the same pool has other matches after it was explained")
		}
		if t.Failed() {
			t.Fatalf("METRONOME_SEED=%d\n%+v\n%s", seed, c, show(p))
		}
	}
	t.Logf("first reasons: %v", causes)
}
