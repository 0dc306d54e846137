// Command deploy measures what players feel of rolling restarts to newer builds. It
// starts a Redis and some nodes, lets bots play on them, and then, one node after the
// other, stops it, which moves its rooms to the others, and starts the next build in its
// place; so for each build that it is given. It prints what the bots report, and fails
// when one has lost its seat or was refused. It needs redis-server.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/metronome-server/metronome/bench/local"
)

type options struct {
	builds   []string
	nodes    int
	players  int
	roomSize int
	window   time.Duration
	survive  string
	logs     string
}

func main() {
	var o options
	builds := flag.String("builds", "bin/metronome", "servers, with commas between: the first begins, each other is deployed, the first is also the load")
	flag.IntVar(&o.nodes, "nodes", 3, "nodes")
	flag.IntVar(&o.players, "players", 600, "bots")
	flag.IntVar(&o.roomSize, "room-size", 30, "bots in a room")
	flag.DurationVar(&o.window, "window", 10*time.Minute, "how long they play")
	flag.StringVar(&o.survive, "survive", "async", "how rooms outlive their process: off, async or strict")
	flag.StringVar(&o.logs, "logs", "", "directory for the logs of nodes and bots (default: removed)")
	flag.Parse()
	o.builds = strings.Split(*builds, ",")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "deploy:", err)
		os.Exit(1)
	}
}

// rig is what runs.
type rig struct {
	options
	store string // address of the Redis
	nodes []*node
	began time.Time
}

// node is one that can be started again at its address.
type node struct {
	name, address string
	process       *exec.Cmd
	ended         chan error
}

func run(ctx context.Context, o options) error {
	if o.logs == "" {
		dir, err := os.MkdirTemp("", "metronome-deploy-")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }()
		o.logs = dir
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r := &rig{options: o}
	defer func() {
		for _, n := range r.nodes {
			_ = n.process.Process.Kill() // it may have ended
		}
	}()
	if err := r.startAll(ctx); err != nil {
		return err
	}
	fmt.Printf("%d players in rooms of %d on %d nodes for %v, --survive %s, %d rolling restarts\n", o.players, o.roomSize, len(r.nodes), o.window, o.survive, len(o.builds)-1)
	bots, reported := r.startBots(ctx)
	if err := bots.Start(); err != nil {
		return err
	}
	if err := r.deployAll(ctx); err != nil {
		return err
	}
	_ = bots.Wait() // what it has against restarts stands in the report
	return judge(reported.String(), o.players)
}

// startAll starts the store and the nodes.
func (r *rig) startAll(ctx context.Context) (err error) {
	if r.store, err = local.FreeAddress(ctx); err != nil {
		return err
	}
	host, port, _ := net.SplitHostPort(r.store)
	store := exec.CommandContext(ctx, "redis-server", "--bind", host, "--port", port, "--save", "", "--loglevel", "warning")
	if err = store.Start(); err != nil {
		return err
	}
	if err = local.Until(ctx, 100*time.Millisecond, func() bool { return local.Answers(ctx, r.store) }); err != nil {
		return fmt.Errorf("redis-server: %w", err)
	}
	for i := range r.options.nodes {
		n := &node{name: fmt.Sprintf("n%d", i)}
		if n.address, err = local.FreeAddress(ctx); err != nil {
			return err
		}
		if err = r.start(ctx, n, r.builds[0]); err != nil {
			return err
		}
		r.nodes = append(r.nodes, n)
	}
	return nil
}

