// Command console measures what the console costs a server. It starts a node
// on one core with rooms of bots driven from another, then takes turns: nobody
// looks, one page looks at a room and a seat, and a page looks at each room,
// without and with a seat. It prints the server's CPU of each, side by side, with the ratio.
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
)

type options struct {
	binary       string
	rooms, size  int
	rounds       int
	window       time.Duration
	server, load string // cores
}

func main() {
	var o options
	flag.StringVar(&o.binary, "binary", "bin/metronome", "the server, which is also the load")
	flag.IntVar(&o.rooms, "rooms", 20, "rooms")
	flag.IntVar(&o.size, "size", 25, "bots in each")
	flag.IntVar(&o.rounds, "rounds", 3, "turns of each")
	flag.DurationVar(&o.window, "window", 3*time.Second, "how long a turn is measured")
	flag.StringVar(&o.server, "server-core", "0", "core of the server")
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
	base, err := freeAddress(ctx)
	if err != nil {
		return err
	}
	start := func(core string, args ...string) error {
		c := exec.CommandContext(ctx, "taskset", append([]string{"-c", core, o.binary}, args...)...)
		c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
		if failed := c.Start(); failed != nil {
			return failed
		}
		wait.Go(func() { _ = c.Wait() })
		return nil
	}
	if err = start(o.server, "serve", "--listen", base, "--bots", "0", "--handshakes-per-second", "0"); err != nil {
		return err
	}
	if err = until(ctx, base, func(s stats) bool { return true }); err != nil {
		return err
	}
	if err = start(o.load, "bots", "--server", "http://"+base, "--players", fmt.Sprint(o.rooms*o.size), "--room-size", fmt.Sprint(o.size), "--duration", "1h", "--json"); err != nil {
		return err
	}
	if err = until(ctx, base, func(s stats) bool { return s.Seats == o.rooms*o.size }); err != nil {
		return fmt.Errorf("waiting for the bots: %w", err)
	}
	return compare(ctx, o, "http://"+base)
}

// freeAddress finds an address that nobody listens on.
func freeAddress(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// stats is what is read of GET /stats.
type stats struct {
	CPU   float64 `json:"cpu_seconds"`
	Lost  uint64  `json:"ticks_lost"`
	Seats int     `json:"seats"`
}

func ask(ctx context.Context, base string) (s stats, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/stats", nil)
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

// until asks ten times a second until the server is as wanted.
func until(ctx context.Context, address string, wanted func(stats) bool) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		if s, err := ask(ctx, "http://"+address); err == nil && wanted(s) {
			return nil
		}
		if pause(ctx, 100*time.Millisecond) != nil {
			return errors.New("the server is not as it should be after a minute")
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// settle is how long a turn goes on before it is measured: a page's first
// message has five minutes of history, once.
const settle = 1500 * time.Millisecond

// compare measures the turns, in another order each round, and prints them.
func compare(ctx context.Context, o options, base string) error {
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
			w, err := watch(ctx, base, t.pages, t.seat)
			if err != nil {
				return err
			}
			cpu, gone, err := measure(ctx, o, base)
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
	fmt.Printf("%d rooms of %d bots, server on one core, %d turns of %v each; ticks lost: %d\n\n", o.rooms, o.size, o.rounds, o.window, lost)
	fmt.Println("| | server CPU, % of a core (median) | least and most | against nobody |")
	fmt.Println("|---|---:|---:|---:|")
	nobody := median(turns[0].cpu)
	for _, t := range turns {
		fmt.Printf("| %s | %.2f | %.2f to %.2f | %.3f |\n", t.name, median(t.cpu), slices.Min(t.cpu), slices.Max(t.cpu), median(t.cpu)/nobody)
	}
	return nil
}

// measure returns the server's CPU over a window, in percent of a core.
func measure(ctx context.Context, o options, base string) (cpu float64, lost uint64, err error) {
	if err = pause(ctx, settle); err != nil {
		return 0, 0, err
	}
	from, err := ask(ctx, base)
	if err != nil {
		return 0, 0, err
	}
	began := time.Now()
	if err = pause(ctx, o.window); err != nil {
		return 0, 0, err
	}
	to, err := ask(ctx, base)
	return 100 * (to.CPU - from.CPU) / time.Since(began).Seconds(), to.Lost - from.Lost, err
}

func median(all []float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}
