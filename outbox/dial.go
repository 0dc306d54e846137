package outbox

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"syscall"
)

// ErrAddress says that a receiver's address is not on the public internet. It is
// what keeps a URL from reaching the services beside the node.
var ErrAddress = errors.New("outbox: the receiver's address is not public")

// closed are the networks that are neither public nor anybody's on the internet.
// Of IPv6, only 2000::/3 is public, but for those here.
var closed = prefixes(
	"0.0.0.0/8",        // this network
	"10.0.0.0/8",       // private
	"100.64.0.0/10",    // carriers' own; metadata of some clouds
	"127.0.0.0/8",      // loopback
	"168.63.129.16/32", // the host, in Azure
	"169.254.0.0/16",   // link-local; metadata of most clouds
	"172.16.0.0/12",    // private
	"192.0.0.0/24",     // protocols' own
	"192.0.2.0/24",     // examples
	"192.88.99.0/24",   // 6to4 relays
	"192.168.0.0/16",   // private
	"198.18.0.0/15",    // benchmarks
	"198.51.100.0/24",  // examples
	"203.0.113.0/24",   // examples
	"224.0.0.0/3",      // multicast, reserved, broadcast
	"2001::/23",        // protocols' own, Teredo
	"2001:db8::/32",    // examples
	"2002::/16",        // 6to4, which has addresses of IPv4 in it
	"3fff::/20",        // examples
)

var (
	public6 = netip.MustParsePrefix("2000::/3")
	// nat64 has addresses of IPv4 in its last 32 bits.
	nat64 = netip.MustParsePrefix("64:ff9b::/96")
)

func prefixes(list ...string) (parsed []netip.Prefix) {
	for _, s := range list {
		parsed = append(parsed, netip.MustParsePrefix(s))
	}
	return parsed
}

// public reports whether an address may be anybody's on the internet.
func public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if nat64.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	if a.Is6() && !public6.Contains(a) {
		return false
	}
	return a.IsValid() && !slices.ContainsFunc(closed, func(p netip.Prefix) bool { return p.Contains(a) })
}

// guard returns what a dialer asks before it connects. It sees the address that
// the name was resolved to, so that no name leads past it. allowed networks are let
// through.
func guard(allowed []netip.Prefix) func(network, address string, c syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("%w: %s", ErrAddress, address)
		}
		a := to.Addr().Unmap().WithZone("")
		if public(a) || slices.ContainsFunc(allowed, func(p netip.Prefix) bool { return p.Contains(a) }) {
			return nil
		}
		return fmt.Errorf("%w: %s; allow its network if it is meant", ErrAddress, a)
	}
}
