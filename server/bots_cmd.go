package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/metronome-server/metronome/bots"
)

// botsFlags puts a swarm on the command line.
func botsFlags(c *bots.Config, all map[string]bots.Maker, usual string) *pflag.FlagSet {
	f := pflag.NewFlagSet("bots", pflag.ContinueOnError)
	f.StringVar(&c.Server, "server", c.Server, "server to play on")
	f.IntVar(&c.Players, "players", c.Players, "how many players")
	f.IntVar(&c.RoomSize, "room-size", c.RoomSize, "players per room, in rooms made for them; 0 goes where quick play leads")
	f.IntVar(&c.Watchers, "watchers", c.Watchers, "how many spectators watch these rooms besides, each counted apart")
	f.StringVar(&c.Mode, "mode", c.Mode, "mode of these rooms (default: the server's first)")
	f.StringVar(&c.Room, "room", c.Room, "play in this room instead: its id or its URL")
	f.StringVar(&c.Queue, "queue", c.Queue, "wait in this queue for a match, play it, and again, until the time is over")
	f.StringVar(&c.Behaviour, "behaviour", c.Behaviour, "what they do: "+strings.Join(slices.Sorted(maps.Keys(all)), ", ")+"; "+bots.AnyGame+" and idle fit every game")
	f.Lookup("behaviour").DefValue = "that of the mode's name, or " + usual
	f.BoolVar(&c.People, "people", c.People, "have them count as people, whose matches a drained node waits for")
	f.StringVar(&c.Stats, "stats", c.Stats, "URL of the server's statistics (default: /stats of the server)")
	f.DurationVar(&c.Duration, "duration", c.Duration, "measured time")
	f.DurationVar(&c.Warmup, "warmup", c.Warmup, "time between the last join and the measurement")
	f.DurationVar(&c.JoinTimeout, "join-timeout", c.JoinTimeout, "how long joining may take")
	f.StringVar((*string)(&c.Arrivals), "arrivals", string(c.Arrivals), "inputs over a tick's time: even, aligned or dispersed (takes a core)")
	f.IntVar(&c.Mirrors, "mirrors", c.Mirrors, "how many players decode what they see, the others only count it: half the CPU (default: all)")
	f.Uint64Var(&c.Seed, "seed", c.Seed, "seed of what the players do")
	return f
}

// limitFlags are what a load test must keep to succeed.
type limitFlags struct {
	connected string
	limits    bots.Limits
}

func (l *limitFlags) add(f *pflag.FlagSet) {
	f.StringVar(&l.connected, "min-connected", "100%", "fail when fewer players are connected at the end: how many, or how many percent")
	f.DurationVar(&l.limits.MaxP99, "max-p99", 0, "fail when input to ack takes longer for one in a hundred; 0 is no limit")
	f.IntVar(&l.limits.MaxRestarts, "max-restarts", 0, "fail when the server is restarted more often")
}

// of returns the limits for so many players.
func (l *limitFlags) of(players int) (bots.Limits, error) {
	var faults []error
	share, percent := strings.CutSuffix(l.connected, "%")
	n, err := strconv.ParseFloat(share, 64)
	least := n
	if percent {
		least = math.Ceil(n * float64(players) / 100)
	}
	if err != nil || !(least >= 0 && least <= float64(players)) || least != math.Trunc(least) {
		faults = append(faults, fmt.Errorf("--min-connected %q: want 0 to %d players, or 0%% to 100%%", l.connected, players))
	}
	if l.limits.MaxP99 < 0 {
		faults = append(faults, fmt.Errorf("--max-p99 %v: want 0 or more", l.limits.MaxP99))
	}
	if l.limits.MaxRestarts < 0 {
		faults = append(faults, fmt.Errorf("--max-restarts %d: want 0 or more", l.limits.MaxRestarts))
	}
	l.limits.MinConnected = int(least)
	return l.limits, errors.Join(faults...)
}

