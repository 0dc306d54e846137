package party

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/metronome-server/metronome/internal/id"
	"github.com/metronome-server/metronome/lobby"
)

const (
	shelf = "parties"
	// memberShelf has the party of each known user, so that nobody is in two.
	memberShelf = "party-of"
	// memberKept is how long it has it, from the last call that joined or enqueued.
	memberKept = time.Hour
	// kept is how long a party stays that nothing changes: then all are gone anyway.
	kept = goneAfter
	// holdFor is how long who enqueues a party may take. Longer than any call to the
	// store: who still enqueues after that has died.
	holdFor = 10 * time.Second
	// holdPatience is how long others wait for them, looking every holdPoll.
	holdPatience = 3 * time.Second
	holdPoll     = 50 * time.Millisecond
	// tries is how often a change is tried that others come before. Among Most members
	// somebody is always done.
	tries = 4 * Most
	// codes is how many codes a new party tries.
	codes = 8
)

// Store is where parties are kept; *lobby.Lobby is one.
type Store interface {
	Keep(ctx context.Context, d lobby.Document) (current string, kept bool, err error)
	Fetch(ctx context.Context, shelf, key string) (string, error)
	Now() time.Time
}

// Parties are all parties of a store. Any goroutine. Their methods' errors are also
// lobby.ErrUnavailable and lobby.ErrBusy.
type Parties struct {
	store Store

	mu       sync.Mutex
	followed map[string]*followed
}

// New returns the parties of a store.
func New(store Store) *Parties { return &Parties{store: store, followed: map[string]*followed{}} }

// Now is the store's time, by which members are here or not.
func (p *Parties) Now() time.Time { return p.store.Now() }

// Get returns a party by its code, as lobby.CleanCode gives it. Errors: ErrNoParty.
func (p *Parties) Get(ctx context.Context, code string) (Party, error) {
	text, err := p.store.Fetch(ctx, shelf, code)
	if err != nil {
		return Party{}, err
	}
	return decode(text)
}

func decode(text string) (party Party, err error) {
	if text == "" {
		return Party{}, ErrNoParty
	}
	if err := json.Unmarshal([]byte(text), &party); err != nil || len(party.Members) == 0 {
		return Party{}, fmt.Errorf("%w: the party %.80q cannot be read", lobby.ErrUnavailable, text)
	}
	return party, nil
}

func encode(party *Party) string {
	text, _ := json.Marshal(party) // strings, numbers and times always marshal
	return string(text)
}

// Create makes a party of one. Errors: *ElsewhereError, lobby.ErrShelfFull.
func (p *Parties) Create(ctx context.Context, m Member) (Party, error) {
	for range codes {
		code := lobby.NewCode()
		if err := p.enter(ctx, code, &m); err != nil {
			return Party{}, err
		}
		party := Party{Code: code}
		_ = party.add(m, p.store.Now()) // of one it is never full
		_, made, err := p.store.Keep(ctx, lobby.Document{Shelf: shelf, Key: code, Text: encode(&party), For: kept, Fresh: true})
		if err != nil || made {
			return party, err
		}
	}
	return Party{}, lobby.ErrBusy
}

// enter notes that a known user is in a party from now on. Errors: *ElsewhereError.
func (p *Parties) enter(ctx context.Context, code string, m *Member) error {
	if !m.Known {
		return nil
	}
	key := hex.EncodeToString([]byte(m.User))
	d := lobby.Document{Shelf: memberShelf, Key: key, Text: code, For: memberKept, Fresh: true}
	for range tries {
		current, there, err := p.store.Keep(ctx, d)
		if err != nil || there {
			return err
		}
		if current != "" && current != code {
			other, err := p.Get(ctx, current)
			if err == nil && other.Find(Who{User: m.User}) != nil {
				return &ElsewhereError{current}
			}
			if err != nil && !errors.Is(err, ErrNoParty) {
				return err
			}
		}
		d.Fresh, d.Was = current == "", current
	}
	return lobby.ErrBusy
}

// left notes that a known user is in no party any more. What cannot be noted is found
// out when they enter another.
func (p *Parties) left(ctx context.Context, code string, m *Member) {
	if m.Known {
		_, _, _ = p.store.Keep(ctx, lobby.Document{Shelf: memberShelf, Key: hex.EncodeToString([]byte(m.User)), Was: code})
	}
}

// Join takes somebody into a party, or returns it when they are in it already. free
// says whether an entry of the party, if it has one, is over: while it is not, nobody
// comes in. Errors: ErrNoParty, ErrFull, *ElsewhereError, free's.
func (p *Parties) Join(ctx context.Context, code string, m Member, free func(entry string) error) (Party, error) {
	if _, err := p.Get(ctx, code); err != nil {
		return Party{}, err
	}
	if err := p.enter(ctx, code, &m); err != nil {
		return Party{}, err
	}
	who := Who{m.Proof, m.User}
	party, err := p.update(ctx, code, "", func(party *Party, now time.Time) error {
		if in := party.Find(Who{User: m.User}); in != nil {
			// The known user comes with a new secret: it is the one that is good from now on.
			in.Proof, in.Seen = m.Proof, now
			return nil
		}
		if in := party.Find(who); in != nil {
			in.Seen = now
			return nil
		}
		if party.Entry != "" {
			if err := free(party.Entry); err != nil {
				return err
			}
		}
		return party.add(m, now)
	})
	if err != nil {
		p.left(ctx, code, &m)
	}
	return party, err
}

