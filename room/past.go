package room

import (
	"slices"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// past is what a tick wanted done outside, which may not have left the process.
type past struct {
	tick    sim.Tick
	epoch   uint64 // under which the owner had the room
	effects []sim.EffectRecord
	values  []int64
}

// pastSeconds is how long what the rules wanted done outside is known at most, while it
// is not known to be delivered. Threat: memory, while a receiver is gone.
const pastSeconds = 60

// recentPast is that of the last ticks, oldest first.
type recentPast []past

// with adds what a tick wanted, unless it is there, and drops what is older than hz ticks.
func (r recentPast) with(tick sim.Tick, epoch uint64, effects []sim.EffectRecord, values []int64, hz int) recentPast {
	for len(r) > 0 && tick.Since(r[0].tick) > hz {
		r = r[1:]
	}
	if len(effects) == 0 || len(r) > 0 && r[len(r)-1].tick == tick {
		return r
	}
	return append(r, past{tick, epoch, slices.Clone(effects), slices.Clone(values)})
}

// after drops what is known to be delivered: up to a tick.
func (r recentPast) after(tick sim.Tick) recentPast {
	for len(r) > 0 && r[0].tick <= tick {
		r = r[1:]
	}
	return r
}

// fits reports whether all effects are of kinds that a game has.
func (p *past) fits(kinds []sim.EffectKind) bool {
	return !slices.ContainsFunc(p.effects, func(e sim.EffectRecord) bool { return e.Kind >= len(kinds) || e.Count != len(kinds[e.Kind].Columns) })
}

func (r recentPast) envelope() (all []*pb.PastTick) {
	for _, p := range r {
		m := &pb.PastTick{Tick: uint32(p.tick), OwnerEpoch: p.epoch}
		for _, e := range p.effects {
			m.Effect = append(m.Effect, &pb.PastEffect{Kind: uint32(e.Kind), Seat: uint32(e.Seat), User: e.User, Value: p.values[e.First : e.First+e.Count]})
		}
		all = append(all, m)
	}
	return all
}

// pastOf is the inverse of envelope.
func pastOf(all []*pb.PastTick) (r recentPast) {
	for _, m := range all {
		p := past{tick: sim.Tick(m.Tick), epoch: m.OwnerEpoch}
		for _, e := range m.Effect {
			p.effects = append(p.effects, sim.EffectRecord{Kind: int(e.Kind), Seat: sim.Seat(e.Seat), User: e.User, First: len(p.values), Count: len(e.Value)})
			p.values = append(p.values, e.Value...)
		}
		r = append(r, p)
	}
	return r
}