// start starts a node, and returns when it is ready.
func (r *rig) start(ctx context.Context, n *node, build string) error {
	log, err := os.OpenFile(filepath.Join(r.logs, n.name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // the process has its own
	n.process = exec.CommandContext(ctx, build, "serve", "--listen", n.address, "--redis", "redis://"+r.store, "--survive", r.survive,
		"--bots", "0", "--handshakes-per-second", "0", "--drain-timeout", "30s")
	n.process.Stdout, n.process.Stderr = log, log
	if err = n.process.Start(); err != nil {
		return err
	}
	n.ended = make(chan error, 1)
	process := n.process
	go func() { n.ended <- process.Wait() }()
	return local.Until(ctx, 50*time.Millisecond, func() bool { return local.Ready(ctx, "http://"+n.address) })
}

// startBots returns the load, which is not started yet, and where its report will be.
func (r *rig) startBots(ctx context.Context) (*exec.Cmd, *strings.Builder) {
	bots := exec.CommandContext(ctx, r.builds[0], "bots", "--server", "http://"+r.nodes[0].address, "--players", fmt.Sprint(r.players),
		"--room-size", fmt.Sprint(r.roomSize), "--mirrors", "60", "--duration", r.window.String(), "--warmup", "2s", "--max-restarts", "1000", "--json", "--quiet")
	var out strings.Builder
	bots.Stdout, bots.Stderr = &out, os.Stderr
	return bots, &out
}

// deployAll has every build but the first take the place of the one before, spread over
// the window.
func (r *rig) deployAll(ctx context.Context) error {
	r.began = time.Now()
	pause := r.window / time.Duration(len(r.builds))
	for _, build := range r.builds[1:] {
		if err := local.Pause(ctx, pause); err != nil {
			return err
		}
		for _, n := range r.nodes {
			if err := r.replace(ctx, n, build); err != nil {
				return err
			}
		}
	}
	return nil
}

// replace stops a node as a deploy does, and starts another build in its place.
func (r *rig) replace(ctx context.Context, n *node, build string) error {
	began := time.Now()
	if err := n.process.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case err := <-n.ended:
		if err != nil {
			return fmt.Errorf("%s did not end well: %w", n.name, err)
		}
	case <-ctx.Done():
		return ctx.Err()
	}
	stopped := time.Since(began)
	if err := r.start(ctx, n, build); err != nil {
		return fmt.Errorf("%s: %w", n.name, err)
	}
	fmt.Printf("%v: %s stopped in %v, ready as %s %v after that\n", time.Since(r.began).Round(time.Second), n.name, stopped.Round(time.Millisecond),
		filepath.Base(build), (time.Since(began) - stopped).Round(time.Millisecond))
	return local.Pause(ctx, 5*time.Second) // for as long as a rollout waits for a node that has just become ready
}

// report is what is read of what the bots print.
type report struct {
	Connected  int            `json:"connected"`
	Snapshots  uint64         `json:"snapshots"`
	Gap        spread         `json:"gap_ms"`
	Ack        spread         `json:"ack_ms"`
	Moves      *moves         `json:"moves"`
	Resyncs    uint64         `json:"resyncs"`
	Reconnects int            `json:"reconnects"`
	Closes     map[string]int `json:"closes"`
	Refusals   map[string]int `json:"refusals"`
}

type moves struct {
	Count uint64 `json:"count"`
	spread
}

type spread struct {
	Median float64 `json:"p50"`
	P99    float64 `json:"p99"`
	Worst  float64 `json:"max"`
}

// judge prints a report. Errors: what players have lost.
func judge(reported string, players int) error {
	var r report
	if err := json.Unmarshal([]byte(reported), &r); err != nil {
		return fmt.Errorf("the bots' report: %w: %.200s", err, reported)
	}
	fmt.Printf("\nsnapshots              %d\n", r.Snapshots)
	fmt.Printf("gap between two, ms    p50 %.1f, p99 %.1f, worst %.1f\n", r.Gap.Median, r.Gap.P99, r.Gap.Worst)
	fmt.Printf("input to ack, ms       p50 %.1f, p99 %.1f, worst %.1f\n", r.Ack.Median, r.Ack.P99, r.Ack.Worst)
	if m := r.Moves; m != nil {
		fmt.Printf("players moved          %d times; without a frame for, ms: p50 %.1f, p99 %.1f, worst %.1f\n", m.Count, m.Median, m.P99, m.Worst)
	}
	fmt.Printf("seats at the end       %d of %d\n", r.Connected, players)
	fmt.Printf("closes                 %v\nrefusals               %v\nresyncs, reconnects    %d, %d\n", r.Closes, r.Refusals, r.Resyncs, r.Reconnects)
	var faults []error
	if r.Connected != players {
		faults = append(faults, fmt.Errorf("%d seats are lost", players-r.Connected))
	}
	if len(r.Refusals) > 0 {
		faults = append(faults, errors.New("players were refused"))
	}
	return errors.Join(faults...)
}
