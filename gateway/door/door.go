// Package door tells who asks and decides how much may be asked.
package door

import (
	"net/http"
	"net/netip"
)

// Loopback reports whether a request comes from this machine.
func Loopback(r *http.Request) bool {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && at.Addr().Unmap().IsLoopback()
}