// bots runs a load test and prints what came of it.
func (p *program) bots(args []string) error {
	c := bots.Default()
	var usual string
	c.Behaviours, usual = behaviours(p.own.makers, bots.AnyGame)
	f := botsFlags(&c, c.Behaviours, usual)
	var t trust
	t.add(f)
	var l limitFlags
	l.add(f)
	var m minting
	m.add(f)
	asJSON := f.Bool("json", false, "print one JSON object")
	quiet := f.Bool("quiet", false, "show no progress")
	if err := p.parse(f, args, false); err != nil {
		return err
	}
	if !f.Changed("behaviour") {
		c.Behaviour, c.Otherwise = usual, bots.AnyGame
		if c.Behaviours[c.Mode] != nil {
			c.Behaviour = c.Mode
		}
	}
	if c.Queue != "" { // they go where it leads, and are between matches now and then
		if !f.Changed("room-size") {
			c.RoomSize = 0
		}
		if !f.Changed("min-connected") {
			l.connected = "0"
		}
	}
	limits, err := l.of(c.Players)
	if err = errors.Join(c.Validate(), err); err != nil {
		return err
	}
	if c.TLS, err = t.config(); err != nil {
		return err
	}
	if c.Token, err = m.botTokens(!c.People); err != nil {
		return err
	}
	var printed error
	// Printed before the players leave, so that who watches the server's CPU
	// can tell the measured time from the end.
	c.Measured = func(r *bots.Report) {
		if *asJSON {
			printed = json.NewEncoder(p.stdout).Encode(r)
		} else {
			printed = printReport(p.stdout, r)
		}
	}
	r, err := bots.Run(p.ctx, c, p.progress(*quiet))
	switch {
	case errors.Is(err, context.Canceled):
		return errors.New("interrupted before the measured time was over")
	case err != nil:
		return err
	case printed != nil:
		return printed
	}
	return r.Check(limits)
}

// progress is where live progress goes: a terminal on standard error, or nowhere.
func (p *program) progress(quiet bool) io.Writer {
	if file, ok := p.stderr.(*os.File); ok && !quiet && term.IsTerminal(int(file.Fd())) {
		return p.stderr
	}
	return nil
}

// printReport prints a report for people.
func printReport(out io.Writer, r *bots.Report) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	row := func(name, format string, args ...any) {
		_, _ = fmt.Fprintf(w, "%s\t%s\n", name, fmt.Sprintf(format, args...))
	}
	row("players", "%d connected, %d failed, %d reconnects", r.Connected, r.Failed, r.Reconnects)
	counted(row, "refused", r.Refusals)
	measured := "measured"
	if r.Interrupted {
		measured = "interrupted after"
	}
	row(measured, "%.1f s, %s, %s arrivals", r.Seconds, r.Behaviour, r.Arrivals)
	row("snapshots", "%.2f Hz mean, %.2f Hz slowest, %.1f bytes each, %d resyncs", r.SnapshotHzMean, r.SnapshotHzMin, r.BytesPerSnap, r.Resyncs)
	row("visible", "%.1f entities, %.2f bits each", r.VisibleEntities, r.BitsPerEntity)
	row("traffic", "%.0f bytes/s to each player", r.BytesPerPlayerS)
	if r.Commands > 0 {
		row("commands", "%d, %.1f a second", r.Commands, float64(r.Commands)/r.Seconds)
	}
	quantiles(row, "input to ack", r.Ack)
	quantiles(row, "snapshot gap", r.Gap)
	if m := r.Moves; m != nil {
		row("moves", "%d, longest %.0f ms", m.Count, m.Max)
	}
	if q := r.Queue; q != nil {
		row("queue "+q.Queue, "%d entries, %d seats given, %d of them anew since a match came to nothing", q.Entries, q.Seats, q.Again)
		row("entries", "%d played, %d playing at the end, %d waiting then", q.Played, q.Playing, q.Waiting)
		counted(row, "entries ended", q.Why)
		quantiles(row, "waited", q.Wait)
	}
	if w := r.Watchers; w != nil {
		row("watchers", "%d connected, %d failed, %.2f Hz mean, %.1f bytes each", w.Connected, w.Failed, w.SnapshotHzMean, w.BytesPerSnap)
		quantiles(row, "watchers' gap", w.Gap)
		counted(row, "watchers refused", w.Refusals)
		counted(row, "watchers closed", w.Closes)
	}
	if s := r.Server; s != nil {
		row("server CPU", "%.3f ms per player and second", s.CPUPerPlayer)
		if s.RSSPerPlayer != nil {
			row("server memory", "%.1f KB per player", *s.RSSPerPlayer)
		}
		quantiles(row, "tick late", s.TickLate)
		quantiles(row, "tick took", s.Tick)
		row("ticks", "%d, %d lost", s.Ticks, s.TicksLost)
		if s.Restarts > 0 {
			row("server", "restarted %s", bots.Times(s.Restarts))
		}
		if s.Gone {
			row("server", "does not answer any more")
		}
	}
	counted(row, "closed", r.Closes)
	return w.Flush()
}

// counted prints how often what happened, most frequent first.
func counted(row func(string, string, ...any), name string, counts map[string]int) {
	byCount := func(a, b string) int { return cmp.Or(counts[b]-counts[a], strings.Compare(a, b)) }
	for _, what := range slices.SortedFunc(maps.Keys(counts), byCount) {
		row(name, "%s: %s", bots.Times(counts[what]), what)
	}
}

func quantiles(row func(string, string, ...any), name string, q *bots.Quantiles) {
	if q != nil {
		row(name, "%.2f ms median, %.2f ms p99, %.2f ms worst", q.P50, q.P99, q.Max)
	}
}
