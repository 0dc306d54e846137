package gateway

import (
	"encoding/json"
	"net/http"

	"github.com/metronome-server/metronome/internal/hist"
	"github.com/metronome-server/metronome/internal/usage"
)

// StatsReport is what GET /stats answers: counters since the process started,
// for load tests, which take the difference of two.
type StatsReport struct {
	// StartedUnixMS is when the process began: counters of another value are
	// another process's.
	StartedUnixMS int64 `json:"started_unix_ms"`

	CPUSeconds float64 `json:"cpu_seconds"`
	RSSKB      int64   `json:"rss_kb"`
	Ticks      uint64  `json:"ticks"`
	TicksLost  uint64  `json:"ticks_lost"`
	Rooms      int     `json:"rooms"`
	Seats      int     `json:"seats"`
	Snapshots  uint64  `json:"snapshots"`
	// Late and Tick are histograms of the nanoseconds that ticks began late and
	// took, in the buckets of internal/hist.
	Late hist.Counts `json:"late"`
	Tick hist.Counts `json:"tick"`
}

func (s *Server) stats(w http.ResponseWriter, _ *http.Request) {
	report := StatsReport{
		StartedUnixMS: usage.Started().UnixMilli(), CPUSeconds: usage.CPUSeconds(), RSSKB: usage.ResidentKB(),
		Ticks: s.Stats.Ticks.Load(), TicksLost: s.Stats.TicksLost.Load(), Snapshots: s.Stats.Snapshots.Load(),
		Late: s.Stats.Late.Counts(), Tick: s.Stats.TickTime.Counts(),
	}
	for _, info := range s.Rooms.List() {
		report.Rooms++
		report.Seats += info.Taken
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(report)
}
