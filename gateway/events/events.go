// Package events remembers what happened on this node: joins and ends, faults,
// lost ticks, refusals, what operators did; each kind in a bounded ring of its own.
package events

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/metronome-server/metronome/internal/text"
	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/room"
)

const (
	// perKind is how many events of a kind are kept. Why by kind: a flood of joins
	// or refusals must not push out the fault that led to it. Thirteen kinds of 500
	// are about 1 MB.
	perKind = 500
	// maxText is the longest text, bytes. Threat: memory.
	maxText = 300
	// endedKept is how many rooms that have ended are remembered.
	endedKept = 500
	// together is how long refusals of the same kind count as one event.
	together = 10 * time.Second
)

// Kinds beside those of room.EventKind.
const (
	Refused = "refused"
	Act     = "act"
	Node    = "node"
)

// Event is something that happened on this node.
type Event struct {
	// Number is its own since the node's start, from 1, in order of time.
	Number     uint64
	At         time.Time
	Kind       string
	Room       string
	Seat       int
	Name, User string
	Code       int // close code, 0: none
	Text       string
	Count      int64
	// Other is the id of the other node of a move, and Took how long the room stood still.
	Other string
	Took  time.Duration
}

// Log remembers what happened. Any goroutine. The zero value is ready.
type Log struct {
	mu    sync.Mutex
	made  uint64
	kinds map[string]*ring
	ended []room.Event // those that have moved away too; the newest last
	last  map[string]*Event
}

// ring is the newest events of a kind.
type ring struct {
	events []*Event
	next   int
}

func (r *ring) add(e *Event) {
	if len(r.events) < perKind {
		r.events = append(r.events, e)
		return
	}
	r.events[r.next] = e
	r.next = (r.next + 1) % perKind
}

// add keeps an event. The caller holds mu.
func (l *Log) add(e *Event) {
	l.made++
	e.Number, e.Text = l.made, text.Cut(e.Text, maxText)
	if l.kinds == nil {
		l.kinds = map[string]*ring{}
	}
	r := l.kinds[e.Kind]
	if r == nil {
		r = &ring{}
		l.kinds[e.Kind] = r
	}
	r.add(e)
}

// Happened implements room.Events.
func (l *Log) Happened(e room.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.add(&Event{
		At: e.At, Kind: e.Kind.String(), Room: e.Room, Seat: int(e.Seat), Name: e.Name, User: e.UserID, Code: int(e.Code), Text: e.Text, Count: e.Count,
		Other: e.Other, Took: e.Took,
	})
	if e.Kind == room.EventEnded || e.Kind == room.EventMoved {
		if len(l.ended) >= endedKept {
			l.ended = slices.Delete(l.ended, 0, 1)
		}
		l.ended = append(l.ended, e)
	}
}

// Refused notes that somebody was not let in: into a room, or "" of none. Many of
// one cause within seconds are one event that counts them.
func (l *Log) Refused(at time.Time, room, cause, reason string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if last := l.last[cause]; last != nil && at.Sub(last.At) < together {
		last.Count++
		if last.Room != room {
			last.Room = ""
		}
		return
	}
	e := &Event{At: at, Kind: Refused, Room: room, Text: fmt.Sprintf("%s: %s", cause, reason), Count: 1}
	l.add(e)
	if l.last == nil {
		l.last = map[string]*Event{}
	}
	l.last[cause] = e // causes are a few words of ours
}

// Acted notes what an operator or a backend did to this node or what is on it; err
// is why it failed.
func (l *Log) Acted(at time.Time, a lobby.Act, err error) {
	line := fmt.Sprintf("%s by %s from %s", a.What, a.Who, a.Remote)
	if a.Detail != "" {
		line += ": " + a.Detail
	}
	if err != nil {
		line += " (failed: " + err.Error() + ")"
	}
	e := &Event{At: at, Kind: Act, Text: line}
	if !strings.Contains(a.On, ":") { // users and addresses have their kind before them
		e.Room = a.On
	}
	if e.Room != a.On {
		e.Text += ", on " + a.On
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.add(e)
}

// NodeIs notes a state of the node.
func (l *Log) NodeIs(at time.Time, state string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.add(&Event{At: at, Kind: Node, Text: state})
}

// Filter says which events are wanted; its zero value wants all.
type Filter struct {
	Kinds []string
	Room  string
	// Text is in any field; large and small letters are the same.
	Text string
	// From and Before bound the time, unless they are zero.
	From, Before time.Time
}

func (f *Filter) wants(e *Event) bool {
	if f.Room != "" && f.Room != e.Room || !f.From.IsZero() && e.At.Before(f.From) || !f.Before.IsZero() && !e.At.Before(f.Before) {
		return false
	}
	if f.Text == "" {
		return true
	}
	wanted := strings.ToLower(f.Text)
	return slices.ContainsFunc([]string{e.Kind, e.Room, e.Name, e.User, e.Text, e.Other}, func(field string) bool {
		return strings.Contains(strings.ToLower(field), wanted)
	})
}

// Find returns the newest events that a filter wants, at most so many, newest
// first, and whether there are more.
func (l *Log) Find(f Filter, most int) (found []Event, more bool) {
	l.mu.Lock()
	for kind, r := range l.kinds {
		if len(f.Kinds) > 0 && !slices.Contains(f.Kinds, kind) {
			continue
		}
		for _, e := range r.events {
			if f.wants(e) {
				found = append(found, *e)
			}
		}
	}
	l.mu.Unlock()
	slices.SortFunc(found, func(a, b Event) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.Number, a.Number)) })
	if len(found) > most {
		return found[:most], true
	}
	return found, false
}

// Ended returns the rooms that have ended here or moved away, newest first.
func (l *Log) Ended() []room.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := slices.Clone(l.ended)
	slices.Reverse(all)
	return all
}
