package door

import (
	"fmt"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"
)

func from(address string) Caller { return Caller{Address: AddressOf(netip.MustParseAddr(address))} }

func TestLimitPerAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &Limit{PerAddress: Rate{PerSecond: 2, Burst: 4}, Exempt: true}
		allowed := func(c Caller) (n int) {
			for range 20 {
				if l.Take(c).Allowed {
					n++
				}
			}
			return n
		}
		if got := allowed(from("203.0.113.9")); got != 4 {
			t.Errorf("%d at once", got)
		}
		if got := allowed(from("203.0.113.10")); got != 4 {
			t.Errorf("another address: %d", got)
		}
		if v := l.Take(from("203.0.113.9")); v.Allowed || v.ByOthers || v.Wait != 500*time.Millisecond {
			t.Errorf("over it: %+v", v)
		}
		<-time.After(time.Second)
		if got := allowed(from("203.0.113.9")); got != 2 {
			t.Errorf("a second later: %d", got)
		}
		if got := allowed(Caller{Exempt: true}); got != 20 {
			t.Errorf("this machine: %d", got)
		}
		net64 := 0
		for i := range 300 { // one /64
			if l.Take(from(fmt.Sprintf("2001:db8::%x", i+1))).Allowed {
				net64++
			}
		}
		if net64 != 4 {
			t.Errorf("300 addresses of one /64: %d", net64)
		}
	})
}

// TestLimitInAll: who comes too early waits in order, up to the limit's patience.
func TestLimitInAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &Limit{PerAddress: Rate{PerSecond: 1, Burst: 50}, InAll: Rate{PerSecond: 10, Burst: 5}, Patience: time.Second, Exempt: true}
		var waits []time.Duration
		for range 30 {
			if v := l.Take(Caller{Exempt: true}); v.Allowed {
				waits = append(waits, v.Wait)
			} else if !v.ByOthers {
				t.Fatalf("%+v", v)
			}
		}
		if len(waits) != 15 || waits[4] != 0 || waits[5] != 100*time.Millisecond || waits[14] != time.Second {
			t.Errorf("waits %v", waits)
		}
		before := l.buckets[from("203.0.113.9").Address]
		if v := l.Take(from("203.0.113.9")); v.Allowed || before != nil || l.buckets[from("203.0.113.9").Address].tokens != 50 {
			t.Errorf("who was refused for others paid: %+v", v)
		}
		<-time.After(2 * time.Second)
		if v := l.Take(Caller{Exempt: true}); !v.Allowed || v.Wait != 0 {
			t.Errorf("later: %+v", v)
		}
	})
}

func TestLimitGivesBack(t *testing.T) {
	l := &Limit{PerAddress: Rate{PerSecond: 0.001, Burst: 2}}
	c := from("203.0.113.9")
	for range 10 {
		if !l.Take(c).Allowed {
			t.Fatal("what was given back is missing")
		}
		l.Return(c)
	}
	for range 5 {
		l.Return(c)
	}
	l.Take(c)
	second, third := l.Take(c), l.Take(c)
	if second.Allowed && third.Allowed {
		t.Error("more was given back than there was")
	}
}

func TestLimitRemembersABoundedNumber(t *testing.T) {
	l := &Limit{PerAddress: Rate{PerSecond: 1, Burst: 2}}
	for i := range 3 * rememberedAddresses {
		l.Take(Caller{Address: AddressOf(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}))})
	}
	if len(l.buckets) > rememberedAddresses {
		t.Errorf("%d addresses are remembered", len(l.buckets))
	}
}
