package lobby

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Query says which public rooms List returns. The zero value: the first page of
// all of them.
type Query struct {
	Mode         string            // "": all
	Metadata     map[string]string // rooms that have all of these
	WithFreeSeat bool
	PageSize     int    // 0: 50; at most 200, more is taken as 200
	Page         string // from the last answer; "": begin
}

const (
	defaultPage = 50
	maxPage     = 200
)

// List returns public rooms, fullest first, and the next page ("": no more),
// from this node's memory: it asks no store, and is behind by about a second.
// A room whose fullness does not change between pages is on exactly one of
// them; others may be missed or come twice. A page may be short and still have
// a next one. Errors: ErrInvalid; ErrUnavailable when the store has not answered
// for longer than a lease, so that nothing is known of any room.
func (l *Lobby) List(q Query) (rooms []Room, next string, err error) {
	from, err := q.check()
	if err != nil {
		return nil, "", err
	}
	size := min(q.PageSize, maxPage)
	if size <= 0 {
		size = defaultPage
	}
	x, now := l.index.Load(), l.dir.now()
	if _, _, at := x.position(); now.Sub(at) > l.cfg.Lease {
		return nil, "", fmt.Errorf("%w: it was last heard of %v ago", ErrUnavailable, now.Sub(at).Round(time.Second))
	}
	rooms, ended := x.list(q, from, size, now)
	return rooms, base64.RawURLEncoding.EncodeToString([]byte(ended)), nil
}

// Find returns a room by its id, private ones too, as of about a second ago. It
// asks nobody.
func (l *Lobby) Find(id string) (Room, bool) { return l.index.Load().find(id, l.dir.now()) }

// check returns where the last page ended: four digits of rank, a colon, an id.
func (q Query) check() (from string, err error) {
	if q.Mode != "" {
		if err = checkName("mode", q.Mode, MaxID); err != nil {
			return "", err
		}
	}
	if err = checkMetadata(q.Metadata); err != nil || q.Page == "" {
		return "", err
	}
	raw, err := base64.RawURLEncoding.DecodeString(cut(q.Page, 2*MaxID))
	rank, id, found := strings.Cut(string(raw), ":")
	good := err == nil && found && len(rank) == 4 && strings.Trim(rank, "0123456789") == "" && checkName("id", id, MaxID) == nil
	return string(raw), check(good, "page %.40q", q.Page)
}

// pull reads one page of the stream of changes into the index. behind: there is
// more to read.
func (l *Lobby) pull(ctx context.Context) (behind bool, err error) {
	l.pulling.Lock()
	defer l.pulling.Unlock()
	return l.pullPage(ctx)
}

// pullPage is pull under the lock.
func (l *Lobby) pullPage(ctx context.Context) (behind bool, err error) {
	x := l.index.Load()
	if l.fresh != nil {
		x = l.fresh
	}
	since, whole, _ := x.position()
	c, err := l.dir.changes(ctx, since, whole)
	if errors.Is(err, errReset) {
		l.fresh = newIndex() // takes the place of the other when it is full
		return true, nil
	}
	if err != nil {
		return false, err
	}
	x.apply(c, l.dir.now())
	if l.fresh != nil && !c.more {
		l.index.Store(l.fresh)
		l.fresh = nil
	}
	if !c.more && x.meets(l.ring.knowsNode) {
		err = errors.Join(l.learnKeys(ctx), l.refreshPeers(ctx))
	}
	return c.more, err
}

// CatchUp reads the stream of changes to its end. Errors: ErrUnavailable.
func (l *Lobby) CatchUp(ctx context.Context) error { return l.catchUp(ctx, time.Now()) }

// catchUp reads the stream to its end, unless somebody else did who began after
// asked.
func (l *Lobby) catchUp(ctx context.Context, asked time.Time) error {
	l.pulling.Lock()
	defer l.pulling.Unlock()
	if l.pulled.After(asked) {
		return nil
	}
	begun := time.Now()
	for {
		behind, err := l.pullPage(ctx)
		if err != nil {
			return err
		}
		if !behind {
			l.pulled = begun
			return nil
		}
	}
}
