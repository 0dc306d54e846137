package queue

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// illegal says what is wrong with a proposal by the rules of its queue, worked out
// anew and with no regard to time: "" if nothing is.
func illegal(c *Config, p *Proposal, now time.Time) string {
	var all []*Entry
	for _, team := range p.Teams {
		all = append(all, team...)
	}
	if len(all) == 0 {
		return "nobody plays"
	}
	oldest := slices.MinFunc(all, older)
	for _, e := range all {
		if n := len(slices.DeleteFunc(slices.Clone(all), func(o *Entry) bool { return o != e })); n > 1 {
			return fmt.Sprintf("%s is in it %d times", e.ID, n)
		}
	}
	for _, why := range []string{wrongSizes(c, p, oldest, now), wrongRatings(c, p, all, now), wrongRegion(c, p, all, now), wrongMeeting(c, p, now), wrongRoles(c, p)} {
		if why != "" {
			return why
		}
	}
	return ""
}

// desperate reports whether an entry has waited so long that it plays anything.
func desperate(c *Config, e *Entry, now time.Time) bool {
	return c.Limit.Then == LimitPlay && c.Limit.After > 0 && e.Waited(now) >= c.Limit.After
}

func wrongSizes(c *Config, p *Proposal, oldest *Entry, now time.Time) string {
	if len(p.Teams) != len(c.Teams) {
		return fmt.Sprintf("%d teams", len(p.Teams))
	}
	if p.Vacancy != nil {
		for t, team := range p.Teams {
			if n := playersOf(team); n > p.Vacancy.Teams[t].Free {
				return fmt.Sprintf("%d players for %d free seats", n, p.Vacancy.Teams[t].Free)
			}
		}
		return ""
	}
	fill := c.Widening.Fill.At(oldest.Waited(now), 0)
	if desperate(c, oldest, now) {
		fill = 0
	}
	bots := 0
	for t, team := range p.Teams {
		n := playersOf(team)
		if p.Bots != nil {
			n += p.Bots[t]
			bots += p.Bots[t]
		}
		is := c.Teams[t]
		if need := float64(is.Least) + fill*float64(is.Most-is.Least); float64(n) < need-1e-6 || n > is.Most {
			return fmt.Sprintf("team %d has %d of %.1f to %d", t, n, need, is.Most)
		}
	}
	if bots == 0 {
		return ""
	}
	if c.Bots == nil || bots > c.Bots.Most || oldest.Waited(now) < c.Bots.After && !desperate(c, oldest, now) {
		return fmt.Sprintf("%d bots", bots)
	}
	return ""
}

func playersOf(team []*Entry) (n int) {
	for _, e := range team {
		n += len(e.Members)
	}
	return n
}

func wrongRatings(c *Config, p *Proposal, all []*Entry, now time.Time) string {
	rating := func(e *Entry) float64 {
		if c.Rating.Source == RatingNone {
			return 0
		}
		return e.Rating(c.Party)
	}
	spread := 0.0
	for _, a := range all {
		window := c.Widening.Rating.At(a.Waited(now), math.Inf(1))
		for _, b := range all {
			d := math.Abs(rating(a) - rating(b))
			spread = max(spread, d)
			if d > window && !desperate(c, a, now) {
				return fmt.Sprintf("%s and %s are %.1f apart, and the window is %.1f", a.ID, b.ID, d, window)
			}
		}
	}
	if p.Vacancy == nil && math.Abs(spread-p.Spread) > 1e-6 {
		return fmt.Sprintf("the spread is %f, not %f", spread, p.Spread)
	}
	return ""
}

func wrongRegion(c *Config, p *Proposal, all []*Entry, now time.Time) string {
	if len(c.Regions) == 0 {
		return ""
	}
	if !slices.Contains(c.Regions, p.Region) {
		return fmt.Sprintf("no region %q", p.Region)
	}
	for _, e := range all {
		if len(e.Latency) == 0 || len(c.Widening.Latency) == 0 || desperate(c, e, now) {
			continue
		}
		ms, known := e.Latency[p.Region]
		if most := c.Widening.Latency.At(e.Waited(now), 0); !known || float64(ms) > most {
			return fmt.Sprintf("%s is %d ms from %s, and accepts %.0f", e.ID, ms, p.Region, most)
		}
	}
	return ""
}

