package lobby

import (
	"context"
	"time"
)

// Document is something that nodes keep in the store by a key.
type Document struct {
	Shelf, Key string
	Text       string // "": it is taken off
	For        time.Duration
	// Fresh: only when there is none of the key.
	Fresh bool
	// Was, unless "": only instead of this text.
	Was string
}

// documentsKept is how many documents one shelf holds.
const documentsKept = 100_000

// Keep keeps a document. It returns the text that is there and whether that is
// this one. Errors: ErrShelfFull, ErrUnavailable.
func (l *Lobby) Keep(ctx context.Context, d Document) (current string, kept bool, err error) {
	return l.dir.keep(ctx, keepArgs{shelf: d.Shelf, key: d.Key, document: d.Text, ttl: d.For, fresh: d.Fresh, was: d.Was, most: documentsKept})
}

// KeepLast keeps a document; when there are most others, that which ends first
// goes. Errors: ErrUnavailable.
func (l *Lobby) KeepLast(ctx context.Context, d Document, most int) error {
	_, _, err := l.dir.keep(ctx, keepArgs{shelf: d.Shelf, key: d.Key, document: d.Text, ttl: d.For, most: most, evict: true})
	return err
}

// Shelf returns all documents of a shelf, by key. Errors: ErrUnavailable.
func (l *Lobby) Shelf(ctx context.Context, name string) (map[string]string, error) {
	documents, _, err := l.dir.shelf(ctx, name, 0)
	return documents, err
}

// Fetch returns a document's text, "" when there is none. Errors: ErrUnavailable.
func (l *Lobby) Fetch(ctx context.Context, shelf, key string) (string, error) {
	return l.dir.fetch(ctx, shelf, key)
}
