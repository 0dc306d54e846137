package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/metronome-server/metronome/lobby/matchmaker"
	"github.com/metronome-server/metronome/lobby/queue"
)

// load is the players of one node.
type load struct {
	m     *matchmaker.Matchmaker
	queue string
	first int // number of the first user, unlike those of other nodes
	users atomic.Int64

	mu       sync.Mutex
	counting bool
	got      measured
}

// asked is what a user queues with whom others can play.
func (l *load) asked() matchmaker.Asked {
	n := l.users.Add(1)
	return matchmaker.Asked{Queue: l.queue, Members: []queue.Member{{
		User: fmt.Sprintf("user-%d-%d", l.first, n), Name: fmt.Sprintf("Player %d", n), Known: true, Rating: 1500 + window*rand.Float64(), Number: uint64(n), //nolint:gosec // ratings
	}}}
}

// play has a user queue, and watch until the match is played.
func (l *load) play(ctx context.Context) {
	began := time.Now()
	s, err := l.m.Enqueue(ctx, l.asked())
	answered := false
	if err == nil {
		err = l.m.Watch(ctx, s.ID, func(s matchmaker.Status) error {
			switch s.State {
			case queue.Open, queue.Played:
				if !answered {
					answered = true
					l.note(time.Since(began), "")
				}
			case queue.Waiting, queue.Opening:
			default:
				l.note(0, fmt.Sprintf("%s: %s", s.State, s.Why))
			}
			return nil
		})
	}
	if err != nil && !answered && ctx.Err() == nil {
		l.note(0, err.Error())
	}
}

// note counts an entry, while entries are counted.
func (l *load) note(took time.Duration, failed string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case !l.counting:
	case failed != "":
		l.got.Failed[failed]++
	default:
		l.got.Entries++
		l.got.Times = append(l.got.Times, took)
	}
}

// count begins to count, or ends, and returns what was counted.
func (l *load) count(on bool) measured {
	l.mu.Lock()
	defer l.mu.Unlock()
	was := l.got
	l.counting, l.got = on, measured{Failed: map[string]int{}}
	return was
}

// others puts in so many entries that nobody can play with, and that stay.
func (l *load) others(ctx context.Context, from, n int) error {
	var wait sync.WaitGroup
	slots := make(chan bool, 1024)
	var mu sync.Mutex
	var failed error
	for i := range n {
		slots <- true
		wait.Go(func() {
			defer func() { <-slots }()
			_, err := l.m.Enqueue(ctx, matchmaker.Asked{Queue: l.queue, Stay: true, Members: []queue.Member{{
				User: fmt.Sprintf("other-%d", from+i), Name: fmt.Sprintf("Other %d", from+i), Rating: -float64(from + i), Number: uint64(1_000_000 + i), //nolint:gosec // small
			}}})
			mu.Lock()
			failed = errors.Join(failed, err)
			mu.Unlock()
		})
	}
	wait.Wait()
	return failed
}

// again has so many users play again and again until ctx ends.
func (l *load) again(ctx context.Context, wait *sync.WaitGroup, users int) {
	for range users {
		wait.Go(func() {
			for ctx.Err() == nil {
				l.play(ctx)
			}
		})
	}
}

// arrive has users come at a rate until ctx ends.
func (l *load) arrive(ctx context.Context, wait *sync.WaitGroup, rate float64) {
	wait.Go(func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		began, came := time.Now(), 0
		for ctx.Err() == nil {
			for due := int(time.Since(began).Seconds() * rate); came < due; came++ {
				wait.Go(func() { l.play(ctx) })
			}
			select {
			case <-ctx.Done():
			case <-tick.C:
			}
		}
	})
}
