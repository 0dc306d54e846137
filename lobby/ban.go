package lobby

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"sync/atomic"
	"time"
)

// Ban keeps a user or an address out of every room of every node, until it ends.
type Ban struct {
	// User is the game's own id; or Address, as limits count them: v4 as such, v6
	// by its /64. One of them is there.
	User    string       `json:"user,omitempty"`
	Address netip.Prefix `json:"address,omitzero"`
	// Reason is what the banned are told, at most maxBanReason bytes.
	Reason string `json:"reason,omitempty"`
	// Until is when it ends; zero: never.
	Until time.Time `json:"until,omitzero"`
	// By is who banned, and Since when.
	By    string    `json:"by,omitempty"`
	Since time.Time `json:"since"`
}

const (
	// maxBans is how many bans there may be. All nodes have them in memory.
	maxBans = 10_000
	// maxBanReason is the longest reason, bytes: what a close frame takes.
	maxBanReason = 120
	// forEver is how long a ban without an end is kept.
	forEver = 100 * 365 * 24 * time.Hour

	banShelf = "bans"
)

// ErrNoBan says that nobody is banned under this key.
var ErrNoBan = errors.New("lobby: there is no such ban")

// Key names the ban: user and id, or address and prefix.
func (b Ban) Key() string {
	if b.User != "" {
		return "user:" + b.User
	}
	return "address:" + b.Address.String()
}

func (b Ban) check(now time.Time) error {
	return errors.Join(
		check((b.User != "") != b.Address.IsValid(), "a ban is of a user or of an address"),
		checkText("user id", b.User, MaxUserID),
		checkText("reason", b.Reason, maxBanReason),
		check(b.Until.IsZero() || b.Until.After(now), "the ban ended %v", b.Until),
	)
}

// bans are what a node knows of them.
type bans struct {
	rev  uint64 // of the shelf; Run's own
	list atomic.Pointer[map[string]Ban]
}

// Ban bans, or changes the ban of the same user or address. Every node knows it
// within a heartbeat, this one at once. Errors: ErrInvalid, ErrShelfFull,
// ErrUnavailable.
func (l *Lobby) Ban(ctx context.Context, b Ban) error {
	now := l.dir.now()
	if err := b.check(now); err != nil {
		return err
	}
	b.Since = now
	ttl := forEver
	if !b.Until.IsZero() {
		ttl = b.Until.Sub(now)
	}
	text, _ := json.Marshal(b) // strings and times always marshal
	if _, _, err := l.dir.keep(ctx, keepArgs{shelf: banShelf, key: b.Key(), document: string(text), ttl: ttl, most: maxBans}); err != nil {
		return err
	}
	l.learnBan(b.Key(), &b)
	return nil
}

// Unban ends a ban before its time. Errors: ErrNoBan, ErrUnavailable.
func (l *Lobby) Unban(ctx context.Context, key string) error {
	there, err := l.dir.fetch(ctx, banShelf, key)
	if err != nil {
		return err
	}
	if there == "" {
		return ErrNoBan
	}
	if _, _, err := l.dir.keep(ctx, keepArgs{shelf: banShelf, key: key, most: maxBans}); err != nil {
		return err
	}
	l.learnBan(key, nil)
	return nil
}

// learnBan notes what this node has done itself; the next reading has it too.
func (l *Lobby) learnBan(key string, b *Ban) {
	for {
		before := l.bans.list.Load()
		after := map[string]Ban{}
		if before != nil {
			after = maps.Clone(*before)
		}
		delete(after, key)
		if b != nil {
			after[key] = *b
		}
		if l.bans.list.CompareAndSwap(before, &after) {
			return
		}
	}
}

// Bans returns those that this node knows and that have not ended, newest first.
func (l *Lobby) Bans() []Ban {
	list := l.bans.list.Load()
	if list == nil {
		return nil
	}
	now := l.dir.now()
	var out []Ban
	for _, b := range *list {
		if b.holds(now) {
			out = append(out, b)
		}
	}
	slices.SortFunc(out, func(a, b Ban) int { return cmp.Or(b.Since.Compare(a.Since), cmp.Compare(a.Key(), b.Key())) })
	return out
}

func (b Ban) holds(now time.Time) bool { return b.Until.IsZero() || b.Until.After(now) }

// BannedError says that somebody is banned.
type BannedError struct{ Ban }

// Error implements error.
func (e *BannedError) Error() string {
	text := "you are banned"
	if !e.Until.IsZero() {
		text += " until " + e.Until.UTC().Format("2006-01-02 15:04 UTC")
	}
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	return text
}

// CheckBans says whether a user or an address is banned. It asks nobody. Errors:
// *BannedError.
func (l *Lobby) CheckBans(user string, address netip.Prefix) error {
	list := l.bans.list.Load()
	if list == nil || len(*list) == 0 {
		return nil
	}
	for _, asked := range []Ban{{User: user}, {Address: address}} {
		if asked.User == "" && !asked.Address.IsValid() {
			continue
		}
		if b, ok := (*list)[asked.Key()]; ok && b.holds(l.dir.now()) {
			return &BannedError{b}
		}
	}
	return nil
}

// refreshBans reads the bans, if they have changed, and tells the node, which
// takes who is banned off their seats.
func (l *Lobby) refreshBans(ctx context.Context, source Source) error {
	documents, rev, err := l.dir.shelf(ctx, banShelf, l.bans.rev)
	if err != nil || rev == l.bans.rev {
		return err
	}
	list := make(map[string]Ban, len(documents))
	for key, text := range documents {
		var b Ban
		if err := json.Unmarshal([]byte(text), &b); err != nil || b.Key() != key {
			return fmt.Errorf("%w: the ban %.80q cannot be read", ErrUnavailable, key)
		}
		list[key] = b
	}
	l.bans.rev = rev
	l.bans.list.Store(&list)
	source.EndBanned()
	return nil
}
