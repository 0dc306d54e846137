package room

import (
	"runtime/debug"
	"sync"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// seatsPerWorker is how many seats a worker is worth waking up for: their reads
// and writes take about a millisecond, the wake-up some microseconds.
const seatsPerWorker = 128

// worker does a share of the work that is per seat, reading or sending, with
// scratch of its own. The room's goroutine is the first; it waits for the
// others, so that everything between two shares has the room to itself.
type worker struct {
	frame  netproto.ClientFrame
	notice pb.Notice
	out    []byte
	tally  tally
	fault  *stacked // what the share panicked with
	work   chan share
}

// share is a range of the taken seats, counted from first, and what to do.
type share struct {
	first, from, to int
	do              func(*Room, *worker, *seat)
}

// fanout is a room's workers. The results do not depend on how many there are:
// what one seat's share does to others waits for the room's goroutine.
type fanout struct {
	workers []*worker
	started bool
	busy    sync.WaitGroup // shares
	alive   sync.WaitGroup // goroutines
}

func newWorkers(n int) []*worker {
	workers := make([]*worker, n)
	for i := range workers {
		workers[i] = &worker{work: make(chan share)}
	}
	return workers
}

// stacked is a panic together with where it happened.
type stacked struct {
	fault any
	stack []byte
}

// each does something for every taken seat, beginning with the first-th. A
// panic in it comes out here.
func (r *Room) each(first int, do func(*Room, *worker, *seat)) {
	n := len(r.taken)
	crew := r.fanout.workers[:min(max(n/seatsPerWorker, 1), len(r.fanout.workers))]
	if len(crew) > 1 {
		r.startWorkers()
	}
	for i, w := range crew[1:] {
		r.fanout.busy.Add(1)
		w.work <- share{first, n * (i + 1) / len(crew), n * (i + 2) / len(crew), do}
	}
	r.work(crew[0], share{first, 0, n / len(crew), do})
	r.fanout.busy.Wait()
	for _, w := range crew {
		if fault := w.fault; fault != nil {
			w.fault = nil
			panic(fault)
		}
	}
}

// work does one share. It keeps a panic for each.
func (r *Room) work(w *worker, s share) {
	defer func() {
		if fault := recover(); fault != nil {
			w.fault = &stacked{fault, debug.Stack()}
		}
	}()
	n := len(r.taken)
	for i := s.from; i < s.to; i++ {
		s.do(r, w, r.taken[(s.first+i)%n])
	}
}

// startWorkers starts the goroutines of all workers but the first, once.
func (r *Room) startWorkers() {
	if r.fanout.started {
		return
	}
	r.fanout.started = true
	for _, w := range r.fanout.workers[1:] {
		r.fanout.alive.Go(func() {
			for s := range w.work {
				r.work(w, s)
				r.fanout.busy.Done()
			}
		})
	}
}

// stopWorkers ends the workers' goroutines and waits for them.
func (r *Room) stopWorkers() {
	if !r.fanout.started {
		return
	}
	for _, w := range r.fanout.workers[1:] {
		close(w.work)
	}
	r.fanout.alive.Wait()
}

// counted sums up what the workers counted in this tick.
func (r *Room) counted() tally {
	var sum tally
	for _, w := range r.fanout.workers {
		sum.add(&w.tally)
		w.tally = tally{}
	}
	return sum
}
