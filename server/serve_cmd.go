package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/spf13/pflag"
)

// serveFlags puts a config on the command line.
func serveFlags(c *Config) *pflag.FlagSet {
	f := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	f.StringVar(&c.Listen, "listen", c.Listen, "address to serve on")
	f.StringVar(&c.PublicURL, "public-url", c.PublicURL, "where clients reach this node, e.g. https://play.example.org (default: the address it listens on)")
	f.StringVar(&c.NodeURL, "node-url", c.NodeURL, "where other nodes reach this node, e.g. http://10.0.0.7:8080 (default: the public URL)")
	f.StringVar(&c.Region, "region", c.Region, "where this node is, e.g. eu; rooms open near those who ask (default: nowhere in particular)")
	f.StringVar(&c.TLSCert, "tls-cert", c.TLSCert, "PEM file of the certificate, the node's own first; serve https and wss (default: http and ws)")
	f.StringVar(&c.TLSKey, "tls-key", c.TLSKey, "PEM file of the certificate's key")
	f.StringVar(&c.Redis, "redis", c.Redis, "store shared by all nodes, e.g. redis://127.0.0.1:6379 (default: one inside this process)")
	f.StringVar(&c.Secret, "secret", c.Secret, "what nodes vouch with for the keys that sign tickets, the same on all nodes (default: who can write to the store is trusted)")
	f.StringVar(&c.UserKeys, "user-keys", c.UserKeys, "file with the keys that user tokens are signed with, a JSON Web Key Set; 'metronome token --new-keys' makes one (default: nobody is known)")
	f.StringVar(&c.UserKeysURL, "user-keys-url", c.UserKeysURL, "where an identity provider has these keys (JWKS)")
	f.StringVar(&c.UserIssuer, "user-issuer", c.UserIssuer, "issuer (iss) that user tokens must name (default: any)")
	f.StringVar(&c.UserAudience, "user-audience", c.UserAudience, "audience (aud) that user tokens must name (default: any)")
	f.StringVar(&c.Anonymous, "anonymous", c.Anonymous, "let players in who show no user token: auto (when the node is open, or has no keys), yes or no")
	f.StringVar(&c.ServerKeys, "server-keys", c.ServerKeys, "file with the keys of the game's backend, as 'metronome keys' writes it (default: none, and the server API is closed)")
	f.StringVar(&c.Survive, "survive", c.Survive, "with --redis, have rooms outlive this process: async (what the last ticks did may be lost with it), strict (players see a tick when the store has it), off")
	f.StringVar(&c.State, "state", c.State, "directory for what must outlive the process: results that were not delivered and, without --redis, the rooms with their seats (default: memory)")
	f.StringVar(&c.Webhook, "webhook", c.Webhook, "URL that results and effects are posted to, see docs/OUTBOX.md (default: none)")
	f.StringVar(&c.WebhookSecret, "webhook-secret", c.WebhookSecret, "what these posts are signed with, 16 bytes or more; two with a comma while it changes")
	f.StringSliceVar(&c.WebhookAllow, "webhook-allow", c.WebhookAllow, "range of addresses that are not public but may be posted to, e.g. 10.2.0.0/16")
	f.StringVar(&c.AdminKey, "admin-key", c.AdminKey, "key that opens /console (default: none; an open node shows it to this machine, others to nobody)")
	f.StringVar(&c.Mode, "mode", c.Mode, "mode of the room that is always there (default: the first)")
	f.StringSliceVar(&c.Params, "param", c.Params, "what that room is made with"+paramHelp+" (default: what the mode says)")
	f.IntVar(&c.Bots, "bots", c.Bots, "bots that play in that room, as many as there are seats for; they give these up to people; 0 is none anywhere")
	f.Float64Var(&c.Fill, "fill", c.Fill, "share of the seats of any other public room with people in it that bots bring it to, at most --bots; who is alone has one in any case; 0 is no bots there")
	f.IntVar(&c.BotsMost, "bots-most", c.BotsMost, "bots in all rooms together, or --bots if that is more")
	f.StringVar(&c.Queues, "queues", c.Queues, "file of the queues in which players wait for a match, see docs/QUEUES.md; read again when it changes (default: none)")
	f.StringVar(&c.QueueLog, "queue-log", c.QueueLog, "directory for logs of who waited and what became of them, as 'metronome queues replay' reads them (default: none)")
	f.StringVar(&c.Record, "record", c.Record, "directory for a recording of every room, in files of some 64 MB that play alone (default: none)")
	f.IntVar(&c.RecordKeep, "record-keep", c.RecordKeep, "megabytes of recordings that the directory may hold; the oldest files go beyond that (0: all stay)")
	f.IntVar(&c.MaxRooms, "max-rooms", c.MaxRooms, "rooms that this node takes on")
	f.IntVar(&c.MaxSeats, "max-seats", c.MaxSeats, "seats that this node takes on")
	f.StringVar(&c.Open, "open", c.Open, "let clients on this machine join without a ticket: auto, yes or no")
	f.StringSliceVar(&c.Origins, "origin", c.Origins, "further browser origin that may connect, e.g. https://example.org; * is any")
	f.StringVar(&c.Connections, "connections", c.Connections, "how sockets are driven: auto, tick or portable")
	f.StringSliceVar(&c.TrustedProxies, "trusted-proxies", c.TrustedProxies, "addresses or CIDR ranges of proxies whose Forwarded and X-Forwarded-For headers are believed (default: none)")
	f.IntVar(&c.Limits.HandshakesPerSecond, "handshakes-per-second", c.Limits.HandshakesPerSecond, "handshakes per client address, ten times that at once; 0 is no limit")
	f.IntVar(&c.Limits.MaxHandshakesPerSecond, "max-handshakes-per-second", c.Limits.MaxHandshakesPerSecond, "handshakes of all clients; who comes too early waits; 0 is no limit")
	f.IntVar(&c.Limits.CallsPerSecond, "calls-per-second", c.Limits.CallsPerSecond, "lobby API calls per client address, ten times that at once; 0 is no limit")
	f.IntVar(&c.Limits.MaxCallsPerSecond, "max-calls-per-second", c.Limits.MaxCallsPerSecond, "lobby API calls of all clients; who comes too early waits; 0 is no limit")
	f.IntVar(&c.Limits.ReservationsPerAddress, "reservations-per-address", c.Limits.ReservationsPerAddress, "seats that are promised to a client address and not taken yet, five times that for this machine; 0 is no limit")
	f.IntVar(&c.Limits.Match.EntriesPerAddress, "entries-per-address", c.Limits.Match.EntriesPerAddress, "entries that a client address may have waiting in queues, any number for this machine; 0 is no limit")
	f.IntVar(&c.Limits.RoomsPerAddress, "rooms-per-address", c.Limits.RoomsPerAddress, "living rooms that a client address has made, at most half of --max-rooms (of this machine's: those nobody has entered yet, a quarter of --max-rooms); 0 is no limit")
	f.IntVar(&c.MaxConnections, "max-connections", c.MaxConnections, "open connections, those of rooms too (default: what the process may open)")
	f.IntVar(&c.ConnectionsPerAddress, "connections-per-address", c.ConnectionsPerAddress, "open connections of one client address; 0 is no limit")
	f.StringVar(&c.AdminListen, "admin-listen", c.AdminListen, "address for /metrics and /stats alone, e.g. 127.0.0.1:9090 (default: with everything else)")
	f.IntVar(&c.Room.Workers, "workers", c.Room.Workers, "goroutines that share the reads and writes of a room of hundreds of players")
	f.IntVar(&c.Room.Spectators, "spectators", c.Room.Spectators, "how many may watch each public room without a seat; 0 nobody")
	f.StringVar(&c.Dev, "dev", c.Dev, "as 'dev' starts it: the game's own pages load themselves again when they change, and show this file's text")
	f.StringVar(&c.Debug, "debug", c.Debug, "loopback address for Go's profiles, e.g. 127.0.0.1:6060 (default: none)")
	f.DurationVar(&c.DrainDelay, "drain-delay", c.DrainDelay, "how long a stop is announced by /readyz alone, while everything is served, for load balancers to notice")
	f.Lookup("drain-delay").DefValue = fmt.Sprintf("%v, none on a loopback address", defaultDrainDelay)
	f.DurationVar(&c.DrainTimeout, "drain-timeout", c.DrainTimeout, "how long matches may go on after that, until nobody plays them, before they are ended")
	f.DurationVar(&c.StopTimeout, "stop-timeout", c.StopTimeout, "how long rooms have to end at a stop")
	f.DurationVar(&c.Room.ResumeWindow, "resume-window", c.Room.ResumeWindow, "how long a seat is kept when its connection is lost")
	f.DurationVar(&c.Room.SilentAfter, "silent-after", c.Room.SilentAfter, "close a connection that sends nothing for so long")
	f.DurationVar(&c.Room.SlowAfter, "slow-after", c.Room.SlowAfter, "close a connection that reads nothing for so long")
	f.DurationVar(&c.Room.EmptyAfter, "empty-after", c.Room.EmptyAfter, "close an empty room after so long; 0 never")
	return f
}

