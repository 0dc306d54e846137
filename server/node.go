package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/metronome-server/metronome/gateway"
	"github.com/metronome-server/metronome/gateway/console"
	"github.com/metronome-server/metronome/gateway/door"
	"github.com/metronome-server/metronome/gateway/events"
	"github.com/metronome-server/metronome/gateway/identity"
	"github.com/metronome-server/metronome/gateway/node"
	"github.com/metronome-server/metronome/gateway/pages"
	"github.com/metronome-server/metronome/gateway/peer"
	"github.com/metronome-server/metronome/gateway/ws"
	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/journal/file"
	"github.com/metronome-server/metronome/journal/stored"
	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/lobby/matchmaker"
	"github.com/metronome-server/metronome/lobby/queue/queuefile"
	"github.com/metronome-server/metronome/lobby/queue/whatif"
	"github.com/metronome-server/metronome/outbox"
	"github.com/metronome-server/metronome/room"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/web"
)

// Node is one running server process. Start makes it, Stop ends it.
type Node struct {
	config   Config
	log      *slog.Logger
	stats    *room.Stats
	events   *events.Log
	listener net.Listener
	lobby    *lobby.Lobby
	rooms    *room.Registry
	node     *node.Node
	upgrader *ws.Upgrader
	routes   *gateway.Server
	http     *http.Server
	debug    *http.Server
	admin    *http.Server
	// connections bounds what is open.
	connections *door.Connections
	// certificate is nil without TLS.
	certificate *ws.Certificate
	nodes       room.NodeList     // where else players can go
	prediction  *pages.Prediction // nil: there is none
	recordings  *file.Folder      // nil: nothing is recorded
	kept        *file.Rooms       // nil: rooms are not kept in files
	stored      *stored.Rooms     // nil: nor in the store
	outbox      *outbox.Outbox
	webhook     *outbox.Webhook        // nil: there is none
	peers       *peer.Client           // nil for a node of its own
	matchmaker  *matchmaker.Matchmaker // nil: there are no queues
	queueFile   *queuefile.File
	results     results     // of matches, for the queues
	queueLog    *whatif.Log // nil: none is kept
	// users is nil when nobody is known.
	users  *identity.Users
	home   *room.Room  // the room that is always there
	params []sim.Param // what that room is made with

	cancel context.CancelFunc // of what runs below
	run    sync.WaitGroup
	failed chan error
}

// Start starts a node: store, rooms, HTTP, then the room that is always there
// and its bots. What was started is stopped again when a later step fails.
// Errors say which step failed and what to do.
func Start(ctx context.Context, c Config, games []sim.Game, log *slog.Logger) (*Node, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	n := &Node{config: c, log: log, stats: &room.Stats{}, events: &events.Log{}, failed: make(chan error, 1)}
	steps := []func(context.Context) error{
		n.openTLS,
		n.listen,
		n.openUsers,
		n.openLobby,
		n.openOutbox,
		func(context.Context) error { return errors.Join(n.readPrediction(games), n.openRooms(games)) },
		n.openQueues,
		n.restoreRooms,
		n.serve,
		n.serveDebug,
		n.serveAdmin,
		n.openHome,
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return nil, errors.Join(err, n.Stop())
		}
	}
	n.node.Become(node.Ready)
	n.lobby.Hurry() // others give it rooms from now on
	n.events.NodeIs(time.Now(), "ready")
	return n, nil
}

func (n *Node) listen(ctx context.Context) (err error) {
	n.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", n.config.Listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s is in use; stop what listens there or choose another with --listen", n.config.Listen)
	}
	if err != nil {
		return fmt.Errorf("--listen %s: %w", n.config.Listen, err)
	}
	return nil
}

// URL is where clients reach the node.
func (n *Node) URL() string {
	if n.config.PublicURL != "" {
		return strings.TrimSuffix(n.config.PublicURL, "/")
	}
	return n.LocalURL()
}

