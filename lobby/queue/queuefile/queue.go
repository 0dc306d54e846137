package queuefile

import (
	"maps"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/metronome-server/metronome/internal/text"
	"github.com/metronome-server/metronome/lobby/queue"
	"github.com/metronome-server/metronome/sim"
)

// What a queue has when its file does not say.
const (
	usualStart  = 1500 // of Elo, Glicko and most that followed
	usualParty  = 8
	usualAvoid  = 30 * time.Second
	usualAccept = 15 * time.Second
	usualLimit  = 10 * time.Minute
	usualBots   = 20 * time.Second
	usualCome   = 30 * time.Second
	usualEvery  = 250 * time.Millisecond
)

// What a file may say.
const (
	maxTitle  = 64
	maxRegion = 32 // as --region
	maxAvoid  = 8
	minAccept = 3 * time.Second
	maxAccept = 2 * time.Minute
	minLimit  = 5 * time.Second
	maxLimit  = 24 * time.Hour
	minCome   = 5 * time.Second
	maxCome   = 5 * time.Minute
	// A round costs the leader time in which nobody can be matched, and a longer wait
	// for it is one that every player feels.
	minEvery = 50 * time.Millisecond
	maxEvery = 30 * time.Second
)

// queue reads one queue. What it returns is whole only when there was no fault.
func (p *parser) queue(pair pair) *queue.Config {
	path := text.Line(pair.name)
	if !isName(pair.name) {
		p.fault(pair.key, "queue %q: want a name of 1 to %d of a-z, 0-9 and '-'", path, queue.MaxName)
	}
	s, ok := p.section(path, pair.value, "title", "mode", "params", "teams", "roles", "rating", "widening", "regions",
		"party", "avoid", "backfill", "accept", "limit", "bots", "come", "every")
	if !ok {
		return nil
	}
	c := &queue.Config{Name: pair.name, Backfill: s.bool("backfill")}
	c.Title = s.title("title", "", maxTitle)
	s.readTeams(c)
	s.readMode(c)
	s.readRating(c)
	c.Regions = s.regions()
	s.readWidening(c)
	s.readParty(c)
	s.readLimits(c)
	s.readBots(c)
	c.Come = s.duration("come", usualCome, minCome, maxCome)
	c.Every = s.duration("every", usualEvery, minEvery, maxEvery)
	return c
}

