package bots

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/internal/hist"
	"github.com/metronome-server/metronome/netproto"
)

// WatcherReport is what the spectators of a load test saw in the measured time.
type WatcherReport struct {
	Watchers  int `json:"watchers"`
	Connected int `json:"connected"` // at the end of the window
	// Failed were refused or never in; Refusals has the reasons.
	Failed         int            `json:"failed"`
	Snapshots      uint64         `json:"snapshots"`
	SnapshotHzMean float64        `json:"snapshot_hz_mean"`
	BytesPerSnap   float64        `json:"bytes_per_snapshot"`
	Gap            *Quantiles     `json:"gap_ms"`
	Closes         map[string]int `json:"closes"`
	Refusals       map[string]int `json:"refusals"`
}

// watcher is one spectator.
type watcher struct {
	client.Polled
	index    int
	in       bool // has a connection
	last     time.Time
	snapshot uint64 // of Counts, dealt with
}

// audience watches the players' rooms from one goroutine of its own, so that what
// it costs the load generator is not in the players' figures.
type audience struct {
	watchers []*watcher
	rooms    []string // by watcher
	options  client.Options
	poller   *client.Poller
	done     chan watcherIn
	stop     context.CancelFunc
	wait     sync.WaitGroup

	mu               sync.Mutex
	settled, in      int
	fault            error
	measuring        bool
	from             client.Counts // of all
	gap              hist.Hist
	closes, refusals map[string]int
}

type watcherIn struct {
	watcher *watcher
	err     error
}

// audienceBeat is how often spectators are asked whether they have something to
// say: a ping, or that they have a notice.
const audienceBeat = 100 * time.Millisecond

// startAudience sends n spectators to rooms, evenly. stop must be called.
func startAudience(ctx context.Context, n int, rooms []string, o client.Options) (*audience, error) {
	poller, err := client.NewPoller()
	if err != nil {
		return nil, err
	}
	a := &audience{options: o, poller: poller, done: make(chan watcherIn, n), closes: map[string]int{}, refusals: map[string]int{}}
	tasks := make(chan *watcher, n)
	for i := range n {
		w := &watcher{index: i}
		w.Blind = true
		a.watchers, a.rooms = append(a.watchers, w), append(a.rooms, rooms[i*len(rooms)/n])
		tasks <- w
	}
	close(tasks)
	ctx, a.stop = context.WithCancel(ctx)
	for range min(workerCount, n) {
		a.wait.Go(func() {
			for w := range tasks {
				a.done <- watcherIn{w, w.Enter(ctx, a.rooms[w.index], a.options)}
			}
		})
	}
	a.wait.Go(func() { a.watch(ctx) })
	return a, nil
}

// end closes all connections and waits for the goroutines.
func (a *audience) end() {
	a.stop()
	a.wait.Wait()
	close(a.done)
	for e := range a.done {
		e.watcher.Discard()
	}
	for _, w := range a.watchers {
		if w.in {
			w.Close(netproto.CloseBye)
		}
	}
	a.poller.Close()
}

// watch is the audience's loop.
func (a *audience) watch(ctx context.Context) {
	buffer, out := make([]byte, readBuffer), []byte(nil)
	for spoke := (time.Time{}); ctx.Err() == nil; {
		a.takeIn()
		ready, err := a.poller.Wait(joinWait)
		if err != nil {
			a.mu.Lock()
			a.fault = err
			a.mu.Unlock()
			return
		}
		for _, i := range ready {
			a.receive(a.watchers[i], buffer)
		}
		if now := time.Now(); now.Sub(spoke) >= audienceBeat {
			spoke = now
			for _, w := range a.watchers {
				if w.in && w.Welcome() != nil {
					out = w.AppendRest(client.Frame(out), now)
					w.Send(out)
				}
			}
		}
	}
}

// takeIn takes in those whose attempt to enter has ended.
func (a *audience) takeIn() {
	for {
		select {
		case e := <-a.done:
			if e.err == nil {
				e.err = a.poller.Add(&e.watcher.Polled, e.watcher.index)
			}
			a.mu.Lock()
			a.settled++
			if e.watcher.in = e.err == nil; e.watcher.in {
				a.in++
			} else {
				a.refusals[refusalReason(e.err)]++
			}
			a.mu.Unlock()
			if e.err != nil {
				e.watcher.Discard()
			}
		default:
			return
		}
	}
}

func (a *audience) receive(w *watcher, buffer []byte) {
	if !w.in {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	err := w.Receive(buffer, time.Now)
	if n := w.Counts.Snapshots - w.snapshot; n > 0 {
		if a.measuring && !w.last.IsZero() {
			a.gap.Add(w.Heard().Sub(w.last))
		}
		w.snapshot, w.last = w.Counts.Snapshots, w.Heard()
	}
	var end *netproto.CloseError
	if errors.As(err, &end) {
		w.in = false
		a.in--
		a.closes[end.Code.String()]++
	}
}

// seatAudience sends the run's spectators to the players' rooms and waits until all
// are in or were refused.
func (s *swarm) seatAudience(ctx context.Context) error {
	if s.config.Watchers == 0 {
		return nil
	}
	var rooms []string
	for _, b := range s.bots {
		if b.state == playing && !slices.Contains(rooms, b.url) {
			rooms = append(rooms, b.url)
		}
	}
	var err error
	if s.audience, err = startAudience(ctx, s.config.Watchers, rooms, client.Options{Watch: true, TLS: s.config.TLS}); err != nil {
		return err
	}
	limit := time.Now().Add(s.config.JoinTimeout)
	return s.play(ctx, func(now time.Time) bool { return s.audience.ready() || now.After(limit) })
}

// ready reports whether all are in or were refused.
func (a *audience) ready() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.settled == len(a.watchers) || a.fault != nil
}

// open begins the measured window.
func (a *audience) open() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.measuring, a.from = true, a.counts()
}

// counts adds up what all have seen. The caller holds mu.
func (a *audience) counts() (c client.Counts) {
	for _, w := range a.watchers {
		if w.in {
			c.Snapshots += w.Counts.Snapshots
			c.Bytes += w.Counts.Bytes
		}
	}
	return c
}

// report sums up the window, seconds long.
func (a *audience) report(seconds float64) *WatcherReport {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.measuring = false
	to := a.counts()
	r := &WatcherReport{
		Watchers: len(a.watchers), Connected: a.in, Failed: len(a.watchers) - a.in, Gap: quantiles(a.gap.Counts()),
		Closes: maps.Clone(a.closes), Refusals: maps.Clone(a.refusals),
	}
	if to.Snapshots > a.from.Snapshots { // else some who had seen more are gone
		r.Snapshots = to.Snapshots - a.from.Snapshots
		r.BytesPerSnap = per(float64(to.Bytes-a.from.Bytes), float64(r.Snapshots))
	}
	r.SnapshotHzMean = per(float64(r.Snapshots), seconds*float64(a.in))
	return r
}