// LocalURL is where this machine reaches the node, whatever clients use.
func (n *Node) LocalURL() string {
	host, port, err := net.SplitHostPort(n.listener.Addr().String())
	if err != nil {
		return ""
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme := "http://"
	if n.certificate != nil {
		scheme = "https://"
	}
	return scheme + net.JoinHostPort(host, port)
}

func (n *Node) openLobby(ctx context.Context) (err error) {
	n.lobby, err = lobby.Open(ctx, lobby.Config{
		URL: n.config.Redis, NodeURL: n.URL(), PeerURL: cmp.Or(n.config.NodeURL, n.URL()), Region: n.config.Region, Version: Version(), Secret: []byte(n.config.Secret), Log: n.log,
	})
	if err != nil && n.config.Redis != "" {
		return fmt.Errorf("--redis: %w", err)
	}
	return err
}

// openUsers reads the keys of user tokens.
func (n *Node) openUsers(ctx context.Context) (err error) {
	if !n.config.knowsUsers() {
		return nil
	}
	n.users, err = identity.New(ctx, identity.Config{
		KeyFile: n.config.UserKeys, KeyURL: n.config.UserKeysURL, Issuer: n.config.UserIssuer, Audience: n.config.UserAudience,
		Judge: n.config.Judge, Anonymous: n.config.anonymous(n.listener.Addr()), Log: n.log,
	})
	if err != nil {
		return fmt.Errorf("--user-keys: %w", err)
	}
	return nil
}

// streamLength is about how many messages the outbox's stream in Redis keeps.
const streamLength = lobby.DefaultOutboxLength

// openOutbox opens what outcomes and effects leave through: to the webhook, to the
// stream in Redis, to who watches.
func (n *Node) openOutbox(context.Context) (err error) {
	c := outbox.Config{Log: n.log}
	if n.config.State != "" {
		c.Dir = filepath.Join(n.config.State, "outbox")
	}
	if n.config.Webhook != "" {
		hook, _ := n.config.webhook() // Validate has read it
		if n.webhook, err = outbox.NewWebhook(hook); err != nil {
			return fmt.Errorf("--webhook: %w", err)
		}
		c.Targets = append(c.Targets, outbox.Target{Name: "webhook", Receiver: n.webhook})
	}
	if stream := n.lobby.OutboxStream(streamLength); stream != nil {
		c.Targets = append(c.Targets, outbox.StreamTarget("redis", stream))
	}
	if n.config.Queues != "" {
		c.Targets = append(c.Targets, outbox.Target{Name: "queues", Receiver: &n.results})
	}
	c.Targets = append(c.Targets, n.config.Receivers...)
	if n.outbox, err = outbox.Open(c); err != nil {
		return fmt.Errorf("--state: %w", err)
	}
	return nil
}

// outboxPatience is how long a stop waits for messages that are on their way.
const outboxPatience = 3 * time.Second

// closeOutbox lets what is left go, or keeps it for the next start.
func (n *Node) closeOutbox() {
	if n.outbox == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), outboxPatience)
	defer cancel()
	if err := n.outbox.Close(ctx); err != nil {
		n.log.Error("results were lost", "err", err)
	}
	n.outbox = nil // a second stop finds nothing to do
	if n.webhook != nil {
		n.webhook.Close()
	}
}

// readPrediction reads the module that pages predict with: the game's own, beside its
// pages, or that of the arena.
func (n *Node) readPrediction(games []sim.Game) (err error) {
	files, name := fs.FS(web.FS), "predict/arena.wasm"
	if n.config.Pages != nil {
		files, name = n.config.Pages, pages.PredictionFile
	}
	if n.prediction, err = pages.ReadPrediction(files, name); err != nil {
		return fmt.Errorf("the rules for browsers: %w", err)
	}
	if n.prediction == nil && predicts(games) {
		n.log.Info("the rules have Predict, and browsers cannot use it: 'go run . wasm' builds what they need", "file", name)
	}
	return nil
}

// predictPath is where pages find it; "": nowhere.
func (n *Node) predictPath() string {
	if n.prediction == nil {
		return ""
	}
	return n.prediction.Path
}

