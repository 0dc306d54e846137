package outbox

import (
	"errors"
	"time"
)

// ErrUnknown says that the outbox has no such entry to do this with.
var ErrUnknown = errors.New("outbox: no such entry")

// DeadLetter is an entry that a target did not get: refused, or failed for too
// long. Later entries of its room were sent without it.
type DeadLetter struct {
	Entry    Entry
	Target   string
	Why      string
	Attempts int       // of this process
	Since    time.Time // when it became one
}

// DeadLetters returns them, the oldest first: at most 10,000, of 16 MiB, and before
// them what waits for targets that are not configured any more. The bodies are not
// to be changed.
func (o *Outbox) DeadLetters() []DeadLetter {
	o.mu.Lock()
	defer o.mu.Unlock()
	list := make([]DeadLetter, 0, len(o.orphans)+len(o.dead))
	for _, letters := range [][]letter{o.orphans, o.dead} {
		for _, d := range letters {
			list = append(list, DeadLetter{d.it.entry, d.route.name, d.route.why, d.route.attempts, d.route.since})
		}
	}
	return list
}

// Retry sends an entry again to the targets that it is a dead letter of. It comes
// before what else of its room waits, and after what was sent meanwhile. Errors:
// ErrUnknown, also when the targets are not configured any more.
func (o *Outbox) Retry(id string) error {
	return o.each(id, func(it *item, r *route) bool {
		if r.state != dead || r.target == nil {
			return false
		}
		it.came, r.attempts, r.why = time.Now(), 0, ""
		o.move(it, r, waiting)
		r.target.enqueue(it)
		poke(r.target.wake)
		return true
	})
}

// Drop gives an entry up, dead or waiting: nobody gets it who has not got it. One
// that is on its way may arrive all the same. Errors: ErrUnknown.
func (o *Outbox) Drop(id string) error {
	return o.each(id, func(it *item, r *route) bool {
		if r.state != dead && r.state != waiting {
			return false
		}
		o.move(it, r, dropped)
		return true
	})
}

// each does something to all routes of the entries with an id.
func (o *Outbox) each(id string, do func(*item, *route) bool) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	err := ErrUnknown
	var found []*item // do changes o.all
	for _, it := range o.all {
		if !it.gone && it.entry.ID == id {
			found = append(found, it)
		}
	}
	for _, it := range found {
		for i := range it.routes {
			if do(it, &it.routes[i]) {
				err = nil
			}
		}
	}
	return err
}
