package bots

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"time"

	"github.com/metronome-server/metronome/internal/hist"
)

// Report is what a load test saw. Its JSON names are the command's contract.
type Report struct {
	Players   int `json:"players"`
	Connected int `json:"connected"` // at the end of the window
	Failed    int `json:"failed"`    // not in when the window began
	// Interrupted: the run was ended before the measured time was over.
	Interrupted bool `json:"interrupted"`
	// Seconds is the window's length, EndUnix when it ended.
	Seconds float64 `json:"seconds"`
	EndUnix float64 `json:"end_unix"`

	Behaviour string `json:"behaviour"`
	Mode      string `json:"mode"`
	RoomSize  int    `json:"room_size"`
	Arrivals  string `json:"arrivals"`

	Inputs          uint64  `json:"inputs"`
	Commands        uint64  `json:"commands"`
	Snapshots       uint64  `json:"snapshots"`
	SnapshotHzMean  float64 `json:"snapshot_hz_mean"`
	SnapshotHzMin   float64 `json:"snapshot_hz_min"`
	BytesPerSnap    float64 `json:"bytes_per_snapshot"`
	BytesPerPlayerS float64 `json:"bytes_per_player_s"`
	// VisibleEntities is the mean number of moving rows that a player sees.
	VisibleEntities float64 `json:"visible_entities"`
	BitsPerEntity   float64 `json:"bits_per_entity"`

	Ack *Quantiles `json:"ack_ms"`
	Gap *Quantiles `json:"gap_ms"`

	// Moves counts how often a player's room went on at another node, with how long no
	// frame came meanwhile; nil: none did.
	Moves *MovesReport `json:"moves,omitempty"`

	Resyncs    uint64         `json:"resyncs"`
	Reconnects int            `json:"reconnects"`
	Closes     map[string]int `json:"closes"`
	// Refusals counts attempts to join that were refused or failed, in the whole
	// run, by reason.
	Refusals map[string]int `json:"refusals"`
	Server   *ServerReport  `json:"server"`
	// Queue is what became of the entries, when there was a queue.
	Queue *QueueReport `json:"queue,omitempty"`
	// Watchers are not among the players in any figure but the server's CPU and
	// memory, which are the process's.
	Watchers *WatcherReport `json:"watchers,omitempty"`
}

// ServerReport is what the server said of itself over the same time, all its
// processes added up.
type ServerReport struct {
	CPUPerPlayer float64 `json:"cpu_ms_per_player_s"`
	// RSSPerPlayer is nil when the server was restarted: how much an empty one
	// takes is not known then.
	RSSPerPlayer *float64   `json:"rss_kb_per_player"`
	TickLate     *Quantiles `json:"tick_late_ms"`
	Tick         *Quantiles `json:"tick_ms"`
	Ticks        uint64     `json:"ticks"`
	TicksLost    uint64     `json:"ticks_lost"`
	// Restarts counts those of the whole run.
	Restarts int `json:"restarts"`
	// Gone: at the end the server did not answer any more.
	Gone bool `json:"gone"`
}

// MovesReport is what players felt of rooms that moved.
type MovesReport struct {
	Count uint64 `json:"count"`
	Quantiles
}

// movesReport is nil when no room has moved.
func movesReport(c hist.Counts) *MovesReport {
	if q := quantiles(c); q != nil {
		return &MovesReport{c.Total(), *q}
	}
	return nil
}

// Limits are what a run must keep to pass.
type Limits struct {
	// MinConnected players are to be connected at the end.
	MinConnected int
	// MaxP99 bounds the 99th percentile of the time from input to ack; 0 does not.
	MaxP99 time.Duration
	// MaxRestarts bounds the restarts of the server.
	MaxRestarts int
}

