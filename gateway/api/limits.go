package api

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/metronome-server/metronome/gateway/apierr"
	"github.com/metronome-server/metronome/gateway/door"
	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/room"
)

// Limits bound what one address holds at this node; 0 is no bound.
type Limits struct {
	// ReservationsPerAddress is how many seats that nobody has taken yet an address
	// may have promised. Threat: seats reserved by who never comes keep a room full.
	ReservationsPerAddress int
	// RoomsPerAddress is how many rooms that an address has made may live, at most
	// half of what the node takes on; of this machine's own, which are load tests,
	// only those count that nobody has entered yet, and a quarter of the node's may.
	// Threat: one caller takes every room and the memory for it.
	RoomsPerAddress int
}

var (
	// creation is how often rooms may be made. Threat: making one costs more than
	// any other call, and what is left behind costs memory for a minute. In all: a
	// load test of two players a room makes its rooms at this rate.
	creationPerAddress = door.Rate{PerSecond: 1, Burst: 20}
	creationInAll      = door.Rate{PerSecond: 50, Burst: 200}
	// wrongCode is how often a private room's code may be wrong: a right one takes
	// nothing. Threat: guessing. At the rate in all, one of a thousand private rooms
	// is found once in twelve hours. Every address counts, this machine's too:
	// behind a proxy all are.
	wrongCodePerAddress = door.Rate{PerSecond: 0.2, Burst: 10}
	wrongCodeInAll      = door.Rate{PerSecond: 20, Burst: 200}
)

// guard bounds what callers hold. Any goroutine.
type guard struct {
	limits    Limits
	creations *door.Limit
	codes     *door.Limit
	rooms     *room.Registry
	lobby     *lobby.Lobby

	mu           sync.Mutex
	reservations held // by ticket
	made         held // by room
	swept        time.Time
}

func newGuard(limits Limits, rooms *room.Registry, l *lobby.Lobby) *guard {
	return &guard{
		limits: limits, rooms: rooms, lobby: l, reservations: newHeld(), made: newHeld(), swept: time.Now(),
		creations: &door.Limit{PerAddress: creationPerAddress, InAll: creationInAll, Exempt: true},
		codes:     &door.Limit{PerAddress: wrongCodePerAddress, InAll: wrongCodeInAll},
	}
}

// held is what each address holds.
type held struct {
	by     map[netip.Prefix]map[string]*holding
	holder map[string]netip.Prefix
}

type holding struct {
	expires time.Time // of a reservation
	entered bool      // of a room: somebody has been there
}

func newHeld() held {
	return held{map[netip.Prefix]map[string]*holding{}, map[string]netip.Prefix{}}
}

func (h held) add(address netip.Prefix, key string, what *holding) {
	if h.by[address] == nil {
		h.by[address] = map[string]*holding{}
	}
	h.by[address][key], h.holder[key] = what, address
}

// find returns what somebody holds under a key, or nil.
func (h held) find(key string) *holding {
	address, ok := h.holder[key]
	if !ok {
		return nil
	}
	return h.by[address][key]
}

func (h held) remove(key string) {
	address := h.holder[key]
	delete(h.holder, key)
	delete(h.by[address], key)
	if len(h.by[address]) == 0 {
		delete(h.by, address)
	}
}

// sweepEvery is how often what has ended is forgotten. Threat: memory for every
// address that ever held something.
const sweepEvery = time.Minute

func (g *guard) sweep(now time.Time) {
	if now.Sub(g.swept) < sweepEvery {
		return
	}
	g.swept = now
	for _, tickets := range g.reservations.by {
		for ticket, r := range tickets {
			if now.After(r.expires) {
				g.reservations.remove(ticket)
			}
		}
	}
	for id := range g.made.holder {
		if !g.lives(id) {
			g.made.remove(id)
		}
	}
}

const (
	// LocalReservations is how many times more seats callers of this machine may
	// have promised: they are load tests, and proxies whose header is not trusted.
	LocalReservations = 5
	// localRooms is the part of the node's rooms that those callers may have made
	// and nobody has entered, at least.
	localRooms = 4
	// anyRooms is the part of the node's rooms that no address may go beyond,
	// whatever its limit. Threat: one caller takes every room of a small node.
	anyRooms = 2
)

