// Package party keeps parties: players who queue together. A party is a document in
// the lobby's store, which every node changes by compare and swap, so that it lives
// on whichever nodes its members are.
package party

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
)

const (
	// Most is how many members a party has at most, whatever the queue.
	Most = 16
	// hereFor is how long after a sign of them a member counts as here. Why so long:
	// a page that is loaded again, a phone that changes its network.
	hereFor = 20 * time.Second
	// goneAfter is how long after a sign of them a member is out. Why so long: a match
	// that they play together, on a page that does not watch the party.
	goneAfter = 10 * time.Minute
)

// Why something is not done with a party. Each says what to do.
var (
	ErrNoParty   = errors.New("there is no party of this code; it may have ended: make one, or ask for the code again")
	ErrNotMember = errors.New("you are not in this party; join it by its code")
	ErrFull      = fmt.Errorf("the party is full: it has %d members", Most)
	ErrNoMember  = errors.New("nobody of this number is in the party")
	// ErrLeaderOnly is wrapped with who leads.
	ErrLeaderOnly = errors.New("only the leader may do that")
	// ErrNotReady is wrapped with who is not.
	ErrNotReady = errors.New("not everybody is ready")
)

// ElsewhereError says that a user is in another party.
type ElsewhereError struct{ Code string }

// Error implements error.
func (e *ElsewhereError) Error() string {
	return "you are in the party " + e.Code + " already; leave it first"
}

// Party is players who queue together, as the store keeps it.
type Party struct {
	Code string `json:"code"`
	// Rev grows with every change, so that no two states of a party are ever equal.
	Rev uint64 `json:"rev"`
	// Members in the order in which they came.
	Members []Member `json:"members"`
	// Next is the number of who comes next.
	Next uint32 `json:"next"`
	// Entry is what it waits as or has last waited as, Queue where; "": nothing yet.
	Entry string `json:"entry,omitempty"`
	Queue string `json:"queue,omitempty"`
	// Hold, unless nil, is somebody who enqueues it at this moment.
	Hold *Hold `json:"hold,omitempty"`
}

// Hold keeps a party as it is while somebody enqueues it.
type Hold struct {
	By    string    `json:"by"`
	Until time.Time `json:"until"`
}

// Member is one of a party: what the queue needs to know of a player, and how they
// stand.
type Member struct {
	queue.Member
	// Number names them among the party's members.
	Number  uint32         `json:"number"`
	Ready   bool           `json:"ready,omitempty"`
	Latency map[string]int `json:"latency,omitempty"`
	// Seen is when there was last a sign of them, by the store's clock.
	Seen time.Time `json:"seen"`
}

// Who is by what a member is known: the proof of their secret or, of a known user,
// the user. One of them is enough.
type Who struct {
	Proof []byte
	User  string
}

// is reports whether a member of a queue's entry or of a party is the one who asks.
func (w Who) is(m *queue.Member) bool {
	return len(w.Proof) > 0 && bytes.Equal(w.Proof, m.Proof) || w.User != "" && m.Known && m.User == w.User
}

// Among returns the place of who asks among the members of an entry, -1 when they are
// none of them.
func (w Who) Among(members []queue.Member) int {
	return slices.IndexFunc(members, func(m queue.Member) bool { return w.is(&m) })
}

// Find returns the member who asks, nil when they are none.
func (p *Party) Find(w Who) *Member {
	for i := range p.Members {
		if w.is(&p.Members[i].Member) {
			return &p.Members[i]
		}
	}
	return nil
}

// Numbered returns the member of a number, nil when there is none.
func (p *Party) Numbered(n uint32) *Member {
	for i := range p.Members {
		if p.Members[i].Number == n {
			return &p.Members[i]
		}
	}
	return nil
}

// Here reports whether there was a sign of a member not long ago.
func (m *Member) Here(now time.Time) bool { return now.Sub(m.Seen) < hereFor }

// Leader is who came first of those who are here; when nobody is, who came first.
func (p *Party) Leader(now time.Time) *Member {
	for i := range p.Members {
		if p.Members[i].Here(now) {
			return &p.Members[i]
		}
	}
	return &p.Members[0]
}

// Away names the members of whom there was no sign for a while.
func (p *Party) Away(now time.Time) (names []string) {
	for i := range p.Members {
		if m := &p.Members[i]; !m.Here(now) {
			names = append(names, m.label())
		}
	}
	return names
}

func (m *Member) label() string {
	if m.Name == "" {
		return fmt.Sprintf("member %d", m.Number)
	}
	return m.Name
}

// checkLeader says why somebody may not do what the leader may.
func (p *Party) checkLeader(w Who, now time.Time) error {
	m := p.Find(w)
	if m == nil {
		return ErrNotMember
	}
	if leader := p.Leader(now); leader.Number != m.Number {
		return fmt.Errorf("%w: %s leads", ErrLeaderOnly, leader.label())
	}
	return nil
}

// checkReady says who is not ready. The leader is, by asking.
func (p *Party) checkReady(leader uint32, now time.Time) error {
	var missing []string
	for i := range p.Members {
		switch m := &p.Members[i]; {
		case m.Number == leader:
		case !m.Here(now):
			missing = append(missing, m.label()+" is away")
		case !m.Ready:
			missing = append(missing, m.label()+" is not")
		}
	}
	if missing == nil {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrNotReady, strings.Join(missing, ", "))
}

// anybody may write down a sign also while somebody holds the party: whose change
// comes second is made again upon it.
const anybody = "*"

// held reports whether somebody else than by enqueues the party now.
func (p *Party) held(by string, now time.Time) bool {
	return p.Hold != nil && p.Hold.By != by && by != anybody && now.Before(p.Hold.Until)
}

// add takes a member in.
func (p *Party) add(m Member, now time.Time) error {
	if len(p.Members) >= Most {
		return ErrFull
	}
	p.Next++
	m.Number, m.Seen = p.Next, now
	p.Members = append(p.Members, m)
	return nil
}

// remove takes a member out.
func (p *Party) remove(number uint32) {
	p.Members = slices.DeleteFunc(p.Members, func(m Member) bool { return m.Number == number })
}

// dropGone takes out who has given no sign for long.
func (p *Party) dropGone(now time.Time) {
	p.Members = slices.DeleteFunc(p.Members, func(m Member) bool { return now.Sub(m.Seen) >= goneAfter })
}

// InOrder returns the members with the leader first, as an entry has them.
func (p *Party) InOrder(leader uint32) []queue.Member {
	var members []queue.Member
	for _, m := range p.Members {
		if m.Number == leader {
			members = slices.Insert(members, 0, m.Member)
		} else {
			members = append(members, m.Member)
		}
	}
	return members
}

// Latency is the round-trip time of the party to each region that all members know
// of who know any: the worst of them, ms.
func (p *Party) Latency() map[string]int {
	var worst map[string]int
	for _, m := range p.Members {
		switch {
		case len(m.Latency) == 0:
		case worst == nil:
			worst = map[string]int{}
			for region, ms := range m.Latency {
				worst[region] = ms
			}
		default:
			for region, ms := range worst {
				other, known := m.Latency[region]
				if !known {
					delete(worst, region)
					continue
				}
				worst[region] = max(ms, other)
			}
		}
	}
	return worst
}
