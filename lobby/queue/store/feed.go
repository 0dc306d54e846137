package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
)

// feedPage is how many records one question reads. Each has what one script did,
// 128 entries at most.
const feedPage = 64

// feedOf names a feed.
type feedOf struct {
	name string
	kind FeedKind
}

// place is the record of a feed that was read last.
type place struct {
	n  uint64
	id string // in its stream
}

// Feed implements Store. Records are numbered without gaps, so that a reader sees when
// some are kept no more. The one that was read last is read again: a replica that has
// become the master may lack it, and have others by its number.
func (r *Redis) Feed(ctx context.Context, name string, kind FeedKind, since uint64) (Feed, error) {
	if since == 0 {
		return r.feedEnd(ctx, name, kind)
	}
	of, from := feedOf{name, kind}, "-"
	r.mu.Lock()
	if at := r.read[of]; at.n == since && at.id != "" {
		from = at.id
	}
	r.mu.Unlock()
	f, records, err := r.readOn(ctx, name, kind, from)
	switch {
	case err != nil:
		return Feed{}, err
	case f.Born == "" || f.Next == 0 || from != "-" && !begins(records, from): // the store was lost, or this of it
		return r.feedAnew(ctx, name, kind)
	case from != "-":
		records = records[1:]
	}
	if f.Next == since {
		return f, nil
	}
	newest, last := f.Next, place{n: since}
	for _, record := range records {
		id, n, happened, err := readRecord(record)
		if err != nil {
			return Feed{}, err
		}
		if n <= since { // read from the beginning of what is kept
			continue
		}
		f.Gap = f.Gap || n != last.n+1
		last = place{n, id}
		for i := 0; i+1 < len(happened); i += 2 {
			item, err := itemOf(happened[i], happened[i+1])
			if err != nil {
				return Feed{}, err
			}
			f.Items = append(f.Items, item)
		}
	}
	if last.id == "" { // what is missing is kept no more, or the store was lost
		return r.feedAnew(ctx, name, kind)
	}
	f.Next, f.More = last.n, last.n < newest
	r.note(of, last)
	return f, nil
}

// feedEnd is a feed from which everything is still to come.
func (r *Redis) feedEnd(ctx context.Context, name string, kind FeedKind) (Feed, error) {
	got, err := r.run(ctx, feedScript, name, string(kind))
	if err != nil {
		return Feed{}, err
	}
	if len(got) != 3 {
		return Feed{}, malformed("feed", got)
	}
	head := texts(got)
	f := Feed{Born: head[0], Next: number(head[1])}
	r.note(feedOf{name, kind}, place{f.Next, head[2]})
	return f, nil
}

// feedAnew begins at the end of a feed of which something is not to be had.
func (r *Redis) feedAnew(ctx context.Context, name string, kind FeedKind) (Feed, error) {
	f, err := r.feedEnd(ctx, name, kind)
	f.Gap = true
	return f, err
}

// readOn reads records from an id on. The Feed has when the queue was born and the
// newest number, both "" or 0 in a store that was lost. Why no script: Lua would make
// strings of its own of all that is read.
func (r *Redis) readOn(ctx context.Context, name string, kind FeedKind, from string) (Feed, []any, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	base := r.base(name)
	var born, newest *redis.StringCmd
	var records *redis.Cmd
	_, err := r.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		born, newest = p.Get(ctx, base+"born"), p.Get(ctx, base+string(kind)+":n")
		records = p.Do(ctx, "XRANGE", base+string(kind), from, "+", "COUNT", feedPage+1)
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		if errors.Is(ctx.Err(), context.Canceled) {
			return Feed{}, nil, ctx.Err()
		}
		return Feed{}, nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	list, ok := records.Val().([]any)
	if !ok {
		return Feed{}, nil, malformed("feed", records.Val())
	}
	return Feed{Born: born.Val(), Next: number(newest.Val())}, list, nil
}

// begins reports whether the first of some records has an id.
func begins(records []any, id string) bool {
	if len(records) == 0 {
		return false
	}
	first, _, _, err := readRecord(records[0])
	return err == nil && first == id
}

// note keeps which record was read last; "" is an id that is not known.
func (r *Redis) note(of feedOf, at place) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.read[of] = at
}

// readRecord reads a record of a stream: its id, its number, and what happened.
func readRecord(record any) (id string, n uint64, happened []string, err error) {
	pair, ok := record.([]any)
	if !ok || len(pair) != 2 {
		return "", 0, nil, malformed("record", record)
	}
	id, _ = pair[0].(string)
	fields, _ := pair[1].([]any)
	happened = texts(fields)
	if len(happened) < 2 || happened[0] != "n" {
		return "", 0, nil, malformed("record", record)
	}
	return id, number(happened[1]), happened[2:], nil
}

func itemOf(kind, text string) (item Item, err error) {
	switch kind {
	case "added":
		item.Added, err = ReadEntry(text)
	case "removed":
		item.Removed = text
	case "moved":
		item.Moved[0], item.Moved[1], _ = strings.Cut(text, " ")
	case "match":
		item.Match, err = ReadMatch(text)
	case "ended":
		item.Ended = &Ended{}
		err = decode(text, item.Ended)
	default:
		err = malformed("kind of news", kind)
	}
	return item, err
}

// number reads a number that a script sent as text; 0 when it is none.
func number(v any) uint64 {
	text, _ := v.(string)
	n, _ := strconv.ParseUint(text, 10, 64)
	return n
}
