// Command survival does to nodes what happens to nodes, again and again, under players
// who keep count, and reports whether anything was lost: kills, stops, partitions from
// the store, deaths of the store, moves. It needs redis-server.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"connectrpc.com/connect"
	"github.com/redis/go-redis/v9"

	"github.com/metronome-server/metronome/bench/local"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
	"github.com/metronome-server/metronome/server"
	"github.com/metronome-server/metronome/sim"
)

type options struct {
	faults   string
	times    int
	players  int
	nodes    int
	survive  string
	seed     uint64
	keeps    bool
	sentinel bool
	keep     string
	verbose  bool
}

// key opens the consoles of the nodes.
var key = strings.Repeat("k", 32)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		os.Exit(server.Main(ledgerGame()))
	}
	o := options{}
	flag.StringVar(&o.faults, "faults", "kill", "what happens, any of several with commas between: "+strings.Join(faultNames(), ", "))
	flag.IntVar(&o.times, "times", 20, "how often")
	flag.IntVar(&o.players, "players", 50, "players in the room")
	flag.IntVar(&o.nodes, "nodes", 3, "nodes")
	flag.StringVar(&o.survive, "survive", "strict", "how rooms outlive their process: async or strict")
	flag.Uint64Var(&o.seed, "seed", uint64(time.Now().UnixNano()), "seed of what happens when")
	flag.BoolVar(&o.keeps, "store-keeps", true, "the store has its data on disk")
	flag.BoolVar(&o.sentinel, "sentinel", false, "the store is two, and a sentinel says which one is the master: for store-failover, and no cut, stall, store-restart or store-stands")
	flag.StringVar(&o.keep, "logs", "", "directory for the nodes' logs (default: removed)")
	flag.BoolVar(&o.verbose, "v", false, "tell of everything that happens")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "survival:", err)
		os.Exit(1)
	}
}

// rig is a run.
type rig struct {
	o       options
	ctx     context.Context
	random  *rand.Rand
	store   *store
	watched *watched // nil: the store is one
	nodes   []*node
	world   *world
	players []*player
	room    string
	out     *outside
	pauses  []time.Duration // from a fault to the first snapshot of each player
	gaps    []time.Duration
	faults  map[string]int
}

func run(ctx context.Context, o options) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	var wait sync.WaitGroup
	defer wait.Wait()
	defer cancel()
	dir := o.keep
	if dir == "" {
		if dir, err = os.MkdirTemp("", "metronome-survival-"); err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }()
	} else if err = os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	r := &rig{o: o, ctx: ctx, random: rand.New(rand.NewPCG(o.seed, 0)), world: &world{chains: map[sim.Tick][2]uint32{}}, faults: map[string]int{}}
	fmt.Printf("%d players on %d nodes, --survive %s, %s %d times, seed %d\n", o.players, o.nodes, o.survive, o.faults, o.times, o.seed)
	address, err := local.FreeAddress(ctx)
	if err != nil {
		return err
	}
	r.store = &store{dir: dir, address: address, keeps: o.keeps}
	if err = r.store.start(ctx); err != nil {
		return fmt.Errorf("redis-server: %w", err)
	}
	if o.sentinel {
		if r.watched, err = watch(ctx, dir, r.store); err != nil {
			return fmt.Errorf("sentinel: %w", err)
		}
		defer r.watched.kill()
	} else {
		defer r.store.kill()
	}
	defer func() {
		for _, n := range r.nodes {
			n.kill()
		}
	}()
	if r.nodes, err = startNodes(ctx, o, dir, r.store, r.watched); err != nil {
		return err
	}
	if err = r.enterAll(&wait); err != nil {
		return err
	}
	if err = r.play(); err != nil {
		return err
	}
	return r.judge()
}

