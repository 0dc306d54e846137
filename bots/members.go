package bots

import (
	"errors"
	"fmt"
	"time"

	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/netproto"
)

// welcome has a player that is new in a room begin to play.
func (s *swarm) welcome(b *bot) {
	again := b.joined
	if err := s.prepare(b); err != nil {
		s.fault = err
		return
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
}

// prepare gives a welcomed player its behaviour.
func (s *swarm) prepare(b *bot) error {
	err := b.welcomed(s.maker)
	if err == nil {
		return nil
	}
	if other := s.config.Otherwise; other != "" && s.behaviour != other {
		if s.filling != nil { // other rooms may be of a game that it fits
			return b.welcomed(s.config.behaviours()[other])
		}
		s.behaviour, s.maker = other, s.config.behaviours()[other]
		return b.welcomed(s.maker)
	}
	return fmt.Errorf("behaviour %s does not fit the game (%s fits every game): %w", s.behaviour, AnyGame, err)
}

// lost deals with the end of a player's connection, or of its attempt at one.
func (s *swarm) lost(b *bot, err error) {
	s.lastErr = err
	s.stopBeat(b)
	b.welcomes = b.Counts.Welcomes // one that came together with the end counts for no later connection
	var end *netproto.CloseError
	if errors.As(err, &end) {
		s.closes[end.Code.String()]++
	}
	if s.filling != nil {
		s.filling.benched(b, err)
		return
	}
	if s.queueing != nil {
		b.queued.left(err)
	}
	next, ok := b.retry.After(err, b.CanResume(time.Now()), s.random.Float64())
	if b.resume = ok && next.Comeback == netproto.Resume; !b.resume {
		b.ForgetSeat()
	}
	if !ok {
		if s.queueing != nil {
			s.queueing.account(b, err)
		}
		b.state = gone
		if !b.joined {
			s.settled++
		}
		return
	}
	b.state, b.at = pausing, time.Now().Add(next.Pause)
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
	if s.playing == len(s.bots) || s.filling != nil {
		return
	}
	for _, b := range s.bots {
		if b.state == pausing && !now.Before(b.at) {
			s.enter(b)
		}
	}
}

func (s *swarm) enter(b *bot) {
	b.state = entering
	s.entering++
	s.workers.tasks <- b
}

func (s *swarm) entered(e entered) {
	b := e.bot
	s.entering--
	if e.err == nil {
		e.err = s.poller.Add(&b.Polled, b.index)
	}
	if e.err != nil {
		if _, unmatched := errors.AsType[*client.UnmatchedError](e.err); !unmatched {
			s.countRefusal(e.err)
		}
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
			s.giveUpSeat(b, time.Now())
		}
	}
	clear(s.beats) // no more inputs
	for end := time.Now().Add(leaveTime); s.playing > 0 && time.Now().Before(end); {
		ready, err := s.poller.Wait(joinWait)
		if err != nil {
			break
		}
		s.receiveAll(ready)
	}
	for _, b := range s.bots {
		if b.state == playing {
			b.Close(netproto.CloseBye)
		}
	}
}