// mostReservations is how many open reservations a caller may have.
func (g *guard) mostReservations(caller door.Caller) int {
	if caller.Exempt {
		return LocalReservations * g.limits.ReservationsPerAddress
	}
	return g.limits.ReservationsPerAddress
}

// mostRooms is how many living rooms a caller may have made.
func (g *guard) mostRooms(caller door.Caller) int {
	most := g.limits.RoomsPerAddress
	if caller.Exempt {
		most = max(most, g.rooms.MaxRooms()/localRooms)
	}
	return min(most, max(g.rooms.MaxRooms()/anyRooms, 1))
}

// checkReserve says whether a caller may have another seat promised.
func (g *guard) checkReserve(ctx context.Context) error {
	if g.limits.ReservationsPerAddress == 0 {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now, soonest := time.Now(), time.Time{}
	g.sweep(now)
	open := g.reservations.by[door.CallerOf(ctx).Address]
	for ticket, r := range open {
		switch {
		case now.After(r.expires):
			g.reservations.remove(ticket)
		case soonest.IsZero() || r.expires.Before(soonest):
			soonest = r.expires
		}
	}
	if len(open) < g.mostReservations(door.CallerOf(ctx)) {
		return nil
	}
	return apierr.TooMany(fmt.Sprintf("%d seats are promised to this address and not taken; take one, or wait", len(open)), soonest.Sub(now))
}

// reserved remembers a promised seat.
func (g *guard) reserved(ctx context.Context, j lobby.Join) {
	if g.limits.ReservationsPerAddress == 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.reservations.add(door.CallerOf(ctx).Address, j.Ticket, &holding{expires: j.Expires})
}

// checkCreate says whether a caller may make another room.
func (g *guard) checkCreate(ctx context.Context) error {
	caller := door.CallerOf(ctx)
	if most := g.mostRooms(caller); g.limits.RoomsPerAddress > 0 && g.living(caller) >= most {
		return apierr.TooMany(fmt.Sprintf("%d rooms that this address has made are still there; join one, or wait until one has ended", most), 0)
	}
	if v := g.creations.Take(caller); !v.Allowed {
		return apierr.TooMany("too many rooms are being made; try again in a few seconds", v.Wait)
	}
	return nil
}

// living is how many rooms count against a caller; it forgets those that ended.
func (g *guard) living(caller door.Caller) (n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sweep(time.Now())
	for id, made := range g.made.by[caller.Address] {
		if !g.lives(id) {
			g.made.remove(id)
		} else if !caller.Exempt || !made.entered {
			n++
		}
	}
	return n
}

// lives reports whether a room is there, on this node or on another.
func (g *guard) lives(id string) bool {
	if _, here := g.rooms.Get(id); here {
		return true
	}
	_, elsewhere := g.lobby.Find(id)
	return elsewhere
}

// created remembers a room.
func (g *guard) created(ctx context.Context, id string) {
	if g.limits.RoomsPerAddress == 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.made.add(door.CallerOf(ctx).Address, id, &holding{})
}

// Redeemed says that a ticket was used for the room with an id: it is no open
// reservation any more, and the room has been entered.
func (s *Service) Redeemed(ticket, id string) {
	g := s.guard
	g.mu.Lock()
	defer g.mu.Unlock()
	g.reservations.remove(ticket)
	if made := g.made.find(id); made != nil {
		made.entered = true
	}
}

// byCode has a private room's code tried, and counts it when it is wrong.
func (g *guard) byCode(ctx context.Context, try func() (lobby.Join, error)) (lobby.Join, error) {
	caller := door.CallerOf(ctx)
	if v := g.codes.Take(caller); !v.Allowed {
		return lobby.Join{}, apierr.TooMany("too many wrong codes were tried; wait a few seconds", v.Wait)
	}
	join, err := try()
	if !errors.Is(err, lobby.ErrRoomNotFound) {
		g.codes.Return(caller)
	}
	return join, err
}
