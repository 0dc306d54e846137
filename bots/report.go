package bots

import (
	"maps"
	"math"
	"time"

	"github.com/metronome-server/metronome/internal/hist"
)

// Report is what a load test saw. Its JSON names are the command's contract.
type Report struct {
	Players   int `json:"players"`
	Connected int `json:"connected"` // at the end of the window
	Failed    int `json:"failed"`    // never came in
	// Seconds is the window's length, EndUnix when it ended.
	Seconds float64 `json:"seconds"`
	EndUnix float64 `json:"end_unix"`

	Behaviour string `json:"behaviour"`
	Mode      string `json:"mode"`
	RoomSize  int    `json:"room_size"`
	Arrivals  string `json:"arrivals"`

	Inputs          uint64  `json:"inputs"`
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

	Resyncs    uint64         `json:"resyncs"`
	Reconnects int            `json:"reconnects"`
	Closes     map[string]int `json:"closes"`
	Server     *ServerReport  `json:"server"`
}

// ServerReport is what the server said of itself over the same time.
type ServerReport struct {
	CPUPerPlayer float64    `json:"cpu_ms_per_player_s"`
	RSSPerPlayer float64    `json:"rss_kb_per_player"`
	TickLate     *Quantiles `json:"tick_late_ms"`
	Tick         *Quantiles `json:"tick_ms"`
	Ticks        uint64     `json:"ticks"`
	TicksLost    uint64     `json:"ticks_lost"`
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
	ms := func(d time.Duration) float64 { return round(float64(d) / float64(time.Millisecond)) }
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

// report sums up the window. before is the server before the first player came,
// first and last at the window's ends.
func (s *swarm) report(end time.Time, before, first, last *serverStats) *Report {
	c := &s.config
	seconds := end.Sub(s.from).Seconds()
	r := &Report{
		Players: c.Players, Connected: s.playing, Failed: s.failed,
		Seconds: round(seconds), EndUnix: round(float64(end.UnixMicro()) / 1e6),
		Behaviour: c.Behaviour, Mode: c.Mode, RoomSize: c.RoomSize, Arrivals: string(c.Arrivals),
		Ack: quantiles(s.ack.Counts()), Gap: quantiles(s.gap.Counts()),
		Reconnects: s.reconnects, Closes: maps.Clone(s.closes), SnapshotHzMin: math.Inf(1),
	}
	var bytes, visible, sampled uint64
	for _, b := range s.bots {
		from, to := b.window.from, b.Counts
		snapshots := to.Snapshots - from.Snapshots
		r.Snapshots += snapshots
		r.Inputs += to.Inputs - from.Inputs
		r.Resyncs += to.Resyncs - from.Resyncs
		bytes += to.Bytes - from.Bytes
		visible, sampled = visible+b.window.visible, sampled+b.window.sampled
		if b.window.playedSince {
			r.SnapshotHzMin = min(r.SnapshotHzMin, round(float64(snapshots)/seconds))
		}
	}
	players := float64(c.Players - s.failed)
	r.SnapshotHzMean = per(float64(r.Snapshots), seconds*players)
	r.BytesPerSnap = per(float64(bytes), float64(r.Snapshots))
	r.BytesPerPlayerS = per(float64(bytes), seconds*players)
	r.VisibleEntities = per(float64(visible), float64(sampled))
	r.BitsPerEntity = per(8*float64(bytes), float64(r.Snapshots)*r.VisibleEntities)
	if math.IsInf(r.SnapshotHzMin, 1) {
		r.SnapshotHzMin = 0
	}
	r.Server = serverReport(before, first, last, seconds, players)
	return r
}

// serverReport subtracts what the server had done before; nil if it did not say.
func serverReport(before, first, last *serverStats, seconds, players float64) *ServerReport {
	if before == nil || first == nil || last == nil {
		return nil
	}
	return &ServerReport{
		CPUPerPlayer: per(1000*(last.CPUSeconds-first.CPUSeconds), seconds*players),
		RSSPerPlayer: per(last.RSSKB-before.RSSKB, players),
		TickLate:     quantiles(last.Late.Sub(first.Late)),
		Tick:         quantiles(last.Tick.Sub(first.Tick)),
		Ticks:        last.Ticks - first.Ticks,
		TicksLost:    last.TicksLost - first.TicksLost,
	}
}
