package room

import (
	"math"
	"slices"
	"sync"
	"time"
)

// sampleSeconds is how far back a room remembers. Why 300: what an operator
// who is called wants to see, for 20 KB a room.
const sampleSeconds = 300

// Sample is one second of a room. Durations are in microseconds.
type Sample struct {
	At                        uint32 // Unix time of its end, s
	TickP50, TickP99, TickMax uint32
	LateP50, LateP99, LateMax uint32
	Bytes, Snapshots          uint32
	// Inputs by what became of them; Dropped ones were not read.
	OnTime, Late, Early, Double, Dropped uint32
	// TicksLost were due and never stepped.
	TicksLost uint32
	// Seats that are active; Backlogged is the most in one tick.
	Seats, Backlogged uint16
	// Slack of the active seats' newest inputs at the end, ticks.
	SlackMin, SlackP50, SlackMax int8
}

// sampler keeps a room's last minutes, a sample each second. The room's goroutine
// feeds it with what it counts anyway; any goroutine may read.
type sampler struct {
	ends       time.Time // of this second
	took, late []uint32  // of its ticks, µs
	sum        tally     // of its ticks
	lost       uint32

	mu   sync.Mutex // taken by the room once a second
	ring []Sample   // made with the first
	made int
}

// count adds what a tick counted.
func (h *sampler) count(t *tally) {
	most := max(h.sum.backlogged, t.backlogged)
	h.sum.add(t)
	h.sum.backlogged = most
}

// addTickTimes adds a tick's times, and ends the second when it is over.
func (h *sampler) addTickTimes(seats []*seat, began time.Time, late, took time.Duration, lost int64) {
	if h.ends.IsZero() {
		h.ends = began.Add(time.Second)
	}
	h.took = append(h.took, micros(took))
	h.late = append(h.late, micros(late))
	h.lost += uint32(lost)
	if ended := began.Add(took); !ended.Before(h.ends) {
		h.endSecond(seats)
		h.ends = h.ends.Add(ended.Sub(h.ends).Truncate(time.Second) + time.Second)
	}
}

func micros(d time.Duration) uint32 { return uint32(min(max(d.Microseconds(), 0), math.MaxUint32)) }

// endSecond makes a sample.
func (h *sampler) endSecond(seats []*seat) {
	s := Sample{
		At: uint32(h.ends.Unix()), Bytes: uint32(h.sum.bytes), Snapshots: uint32(h.sum.snapshots),
		OnTime: uint32(h.sum.inputs[onTime]), Late: uint32(h.sum.inputs[late]), Early: uint32(h.sum.inputs[early]),
		Double: uint32(h.sum.inputs[double]), Dropped: uint32(h.sum.dropped), TicksLost: h.lost,
		Backlogged: uint16(h.sum.backlogged),
	}
	s.TickP50, s.TickP99, s.TickMax = spread(h.took)
	s.LateP50, s.LateP99, s.LateMax = spread(h.late)
	for _, seat := range seats {
		if seat.state == SeatActive {
			s.Seats++
		}
	}
	s.SlackMin, s.SlackP50, s.SlackMax = slacks(seats)
	h.took, h.late, h.sum, h.lost = h.took[:0], h.late[:0], tally{}, 0
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ring == nil {
		h.ring = make([]Sample, sampleSeconds)
	}
	h.ring[h.made%sampleSeconds] = s
	h.made++
}

// spread sorts durations and returns their median, 99th percentile (between
// two ticks' where it falls between them) and maximum.
func spread(all []uint32) (p50, p99, most uint32) {
	if len(all) == 0 {
		return 0, 0, 0
	}
	slices.Sort(all)
	last := len(all) - 1
	at := 0.99 * float64(last)
	low, part := all[int(at)], at-math.Floor(at)
	high := all[min(int(at)+1, last)]
	return all[last/2], low + uint32(part*float64(high-low)), all[last]
}

// slackBins are the slacks that are told apart; those beyond are the last ones.
const slackBins = math.MaxInt8 - math.MinInt8 + 1

// slacks returns the least, the median and the most slack of the seats that
// are active and have sent an input.
func slacks(seats []*seat) (least, p50, most int8) {
	var bins [slackBins]int
	n := 0
	for _, s := range seats {
		if s.state == SeatActive && s.inputs != nil && (s.inputs.at > 0 || s.inputs.slack != 0) {
			bins[min(max(s.inputs.slack, math.MinInt8), math.MaxInt8)-math.MinInt8]++
			n++
		}
	}
	return binAt(bins[:], n, 0), binAt(bins[:], n, (n-1)/2), binAt(bins[:], n, n-1)
}

// binAt returns the slack at a place of the sorted slacks, 0 of none.
func binAt(bins []int, n, place int) int8 {
	for i, count := range bins {
		if place -= count; place < 0 && n > 0 {
			return int8(i + math.MinInt8)
		}
	}
	return 0
}
