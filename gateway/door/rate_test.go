package door

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestManyHandshakesFromOneAddressAreRefused(t *testing.T) {
	var l RateLimit
	const perSecond = 20
	allowed := 0
	for range 2 * HandshakeBurst * perSecond {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = "203.0.113.9:1000"
		if l.Allow(r, perSecond) {
			allowed++
		}
	}
	if allowed < HandshakeBurst*perSecond || allowed > (HandshakeBurst+1)*perSecond {
		t.Errorf("%d of %d handshakes were allowed", allowed, 2*HandshakeBurst*perSecond)
	}
	other := httptest.NewRequest(http.MethodGet, "/", nil)
	other.RemoteAddr = "203.0.113.10:1000"
	if !l.Allow(other, perSecond) {
		t.Error("another address pays for the first")
	}
	other.RemoteAddr = "203.0.113.9:1000"
	if !l.Allow(other, 0) {
		t.Error("no limit is a limit")
	}
	local := httptest.NewRequest(http.MethodGet, "/", nil)
	local.RemoteAddr = "127.0.0.1:1000"
	if !l.Allow(local, perSecond) {
		t.Error("this machine was limited")
	}
}
