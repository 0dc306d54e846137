package bots

import (
	"context"
	"sync"

	"github.com/metronome-server/metronome/client"
)

// workerCount is how many players enter at the same time. Why 8: entering is
// mostly waiting, and a server that is asked by all at once would be tested for
// that instead.
const workerCount = 8

// entered says how a player's attempt to enter a room ended.
type entered struct {
	bot *bot
	err error
}

// workers enter rooms, which waits for the network, so that the swarm need not.
type workers struct {
	seats *seats
	// tasks and done hold each bot at most once and have space for all.
	tasks chan *bot
	done  chan entered
	wait  sync.WaitGroup
}

func startWorkers(ctx context.Context, s *seats, players int) *workers {
	w := &workers{seats: s, tasks: make(chan *bot, players), done: make(chan entered, players)}
	count := workerCount
	if s.queue != nil { // which is waiting for other players
		count = players
	}
	for range min(count, players) {
		w.wait.Go(func() {
			for b := range w.tasks {
				w.done <- entered{b, w.enter(ctx, b)}
			}
		})
	}
	return w
}

// stop waits for the workers, whose context must have ended, and closes the
// connections of players that were on their way in.
func (w *workers) stop() {
	close(w.tasks)
	w.wait.Wait()
	close(w.done)
	for e := range w.done {
		e.bot.Discard()
	}
}

func (w *workers) enter(ctx context.Context, b *bot) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	o := client.Options{Name: b.name, Bot: !w.seats.config.People, TLS: w.seats.config.TLS}
	enter := func(room string) error { return b.Enter(ctx, room, o) }
	if b.resume {
		o.Resume = b.Resume()
		room, err := b.TakeBack(ctx, b.url, o, enter)
		b.url = room
		return err
	}
	w.seats.learn(b.Nodes())
	found, err := w.seats.of(ctx, b)
	if err != nil {
		return err
	}
	b.url = lasting(found)
	return enter(found)
}
