package room

import (
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/metronome-server/metronome/internal/usage"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// BenchmarkRoomsAtRest prints what 5,000 rooms of 0 Hz with two players each cost
// while nobody moves: once with nothing at all for five seconds, and once with the
// pings that their clients send, one every 20 s each.
func BenchmarkRoomsAtRest(b *testing.B) {
	const rooms, window = 5000, 5 * time.Second
	var beat Beat
	g, err := NewRegistry(RegistryConfig{
		MaxRooms: rooms, MaxSeats: 4 * rooms, Room: Default(), Stats: &Stats{}, Log: slog.New(slog.DiscardHandler), Clock: beat.Clock,
	}, []sim.Mode{deskMode(0)})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = g.Close(b.Context(), netproto.CloseRoomEnded, "") }()
	ping := netproto.AppendClientFrame(nil, &netproto.ClientFrame{Ping: 1})
	var conns []*lockedConn
	for i := range rooms {
		r, err := g.Create(Wish{ID: fmt.Sprint("r", i)})
		if err != nil {
			b.Fatal(err)
		}
		for range 2 {
			p, err := r.Knock(Guest{})
			if err != nil {
				b.Fatal(err)
			}
			c := &lockedConn{attached: make(chan struct{})}
			conns = append(conns, c)
			p.Enter(c)
		}
	}
	for _, c := range conns {
		<-c.attached
		c.give(ping)
	}
	spend := func(what string, each func(until time.Time)) {
		began, before := time.Now(), usage.CPUSeconds()
		each(began.Add(window))
		b.ReportMetric((usage.CPUSeconds()-before)/time.Since(began).Seconds()*100, what)
	}
	<-time.After(time.Second) // until all have answered the first ping
	b.ResetTimer()
	spend("%-CPU-silent", func(until time.Time) { <-time.After(time.Until(until)) })
	spend("%-CPU-pinged", func(until time.Time) {
		every := 20 * time.Second / time.Duration(len(conns))
		for i, next := 0, time.Now(); next.Before(until); i, next = i+1, next.Add(every) {
			<-time.After(time.Until(next))
			conns[i%len(conns)].give(ping)
		}
	})
}

// lockedConn is a connection of a room that rests, which takes everything and
// says what it is given.
type lockedConn struct {
	arrived  func()
	attached chan struct{}
	mu       sync.Mutex
	in       [][]byte
}

// give has a message arrive.
func (c *lockedConn) give(msg []byte) {
	c.mu.Lock()
	c.in = append(c.in, msg)
	c.mu.Unlock()
	c.arrived()
}

func (c *lockedConn) Attach(arrived func()) {
	c.arrived = arrived
	close(c.attached)
}

func (c *lockedConn) Poll(handle func([]byte) error) error {
	c.mu.Lock()
	in := c.in
	c.in = nil
	c.mu.Unlock()
	for _, msg := range in {
		if err := handle(msg); err != nil {
			return err
		}
	}
	return nil
}

func (c *lockedConn) Write([]byte) error               { return nil }
func (c *lockedConn) Flush() bool                      { return true }
func (c *lockedConn) Close(netproto.CloseCode, string) {}
