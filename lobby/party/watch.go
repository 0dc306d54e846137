package party

import (
	"context"
	"errors"
	"slices"
	"time"
)

const (
	// pollEvery is how often a node looks at a party that is watched on it, for what
	// other nodes have changed: what it changes itself is told at once.
	pollEvery = 500 * time.Millisecond
	// tellEvery is how often a watcher is told that nothing has changed.
	tellEvery = 5 * time.Second
	// signEvery is how often a watch writes down that its member is here.
	signEvery = hereFor / 2
)

// followed is a party that somebody on this node watches.
type followed struct {
	party    Party // the newest that is known; of no members: it is over
	watchers []*Watcher
	stop     context.CancelFunc // of its polling
}

// Watcher is one member's watch: while it is open, the member is here.
type Watcher struct {
	of     *Parties
	code   string
	member uint32
	news   chan struct{} // holds one
}

// Watch opens the watch of a member. Close ends it. Errors: ErrNoParty, ErrNotMember.
func (p *Parties) Watch(ctx context.Context, code string, who Who) (*Watcher, error) {
	party, err := p.update(ctx, code, anybody, func(party *Party, now time.Time) error {
		if party.Find(who) == nil {
			return ErrNotMember
		}
		party.sign(who, now)
		return nil
	})
	if err != nil {
		return nil, err
	}
	w := &Watcher{of: p, code: code, member: party.Find(who).Number, news: make(chan struct{}, 1)}
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.followed[code]
	if f == nil {
		polling, stop := context.WithCancel(context.WithoutCancel(ctx))
		f = &followed{party: party, stop: stop}
		p.followed[code] = f
		go p.poll(polling, code) // ends when the last watcher closes
	}
	f.watchers = append(f.watchers, w)
	f.take(&party)
	return w, nil
}

// Close ends a watch. Once.
func (w *Watcher) Close() {
	p := w.of
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.followed[w.code]
	f.watchers = slices.DeleteFunc(f.watchers, func(other *Watcher) bool { return other == w })
	if len(f.watchers) == 0 {
		f.stop()
		delete(p.followed, w.code)
	}
}

// Party returns the party as it is known here. Errors: ErrNoParty, ErrNotMember.
func (w *Watcher) Party() (Party, error) {
	w.of.mu.Lock()
	defer w.of.mu.Unlock()
	switch party := w.of.followed[w.code].party; {
	case len(party.Members) == 0:
		return Party{}, ErrNoParty
	case party.Numbered(w.member) == nil:
		return Party{}, ErrNotMember
	default:
		return party, nil
	}
}

// Member is the number of the member who watches.
func (w *Watcher) Member() uint32 { return w.member }

// Tell calls tell with the party as it is, whenever something changes and every five
// seconds at least, until it fails, the party or the membership is over, or ctx ends.
// Errors: ErrNoParty, ErrNotMember, tell's, ctx's.
func (w *Watcher) Tell(ctx context.Context, tell func(Party) error) error {
	tick := time.NewTicker(tellEvery)
	defer tick.Stop()
	for {
		party, err := w.Party()
		if err != nil {
			return err
		}
		if err := tell(party); err != nil {
			return err
		}
		select {
		case <-w.news:
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// told has those who watch a party here know what this node has made of it.
func (p *Parties) told(party *Party) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f := p.followed[party.Code]; f != nil {
		f.take(party)
	}
}

// take notes a party's state, unless a newer one is known. The caller holds mu.
func (f *followed) take(party *Party) {
	over := len(party.Members) == 0
	if over || party.Rev > f.party.Rev {
		// The members are the store's: nobody here changes them.
		f.party = *party
		f.party.Members = slices.Clone(party.Members)
		for _, w := range f.watchers {
			select {
			case w.news <- struct{}{}:
			default:
			}
		}
	}
}

// poll looks at a watched party until ctx ends.
func (p *Parties) poll(ctx context.Context, code string) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			p.look(ctx, code)
		case <-ctx.Done():
			return
		}
	}
}

// look reads a watched party, and writes down that those who watch are here and who
// is gone. While the store does not answer, everything stays as it was.
func (p *Parties) look(ctx context.Context, code string) {
	party, err := p.Get(ctx, code)
	if errors.Is(err, ErrNoParty) {
		p.told(&Party{Code: code})
	}
	if err != nil {
		return
	}
	p.told(&party)
	watching, now := p.watching(code), p.store.Now()
	stale := slices.ContainsFunc(party.Members, func(m Member) bool {
		return slices.Contains(watching, m.Number) && now.Sub(m.Seen) >= signEvery || now.Sub(m.Seen) >= goneAfter
	})
	if !stale {
		return
	}
	// What fails is tried again at the next look.
	_, _ = p.update(ctx, code, anybody, func(party *Party, now time.Time) error {
		for i := range party.Members {
			if m := &party.Members[i]; slices.Contains(watching, m.Number) {
				m.Seen = now
			}
		}
		if party.Hold == nil {
			party.dropGone(now)
		}
		return nil
	})
}

// watching are the members who watch a party on this node.
func (p *Parties) watching(code string) (members []uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f := p.followed[code]; f != nil {
		for _, w := range f.watchers {
			members = append(members, w.member)
		}
	}
	return members
}
