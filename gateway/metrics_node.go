package gateway

import (
	"context"
	"runtime"
	"sync"

	"connectrpc.com/connect"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/metronome-server/metronome/gateway/node"
)

var (
	descBuild       = desc("build_info", "1, with what this program was built from.", "version", "go")
	descState       = desc("node_state", "1 for the state that the node is in, else 0.", "state")
	descReady       = desc("node_ready", "1 while new players should be sent here, else 0.")
	descStoreUp     = desc("store_up", "1 while the lobby's store answers, else 0.")
	descStore       = desc("store_seconds", "How long the lobby's store took to answer.")
	descStoreFaults = desc("store_errors_total", "Questions that the lobby's store did not answer.")
	descServed      = desc("requests_total", "HTTP requests that were let in, by kind.", "kind")
	descTurnedDown  = desc("requests_refused_total", "HTTP requests that were not let in, by kind.", "kind")
	descHandshakes  = desc("handshakes_refused_total", "WebSocket handshakes that were refused, by reason.", "reason")
	descConnections = desc("connections", "Open connections, those of rooms too.")
	descRejected    = desc("connections_refused_total", "Connections that were not taken, by reason: all together or one address has too many, or descriptors ran out.", "reason")
	descDropped     = desc("connections_dropped_total", "Connections that were closed without their goodbye.")
	descStuck       = desc("rooms_stuck", "Rooms with a tick that does not end.")
	descOutbox      = desc("outbox_waiting", "Results and effects that wait for delivery.")
	descOutboxAge   = desc("outbox_oldest_seconds", "How long the oldest of them has waited.")
	descOutboxLost  = desc("outbox_dropped_total", "Results and effects that were dropped, by reason: the outbox was full, they were too long, or an operator or too many dead letters gave them up.", "reason")
	descDelivered   = desc("outbox_delivered_total", "Results and effects that have arrived, by target.", "target")
	descRetried     = desc("outbox_retries_total", "Attempts to deliver that failed and are made again, by target.", "target")
	descDead        = desc("outbox_dead", "Dead letters: results and effects that a target did not take.")
	descRoomsLeft   = desc("rooms_left", "How many more rooms this node takes on; 0 while it takes nothing new.")
	descSeatsLeft   = desc("seats_left", "How many more seats, in further rooms, this node takes on; 0 while it takes nothing new.")
	descCertificate = desc("certificate_expires_timestamp_seconds", "When the node's certificate ends, in Unix time.")
	descWatches     = desc("console_watches", "Consoles that watch this node.")
)

// nodeCollector reads what the node and its doors count.
type nodeCollector struct{ s *Server }

// Describe implements prometheus.Collector.
func (c *nodeCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		descBuild, descState, descReady, descStoreUp, descStore, descStoreFaults, descServed, descTurnedDown,
		descHandshakes, descConnections, descRejected, descDropped, descStuck, descWatches, descRoomsLeft, descSeatsLeft, descCertificate,
		descOutbox, descOutboxAge, descOutboxLost, descDelivered, descRetried, descDead,
	} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (c *nodeCollector) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	count := func(d *prometheus.Desc, v uint64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), labels...)
	}
	s := c.s
	gauge(descBuild, 1, s.Version, runtime.Version())
	for state := node.Starting; state <= node.Gone; state++ {
		gauge(descState, oneIf(s.Node.State() == state), state.String())
	}
	gauge(descReady, oneIf(s.Node.Unready() == ""))
	gauge(descStoreUp, oneIf(s.Lobby.Up()))
	latency, faults := s.Lobby.StoreLatency()
	out <- histogram(descStore, latency)
	count(descStoreFaults, faults)
	for _, share := range s.shares.all() {
		count(descServed, share.Served.Load(), share.Name)
		count(descTurnedDown, share.Refused.Load(), share.Name)
	}
	for reason, n := range s.refused.counts() {
		count(descHandshakes, n, reason)
	}
	if connections := s.Connections; connections != nil {
		gauge(descConnections, float64(connections.Open()))
		count(descRejected, connections.Full.Load(), "all")
		count(descRejected, connections.Crowded.Load(), "address")
		count(descRejected, connections.Starved.Load(), "descriptors")
	}
	count(descDropped, s.Upgrader.Dropped())
	gauge(descStuck, float64(s.Stats.Stuck.Load()))
	gauge(descWatches, float64(s.console.Watches()))
	rooms, seats := 0, 0
	if s.Node.Unready() == "" {
		rooms, seats = s.Rooms.Free()
	}
	gauge(descRoomsLeft, float64(rooms))
	gauge(descSeatsLeft, float64(seats))
	if s.Certificate != nil {
		gauge(descCertificate, float64(s.Certificate.Current().Leaf.NotAfter.Unix()))
	}
	if s.Outbox != nil {
		c.collectOutbox(gauge, count)
	}
}

func (c *nodeCollector) collectOutbox(gauge func(*prometheus.Desc, float64, ...string), count func(*prometheus.Desc, uint64, ...string)) {
	o := c.s.Outbox.Stats()
	gauge(descOutbox, float64(o.Waiting))
	gauge(descOutboxAge, o.Oldest.Seconds())
	gauge(descDead, float64(o.Dead))
	count(descOutboxLost, o.Full, "full")
	count(descOutboxLost, o.Invalid, "invalid")
	given := o.DeadDropped
	for _, t := range o.Targets {
		count(descDelivered, t.Delivered, t.Name)
		count(descRetried, t.Retried, t.Name)
		given += t.Dropped
	}
	count(descOutboxLost, given, "given_up")
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// refusedCounter counts refused handshakes by reason. The zero value is ready.
type refusedCounter struct {
	mu sync.Mutex
	by map[string]uint64
}

func (c *refusedCounter) add(reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by == nil {
		c.by = map[string]uint64{}
	}
	c.by[reason]++
}

func (c *refusedCounter) counts() map[string]uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make(map[string]uint64, len(c.by))
	for reason, n := range c.by {
		out[reason] = n
	}
	return out
}

// callCounter counts calls of both APIs by method and code.
type callCounter struct {
	counts *prometheus.CounterVec
}

func newCallCounter() *callCounter {
	return &callCounter{counts: prometheus.NewCounterVec(
		prometheus.CounterOpts{Name: "metronome_api_calls_total", Help: "Calls of the lobby and console API that were carried out, by method and code."},
		[]string{"method", "code"},
	)}
}

func (c *callCounter) add(spec connect.Spec, err error) {
	code := "ok"
	if err != nil {
		code = connect.CodeOf(err).String()
	}
	c.counts.WithLabelValues(spec.Procedure, code).Inc()
}

// WrapUnary implements connect.Interceptor.
func (c *callCounter) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, req connect.AnyRequest) (connect.AnyResponse, error) {
		answer, err := next(ctx, req)
		c.add(req.Spec(), err)
		return answer, err
	}
}

// WrapStreamingClient implements connect.Interceptor; there are no clients here.
func (c *callCounter) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}

// WrapStreamingHandler implements connect.Interceptor.
func (c *callCounter) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, conn connect.StreamingHandlerConn) error {
		err := next(ctx, conn)
		c.add(conn.Spec(), err)
		return err
	}
}
