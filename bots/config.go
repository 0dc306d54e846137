package bots

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// Arrivals is how the players' inputs are spread over a tick's time.
type Arrivals string

const (
	// Even spreads inputs over the tick; they are let go about every millisecond.
	Even Arrivals = "even"
	// Aligned sends all inputs at once.
	Aligned Arrivals = "aligned"
	// Dispersed sends each input at its own instant, as they come over the
	// internet; the swarm busy-waits for that and takes a whole core.
	Dispersed Arrivals = "dispersed"
)

// Config is a swarm. Start from Default.
type Config struct {
	// Server is the base URL of a node, as in http://127.0.0.1:8080.
	Server string
	// Stats is the URL of the server's statistics; Server's /stats when empty.
	Stats string
	// Room, unless empty, is where all players go: a room's URL, or its id.
	Room string
	// Queue, unless empty, is where all players wait for a match, play it, and wait
	// again, until the time is over; the measured time begins at once.
	Queue string
	// Players is how many, 1 to 20,000.
	Players int
	// RoomSize is how many players each room gets, made for them; 0 lets them
	// go where QuickPlay sends them.
	RoomSize int
	// Watchers is how many spectators watch the players' rooms, 0 to 20,000.
	Watchers int
	// Mode is what they play; empty is the server's first.
	Mode string
	// Behaviour is a name in Behaviours, which is bots.Behaviours by default.
	Behaviour  string
	Behaviours map[string]Maker
	// Otherwise names the behaviour for games that Behaviour does not fit. Empty:
	// such a game ends the run with an error.
	Otherwise string
	Arrivals  Arrivals
	// Mirrors, unless 0, is how many players, spread over all, keep a mirror of
	// what they see. The others only count what comes and act blindly, at half
	// the CPU. A fighter needs eyes: not with that behaviour.
	Mirrors int
	// Seed makes the players do the same again. 0 is a seed like any other.
	Seed uint64
	// Duration is the measured time, 1 s to 24 h, after a Warmup of 0 to 10 min
	// that begins when the last player is in.
	Duration, Warmup time.Duration
	// JoinTimeout is how long joining may take until the rest counts as failed.
	JoinTimeout time.Duration
	// Names are the players' names; "bot" and a number when empty.
	Names []string
	// People has the players count as people, who hold up a node that is drained.
	People bool
	// Token, unless nil, returns the user token by which a player asks for a seat.
	// Several goroutines call it.
	Token func(player int, name string) (string, error)
	// HTTP is for the lobby and the server's statistics; nil makes one.
	HTTP *http.Client
	// TLS is for https and wss; the system's defaults when nil.
	TLS *tls.Config
	// Measured, unless nil, gets the report before the players leave, also the
	// report so far of a run that ends early.
	Measured func(*Report)
}

// Default is a load test of 200 players of any game for 20 s.
func Default() Config {
	return Config{
		Server: "http://127.0.0.1:8080", Players: 200, RoomSize: 50, Behaviour: AnyGame,
		Arrivals: Even, Duration: 20 * time.Second, Warmup: 3 * time.Second, JoinTimeout: time.Minute,
	}
}

// maxPlayers is how many one swarm may have: a core holds no more.
const maxPlayers = 20_000

// Validate reports every fault, joined.
func (c Config) Validate() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if _, err := client.NewLobby(c.Server, nil); err != nil && (c.Server != "" || !isURL(c.Room)) {
		faults = append(faults, err)
	}
	if c.Players < 1 || c.Players > maxPlayers {
		fault("players is %d, want 1 to %d", c.Players, maxPlayers)
	}
	if c.Watchers < 0 || c.Watchers > maxPlayers {
		fault("watchers is %d, want 0 to %d", c.Watchers, maxPlayers)
	}
	if c.RoomSize < 0 || c.RoomSize > sim.MaxSeats {
		fault("room size is %d, want 1 to %d, or 0 for the lobby to choose", c.RoomSize, sim.MaxSeats)
	}
	if c.Queue != "" && (c.Room != "" || c.RoomSize != 0 || c.Watchers != 0) {
		fault("players of a queue go where it leads: with a queue no room, no room size and no watchers")
	}
	if c.behaviours()[c.Behaviour] == nil {
		fault("behaviour is %q, want one of %s", c.Behaviour, names(c.behaviours()))
	}
	if c.Otherwise != "" && c.behaviours()[c.Otherwise] == nil {
		fault("the other behaviour is %q, want one of %s", c.Otherwise, names(c.behaviours()))
	}
	if c.Mirrors < 0 || c.Mirrors > 0 && c.Behaviour == "fighter" {
		fault("mirrors is %d, want 0 for all players, or how many, and not with fighters, who must see", c.Mirrors)
	}
	if c.Arrivals != Even && c.Arrivals != Aligned && c.Arrivals != Dispersed {
		fault("arrivals is %q, want %s, %s or %s", c.Arrivals, Even, Aligned, Dispersed)
	}
	if c.Duration < time.Second || c.Duration > 24*time.Hour {
		fault("duration is %v, want 1s to 24h", c.Duration)
	}
	if c.Warmup < 0 || c.Warmup > 10*time.Minute {
		fault("warmup is %v, want 0s to 10m", c.Warmup)
	}
	if c.JoinTimeout < time.Second || c.JoinTimeout > time.Hour {
		fault("join timeout is %v, want 1s to 1h", c.JoinTimeout)
	}
	for _, name := range c.Names {
		if name == "" || len(name) > netproto.MaxName {
			fault("name %q has %d bytes, want 1 to %d", name, len(name), netproto.MaxName)
		}
	}
	return errors.Join(faults...)
}

func (c Config) behaviours() map[string]Maker {
	if c.Behaviours != nil {
		return c.Behaviours
	}
	return Behaviours
}

// blind reports whether player i keeps no mirror.
func (c Config) blind(i int) bool {
	if c.Mirrors == 0 || c.Mirrors >= c.Players {
		return false
	}
	return (i+1)*c.Mirrors/c.Players == i*c.Mirrors/c.Players
}

// name is what player i is called.
func (c Config) name(i int) string {
	if len(c.Names) > 0 {
		return c.Names[i%len(c.Names)]
	}
	return fmt.Sprintf("bot %d", i+1)
}
