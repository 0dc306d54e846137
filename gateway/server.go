// Package gateway is everything that answers HTTP on a node: it ties rooms, lobby
// API, console and pages together, and gives each kind of request its share.
package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/metronome-server/metronome/gateway/api"
	"github.com/metronome-server/metronome/gateway/audit"
	"github.com/metronome-server/metronome/gateway/backend"
	"github.com/metronome-server/metronome/gateway/console"
	"github.com/metronome-server/metronome/gateway/door"
	"github.com/metronome-server/metronome/gateway/events"
	"github.com/metronome-server/metronome/gateway/history"
	"github.com/metronome-server/metronome/gateway/identity"
	"github.com/metronome-server/metronome/gateway/match"
	"github.com/metronome-server/metronome/gateway/node"
	"github.com/metronome-server/metronome/gateway/pages"
	"github.com/metronome-server/metronome/gateway/peer"
	"github.com/metronome-server/metronome/gateway/ws"
	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/outbox"
	"github.com/metronome-server/metronome/room"
)

// Config is what a Server serves and how.
type Config struct {
	// Node, Rooms and Lobby are what it serves.
	Node  *node.Node
	Rooms *room.Registry
	Lobby *lobby.Lobby
	Stats *room.Stats
	// Upgrader takes WebSocket connections.
	Upgrader *ws.Upgrader
	// Connections counts what is open, for metrics; nil: nothing does.
	Connections *door.Connections
	// PublicURL is where clients reach the node, http:// or https://. With a path
	// everything is served below it too. Empty: wherever they have reached it.
	PublicURL string
	// Proxies are the peers whose forwarding headers are believed.
	Proxies door.Proxies
	// Open lets clients on this machine into public rooms without a ticket.
	Open bool
	// Pages are the game's own; nil: the arena's are shown.
	Pages fs.FS
	// Prediction is the module to predict with; nil: there is none.
	Prediction *pages.Prediction
	// Dev is the file of a failed build, of a game that is being written; "": it is not.
	Dev string
	// Users tells who calls the lobby API; nil knows nobody.
	Users *identity.Users
	// Matchmaker has the queues; nil: there are none.
	Matchmaker match.Matchmaker
	// Queues answers other nodes for the queues that this node leads; nil: there are none.
	Queues peer.Queues
	// Origins are further browser origins, as in "https://play.example.org",
	// whose pages may use rooms, lobby API and files; "*" is any. A page of the
	// server's own host may always, and so may a client that sends no Origin: it
	// is no browser.
	Origins []string
	// Limits bound what callers may do; the zero value bounds next to nothing.
	Limits Limits
	// Version of the program, shown to people.
	Version string
	Log     *slog.Logger

	// AdminKey opens the console, console.MinAdminKey bytes or more. Empty: only
	// Open does.
	AdminKey string
	// ServerKeys is the file with the keys of backends; empty: there are none.
	ServerKeys string
	// Outbox is what leaves the rooms; nil: nothing is kept of it.
	Outbox *outbox.Outbox
	// Drain has the node take nobody new and end its rooms after their matches; nil:
	// it cannot be asked for.
	Drain func()
	// Certificate is the node's own; nil without TLS.
	Certificate *ws.Certificate
	// AdminApart keeps /metrics and /stats to AdminHandler.
	AdminApart bool
	// Records says whether rooms are recorded.
	Records bool
	// OpenRecording opens a file of a room that has ended, by its name; nil: there are
	// none.
	OpenRecording func(name string) (file io.ReadCloser, bytes int64, err error)
	// Cluster asks other nodes for the console; nil: there are none.
	Cluster console.Cluster
	// Events is what the rooms tell of what happens; nil: they tell nothing.
	Events *events.Log
}

// Limits bound what callers may do. A limit of 0 is none. What is per address
// counts IPv6 addresses by their /64.
type Limits struct {
	// HandshakesPerSecond bounds WebSocket handshakes per address, ten times that
	// at once. Threat: one machine that keeps the node busy with handshakes. Why so
	// many at once: a school or an office plays from one address. This machine's
	// own are not bounded by it.
	HandshakesPerSecond int
	// MaxHandshakesPerSecond bounds them in all; who comes too early waits.
	// Threat: handshakes of many addresses take the ticks' time.
	MaxHandshakesPerSecond int
	// CallsPerSecond and MaxCallsPerSecond do the same for calls of the lobby API and
	// of the match API.
	CallsPerSecond, MaxCallsPerSecond int
	api.Limits
	// Match bounds entries of queues.
	Match match.Limits
}

