package bots

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/metronome-server/metronome/client"
)

// Rooms are those that Fill has players play in.
type Rooms interface {
	// Wanted returns how many players of Fill each room is to have, by its id; none for
	// rooms that are not named. It must return at once. The swarm's goroutine calls it.
	Wanted() map[string]int
	// Seat returns the URL by which one more player gets a seat in a room. Several
	// goroutines call it.
	Seat(ctx context.Context, room, name string) (url string, err error)
}

const (
	// fillEvery is how often Fill asks what is wanted. Why 250 ms: who is alone has
	// company within a second, and asking costs microseconds.
	fillEvery = 250 * time.Millisecond
	// fillAgain is how long Fill leaves a room alone that let a player not in, or out.
	// Why 2 s: it is full or about to end, and next time is soon enough.
	fillAgain = 2 * time.Second
)

// Fill has players fill rooms until ctx ends: in each as many as are wanted, up to
// c.Players in all. It measures nothing, and ignores Duration, Warmup, JoinTimeout,
// Arrivals, Server, Room and RoomSize: all inputs go at once, which costs least.
// Errors: a bad Config, a game that no behaviour fits; not ctx's.
func Fill(ctx context.Context, c Config, rooms Rooms, log *slog.Logger) error {
	d := Default()
	c.Duration, c.Warmup, c.JoinTimeout, c.Arrivals, c.Room = d.Duration, d.Warmup, d.JoinTimeout, Aligned, ""
	s, err := newSwarm(c, nil)
	if err != nil {
		return err
	}
	defer s.config.HTTP.CloseIdleConnections()
	s.filling = &filling{rooms: rooms, bench: slices.Clone(s.bots), in: map[string][]*bot{}, until: map[string]time.Time{}, log: log}
	slices.Reverse(s.filling.bench) // the first is taken first
	err = s.run(ctx, func() error {
		return s.play(ctx, func(time.Time) bool { return false })
	})
	if errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

// filling is which players of a swarm fill which room. The swarm's goroutine owns it.
type filling struct {
	rooms Rooms
	log   *slog.Logger
	asked time.Time
	bench []*bot            // who plays nowhere
	in    map[string][]*bot // by room, as they came
	until map[string]time.Time
}

// fill brings players to where they are wanted and takes those off who are not.
func (s *swarm) fill(now time.Time) {
	f := s.filling
	if now.Sub(f.asked) < fillEvery {
		return
	}
	f.asked = now
	for room, until := range f.until {
		if !now.Before(until) {
			delete(f.until, room)
		}
	}
	wanted := f.rooms.Wanted()
	for room, players := range f.in {
		for _, b := range slices.Backward(players) { // the newest first
			if len(f.in[room]) <= wanted[room] {
				break
			}
			if b.state == playing {
				s.withdraw(b, now)
			}
		}
	}
	for room, n := range wanted {
		if _, wait := f.until[room]; wait {
			continue
		}
		for n > len(f.in[room]) && len(f.bench) > 0 {
			b := f.bench[len(f.bench)-1]
			f.bench = f.bench[:len(f.bench)-1]
			b.room, b.name = room, s.nameFor(room)
			f.in[room] = append(f.in[room], b)
			s.enter(b)
		}
	}
}

// nameFor returns a name that no player in a room has, if there is any.
func (s *swarm) nameFor(room string) string {
	in := s.filling.in[room]
	for i := range len(in) + 1 {
		name := s.config.name(i)
		if n := len(s.config.Names); n > 0 && i >= n {
			name = fmt.Sprintf("%s %d", name, i/n+1)
		}
		if !slices.ContainsFunc(in, func(b *bot) bool { return b.name == name }) {
			return name
		}
	}
	return s.config.name(0)
}

// withdraw has a player give up its seat. The room closes its connection then.
func (s *swarm) withdraw(b *bot, now time.Time) {
	s.filling.remove(b)
	s.stopBeat(b)
	s.giveUpSeat(b, now)
}

// giveUpSeat tells the room that a player leaves.
func (s *swarm) giveUpSeat(b *bot, now time.Time) {
	b.Leave()
	s.out = b.AppendRest(client.Frame(s.out), now)
	b.Send(s.out)
}

// stopBeat has a player send no more inputs.
func (s *swarm) stopBeat(b *bot) {
	if b.beat != nil {
		b.beat.remove(b)
		b.beat = nil
		s.playing--
	}
}

// remove takes a player out of its room's list.
func (f *filling) remove(b *bot) {
	left := slices.DeleteFunc(f.in[b.room], func(o *bot) bool { return o == b })
	if f.in[b.room] = left; len(left) == 0 {
		delete(f.in, b.room)
	}
	b.room = ""
}

// benched takes a player back that plays nowhere any more. It does not fight for a
// seat that it was asked to leave or did not get.
func (f *filling) benched(b *bot, err error) {
	if b.room != "" {
		f.log.Debug("a bot is out of its room", "room", b.room, "name", b.name, "err", err)
		f.until[b.room] = time.Now().Add(fillAgain)
		f.remove(b)
	}
	b.state = gone
	b.ForgetSeat()
	f.bench = append(f.bench, b)
}
