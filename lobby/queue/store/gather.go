package store

import (
	"context"
	"sync"
)

// gatherMost is how many callers' wishes go into one question to Redis. Why 128: some
// 0.5 ms of its time.
const gatherMost = 128

// gather has those who come while Redis is asked wait for the next question, which is
// for all of them: many at once cost few questions. Any goroutine.
type gather[Wish, Answer any] struct {
	// ask asks for some, at most gatherMost, and answers each.
	ask func(wishes []Wish) ([]Answer, error)

	mu      sync.Mutex
	running bool
	waiting []waiter[Wish, Answer]
}

type waiter[Wish, Answer any] struct {
	wish Wish
	done chan answered[Answer]
}

type answered[Answer any] struct {
	answer Answer
	err    error
}

// get has a wish asked for, and returns its answer. When ctx ends before that, it may
// still be done.
func (g *gather[Wish, Answer]) get(ctx context.Context, wish Wish) (answer Answer, err error) {
	w := waiter[Wish, Answer]{wish, make(chan answered[Answer], 1)}
	g.mu.Lock()
	g.waiting = append(g.waiting, w)
	start := !g.running
	g.running = true
	g.mu.Unlock()
	if start {
		go g.run()
	}
	select {
	case is := <-w.done:
		return is.answer, is.err
	case <-ctx.Done():
		return answer, gaveUp(ctx)
	}
}

// run asks until nobody waits.
func (g *gather[Wish, Answer]) run() {
	var wishes []Wish
	for {
		g.mu.Lock()
		batch := g.waiting[:min(len(g.waiting), gatherMost)]
		g.waiting = g.waiting[len(batch):]
		if len(batch) == 0 {
			g.running, g.waiting = false, nil
			g.mu.Unlock()
			return
		}
		g.mu.Unlock()
		wishes = wishes[:0]
		for _, w := range batch {
			wishes = append(wishes, w.wish)
		}
		answers, err := g.ask(wishes)
		for i, w := range batch {
			is := answered[Answer]{err: err}
			if err == nil {
				is.answer = answers[i]
			}
			w.done <- is
		}
	}
}
