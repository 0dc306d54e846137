package match

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/gateway/apierr"
	"github.com/metronome-server/metronome/gateway/door"
)

// Limits bound what one address holds at this node; 0 is no bound.
type Limits struct {
	// EntriesPerAddress is how many entries that still wait an address may have
	// enqueued, and how many parties and entries it may watch, twice that. This
	// machine's own are not bounded by it. Threat: a crowd that one machine pretends to
	// be keeps a queue's players from each other.
	EntriesPerAddress int
}

// watchesPerEntry: each player watches an entry and a party.
const watchesPerEntry = 2

// maxWatches is how many watch this node, in all. Threat: memory, some 30 KB each.
const maxWatches = 20_000

var (
	// partyRate is how often parties may be made. Threat: a shelf of the store, which
	// holds a hundred thousand.
	partyPerAddress = door.Rate{PerSecond: 0.5, Burst: 20}
	partyInAll      = door.Rate{PerSecond: 50, Burst: 200}
	// wrongCode is how often a party's code may be wrong: a right one takes nothing.
	// Threat: guessing, as with rooms.
	wrongCodePerAddress = door.Rate{PerSecond: 0.2, Burst: 10}
	wrongCodeInAll      = door.Rate{PerSecond: 20, Burst: 200}
)

// guard bounds what callers hold. Any goroutine.
type guard struct {
	limits  Limits
	parties *door.Limit
	codes   *door.Limit

	mu       sync.Mutex
	entries  map[netip.Prefix]map[string]time.Time // when each is over at the latest
	enqueuer map[string]netip.Prefix
	watches  map[netip.Prefix]int
	watched  int
	swept    time.Time
}

func newGuard(limits Limits) *guard {
	return &guard{
		limits:  limits,
		parties: &door.Limit{PerAddress: partyPerAddress, InAll: partyInAll, Exempt: true},
		codes:   &door.Limit{PerAddress: wrongCodePerAddress, InAll: wrongCodeInAll},
		entries: map[netip.Prefix]map[string]time.Time{}, enqueuer: map[string]netip.Prefix{}, watches: map[netip.Prefix]int{},
	}
}

// bounds reports whether an address's bounds hold for a caller.
func (g *guard) bounds(c door.Caller) bool { return g.limits.EntriesPerAddress > 0 && !c.Exempt }

// sweepEvery is how often entries that are over by their time are forgotten.
const sweepEvery = time.Minute

// checkEnqueue says whether a caller may have another entry wait.
func (g *guard) checkEnqueue(ctx context.Context) error {
	caller := door.CallerOf(ctx)
	if !g.bounds(caller) {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sweep(time.Now())
	if n := len(g.entries[caller.Address]); n >= g.limits.EntriesPerAddress {
		return apierr.TooMany(fmt.Sprintf("%d entries of this address wait already; cancel one, or wait until one is matched", n), 0)
	}
	return nil
}

// enqueued remembers an entry that is over at a time at the latest.
func (g *guard) enqueued(ctx context.Context, entry string, until time.Time) {
	caller := door.CallerOf(ctx)
	if !g.bounds(caller) {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.entries[caller.Address] == nil {
		g.entries[caller.Address] = map[string]time.Time{}
	}
	g.entries[caller.Address][entry], g.enqueuer[entry] = until, caller.Address
}

// waitsNoMore forgets an entry.
func (g *guard) waitsNoMore(entry string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.forget(entry)
}

func (g *guard) forget(entry string) {
	address, ok := g.enqueuer[entry]
	if !ok {
		return
	}
	delete(g.enqueuer, entry)
	delete(g.entries[address], entry)
	if len(g.entries[address]) == 0 {
		delete(g.entries, address)
	}
}

func (g *guard) sweep(now time.Time) {
	if now.Sub(g.swept) < sweepEvery {
		return
	}
	g.swept = now
	for _, entries := range g.entries {
		for entry, until := range entries {
			if now.After(until) {
				g.forget(entry)
			}
		}
	}
}

// watch lets a caller watch, until done is called.
func (g *guard) watch(ctx context.Context) (done func(), err error) {
	caller := door.CallerOf(ctx)
	g.mu.Lock()
	defer g.mu.Unlock()
	if most := watchesPerEntry * g.limits.EntriesPerAddress; g.bounds(caller) && g.watches[caller.Address] >= most {
		return nil, apierr.TooMany(fmt.Sprintf("%d entries and parties are watched from this address already; end one", most), 0)
	}
	if g.watched >= maxWatches {
		return nil, connect.NewError(connect.CodeUnavailable, fmt.Errorf("too many watch this node; watch at another, or try again in a few seconds"))
	}
	g.watched++
	g.watches[caller.Address]++
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.watched--
		if g.watches[caller.Address]--; g.watches[caller.Address] == 0 {
			delete(g.watches, caller.Address)
		}
	}, nil
}

// checkParty says whether a caller may make another party.
func (g *guard) checkParty(ctx context.Context) error {
	if v := g.parties.Take(door.CallerOf(ctx)); !v.Allowed {
		return apierr.TooMany("too many parties are being made; try again in a few seconds", v.Wait)
	}
	return nil
}
