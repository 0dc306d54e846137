package console

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"

	"connectrpc.com/connect"
	"golang.org/x/time/rate"

	"github.com/metronome-server/metronome/gateway/door"
)

const (
	// MinAdminKey is the least length of an admin key, bytes. Why 8: at wrongRate
	// guesses a second, eight random letters last for thousands of years.
	MinAdminKey = 8
	// wrongBurst wrong keys may come from an address at once, then wrongRate a
	// second. Threat: guessing. Every address counts, this machine's too: behind
	// a proxy all are.
	wrongBurst = 10
	wrongRate  = 0.5
	// gateAddresses is how many addresses are remembered; when full all are
	// forgotten.
	gateAddresses = 10_000
)

// Why the console is not shown. Each says what to do.
var (
	errNoKey     = errors.New("the console is closed: this server has no admin key. Start it with --admin-key KEY (or METRONOME_ADMIN_KEY), 8 characters or more")
	errNeedKey   = errors.New("the console needs this server's admin key")
	errWrongKey  = errors.New("that is not this server's admin key")
	errManyKeys  = errors.New("too many wrong keys came from this address; wait a minute")
	errCrossSite = errors.New("the console only answers its own page")
	errForeign   = errors.New("without an admin key the console is only shown at this machine's own address, such as http://127.0.0.1:8080")
)

// gate decides who sees the console. Any goroutine.
type gate struct {
	key  string // empty: none
	open bool   // clients on this machine need no key if there is none

	mu    sync.Mutex
	wrong map[netip.Addr]*rate.Limiter
}

// check returns why a request is not let in, or nil.
func (g *gate) check(r *http.Request) *connect.Error {
	if !ownPage(r) {
		return connect.NewError(connect.CodePermissionDenied, errCrossSite)
	}
	if g.key == "" {
		switch {
		case !g.open || !door.Loopback(r):
			return connect.NewError(connect.CodePermissionDenied, errNoKey)
		case !localHost(r.Host):
			return connect.NewError(connect.CodePermissionDenied, errForeign)
		}
		return nil
	}
	key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || key == "" {
		return connect.NewError(connect.CodeUnauthenticated, errNeedKey)
	}
	return g.compareKey(r, key)
}

// compareKey compares a key, one at a time, so that guesses at once are counted too.
func (g *gate) compareKey(r *http.Request, key string) *connect.Error {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.limiter(r)
	if l.Tokens() < 1 {
		return connect.NewError(connect.CodeResourceExhausted, errManyKeys)
	}
	// The digests have one length, so that the time tells nothing of the key's.
	got, want := sha256.Sum256([]byte(key)), sha256.Sum256([]byte(g.key))
	if subtle.ConstantTimeCompare(got[:], want[:]) == 1 {
		return nil
	}
	l.Allow()
	return connect.NewError(connect.CodeUnauthenticated, errWrongKey)
}

func (g *gate) limiter(r *http.Request) *rate.Limiter {
	at, _ := netip.ParseAddrPort(r.RemoteAddr) // what is no address shares one
	if g.wrong == nil || len(g.wrong) >= gateAddresses {
		g.wrong = map[netip.Addr]*rate.Limiter{}
	}
	l := g.wrong[at.Addr()]
	if l == nil {
		l = rate.NewLimiter(wrongRate, wrongBurst)
		g.wrong[at.Addr()] = l
	}
	return l
}

// ownPage reports whether a request may come from the console's page or from
// no page at all. Threat: a page elsewhere that uses its visitor's address.
func ownPage(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
	default:
		return false
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	page, err := url.Parse(origin)
	return err == nil && page.Host != "" && strings.EqualFold(page.Host, r.Host)
}

// localHost reports whether a request named this machine. Threat: a name of a
// foreign page that leads here (DNS rebinding).
func localHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	at, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && at.IsLoopback()
}
