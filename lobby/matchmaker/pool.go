package matchmaker

import (
	"cmp"
	"slices"
	"strings"

	"github.com/metronome-server/metronome/lobby/queue"
)

// pool is who waits, as the leader knows it, in order. The leader's goroutine owns it.
type pool struct {
	queue.Pool
	byID   map[string]*queue.Entry
	gone   int  // entries of Pool that byID has no more
	sorted bool // Pool.Entries are in order
}

func newPool() *pool { return &pool{byID: map[string]*queue.Entry{}, sorted: true} }

// add puts an entry in, or a newer state of it in its place.
func (p *pool) add(e *queue.Entry) {
	if old := p.byID[e.ID]; old != nil {
		if old == e || old.Rev > e.Rev {
			return
		}
		p.gone++
	}
	p.byID[e.ID] = e
	if n := len(p.Entries); n > 0 && older(e, p.Entries[n-1]) < 0 {
		p.sorted = false
	}
	p.Entries = append(p.Entries, e)
}

// older compares two entries by how long they have waited.
func older(a, b *queue.Entry) int {
	return cmp.Or(a.Since.Compare(b.Since), strings.Compare(a.ID, b.ID))
}

// remove takes an entry out, if it is in.
func (p *pool) remove(id string) {
	if p.byID[id] != nil {
		delete(p.byID, id)
		p.gone++
	}
}

// move notes which node watches an entry.
func (p *pool) move(id, home string) {
	if e := p.byID[id]; e != nil {
		moved := *e
		moved.Home = home
		p.gone++
		p.byID[id] = &moved
		p.Entries = append(p.Entries, &moved)
		p.sorted = false
	}
}

// tidy leaves only who waits, in order. Before it, Entries has others too.
func (p *pool) tidy() {
	if p.gone > 0 {
		p.Entries = slices.DeleteFunc(p.Entries, func(e *queue.Entry) bool { return p.byID[e.ID] != e })
		p.gone = 0
	}
	if !p.sorted {
		slices.SortFunc(p.Entries, older)
		p.sorted = true
	}
}