func (n *Node) openRooms(games []sim.Game) (err error) {
	config := room.RegistryConfig{
		MaxRooms: n.config.MaxRooms, MaxSeats: n.config.MaxSeats, Room: n.config.Room, Stats: n.stats, Log: n.log,
		Clock: (&room.Beat{}).Clock, Server: "metronome " + Version(), Predict: n.predictPath(), Outbox: n.outbox, Nodes: &n.nodes, Events: n.events,
	}
	if n.config.Record != "" {
		folder := &file.Folder{Dir: n.config.Record, Keep: int64(n.config.RecordKeep) << 20}
		n.recordings = folder
		if err = folder.Check(); err != nil {
			return fmt.Errorf("--record: %w", err)
		}
		config.Journal = func(id string) (journal.Sink, error) {
			return folder.Create(time.Now().UTC().Format("20060102-150405-") + id)
		}
	}
	if err = n.keepRooms(&config); err != nil {
		return fmt.Errorf("--state: %w", err)
	}
	n.storeRooms(&config)
	if n.rooms, err = room.NewRegistry(config, sim.ModesOf(games)); err != nil {
		return err
	}
	n.node = node.New(n.rooms, n.lobby, n.log)
	if n.config.Redis != "" {
		n.peers = peer.NewClient(n.lobby)
		n.node.Reach(n.peers)
	}
	if n.stored != nil {
		n.node.KeepRooms()
	}
	mode, ok := n.rooms.Mode(n.config.Mode)
	if !ok {
		return fmt.Errorf("--mode %q: %w", n.config.Mode, room.ErrUnknownMode)
	}
	if n.params, err = parseParams(n.config.Params); err == nil {
		err = sim.CheckParams(n.rooms.Params(mode.Name), n.params)
	}
	if err != nil {
		return fmt.Errorf("--param, mode %s: %w", mode.Name, err)
	}
	n.connections = door.NewConnections(n.config.MaxConnections, n.config.ConnectionsPerAddress, n.config.proxies(), n.log)
	upgrade := n.config.upgrade(n.log)
	upgrade.Closed = n.connections.Closed
	n.upgrader, err = ws.NewUpgrader(upgrade)
	return err
}

// cluster asks other nodes for the console; nil: there are none.
func (n *Node) cluster() console.Cluster {
	if n.peers == nil {
		return nil
	}
	return n.peers
}

// openRecording opens a recording's file by its name. Errors: the disk's, and that
// nothing is recorded.
func (n *Node) openRecording(name string) (io.ReadCloser, int64, error) {
	if n.recordings == nil {
		return nil, 0, room.ErrNotRecorded
	}
	return n.recordings.Open(name)
}

func (n *Node) serve(context.Context) (err error) {
	ctx, cancel := context.WithCancel(context.Background())
	n.cancel = cancel
	n.run.Go(func() { n.lobby.Run(ctx, n.node, n.node.Lost) })
	n.run.Go(func() { n.watchRooms(ctx) })
	n.run.Go(func() { n.watchNodes(ctx) })
	n.runQueues(ctx)
	n.runHeritage(ctx)
	queues, led := n.queues()
	n.routes, err = gateway.New(gateway.Config{
		Node: n.node, Rooms: n.rooms, Lobby: n.lobby, Stats: n.stats, Upgrader: n.upgrader, Connections: n.connections,
		PublicURL: n.config.PublicURL, Proxies: n.config.proxies(), Open: n.config.open(n.listener.Addr()), Users: n.users, Origins: n.config.Origins, Pages: n.config.Pages, Prediction: n.prediction, Dev: n.config.Dev,
		Limits: n.config.Limits, Version: Version(), Log: n.log,
		AdminKey: n.config.AdminKey, AdminApart: n.config.AdminListen != "", Records: n.config.Record != "",
		ServerKeys: n.config.ServerKeys, Outbox: n.outbox, Drain: n.BeginDrain, Certificate: n.certificate,
		Matchmaker: queues, Queues: led, Events: n.events, Cluster: n.cluster(), OpenRecording: n.openRecording,
	})
	if err != nil {
		return fmt.Errorf("--server-keys: %w", err)
	}
	n.run.Go(func() { n.routes.Run(ctx) })
	n.http = door.NewHTTPServer(n.routes.Handler(), n.log)
	n.connections.Watch(n.http)
	listener := n.connections.Listener(n.listener, n.certificate == nil)
	if n.certificate != nil {
		listener = ws.ListenTLS(listener, n.certificate.Config())
	}
	n.run.Go(func() {
		if err := n.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			n.failed <- err
		}
	})
	return nil
}

// openHome opens the room that is always there. Nodes that share a store give
// theirs random ids; a node of its own names it after the mode, so that its
// URL is the same after every start.
func (n *Node) openHome(ctx context.Context) error {
	mode, _ := n.rooms.Mode(n.config.Mode)
	id := mode.Name
	if n.config.Redis != "" {
		id = ""
	}
	if n.home, _ = n.rooms.Get(id); n.home != nil {
		return nil // it was restored
	}
	home, _, err := n.node.Create(ctx, room.Wish{ID: id, Mode: mode.Name, Params: n.params, Keep: true})
	n.home = home
	return err
}

