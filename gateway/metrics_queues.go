package gateway

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

var (
	descQueueWaiting   = desc("queue_waiting", "Entries that wait in a queue, on the node that leads it.", "queue")
	descQueuePlayers   = desc("queue_players", "Players of these entries.", "queue")
	descQueueOldest    = desc("queue_oldest_seconds", "How long the oldest of them has waited.", "queue")
	descQueueMatches   = desc("queue_matches", "Matches that are offered, opening, or open and not complete.", "queue", "state")
	descQueueWait      = desc("queue_wait_seconds", "How long the entries waited that got a room last.", "queue", "quantile")
	descQueueSpread    = desc("queue_spread", "Median difference of ratings within the last matches.", "queue")
	descQueueEnded     = desc("queue_entries_ended_total", "Entries that ended, by state.", "queue", "state")
	descQueueOff       = desc("queue_matches_off_total", "Matches that came to nothing; their entries waited on or were told.", "queue")
	descQueueConflicts = desc("queue_conflicts_total", "Proposed matches of which an entry had just left.", "queue")
)

// queueCollector reads how the queues are that this node leads: so that a sum over
// nodes counts each queue once.
type queueCollector struct{ s *Server }

// Describe implements prometheus.Collector.
func (c *queueCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		descQueueWaiting, descQueuePlayers, descQueueOldest, descQueueMatches, descQueueWait, descQueueSpread, descQueueEnded, descQueueOff, descQueueConflicts,
	} {
		out <- d
	}
}

// scrapeTime bounds what a scrape waits for the store.
const scrapeTime = time.Second

// Collect implements prometheus.Collector.
func (c *queueCollector) Collect(out chan<- prometheus.Metric) {
	if c.s.Matchmaker == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	all, err := c.s.Matchmaker.Overview(ctx)
	if err != nil {
		return // store_up says so
	}
	for _, q := range all {
		if q.Leader != c.s.Lobby.NodeID() {
			continue
		}
		name := q.Queue.Name
		gauge := func(d *prometheus.Desc, v float64, labels ...string) {
			out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, append([]string{name}, labels...)...)
		}
		count := func(d *prometheus.Desc, v uint64, labels ...string) {
			out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), append([]string{name}, labels...)...)
		}
		gauge(descQueueWaiting, float64(q.Waiting))
		gauge(descQueuePlayers, float64(q.Players))
		gauge(descQueueOldest, q.OldestWaited.Seconds())
		gauge(descQueueMatches, float64(q.Offered), "offered")
		gauge(descQueueMatches, float64(q.Opening), "opening")
		gauge(descQueueMatches, float64(q.Open), "open")
		gauge(descQueueWait, q.WaitP50.Seconds(), "0.5")
		gauge(descQueueWait, q.WaitP99.Seconds(), "0.99")
		gauge(descQueueSpread, q.Spread)
		for state, n := range q.Counts {
			count(descQueueEnded, n, string(state))
		}
		count(descQueueOff, q.Off)
		count(descQueueConflicts, q.Missed)
	}
}
