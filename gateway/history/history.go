// Package history remembers how this node was, for a day, in bounded memory.
package history

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/metronome-server/metronome/internal/hist"
	"github.com/metronome-server/metronome/internal/usage"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/room"
)

// MaxSteps is how many steps an answer has at most.
const MaxSteps = 720

// spans are how far back each resolution goes: 1 s for 10 min, 10 s for 2 h, 1 min
// for 24 h, in 2,760 steps of 56 bytes, which is 155 KB.
var spans = [...]struct{ step, steps int }{{1, 600}, {10, 720}, {60, 1440}}

// Sample is one step. Gauges are the most in it, rates its mean, what is counted
// its sum, and percentiles those of its worst second.
type Sample struct {
	At                         uint32 // Unix time of its end, s
	Players, Bots, Away, Rooms uint32
	CPUPermille, ResidentKB    uint32
	Bytes, Inputs, Unused      uint32 // per second
	TickP99, LateP99           uint32 // µs
	TicksLost, Joins, Closes   uint32
}

// merge adds a sample to those of a longer step, of which there were n.
func (s *Sample) merge(o *Sample, n uint32) {
	s.At = o.At
	for _, gauge := range []struct{ to, from *uint32 }{
		{&s.Players, &o.Players}, {&s.Bots, &o.Bots}, {&s.Away, &o.Away}, {&s.Rooms, &o.Rooms}, {&s.ResidentKB, &o.ResidentKB},
		{&s.TickP99, &o.TickP99}, {&s.LateP99, &o.LateP99},
	} {
		*gauge.to = max(*gauge.to, *gauge.from)
	}
	for _, rate := range []struct{ to, from *uint32 }{
		{&s.CPUPermille, &o.CPUPermille}, {&s.Bytes, &o.Bytes}, {&s.Inputs, &o.Inputs}, {&s.Unused, &o.Unused},
	} {
		*rate.to = uint32((uint64(*rate.to)*uint64(n) + uint64(*rate.from) + uint64(n+1)/2) / uint64(n+1))
	}
	s.TicksLost += o.TicksLost
	s.Joins += o.Joins
	s.Closes += o.Closes
}

// ring is one resolution.
type ring struct {
	step    int
	samples []Sample
	made    int
	open    Sample // of the step that is not over
	merged  uint32 // samples in open
}

// add takes a sample of a second.
func (r *ring) add(s *Sample) {
	if r.merged > 0 && r.open.At/uint32(r.step) != s.At/uint32(r.step) {
		r.samples[r.made%len(r.samples)] = r.open
		r.made++
		r.open, r.merged = Sample{}, 0
	}
	if r.merged == 0 {
		r.open, r.merged = *s, 1
		return
	}
	r.open.merge(s, r.merged)
	r.merged++
}

// oldest is the time up to which the ring goes back, 0: it is empty.
func (r *ring) oldest() uint32 {
	switch {
	case r.made > len(r.samples):
		return r.samples[r.made%len(r.samples)].At
	case r.made > 0:
		return r.samples[0].At
	}
	return r.open.At
}

// History remembers how a node was. Run feeds it; any goroutine may read.
type History struct {
	rooms *room.Registry
	stats *room.Stats

	before counted // of the second before

	mu    sync.Mutex
	rings [len(spans)]ring
}

// New returns the History of a node with these rooms.
func New(rooms *room.Registry, stats *room.Stats) *History {
	h := &History{rooms: rooms, stats: stats}
	for i, s := range spans {
		h.rings[i] = ring{step: s.step, samples: make([]Sample, s.steps)}
	}
	return h
}

// Run takes a sample a second until ctx ends.
func (h *History) Run(ctx context.Context) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	h.before = h.count(time.Now())
	for {
		select {
		case now := <-ticker.C:
			h.take(now)
		case <-ctx.Done():
			return
		}
	}
}

// counted is what only grows, at one time.
type counted struct {
	at                                         time.Time
	cpu                                        float64
	bytes, inputs, unused, lost, joins, closes uint64
	tick, late                                 hist.Counts
}

