// Command rate measures how many entries a second go through queues, from Enqueue to
// their watchers' answer, and what binds. It starts a redis-server and nodes that share
// it, with rooms that open at once and players who all come, and prints beside each
// figure how fast the same Redis does the same commands when nobody waits for them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"time"
)

type options struct {
	nodes    int
	apart    bool
	players  int
	rate     float64
	warm     time.Duration
	window   time.Duration
	shapes   string
	others   string
	burst    int
	profile  string
	recorded int
	// Of a node that is a process of its own.
	node, redis string
	first       int
}

func main() {
	var o options
	flag.IntVar(&o.nodes, "nodes", 1, "nodes that share the store")
	flag.BoolVar(&o.apart, "apart", false, "each node is a process of its own")
	flag.IntVar(&o.players, "players", 10_000, "players who queue, and queue again when they have played")
	flag.Float64Var(&o.rate, "rate", 0, "entries that come in a second, however many wait; 0: as fast as the players go")
	flag.DurationVar(&o.warm, "warm", 2*time.Second, "how long it goes on before it is measured")
	flag.DurationVar(&o.window, "window", 5*time.Second, "how long it is measured")
	flag.StringVar(&o.shapes, "shapes", "1v1,5v5,100", "which matches: TEAMv..., or how many play on their own")
	flag.StringVar(&o.others, "waiting", "0,1000,10000,100000", "how many others wait whom nobody can play")
	flag.IntVar(&o.burst, "burst", 0, "measure instead so many entries that come at once")
	flag.IntVar(&o.recorded, "recorded", 5000, "of how many entries the commands are given to Redis again; 0: none")
	flag.StringVar(&o.profile, "profile", "", "a file for a CPU profile of the nodes, of all windows")
	flag.StringVar(&o.node, "node", "", "")
	flag.StringVar(&o.redis, "redis", "", "")
	flag.IntVar(&o.first, "first", 0, "")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := error(nil)
	if o.node != "" {
		err = runNode(ctx, &o)
	} else {
		err = run(ctx, &o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "rate:", err)
		os.Exit(1)
	}
}

// scene is one line of the table.
type scene struct {
	shape  string
	others int
}

func run(ctx context.Context, o *options) error {
	if o.nodes < 1 || o.players < 1 || o.window <= 0 {
		return errors.New("--nodes, --players and --window are at least 1")
	}
	var others []int
	for text := range strings.SplitSeq(o.others, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > 100_000 {
			return fmt.Errorf("--waiting %q: each is 0 to 100000", o.others)
		}
		others = append(others, n)
	}
	shapes := strings.Split(o.shapes, ",")
	for _, s := range shapes {
		if _, err := configOf(s); err != nil {
			return err
		}
	}
	endProfile, err := startProfile(o.profile)
	if err != nil {
		return err
	}
	defer endProfile()
	printHead(o)
	for _, shape := range shapes {
		for _, n := range others {
			if err := measure(ctx, o, scene{shape, n}); err != nil {
				return fmt.Errorf("%s with %d others: %w", shape, n, err)
			}
		}
	}
	return nil
}

// measured is what came of a window.
type measured struct {
	Entries int
	Took    time.Duration // from Enqueue to the answer, each: see Times
	CPU     time.Duration // of the nodes
	Times   []time.Duration
	Failed  map[string]int
}

// add adds what came of another node's.
func (m *measured) add(of measured) {
	m.Entries += of.Entries
	m.Took = max(m.Took, of.Took)
	m.CPU += of.CPU
	m.Times = append(m.Times, of.Times...)
	if m.Failed == nil {
		m.Failed = map[string]int{}
	}
	for why, n := range of.Failed {
		m.Failed[why] += n
	}
}

func printHead(o *options) {
	how := fmt.Sprintf("%d players who queue again and again", o.players)
	switch {
	case o.burst > 0:
		how = fmt.Sprintf("%d entries at once", o.burst)
	case o.rate > 0:
		how = fmt.Sprintf("%.0f entries a second", o.rate)
	}
	kind := "in one process"
	if o.apart {
		kind = "as processes"
	}
	fmt.Printf("%s, %d nodes %s; CPU is ms per 1,000 entries, and cores of this machine's\n\n", how, o.nodes, kind)
	fmt.Printf("%-5s %7s | %9s %8s %8s | %5s %5s | %5s %5s %6s | %11s %6s\n",
		"match", "waiting", "entries/s", "p50 ms", "p99 ms", "Redis", "nodes", "Redis", "nodes", "others", "Redis alone", "ratio")
}

// printLine prints what came of a scene. busy are the cores that all programs had.
func printLine(s scene, m measured, redis time.Duration, busy, alone float64) {
	slices.Sort(m.Times)
	at := func(q float64) float64 {
		if len(m.Times) == 0 {
			return 0
		}
		return m.Times[int(q*float64(len(m.Times)-1))].Seconds() * 1000
	}
	rate := float64(m.Entries) / m.Took.Seconds()
	each := func(cpu time.Duration) float64 { return cpu.Seconds() * 1000 / float64(max(m.Entries, 1)) * 1000 }
	cores := func(cpu time.Duration) float64 { return cpu.Seconds() / m.Took.Seconds() }
	rest := max(0, busy-cores(redis)-cores(m.CPU))
	fmt.Printf("%-5s %7d | %9.0f %8.0f %8.0f | %5.1f %5.1f | %5.2f %5.2f %6.2f |",
		s.shape, s.others, rate, at(0.5), at(0.99), each(redis), each(m.CPU), cores(redis), cores(m.CPU), rest)
	if alone > 0 {
		fmt.Printf(" %11.0f %6.2f", alone, rate/alone)
	}
	fmt.Println()
	for why, n := range m.Failed {
		fmt.Printf("  %d entries: %s\n", n, why)
	}
}
