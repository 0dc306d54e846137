package room

import (
	"context"
	"io"

	"github.com/metronome-server/metronome/sim"
)

// ask has the room's goroutine do something at its next tick and waits for
// it. Errors: ErrClosed, ErrBusy, ctx's; then it may still be done.
func (r *Room) ask(ctx context.Context, do func()) error {
	done := make(chan struct{})
	if err := r.door.do(func() { do(); close(done) }); err != nil {
		return err
	}
	select {
	case <-done:
		return nil
	case <-r.ended:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// SeatInfo is an occupied seat as its operator sees it.
type SeatInfo struct {
	Number sim.Seat
	Name   string
	Bot    bool
	State  SeatState
	// Slack of its newest input, ticks.
	Slack int
	// InputAge, Silent and Unsent are the ticks since the last input that was
	// used, since anything came, and since the last snapshot.
	InputAge, Silent, Unsent int
}

// Seats returns the first occupied seats by number, at most so many, and how
// many there are. Errors: ErrClosed, ErrBusy, ctx's.
func (r *Room) Seats(ctx context.Context, most int) (seats []SeatInfo, occupied int, err error) {
	type answer struct {
		seats    []SeatInfo
		occupied int
	}
	got := make(chan answer, 1)
	err = r.ask(ctx, func() {
		a := answer{make([]SeatInfo, min(len(r.taken), most)), len(r.taken)}
		for i := range a.seats {
			a.seats[i] = r.seatInfo(r.taken[i])
		}
		got <- a
	})
	if err != nil {
		return nil, 0, err
	}
	a := <-got
	return a.seats, a.occupied, nil
}

// Seat returns one seat, SeatFree when nobody has it. Errors: ErrNoSeat and
// those of Seats.
func (r *Room) Seat(ctx context.Context, number sim.Seat) (SeatInfo, error) {
	if number < 1 || int(number) >= len(r.seats) {
		return SeatInfo{}, ErrNoSeat
	}
	got := make(chan SeatInfo, 1)
	if err := r.ask(ctx, func() { got <- r.seatInfo(&r.seats[number]) }); err != nil {
		return SeatInfo{}, err
	}
	return <-got, nil
}

func (r *Room) seatInfo(s *seat) SeatInfo {
	return SeatInfo{
		Number: s.number, Name: s.name, Bot: s.bot, State: s.state, Slack: int(s.buffer.reported()),
		InputAge: int(s.buffer.age(r.next)), Silent: r.next.Since(s.heard), Unsent: r.next.Since(s.wrote),
	}
}

// KickNamed is Kick for an operator: it says whether somebody was kicked, and
// spares whoever took the seat after the one that was meant. Errors: ErrNoSeat
// (or nobody of that name has it), ErrClosed, ErrBusy, ctx's.
func (r *Room) KickNamed(ctx context.Context, number sim.Seat, name, reason string) error {
	if number < 1 || int(number) >= len(r.seats) {
		return ErrNoSeat
	}
	found := make(chan bool, 1)
	err := r.ask(ctx, func() {
		s := &r.seats[number]
		is := s.state != SeatFree && s.name == name
		if is {
			r.kick(s, reason)
		}
		found <- is
	})
	if err == nil && !<-found {
		return ErrNoSeat
	}
	return err
}

// Recorder is a Journal that can be read while it is written.
type Recorder interface {
	// Recording opens what is written so far, whole records only, as a file of
	// that name and length.
	Recording() (file io.ReadCloser, name string, bytes int64, err error)
}

// Recording opens the room's recording so far. The caller closes file. Errors:
// ErrNotRecorded, those of the file.
func (r *Room) Recording() (file io.ReadCloser, name string, bytes int64, err error) {
	j, ok := r.options.Journal.(Recorder)
	if !ok {
		return nil, "", 0, ErrNotRecorded
	}
	return j.Recording()
}