func (h *History) count(now time.Time) counted {
	s := h.stats
	c := counted{
		at: now, cpu: usage.CPUSeconds(), bytes: s.SnapshotBytes.Load(), lost: s.TicksLost.Load(), joins: s.Joins.Load(),
		unused: s.InputsLate.Load() + s.InputsEarly.Load() + s.InputsDouble.Load() + s.InputsDropped.Load(),
		tick:   s.TickTime.Counts(), late: s.Late.Counts(),
	}
	c.inputs = c.unused + s.InputsOnTime.Load()
	for _, row := range netproto.CloseCodes {
		c.closes += s.Closes(row.Code)
	}
	return c
}

// take makes the sample of the second that ends.
func (h *History) take(now time.Time) {
	c, b := h.count(now), &h.before
	seconds := max(c.at.Sub(b.at).Seconds(), 0.001)
	rate := func(to, from uint64) uint32 { return uint32(float64(to-from)/seconds + 0.5) }
	totals := h.rooms.Totals()
	s := Sample{
		At: uint32(now.Unix()), Players: uint32(totals.Seats - totals.Bots), Bots: uint32(totals.Bots), Away: uint32(totals.Away), Rooms: uint32(totals.Rooms),
		CPUPermille: uint32(1000 * (c.cpu - b.cpu) / seconds), ResidentKB: uint32(usage.ResidentKB()),
		Bytes: rate(c.bytes, b.bytes), Inputs: rate(c.inputs, b.inputs), Unused: rate(c.unused, b.unused),
		TickP99: micros(c.tick.Sub(b.tick)), LateP99: micros(c.late.Sub(b.late)),
		TicksLost: uint32(c.lost - b.lost), Joins: uint32(c.joins - b.joins), Closes: uint32(c.closes - b.closes),
	}
	h.before = c
	h.Add(s)
}

func micros(c hist.Counts) uint32 {
	return uint32(min(c.Quantile(0.99).Microseconds(), math.MaxUint32))
}

// Add keeps the sample of a second that is later than all before.
func (h *History) Add(s Sample) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range h.rings {
		h.rings[i].add(&s)
	}
}

// Last returns the newest sample, the zero one before the first second is over.
func (h *History) Last() Sample {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.rings[0].open
}

// Between returns the steps that ended after one Unix second and not after another,
// oldest first, and how many seconds a step covers: those of the finest resolution
// that goes back so far, joined until there are at most MaxSteps. to 0: until now.
func (h *History) Between(from, to uint32) (samples []Sample, step int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if to == 0 {
		to = math.MaxUint32
	}
	r := &h.rings[len(h.rings)-1]
	for i := range h.rings {
		if o := h.rings[i].oldest(); o <= from+uint32(h.rings[i].step) || h.rings[i].made < len(h.rings[i].samples) {
			r = &h.rings[i]
			break
		}
	}
	samples = make([]Sample, 0, MaxSteps)
	for i := max(r.made-len(r.samples), 0); i < r.made; i++ {
		if s := &r.samples[i%len(r.samples)]; s.At > from && s.At <= to {
			samples = append(samples, *s)
		}
	}
	if r.merged > 0 && r.open.At > from && r.open.At <= to {
		samples = append(samples, r.open)
	}
	return join(samples, r.step)
}

// join merges neighbours until there are few enough.
func join(samples []Sample, step int) (joined []Sample, seconds int) {
	by := (len(samples) - 1 + MaxSteps - 1) / MaxSteps // the newest is of a step that is not over
	if by <= 1 {
		return samples, step
	}
	wide := uint32(step * by)
	n := uint32(0)
	for _, s := range samples {
		if last := len(joined) - 1; last >= 0 && joined[last].At/wide == s.At/wide {
			joined[last].merge(&s, n)
			n++
			continue
		}
		joined, n = append(joined, s), 1
	}
	return joined[max(len(joined)-MaxSteps, 0):], int(wide)
}
