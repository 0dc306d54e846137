package queue

import (
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"
)

var noon = time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)

// wait is an entry of one player that has waited so long.
func wait(id string, waited time.Duration, rating float64) *Entry {
	return &Entry{ID: id, Since: noon.Add(-waited), Members: []Member{{User: id, Number: number(id), Rating: rating}}}
}

// party is an entry of players of these ratings.
func party(id string, waited time.Duration, ratings ...float64) *Entry {
	e := &Entry{ID: id, Since: noon.Add(-waited)}
	for i, r := range ratings {
		user := fmt.Sprint(id, i)
		e.Members = append(e.Members, Member{User: user, Number: number(user), Rating: r})
	}
	return e
}

// number is a user's.
func number(user string) (n uint64) {
	for _, b := range []byte(user) {
		n = n*1_000_003 + uint64(b)
	}
	return n
}

// pool is entries in the order of a pool.
func pool(entries ...*Entry) *Pool {
	slices.SortFunc(entries, older)
	return &Pool{Entries: entries}
}

// teams are some of the same size.
func teams(n, least, most int) (is []Team) {
	for i := range n {
		is = append(is, Team{Name: fmt.Sprint(i), Least: least, Most: most})
	}
	return is
}

func flat(v float64) Curve { return Curve{{0, v}} }

// seeds are those of the random tests: of METRONOME_SEED, if it is set.
func seeds(t *testing.T, n int) []uint64 {
	t.Helper()
	if s := os.Getenv("METRONOME_SEED"); s != "" {
		seed, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return []uint64{seed}
	}
	first := uint64(time.Now().UnixNano())
	t.Logf("seeds from %d on", first)
	is := make([]uint64, n)
	for i := range is {
		is[i] = first + uint64(i)
	}
	return is
}

// randomConfig is a small queue with some rules.
func randomConfig(rnd *rand.Rand, most int) *Config {
	c := &Config{Name: "q", Rating: RatingRule{Source: RatingToken}, Party: PartyRule{Most: 4, Weight: float64(rnd.IntN(3)) / 2}}
	n := 1 + rnd.IntN(3)
	for range n {
		least := 1 + rnd.IntN(max(1, most/n))
		c.Teams = append(c.Teams, Team{Least: least, Most: least + rnd.IntN(3)*rnd.IntN(2)})
	}
	if rnd.IntN(2) == 0 { // alike
		for i := range c.Teams {
			c.Teams[i] = c.Teams[0]
		}
	}
	if rnd.IntN(4) > 0 {
		c.Widening.Rating = Curve{{0, rnd.Float64() * 100}, {10 * time.Second, 100 + rnd.Float64()*200}}
	}
	if rnd.IntN(3) == 0 {
		c.Widening.Fill = Curve{{0, 1}, {20 * time.Second, 0}}
	}
	if rnd.IntN(3) == 0 {
		c.Regions = []string{"eu", "us", "asia"}
		c.Widening.Latency = Curve{{0, 50}, {30 * time.Second, 150}}
	}
	if rnd.IntN(3) == 0 {
		c.Roles = []Role{{Name: "tank"}, {Name: "healer"}}
		for i := range c.Teams {
			c.Teams[i].Roles = map[string]int{"tank": rnd.IntN(2), "healer": rnd.IntN(2)}
			if c.Teams[i].Most < 2 {
				c.Teams[i].Roles["tank"] = 0
			}
		}
	}
	if rnd.IntN(3) == 0 {
		c.Avoid = AvoidRule{Last: 2, For: 15 * time.Second}
	}
	if rnd.IntN(4) == 0 {
		c.Bots = &BotRule{After: 15 * time.Second, Most: rnd.IntN(4)}
	}
	if rnd.IntN(3) == 0 {
		c.Limit = LimitRule{After: 25 * time.Second, Then: LimitPlay}
	}
	c.Backfill = rnd.IntN(2) == 0
	return c
}

// randomPool is entries for a queue, n at most.
func randomPool(rnd *rand.Rand, c *Config, n int) *Pool {
	p := &Pool{}
	var users []uint64
	for i := range rnd.IntN(n + 1) {
		e := &Entry{ID: fmt.Sprintf("e%03d", i), Since: noon.Add(-time.Duration(rnd.IntN(35)) * time.Second)}
		for j := range 1 + rnd.IntN(3)*rnd.IntN(2) {
			user := fmt.Sprint(e.ID, "-", j)
			m := Member{User: user, Number: number(user), Rating: 1000 + float64(rnd.IntN(300))}
			for _, r := range c.Roles {
				if rnd.IntN(2) == 0 {
					m.Roles = append(m.Roles, r.Name)
				}
			}
			for _, u := range users {
				if rnd.IntN(4) == 0 {
					m.Recent = append(m.Recent, u)
				}
			}
			e.Members = append(e.Members, m)
		}
		for _, m := range e.Members {
			users = append(users, m.Number)
		}
		if rnd.IntN(4) > 0 {
			e.Latency = map[string]int{}
			for _, region := range c.Regions {
				if rnd.IntN(5) > 0 {
					e.Latency[region] = rnd.IntN(200)
				}
			}
		}
		p.Entries = append(p.Entries, e)
	}
	slices.SortFunc(p.Entries, older)
	for i := range rnd.IntN(3) {
		v := &Vacancy{Room: fmt.Sprint("r", i)}
		if len(c.Regions) > 0 {
			v.Region = c.Regions[rnd.IntN(len(c.Regions))]
		}
		for _, t := range c.Teams {
			free := rnd.IntN(t.Most + 1)
			v.Teams = append(v.Teams, VacantTeam{Free: free, Players: t.Most - free, Rating: 1000 + float64(rnd.IntN(300))})
		}
		if len(users) > 0 {
			v.Users = append(v.Users, users[rnd.IntN(len(users))])
		}
		p.Vacancies = append(p.Vacancies, v)
	}
	return p
}