// Failed delivers the error of an HTTP server that stopped by itself.
func (n *Node) Failed() <-chan error { return n.failed }

// BeginDrain lets nobody new in and has rooms end when their match is over. The
// process stays. Any goroutine, more than once.
func (n *Node) BeginDrain() {
	if n.node.Become(node.Draining) {
		n.events.NodeIs(time.Now(), "draining")
		n.log.Info("nobody new is let in; rooms end after their matches", "rooms", len(n.rooms.List()))
	}
	n.rooms.BeginDrain()
}

// Drain announces the stop and lets matches end, until ctx ends: for the drain
// delay readiness alone says it, and everything is served, so that load balancers
// can send new players elsewhere; then rooms move to nodes that take them, nobody new
// is let in, and for the drain timeout rooms may end by themselves. Stop must follow.
func (n *Node) Drain(ctx context.Context) {
	n.node.SetUnready("stopping", "the node is about to stop")
	delay := n.config.drainDelay(n.listener.Addr())
	n.log.Info("draining", "delay", delay, "timeout", n.config.DrainTimeout)
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return
	}
	if n.kept != nil {
		return // rooms go on when the node is started again
	}
	if n.stored != nil && len(n.lobby.Peers()) < 2 {
		return // or another one
	}
	if n.peers != nil {
		n.log.Info("rooms go on at other nodes", "rooms", n.node.MoveAll(ctx))
	}
	n.BeginDrain()
	if n.config.DrainTimeout == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, n.config.DrainTimeout)
	defer cancel()
	if err := n.rooms.Drain(ctx); err != nil {
		n.log.Info("matches are ended before their time", "rooms", len(n.rooms.List()))
	}
}

// leaveTimeout bounds each step of a stop after the rooms.
const leaveTimeout = 2 * time.Second

// waitAtMost waits for a step. One that does not end in time is left behind, for the
// process to end.
func waitAtMost(timeout time.Duration, step func()) {
	done := make(chan struct{})
	go func() { // ends with the step, or the process
		step()
		close(done)
	}()
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	}
}

// Stop ends the node in order: no new players, rooms closed with a code that
// says to come back later, HTTP, the listing. It returns when nothing is left, or
// with an error that says what is: a room whose game hangs, for example.
func (n *Node) Stop() error {
	var left error
	if n.node != nil {
		if !n.node.Become(node.Draining) {
			n.node.Become(node.Gone) // it never was ready
		}
		defer n.node.Become(node.Gone)
	}
	ctx, cancel := context.WithTimeout(context.Background(), max(n.config.StopTimeout, time.Second))
	defer cancel()
	if n.rooms != nil {
		code, reason := n.goodbye()
		if err := n.rooms.Close(ctx, code, reason); err != nil {
			left = fmt.Errorf("rooms did not end within --stop-timeout %v and are given up: %w", n.config.StopTimeout, err)
		}
		waitAtMost(leaveTimeout, n.node.Wait)
	}
	if n.http != nil {
		if n.routes != nil {
			n.routes.EndWatches()
		}
		if door.StopServer(n.http) {
			n.log.Warn("requests were cut off")
		}
		waitAtMost(leaveTimeout, n.upgrader.Wait)
	} else if n.listener != nil {
		_ = n.listener.Close()
	}
	for _, other := range []*http.Server{n.debug, n.admin} {
		if other != nil {
			_ = other.Close()
		}
	}
	if n.cancel != nil {
		n.cancel()
	}
	n.run.Wait()
	if n.queueLog != nil {
		n.queueLog.Close()
		n.queueLog = nil // a second stop finds nothing to do
	}
	n.closeOutbox()
	if n.kept != nil {
		n.kept.Close()
		n.kept = nil // a second stop finds nothing to do
	}
	if n.stored != nil {
		n.stored.Close()
		n.stored = nil
	}
	if n.peers != nil {
		n.peers.Close()
	}
	if n.lobby != nil {
		ctx, cancel := context.WithTimeout(context.Background(), leaveTimeout)
		defer cancel()
		if err := n.lobby.Close(ctx); err != nil {
			n.log.Warn("the node's listing is left to its lease", "err", err)
		}
	}
	return left
}

// stopSignals ends ctx at the first SIGINT or SIGTERM; a second one kills the
// process, because the handler is gone by then.
func stopSignals(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}
