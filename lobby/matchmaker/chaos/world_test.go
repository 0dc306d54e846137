package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/metronome-server/metronome/internal/redistest"
	"github.com/metronome-server/metronome/lobby/queue"
)

// world is all that takes part.
type world struct {
	t       *testing.T
	seed    uint64
	redis   *redistest.Server
	direct  *redis.Client
	model   *model
	reader  *reader
	rooms   *rooms
	players sync.WaitGroup
	calmed  time.Time // when the last fault was

	mu      sync.Mutex
	rand    *rand.Rand
	nodes   []*process // that were not killed
	begun   int
	faulty  bool
	configs []*queue.Config
	faults  map[string]int // by kind
	steps   map[string]int // of faults between steps, by step
	acts    map[string]int // what players did
	clients []*client
	broken  []string // what processes said before they ended
}

func newWorld(t *testing.T, seed uint64) *world {
	w := &world{
		t: t, seed: seed, redis: redistest.Start(t, "--appendonly", "no"), model: newModel(), rand: rand.New(rand.NewPCG(seed, 0)),
		faults: map[string]int{}, steps: map[string]int{}, acts: map[string]int{},
	}
	w.direct = redis.NewClient(&redis.Options{Addr: w.redis.Addr(), Protocol: 2})
	w.configs = allQueues()
	w.model.configured(w.configs)
	w.rooms = newRooms(seed, w.fault, w.model.wrong)
	w.reader = newReader(w.direct, w.model, []string{"duel", "squad", "royale"})
	return w
}

func (w *world) fault(kind string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults[kind]++
}

func (w *world) did(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.acts[what]++
}

// joined notes a client whose entry was put in.
func (w *world) joined(c *client) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clients = append(w.clients, c)
}

// count is how many faults there were.
func (w *world) count() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, of := range w.faults {
		n += of
	}
	return n
}

// start starts one more node.
func (w *world) start() *process {
	w.mu.Lock()
	w.begun++
	skew := 5*time.Second - time.Duration(w.rand.Int64N(int64(10*time.Second)))
	c := nodeConfig{
		Node: fmt.Sprintf("n%d", w.begun), Rooms: w.rooms.web.URL, Seed: w.rand.Uint64(), Skew: skew, Faults: w.faulty, Queues: w.configs,
	}
	w.mu.Unlock()
	p := newProxy(w.t, w.redis.Addr())
	c.Redis = p.addr()
	n := begin(w.t, c, p, w.stepFault)
	w.mu.Lock()
	w.nodes = append(w.nodes, n)
	w.mu.Unlock()
	w.rooms.node(n.name, true, true)
	go func() { // however it ends
		<-n.ended
		w.gone(n)
	}()
	return n
}

// gone notes that a node has ended.
func (w *world) gone(n *process) {
	w.rooms.node(n.name, false, false)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.nodes = slices.DeleteFunc(w.nodes, func(other *process) bool { return other == n })
	if said := n.fault(); said != "" {
		w.broken = append(w.broken, said)
	}
}

// stepFault takes in that a node has inflicted a fault upon itself.
func (w *world) stepFault(n *process, f stepFault) {
	w.mu.Lock()
	w.faults[f.Kind]++
	w.steps[f.When+" "+f.Step]++
	w.mu.Unlock()
	if f.Kind == stopped {
		w.stop(n, f.For)
	}
}

// stop has a node stand still for a while.
func (w *world) stop(n *process, d time.Duration) {
	n.stop(d, func(runs bool) {
		w.mu.Lock()
		there := slices.Contains(w.nodes, n)
		w.mu.Unlock()
		if there {
			w.rooms.node(n.name, true, runs)
		}
	})
}

var errNoNode = errors.New("no node is there")

// anyNode is one that serves, or was stopped.
func (w *world) anyNode(ctx context.Context, r *rand.Rand) (*process, error) {
	for {
		w.mu.Lock()
		var serve []*process
		for _, n := range w.nodes {
			select {
			case <-n.ready:
				serve = append(serve, n)
			default:
			}
		}
		w.mu.Unlock()
		if len(serve) > 0 {
			return serve[r.IntN(len(serve))], nil
		}
		if !wait(ctx, betweens) {
			return nil, errNoNode
		}
	}
}

// all calls with every node that is there.
func (w *world) all(with func(*process)) {
	w.mu.Lock()
	nodes := slices.Clone(w.nodes)
	w.mu.Unlock()
	for _, n := range nodes {
		with(n)
	}
}

// configure has all nodes serve other queues.
func (w *world) configure(queues []*queue.Config) {
	w.mu.Lock()
	w.configs = queues
	w.mu.Unlock()
	w.model.configured(queues)
	w.all(func(n *process) { n.tell(command{Do: "queues", Queues: queues}) })
}

// setFaults has nodes and rooms inflict faults, or no more.
func (w *world) setFaults(on bool) {
	w.mu.Lock()
	w.faulty = on
	w.mu.Unlock()
	w.rooms.inflict(on)
	w.all(func(n *process) { n.tell(command{Do: "faults", Yes: on}) })
}

// close ends everything.
func (w *world) close() {
	w.all(func(n *process) {
		n.kill()
		<-n.ended
	})
	w.rooms.web.CloseClientConnections()
	w.rooms.web.Close()
	_ = w.direct.Close()
	w.redis.Close()
}

// allQueues are the queues when nothing is taken away.
func allQueues() []*queue.Config {
	return []*queue.Config{duel(), squad(3), royale()}
}

// duel is of two players by rating.
func duel() *queue.Config {
	return &queue.Config{
		Name: "duel", Mode: "duel", Teams: []queue.Team{{Least: 1, Most: 1}, {Least: 1, Most: 1}}, Party: queue.PartyRule{Most: 1},
		Rating:   queue.RatingRule{Source: queue.RatingToken, Start: 1500},
		Widening: queue.Widening{Rating: queue.Curve{{Value: 150}, {Waited: 3 * time.Second, Value: 2000}}},
		Limit:    queue.LimitRule{After: 5 * time.Second, Then: queue.LimitTell}, Come: 1500 * time.Millisecond, Every: 100 * time.Millisecond,
	}
}

// squad is of two teams, of parties that stay whole, who are asked before.
func squad(most int) *queue.Config {
	return &queue.Config{
		Name: "squad", Mode: "squad", Teams: []queue.Team{{Least: 2, Most: most}, {Least: 2, Most: most}}, Party: queue.PartyRule{Most: most},
		Accept: &queue.AcceptRule{Within: 1200 * time.Millisecond, Requeue: true},
		Limit:  queue.LimitRule{After: 6 * time.Second, Then: queue.LimitPlay}, Come: 1500 * time.Millisecond, Every: 100 * time.Millisecond,
	}
}

// royale is of everybody for themselves.
func royale() *queue.Config {
	return &queue.Config{
		Name: "royale", Mode: "royale", Teams: []queue.Team{{Least: 3, Most: 6}}, Party: queue.PartyRule{Most: 1},
		Widening: queue.Widening{Fill: queue.Curve{{Value: 1}, {Waited: 2 * time.Second, Value: 0}}},
		Accept:   &queue.AcceptRule{Within: 1200 * time.Millisecond},
		Limit:    queue.LimitRule{After: 5 * time.Second, Then: queue.LimitTell}, Come: 1500 * time.Millisecond, Every: 100 * time.Millisecond,
	}
}
