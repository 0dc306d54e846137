// Package door tells who asks and bounds what may be asked: by address and in
// all, before anything is read or done for it, so that whatever comes over HTTP
// takes nothing from a room's ticks.
package door

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Caller is who sent a request.
type Caller struct {
	// Address is the client's: v4 as such, v6 as its /64, which one person has
	// whole. Every limit counts by it. Invalid: the request has none; all of those
	// share one count.
	Address netip.Prefix
	// Exempt: the request comes from this machine itself. No rate per address
	// holds for it: it is a load test. What is bounded in all holds for it too.
	Exempt bool
	// Local: as Exempt, and the request names this machine as its Host, so that no
	// foreign page can send it (DNS rebinding).
	Local bool
	// Scheme and Host are where the client thinks the server is.
	Scheme, Host string
}

// Proxies are the peers whose forwarding headers are believed.
type Proxies []netip.Prefix

// ParseProxies reads addresses and CIDR ranges.
func ParseProxies(list []string) (Proxies, error) {
	var p Proxies
	for _, text := range list {
		prefix, err := netip.ParsePrefix(text)
		if at, single := netip.ParseAddr(text); single == nil {
			prefix, err = netip.PrefixFrom(at.Unmap(), at.Unmap().BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("%q: want an address or a range, for example 10.0.0.0/8", text)
		}
		p = append(p, prefix.Masked())
	}
	return p, nil
}

func (p Proxies) contains(at netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(at) {
			return true
		}
	}
	return false
}

// AddressOf is the unit by which an address is counted.
func AddressOf(at netip.Addr) netip.Prefix {
	at = at.Unmap().WithZone("")
	bits := at.BitLen()
	if at.Is6() && !at.IsLoopback() {
		bits = 64
	}
	prefix, _ := at.Prefix(bits) // an invalid address gives an invalid prefix
	return prefix
}

// forwardingHeaders show that a request came through a proxy.
var forwardingHeaders = []string{
	"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Real-Ip", "Via",
	"Cf-Connecting-Ip", "True-Client-Ip", "X-Client-Ip",
}

func forwarded(h http.Header) bool {
	for _, name := range forwardingHeaders {
		if len(h[name]) > 0 {
			return true
		}
	}
	return false
}

// Caller tells who sent a request. Forwarding headers count when the peer is one
// of p, and are read from the right up to the first address that is not: what
// stands further left, anybody may have written.
func (p Proxies) Caller(r *http.Request) Caller {
	at, _ := netip.ParseAddrPort(r.RemoteAddr)
	peer := at.Addr().Unmap()
	c := Caller{Address: AddressOf(peer), Scheme: "http", Host: r.Host}
	if r.TLS != nil {
		c.Scheme = "https"
	}
	if !forwarded(r.Header) {
		c.Exempt = peer.IsLoopback()
		c.Local = c.Exempt && LocalHost(r.Host)
		return c
	}
	if !p.contains(peer) {
		return c
	}
	forwards := readForwarded(r.Header["Forwarded"])
	chain := listItems(r.Header["X-Forwarded-For"])
	byForwarded, byChain := p.client(forwards.addresses), p.client(chain)
	switch {
	case len(forwards.addresses) == 0 && byChain.IsValid():
		c.Address = AddressOf(byChain)
	case len(chain) == 0 && byForwarded.IsValid():
		c.Address = AddressOf(byForwarded)
	case byForwarded.IsValid() && byForwarded == byChain:
		c.Address = AddressOf(byForwarded)
	}
	// Where both are there and differ, the proxy writes one and lets the client
	// write the other: its own address counts.
	c.Scheme = firstOf(c.Scheme, forwards.proto, lastItem(r.Header["X-Forwarded-Proto"]))
	if c.Scheme != "https" {
		c.Scheme = "http"
	}
	c.Host = firstOf(c.Host, forwards.host, lastItem(r.Header["X-Forwarded-Host"]))
	return c
}

// firstOf is the first of the others that is there, else usual.
func firstOf(usual string, others ...string) string {
	for _, other := range others {
		if other != "" {
			return other
		}
	}
	return usual
}

// client is the last address of a chain that is no proxy of ours; invalid when
// there is none, or something that is no address stands before it.
func (p Proxies) client(chain []string) netip.Addr {
	for i := len(chain) - 1; i >= 0; i-- {
		at, ok := parseHop(chain[i])
		if !ok {
			return netip.Addr{}
		}
		if !p.contains(at) {
			return at
		}
	}
	return netip.Addr{}
}

// parseHop reads an address, with or without a port.
func parseHop(text string) (netip.Addr, bool) {
	if at, err := netip.ParseAddrPort(text); err == nil {
		return at.Addr().Unmap(), true
	}
	at, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return at.Unmap(), err == nil
}

// listItems are the items of a header's lists, over all its lines.
func listItems(lines []string) []string {
	var items []string
	for _, line := range lines {
		for item := range strings.SplitSeq(line, ",") {
			if item = strings.TrimSpace(item); item != "" {
				items = append(items, item)
			}
		}
	}
	return items
}

func lastItem(lines []string) string {
	items := listItems(lines)
	if len(items) == 0 {
		return ""
	}
	return items[len(items)-1]
}

// forwards is what a Forwarded header says: the chain, and what the last proxy
// saw.
type forwards struct {
	addresses   []string
	proto, host string
}

// readForwarded reads RFC 7239 as proxies write it. A comma inside quotes makes
// items that are no addresses, so the chain ends there.
func readForwarded(lines []string) forwards {
	var f forwards
	for _, item := range listItems(lines) {
		address := ""
		f.proto, f.host = "", ""
		for pair := range strings.SplitSeq(item, ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
			value = strings.Trim(value, `"`)
			switch strings.ToLower(name) {
			case "for":
				address = value
			case "proto":
				f.proto = value
			case "host":
				f.host = value
			}
		}
		f.addresses = append(f.addresses, address)
	}
	return f
}

// LocalHost reports whether a Host header names this machine by an address or a
// name that leads nowhere else.
func LocalHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	at, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && at.Unmap().IsLoopback()
}

type callerKey struct{}

// Identify puts who asks into a request's context, for CallerOf.
func (p Proxies) Identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, p.Caller(r))))
	})
}

// CallerOf is who sent the request of a context, after Identify; the zero Caller,
// which may do least, of any other.
func CallerOf(ctx context.Context) Caller {
	c, _ := ctx.Value(callerKey{}).(Caller)
	return c
}