// checkMatches fails the test unless all proposals are legal, no entry is in two and
// no vacancy is filled twice, and returns who waits on.
func checkMatches(t *testing.T, c *Config, p *Pool, made []Proposal) []*Entry {
	t.Helper()
	left := slices.Clone(p.Entries)
	var filled []*Vacancy
	for i := range made {
		if why := illegal(c, &made[i], noon); why != "" {
			t.Errorf("match %d: %s", i, why)
		}
		for _, team := range made[i].Teams {
			for _, e := range team {
				at := slices.Index(left, e)
				if at < 0 {
					t.Fatalf("match %d: %s is not in the pool, or in another match", i, e.ID)
				}
				left = slices.Delete(left, at, at+1)
			}
		}
		if v := made[i].Vacancy; v != nil {
			if slices.Contains(filled, v) {
				t.Errorf("match %d: %s is filled twice", i, v.Room)
			}
			filled = append(filled, v)
		}
	}
	return left
}

// Whatever the queue asks and whoever waits: matches are legal, the same again for
// the same pool, and of those who wait on no match could be made.
func TestMatchOfSmallPools(t *testing.T) {
	matches, waits := 0, 0
	for _, seed := range seeds(t, 2000) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		c := randomConfig(rnd, 4)
		p := randomPool(rnd, c, 7)
		made := NewMatcher(c).Match(p, noon)
		left := checkMatches(t, c, p, made)
		if again := NewMatcher(c).Match(p, noon); !reflect.DeepEqual(made, again) {
			t.Errorf("the same pool has other matches the second time")
		}
		if could := possible(c, left, noon); could != nil {
			t.Errorf("a match of those who wait on was possible: %v, roles %v, bots %v, region %q", ids(could), could.Roles, could.Bots, could.Region)
		}
		matches += len(made)
		waits += len(left)
		if t.Failed() {
			t.Fatalf("seed %d: METRONOME_SEED=%d\n%+v\n%s", seed, seed, c, show(p))
		}
	}
	if matches == 0 || waits == 0 {
		t.Errorf("%d matches, %d entries that wait on: the pools say nothing", matches, waits)
	}
	t.Logf("%d matches, %d entries wait on", matches, waits)
}

func ids(p *Proposal) (is [][]string) {
	for _, team := range p.Teams {
		var of []string
		for _, e := range team {
			of = append(of, e.ID)
		}
		is = append(is, of)
	}
	return is
}

func show(p *Pool) (s string) {
	for _, e := range p.Entries {
		s += fmt.Sprintf("%s waited %v latency %v\n", e.ID, noon.Sub(e.Since), e.Latency)
		for _, m := range e.Members {
			s += fmt.Sprintf("    %v %v %v knows %v\n", m.Number, m.Rating, m.Roles, m.Recent)
		}
	}
	return s
}

// In larger pools, with larger teams, matches are legal as well.
func TestMatchOfLargerPools(t *testing.T) {
	matches := 0
	for _, seed := range seeds(t, 25) {
		rnd := rand.New(rand.NewPCG(seed, 3))
		c := randomConfig(rnd, 12)
		p := randomPool(rnd, c, 400)
		for _, e := range p.Entries { // few know each other, of so many
			for i := range e.Members {
				e.Members[i].Recent = e.Members[i].Recent[:min(len(e.Members[i].Recent), 5)]
			}
		}
		made := NewMatcher(c).Match(p, noon)
		checkMatches(t, c, p, made)
		matches += len(made)
		if t.Failed() {
			t.Fatalf("METRONOME_SEED=%d\n%+v", seed, c)
		}
	}
	if matches == 0 {
		t.Error("no match: the pools say nothing")
	}
}

// What a matcher knows from the rounds before makes no difference: entries come,
// leave, and come back as others.
func TestMatchHasNoMemory(t *testing.T) {
	matches := 0
	for _, seed := range seeds(t, 60) {
		rnd := rand.New(rand.NewPCG(seed, 4))
		c := randomConfig(rnd, 6)
		m := NewMatcher(c)
		p := randomPool(rnd, c, 30)
		now := noon
		for round := range 12 {
			made := m.Match(p, now)
			if fresh := NewMatcher(c).Match(p, now); !reflect.DeepEqual(made, fresh) {
				t.Fatalf("METRONOME_SEED=%d: round %d has other matches than a new matcher makes\n%+v", seed, round, c)
			}
			matches += len(made)
			p.Entries = slices.DeleteFunc(slices.Clone(p.Entries), func(*Entry) bool { return rnd.IntN(4) == 0 })
			for i, e := range p.Entries {
				if rnd.IntN(5) == 0 { // back from a match that came to nothing
					back := e.Lose(Loss{})
					back.Members = slices.Clone(back.Members)
					back.Members[0].Rating += 40
					p.Entries[i] = &back
				}
			}
			for i, e := range randomPool(rnd, c, 6).Entries {
				e.ID = fmt.Sprintf("r%02d-%d", round, i)
				p.Entries = append(p.Entries, e)
			}
			slices.SortFunc(p.Entries, older)
			now = now.Add(time.Second)
		}
	}
	if matches == 0 {
		t.Error("no match: the pools say nothing")
	}
}