// logFlags are shared by commands that log.
type logFlags struct {
	level  string
	format string
}

func (l *logFlags) add(f *pflag.FlagSet) {
	f.StringVar(&l.level, "log-level", "info", "error, warn, info or debug")
	f.StringVar(&l.format, "log-format", "text", "text or json")
}

func (p *program) logger(l logFlags) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(l.level)); err != nil {
		return nil, fmt.Errorf("--log-level %q: want error, warn, info or debug", l.level)
	}
	options := &slog.HandlerOptions{Level: level}
	switch l.format {
	case "text":
		return slog.New(slog.NewTextHandler(p.stderr, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(p.stderr, options)), nil
	}
	return nil, fmt.Errorf("--log-format %q: want text or json", l.format)
}

// gcPercent is how much garbage may pile up before it is collected, in percent
// of what lives, unless GOGC says otherwise. Why 50 and not Go's 100: a steady
// room makes none, so collections are rare, and 10,000 idle connections take
// a fifth less memory.
const gcPercent = 50

// serve runs a node until the program is told to stop.
func (p *program) serve(args []string) error {
	c := DefaultConfig()
	var l logFlags
	f := serveFlags(&c)
	l.add(f)
	secrets := newSecretFiles(&c)
	secrets.add(f)
	if err := p.parse(f, args, false); err != nil {
		return err
	}
	log, err := p.logger(l)
	if err != nil {
		return err
	}
	if err = secrets.read(log); err != nil {
		return err
	}
	if p.env("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	c.Pages, c.Makers, c.Receivers, c.Judge = p.own.pages, p.own.makers, p.own.receivers, p.own.judge
	n, err := Start(p.ctx, c, p.games, log)
	if err != nil {
		return err
	}
	log.Info("serving", "url", n.URL(), "version", Version(), "store", storeKind(c), "open", c.open(n.listener.Addr()))
	_, _ = fmt.Fprintf(p.stdout, "%s is running: open %s\n", p.called(), n.LocalURL())
	stopBots := n.fillRooms(log)
	select {
	case <-p.ctx.Done():
		n.Drain(context.Background())
		log.Info("stopping", "timeout", c.StopTimeout)
	case err = <-n.Failed():
	}
	stopBots()
	err = errors.Join(err, n.Stop())
	log.Info("stopped")
	return err
}

func storeKind(c Config) string {
	if c.Redis == "" {
		return "embedded"
	}
	return "redis"
}
