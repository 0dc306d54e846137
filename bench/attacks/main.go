//go:build linux

// Command attacks measures what honest players feel while somebody attacks the
// server or while something beside it breaks. For each attack it starts a server
// of its own with one room of bots, runs the attack through the measured time,
// and prints a row: what the bots saw, what the server lost and kept, and what
// the attacker got. The undisturbed rows, first and last, are the noise.
//
// Everything happens on loopback, paced and bounded, and ends by itself.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

type options struct {
	binary, baseline string
	hang, wasHang    string // binaries with the mode of ./hang
	only             string
	seconds          time.Duration
	scale            float64
	addresses        int
	quickplay        bool
	list             bool
	server, load     string // cores
}

func main() {
	var o options
	seconds := 0
	flag.StringVar(&o.binary, "binary", "bin/metronome", "the server under attack, which is also the load")
	flag.StringVar(&o.baseline, "baseline", "", "another build of the server, to attack in turn with it")
	flag.StringVar(&o.hang, "hang", "", "a build of bench/attacks/hang (default: built from this tree when needed)")
	flag.StringVar(&o.wasHang, "baseline-hang", "", "the same of the baseline's tree (default: the baseline has no such row)")
	flag.StringVar(&o.only, "only", "", "names of rows, separated by commas (default: all)")
	flag.IntVar(&seconds, "seconds", 10, "measured time of a row")
	flag.Float64Var(&o.scale, "scale", 1, "factor on the rates of all attacks")
	flag.IntVar(&o.addresses, "addresses", 1, "loopback addresses that an attacker has, 1 to 250; the bots have another")
	flag.BoolVar(&o.quickplay, "quickplay", false, "instead: 500 players press Play at once, per mode, over two nodes and a Redis")
	flag.BoolVar(&o.list, "list", false, "instead: print the names of the rows")
	flag.StringVar(&o.server, "server-core", "0", "core of the server")
	flag.StringVar(&o.load, "load-core", "1", "core of bots, attackers and Redis")
	flag.Parse()
	o.seconds = time.Duration(min(max(seconds, 1), 600)) * time.Second
	o.addresses = min(max(o.addresses, 1), 250)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "attacks:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if o.list {
		for _, a := range attacks {
			fmt.Printf("%-16s %s\n", a.name, a.about)
		}
		return nil
	}
	o.pin()
	if o.quickplay {
		return quickPlays(ctx, o)
	}
	chosen, err := choose(o.only)
	if err != nil {
		return err
	}
	built, err := o.buildHang(ctx, chosen)
	if err != nil {
		return err
	}
	defer built()
	return measureAll(ctx, o, chosen)
}

// pin moves this process to the load's core, and forgets the cores where there
// are none to choose from.
func (o *options) pin() {
	taskset, err := exec.LookPath("taskset")
	if err != nil || runtime.NumCPU() < 2 {
		o.server, o.load = "", ""
		return
	}
	// All threads, and with them all to come. Without it the table only has more
	// noise.
	if err = exec.Command(taskset, "-a", "-c", "-p", o.load, strconv.Itoa(os.Getpid())).Run(); err != nil {
		fmt.Fprintln(os.Stderr, "attacks: not pinned:", err)
	}
	runtime.GOMAXPROCS(1)
}

// buildHang builds ./hang when a chosen row needs it. built removes it again.
func (o *options) buildHang(ctx context.Context, chosen []*attack) (built func(), err error) {
	needed := false
	for _, a := range chosen {
		needed = needed || a.hang
	}
	if !needed || o.hang != "" {
		return func() {}, nil
	}
	dir, err := os.MkdirTemp("", "attacks")
	if err != nil {
		return nil, err
	}
	built = func() { _ = os.RemoveAll(dir) }
	o.hang = dir + "/hang"
	if out, failed := exec.CommandContext(ctx, "go", "build", "-o", o.hang, "./bench/attacks/hang").CombinedOutput(); failed != nil {
		built()
		return nil, fmt.Errorf("building bench/attacks/hang (give one with --hang): %w\n%s", failed, out)
	}
	return built, nil
}

// choose returns the rows named, in their own order; all for an empty list.
func choose(names string) ([]*attack, error) {
	wanted := strings.FieldsFunc(names, func(r rune) bool { return r == ',' || r == ' ' })
	for _, name := range wanted {
		if !slices.ContainsFunc(attacks, func(a attack) bool { return a.name == name }) {
			return nil, fmt.Errorf("there is no row %q; --list names them", name)
		}
	}
	var chosen []*attack
	for i := range attacks {
		if a := &attacks[i]; len(wanted) == 0 || slices.Contains(wanted, a.name) {
			chosen = append(chosen, a)
		}
	}
	return chosen, nil
}