// DefaultLimits are those that a node starts with.
func DefaultLimits() Limits {
	return Limits{
		HandshakesPerSecond: 20, MaxHandshakesPerSecond: 500, CallsPerSecond: 10, MaxCallsPerSecond: 200,
		Limits: api.Limits{ReservationsPerAddress: 100, RoomsPerAddress: 32},
		Match:  match.Limits{EntriesPerAddress: 100},
	}
}

// Validate returns all faults, joined.
func (l Limits) Validate() error {
	var faults []error
	for name, value := range map[string]int{
		"--handshakes-per-second": l.HandshakesPerSecond, "--max-handshakes-per-second": l.MaxHandshakesPerSecond,
		"--calls-per-second": l.CallsPerSecond, "--max-calls-per-second": l.MaxCallsPerSecond,
		"--reservations-per-address": l.ReservationsPerAddress, "--rooms-per-address": l.RoomsPerAddress,
		"--entries-per-address": l.Match.EntriesPerAddress,
	} {
		if value < 0 {
			faults = append(faults, fmt.Errorf("%s %d: want 0 or more", name, value))
		}
	}
	return errors.Join(faults...)
}

// Validate returns the faults of what people set, joined.
func (c Config) Validate() error {
	faults := []error{c.Limits.Validate()}
	for _, origin := range c.Origins {
		faults = append(faults, validateOrigin(origin))
	}
	return errors.Join(faults...)
}

// Rates of what is bounded in all, whoever asks, this machine too. Threat: HTTP
// work takes the time of ticks, and what is refused costs as much as what is
// served.
var (
	// pageRate is of pages and files. By address: a page is a dozen files, and a
	// school's class opens it together.
	pageRate      = door.Rate{PerSecond: 50, Burst: 600}
	pageRateInAll = door.Rate{PerSecond: 300, Burst: 600}
	// reportRate is of /metrics and /stats, a few milliseconds each. By address, as
	// for the three below: who asks for no end leaves the other half to others.
	reportRate      = door.Rate{PerSecond: 5, Burst: 10}
	reportRateInAll = door.Rate{PerSecond: 10, Burst: 20}
	// healthRate is of /healthz and /readyz: apart, so that no flood of something
	// else has a load balancer think that the node is dead.
	healthRate      = door.Rate{PerSecond: 50, Burst: 50}
	healthRateInAll = door.Rate{PerSecond: 100, Burst: 100}
	// consoleRate is of operators' calls.
	consoleRate      = door.Rate{PerSecond: 40, Burst: 150}
	consoleRateInAll = door.Rate{PerSecond: 50, Burst: 200}
)

// peerRateInAll is of other nodes' calls. Threat: forged ones, each of which costs a
// look at a signature.
var peerRateInAll = door.Rate{PerSecond: 300, Burst: 600}

// backendRate is of backends' calls, which have shown a key.
var (
	backendRate      = door.Rate{PerSecond: 50, Burst: 200}
	backendRateInAll = door.Rate{PerSecond: 100, Burst: 400}
)

// burstSeconds is how many seconds' worth an address may ask at once.
const burstSeconds = 10

// shares are what each kind of request may take.
type shares struct {
	handshakes, calls, console, pages, reports, health, peers, backend *door.Share
}

func newShares(l Limits) shares {
	perAddress := func(n int) door.Rate { return door.Rate{PerSecond: float64(n), Burst: burstSeconds * n} }
	inAll := func(n int) door.Rate { return door.Rate{PerSecond: float64(n), Burst: n} }
	return shares{
		handshakes: door.NewShare("handshake", &door.Limit{PerAddress: perAddress(l.HandshakesPerSecond), InAll: inAll(l.MaxHandshakesPerSecond), Exempt: true}, nil),
		calls:      door.NewShare("call", &door.Limit{PerAddress: perAddress(l.CallsPerSecond), InAll: inAll(l.MaxCallsPerSecond), Exempt: true}, refuseCall),
		console:    door.NewShare("console", &door.Limit{PerAddress: consoleRate, InAll: consoleRateInAll}, refuseCall),
		pages:      door.NewShare("page", &door.Limit{PerAddress: pageRate, InAll: pageRateInAll, Exempt: true}, nil),
		reports:    door.NewShare("report", &door.Limit{PerAddress: reportRate, InAll: reportRateInAll}, nil),
		backend:    door.NewShare("backend", &door.Limit{PerAddress: backendRate, InAll: backendRateInAll}, refuseCall),
		peers:      door.NewShare("node", &door.Limit{InAll: peerRateInAll}, refuseCall),
		health:     door.NewShare("health", &door.Limit{PerAddress: healthRate, InAll: healthRateInAll}, nil),
	}
}

