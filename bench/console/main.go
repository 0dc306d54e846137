// Command console measures what the console costs servers. It starts nodes on one
// core, which share a Redis on another, with rooms of bots driven from there, then
// takes turns: nobody looks, one page of the first node looks at a room and a seat,
// and a page of it looks at each room, without and with a seat. It prints the CPU of
// all nodes in each, side by side, with the ratio. It needs redis-server and taskset.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"sync"
	"time"

	"github.com/metronome-server/metronome/bench/local"
)

type options struct {
	binary       string
	nodes        int
	rooms, size  int
	rounds       int
	window       time.Duration
	server, load string // cores
}

func main() {
	var o options
	flag.StringVar(&o.binary, "binary", "bin/metronome", "the server, which is also the load")
	flag.IntVar(&o.nodes, "nodes", 3, "nodes that share a store")
	flag.IntVar(&o.rooms, "rooms", 60, "rooms of all nodes")
	flag.IntVar(&o.size, "size", 8, "bots in each")
	flag.IntVar(&o.rounds, "rounds", 3, "turns of each")
	flag.DurationVar(&o.window, "window", 3*time.Second, "how long a turn is measured")
	flag.StringVar(&o.server, "server-core", "0", "core of the nodes")
	flag.StringVar(&o.load, "load-core", "1", "core of bots and watchers")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "console:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	ctx, cancel := context.WithCancel(ctx)
	var wait sync.WaitGroup
	defer wait.Wait()
	defer cancel() // ends the server and the bots
	start := func(core string, command ...string) error {
		c := exec.CommandContext(ctx, "taskset", append([]string{"-c", core}, command...)...)
		c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
		if failed := c.Start(); failed != nil {
			return failed
		}
		wait.Go(func() { _ = c.Wait() })
		return nil
	}
	store, err := local.FreeAddress(ctx)
	if err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(store)
	if err != nil {
		return err
	}
	if err = start(o.load, "redis-server", "--bind", host, "--port", port, "--save", "", "--loglevel", "warning"); err != nil {
		return err
	}
	var nodes []string
	for range o.nodes {
		address, failed := local.FreeAddress(ctx)
		if failed != nil {
			return failed
		}
		if err = until(ctx, nil, func(stats) bool { return local.Answers(ctx, store) }); err != nil {
			return fmt.Errorf("waiting for redis-server: %w", err)
		}
		if err = start(o.server, o.binary, "serve", "--listen", address, "--redis", "redis://"+store, "--bots", "0", "--handshakes-per-second", "0"); err != nil {
			return err
		}
		nodes = append(nodes, address)
		if err = until(ctx, nodes, func(stats) bool { return true }); err != nil {
			return err
		}
	}
	if err = start(o.load, o.binary, "bots", "--server", "http://"+nodes[0], "--players", fmt.Sprint(o.rooms*o.size), "--room-size", fmt.Sprint(o.size), "--duration", "1h", "--json"); err != nil {
		return err
	}
	if err = until(ctx, nodes, func(s stats) bool { return s.Seats == o.rooms*o.size }); err != nil {
		return fmt.Errorf("waiting for the bots: %w", err)
	}
	return compare(ctx, o, nodes)
}

// stats is what is read of GET /stats.
type stats struct {
	CPU   float64 `json:"cpu_seconds"`
	Lost  uint64  `json:"ticks_lost"`
	Seats int     `json:"seats"`
}

// ask sums up what nodes say.
func ask(ctx context.Context, nodes []string) (all stats, err error) {
	for _, n := range nodes {
		s, err := askNode(ctx, n)
		if err != nil {
			return all, err
		}
		all.CPU += s.CPU
		all.Lost += s.Lost
		all.Seats += s.Seats
	}
	return all, nil
}

func askNode(ctx context.Context, address string) (s stats, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/stats", nil)
	if err != nil {
		return s, err
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return s, err
	}
	defer func() { _ = answer.Body.Close() }()
	return s, json.NewDecoder(answer.Body).Decode(&s)
}

// until asks ten times a second until the nodes are as wanted.
func until(ctx context.Context, nodes []string, wanted func(stats) bool) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		if s, err := ask(ctx, nodes); err == nil && wanted(s) {
			return nil
		}
		if local.Pause(ctx, 100*time.Millisecond) != nil {
			return errors.New("the nodes are not as they should be after a minute")
		}
	}
}

// settle is how long a turn goes on before it is measured: a page's first
// message has five minutes of history, once.
const settle = 1500 * time.Millisecond

// compare measures the turns, in another order each round, and prints them.
func compare(ctx context.Context, o options, nodes []string) error {
	turns := []struct {
		name  string
		pages int
		seat  uint32
		cpu   []float64
	}{
		{name: "nobody looks"},
		{name: "1 page, on a room and a seat", pages: 1, seat: 1},
		{name: fmt.Sprintf("%d pages, one on each room", o.rooms), pages: o.rooms},
		{name: fmt.Sprintf("%d pages, one on each room and a seat", o.rooms), pages: o.rooms, seat: 1},
	}
	lost := uint64(0)
	for round := range o.rounds {
		for i := range turns {
			t := &turns[(round+i)%len(turns)]
			w, err := watch(ctx, "http://"+nodes[0], t.pages, t.seat)
			if err != nil {
				return err
			}
			cpu, gone, err := measure(ctx, o, nodes)
			if ended := w.close(); err == nil {
				err = ended
			}
			if err != nil {
				return err
			}
			t.cpu = append(t.cpu, cpu)
			lost += gone
		}
	}
	fmt.Printf("%d nodes on one core, %d rooms of %d bots, %d turns of %v each; ticks lost: %d\n\n", o.nodes, o.rooms, o.size, o.rounds, o.window, lost)
	fmt.Println("| | CPU of all nodes, % of a core (median) | least and most | against nobody |")
	fmt.Println("|---|---:|---:|---:|")
	nobody := median(turns[0].cpu)
	for _, t := range turns {
		fmt.Printf("| %s | %.2f | %.2f to %.2f | %.3f |\n", t.name, median(t.cpu), slices.Min(t.cpu), slices.Max(t.cpu), median(t.cpu)/nobody)
	}
	return nil
}

// measure returns the nodes' CPU over a window, in percent of a core.
func measure(ctx context.Context, o options, nodes []string) (cpu float64, lost uint64, err error) {
	if err = local.Pause(ctx, settle); err != nil {
		return 0, 0, err
	}
	from, err := ask(ctx, nodes)
	if err != nil {
		return 0, 0, err
	}
	began := time.Now()
	if err = local.Pause(ctx, o.window); err != nil {
		return 0, 0, err
	}
	to, err := ask(ctx, nodes)
	return 100 * (to.CPU - from.CPU) / time.Since(began).Seconds(), to.Lost - from.Lost, err
}

func median(all []float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}
