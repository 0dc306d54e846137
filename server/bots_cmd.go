package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/metronome-server/metronome/bots"
)

// botsFlags puts a swarm on the command line.
func botsFlags(c *bots.Config) *pflag.FlagSet {
	f := pflag.NewFlagSet("bots", pflag.ContinueOnError)
	f.StringVar(&c.Server, "server", c.Server, "server to play on")
	f.IntVar(&c.Players, "players", c.Players, "how many players")
	f.IntVar(&c.RoomSize, "room-size", c.RoomSize, "players per room, in rooms made for them; 0 goes where quick play leads")
	f.StringVar(&c.Mode, "mode", c.Mode, "mode of these rooms (default: the server's first)")
	f.StringVar(&c.Room, "room", c.Room, "play in this room instead: its id or its URL")
	f.StringVar(&c.Behaviour, "behaviour", c.Behaviour, "what they do: "+strings.Join(slices.Sorted(maps.Keys(bots.Behaviours)), ", "))
	f.DurationVar(&c.Duration, "duration", c.Duration, "measured time")
	f.DurationVar(&c.Warmup, "warmup", c.Warmup, "time between the last join and the measurement")
	f.DurationVar(&c.JoinTimeout, "join-timeout", c.JoinTimeout, "how long joining may take")
	f.StringVar((*string)(&c.Arrivals), "arrivals", string(c.Arrivals), "inputs over a tick's time: even, aligned or dispersed (takes a core)")
	f.IntVar(&c.Mirrors, "mirrors", c.Mirrors, "how many players decode what they see, the others only count it: half the CPU (default: all)")
	f.Uint64Var(&c.Seed, "seed", c.Seed, "seed of what the players do")
	return f
}

// bots runs a load test and prints what came of it.
func (p *program) bots(args []string) error {
	c := bots.Default()
	f := botsFlags(&c)
	var t trust
	t.add(f)
	asJSON := f.Bool("json", false, "print one JSON object")
	quiet := f.Bool("quiet", false, "show no progress")
	if err := p.parse(f, args, false); err != nil {
		return err
	}
	var err error
	if c.TLS, err = t.config(); err != nil {
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
	case r.Failed > 0:
		return fmt.Errorf("%d of %d players could not join", r.Failed, r.Players)
	}
	return nil
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
	row("measured", "%.1f s, %s, %s arrivals", r.Seconds, r.Behaviour, r.Arrivals)
	row("snapshots", "%.2f Hz mean, %.2f Hz slowest, %.1f bytes each, %d resyncs", r.SnapshotHzMean, r.SnapshotHzMin, r.BytesPerSnap, r.Resyncs)
	row("visible", "%.1f entities, %.2f bits each", r.VisibleEntities, r.BitsPerEntity)
	row("traffic", "%.0f bytes/s to each player", r.BytesPerPlayerS)
	quantiles(row, "input to ack", r.Ack)
	quantiles(row, "snapshot gap", r.Gap)
	if s := r.Server; s != nil {
		row("server CPU", "%.3f ms per player and second", s.CPUPerPlayer)
		row("server memory", "%.1f KB per player", s.RSSPerPlayer)
		quantiles(row, "tick late", s.TickLate)
		quantiles(row, "tick took", s.Tick)
		row("ticks", "%d, %d lost", s.Ticks, s.TicksLost)
	}
	for code, n := range r.Closes {
		row("closed", "%d times: %s", n, code)
	}
	return w.Flush()
}

func quantiles(row func(string, string, ...any), name string, q *bots.Quantiles) {
	if q != nil {
		row(name, "%.2f ms median, %.2f ms p99, %.2f ms worst", q.P50, q.P99, q.Max)
	}
}

// tempi are the names of bots that keep a node's own room company.
var tempi = []string{
	"Grave", "Largo", "Lento", "Adagio", "Andante", "Moderato", "Allegretto", "Allegro", "Vivace", "Presto", "Prestissimo", "Rubato",
	"Legato", "Staccato", "Fermata", "Coda", "Segno", "Tutti", "Forte", "Dolce", "Brio", "Scherzo", "Rondo", "Fuga",
}

// botsConfig is the swarm that keeps the node's own room company: a match to
// fly into.
func (n *Node) botsConfig() bots.Config {
	c := bots.Default()
	c.Server, c.Room, c.Players, c.RoomSize, c.Behaviour = n.LocalURL(), n.home.ID(), n.config.Bots, 0, "fighter"
	c.Names = tempi
	c.TLS = n.trustSelf()
	return c
}
