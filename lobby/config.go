package lobby

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/metronome-server/metronome/internal/id"
)

// Config of one node's lobby. The zero value is a lobby of its own, embedded.
type Config struct {
	// URL of Redis: redis://, rediss:// or unix://, as ParseURL says. Empty: a
	// store embedded in this process, which no other node can see.
	URL string
	// Prefix of all keys, so that deployments can share one Redis. Empty: "metronome".
	Prefix string
	// NodeID names this process. Empty: random, which is right unless you need
	// to recognise it; two running nodes must never share one.
	NodeID string
	// NodeURL is where clients reach this node, e.g. "wss://a.example.com"; it
	// goes into its listings and tickets. Empty: "ws://127.0.0.1:8080".
	NodeURL string
	// PeerURL is where other nodes reach this one, http:// or https://. Empty:
	// they do not.
	PeerURL string
	// Region names where the node is, for placement; at most 32 bytes. Empty: nowhere
	// in particular.
	Region string
	// Version of the program, shown in Nodes. At most 64 bytes.
	Version string
	// Secret is what nodes vouch with for the keys by which they sign tickets, so
	// that nobody who can only write to the store makes tickets. At least 16 bytes,
	// the same on all nodes. Empty: who can write to the store is trusted.
	Secret []byte
	// FormerSecrets are accepted too, so that Secret can be changed node by node:
	// the new one comes here first everywhere, then takes the other's place.
	FormerSecrets [][]byte

	// Heartbeat is the time between beats. 0: 2 s.
	Heartbeat time.Duration
	// Lease is how long a node and its rooms are believed to live after a beat;
	// at least two beats. 0: 6 s, so that two beats may fail.
	Lease time.Duration
	// Reservation is how long a seat waits for its player. 0: 15 s.
	Reservation time.Duration
	// Timeout bounds one question to the store, and less than Lease. 0: 1 s.
	Timeout time.Duration

	// Clock tells the time. Nil: time.Now.
	Clock func() time.Time
	// Log. Nil: slog.Default.
	Log *slog.Logger
}

// fence is how long anything in Redis outlives its last renewal. An owner that
// stalls for longer could list a room again that a later owner has ended.
const fence = time.Hour

// secrets are those with which nodes may vouch, the one to use first.
func (c Config) secrets() [][]byte {
	if len(c.Secret) == 0 {
		return nil
	}
	return append([][]byte{c.Secret}, c.FormerSecrets...)
}

func (c Config) withDefaults() Config {
	orString(&c.Prefix, "metronome")
	if c.NodeID == "" {
		c.NodeID = id.Unique()
	}
	orString(&c.NodeURL, "ws://127.0.0.1:8080")
	orDuration(&c.Heartbeat, 2*time.Second)
	orDuration(&c.Lease, 6*time.Second)
	orDuration(&c.Reservation, 15*time.Second)
	orDuration(&c.Timeout, time.Second)
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c
}

func orString(s *string, def string) {
	if *s == "" {
		*s = def
	}
}

func orDuration(d *time.Duration, def time.Duration) {
	if *d == 0 {
		*d = def
	}
}

// Validate joins every fault of the configuration; zero values are no faults.
func (c Config) Validate() error {
	c = c.withDefaults()
	return errors.Join(
		checkName("Prefix", c.Prefix, 32),
		checkName("NodeID", c.NodeID, MaxID),
		checkNodeURL(c.NodeURL),
		checkText("Version", c.Version, 64),
		checkText("Region", c.Region, 32),
		check(len(c.PeerURL) <= maxURL, "PeerURL has %d bytes, want at most %d", len(c.PeerURL), maxURL),
		check(len(c.Secret) == 0 || len(c.Secret) >= 16, "Secret has %d bytes, want at least 16", len(c.Secret)),
		check(c.Heartbeat >= 10*time.Millisecond, "Heartbeat is %v, want at least 10ms", c.Heartbeat),
		check(c.Lease >= 2*c.Heartbeat, "Lease is %v, want at least two heartbeats of %v", c.Lease, c.Heartbeat),
		check(c.Lease <= fence/2, "Lease is %v, want at most %v", c.Lease, fence/2),
		check(c.Reservation >= 10*time.Millisecond && c.Reservation <= 5*time.Minute,
			"Reservation is %v, want 10ms to 5m", c.Reservation),
		check(c.Timeout > 0 && c.Timeout < c.Lease, "Timeout is %v, want more than 0 and less than Lease (%v)", c.Timeout, c.Lease),
	)
}

func checkNodeURL(s string) error {
	if len(s) > maxURL {
		return check(false, "NodeURL has %d bytes, want at most %d", len(s), maxURL)
	}
	u, err := url.Parse(s)
	good := err == nil && u.Host != "" && u.User == nil
	if good {
		switch u.Scheme {
		case "ws", "wss", "http", "https":
		default:
			good = false
		}
	}
	return check(good, "NodeURL is %q, want like wss://host:port", s)
}

// check is nil when ok, else ErrInvalid with what is wrong.
func check(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrInvalid, fmt.Sprintf(format, args...))
}
