package queuefile

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/metronome-server/metronome/internal/text"
	"github.com/metronome-server/metronome/lobby/queue"
)

// wantTeams says which forms there are.
const wantTeams = "teams and their players, as in '2 x 5' or '2 x 3-5', '1 x 2-16' for a free-for-all, or a list with a name and players for each"

// short is the short form: how many teams, the least and the most players.
var short = regexp.MustCompile(`^([0-9]{1,3}) ?[x×] ?([0-9]{1,3}(?:-[0-9]{1,3})?)$`)

// readTeams reads teams and roles.
func (s *section) readTeams(c *queue.Config) {
	each := s.readRoles(c)
	n := s.keys["teams"]
	if n == nil {
		s.fault("teams", "missing: want %s", wantTeams)
		return
	}
	switch form := target(n); form.Kind {
	case yaml.ScalarNode:
		c.Teams = s.shortTeams(form)
	case yaml.SequenceNode:
		c.Teams = s.listedTeams(form, c.Roles)
	default:
		s.fault("teams", "%s, want %s", shown(form), wantTeams)
	}
	if most := c.Most(); most > queue.MaxMatch {
		s.fault("teams", "%d players in all, want at most %d", most, queue.MaxMatch)
		c.Teams = nil
	}
	for i := range c.Teams {
		t := &c.Teams[i]
		if t.Roles == nil {
			t.Roles = each
		}
		if n := playersOf(t.Roles); n > t.Most {
			s.fault("teams", "%s has %d players and roles for %d: want a player for each role", t.Name, t.Most, n)
		}
	}
}

func playersOf(roles map[string]int) (n int) {
	for _, count := range roles {
		n += count
	}
	return n
}

func (s *section) shortTeams(n *yaml.Node) []queue.Team {
	found := short.FindStringSubmatch(n.Value)
	if found == nil {
		s.fault("teams", "%s, want %s", shown(n), wantTeams)
		return nil
	}
	count, _ := strconv.Atoi(found[1])
	least, most, ok := players(found[2])
	if count < 1 || count > queue.MaxTeams || !ok {
		s.fault("teams", "%s, want 1 to %d teams of 1 to %d players", shown(n), queue.MaxTeams, queue.MaxMatch)
		return nil
	}
	teams := make([]queue.Team, count)
	for i := range teams {
		teams[i] = queue.Team{Name: teamName(count, i), Least: least, Most: most}
	}
	return teams
}

// teamName is that of a team whose file names none.
func teamName(count, place int) string {
	if count == 1 {
		return "Players"
	}
	return fmt.Sprintf("Team %d", place+1)
}

// players reads "5" or "3-5".
func players(value string) (least, most int, ok bool) {
	from, to, ranged := strings.Cut(value, "-")
	if !ranged {
		to = from
	}
	least, err := strconv.Atoi(from)
	if err != nil {
		return 0, 0, false
	}
	most, err = strconv.Atoi(to)
	return least, most, err == nil && 1 <= least && least <= most && most <= queue.MaxMatch
}

func (s *section) listedTeams(list *yaml.Node, roles []queue.Role) []queue.Team {
	if n := len(list.Content); n < 1 || n > queue.MaxTeams {
		s.fault("teams", "%d of them, want 1 to %d", n, queue.MaxTeams)
		return nil
	}
	var teams []queue.Team
	names := map[string]bool{}
	for i, n := range list.Content {
		t, ok := s.p.section(fmt.Sprintf("%s[%d]", s.of("teams"), i+1), n, "name", "players", "roles")
		if !ok {
			continue
		}
		team := queue.Team{Name: t.title("name", teamName(len(list.Content), i), maxTitle)}
		if names[team.Name] {
			t.fault("name", "%q is the name of a team before it: want another", team.Name)
		}
		names[team.Name] = true
		const want = "how many, as in 5 or 3-5"
		if t.keys["players"] == nil {
			t.fault("players", "missing: want %s", want)
		}
		if value, given := t.scalar("players", want); given {
			if team.Least, team.Most, ok = players(value); !ok {
				t.fault("players", "%q, want %s, 1 to %d", text.Line(value), want, queue.MaxMatch)
			}
		}
		team.Roles = t.teamRoles(roles)
		teams = append(teams, team)
	}
	return teams
}

// teamRoles reads how many of each role a team has.
func (s *section) teamRoles(roles []queue.Role) map[string]int {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = r.Name
	}
	if s.keys["roles"] != nil && len(roles) == 0 {
		s.fault("roles", "the queue has none: name them below its own 'roles:'")
		return nil
	}
	below := s.section("roles", names...)
	if below == nil {
		return nil
	}
	counts := map[string]int{}
	for _, name := range names {
		if n := below.whole(name, 0, 0, queue.MaxMatch); n > 0 {
			counts[name] = n
		}
	}
	return counts
}

// readRoles reads the roles of a queue, and how many of each a team has that does not
// say itself.
func (s *section) readRoles(c *queue.Config) (each map[string]int) {
	n := s.keys["roles"]
	if n == nil {
		return nil
	}
	pairs, ok := s.p.pairs(s.of("roles"), n, "a name for each role, with what it is below")
	if !ok {
		return nil
	}
	if len(pairs) == 0 || len(pairs) > queue.MaxRoles {
		s.fault("roles", "%d of them, want 1 to %d", len(pairs), queue.MaxRoles)
		return nil
	}
	for _, pair := range pairs {
		if !isName(pair.name) {
			s.p.fault(pair.key, "%s: role %q, want a name of 1 to %d of a-z, 0-9 and '-'", s.of("roles"), text.Line(pair.name), queue.MaxName)
			continue
		}
		role, ok := s.p.section(s.of("roles")+"."+pair.name, pair.value, "title", "per-team")
		if !ok {
			continue
		}
		c.Roles = append(c.Roles, queue.Role{Name: pair.name, Title: role.title("title", pair.name, maxTitle)})
		if count := role.whole("per-team", 0, 0, queue.MaxMatch); count > 0 {
			if each == nil {
				each = map[string]int{}
			}
			each[pair.name] = count
		}
	}
	return each
}
