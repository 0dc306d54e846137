package store

import (
	"context"
	"sync"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
)

// intakeMost is how many entries go into a queue with one question to Redis. Why
// 128: some 0.5 ms of its time.
const intakeMost = 128

// intakeFor is how long an entry may take into its queue: many thousands that come at
// once come one after the other.
const intakeFor = 5 * time.Second

// intake gathers the entries that come while Redis is asked, so that many at once
// cost few questions.
type intake struct {
	mu      sync.Mutex
	running bool
	waiting []arrival
}

// arrival is an entry that comes, before it is too late.
type arrival struct {
	entry *queue.Entry
	born  string
	ends  time.Time
	done  chan arrived
}

// arrived is what became of an arrival: it is in, unless the queue was born at another
// time than it had to be.
type arrived struct {
	born string
	err  error
}

// Enqueue implements Store.
func (r *Redis) Enqueue(ctx context.Context, name, born string, e *queue.Entry) (string, error) {
	r.mu.Lock()
	in := r.queues[name]
	if in == nil {
		in = &intake{}
		r.queues[name] = in
	}
	r.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, intakeFor)
	defer cancel()
	ends, _ := ctx.Deadline()
	a := arrival{e, born, ends, make(chan arrived, 1)}
	in.mu.Lock()
	in.waiting = append(in.waiting, a)
	start := !in.running
	in.running = true
	in.mu.Unlock()
	if start {
		go r.takeIn(in, name)
	}
	select {
	case is := <-a.done:
		return is.born, is.err
	case <-ctx.Done():
		return "", gaveUp(ctx)
	}
}

// takeIn puts in what waits until nothing does.
func (r *Redis) takeIn(in *intake, name string) {
	for {
		in.mu.Lock()
		batch := in.waiting[:min(len(in.waiting), intakeMost)]
		in.waiting = in.waiting[len(batch):]
		if len(batch) == 0 {
			in.running, in.waiting = false, nil
			in.mu.Unlock()
			return
		}
		in.mu.Unlock()
		came, err := r.enqueue(name, batch)
		for i, a := range batch {
			if err == nil {
				a.done <- came[i]
			} else {
				a.done <- arrived{err: err}
			}
		}
	}
}

// enqueue puts entries in and returns what became of each.
func (r *Redis) enqueue(name string, batch []arrival) ([]arrived, error) {
	args := []any{MaxWaiting, len(batch)}
	for _, a := range batch {
		args = append(args, a.entry.ID, keptEntry(a.entry), r.deadline(a.ends), a.born)
	}
	got, err := r.run(context.Background(), enqueueScript, name, args...)
	if err != nil {
		return nil, err
	}
	if len(got) != 1+len(batch) {
		return nil, malformed("answer", got)
	}
	words := texts(got)
	came := make([]arrived, len(batch))
	for i, a := range batch {
		switch is := words[1+i]; is {
		case "in":
			came[i].born = a.born // also of one that was in before
		case "reborn":
			came[i].born = words[0]
		case "full":
			came[i].err = ErrFull
		case "late":
			came[i].err = errLate
		default:
			came[i].err = malformed("status", is)
		}
	}
	return came, nil
}
