package server

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/metronome-server/metronome/bots"
	"github.com/metronome-server/metronome/gateway"
	"github.com/metronome-server/metronome/gateway/console"
	"github.com/metronome-server/metronome/gateway/door"
	"github.com/metronome-server/metronome/gateway/identity"
	"github.com/metronome-server/metronome/gateway/ws"
	"github.com/metronome-server/metronome/outbox"
	"github.com/metronome-server/metronome/room"
)

// Config is one node. Start from DefaultConfig.
type Config struct {
	// Listen is the address to serve on: host:port, port 0 for any free one.
	Listen string
	// PublicURL is where clients reach this node, http:// or https://. Empty:
	// the address it listens on.
	PublicURL string
	// NodeURL is where other nodes reach this one, http:// or https://. Empty: where
	// clients do.
	NodeURL string
	// Region names where the node is; rooms open near those who ask. Empty: nowhere in
	// particular.
	Region string
	// TLSCert and TLSKey are PEM files, both or none. With them the node speaks
	// TLS only. They are read again when they change.
	TLSCert, TLSKey string
	// Redis is the URL of the store that nodes share. Empty: one in this process.
	Redis string
	// Secret is what nodes vouch with for the keys by which they sign tickets, 16
	// bytes or more, the same on all nodes. Empty: who can write to the store is
	// trusted.
	Secret string
	// UserKeys is a file, and UserKeysURL where an identity provider has it, with the
	// keys that user tokens are signed with. Both empty: nobody is known.
	UserKeys, UserKeysURL string
	// UserIssuer and UserAudience are what user tokens must name; empty: anything.
	UserIssuer, UserAudience string
	// Anonymous lets callers in who show no user token: "auto" (when the node is
	// open or knows no keys), "yes" or "no".
	Anonymous string
	// ServerKeys is the file with the keys of backends, as 'metronome keys' writes it.
	// Empty: there are none.
	ServerKeys string
	// State is a directory for what must outlive the process: outcomes and effects
	// that were not delivered and, when Redis is empty, the rooms. Empty: they are kept
	// in memory.
	State string
	// Pages, Makers and Receivers are those of the program: see Pages, Bots and Outside.
	Pages     fs.FS
	Makers    map[string]bots.Maker
	Receivers []outbox.Target
	// Judge tells whose user token it is, in place of keys; nil: keys do.
	Judge identity.Judge
	// Dev is a file with what is wrong with the last build of a game that is being written:
	// the game's own pages show it, and are loaded again when they change. Empty: the game
	// is not being written.
	Dev string
	// Survive has the rooms of nodes that share a store outlive their process: "off",
	// "async" or "strict".
	Survive string
	// Webhook is a URL that outcomes and effects are posted to, signed with
	// WebhookSecret: one, or the new and the former with a comma between. Empty: none.
	Webhook, WebhookSecret string
	// WebhookAllow are networks that are not public but may be posted to.
	WebhookAllow []string
	// AdminKey opens the console, console.MinAdminKey bytes or more. Empty: the
	// console is for this machine while the node is open, else closed.
	AdminKey string
	// Mode of the room that is always there; empty is the first.
	Mode string
	// Params is what that room is made with, NAME=VALUE each; what is not said has
	// the mode's default.
	Params []string
	// Bots play in that room, as many as there are seats for, and give these up to
	// whoever comes. 0: there are none in any room.
	Bots int
	// Fill is the share of the seats, 0 to 1, of any other public room with people in it
	// that bots bring it to, at most Bots; who is alone gets one in any case. 0: no bots
	// there.
	Fill float64
	// BotsMost is how many bots all rooms have together, or Bots if that is more.
	BotsMost int
	// Queues is the file of the queues in which players wait for a match. Empty: there
	// are none.
	Queues string
	// QueueLog is a directory for the logs of the queues that the node leads, as
	// 'metronome queues replay' reads them. Empty: none are kept.
	QueueLog string
	// Record is a directory for a journal of every room. Empty: none.
	Record string
	// RecordKeep is how many megabytes of recordings the directory may hold; the
	// oldest files beyond that are removed. 0 keeps all.
	RecordKeep int
	// MaxRooms and MaxSeats bound what the node takes on.
	MaxRooms, MaxSeats int
	// Open lets clients on this machine into public rooms without a ticket:
	// "auto" (only when listening on a loopback address without PublicURL),
	// "yes" or "no".
	Open string
	// Origins are further browser origins that may connect; "*" is any.
	Origins []string
	// Connections is how sockets are driven: auto, tick or portable.
	Connections string
	// TrustedProxies are addresses and CIDR ranges of proxies whose Forwarded and
	// X-Forwarded-For headers are believed.
	TrustedProxies []string
	// Limits bound what callers may ask for.
	Limits gateway.Limits
	// MaxConnections bounds open connections, those of rooms too; 0: what the
	// process may open. ConnectionsPerAddress bounds those of one address; 0 does
	// not.
	MaxConnections, ConnectionsPerAddress int
	// AdminListen is an address for /metrics and /stats, which the node's own then
	// does not serve. Empty: it does.
	AdminListen string
	// Debug is an address for Go's profiles (net/http/pprof), loopback only.
	// Empty: none.
	Debug string
	// DrainDelay is how long a stop is announced by readiness alone, while
	// everything is served; at most an hour. autoDrainDelay: defaultDrainDelay,
	// or none when the node listens on a loopback address.
	DrainDelay time.Duration
	// DrainTimeout is how long after that matches may go on, without new players,
	// at most a day.
	DrainTimeout time.Duration
	// StopTimeout is how long the rooms have to end at a stop.
	StopTimeout time.Duration
	// Room is how rooms treat their seats.
	Room room.Config
}

