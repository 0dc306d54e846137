package bots

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/internal/hist"
	"github.com/metronome-server/metronome/netproto"
)

// swarm drives all players from one goroutine, that of Run.
type swarm struct {
	config   Config
	keep     bool // forever
	maker    Maker
	poller   *client.Poller
	workers  *workers
	bots     []*bot
	beats    map[int64]*beat
	random   *rand.Rand // of pauses, not of behaviours
	progress *progress

	began   time.Time
	swept   time.Time
	playing int // bots that are in a room
	settled int // bots that have played or will never
	lastErr error
	fault   error // ends the run

	measuring  bool
	from       time.Time
	ack, gap   hist.Hist
	closes     map[string]int
	reconnects int
	failed     int

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
		config: c, maker: c.behaviours()[c.Behaviour], beats: map[int64]*beat{}, closes: map[string]int{},
		random: rand.New(rand.NewPCG(c.Seed, 1)), progress: newProgress(out), in: make([]byte, readBuffer),
	}
	for i := range c.Players {
		b := &bot{index: i, name: c.name(i), random: rand.New(rand.NewPCG(c.Seed, uint64(i)+2))}
		b.Hooks.Ack = s.acked
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
	working, cancel := context.WithCancel(ctx)
	s.workers = startWorkers(working, seats, len(s.bots))
	defer func() {
		cancel()
		s.workers.stop()
	}()
	s.began = time.Now()
	for _, b := range s.bots {
		s.workers.tasks <- b
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
		wait := s.send()
		ready, err := s.poller.Wait(wait)
		if err != nil {
			return err
		}
		for _, i := range ready {
			s.receive(s.bots[i])
		}
	}
}

// now does what is to be done now and then.
func (s *swarm) now(now time.Time) {
	s.comeAndGo(now)
	if now.Sub(s.swept) < sweepEvery {
		return
	}
	s.swept = now
	s.progress.show(s, now)
	for _, b := range s.bots {
		if b.state == playing && now.Sub(b.entered) > client.SilentAfter && now.Sub(b.Heard()) > client.SilentAfter {
			b.Close(netproto.CloseBye)
			s.lost(b, &netproto.CloseError{Code: netproto.CloseLost, Reason: "the server is silent"})
		}
	}
}

// sweepEvery is how often everybody is looked at.
const sweepEvery = 500 * time.Millisecond

// longestWait bounds how late the loop hears of players that have come in.
const longestWait = 5 * time.Millisecond

// send lets go all inputs that are due, and returns how long the next has time.
func (s *swarm) send() time.Duration {
	start, wait := time.Now(), longestWait
	for _, beat := range s.beats {
		for {
			now := time.Now() // sending takes time
			b, late, skipped := beat.due(start, now)
			if b == nil {
				break
			}
			s.out = b.act(client.Frame(s.out), now, late, skipped)
			b.Send(s.out)
		}
		if len(beat.members) > 0 {
			wait = min(wait, time.Until(beat.at()))
		}
	}
	if s.config.Arrivals == Dispersed {
		return 0
	}
	return max(wait, 0)
}

// receive reads one player's connection.
func (s *swarm) receive(b *bot) {
	if b.state != playing {
		return // it ended while the list was walked
	}
	err := b.Receive(s.in, time.Now)
	if n := b.Counts.Snapshots - b.seen; n > 0 {
		s.count(b, n)
	}
	if err == nil && b.Counts.Welcomes > b.welcomes {
		err = s.welcome(b)
	}
	if err != nil {
		s.lost(b, err)
	}
}

// count takes note of n snapshots that came together.
func (s *swarm) count(b *bot, n uint64) {
	if s.measuring {
		if b.window.gaps {
			s.gap.Add(b.Heard().Sub(b.last))
		}
		for range n - 1 {
			s.gap.Add(0)
		}
		b.window.gaps = true
		if b.seen/sampleEvery != (b.seen+n)/sampleEvery {
			b.window.visible += b.visible()
			b.window.sampled++
		}
	}
	b.seen += n
	b.last = b.Heard()
}

// sampleEvery is how many snapshots lie between two counts of what is visible.
const sampleEvery = 16

func (s *swarm) acked(d time.Duration) {
	if s.measuring {
		s.ack.Add(d)
	}
}

// welcome has a player that is new in a room begin to play.
func (s *swarm) welcome(b *bot) error {
	again := b.joined
	if err := b.welcomed(s.maker); err != nil {
		s.fault = fmt.Errorf("behaviour %s does not fit the game: %w", s.config.Behaviour, err)
		return nil
	}
	s.playing++
	if again {
		s.reconnects++
	} else {
		s.settled++
	}
	hz := int64(b.view.Hz)
	if s.beats[hz] == nil {
		s.beats[hz] = newBeat(hz, time.Now())
	}
	b.beat = s.beats[hz]
	b.beat.add(phase(b.index, hz, s.config.Arrivals), b)
	return nil
}

// lost deals with the end of a player's connection, or of its attempt at one.
func (s *swarm) lost(b *bot, err error) {
	s.lastErr = err
	if b.beat != nil {
		b.beat.remove(b)
		b.beat = nil
		s.playing--
	}
	var end *netproto.CloseError
	if errors.As(err, &end) {
		s.closes[end.Code.String()]++
	}
	comeback := s.comeback(b, err)
	b.resume = comeback == netproto.Resume
	pause, ok := b.retry.After(comeback, s.random.Float64())
	if !ok {
		b.state = gone
		if !b.joined {
			s.settled++
		}
		return
	}
	b.state, b.at = pausing, time.Now().Add(pause)
}

// comeback decides how a player comes back. One that keeps company always does.
func (s *swarm) comeback(b *bot, err error) netproto.Comeback {
	c := client.ComebackOf(err, b.Resume() != "" && b.url != "")
	if c == netproto.Never && s.keep {
		return netproto.RejoinLater
	}
	return c
}

// comeAndGo takes in players who have entered, and sends off those whose pause
// is over.
func (s *swarm) comeAndGo(now time.Time) {
	for {
		select {
		case e := <-s.workers.done:
			s.entered(e)
			continue
		default:
		}
		break
	}
	if s.playing == len(s.bots) {
		return
	}
	for _, b := range s.bots {
		if b.state == pausing && !now.Before(b.at) {
			b.state = entering
			s.workers.tasks <- b
		}
	}
}

func (s *swarm) entered(e entered) {
	b := e.bot
	if e.err == nil {
		e.err = s.poller.Add(&b.Polled, b.index)
	}
	if e.err != nil {
		b.Discard()
		s.lost(b, e.err)
		return
	}
	b.state, b.entered = playing, time.Now()
	s.receive(b)
}

// leaveTime is how long leaving may take: a room's tick and the way back.
const leaveTime = time.Second

// leave gives up all seats and waits, not for long, until the rooms say goodbye.
func (s *swarm) leave() {
	for _, b := range s.bots {
		if b.state == playing {
			b.Leave()
			s.out = b.AppendRest(client.Frame(s.out), time.Now())
			b.Send(s.out)
		}
	}
	s.beats = nil
	for end := time.Now().Add(leaveTime); s.playing > 0 && time.Now().Before(end); {
		ready, err := s.poller.Wait(longestWait)
		if err != nil {
			break
		}
		for _, i := range ready {
			s.receive(s.bots[i])
		}
	}
	for _, b := range s.bots {
		if b.state == playing {
			b.Close(netproto.CloseBye)
		}
	}
}
