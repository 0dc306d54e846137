package bots

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/metronome-server/metronome/internal/hist"
)

// serverStats is what a node tells of itself at /stats: totals since it began.
type serverStats struct {
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
	// maxStats is the longest answer that is read, bytes.
	maxStats = 1 << 20
)

// fetchStats asks the server how it is; nil when it does not say.
func fetchStats(ctx context.Context, c *Config) *serverStats {
	if c.Server == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, statsTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(c.Server, "/")+"/stats", nil)
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