// enterAll makes a room and has everybody in it.
func (r *rig) enterAll(wait *sync.WaitGroup) error {
	api := metronomev1connect.NewLobbyServiceClient(http.DefaultClient, r.nodes[0].url())
	made, err := api.CreateRoom(r.ctx, connect.NewRequest(&pb.CreateRoomRequest{Mode: "ledger", Name: "p0"}))
	if err != nil {
		return err
	}
	join := made.Msg.GetJoin()
	r.room = join.GetRoom().GetId()
	r.out = &outside{room: r.room, seen: map[[2]int64][]string{}}
	stream := redis.UniversalOptions{Addrs: []string{r.store.address}, MaxRetries: -1, DialerRetries: 1}
	if r.watched != nil {
		stream.Addrs, stream.MasterName = []string{r.watched.address}, masterName
	}
	wait.Go(func() { r.out.readAlong(r.ctx, redis.NewUniversalClient(&stream)) })
	for i := range r.o.players {
		if i > 0 {
			answer, failed := api.JoinRoom(r.ctx, connect.NewRequest(&pb.JoinRoomRequest{By: &pb.JoinRoomRequest_Id{Id: r.room}, Name: fmt.Sprintf("p%d", i)}))
			if failed != nil {
				return failed
			}
			join = answer.Msg.GetJoin()
		}
		p, failed := enter(r.ctx, r.world, join.GetUrl(), fmt.Sprintf("p%d", i), r.o.seed+uint64(i), wait)
		if failed != nil {
			return failed
		}
		r.players = append(r.players, p)
	}
	if err = r.awaitHealth(time.Now()); err != nil {
		return err
	}
	return local.Until(r.ctx, 10*time.Millisecond, func() bool { // who knows no other node could ask none
		return !slices.ContainsFunc(r.players, func(p *player) bool { return p.state().nodes < r.o.nodes-1 })
	})
}

// owner finds the node that has the room.
func (r *rig) owner() (*node, error) {
	var best *pb.FindRoomResponse
	for _, n := range r.nodes {
		if at, err := n.where(r.ctx, r.room); err == nil && (best == nil || at.GetEpoch() > best.GetEpoch()) && at.GetUrl() != "" {
			best = at
		}
	}
	for _, n := range r.nodes {
		if best != nil && strings.Contains(best.GetUrl(), n.address+"/") {
			return n, nil
		}
	}
	return nil, errors.New("no node knows where the room is")
}

// awaitHealth waits until everybody has had snapshots of late, of about the same ticks,
// on a connection that was there after a time or still is.
func (r *rig) awaitHealth(after time.Time) error {
	var why error
	err := local.Until(r.ctx, 10*time.Millisecond, func() bool {
		why = nil
		now := time.Now()
		newest := r.players[0].state().tick
		for _, p := range r.players {
			newest = max(newest, p.state().tick)
		}
		for i, p := range r.players {
			s := p.state()
			switch {
			case s.over != nil:
				why = s.over
				return true
			case s.at.Before(after) || now.Sub(s.at) > 250*time.Millisecond || newest-s.tick > 15:
				why = fmt.Errorf("player %d is at tick %d of %d, since %v", i, s.tick, newest, now.Sub(s.at).Round(time.Millisecond))
				return false
			}
		}
		return true
	})
	if err != nil {
		return fmt.Errorf("%w: %w", err, why)
	}
	return why
}

// play has the faults happen.
func (r *rig) play() error {
	kinds := strings.Split(r.o.faults, ",")
	began := time.Now()
	for i := range r.o.times {
		kind := kinds[r.random.IntN(len(kinds))]
		happen := faults[kind]
		if happen == nil {
			return fmt.Errorf("no fault is named %q; there are %s", kind, strings.Join(faultNames(), ", "))
		}
		if err := local.Pause(r.ctx, 300*time.Millisecond+time.Duration(r.random.IntN(400))*time.Millisecond); err != nil {
			return err
		}
		for _, p := range r.players {
			p.takeGap()
		}
		r.faults[kind]++
		if err := happen(r); err != nil {
			return fmt.Errorf("fault %d, %s: %w", i, kind, err)
		}
		for _, p := range r.players {
			r.gaps = append(r.gaps, p.takeGap())
		}
		if (i+1)%50 == 0 || r.o.verbose {
			fmt.Printf("%v: %d of %d, %s; %s\n", time.Since(began).Round(time.Second), i+1, r.o.times, kind, r.sofar())
		}
	}
	return nil
}

func (r *rig) sofar() string {
	r.world.mu.Lock()
	defer r.world.mu.Unlock()
	text := fmt.Sprintf("%d comebacks to before what was seen, %d snapshots that differ", len(r.world.back), r.world.differ)
	if len(r.pauses) > 0 {
		text += fmt.Sprintf(", from the fault to the first snapshot p50 %v p99 %v", quantile(r.pauses, 0.5), quantile(r.pauses, 0.99))
	}
	return text
}

func quantile(all []time.Duration, q float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)].Round(time.Millisecond)
}
