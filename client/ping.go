package client

import "time"

// pingEvery is how often a client gives a sign of life and measures the round
// trip. Why 2 s: a room closes a silent connection after 10.
const pingEvery = 2 * time.Second

// restPingEvery is pingEvery in a room that rests, which each sign of life wakes
// up. Why 20 s: such a room closes a silent connection after a minute.
const restPingEvery = 20 * time.Second

// pinger asks for a pong now and then.
type pinger struct {
	rests  bool // the room does
	asked  time.Time
	number uint64 // of the ping that was sent last
	open   bool   // its pong has not come
	best   time.Duration
}

// connected begins a new connection, whose handshake is the first round trip.
func (p *pinger) connected(rtt time.Duration) { *p = pinger{number: p.number, best: max(rtt, 0)} }

func (p *pinger) due(now time.Time) bool {
	if p.rests {
		return now.Sub(p.asked) >= restPingEvery
	}
	return now.Sub(p.asked) >= pingEvery
}

// take returns the ping to send now, 0 for none.
func (p *pinger) take(now time.Time) uint64 {
	if !p.due(now) {
		return 0
	}
	p.number++
	p.asked, p.open = now, true
	return p.number
}

// pong takes a frame's pong, 0 for none.
func (p *pinger) pong(number uint64, now time.Time) {
	if !p.open || number != p.number {
		return
	}
	p.open = false
	if rtt := now.Sub(p.asked); rtt < p.best || p.best == 0 {
		p.best = rtt
	}
}

// resyncEvery is how long keyframes that were asked for may take before they are
// asked for again.
const resyncEvery = time.Second

// resyncer asks for keyframes while the mirror has a gap.
type resyncer struct {
	gapped bool
	asked  time.Time
}

// gap notes that a frame could not be applied and reports whether that is new.
func (r *resyncer) gap(now time.Time) (found bool) {
	if r.gapped {
		return false
	}
	r.gapped, r.asked = true, now.Add(-resyncEvery)
	return true
}

func (r *resyncer) done() { r.gapped = false }

func (r *resyncer) due(now time.Time) bool { return r.gapped && now.Sub(r.asked) >= resyncEvery }

// take reports whether to ask now.
func (r *resyncer) take(now time.Time) bool {
	if !r.due(now) {
		return false
	}
	r.asked = now
	return true
}
