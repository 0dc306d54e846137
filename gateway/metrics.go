package gateway

import (
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/metronome-server/metronome/internal/hist"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/room"
)

// tickBuckets are the bounds of the tick histograms, seconds: a tick of 60 Hz
// is 16.7 ms, lateness is to stay below one.
var tickBuckets = []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .02, .035, .05, .1, .25, 1}

// metrics serves the counters to Prometheus.
func (s *Server) metrics() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(&statsCollector{s}, &nodeCollector{s}, &queueCollector{s}, s.calls.counts, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{DisableCompression: true})
}

// statsCollector reads room.Stats when it is scraped, so that a tick touches
// nothing but plain counters.
type statsCollector struct{ s *Server }

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("metronome_"+name, help, labels, nil)
}

var (
	descLate   = desc("tick_late_seconds", "How long after it was due a tick began.")
	descTick   = desc("tick_seconds", "How long a tick took.")
	descInputs = desc("inputs_total", "Inputs that arrived, by what became of them.", "outcome")
	descCloses = desc("closes_total", "Connections that ended, by close code.", "code")
	descRooms  = desc("rooms", "Rooms on this node, by mode.", "mode")
	descSeats  = desc("seats", "Seats in rooms of this node, each in one state.", "state")
	descBots   = desc("bots", "Seats of players that are bots.")
	descWatch  = desc("spectators", "Connections that watch a room and have no seat.")
	descMoved  = desc("rooms_moved_total", "Rooms that were handed to another node, by whether that took them.", "result")
	descStood  = desc("room_stood_still_seconds", "How long a room stood still while it was handed to another node.")
	descKept   = desc("rooms_kept", "Rooms that outlive the process.")
	descUnkept = desc("rooms_not_kept", "Rooms that are to outlive the process and would not, now.")
	descLag    = desc("rooms_kept_lag_ticks", "Ticks that were stepped and are not kept yet, of the room that has the most.")
	descQueued = desc("rooms_kept_lag_bytes", "What was stepped and is not kept yet, of all rooms together.")
	descBehind = desc("seats_backlogged", "Active seats whose clients have not taken what was sent.")
)

type counterRow struct {
	desc  *prometheus.Desc
	count func(*room.Stats) *atomic.Uint64
}

var counterRows = []counterRow{
	{desc("ticks_total", "Ticks stepped."), func(s *room.Stats) *atomic.Uint64 { return &s.Ticks }},
	{desc("ticks_lost_total", "Ticks that were due and never stepped."), func(s *room.Stats) *atomic.Uint64 { return &s.TicksLost }},
	{desc("snapshots_total", "Snapshots written."), func(s *room.Stats) *atomic.Uint64 { return &s.Snapshots }},
	{desc("snapshot_bytes_total", "Payload bytes of snapshots written."), func(s *room.Stats) *atomic.Uint64 { return &s.SnapshotBytes }},
	{desc("snapshots_skipped_total", "Snapshots not written because the client had not taken the ones before."), func(s *room.Stats) *atomic.Uint64 { return &s.SnapshotsSkipped }},
	{desc("inputs_unseen_total", "Inputs whose view of the world was none that their seat can have seen."), func(s *room.Stats) *atomic.Uint64 { return &s.InputsUnseen }},
	{desc("chat_dropped_total", "Chat lines over the limit."), func(s *room.Stats) *atomic.Uint64 { return &s.ChatDropped }},
	{desc("game_faults_total", "Rooms closed because their game failed."), func(s *room.Stats) *atomic.Uint64 { return &s.Faults }},
	{desc("rooms_kept_failed_total", "How often a room that is to outlive the process was not kept: the disk or the store."), func(s *room.Stats) *atomic.Uint64 { return &s.KeepsFailed }},
	{desc("snapshots_held_total", "Ticks whose snapshots were left out because the store did not have the tick in time."), func(s *room.Stats) *atomic.Uint64 { return &s.SnapshotsHeld }},
	{desc("rooms_taken_over_total", "Rooms that have come from other nodes."), func(s *room.Stats) *atomic.Uint64 { return &s.TakenOver }},
	{desc("recordings_lost_total", "Recordings that stopped early."), func(s *room.Stats) *atomic.Uint64 { return &s.RecordingsLost }},
	{desc("joins_total", "Players who took a seat."), func(s *room.Stats) *atomic.Uint64 { return &s.Joins }},
	{desc("spectators_total", "Spectators who came."), func(s *room.Stats) *atomic.Uint64 { return &s.Spectators }},
	{desc("spectator_snapshots_total", "Snapshots written to spectators."), func(s *room.Stats) *atomic.Uint64 { return &s.SpectatorSnapshots }},
	{desc("spectator_bytes_total", "Payload bytes of snapshots written to spectators."), func(s *room.Stats) *atomic.Uint64 { return &s.SpectatorBytes }},
	{desc("resumes_total", "Players who took their seat back."), func(s *room.Stats) *atomic.Uint64 { return &s.Resumes }},
}

