package door

import (
	"net/http"
	"net/netip"
	"sync"

	"golang.org/x/time/rate"
)

const (
	// HandshakeBurst is how many seconds' worth of handshakes may come at once.
	// Threat: one machine that keeps the node busy with handshakes. Why so many:
	// a school or an office plays from one address.
	HandshakeBurst = 10
	// rateAddresses is how many addresses are remembered; when full all are
	// forgotten, which costs a little leniency and bounds the memory.
	rateAddresses = 10_000
)

// RateLimit counts handshakes by address. The zero value is ready.
type RateLimit struct {
	mu sync.Mutex
	by map[netip.Addr]*rate.Limiter
}

// Allow counts a request against so many per second; 0 is no limit. This
// machine's own are not limited: they are load tests and reverse proxies, which
// count for themselves.
func (l *RateLimit) Allow(r *http.Request, perSecond int) bool {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if perSecond == 0 || err != nil || at.Addr().Unmap().IsLoopback() {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.by == nil || len(l.by) >= rateAddresses {
		l.by = map[netip.Addr]*rate.Limiter{}
	}
	limiter := l.by[at.Addr()]
	if limiter == nil {
		limiter = rate.NewLimiter(rate.Limit(perSecond), HandshakeBurst*perSecond)
		l.by[at.Addr()] = limiter
	}
	return limiter.Allow()
}
