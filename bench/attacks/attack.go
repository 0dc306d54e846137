//go:build linux

package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/time/rate"
)

// attack is one row: something that clients do to a server, or that happens to it.
type attack struct {
	name  string
	about string
	// serve are further flags of the server; redis gives it a Redis of its own.
	serve []string
	redis bool
	// users gives the server a key for tokens of users.
	users bool
	// hang starts the server with the mode of ./hang.
	hang bool

	// descriptors is all that the server may have once the bots are in; 0: as many
	// as the system gives.
	descriptors uint64
	// askAlone: the attackers let go before the server is asked what it lost, as
	// that question would wait in the line that they fill, or find no descriptor.
	askAlone bool

	// query is with what clients that send messages enter the home room; "": a name.
	query string

	// clients attack at a time, with at most rate requests a second together.
	// A request may hold several messages: batch, 1 when 0.
	clients int
	rate    float64
	batch   int
	// setup runs before the bots' time is measured.
	setup func(ctx context.Context, a *assault) error
	// client attacks until ctx ends.
	client func(ctx context.Context, a *assault, i int)

	// chaos happens to the server or its Redis, instead of clients. It returns
	// what was seen of it.
	chaos func(ctx context.Context, s *scene) string
}

// pressure says how hard an attack is.
func (a *attack) pressure(scale float64) string {
	switch {
	case a.client == nil:
		return ""
	case a.batch > 1:
		return fmt.Sprintf("%d clients, %.0f × %d/s", a.clients, scale*a.rate, a.batch)
	}
	return fmt.Sprintf("%d clients, %.0f/s", a.clients, scale*a.rate)
}

// assault is an attack under way.
type assault struct {
	*attack
	address string   // of the server
	from    []net.IP // addresses of the attackers
	room    string   // what setup made
	limit   *rate.Limiter
	halted  atomic.Bool

	served, refused, closed atomic.Int64
	open                    atomic.Int64 // connections held right now

	wait sync.WaitGroup
	stop context.CancelFunc
}

// newAssault prepares an attack on a server. The bots come from 127.0.0.1, the
// attackers from other addresses of loopback, so that limits by address can
// tell them apart.
func newAssault(o options, a *attack, address string) *assault {
	s := &assault{attack: a, address: address, limit: rate.NewLimiter(rate.Limit(o.scale*a.rate), 1)}
	for i := range o.addresses {
		s.from = append(s.from, net.IPv4(127, 0, 1, byte(i+1)))
	}
	return s
}

// begin lets the clients loose.
func (a *assault) begin(ctx context.Context) {
	ctx, a.stop = context.WithCancel(ctx)
	for i := range min(a.clients, descriptors()) {
		a.wait.Go(func() { a.client(ctx, a, i) })
	}
}

// halt lets no client send anything more. Connections stay open.
func (a *assault) halt() { a.halted.Store(true) }

// end takes the clients back.
func (a *assault) end() {
	a.stop()
	a.wait.Wait()
}

// may waits until the next request may be sent; false ends the client.
func (a *assault) may(ctx context.Context) bool {
	if a.limit.Wait(ctx) != nil {
		return false
	}
	if a.halted.Load() {
		<-ctx.Done()
	}
	return ctx.Err() == nil
}

// got says what the attackers got, per second.
func (a *assault) got(d time.Duration) string {
	var parts []string
	for _, part := range []struct {
		n    int64
		what string
	}{{a.served.Load(), "served"}, {a.refused.Load(), "refused"}, {a.closed.Load(), "closed"}} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%.1f %s", float64(part.n)/d.Seconds(), part.what))
		}
	}
	text := strings.Join(parts, ", ") + " /s"
	if len(parts) == 0 {
		text = "nothing"
	}
	if n := a.open.Load(); n > 0 {
		text += fmt.Sprintf("; %d held open", n)
	}
	return text
}

// dial connects from client i's address.
func (a *assault) dial(ctx context.Context, i int) (*net.TCPConn, error) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: a.from[i%len(a.from)]}, Timeout: askTimeout}
	conn, err := d.DialContext(ctx, "tcp", a.address)
	if err != nil {
		return nil, err
	}
	return conn.(*net.TCPConn), nil
}

// http is client i's own HTTP client, with one connection that is kept.
func (a *assault) http(i int) *http.Client {
	return &http.Client{Timeout: 5 * askTimeout, Transport: &http.Transport{
		DialContext:        func(ctx context.Context, _, _ string) (net.Conn, error) { return a.dial(ctx, i) },
		DisableCompression: true,
	}}
}

// descriptors is how many connections this process may hold.
func descriptors() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return 500
	}
	return int(min(limit.Cur, 1<<20)) - 100
}
