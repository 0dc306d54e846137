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
}

// share is a range of seats, counted from first, and what to do.
type share[R, S any] struct {
	room            R
	seats           []S
	first, from, to int
	do              func(R, *worker, S)
}

// fanout is a room's workers. The results do not depend on how many there are:
// what one seat's share does to others waits for the room's goroutine. R is the
// room, S a seat.
type fanout[R, S any] struct {
	workers []*worker
	work    []chan share[R, S] // of each
	started bool
	busy    sync.WaitGroup // shares
	alive   sync.WaitGroup // goroutines
}

func newFanout[R, S any](workers int) *fanout[R, S] {
	f := &fanout[R, S]{workers: make([]*worker, workers), work: make([]chan share[R, S], workers)}
	for i := range f.workers {
		f.workers[i], f.work[i] = &worker{}, make(chan share[R, S])
	}
	return f
}

// stacked is a panic together with where it happened.
type stacked struct {
	fault any
	stack []byte
}

// each does something for every one of the seats, beginning with the first-th. A
// panic in it comes out here.
func (f *fanout[R, S]) each(room R, seats []S, first int, do func(R, *worker, S)) {
	n := len(seats)
	crew := f.workers[:min(max(n/seatsPerWorker, 1), len(f.workers))]
	if len(crew) > 1 {
		f.start()
	}
	for i := 1; i < len(crew); i++ {
		f.busy.Add(1)
		f.work[i] <- share[R, S]{room, seats, first, n * i / len(crew), n * (i + 1) / len(crew), do}
	}
	own := share[R, S]{room, seats, first, 0, n / len(crew), do}
	own.run(crew[0])
	f.busy.Wait()
	for _, w := range crew {
		if fault := w.fault; fault != nil {
			w.fault = nil
			panic(fault)
		}
	}
}

// run does one share. The worker keeps a panic for each.
func (s *share[R, S]) run(w *worker) {
	defer func() {
		if fault := recover(); fault != nil {
			w.fault = &stacked{fault, debug.Stack()}
		}
	}()
	n := len(s.seats)
	for i := s.from; i < s.to; i++ {
		s.do(s.room, w, s.seats[(s.first+i)%n])
	}
}

// start starts the goroutines of all workers but the first, once.
func (f *fanout[R, S]) start() {
	if f.started {
		return
	}
	f.started = true
	for i, w := range f.workers[1:] {
		f.alive.Go(func() {
			for s := range f.work[i+1] {
				s.run(w)
				f.busy.Done()
			}
		})
	}
}

// stop ends the workers' goroutines and waits for them.
func (f *fanout[R, S]) stop() {
	if !f.started {
		return
	}
	for _, work := range f.work[1:] {
		close(work)
	}
	f.alive.Wait()
}

// counted sums up what the workers counted in this tick.
func (f *fanout[R, S]) counted() tally {
	var sum tally
	for _, w := range f.workers {
		sum.add(&w.tally)
		w.tally = tally{}
	}
	return sum
}