func wrongMeeting(c *Config, p *Proposal, now time.Time) string {
	insists := func(e *Entry) bool { return c.Avoid.Last > 0 && e.Waited(now) < c.Avoid.For }
	for t, team := range p.Teams {
		for _, a := range team {
			if p.Vacancy != nil && insists(a) {
				for _, m := range a.Members {
					if slices.ContainsFunc(m.Recent, func(n uint64) bool { return slices.Contains(p.Vacancy.Users, n) }) {
						return a.ID + " meets a user of the vacancy again"
					}
				}
			}
			for u, other := range p.Teams {
				if t == u && len(p.Teams) > 1 {
					continue
				}
				for _, b := range other {
					if a != b && (insists(a) && hasPlayed(a, b) || insists(b) && hasPlayed(b, a)) {
						return fmt.Sprintf("%s meets %s again", a.ID, b.ID)
					}
				}
			}
		}
	}
	return ""
}

func wrongRoles(c *Config, p *Proposal) string {
	if len(c.Roles) == 0 {
		return ""
	}
	for t, team := range p.Teams {
		places, free := c.Teams[t].Roles, c.Teams[t].Most
		if p.Vacancy != nil {
			places, free = p.Vacancy.Teams[t].Roles, p.Vacancy.Teams[t].Free
		}
		if len(places) == 0 {
			continue
		}
		has := map[string]int{}
		for _, e := range team {
			for _, m := range e.Members {
				role := p.Roles[m.User]
				has[role]++
				switch {
				case role == "" && len(m.Roles) > 0:
					return m.User + " has no role"
				case role != "" && len(m.Roles) > 0 && !slices.Contains(m.Roles, role):
					return m.User + " would not play " + role
				}
			}
		}
		for _, role := range c.Roles {
			free -= places[role.Name]
			if has[role.Name] > places[role.Name] {
				return fmt.Sprintf("team %d has %d who play %s, and room for %d", t, has[role.Name], role.Name, places[role.Name])
			}
		}
		if has[""] > free {
			return fmt.Sprintf("team %d has %d without a role", t, has[""])
		}
	}
	return ""
}

// possible looks at every match of some entries and returns one that is legal; nil:
// there is none.
func possible(c *Config, entries []*Entry, now time.Time) *Proposal {
	p := &Proposal{Teams: make([][]*Entry, len(c.Teams))}
	if try(c, p, entries, now) {
		return p
	}
	return nil
}

func try(c *Config, p *Proposal, left []*Entry, now time.Time) bool {
	if len(left) == 0 {
		return finish(c, p, now)
	}
	e := left[0]
	for t := range p.Teams {
		if playersOf(p.Teams[t])+len(e.Members) > c.Teams[t].Most {
			continue
		}
		p.Teams[t] = append(p.Teams[t], e)
		if try(c, p, left[1:], now) {
			return true
		}
		p.Teams[t] = p.Teams[t][:len(p.Teams[t])-1]
	}
	return try(c, p, left[1:], now)
}

// finish gives a match bots, a region and roles in every way until it is legal.
func finish(c *Config, p *Proposal, now time.Time) bool {
	p.Bots = nil
	if c.Bots != nil {
		// As many as each team can have, as far as a full match may.
		for most := range c.Bots.Most + 1 {
			p.Bots = make([]int, len(p.Teams))
			left := most
			for t, team := range p.Teams {
				p.Bots[t] = min(left, max(0, c.Teams[t].Least-playersOf(team)))
				left -= p.Bots[t]
			}
			for t, team := range p.Teams {
				n := min(left, c.Teams[t].Most-playersOf(team)-p.Bots[t])
				p.Bots[t] += n
				left -= n
			}
			if finishRoles(c, p, now) {
				return true
			}
		}
		return false
	}
	return finishRoles(c, p, now)
}

func finishRoles(c *Config, p *Proposal, now time.Time) bool {
	var all []*Entry
	for _, team := range p.Teams {
		all = append(all, team...)
	}
	if len(all) == 0 {
		return false
	}
	p.Spread = 0
	if c.Rating.Source != RatingNone {
		for _, a := range all {
			for _, b := range all {
				p.Spread = max(p.Spread, math.Abs(a.Rating(c.Party)-b.Rating(c.Party)))
			}
		}
	}
	var players []Member
	for _, e := range all {
		players = append(players, e.Members...)
	}
	for _, region := range append(slices.Clone(c.Regions), "") {
		p.Region = region
		p.Roles = map[string]string{}
		if wrongRegion(c, p, all, now) == "" && everyRole(c, p, players, now) {
			return true
		}
	}
	return false
}

func everyRole(c *Config, p *Proposal, players []Member, now time.Time) bool {
	if len(c.Roles) == 0 || len(players) == 0 {
		return illegal(c, p, now) == ""
	}
	m := players[0]
	for _, role := range append(slices.Clone(c.Roles), Role{}) {
		p.Roles[m.User] = role.Name
		if (len(m.Roles) == 0 || slices.Contains(m.Roles, role.Name)) && everyRole(c, p, players[1:], now) {
			return true
		}
	}
	return false
}
