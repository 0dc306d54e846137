package bots

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/metronome-server/metronome/internal/hist"
)

// serverStats is what a node tells of itself at /stats: totals since its process
// began.
type serverStats struct {
	// Started is when the process began, Unix ms, which tells one from the next.
	Started    int64   `json:"started_unix_ms"`
	CPUSeconds float64 `json:"cpu_seconds"`
	RSSKB      float64 `json:"rss_kb"`
	Ticks      uint64  `json:"ticks"`
	TicksLost  uint64  `json:"ticks_lost"`
	// Late is how late ticks began, Tick how long they took.
	Late hist.Counts `json:"late"`
	Tick hist.Counts `json:"tick"`
}

const (
	// statsTimeout bounds asking for the statistics.
	statsTimeout = 3 * time.Second
	// statsEvery is how often a server is asked. Why 2 s: of a server that is
	// killed, what it did since the last time is not known.
	statsEvery = 2 * time.Second
	// maxStats is the longest answer that is read, bytes.
	maxStats = 1 << 20
)

// fetchStats asks the server how it is; nil when it does not say.
func fetchStats(ctx context.Context, c *Config) *serverStats {
	url := c.Stats
	if url == "" && c.Server != "" {
		url = strings.TrimSuffix(c.Server, "/") + "/stats"
	}
	if url == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, statsTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil
	}
	answer, err := c.HTTP.Do(request)
	if err != nil {
		return nil
	}
	defer answer.Body.Close()
	var stats serverStats
	if answer.StatusCode != http.StatusOK || json.NewDecoder(io.LimitReader(answer.Body, maxStats)).Decode(&stats) != nil {
		return nil
	}
	return &stats
}

// ledger adds up what the processes did that answered at a server's URL, one
// after the other.
type ledger struct {
	empty, last *serverStats // before the first player came; the newest
	from, to    time.Time    // that the sums are of
	cpuSeconds  float64
	ticks, lost uint64
	late, tick  hist.Counts
	restarts    int  // of the whole run
	several     bool // processes answer in turn: the sums mean nothing
}

// add takes what the server said at a time.
func (l *ledger) add(now *serverStats, at time.Time) {
	from := l.last
	l.last = now
	if from == nil {
		l.empty, l.from, l.to = now, at, at
		return
	}
	switch {
	case now.Started < from.Started:
		l.several = true
		return
	case now.Started > from.Started || now.Ticks < from.Ticks || now.CPUSeconds < from.CPUSeconds:
		l.restarts++
		from = &serverStats{}
	}
	l.to = at
	l.cpuSeconds += now.CPUSeconds - from.CPUSeconds
	l.ticks += now.Ticks - from.Ticks
	l.lost += now.TicksLost - from.TicksLost
	l.late = l.late.Add(now.Late.Sub(from.Late))
	l.tick = l.tick.Add(now.Tick.Sub(from.Tick))
}

// open begins the sums anew, at the newest time.
func (l *ledger) open() {
	*l = ledger{empty: l.empty, last: l.last, restarts: l.restarts, several: l.several, from: l.to, to: l.to}
}

// report sums up; nil if the server said nothing that can be used. gone: it does
// not answer any more.
func (l *ledger) report(players float64, gone bool) *ServerReport {
	if l.last == nil || l.several {
		return nil
	}
	r := &ServerReport{
		CPUPerPlayer: per(1000*l.cpuSeconds, l.to.Sub(l.from).Seconds()*players),
		TickLate:     quantiles(l.late), Tick: quantiles(l.tick),
		Ticks: l.ticks, TicksLost: l.lost, Restarts: l.restarts, Gone: gone,
	}
	if l.restarts == 0 {
		rss := per(l.last.RSSKB-l.empty.RSSKB, players)
		r.RSSPerPlayer = &rss
	}
	return r
}

// statsWatch asks a server for its statistics during a run, so that a restart is
// noticed and what was before it is kept.
type statsWatch struct {
	config *Config
	cancel context.CancelFunc
	wait   sync.WaitGroup
	opened chan struct{}
	told   bool // the server tells its statistics

	mu     sync.Mutex
	ledger ledger
}

// watchStats asks once before it returns, and then until finish.
func watchStats(ctx context.Context, c *Config) *statsWatch {
	w := &statsWatch{config: c, opened: make(chan struct{}, 1)}
	w.told = w.ask(ctx)
	ctx, w.cancel = context.WithCancel(ctx)
	if w.told {
		w.wait.Go(func() { w.run(ctx) })
	}
	return w
}

func (w *statsWatch) run(ctx context.Context) {
	ticker := time.NewTicker(statsEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			w.ask(ctx)
		case <-w.opened:
			w.ask(ctx)
			w.mu.Lock()
			w.ledger.open()
			w.mu.Unlock()
		}
	}
}

// ask takes what the server says now, and reports whether it says something.
func (w *statsWatch) ask(ctx context.Context) bool {
	stats := fetchStats(ctx, w.config)
	if stats == nil {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ledger.add(stats, time.Now())
	return true
}

// open begins the measured window. It does not wait.
func (w *statsWatch) open() { w.opened <- struct{}{} }

// finish asks a last time and sums up what was since open; nil for a server that
// tells nothing. ctx may have ended.
func (w *statsWatch) finish(ctx context.Context, players float64) *ServerReport {
	w.stop()
	if !w.told {
		return nil
	}
	answers := w.ask(context.WithoutCancel(ctx))
	return w.ledger.report(players, !answers)
}

// stop ends the asking.
func (w *statsWatch) stop() {
	w.cancel()
	w.wait.Wait()
}
