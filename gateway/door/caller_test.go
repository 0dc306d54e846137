package door

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// callerOf is who sent a request that came from a peer, with header lines "Name: value".
func callerOf(t *testing.T, trusted, peer, host string, header ...string) Caller {
	t.Helper()
	var list []string
	if trusted != "" {
		list = strings.Split(trusted, " ")
	}
	p, err := ParseProxies(list)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr, r.Host = peer, host
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	return p.Caller(r)
}

func TestAddressOfCaller(t *testing.T) {
	const proxy = "10.0.0.0/8 2001:db8:ff::/48"
	for _, row := range []struct {
		name, trusted, peer string
		header              []string
		want                string
	}{
		{"v4", "", "203.0.113.9:1", nil, "203.0.113.9/32"},
		{"v4 in v6", "", "[::ffff:203.0.113.9]:1", nil, "203.0.113.9/32"},
		{"v6 by /64", "", "[2001:db8:1:2:3:4:5:6]:1", nil, "2001:db8:1:2::/64"},
		{"v6 with a zone", "", "[fe80::1%eth0]:1", nil, "fe80::/64"},
		{"header of a stranger", proxy, "203.0.113.9:1", []string{"X-Forwarded-For: 198.51.100.1"}, "203.0.113.9/32"},
		{"header of a proxy", proxy, "10.1.1.1:1", []string{"X-Forwarded-For: 198.51.100.1"}, "198.51.100.1/32"},
		{"from the right", proxy, "10.1.1.1:1", []string{"X-Forwarded-For: 1.2.3.4, 198.51.100.1"}, "198.51.100.1/32"},
		{"in several lines", proxy, "10.1.1.1:1", []string{"X-Forwarded-For: 1.2.3.4", "X-Forwarded-For: 198.51.100.1"}, "198.51.100.1/32"},
		{"past our own", proxy, "10.1.1.1:1", []string{"X-Forwarded-For: 1.2.3.4, 198.51.100.1, 10.2.2.2"}, "198.51.100.1/32"},
		{"past our own in v6", proxy, "[2001:db8:ff::1]:1", []string{"X-Forwarded-For: 2001:db8:5:6:7::1, 2001:db8:ff::2"}, "2001:db8:5:6::/64"},
		{"with a port", proxy, "10.1.1.1:1", []string{"X-Forwarded-For: 198.51.100.1:4711"}, "198.51.100.1/32"},
		{"rubbish nearer than the client", proxy, "10.1.1.1:1", []string{"X-Forwarded-For: 198.51.100.1, unknown"}, "10.1.1.1/32"},
		{"all our own", proxy, "10.1.1.1:1", []string{"X-Forwarded-For: 10.2.2.2"}, "10.1.1.1/32"},
		{"empty", proxy, "10.1.1.1:1", []string{"X-Forwarded-For: "}, "10.1.1.1/32"},
		{"Forwarded", proxy, "10.1.1.1:1", []string{`Forwarded: for=1.2.3.4, for="[2001:db8:5:6::9]:4711";proto=https`}, "2001:db8:5:6::/64"},
		{"Forwarded in capitals", proxy, "10.1.1.1:1", []string{`Forwarded: By=10.1.1.1; For=198.51.100.1`}, "198.51.100.1/32"},
		{"Forwarded, hidden", proxy, "10.1.1.1:1", []string{`Forwarded: for=198.51.100.1, for=_hidden`}, "10.1.1.1/32"},
		{"both, the same", proxy, "10.1.1.1:1", []string{"Forwarded: for=198.51.100.1", "X-Forwarded-For: 198.51.100.1"}, "198.51.100.1/32"},
		{"both, one of them the client's", proxy, "10.1.1.1:1", []string{"Forwarded: for=1.2.3.4", "X-Forwarded-For: 198.51.100.1"}, "10.1.1.1/32"},
		{"no address", "", "@", nil, "invalid Prefix"},
	} {
		if got := callerOf(t, row.trusted, row.peer, "x", row.header...).Address.String(); got != row.want {
			t.Errorf("%s: %s, want %s", row.name, got, row.want)
		}
	}
}

func TestLocalCaller(t *testing.T) {
	for _, row := range []struct {
		name, trusted, peer, host string
		header                    []string
		exempt, local             bool
	}{
		{"this machine", "", "127.0.0.1:1", "127.0.0.1:8080", nil, true, true},
		{"this machine by name", "", "[::1]:1", "LOCALHOST", nil, true, true},
		{"this machine by v6", "", "[::1]:1", "[::1]:8080", nil, true, true},
		{"a foreign name that leads here", "", "127.0.0.1:1", "evil.example:8080", nil, true, false},
		{"a name that only begins like ours", "", "127.0.0.1:1", "localhost.evil.example", nil, true, false},
		{"elsewhere", "", "203.0.113.9:1", "127.0.0.1:8080", nil, false, false},
		{"through a proxy here", "", "127.0.0.1:1", "localhost", []string{"X-Forwarded-For: 127.0.0.1"}, false, false},
		{"through a proxy here that is trusted", "127.0.0.1", "127.0.0.1:1", "localhost", []string{"X-Forwarded-For: 127.0.0.1"}, false, false},
		{"through a proxy that says only where", "", "127.0.0.1:1", "localhost", []string{"X-Forwarded-Host: localhost"}, false, false},
		{"through a proxy that says only that", "", "127.0.0.1:1", "localhost", []string{"Via: 1.1 x"}, false, false},
		{"with an empty header", "", "127.0.0.1:1", "localhost", []string{"Forwarded: "}, false, false},
	} {
		c := callerOf(t, row.trusted, row.peer, row.host, row.header...)
		if c.Exempt != row.exempt || c.Local != row.local {
			t.Errorf("%s: %+v", row.name, c)
		}
	}
}

func TestWhereTheCallerReachedTheServer(t *testing.T) {
	for _, row := range []struct {
		name, peer   string
		header       []string
		scheme, host string
	}{
		{"directly", "203.0.113.9:1", nil, "http", "play.example"},
		{"a stranger's header", "203.0.113.9:1", []string{"X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https"}, "http", "play.example"},
		{"a proxy's header", "10.1.1.1:1", []string{"X-Forwarded-For: 1.2.3.4", "X-Forwarded-Host: a.example", "X-Forwarded-Proto: https"}, "https", "a.example"},
		{"Forwarded", "10.1.1.1:1", []string{`Forwarded: for=1.2.3.4;host="a.example:8443";proto=https`}, "https", "a.example:8443"},
		{"another scheme", "10.1.1.1:1", []string{"X-Forwarded-Proto: gopher"}, "http", "play.example"},
	} {
		if c := callerOf(t, "10.0.0.0/8", row.peer, "play.example", row.header...); c.Scheme != row.scheme || c.Host != row.host {
			t.Errorf("%s: %s://%s", row.name, c.Scheme, c.Host)
		}
	}
}

func TestParseProxiesFaults(t *testing.T) {
	for _, text := range []string{"", "proxy.example", "10.0.0.0/33", "10.0.0.1:80"} {
		if _, err := ParseProxies([]string{text}); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}
