package lobby

import (
	"context"
	"maps"
	"time"
)

// memoryShelf is a shelf of documents in this process.
type memoryShelf struct {
	rev       uint64
	documents map[string]memoryDocument
}

type memoryDocument struct {
	text  string
	until time.Time
}

func (d *memoryDirectory) keep(ctx context.Context, a keepArgs) (current string, kept bool, err error) {
	now, err := d.begin(ctx)
	if err != nil {
		return "", false, err
	}
	defer d.mu.Unlock()
	s := d.shelves[a.shelf]
	if s == nil {
		s = &memoryShelf{rev: uint64(now.UnixMicro()), documents: map[string]memoryDocument{}}
		d.shelves[a.shelf] = s
	}
	maps.DeleteFunc(s.documents, func(_ string, doc memoryDocument) bool { return !doc.until.After(now) })
	old, there := s.documents[a.key]
	switch {
	case there && a.fresh || a.was != "" && old.text != a.was:
		return old.text, false, nil
	case a.document == "":
		delete(s.documents, a.key)
	case !there && len(s.documents) >= a.most && !a.evict:
		return "", false, ErrShelfFull
	default:
		if !there && len(s.documents) >= a.most {
			delete(s.documents, s.first())
		}
		s.documents[a.key] = memoryDocument{a.document, now.Add(a.ttl)}
	}
	s.rev++
	return a.document, true, nil
}

// first is the key of the document that ends first.
func (s *memoryShelf) first() (key string) {
	for k, doc := range s.documents {
		if key == "" || doc.until.Before(s.documents[key].until) {
			key = k
		}
	}
	return key
}

func (d *memoryDirectory) shelf(ctx context.Context, name string, known uint64) (map[string]string, uint64, error) {
	now, err := d.begin(ctx)
	if err != nil {
		return nil, 0, err
	}
	defer d.mu.Unlock()
	s := d.shelves[name]
	if s == nil || s.rev == known {
		return nil, known, nil
	}
	documents := map[string]string{}
	for key, doc := range s.documents {
		if doc.until.After(now) {
			documents[key] = doc.text
		}
	}
	return documents, s.rev, nil
}

func (d *memoryDirectory) fetch(ctx context.Context, shelf, key string) (string, error) {
	now, err := d.begin(ctx)
	if err != nil {
		return "", err
	}
	defer d.mu.Unlock()
	if s := d.shelves[shelf]; s != nil && s.documents[key].until.After(now) {
		return s.documents[key].text, nil
	}
	return "", nil
}
