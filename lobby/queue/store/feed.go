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

// place is a record of a feed that was read.
type place struct {
	name string
	kind FeedKind
	n    uint64
}

// Feed implements Store. Records are numbered without gaps, so that a reader sees
// when some are kept no more.
func (r *Redis) Feed(ctx context.Context, name string, kind FeedKind, since uint64) (Feed, error) {
	if since == 0 {
		return r.feedEnd(ctx, name, kind)
	}
	from := "-"
	r.mu.Lock()
	if id := r.read[place{name, kind, since}]; id != "" {
		from = "(" + id
	}
	r.mu.Unlock()
	f, records, err := r.readOn(ctx, name, kind, from)
	switch {
	case err != nil || f.Born != "" && f.Next == since:
		return f, err
	case f.Born == "" || f.Next == 0: // the store was lost
		f, err = r.feedEnd(ctx, name, kind)
		f.Gap = true
		return f, err
	}
	newest, last := f.Next, ""
	f.Next = since
	for _, record := range records {
		id, n, happened, err := readRecord(record)
		if err != nil {
			return Feed{}, err
		}
		if n <= since { // read from the beginning of what is kept
			continue
		}
		if n != f.Next+1 {
			f.Gap = true
		}
		f.Next, last = n, id
		for i := 0; i+1 < len(happened); i += 2 {
			item, err := itemOf(happened[i], happened[i+1])
			if err != nil {
				return Feed{}, err
			}
			f.Items = append(f.Items, item)
		}
	}
	if f.Next == since { // what is missing is kept no more, or the store was lost
		f.Gap, f.Next = true, newest
	}
	f.More = f.Next < newest
	r.note(place{name, kind, since}, place{name, kind, f.Next}, last)
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
	r.note(place{name, kind, 0}, place{name, kind, f.Next}, head[2])
	return f, nil
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
		records = p.Do(ctx, "XRANGE", base+string(kind), from, "+", "COUNT", feedPage)
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

// note keeps the id of the record that was read last, "" when it is not known.
func (r *Redis) note(was, is place, id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.read, was)
	if id != "" {
		r.read[is] = id
	}
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
