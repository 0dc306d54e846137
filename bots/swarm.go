package bots

import (
	"context"
	"io"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/internal/hist"
	"github.com/metronome-server/metronome/netproto"
)

// swarm drives all players from one goroutine, that of Run.
type swarm struct {
	config  Config
	filling *filling // nil: all play where Config says
	// queueing has them wait for each match; nil: they do not.
	queueing *queueing
	calm     bool // until all are in: inputs would only slow the joining
	maker    Maker
	// behaviour is the name of what the players do.
	behaviour string
	poller    *client.Poller
	workers   *workers
	bots      []*bot
	beats     map[int64]*beat
	random    *rand.Rand // of pauses, not of behaviours
	progress  *progress

	began    time.Time
	swept    time.Time
	playing  int // bots that are in a room
	entering int // bots that workers have or will have
	settled  int // bots that have played or will never
	lastErr  error
	fault    error // ends the run

	measuring  bool
	from       time.Time
	ack, gap   hist.Hist
	moves      hist.Hist // how long no frame came while rooms moved
	closes     map[string]int
	refusals   map[string]int // by reason
	reconnects int
	failed     int

	audience *audience // nil: nobody watches

	usual time.Duration // how late inputs are sent, smoothed

	in  []byte // what is read, one connection after the other
	out []byte
}

// readBuffer holds a burst of snapshots of one connection; longer ones work too.
const readBuffer = 64 << 10

func newSwarm(c Config, out io.Writer) (*swarm, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	s := &swarm{
		config: c, maker: c.behaviours()[c.Behaviour], behaviour: c.Behaviour,
		beats: map[int64]*beat{}, closes: map[string]int{}, refusals: map[string]int{},
		random: rand.New(rand.NewPCG(c.Seed, 1)), progress: newProgress(out), in: make([]byte, readBuffer),
	}
	if c.HTTP == nil {
		s.config.HTTP = newHTTP(c.TLS)
	}
	if c.Queue != "" {
		s.queueing = newQueueing(c.Queue)
	}
	for i := range c.Players {
		b := &bot{index: i, name: c.name(i), random: rand.New(rand.NewPCG(c.Seed, uint64(i)+2))}
		b.Hooks.Ack, b.Hooks.Moved, b.Blind = s.acked, s.moved, c.blind(i)
		s.bots = append(s.bots, b)
	}
	return s, nil
}

// run sends everybody off to play, has task do what is to be done with it, and
// ends everything again.
func (s *swarm) run(ctx context.Context, task func() error) error {
	seats, err := newSeats(&s.config)
	if err != nil {
		return err
	}
	if s.poller, err = client.NewPoller(); err != nil {
		return err
	}
	defer s.poller.Close()
	if s.filling != nil {
		seats.filled = s.filling.rooms
	}
	seats.queue = s.queueing
	working, cancel := context.WithCancel(ctx)
	s.workers = startWorkers(working, seats, len(s.bots))
	defer func() {
		cancel()
		s.workers.stop()
	}()
	s.began = time.Now()
	if s.filling == nil {
		for _, b := range s.bots {
			s.enter(b)
		}
	}
	err = task()
	s.leave()
	return err
}

// play is the swarm's loop.
func (s *swarm) play(ctx context.Context, over func(time.Time) bool) error {
	for {
		now := time.Now()
		if s.fault != nil {
			return s.fault
		}
		if over(now) {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		s.now(now)
		ready, err := s.wait(s.send())
		if err != nil {
			return err
		}
		s.receiveAll(ready)
	}
}

// wait polls the connections. While players are entering it waits in Go's
// scheduler and not in the kernel, so that workers get on, on one CPU too.
func (s *swarm) wait(most time.Duration) ([]int, error) {
	if s.entering == 0 {
		return s.poller.Wait(most)
	}
	ready, err := s.poller.Wait(0)
	if len(ready) == 0 && most > 0 {
		time.Sleep(min(most, time.Millisecond))
	} else {
		runtime.Gosched()
	}
	return ready, err
}

// now does what is to be done now and then.
func (s *swarm) now(now time.Time) {
	s.comeAndGo(now)
	if s.filling != nil {
		s.fill(now)
	}
	if now.Sub(s.swept) < sweepEvery {
		return
	}
	s.swept = now
	s.progress.show(s, now)
	for _, b := range s.bots {
		if silent := b.SilentAfter(); b.state == playing && now.Sub(b.entered) > silent && now.Sub(b.Heard()) > silent {
			b.Close(netproto.CloseBye)
			s.lost(b, &netproto.CloseError{Code: netproto.CloseLost, Reason: "the server is silent"})
		}
	}
}

// sweepEvery is how often everybody is looked at.
const sweepEvery = 500 * time.Millisecond
