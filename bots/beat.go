package bots

import (
	"math"
	"slices"
	"time"
)

// beat says when the inputs of players of one tick rate are due: each once per
// tick's time, at a phase of its own that never changes.
type beat struct {
	hz      int64
	start   time.Time
	round   int64 // ticks since start
	next    int   // the member that is due next in this round
	members []member
}

type member struct {
	phase time.Duration
	bot   *bot
}

// golden is the golden ratio's fraction: multiples of it, modulo 1, are spread
// evenly however many there are.
const golden = 0.6180339887498949

// phase is when in a tick's time player i sends.
func phase(i int, hz int64, arrivals Arrivals) time.Duration {
	if arrivals == Aligned {
		return 0
	}
	_, part := math.Modf(float64(i) * golden)
	return time.Duration(part * float64(time.Second) / float64(hz))
}

func newBeat(hz int64, start time.Time) *beat { return &beat{hz: hz, start: start} }

// add makes a bot a member; its first input is due in this round or the next.
func (b *beat) add(phase time.Duration, m *bot) {
	at, _ := slices.BinarySearchFunc(b.members, phase, func(m member, phase time.Duration) int { return int(m.phase - phase) })
	b.members = slices.Insert(b.members, at, member{phase, m})
	if at < b.next {
		b.next++
	}
	m.round = b.round
}

func (b *beat) remove(m *bot) {
	at := slices.IndexFunc(b.members, func(o member) bool { return o.bot == m })
	if at < 0 {
		return
	}
	b.members = slices.Delete(b.members, at, at+1)
	if at < b.next {
		b.next--
	}
}

// at is when the next member is due; only with members.
func (b *beat) at() time.Time {
	if b.next >= len(b.members) {
		b.round, b.next = b.round+1, 0
	}
	whole, part := b.round/b.hz, b.round%b.hz
	return b.start.Add(time.Duration(whole)*time.Second + time.Duration(part*int64(time.Second)/b.hz) + b.members[b.next].phase)
}

// due returns the next member if its time had come at limit, how long ago that
// is now, and how many of its inputs have been missed because the swarm was held
// up.
func (b *beat) due(limit, now time.Time) (m *bot, late time.Duration, skipped int) {
	if len(b.members) == 0 || b.at().After(limit) {
		return nil, 0, 0
	}
	late = now.Sub(b.at())
	missed := int64(late) * b.hz / int64(time.Second)
	b.round += missed
	late = now.Sub(b.at())
	m = b.members[b.next].bot
	b.next++
	skipped = int(max(b.round-m.round-1, 0))
	m.round = b.round
	return m, late, skipped
}
