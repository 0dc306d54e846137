package room

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/metronome-server/metronome/internal/alarm"
)

// Clock is the time that a room runs by.
type Clock interface {
	// Now returns the current time; it never goes back.
	Now() time.Time
	// Wait returns at t, as little later as it can; earlier when ctx is done,
	// with its error, or when wake has something, with nil.
	Wait(ctx context.Context, t time.Time, wake <-chan struct{}) error
	// Close frees what the clock holds; the room calls it last.
	Close() error
}

// slotWidth is how far apart the moments are, at least, at which rooms are woken.
// Why 1 ms: rooms that are due within it are woken together, which costs the
// process one timer and one wake-up for all of them, and none of them begins
// later than the others' ticks take.
const slotWidth = time.Millisecond

// Beat is the time of the rooms of a node: it wakes those together that are due
// together. The zero value is ready; so are the clocks it makes. Any goroutine.
type Beat struct {
	portable bool // of Go's timers, for tests

	mu    sync.Mutex
	open  int         // clocks
	alarm alarm.Alarm // nil while no clock is open
	ended chan struct{}
	slots []*slot // ascending by time
	spare []*slot
}

// slot is a moment and who waits for it.
type slot struct {
	at      time.Time
	waiting []*beatClock
}

// beatClock is one room's clock.
type beatClock struct {
	beat *Beat
	due  chan struct{} // of 1
}

// Clock makes the clock of one room, which must Close it.
func (b *Beat) Clock() Clock {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open++; b.open == 1 {
		if b.alarm = alarm.New(); b.portable {
			b.alarm = alarm.NewPortable()
		}
		b.ended = make(chan struct{})
		go b.run(b.alarm, b.ended)
	}
	return &beatClock{b, make(chan struct{}, 1)}
}

// run wakes who is due, until the last clock is closed, which waits for it.
func (b *Beat) run(a alarm.Alarm, ended chan struct{}) {
	defer close(ended)
	for a.Wait() == nil {
		b.mu.Lock()
		now := time.Now()
		for len(b.slots) > 0 && !b.slots[0].at.After(now) {
			first := b.slots[0]
			for _, c := range first.waiting {
				c.due <- struct{}{}
			}
			b.drop(0)
		}
		b.arm()
		b.mu.Unlock()
	}
}

// arm sets the alarm to the first slot. The caller holds mu.
func (b *Beat) arm() {
	if len(b.slots) > 0 && b.alarm != nil {
		b.alarm.Set(time.Until(b.slots[0].at))
	}
}

// drop takes out a slot. The caller holds mu.
func (b *Beat) drop(i int) {
	s := b.slots[i]
	clear(s.waiting)
	s.waiting = s.waiting[:0]
	b.spare = append(b.spare, s)
	b.slots = slices.Delete(b.slots, i, i+1)
}

// add has a clock wait for a moment.
func (b *Beat) add(c *beatClock, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i, found := b.find(at)
	if !found {
		s := &slot{}
		if n := len(b.spare); n > 0 {
			s, b.spare = b.spare[n-1], b.spare[:n-1]
		}
		s.at = at
		b.slots = slices.Insert(b.slots, i, s)
	}
	b.slots[i].waiting = append(b.slots[i].waiting, c)
	if i == 0 && !found {
		b.arm()
	}
}

// remove takes back an add, whether its moment has come or not.
func (b *Beat) remove(c *beatClock, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if i, found := b.find(at); found {
		s := b.slots[i]
		if s.waiting = slices.DeleteFunc(s.waiting, func(o *beatClock) bool { return o == c }); len(s.waiting) == 0 {
			b.drop(i)
		}
	}
	select {
	case <-c.due:
	default:
	}
}

func (b *Beat) find(at time.Time) (int, bool) {
	return slices.BinarySearchFunc(b.slots, at, func(s *slot, at time.Time) int { return s.at.Compare(at) })
}

// Now implements Clock.
func (c *beatClock) Now() time.Time { return time.Now() }

// Wait implements Clock.
func (c *beatClock) Wait(ctx context.Context, t time.Time, wake <-chan struct{}) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !t.After(time.Now()) {
		return nil
	}
	c.beat.add(c, t)
	select {
	case <-c.due:
		return nil
	case <-wake:
		c.beat.remove(c, t)
		return nil
	case <-ctx.Done():
		c.beat.remove(c, t)
		return ctx.Err()
	}
}

// Close implements Clock.
func (c *beatClock) Close() error {
	b := c.beat
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open--; b.open > 0 {
		return nil
	}
	err := b.alarm.Close()
	b.alarm = nil
	ended := b.ended
	b.mu.Unlock()
	<-ended
	b.mu.Lock()
	return err
}

// pacer keeps ticks on an absolute schedule: tick n is due at start + n/hz,
// however late the ones before were. Ticks that are more than catchUp behind
// are given up, counted, and the schedule moves on without them.
type pacer struct {
	clock   Clock
	start   time.Time
	hz      int64
	n       int64 // the tick that is due next
	catchUp int64
}

// newPacer starts a schedule now: its ticks fall on epoch + phase + whole
// ticks. The zero epoch is now.
func newPacer(c Clock, hz int, epoch time.Time, phase time.Duration, catchUp int) *pacer {
	now := c.Now()
	if epoch.IsZero() {
		epoch = now
	}
	p := &pacer{clock: c, start: epoch.Add(phase), hz: int64(hz), catchUp: int64(catchUp)}
	p.n = p.first(now) + 1
	return p
}

// due is when tick n is to begin. Dividing last keeps the schedule exact.
func (p *pacer) due(n int64) time.Time {
	whole, part := n/p.hz, n%p.hz
	return p.start.Add(time.Duration(whole)*time.Second + time.Duration(part*int64(time.Second)/p.hz))
}

// first returns the first tick that is due at t or later.
func (p *pacer) first(t time.Time) int64 {
	since := max(int64(t.Sub(p.start)), 0)
	whole, part := since/int64(time.Second), since%int64(time.Second)
	return whole*p.hz + (part*p.hz+int64(time.Second)-1)/int64(time.Second)
}

func (p *pacer) wait(ctx context.Context, wake <-chan struct{}) error {
	return p.clock.Wait(ctx, p.due(p.n), wake)
}

// begin starts the tick that is due and counts how late it is and what is
// lost: it and what is still late after it are at most catchUp ticks.
func (p *pacer) begin(s *Stats) (now time.Time, late time.Duration, lost int64) {
	now = p.clock.Now()
	late = now.Sub(p.due(p.n))
	s.Late.Add(late)
	p.n++
	if lost = max(p.first(now)-p.catchUp+1-p.n, 0); lost > 0 {
		p.n += lost
		s.TicksLost.Add(uint64(lost))
	}
	return now, late, lost
}
