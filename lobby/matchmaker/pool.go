package matchmaker

import (
	"cmp"
	"slices"
	"strings"

	"github.com/metronome-server/metronome/lobby/queue"
)

// pool is who waits, as the leader knows it, in order. The leader's goroutine owns it.
// What a round costs goes by how many come and leave, not by how many wait.
type pool struct {
	queue.Pool
	byID   map[string]*queue.Entry
	sorted int            // so many of Pool.Entries, the first, are in order, each once
	left   []*queue.Entry // of these, those that byID has no more
}

func newPool() *pool { return &pool{byID: map[string]*queue.Entry{}} }

// add puts an entry in, or a newer state of it in its place.
func (p *pool) add(e *queue.Entry) {
	if old := p.byID[e.ID]; old != nil {
		if old == e || old.Rev > e.Rev {
			return
		}
		p.left = append(p.left, old)
	}
	p.byID[e.ID] = e
	p.Entries = append(p.Entries, e)
}

// older compares two entries by how long they have waited.
func older(a, b *queue.Entry) int {
	return cmp.Or(a.Since.Compare(b.Since), strings.Compare(a.ID, b.ID))
}

// remove takes an entry out, if it is in.
func (p *pool) remove(id string) {
	if e := p.byID[id]; e != nil {
		delete(p.byID, id)
		p.left = append(p.left, e)
	}
}

// move notes which node watches an entry.
func (p *pool) move(id, home string) {
	if e := p.byID[id]; e != nil {
		moved := *e
		moved.Home = home
		p.add(&moved)
	}
}

// tidy leaves only who waits, in order. Before it, Entries has others too.
func (p *pool) tidy() {
	if len(p.left) == 0 && p.sorted == len(p.Entries) {
		return
	}
	was := p.Entries
	came := slices.DeleteFunc(p.Entries[p.sorted:], func(e *queue.Entry) bool { return p.byID[e.ID] != e })
	slices.SortFunc(came, older)
	came = slices.Compact(came)
	stayed := p.stay()
	if len(stayed) > 0 && len(came) > 0 {
		// Nodes' clocks differ a little, and who comes back has waited for long.
		from, _ := slices.BinarySearchFunc(stayed, came[0], older)
		came = append(slices.Clone(stayed[from:]), came...)
		slices.SortFunc(came, older)
		stayed = stayed[:from]
	}
	p.Entries = append(stayed, came...)
	p.sorted = len(p.Entries)
	clear(was[min(len(was), p.sorted):])
}

// stay takes those who left out of those who were in order, and returns the others.
func (p *pool) stay() []*queue.Entry {
	inOrder := p.Entries[:p.sorted]
	var places []int
	for _, e := range p.left {
		if i, found := slices.BinarySearchFunc(inOrder, e, older); found && inOrder[i] == e {
			places = append(places, i)
		}
	}
	p.left = p.left[:0]
	if len(places) == 0 {
		return inOrder
	}
	slices.Sort(places)
	places = slices.Compact(places)
	stayed := inOrder[:places[0]]
	for k, at := range places {
		end := len(inOrder)
		if k+1 < len(places) {
			end = places[k+1]
		}
		stayed = append(stayed, inOrder[at+1:end]...)
	}
	return stayed
}
