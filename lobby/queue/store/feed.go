package store

import (
	"context"
	"strconv"
	"strings"
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
// some are kept no more.
func (r *Redis) Feed(ctx context.Context, name string, kind FeedKind, since uint64) (Feed, error) {
	of, from := feedOf{name, kind}, "-"
	r.mu.Lock()
	if at := r.read[of]; at.n == since && since != 0 {
		from = at.id
	}
	r.mu.Unlock()
	got, err := r.run(ctx, feedScript, name, string(kind), since, from, feedPage)
	if err != nil {
		return Feed{}, err
	}
	if len(got) < 3 {
		return Feed{}, malformed("feed", got)
	}
	head, records := texts(got[:3]), got[3:]
	f := Feed{Born: head[0], Next: number(head[1]), Gap: head[2] == "0"}
	switch {
	case since == 0 && len(records) > 0:
		id, n, _, err := readRecord(records[0])
		if err != nil {
			return Feed{}, err
		}
		r.note(of, place{n, id})
		return f, nil
	case since == 0 || f.Next == since && !f.Gap:
		return f, nil
	case f.Gap:
		return r.feedAnew(ctx, name, kind)
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

// feedAnew begins at the end of a feed of which something is not to be had.
func (r *Redis) feedAnew(ctx context.Context, name string, kind FeedKind) (Feed, error) {
	f, err := r.Feed(ctx, name, kind, 0)
	f.Gap = true
	return f, err
}

// note keeps which record was read last, the zero place when it is not known.
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
