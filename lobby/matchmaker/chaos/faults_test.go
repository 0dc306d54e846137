package chaos

import (
	"context"
	"math/rand/v2"
	"syscall"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
)

// nodesWanted is how many nodes there are, but for a while.
const nodesWanted = 3

// Faults of whole processes, and of the way between a node and Redis.
const (
	nodeAdded     = "node added"
	nodeEnded     = "node ended in order"
	connectionCut = "connection to Redis cut"
	asksStalled   = "questions to Redis late"
	answersLate   = "answers of Redis late"
	answersGone   = "answers of Redis lost"
	redisStopped  = "Redis stopped"
	redisEmptied  = "Redis emptied"
	redisRestart  = "Redis killed, restarted empty"
	configChanged = "configuration changed"
)

// nodeFaults are drawn by their weights.
var nodeFaults = []struct {
	kind   string
	weight int
}{
	{killed, 6}, {stopped, 16}, {nodeAdded, 2}, {nodeEnded, 3}, {connectionCut, 16}, {asksStalled, 14}, {answersLate, 14}, {answersGone, 14},
	{redisStopped, 4}, {redisEmptied, 1}, {redisRestart, 1}, {configChanged, 6},
}

func drawKind(r *rand.Rand) string {
	sum := 0
	for _, f := range nodeFaults {
		sum += f.weight
	}
	at := r.IntN(sum)
	for _, f := range nodeFaults {
		if at -= f.weight; at < 0 {
			return f.kind
		}
	}
	return ""
}

const (
	faultEvery = 120 * time.Millisecond // between two faults of processes
	stormFor   = 4 * time.Second        // with faults, and then
	calmFor    = 1500 * time.Millisecond
)

// storm inflicts faults, in storms with calms between, until ctx ends.
func (w *world) storm(ctx context.Context) {
	r := rand.New(rand.NewPCG(w.seed, 7))
	tick := time.NewTicker(faultEvery)
	defer tick.Stop()
	began := time.Now()
	on := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := time.Since(began) % (stormFor + calmFor)
		if storm := now < stormFor; storm != on {
			on = storm
			w.setFaults(on)
		}
		w.mend()
		if on {
			w.inflict(ctx, r, drawKind(r))
		}
	}
}

// mend has as many nodes as there should be.
func (w *world) mend() {
	w.mu.Lock()
	there := len(w.nodes)
	w.mu.Unlock()
	for range nodesWanted - there {
		w.start()
	}
}

// inflict has one fault of a process happen.
func (w *world) inflict(ctx context.Context, r *rand.Rand, kind string) {
	node, err := w.anyNode(ctx, r)
	if err != nil {
		return
	}
	d := 50*time.Millisecond + upTo(r, 900*time.Millisecond)
	switch kind {
	case killed:
		node.kill()
	case stopped:
		w.stop(node, upTo(r, 3*queueLease))
	case nodeAdded:
		w.mu.Lock()
		many := len(w.nodes) > nodesWanted
		w.mu.Unlock()
		if many {
			return
		}
		w.start()
	case nodeEnded:
		node.tell(command{Do: "stop"})
	case connectionCut:
		node.proxy.cut()
	case asksStalled:
		node.proxy.stall(asks, d)
	case answersLate:
		node.proxy.stall(answers, d)
	case answersGone:
		node.proxy.loseAnswers(d)
	case redisStopped:
		d /= 2
		if w.redis.Signal(syscall.SIGSTOP) != nil || !wait(ctx, d) {
			_ = w.redis.Signal(syscall.SIGCONT)
			return
		}
		_ = w.redis.Signal(syscall.SIGCONT)
	case redisEmptied:
		if err := w.reader.lose(flush(ctx)); err != nil {
			return
		}
	case redisRestart:
		err := w.reader.lose(restart(ctx, func() {
			w.redis.Kill()
			if !w.redis.Launch(w.t) {
				panic("redis-server does not start again")
			}
		}))
		if err != nil {
			return
		}
	case configChanged:
		w.configure([][]*queue.Config{allQueues(), {duel(), squad(3)}, {duel(), squad(2), royale()}, {duel(), royale()}}[r.IntN(4)])
	}
	w.fault(kind)
}