func (s shares) all() []*door.Share {
	return []*door.Share{s.handshakes, s.calls, s.console, s.pages, s.reports, s.health, s.peers, s.backend}
}

// Server is everything that answers HTTP on a node. Any goroutine.
type Server struct {
	Config
	shares  shares
	lobby   *api.Service
	match   *match.Service
	console *console.Console
	peers   *peer.Service
	backend *backend.Service
	audit   *audit.Log
	history *history.History
	calls   *callCounter
	refused refusedCounter
}

// New returns a Server. Run goes with it. Errors: those of the server keys' file.
func New(c Config) (*Server, error) {
	s := &Server{Config: c, shares: newShares(c.Limits), calls: newCallCounter(), audit: audit.New(c.Lobby, c.Log)}
	var err error
	s.backend, err = backend.New(backend.Config{
		Node: c.Node, Rooms: c.Rooms, Lobby: c.Lobby, Outbox: c.Outbox, KeyFile: c.ServerKeys, Audit: s.audit, Log: c.Log,
	})
	if err != nil {
		return nil, err
	}
	s.lobby = api.New(api.Config{
		Node: c.Node, Rooms: c.Rooms, Lobby: c.Lobby, URLByRequest: c.PublicURL == "", Users: c.Users, Limits: c.Limits.Limits, Log: c.Log,
	})
	s.match = match.New(match.Config{
		Matchmaker: c.Matchmaker, Lobby: c.Lobby, Users: c.Users, JoinMessage: s.lobby.JoinMessage, NodeURL: s.lobby.NodeURL,
		Limits: c.Limits.Match, Log: c.Log,
	})
	if s.Events == nil {
		s.Events = &events.Log{}
	}
	s.audit.Heard = func(a lobby.Act, err error) { s.Events.Acted(time.Now(), a, err) }
	s.history = history.New(c.Rooms, c.Stats)
	s.console = console.New(console.Config{
		Node: c.Node, Rooms: c.Rooms, Lobby: c.Lobby, AdminKey: c.AdminKey, Open: c.Open, Records: c.Records, Version: c.Version,
		Share: s.shares.console, Outbox: c.Outbox, Drain: c.Drain, Audit: s.audit, Log: c.Log,
		Cluster: c.Cluster, Events: s.Events, History: s.history, OpenRecording: c.OpenRecording, Queues: c.Matchmaker,
	})
	s.peers = &peer.Service{Node: c.Node, Rooms: c.Rooms, Lobby: c.Lobby, Console: s.console, Queues: c.Queues, Log: c.Log}
	return s, nil
}

// Run writes down what operators and backends do, and how the node is, until ctx
// ends.
func (s *Server) Run(ctx context.Context) {
	var wait sync.WaitGroup
	wait.Go(func() { s.history.Run(ctx) })
	wait.Go(func() { s.console.Run(ctx) })
	s.audit.Run(ctx)
	wait.Wait()
}

// EndWatches ends every watch of the console, of backends and of players, so that a shutdown
// need not wait for who looks.
func (s *Server) EndWatches() {
	s.console.EndWatches()
	s.backend.EndWatches()
	s.match.EndWatches()
	s.peers.EndWatches()
}

// healthz says that the process answers.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) {
	_, _ = w.Write([]byte("ok\n"))
}

// drain has the node take nobody new, and ends its rooms after their matches.
func (s *Server) drain(w http.ResponseWriter, r *http.Request) {
	s.audit.Note(r.Context(), lobby.Act{Who: "admin", Remote: r.RemoteAddr, What: "drain"}, nil)
	s.Drain()
	_, _ = w.Write([]byte("draining: nobody new comes in, and rooms end when their match is over; stop the process when /stats shows none\n"))
}

// readyz says whether new players should be sent here. A store that does not
// answer is no reason against: rooms, resumes and tickets do without, and taking
// the node out of service would end them for nothing.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	reason := s.Node.Unready()
	switch {
	case reason != "":
		door.Refusal{Status: http.StatusServiceUnavailable, Reason: reason}.Answer(w, r)
	case !s.Lobby.Up():
		_, _ = w.Write([]byte("ready, but the lobby's store does not answer: rooms play on, and nobody finds new ones\n"))
	default:
		_, _ = w.Write([]byte("ready\n"))
	}
}

// prefix is the path of PublicURL, without a slash at its end.
func (s *Server) prefix() string {
	at, err := url.Parse(s.PublicURL)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(at.Path, "/")
}
