package queue

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/metronome-server/metronome/internal/usage"
)

// crowd is n players of normally distributed ratings, in parties of these sizes, who
// have come within the last half minute.
func crowd(n int, sizes ...int) *Pool {
	rnd := rand.New(rand.NewPCG(1, uint64(n)))
	p := &Pool{}
	for i := 0; n > 0; i++ {
		e := &Entry{ID: fmt.Sprintf("e%06d", i), Since: noon.Add(-time.Duration(rnd.IntN(30_000)) * time.Millisecond)}
		middle := 1500 + 350*rnd.NormFloat64()
		for j := range sizes[rnd.IntN(len(sizes))] {
			user := fmt.Sprint(e.ID, "-", j)
			e.Members = append(e.Members, Member{User: user, Number: number(user), Rating: middle + 50*rnd.NormFloat64()})
			n--
		}
		e.Latency = map[string]int{"eu": 20 + rnd.IntN(60), "us": 20 + rnd.IntN(120), "asia": 20 + rnd.IntN(250)}
		p.Entries = append(p.Entries, e)
	}
	return pool(p.Entries...)
}

// queueOf is a queue of teams whose windows widen over half a minute.
func queueOf(teams []Team) *Config {
	return &Config{
		Name: "q", Teams: teams, Rating: RatingRule{Source: RatingToken}, Party: PartyRule{Most: 5},
		Widening: Widening{Rating: Curve{{0, 50}, {30 * time.Second, 400}}},
	}
}

var crowds = []int{1_000, 10_000, 100_000}

// BenchmarkMatch is a round in which about everybody who waits is matched.
func BenchmarkMatch(b *testing.B) {
	for _, is := range []struct {
		name  string
		teams []Team
		sizes []int
		more  func(*Config)
	}{
		{"1v1", teams(2, 1, 1), []int{1}, nil},
		{"5v5", teams(2, 5, 5), []int{1}, nil},
		{"5v5-parties", teams(2, 5, 5), []int{1, 1, 1, 2, 3, 4, 5}, nil},
		{"5v5-regions", teams(2, 5, 5), []int{1}, func(c *Config) {
			c.Regions, c.Widening.Latency = []string{"eu", "us", "asia"}, Curve{{0, 60}, {30 * time.Second, 150}}
		}},
		{"100", teams(1, 100, 100), []int{1}, nil},
	} {
		for _, n := range crowds {
			b.Run(fmt.Sprintf("%s/%d", is.name, n), func(b *testing.B) {
				c := queueOf(is.teams)
				if is.more != nil {
					is.more(c)
				}
				m, p := NewMatcher(c), crowd(n, is.sizes...)
				m.Match(p, noon) // the entries are known from then on
				entries := 0
				b.ReportAllocs()
				cpu := usage.CPUSeconds()
				for b.Loop() {
					for _, made := range m.Match(p, noon) {
						for _, team := range made.Teams {
							entries += len(team)
						}
					}
				}
				b.ReportMetric(float64(entries)/float64(b.N)/float64(len(p.Entries))*100, "matched-%")
				b.ReportMetric(float64(entries)/b.Elapsed().Seconds(), "entries/s")
				b.ReportMetric(float64(entries)/(usage.CPUSeconds()-cpu), "entries/cpu-s")
			})
		}
	}
}

// BenchmarkWait is a round in which nobody is matched, for one reason or another.
func BenchmarkWait(b *testing.B) {
	for _, is := range []struct {
		name  string
		teams []Team
		sizes []int
		more  func(*Config, *Pool)
	}{
		{"1v1-far", teams(2, 1, 1), []int{1}, func(c *Config, p *Pool) {
			c.Widening.Rating = flat(0.5)
			for i, e := range p.Entries {
				e.Members[0].Rating = float64(i*7919%len(p.Entries)) - float64(len(p.Entries)/2)
			}
		}},
		{"5v5-far", teams(2, 5, 5), []int{1}, func(c *Config, p *Pool) {
			c.Widening.Rating = flat(7.5)
			for i, e := range p.Entries {
				e.Members[0].Rating = float64(i*7919%len(p.Entries)) - float64(len(p.Entries)/2)
			}
		}},
		{"100-far", teams(1, 100, 100), []int{1}, func(c *Config, p *Pool) {
			c.Widening.Rating = flat(90.5)
			for i, e := range p.Entries {
				e.Members[0].Rating = float64(i*7919%len(p.Entries)) - float64(len(p.Entries)/2)
			}
		}},
		{"5v5-threes", teams(2, 5, 5), []int{3}, nil},
		{"5v5-no-healer", teams(2, 5, 5), []int{1}, func(c *Config, p *Pool) {
			c.Roles = []Role{{Name: "tank"}, {Name: "healer"}}
			for i := range c.Teams {
				c.Teams[i].Roles = map[string]int{"healer": 1, "tank": 4}
			}
			for _, e := range p.Entries {
				e.Members[0].Roles = []string{"tank"}
			}
		}},
		{"5v5-one-role", teams(2, 5, 5), []int{1}, func(c *Config, p *Pool) {
			c.Roles = []Role{{Name: "tank"}, {Name: "healer"}}
			for i := range c.Teams {
				c.Teams[i].Roles = map[string]int{"healer": 2, "tank": 3}
			}
			for i, e := range p.Entries {
				e.Members[0].Roles = []string{"tank"}
				if i%2000 == 0 {
					e.Members[0].Roles = []string{"healer"}
				}
			}
		}},
		{"5v5-regions", teams(2, 5, 5), []int{1}, func(c *Config, p *Pool) {
			c.Regions, c.Widening.Latency = []string{"eu", "us", "asia"}, flat(10)
		}},
	} {
		for _, n := range crowds {
			b.Run(fmt.Sprintf("%s/%d", is.name, n), func(b *testing.B) {
				c, p := queueOf(is.teams), crowd(n, is.sizes...)
				if is.more != nil {
					is.more(c, p)
				}
				m := NewMatcher(c)
				m.Match(p, noon) // the entries are known from then on
				made := 0
				b.ReportAllocs()
				cpu := usage.CPUSeconds()
				for b.Loop() {
					made += len(m.Match(p, noon))
				}
				b.ReportMetric(float64(made)/float64(b.N), "matches")
				b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms/round")
				b.ReportMetric((usage.CPUSeconds()-cpu)*1000/float64(b.N), "cpu-ms/round")
			})
		}
	}
}

// BenchmarkExplain is one entry explained.
func BenchmarkExplain(b *testing.B) {
	for _, n := range crowds {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			c, p := queueOf(teams(2, 5, 5)), crowd(n, 3)
			m := NewMatcher(c)
			reasons := 0
			cpu := usage.CPUSeconds()
			for b.Loop() {
				reasons += len(m.Explain(p, p.Entries[len(p.Entries)/2], noon).Reasons)
			}
			b.ReportMetric(float64(reasons)/float64(b.N), "reasons")
			b.ReportMetric((usage.CPUSeconds()-cpu)*1000/float64(b.N), "cpu-ms/op")
		})
	}
}
