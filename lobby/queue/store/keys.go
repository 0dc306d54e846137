package store

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/metronome-server/metronome/lobby/queue"
)

// All keys in Redis. {q} is {PREFIX:q:NAME}, the hash tag of one queue. No key holds
// a secret. What is of a queue that nobody uses any more stays: a lease, two
// numbers and what still waits.
//
//	key            type    written by           lives
//	{q}:lead       hash    lead                 for ever; node, epoch, ends (ms)
//	{q}:born       string  whatever is first    for ever; changes when the store was lost
//	{q}:waiting    hash    enqueue, turn        until the entries leave; id -> rev:home:document
//	{q}:live       hash    commit, turn         until the matches are settled; id -> rev:document
//	{q}:done:<id>  string  commit, cancel, ...  an hour, ten minutes after its end; the entry's match or end
//	{q}:match:<id> string  turn                 an hour or more; rev:document of a match that is over
//	{q}:in         stream  enqueue, cancel, ... the newest; what the leader's pool is made of
//	{q}:out        stream  commit, turn, ...    the newest; what watchers are told
//	{q}:in:n       string  with its stream      for ever; the number of its newest record; {q}:out:n too
//	{q}:says       string  Publish              seconds; what the leader says of the queue
//	{PREFIX:u:XX}:<user>  string  hold          as long as its entry may; XX spreads users over slots
//	{PREFIX:u:XX}:<user>:<queue>  string  note  months; the user's rating and last matches

// keptEntry is a waiting entry as the scripts keep it. Its revision and its home
// stand in front, where scripts read and change them.
func keptEntry(e *queue.Entry) string {
	bare := *e
	bare.Home = ""
	w := writer{make([]byte, 0, 256)}
	w.text = append(strconv.AppendUint(w.text, e.Rev, 10), ':')
	w.text = append(append(w.text, e.Home...), ':')
	writeEntry(&w, &bare)
	return string(w.text)
}

// ReadEntry reads a waiting entry as it is kept. Errors: ErrUnavailable.
func ReadEntry(kept string) (*queue.Entry, error) {
	_, rest, _ := strings.Cut(kept, ":")
	home, doc, ok := strings.Cut(rest, ":")
	if !ok {
		return nil, malformed("entry", kept)
	}
	e, r := &queue.Entry{}, readerOf(doc)
	readEntry(r, e)
	e.Home = home
	return e, r.err
}

func keptMatch(m *queue.Match) string {
	w := writer{make([]byte, 0, 256+128*len(m.Entries))}
	w.text = append(strconv.AppendUint(w.text, m.Rev, 10), ':')
	writeMatch(&w, m)
	return string(w.text)
}

// ReadMatch reads a match as it is kept. Errors: ErrUnavailable.
func ReadMatch(kept string) (*queue.Match, error) {
	_, doc, ok := strings.Cut(kept, ":")
	if !ok {
		return nil, malformed("match", kept)
	}
	m, r := &queue.Match{Entries: []queue.Entry{}, Seats: []queue.Seat{}}, readerOf(doc)
	readMatch(r, m)
	return m, r.err
}

func encode(v any) string {
	text, err := json.Marshal(v)
	if err != nil { // of numbers that are none, which nobody lets in
		return "null"
	}
	return string(text)
}

func decode(text string, v any) error {
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return nil
}