// Leave takes who asks out, and returns who they were and the party as it was with
// them. Errors: ErrNoParty, ErrNotMember.
func (p *Parties) Leave(ctx context.Context, code string, who Who) (out Member, was Party, err error) {
	_, err = p.update(ctx, code, "", func(party *Party, _ time.Time) error {
		m := party.Find(who)
		if m == nil {
			return ErrNotMember
		}
		out, was = *m, *party
		was.Members = append([]Member(nil), party.Members...)
		party.remove(m.Number)
		return nil
	})
	if err == nil {
		p.left(ctx, code, &out)
	}
	return out, was, err
}

// Remove has the leader take another out. Errors: ErrNoParty, ErrNotMember,
// ErrLeaderOnly, ErrNoMember.
func (p *Parties) Remove(ctx context.Context, code string, who Who, number uint32) (out Member, party Party, err error) {
	party, err = p.update(ctx, code, "", func(party *Party, now time.Time) error {
		party.sign(who, now)
		if refused := party.checkLeader(who, now); refused != nil {
			return refused
		}
		m := party.Numbered(number)
		if m == nil {
			return ErrNoMember
		}
		out = *m
		party.remove(number)
		return nil
	})
	if err == nil {
		p.left(ctx, code, &out)
	}
	return out, party, err
}

// sign notes that there is a sign of a member, so that a call counts as one.
func (p *Party) sign(who Who, now time.Time) {
	if m := p.Find(who); m != nil {
		m.Seen = now
	}
}

// Stand is what a member says of themselves.
type Stand struct {
	Ready   bool
	Roles   []string
	Latency map[string]int
}

// SetReady notes how a member stands. Errors: ErrNoParty, ErrNotMember.
func (p *Parties) SetReady(ctx context.Context, code string, who Who, s Stand) (Party, error) {
	return p.update(ctx, code, "", func(party *Party, now time.Time) error {
		m := party.Find(who)
		if m == nil {
			return ErrNotMember
		}
		m.Seen, m.Ready, m.Roles, m.Latency = now, s.Ready, s.Roles, s.Latency
		return nil
	})
}

// Held is a party that is being enqueued: nobody else changes it.
type Held struct {
	Party
	Leader uint32 // who enqueues it
	by     string
}

// Hold keeps a party as it is, for its leader, who enqueues it with what they say of
// themselves. Release or Enqueued ends it. Errors: ErrNoParty, ErrNotMember,
// ErrLeaderOnly, ErrNotReady, free's as in Join.
func (p *Parties) Hold(ctx context.Context, code string, who Who, s Stand, free func(entry string) error) (Held, error) {
	h := Held{by: id.Unique()}
	party, err := p.update(ctx, code, h.by, func(party *Party, now time.Time) error {
		party.sign(who, now)
		if err := party.checkLeader(who, now); err != nil {
			return err
		}
		m := party.Find(who)
		h.Leader = m.Number
		if err := party.checkReady(m.Number, now); err != nil {
			return err
		}
		if party.Entry != "" {
			if err := free(party.Entry); err != nil {
				return err
			}
		}
		m.Roles, m.Latency = s.Roles, s.Latency
		party.Hold = &Hold{h.by, now.Add(holdFor)}
		return nil
	})
	h.Party = party
	return h, err
}

// Release gives a held party back.
func (p *Parties) Release(ctx context.Context, h Held) error {
	_, err := p.update(ctx, h.Code, h.by, func(party *Party, _ time.Time) error {
		if party.Hold != nil && party.Hold.By == h.by {
			party.Hold = nil
		}
		return nil
	})
	return err
}

// Enqueued notes that a held party waits as an entry, and gives it back. Nobody is
// ready any more: that is asked anew for the next time. Errors: ErrNoParty;
// lobby.ErrBusy: it was held for too long, and is not what was enqueued.
func (p *Parties) Enqueued(ctx context.Context, h Held, queue, entry string) (Party, error) {
	return p.update(ctx, h.Code, h.by, func(party *Party, _ time.Time) error {
		if party.Hold == nil || party.Hold.By != h.by {
			return lobby.ErrBusy
		}
		party.Hold, party.Queue, party.Entry = nil, queue, entry
		for i := range party.Members {
			party.Members[i].Ready = false
		}
		return nil
	})
}

// update changes a party by compare and swap; by is who may although it is held. A
// party without members ends. Errors: ErrNoParty, change's.
func (p *Parties) update(ctx context.Context, code, by string, change func(*Party, time.Time) error) (Party, error) {
	text, err := p.store.Fetch(ctx, shelf, code)
	if err != nil {
		return Party{}, err
	}
	for waited, tried := time.Duration(0), 0; tried < tries; {
		party, err := decode(text)
		if err != nil {
			return Party{}, err
		}
		now := p.store.Now()
		if party.held(by, now) {
			if waited >= holdPatience {
				break
			}
			waited += holdPoll
			if err = sleep(ctx, holdPoll); err != nil {
				return Party{}, err
			}
			if text, err = p.store.Fetch(ctx, shelf, code); err != nil {
				return Party{}, err
			}
			continue
		}
		if err = change(&party, now); err != nil {
			return Party{}, err
		}
		current, kept, err := p.swap(ctx, &party, text)
		if err != nil || kept {
			return party, err
		}
		text = current
		tried++
	}
	return Party{}, lobby.ErrBusy
}

// swap writes a party instead of what it was.
func (p *Parties) swap(ctx context.Context, party *Party, was string) (current string, swapped bool, err error) {
	d := lobby.Document{Shelf: shelf, Key: party.Code, For: kept, Was: was}
	if len(party.Members) > 0 {
		party.Rev++
		d.Text = encode(party)
	}
	current, swapped, err = p.store.Keep(ctx, d)
	if swapped {
		p.told(party)
	}
	return current, swapped, err
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
