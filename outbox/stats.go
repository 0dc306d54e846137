package outbox

import "time"

// Stats are counters and gauges of an outbox since it was opened.
type Stats struct {
	// Waiting is how many entries wait for at least one target, and Bytes their
	// size, as the bounds count it.
	Waiting int
	Bytes   int64
	// Oldest is how long ago the oldest of them was put, also by an earlier process.
	Oldest time.Duration
	// Full and Invalid are how many entries Put dropped: the outbox was full or
	// closed, or they broke a limit.
	Full, Invalid uint64
	// Dead is how many dead letters there are.
	Dead int
	// DeadDropped is how many were dropped as there were too many.
	DeadDropped uint64
	// Unwritten is how many entries the disk has not, or not as they are now; 0
	// without a directory. DiskFails says that the disk's last answer was an error.
	Unwritten int
	DiskFails bool
	Targets   []TargetStats
}

// TargetStats are those of one target.
type TargetStats struct {
	Name string
	// Waiting and Dead are how many entries wait for it, or are its dead letters.
	Waiting, Dead int
	// Delivered entries have arrived. Retried counts attempts that failed and were
	// to be made again, Died the entries that became dead letters, Dropped those that
	// an operator or the bound of dead letters gave up.
	Delivered, Retried, Died, Dropped uint64
}

// Stats returns what the outbox has and did.
func (o *Outbox) Stats() Stats {
	s := Stats{Waiting: int(o.held.Load()), Bytes: o.heldBytes.Load()}
	o.in.mu.Lock()
	s.Full, s.Invalid = o.in.full, o.in.invalid
	o.in.mu.Unlock()
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, it := range o.all {
		if !it.gone && it.waits() {
			s.Oldest = max(time.Since(it.put), 0)
			break
		}
	}
	s.Dead, s.DeadDropped = len(o.orphans)+len(o.dead), o.deadDropped
	if o.disk != nil {
		s.Unwritten = len(o.dirty) + len(o.disk.batch.items)
		s.DiskFails = o.disk.failing
	}
	for _, t := range o.targets {
		s.Targets = append(s.Targets, TargetStats{t.Name, t.waiting, t.dead, t.delivered, t.retried, t.died, t.dropped})
	}
	return s
}
