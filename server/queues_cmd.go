package server

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/metronome-server/metronome/lobby/queue"
	"github.com/metronome-server/metronome/lobby/queue/queuefile"
	"github.com/metronome-server/metronome/sim"
)

// checkQueues reads a file of queues as serve would, and prints what it says.
func (p *program) checkQueues(args []string) error {
	f := pflag.NewFlagSet("queues check", pflag.ContinueOnError)
	if err := p.parse(f, args, true); err != nil {
		return err
	}
	if f.NArg() != 1 {
		_, _ = fmt.Fprintln(p.stderr, "metronome queues check: name one file, the one that serve is to have as --queues")
		return errUsage
	}
	queues, err := p.readQueues(f.Arg(0))
	if err != nil {
		return err
	}
	return printQueues(p.stdout, queues)
}

// readQueues reads a file of queues for the games of this program. Errors: each
// fault on a line that begins with the file's name.
func (p *program) readQueues(path string) ([]*queue.Config, error) {
	modes, err := queueModes(sim.ModesOf(p.games))
	if err != nil {
		return nil, err
	}
	queues, err := queuefile.Read(path, modes)
	if faults, ok := errors.AsType[queuefile.Faults](err); ok {
		lines := make([]error, len(faults))
		for i, fault := range faults {
			lines[i] = fmt.Errorf("%s: %w", path, fault)
		}
		return nil, errors.Join(lines...)
	}
	return queues, err
}

// queueModes is what a file of queues is checked against. Errors: of modes that
// cannot be started.
func queueModes(modes []sim.Mode) (queuefile.Modes, error) {
	known := queuefile.Modes{}
	for _, m := range modes {
		world, err := sim.Start(m, 0)
		if err != nil {
			return nil, err
		}
		known[m.Name] = queuefile.Mode{Seats: m.Seats, Params: world.ParamFields()}
	}
	return known, nil
}

// printQueues says what each queue does, in words and figures that a person compares
// with what was meant.
func printQueues(w io.Writer, queues []*queue.Config) error {
	var table strings.Builder
	for i, c := range queues {
		if i > 0 {
			table.WriteByte('\n')
		}
		_, _ = fmt.Fprintf(&table, "%-20s %s\n", c.Name, c.Title)
		for _, row := range queueRows(c) {
			_, _ = fmt.Fprintf(&table, "  %-18s %s\n", row[0], row[1])
		}
	}
	_, err := io.WriteString(w, table.String())
	return err
}

func queueRows(c *queue.Config) (rows [][2]string) {
	row := func(about, format string, args ...any) {
		rows = append(rows, [2]string{about, fmt.Sprintf(format, args...)})
	}
	mode := c.Mode
	for _, param := range c.Params {
		mode += fmt.Sprintf(", %s=%s", param.Name, param.Value)
	}
	row("mode", "%s", mode)
	for _, t := range c.Teams {
		row("team", "%s: %s%s", t.Name, span(t.Least, t.Most), rolesOf(c, t))
	}
	switch c.Rating.Source {
	case queue.RatingNone:
		row("rating", "none: everybody is alike")
	case queue.RatingToken:
		row("rating", "from the user's token, %v for who has none", c.Rating.Start)
	case queue.RatingStore:
		row("rating", "from results of this queue, %v to begin with", c.Rating.Start)
	}
	if c.Rating.Source != queue.RatingNone {
		row("widening: rating", "%s", curveText(c.Widening.Rating, "any distance", "±%v"))
	}
	if len(c.Regions) > 0 {
		row("regions", "%s", strings.Join(c.Regions, ", "))
		row("widening: latency", "%s", curveText(c.Widening.Latency, "any", "%v ms"))
	}
	row("widening: fill", "%s", curveText(percent(c.Widening.Fill), "the least players are enough", "%v %%"))
	if c.Party.Most == 0 {
		row("parties", "not taken")
	} else {
		row("parties", "of up to %d, rated %s", c.Party.Most, partyRating(c.Party.Weight))
	}
	if c.Avoid.Last > 0 {
		row("avoid", "opponents of the last %d matches, for %s", c.Avoid.Last, shortDuration(c.Avoid.For))
	}
	if c.Backfill {
		row("backfill", "matches that go on are filled first")
	}
	if c.Accept != nil {
		row("accept", "within %s; who does not answer %s", shortDuration(c.Accept.Within), pick(c.Accept.Requeue, "waits on", "is out"))
	}
	if c.Bots != nil {
		row("bots", "up to %d of a match, after %s", c.Bots.Most, shortDuration(c.Bots.After))
	}
	row("limit", "%s, then %s", shortDuration(c.Limit.After), pick(c.Limit.Then == queue.LimitPlay, "they play what can be had", "they are told"))
	row("come", "players take their seats within %s", shortDuration(c.Come))
	row("round", "every %s", shortDuration(c.Every))
	return rows
}

func pick(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

func span(least, most int) string {
	switch {
	case most == 1:
		return "1 player"
	case least == most:
		return fmt.Sprintf("%d players", most)
	}
	return fmt.Sprintf("%d to %d players", least, most)
}

func rolesOf(c *queue.Config, t queue.Team) string {
	var roles []string
	for _, r := range c.Roles {
		if n := t.Roles[r.Name]; n > 0 {
			roles = append(roles, fmt.Sprintf("%d %s", n, r.Title))
		}
	}
	if len(roles) == 0 {
		return ""
	}
	return ", " + strings.Join(roles, ", ")
}

func partyRating(weight float64) string {
	switch weight {
	case 0:
		return "as the mean of its members"
	case 1:
		return "as its best member"
	}
	return fmt.Sprintf("%v of the best member's and the rest of the mean", weight)
}

func percent(c queue.Curve) queue.Curve {
	scaled := make(queue.Curve, len(c))
	for i, point := range c {
		scaled[i] = queue.Point{Waited: point.Waited, Value: 100 * point.Value}
	}
	return scaled
}

// curveText is a curve as one reads it: its value at each of its points.
func curveText(c queue.Curve, none, value string) string {
	if len(c) == 0 {
		return none
	}
	points := make([]string, len(c))
	for i, point := range c {
		points[i] = fmt.Sprintf(value, point.Value)
		if i > 0 {
			points[i] += " after " + shortDuration(point.Waited)
		}
	}
	return strings.Join(points, ", ")
}

// shortDuration is a duration without units of nothing: 1m instead of 1m0s.
func shortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
