package console

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/gateway/door"
)

const (
	// MinAdminKey is the least length of an admin key, bytes. Why 8: at half a
	// guess a second, eight random letters last for thousands of years.
	MinAdminKey = 8
)

// wrongKeys may come from an address. Threat: guessing. Every address counts,
// this machine's too: behind a proxy all are.
var wrongKeys = door.Rate{PerSecond: 0.1, Burst: 10}

// Why the console is not shown. Each says what to do.
var (
	errNoKey     = errors.New("the console is closed: this server has no admin key. Start it with --admin-key KEY (or METRONOME_ADMIN_KEY), 8 characters or more")
	errNeedKey   = errors.New("the console needs this server's admin key")
	errWrongKey  = errors.New("that is not this server's admin key")
	errManyKeys  = errors.New("too many wrong keys came from this address; wait a minute")
	errCrossSite = errors.New("the console only answers its own page")
	errForeign   = errors.New("without an admin key the console is only shown at this machine's own address, such as http://127.0.0.1:8080, and through no proxy")
)

// gate decides who sees the console. Any goroutine.
type gate struct {
	key     string // empty: none
	open    bool   // clients on this machine need no key if there is none
	guesses *door.Limit
}

func newGate(key string, open bool) *gate {
	return &gate{key, open, &door.Limit{PerAddress: wrongKeys}}
}

// check returns why a request is not let in, or nil.
func (g *gate) check(r *http.Request) *connect.Error {
	if !ownPage(r) {
		return connect.NewError(connect.CodePermissionDenied, errCrossSite)
	}
	caller := door.CallerOf(r.Context())
	if g.key == "" {
		switch {
		case !g.open || !caller.Address.Addr().IsLoopback():
			return connect.NewError(connect.CodePermissionDenied, errNoKey)
		case !caller.Local:
			return connect.NewError(connect.CodePermissionDenied, errForeign)
		}
		return nil
	}
	key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || key == "" {
		return connect.NewError(connect.CodeUnauthenticated, errNeedKey)
	}
	return g.compareKey(caller, key)
}

// compareKey compares a key. A right one gives back what it took from the guesses.
func (g *gate) compareKey(caller door.Caller, key string) *connect.Error {
	if v := g.guesses.Take(caller); !v.Allowed {
		err := connect.NewError(connect.CodeResourceExhausted, errManyKeys)
		door.SetRetryAfter(err.Meta(), http.StatusTooManyRequests, v.Wait)
		return err
	}
	// The digests have one length, so that the time tells nothing of the key's.
	got, want := sha256.Sum256([]byte(key)), sha256.Sum256([]byte(g.key))
	if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
		return connect.NewError(connect.CodeUnauthenticated, errWrongKey)
	}
	g.guesses.Return(caller)
	return nil
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
