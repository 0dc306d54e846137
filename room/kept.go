package room

import "time"

// KeptInfo is how a room outlives its process. The zero value: it does not.
type KeptInfo struct {
	// By is what keeps it: "files" or "redis"; "": nothing does.
	By string
	// Mode is "async", where the last moments before a crash may be lost, or "strict".
	Mode string
	// LagTicks and LagBytes are what was stepped and is not kept yet.
	LagTicks, LagBytes int
	// Fault is why it is not kept since FaultSince; "": it is.
	Fault      string
	FaultSince time.Time
}

// unkept is why a room is not kept, and since when.
type unkept struct {
	why   string
	since time.Time
}

// lagging is a keeper that says what it has not kept yet: ticks and bytes. Any goroutine.
type lagging interface{ Lag() (ticks, bytes int) }

// publishKept has others see whether the room is kept, when that has changed. The room's
// goroutine calls it once a tick.
func (r *Room) publishKept() {
	k := &r.keeping
	if k.failed == (r.unkept.Load() != nil) {
		return
	}
	var now *unkept
	if err := k.keeper.Err(); k.failed && err != nil {
		now = &unkept{err.Error(), r.clock.Now()}
	}
	r.unkept.Store(now)
}

// keptInfo says how the room is kept. Any goroutine.
func (r *Room) keptInfo() KeptInfo {
	if r.options.Keeper == nil {
		return KeptInfo{}
	}
	k := KeptInfo{By: r.options.KeptBy, Mode: r.options.KeptMode}
	if behind, ok := r.options.Keeper.(lagging); ok {
		k.LagTicks, k.LagBytes = behind.Lag()
	}
	if u := r.unkept.Load(); u != nil {
		k.Fault, k.FaultSince = u.why, u.since
	}
	return k
}
