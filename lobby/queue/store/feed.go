package store

import (
	"context"
	"strconv"
	"strings"
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
	from := "-"
	r.mu.Lock()
	if id := r.read[place{name, kind, since}]; id != "" {
		from = id
	}
	r.mu.Unlock()
	got, err := r.run(ctx, feedScript, name, string(kind), since, from, feedPage)
	if err != nil {
		return Feed{}, err
	}
	if len(got) < 2 {
		return Feed{}, malformed("feed", got)
	}
	head := texts(got[:2])
	f := Feed{Born: head[0], Next: number(head[1])}
	if f.Next == since {
		return f, nil
	}
	if since == 0 {
		if len(got) > 2 {
			id, n, _, err := readRecord(got[2])
			if err != nil {
				return Feed{}, err
			}
			r.note(place{name, kind, 0}, place{name, kind, n}, id)
		}
		return f, nil
	}
	newest, last := f.Next, ""
	f.Next = since
	for _, record := range got[2:] {
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
