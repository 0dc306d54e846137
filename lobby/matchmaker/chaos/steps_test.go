package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
	"github.com/metronome-server/metronome/lobby/queue/store"
)

// stepFault is a fault before or after a step of a node.
type stepFault struct {
	Step string        `json:"step"`
	When string        `json:"when"` // before, after
	Kind string        `json:"kind"`
	For  time.Duration `json:"for,omitempty"`
}

const (
	refused    = "step refused" // not done, and said so
	answerLost = "answer lost"  // done, but not known to be
	stalled    = "step stalled" // the goroutine waits
	stopped    = "node stopped" // SIGSTOP, and some time later SIGCONT
	killed     = "node killed"  // SIGKILL
)

const (
	// The chance of a fault around steps that are done all the time by who leads, by
	// who watches, and around those that change something.
	seldom = 0.02
	usual  = 0.15
	often  = 0.12
)

// steps inflicts faults between the steps of a node.
type steps struct {
	p    *port
	mu   sync.Mutex
	rand *rand.Rand
	on   bool
}

func newSteps(seed uint64, p *port, on bool) *steps {
	return &steps{p: p, rand: rand.New(rand.NewPCG(seed, 1)), on: on}
}

func (s *steps) set(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.on = on
}

// draw is the fault before or after a step; false: none.
func (s *steps) draw(step, when string, chance float64) (f stepFault, is bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.on || s.rand.Float64() > chance/2 {
		return f, false
	}
	f = stepFault{Step: step, When: when}
	switch p := s.rand.Float64(); {
	case p < 0.003:
		f.Kind = killed
	case p < 0.012:
		// Up to three times a lease, so that an old leader lives on.
		f.Kind, f.For = stopped, time.Duration(50+s.rand.IntN(int(3*queueLease/time.Millisecond)))*time.Millisecond
	case p < 0.12:
		f.Kind, f.For = stalled, time.Duration(20+s.rand.IntN(1500))*time.Millisecond
	case when == "before":
		f.Kind = refused
	default:
		f.Kind = answerLost
	}
	return f, true
}

// inflict has a fault happen, maybe.
func (s *steps) inflict(step, when string, chance float64) error {
	f, is := s.draw(step, when, chance)
	if !is {
		return nil
	}
	s.p.say(said{Fault: &f})
	switch f.Kind {
	case killed:
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	case stopped:
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	case stalled:
		<-time.After(f.For)
	default:
		return fmt.Errorf("%w: %s %s %s", store.ErrUnavailable, f.Kind, when, step)
	}
	return nil
}

// do does a step with faults around it.
func do[T any](s *steps, step string, chance float64, act func() (T, error)) (v T, err error) {
	var none T
	if err := s.inflict(step, "before", chance); err != nil {
		return none, err
	}
	v, err = act()
	if err := s.inflict(step, "after", chance); err != nil {
		return none, err
	}
	return v, err
}

// faulty is a store with faults around its steps.
type faulty struct {
	store.Store
	s *steps
}

func nothing(err error) (struct{}, error) { return struct{}{}, err }

func (f faulty) Lead(ctx context.Context, name, node string, lease time.Duration) (store.Lease, error) {
	return do(f.s, "lead", seldom, func() (store.Lease, error) { return f.Store.Lead(ctx, name, node, lease) })
}

func (f faulty) Leave(ctx context.Context, name string, epoch uint64) error {
	_, err := do(f.s, "leave", often, func() (struct{}, error) { return nothing(f.Store.Leave(ctx, name, epoch)) })
	return err
}

func (f faulty) Enqueue(ctx context.Context, name, born string, e *queue.Entry) (string, error) {
	return do(f.s, "enqueue", often, func() (string, error) { return f.Store.Enqueue(ctx, name, born, e) })
}

func (f faulty) Cancel(ctx context.Context, name, id, home string, end store.Ended) (store.Record, error) {
	return do(f.s, "cancel", often, func() (store.Record, error) { return f.Store.Cancel(ctx, name, id, home, end) })
}

func (f faulty) Rehome(ctx context.Context, name, id, home string) error {
	_, err := do(f.s, "rehome", often, func() (struct{}, error) { return nothing(f.Store.Rehome(ctx, name, id, home)) })
	return err
}

func (f faulty) Fetch(ctx context.Context, name string, ids []string) ([]store.Record, error) {
	return do(f.s, "fetch", seldom, func() ([]store.Record, error) { return f.Store.Fetch(ctx, name, ids) })
}

func (f faulty) FindMatch(ctx context.Context, name, id string) (*queue.Match, error) {
	return do(f.s, "find match", often, func() (*queue.Match, error) { return f.Store.FindMatch(ctx, name, id) })
}

func (f faulty) Feed(ctx context.Context, name string, kind store.FeedKind, since uint64) (store.Feed, error) {
	step, chance := "feed of the pool", seldom
	if kind == store.FeedNews {
		step, chance = "feed of the news", usual
	}
	return do(f.s, step, chance, func() (store.Feed, error) { return f.Store.Feed(ctx, name, kind, since) })
}

func (f faulty) Load(ctx context.Context, name string, add func(*queue.Entry)) ([]*queue.Match, error) {
	return do(f.s, "load", often, func() ([]*queue.Match, error) { return f.Store.Load(ctx, name, add) })
}

func (f faulty) Commit(ctx context.Context, name string, epoch uint64, matches []*queue.Match) ([]bool, error) {
	return do(f.s, "commit", often, func() ([]bool, error) { return f.Store.Commit(ctx, name, epoch, matches) })
}

func (f faulty) Turn(ctx context.Context, name string, epoch uint64, turns ...store.Turn) ([]bool, error) {
	return do(f.s, "turn", often, func() ([]bool, error) { return f.Store.Turn(ctx, name, epoch, turns...) })
}

func (f faulty) End(ctx context.Context, name string, epoch uint64, ends []store.Ended) ([]bool, error) {
	return do(f.s, "end", often, func() ([]bool, error) { return f.Store.End(ctx, name, epoch, ends) })
}

func (f faulty) Hold(ctx context.Context, holds []store.Hold, pending, life time.Duration) ([]store.Holder, error) {
	return do(f.s, "hold", often, func() ([]store.Holder, error) { return f.Store.Hold(ctx, holds, pending, life) })
}

func (f faulty) Free(ctx context.Context, holds []store.Hold) error {
	_, err := do(f.s, "free", often, func() (struct{}, error) { return nothing(f.Store.Free(ctx, holds)) })
	return err
}