// DefaultConfig is a node to try things on: this machine only, nothing else needed.
func DefaultConfig() Config {
	return Config{
		Listen: "127.0.0.1:8080", Bots: 20, Fill: 0.4, BotsMost: 200, MaxRooms: 1000, MaxSeats: 20000, Open: "auto", Anonymous: "auto", Survive: surviveOff,
		Connections: string(ws.ModeAuto), Limits: gateway.DefaultLimits(), ConnectionsPerAddress: 1000, DrainDelay: autoDrainDelay, StopTimeout: 10 * time.Second, Room: room.Default(),
	}
}

const (
	// autoDrainDelay has the node choose by where it listens.
	autoDrainDelay = time.Duration(-1)
	// defaultDrainDelay is for nodes behind a load balancer. Why 5 s: Kubernetes
	// takes a pod out of its services within a second or two of its end; others
	// look at readiness every few seconds.
	defaultDrainDelay = 5 * time.Second
)

// drainDelay decides about autoDrainDelay.
func (c Config) drainDelay(at net.Addr) time.Duration {
	switch {
	case c.DrainDelay != autoDrainDelay:
		return c.DrainDelay
	case isLoopback(at.String()):
		return 0
	}
	return defaultDrainDelay
}

// validAddress says whether an address to listen on can be one.
func validAddress(address string) bool {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	_, err = net.LookupPort("tcp", port)
	return err == nil
}

