package console

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/gateway/door"
)

// visitor is a request to the console.
func visitor(remote, host string, header map[string]string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/metronome.v1.ConsoleService/Watch", nil)
	r.RemoteAddr, r.Host = remote, host
	for name, value := range header {
		r.Header.Set(name, value)
	}
	return r
}

// check asks a gate as the server does.
func check(g *gate, r *http.Request) (err *connect.Error) {
	door.Proxies(nil).Identify(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { err = g.check(r) })).ServeHTTP(nil, r)
	return err
}

func TestGate(t *testing.T) {
	const here, away, key = "127.0.0.1:1000", "203.0.113.9:1000", "correct horse"
	bearer := func(key string) map[string]string { return map[string]string{"Authorization": "Bearer " + key} }
	for _, row := range []struct {
		name         string
		key          string
		open         bool
		remote, host string
		header       map[string]string
		code         connect.Code // 0: let in
		says         string
	}{
		{"open, this machine", "", true, here, "127.0.0.1:8080", nil, 0, ""},
		{"open, this machine by name", "", true, here, "localhost:8080", nil, 0, ""},
		{"open, this machine, IPv6", "", true, "[::1]:1000", "[::1]:8080", nil, 0, ""},
		{"open, elsewhere", "", true, away, "127.0.0.1:8080", nil, connect.CodePermissionDenied, "--admin-key"},
		{"open, a foreign name that leads here", "", true, here, "evil.example:8080", nil, connect.CodePermissionDenied, "own address"},
		{"open, a foreign address", "", true, here, "10.0.0.1", nil, connect.CodePermissionDenied, "own address"},
		{"open, this machine, through a proxy", "", true, here, "127.0.0.1:8080", map[string]string{"X-Forwarded-For": "203.0.113.9"}, connect.CodePermissionDenied, "no proxy"},
		{"open, this machine, through a proxy that says it is here", "", true, here, "localhost", map[string]string{"X-Forwarded-For": "127.0.0.1"}, connect.CodePermissionDenied, "no proxy"},
		{"open, this machine, through a proxy by Forwarded", "", true, here, "localhost", map[string]string{"Forwarded": "for=127.0.0.1"}, connect.CodePermissionDenied, "no proxy"},
		{"open, this machine, through a proxy by Via", "", true, here, "localhost", map[string]string{"Via": "1.1 proxy"}, connect.CodePermissionDenied, "no proxy"},
		{"closed, no key", "", false, here, "127.0.0.1:8080", nil, connect.CodePermissionDenied, "--admin-key"},
		{"closed, no key, one given", "", false, away, "play.example", bearer(""), connect.CodePermissionDenied, "METRONOME_ADMIN_KEY"},
		{"key, none given", key, false, away, "play.example", nil, connect.CodeUnauthenticated, "needs this server's admin key"},
		{"key, none given, open and here", key, true, here, "127.0.0.1", nil, connect.CodeUnauthenticated, "needs"},
		{"key, empty", key, false, away, "play.example", bearer(""), connect.CodeUnauthenticated, "needs"},
		{"key, no bearer", key, false, away, "play.example", map[string]string{"Authorization": "Basic " + key}, connect.CodeUnauthenticated, "needs"},
		{"key, wrong", key, false, away, "play.example", bearer("correct hors"), connect.CodeUnauthenticated, "not this server's"},
		{"key, longer", key, false, away, "play.example", bearer(key + "s"), connect.CodeUnauthenticated, "not this server's"},
		{"key, right", key, false, away, "play.example", bearer(key), 0, ""},
		{"key, right, here", key, true, here, "127.0.0.1", bearer(key), 0, ""},
		{"own page", "", true, here, "localhost:80", map[string]string{"Origin": "http://LOCALHOST:80", "Sec-Fetch-Site": "same-origin"}, 0, ""},
		{"foreign page", "", true, here, "localhost", map[string]string{"Origin": "https://evil.example"}, connect.CodePermissionDenied, "own page"},
		{"foreign page with the key", key, false, away, "play.example", map[string]string{"Origin": "https://evil.example", "Authorization": "Bearer " + key}, connect.CodePermissionDenied, "own page"},
		{"hidden page", "", true, here, "localhost", map[string]string{"Origin": "null"}, connect.CodePermissionDenied, "own page"},
		{"a picture on a foreign page", "", true, here, "localhost", map[string]string{"Sec-Fetch-Site": "cross-site"}, connect.CodePermissionDenied, "own page"},
		{"a page of a neighbour", "", true, here, "localhost", map[string]string{"Sec-Fetch-Site": "same-site"}, connect.CodePermissionDenied, "own page"},
		{"typed by a person", "", true, here, "localhost", map[string]string{"Sec-Fetch-Site": "none"}, 0, ""},
	} {
		err := check(newGate(row.key, row.open), visitor(row.remote, row.host, row.header))
		switch {
		case row.code == 0 && err != nil, row.code != 0 && err == nil:
			t.Errorf("%s: %v", row.name, err)
		case err != nil && (err.Code() != row.code || !strings.Contains(err.Message(), row.says)):
			t.Errorf("%s: %v, want %v %q", row.name, err, row.code, row.says)
		}
	}
}

// TestGuessingIsSlow guesses until the address is not listened to any more,
// not even with the right key, and finds others untouched.
func TestGuessingIsSlow(t *testing.T) {
	g := newGate("correct horse", false)
	ask := func(remote, key string) connect.Code {
		err := check(g, visitor(remote, "play.example", map[string]string{"Authorization": "Bearer " + key}))
		if err == nil {
			return 0
		}
		return err.Code()
	}
	for range 3 * wrongKeys.Burst { // right ones cost nothing
		if code := ask("203.0.113.9:1", "correct horse"); code != 0 {
			t.Fatalf("the right key: %v", code)
		}
	}
	for i := range wrongKeys.Burst {
		if code := ask("203.0.113.9:1", "guess"); code != connect.CodeUnauthenticated {
			t.Fatalf("guess %d: %v", i, code)
		}
	}
	for _, key := range []string{"guess", "correct horse"} {
		if code := ask("203.0.113.9:2", key); code != connect.CodeResourceExhausted {
			t.Errorf("%q after the guesses: %v", key, code)
		}
	}
	if code := ask("203.0.113.10:1", "correct horse"); code != 0 {
		t.Errorf("another address: %v", code)
	}
}
