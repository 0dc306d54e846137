package gateway

import (
	"encoding/json"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/metronome-server/metronome/internal/hist"
)

// StatsReport is what GET /stats answers: counters since the process started,
// for load tests, which take the difference of two.
type StatsReport struct {
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
		CPUSeconds: cpuSeconds(), RSSKB: residentKB(),
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

// cpuSeconds is the user and system time of this process.
func cpuSeconds() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return (time.Duration(u.Utime.Nano()) + time.Duration(u.Stime.Nano())).Seconds()
}

// residentKB is the resident memory of this process; 0 where it cannot be told.
func residentKB() int64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(b))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize()) / 1024
}