// Check returns how the report misses the limits, joined, each naming its flag.
func (r *Report) Check(l Limits) error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if r.Connected < l.MinConnected {
		fault("%d of %d players are connected, fewer than %d (--min-connected)", r.Connected, r.Players, l.MinConnected)
	}
	if q := r.Queue; q != nil && q.Unaccounted != 0 {
		fault("%d entries of the queue are not accounted for", q.Unaccounted)
	}
	if s := r.Server; s != nil && s.Gone {
		fault("the server does not answer any more")
	}
	if s := r.Server; s != nil && s.Restarts > l.MaxRestarts {
		fault("the server was restarted %s, more than %d (--max-restarts)", Times(s.Restarts), l.MaxRestarts)
	}
	switch limit := millis(l.MaxP99); {
	case l.MaxP99 == 0:
	case r.Ack == nil:
		fault("no input was acknowledged, so that nothing is known of their p99 (--max-p99)")
	case r.Ack.P99 > limit:
		fault("input to ack p99 is %.2f ms, more than %.2f (--max-p99)", r.Ack.P99, limit)
	}
	return errors.Join(faults...)
}

// Times counts in words.
func Times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// Quantiles of durations, milliseconds.
type Quantiles struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// quantiles are nil when nothing was counted.
func quantiles(c hist.Counts) *Quantiles {
	if c.Total() == 0 {
		return nil
	}
	ms := func(d time.Duration) float64 { return round(millis(d)) }
	return &Quantiles{ms(c.Quantile(0.5)), ms(c.Quantile(0.99)), ms(c.Max())}
}

// round keeps three decimals.
func round(v float64) float64 { return math.Round(v*1000) / 1000 }

// per divides; nothing by nothing is 0.
func per(v, by float64) float64 {
	if by == 0 {
		return 0
	}
	return round(v / by)
}

// open begins the measured window.
func (s *swarm) open(now time.Time) {
	s.measuring, s.from = true, now
	clear(s.closes)
	s.reconnects = 0
	for _, b := range s.bots {
		b.window = tally{from: b.Counts, playedSince: b.beat != nil}
	}
}

// players is how many the window was measured with.
func (s *swarm) players() float64 { return float64(s.config.Players - s.failed) }

// report sums up the window.
func (s *swarm) report(end time.Time, server *ServerReport) *Report {
	c := &s.config
	seconds := end.Sub(s.from).Seconds()
	r := &Report{
		Players: c.Players, Connected: s.playing, Failed: s.failed,
		Seconds: round(seconds), EndUnix: round(float64(end.UnixMicro()) / 1e6),
		Behaviour: s.behaviour, Mode: c.Mode, RoomSize: c.RoomSize, Arrivals: string(c.Arrivals),
		Ack: quantiles(s.ack.Counts()), Gap: quantiles(s.gap.Counts()), Moves: movesReport(s.moves.Counts()),
		Reconnects: s.reconnects, Closes: maps.Clone(s.closes), Refusals: maps.Clone(s.refusals), Server: server, SnapshotHzMin: math.Inf(1),
	}
	var bytes, visible, sampled uint64
	for _, b := range s.bots {
		from, to := b.window.from, b.Counts
		snapshots := to.Snapshots - from.Snapshots
		r.Snapshots += snapshots
		r.Inputs += to.Inputs - from.Inputs
		r.Commands += to.Commands - from.Commands
		r.Resyncs += to.Resyncs - from.Resyncs
		bytes += to.Bytes - from.Bytes
		visible, sampled = visible+b.window.visible, sampled+b.window.sampled
		if b.window.playedSince {
			r.SnapshotHzMin = min(r.SnapshotHzMin, per(float64(snapshots), seconds))
		}
	}
	players := s.players()
	r.SnapshotHzMean = per(float64(r.Snapshots), seconds*players)
	r.BytesPerSnap = per(float64(bytes), float64(r.Snapshots))
	r.BytesPerPlayerS = per(float64(bytes), seconds*players)
	r.VisibleEntities = per(float64(visible), float64(sampled))
	r.BitsPerEntity = per(8*float64(bytes), float64(r.Snapshots)*r.VisibleEntities)
	if math.IsInf(r.SnapshotHzMin, 1) {
		r.SnapshotHzMin = 0
	}
	return r
}