// Describe implements prometheus.Collector.
func (c *statsCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descLate, descTick, descInputs, descCloses, descRooms, descSeats, descBots, descWatch, descBehind, descMoved, descStood, descKept, descUnkept, descLag, descQueued} {
		out <- d
	}
	for _, row := range counterRows {
		out <- row.desc
	}
}

// Collect implements prometheus.Collector.
func (c *statsCollector) Collect(out chan<- prometheus.Metric) {
	s := c.s.Stats
	out <- histogram(descLate, s.Late.Counts())
	out <- histogram(descTick, s.TickTime.Counts())
	out <- histogram(descStood, s.StoodStill.Counts())
	out <- prometheus.MustNewConstMetric(descMoved, prometheus.CounterValue, float64(s.Moved.Load()), "moved")
	out <- prometheus.MustNewConstMetric(descMoved, prometheus.CounterValue, float64(s.MovesFailed.Load()), "failed")
	for _, row := range counterRows {
		out <- prometheus.MustNewConstMetric(row.desc, prometheus.CounterValue, float64(row.count(s).Load()))
	}
	for outcome, n := range map[string]*atomic.Uint64{
		"on_time": &s.InputsOnTime, "late": &s.InputsLate, "early": &s.InputsEarly, "double": &s.InputsDouble, "dropped": &s.InputsDropped,
	} {
		out <- prometheus.MustNewConstMetric(descInputs, prometheus.CounterValue, float64(n.Load()), outcome)
	}
	for _, row := range netproto.CloseCodes {
		out <- prometheus.MustNewConstMetric(descCloses, prometheus.CounterValue, float64(s.Closes(row.Code)), row.Name)
	}
	c.rooms(out)
}

func (c *statsCollector) rooms(out chan<- prometheus.Metric) {
	byMode := map[string]int{}
	seats := map[string]int{"active": 0, "away": 0, "entering": 0, "free": 0}
	bots, spectators, backlogged := 0, 0, 0
	kept, unkept, lagTicks, lagBytes := 0, 0, 0, 0
	for _, m := range c.s.Rooms.Modes() {
		byMode[m.Name] = 0
	}
	for _, i := range c.s.Rooms.List() {
		byMode[i.Mode]++
		seats["active"] += i.Active
		seats["away"] += i.Away
		seats["entering"] += max(i.Taken-i.Active-i.Away, 0)
		seats["free"] += max(i.Seats-i.Taken, 0)
		bots += i.Bots
		spectators += i.Spectators
		backlogged += i.Backlogged
		if i.Kept.Fault != "" {
			unkept++
		} else if i.Kept.By != "" {
			kept++
		}
		lagTicks, lagBytes = max(lagTicks, i.Kept.LagTicks), lagBytes+i.Kept.LagBytes
	}
	out <- prometheus.MustNewConstMetric(descKept, prometheus.GaugeValue, float64(kept))
	out <- prometheus.MustNewConstMetric(descUnkept, prometheus.GaugeValue, float64(unkept))
	out <- prometheus.MustNewConstMetric(descLag, prometheus.GaugeValue, float64(lagTicks))
	out <- prometheus.MustNewConstMetric(descQueued, prometheus.GaugeValue, float64(lagBytes))
	out <- prometheus.MustNewConstMetric(descBots, prometheus.GaugeValue, float64(bots))
	out <- prometheus.MustNewConstMetric(descWatch, prometheus.GaugeValue, float64(spectators))
	out <- prometheus.MustNewConstMetric(descBehind, prometheus.GaugeValue, float64(backlogged))
	for mode, n := range byMode {
		out <- prometheus.MustNewConstMetric(descRooms, prometheus.GaugeValue, float64(n), mode)
	}
	for state, n := range seats {
		out <- prometheus.MustNewConstMetric(descSeats, prometheus.GaugeValue, float64(n), state)
	}
}

// histogram brings our fine buckets into Prometheus's coarse ones.
func histogram(d *prometheus.Desc, c hist.Counts) prometheus.Metric {
	buckets := make(map[float64]uint64, len(tickBuckets))
	for _, bound := range tickBuckets {
		buckets[bound] = c.Below(time.Duration(bound * float64(time.Second)))
	}
	return prometheus.MustNewConstHistogram(d, c.Total(), c.Sum().Seconds(), buckets)
}