// Validate reports every fault, joined, each naming its flag.
func (c Config) Validate() error {
	var faults []error
	fault := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	fault(validAddress(c.Listen), "--listen %q: want host:port, for example 127.0.0.1:8080", c.Listen)
	if c.PublicURL != "" {
		u, malformed := url.Parse(c.PublicURL)
		fault(malformed == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https"), "--public-url %q: want http://host:port or https://host", c.PublicURL)
	}
	if c.NodeURL != "" {
		u, malformed := url.Parse(c.NodeURL)
		fault(malformed == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https"), "--node-url %q: want http://host:port or https://host", c.NodeURL)
	}
	fault(len(c.Region) <= 32, "--region %q: want at most 32 bytes", c.Region)
	fault((c.TLSCert == "") == (c.TLSKey == ""), "--tls-cert %q, --tls-key %q: want both or none", c.TLSCert, c.TLSKey)
	_, malformed := parseParams(c.Params)
	faults = append(faults, malformed)
	fault(c.Bots >= 0 && c.Bots <= 5000, "--bots %d: want 0 to 5000", c.Bots)
	fault(c.Fill >= 0 && c.Fill <= 1, "--fill %v: want 0 to 1", c.Fill)
	fault(c.BotsMost >= 0 && c.BotsMost <= 5000, "--bots-most %d: want 0 to 5000", c.BotsMost)
	fault(c.RecordKeep >= 0, "--record-keep %d: want 0 or more megabytes", c.RecordKeep)
	fault(c.MaxRooms >= 1, "--max-rooms %d: want 1 or more", c.MaxRooms)
	fault(c.MaxSeats >= 1, "--max-seats %d: want 1 or more", c.MaxSeats)
	fault(c.Open == "auto" || c.Open == "yes" || c.Open == "no", "--open %q: want auto, yes or no", c.Open)
	fault(c.Secret == "" || len(c.Secret) >= 16, "--secret: want 16 bytes or more")
	fault(c.AdminKey == "" || len(c.AdminKey) >= console.MinAdminKey, "--admin-key: want %d bytes or more", console.MinAdminKey)
	fault(c.Debug == "" || isLoopback(c.Debug), "--debug %q: want a loopback address such as 127.0.0.1:6060", c.Debug)
	if _, err := c.webhook(); c.Webhook != "" || c.WebhookSecret != "" {
		fault(err == nil, "--webhook: %w", err)
	}
	fault(c.Anonymous == "auto" || c.Anonymous == "yes" || c.Anonymous == "no", "--anonymous %q: want auto, yes or no", c.Anonymous)
	fault(c.Anonymous != "no" || c.knowsUsers(), "--anonymous no: nobody could play; give --user-keys or --user-keys-url too")
	if c.UserKeysURL != "" {
		u, malformed := url.Parse(c.UserKeysURL)
		fault(malformed == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https"), "--user-keys-url %q: want http://host/path or https://host/path", c.UserKeysURL)
	}
	fault(c.Judge == nil || c.UserKeys == "" && c.UserKeysURL == "", "--user-keys and --user-keys-url: this program tells by itself who its users are")
	_, err := door.ParseProxies(c.TrustedProxies)
	fault(err == nil, "--trusted-proxies %w", err)
	fault(c.MaxConnections >= 0, "--max-connections %d: want 0 or more", c.MaxConnections)
	fault(c.ConnectionsPerAddress >= 0, "--connections-per-address %d: want 0 or more", c.ConnectionsPerAddress)
	fault(c.Survive == surviveOff || c.Survive == surviveAsync || c.Survive == surviveStrict, "--survive %q: want off, async or strict", c.Survive)
	fault(c.Survive == surviveOff || c.Redis != "", "--survive %s: rooms outlive their process in Redis; give --redis too, or use --state without it", c.Survive)
	fault(c.AdminListen == "" || validAddress(c.AdminListen), "--admin-listen %q: want host:port, for example 127.0.0.1:9090", c.AdminListen)
	fault(c.DrainDelay == autoDrainDelay || c.DrainDelay >= 0 && c.DrainDelay <= time.Hour, "--drain-delay %v: want 0s to 1h", c.DrainDelay)
	fault(c.DrainTimeout >= 0 && c.DrainTimeout <= 24*time.Hour, "--drain-timeout %v: want 0s to 24h", c.DrainTimeout)
	fault(c.StopTimeout >= 0 && c.StopTimeout <= time.Hour, "--stop-timeout %v: want 0s to 1h", c.StopTimeout)
	err = c.upgrade(slog.Default()).Validate()
	fault(err == nil, "--connections: %w", err)
	faults = append(faults, flagged(c.Room.Validate()), gateway.Config{Origins: c.Origins, Limits: c.Limits}.Validate())
	return errors.Join(faults...)
}

func (c Config) upgrade(log *slog.Logger) ws.Config {
	u := ws.DefaultConfig()
	u.Mode, u.Log = ws.Mode(c.Connections), log
	return u
}

// proxies are those of TrustedProxies, which Validate has read.
func (c Config) proxies() door.Proxies {
	p, _ := door.ParseProxies(c.TrustedProxies)
	return p
}

// open decides about "auto": a node that is reached through a proxy sees every
// client as local, so a public URL closes it.
func (c Config) open(at net.Addr) bool {
	if c.Open != "auto" {
		return c.Open == "yes"
	}
	return isLoopback(at.String()) && c.PublicURL == ""
}

// webhook is where outcomes and effects are posted to.
func (c Config) webhook() (outbox.WebhookConfig, error) {
	hook := outbox.WebhookConfig{URL: c.Webhook}
	for secret := range strings.SplitSeq(c.WebhookSecret, ",") {
		hook.Secrets = append(hook.Secrets, []byte(strings.TrimSpace(secret)))
	}
	for _, network := range c.WebhookAllow {
		prefix, err := netip.ParsePrefix(network)
		if err != nil {
			return hook, fmt.Errorf("--webhook-allow %q: want a range such as 10.2.0.0/16", network)
		}
		hook.Allow = append(hook.Allow, prefix)
	}
	return hook, hook.Validate()
}

// knowsUsers reports whether the node can tell users from each other.
func (c Config) knowsUsers() bool {
	return c.UserKeys != "" || c.UserKeysURL != "" || c.Judge != nil
}

// anonymous decides about "auto".
func (c Config) anonymous(at net.Addr) bool {
	if c.Anonymous != "auto" {
		return c.Anonymous == "yes"
	}
	return c.open(at) || !c.knowsUsers()
}

// roomFlags are the flags of fields that room.Config.Validate names.
var roomFlags = strings.NewReplacer(
	"ResumeWindow is ", "--resume-window ", "SilentAfter is ", "--silent-after ", "SlowAfter is ", "--slow-after ",
	"EmptyAfter is ", "--empty-after ", "Workers is ", "--workers ", "Spectators is ", "--spectators ",
)

// flagged has an error of room.Config.Validate name flags.
func flagged(err error) error {
	if err == nil {
		return nil
	}
	return errors.New(roomFlags.Replace(err.Error()))
}

func isLoopback(address string) bool {
	at, err := netip.ParseAddrPort(address)
	return err == nil && at.Addr().Unmap().IsLoopback()
}
