package lobby

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/metronome-server/metronome/internal/id"
)

// Act is something that an operator or a backend did, or tried to do.
type Act struct {
	At time.Time `json:"at"`
	// Who is the name of a server key, or "console".
	Who    string `json:"who"`
	Remote string `json:"remote"` // network address
	What   string `json:"what"`
	// On is the room, user or address.
	On     string `json:"on,omitempty"`
	Detail string `json:"detail,omitempty"`
	// Fault is why it failed; "": it was done.
	Fault string `json:"fault,omitempty"`
	// Node is the id of the node whose console was used; Note makes it this one's,
	// unless it is set.
	Node string `json:"node"`
}

const (
	// actsKept is how many acts the store keeps, and actsFor how long; the log has
	// all of them.
	actsKept = 1000
	actsFor  = 30 * 24 * time.Hour
	// maxActText bounds each text of an act, bytes.
	maxActText = 300

	auditShelf = "audit"
)

// Note writes an act down, where every node finds it. Errors: ErrUnavailable.
func (l *Lobby) Note(ctx context.Context, a Act) error {
	a.At, a.Node = l.dir.now(), cmp.Or(a.Node, l.cfg.NodeID)
	for _, text := range []*string{&a.Who, &a.Remote, &a.What, &a.On, &a.Detail, &a.Fault} {
		*text = cut(*text, maxActText)
	}
	document, _ := json.Marshal(a) // strings and times always marshal
	_, _, err := l.dir.keep(ctx, keepArgs{shelf: auditShelf, key: id.Unique(), document: string(document), ttl: actsFor, most: actsKept, evict: true})
	return err
}

// Acts returns the newest acts of all nodes, newest first. Errors: ErrUnavailable.
func (l *Lobby) Acts(ctx context.Context) ([]Act, error) {
	documents, _, err := l.dir.shelf(ctx, auditShelf, 0)
	if err != nil {
		return nil, err
	}
	acts := make([]Act, 0, len(documents))
	for _, text := range documents {
		var a Act
		if err := json.Unmarshal([]byte(text), &a); err != nil {
			return nil, fmt.Errorf("%w: an act cannot be read: %w", ErrUnavailable, err)
		}
		acts = append(acts, a)
	}
	slices.SortFunc(acts, func(a, b Act) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.What, a.What)) })
	return acts, nil
}
