package door

import (
	"math"
	"net/netip"
	"sync"
	"time"
)

// Rate is how often something may happen: Burst at once, then PerSecond. The zero
// value does not bound.
type Rate struct {
	PerSecond float64
	Burst     int
}

// bounded reports whether r is a bound.
func (r Rate) bounded() bool { return r.PerSecond > 0 }

// bucket counts against a Rate.
type bucket struct {
	tokens float64
	filled time.Time
}

func (b *bucket) fill(r Rate, now time.Time) {
	if b.filled.IsZero() {
		b.tokens = float64(r.Burst)
	} else if passed := now.Sub(b.filled); passed > 0 {
		b.tokens = min(b.tokens+passed.Seconds()*r.PerSecond, float64(r.Burst))
	}
	b.filled = now
}

// take takes a token. One that is not there yet is lent if it comes within
// patience: wait is until then, and who waits goes on in order. Else nothing is
// taken, ok is false, and wait is until there is one.
func (b *bucket) take(r Rate, now time.Time, patience time.Duration) (wait time.Duration, ok bool) {
	b.fill(r, now)
	if missing := 1 - b.tokens; missing > 0 {
		wait = time.Duration(math.Ceil(missing / r.PerSecond * float64(time.Second)))
	}
	if wait > patience {
		return wait, false
	}
	b.tokens--
	return wait, true
}

// rememberedAddresses is how many addresses a limit remembers. When full, those
// that have used nothing up are forgotten, else all are, which costs a little
// leniency. Threat: memory for every address that ever came.
const rememberedAddresses = 20_000

// Limit counts something by address and in all. Any goroutine.
type Limit struct {
	// PerAddress bounds what one address may do, at once refused.
	PerAddress Rate
	// InAll bounds what all may do together. Whoever may go on within Patience
	// waits for it, in order, so that a burst is smoothed and not refused.
	InAll    Rate
	Patience time.Duration
	// Exempt lets callers that are Exempt pass PerAddress.
	Exempt bool

	mu      sync.Mutex
	all     bucket
	buckets map[netip.Prefix]*bucket
}

// Verdict is what a Limit says to one caller.
type Verdict struct {
	// Allowed: go on after Wait. Else nothing was counted, and Wait is after how
	// long it may be tried again.
	Allowed bool
	Wait    time.Duration
	// ByOthers: what all may do together is used up, not what this address may.
	ByOthers bool
}

// Take counts one of a caller.
func (l *Limit) Take(c Caller) Verdict {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	var own *bucket
	if l.PerAddress.bounded() && !(l.Exempt && c.Exempt) {
		own = l.bucket(c.Address, now)
		if wait, ok := own.take(l.PerAddress, now, 0); !ok {
			return Verdict{Wait: wait}
		}
	}
	if !l.InAll.bounded() {
		return Verdict{Allowed: true}
	}
	wait, ok := l.all.take(l.InAll, now, l.Patience)
	if !ok && own != nil {
		own.tokens++
	}
	return Verdict{Allowed: ok, Wait: wait, ByOthers: !ok}
}

// Return gives back what Take took.
func (l *Limit) Return(c Caller) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if own := l.buckets[c.Address]; own != nil {
		own.tokens = min(own.tokens+1, float64(l.PerAddress.Burst))
	}
	l.all.tokens = min(l.all.tokens+1, float64(l.InAll.Burst))
}

func (l *Limit) bucket(address netip.Prefix, now time.Time) *bucket {
	b := l.buckets[address]
	if b != nil {
		return b
	}
	if len(l.buckets) >= rememberedAddresses {
		for at, other := range l.buckets {
			if other.fill(l.PerAddress, now); other.tokens >= float64(l.PerAddress.Burst) {
				delete(l.buckets, at)
			}
		}
	}
	if l.buckets == nil || len(l.buckets) >= rememberedAddresses {
		l.buckets = map[netip.Prefix]*bucket{}
	}
	b = &bucket{}
	l.buckets[address] = b
	return b
}