func isName(name string) bool {
	return name != "" && len(name) <= queue.MaxName &&
		!strings.ContainsFunc(name, func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' })
}

// readMode reads mode and params, and compares the teams with the mode's seats.
func (s *section) readMode(c *queue.Config) {
	known := strings.Join(slices.Sorted(maps.Keys(s.p.modes)), ", ")
	name, ok := s.scalar("mode", "one of "+known)
	if !ok {
		if s.keys["mode"] == nil {
			s.fault("mode", "missing: want one of %s", known)
		}
		return
	}
	mode, ok := s.p.modes[name]
	if !ok {
		s.fault("mode", "%q, want one of %s", text.Line(name), known)
		return
	}
	c.Mode = name
	if most := c.Most(); most > mode.Seats {
		s.fault("teams", "%d players, and mode %s has %d seats: want smaller teams, or another mode", most, name, mode.Seats)
	}
	c.Params = s.params(mode)
}

func (s *section) params(mode Mode) []sim.Param {
	n := s.keys["params"]
	if n == nil {
		return nil
	}
	path := s.of("params")
	pairs, ok := s.p.pairs(path, n, "names with values")
	if !ok {
		return nil
	}
	var params []sim.Param
	for _, pair := range pairs {
		value := target(pair.value)
		if value.Kind != yaml.ScalarNode || isNothing(value) {
			s.p.fault(pair.key, "%s.%s: %s, want a value", path, text.Line(pair.name), shown(value))
			continue
		}
		param := sim.Param{Name: pair.name, Value: value.Value}
		if err := sim.CheckParams(mode.Params, []sim.Param{param}); err != nil {
			s.p.fault(pair.key, "%s: %v", path, err)
		}
		params = append(params, param)
	}
	return params
}

func (s *section) readRating(c *queue.Config) {
	below := s.section("rating", "source", "start")
	if below == nil {
		return
	}
	if below.keys["source"] == nil {
		below.fault("source", "missing: want one of %s, %s; without rating leave the whole out", queue.RatingToken, queue.RatingStore)
	}
	c.Rating.Source = option(below, "source", queue.RatingNone, queue.RatingToken, queue.RatingStore)
	c.Rating.Start = below.number("start", usualStart, -queue.MaxRating, queue.MaxRating)
}

func (s *section) regions() []string {
	var regions []string
	for _, n := range s.list("regions", queue.MaxRegions) {
		name := target(n)
		switch {
		case name.Kind != yaml.ScalarNode || name.Value == "" || len(name.Value) > maxRegion || text.Line(name.Value) != name.Value:
			s.p.fault(n, "%s: %s, want a region of at most %d bytes, as nodes have it in --region", s.of("regions"), shown(name), maxRegion)
		case slices.Contains(regions, name.Value):
			s.p.fault(n, "%s: %q stands here twice", s.of("regions"), name.Value)
		default:
			regions = append(regions, name.Value)
		}
	}
	return regions
}

func (s *section) readWidening(c *queue.Config) {
	below := s.section("widening", "rating", "latency", "fill")
	if below == nil {
		return
	}
	c.Widening = queue.Widening{
		Rating:  below.curve("rating", 2*queue.MaxRating, false),
		Latency: below.curve("latency", queue.MaxLatency, false),
		Fill:    below.curve("fill", 1, true),
	}
	if c.Widening.Rating != nil && s.keys["rating"] == nil {
		below.fault("rating", "nobody has a rating here: say where it is from, as in 'rating: {source: token}'")
	}
	if c.Widening.Latency != nil && s.keys["regions"] == nil {
		below.fault("latency", "it counts to regions, and there are none here: name them, as in 'regions: [eu, us]'")
	}
}

// largestTeam is how many players the largest team has.
func largestTeam(c *queue.Config) (most int) {
	for _, t := range c.Teams {
		most = max(most, t.Most)
	}
	return most
}

func (s *section) readParty(c *queue.Config) {
	largest := min(largestTeam(c), queue.MaxParty)
	if c.Party.Most = min(usualParty, largest); c.Party.Most == 1 {
		c.Party.Most = 0
	}
	below := s.section("party", "most", "weight")
	if below == nil {
		return
	}
	if most := below.whole("most", c.Party.Most, 0, queue.MaxParty); largest > 0 && most > largest {
		below.fault("most", "%d members, and the largest team has %d: want at most that many", most, largest)
	} else {
		c.Party.Most = most
	}
	c.Party.Weight = below.number("weight", 0, 0, 1)
}

// readLimits reads what ends waiting, or puts it off.
func (s *section) readLimits(c *queue.Config) {
	c.Limit = queue.LimitRule{After: usualLimit, Then: queue.LimitTell}
	if below := s.section("limit", "after", "then"); below != nil {
		c.Limit.After = below.duration("after", usualLimit, minLimit, maxLimit)
		c.Limit.Then = option(below, "then", queue.LimitTell, queue.LimitTell, queue.LimitPlay)
	}
	if below := s.section("avoid", "last", "for"); below != nil {
		if below.keys["last"] == nil {
			below.fault("last", "missing: want how many recent matches count, 1 to %d", maxAvoid)
		}
		c.Avoid.Last = below.whole("last", 0, 0, maxAvoid)
		c.Avoid.For = below.duration("for", min(usualAvoid, c.Limit.After), 0, c.Limit.After)
	}
	if below := s.section("accept", "within", "requeue"); below != nil {
		c.Accept = &queue.AcceptRule{Within: below.duration("within", usualAccept, minAccept, maxAccept), Requeue: below.bool("requeue")}
	}
}

func (s *section) readBots(c *queue.Config) {
	below := s.section("bots", "after", "most")
	if below == nil {
		return
	}
	most := c.Most() - 1 // somebody plays
	if most < 1 {
		if most == 0 {
			s.fault("bots", "a match of one player has no seat for them: leave it out")
		}
		return
	}
	c.Bots = &queue.BotRule{
		After: below.duration("after", min(usualBots, c.Limit.After), 0, c.Limit.After),
		Most:  below.whole("most", most, 1, most),
	}
}
