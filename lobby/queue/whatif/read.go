package whatif

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
)

// MaxLine is the longest line of a log, bytes: an entry of the largest party whose
// members have each met everybody of the largest matches.
const MaxLine = 1 << 20

// Reader reads the records of a log.
type Reader struct {
	in   *bufio.Reader
	line int
	cut  bool
}

// NewReader returns a Reader of r.
func NewReader(r io.Reader) *Reader { return &Reader{in: bufio.NewReaderSize(r, 64<<10)} }

// Read returns the next record. Errors: io.EOF at the end, and what is wrong with a
// line, by its number. A last line that was cut, as of a writer that was killed or is
// still writing, is passed over, see Cut.
func (r *Reader) Read() (Record, error) {
	for {
		line, whole, err := r.readLine()
		if err != nil {
			return Record{}, err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var record Record
		err = json.Unmarshal(line, &record)
		if err != nil && !whole {
			r.cut = true
			continue
		}
		if err == nil {
			err = record.check()
		}
		if err != nil {
			return Record{}, fmt.Errorf("line %d: no record of a queue: %w", r.line, err)
		}
		return record, nil
	}
}

// Cut tells whether the last line was half of one.
func (r *Reader) Cut() bool { return r.cut }

// readLine returns the next line, and whether it had an end.
func (r *Reader) readLine() (line []byte, whole bool, err error) {
	r.line++
	for {
		part, err := r.in.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > MaxLine {
			return nil, false, fmt.Errorf("line %d: longer than %d bytes: is it a log of queues?", r.line, MaxLine)
		}
		switch {
		case err == nil:
			return line, true, nil
		case errors.Is(err, io.EOF) && len(line) > 0:
			return line, false, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, false, err
		}
	}
}

// Arrival is an entry of a log, and what became of it.
type Arrival struct {
	Entry queue.Entry
	// State is how it ended; "": the log does not say.
	State queue.State
	// Waited is for how long, until it was matched last or left.
	Waited  time.Duration
	matched time.Time // last
}

// History is what a log says of one queue.
type History struct {
	Queue string
	// Arrivals in the order in which they came.
	Arrivals []*Arrival
	Matches  []*Matching
	// From and To are the times of the first and the last record.
	From, To time.Time
	byID     map[string]*Arrival
}

// Histories are the queues of logs, by name.
type Histories map[string]*History

// Add reads a log to its end. Several logs of one queue, as its leaders on several
// nodes have written them, come together. Errors: those of Reader.Read. Call Sort
// after the last.
func (h Histories) Add(r *Reader) error {
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		of := h[record.Queue]
		if of == nil {
			of = &History{Queue: record.Queue, byID: map[string]*Arrival{}}
			h[record.Queue] = of
		}
		of.add(&record)
	}
}

// add adds a record. An end may stand before its entry, in the log of another node.
func (h *History) add(r *Record) {
	at := time.UnixMilli(r.At)
	if h.From.IsZero() || at.Before(h.From) {
		h.From = at
	}
	if at.After(h.To) {
		h.To = at
	}
	switch {
	case r.Entered != nil:
		if a := h.arrival(r.Entered.ID); len(a.Entry.Members) == 0 {
			r.Entered.fill(&a.Entry, at)
		}
	case r.Ended != nil:
		a := h.arrival(r.Ended.ID)
		a.State, a.Waited = r.Ended.State, time.Duration(r.Ended.Waited)*time.Millisecond
	default:
		h.Matches = append(h.Matches, r.Matched)
		for _, id := range slices.Concat(r.Matched.Teams...) {
			if a := h.arrival(id); at.After(a.matched) {
				a.matched = at
			}
		}
	}
}

func (h *History) arrival(id string) *Arrival {
	a := h.byID[id]
	if a == nil {
		a = &Arrival{}
		h.byID[id] = a
	}
	return a
}

// forgetMatch leaves out of the wait what came after the last match: being asked, and
// taking the seat.
func (a *Arrival) forgetMatch() {
	if a.wasMatched() && !a.matched.IsZero() {
		a.Waited = max(0, a.matched.Sub(a.Entry.Since))
	}
}

// wasMatched tells whether an arrival's wait ended with a match.
func (a *Arrival) wasMatched() bool {
	return a.State == queue.Played || a.State == queue.Absent || a.State == queue.Declined
}

// fill makes the entry that a record is of. Its users are made up.
func (in *Entered) fill(e *queue.Entry, since time.Time) {
	*e = queue.Entry{ID: in.ID, Since: since, Latency: in.Latency, Members: make([]queue.Member, len(in.Players))}
	for i, p := range in.Players {
		e.Members[i] = queue.Member{User: in.ID + "/" + strconv.Itoa(i), Rating: p.Rating, Roles: p.Roles, Number: p.Number, Recent: p.Recent}
	}
}

// Sort puts the arrivals of all logs in order, and leaves out ends of entries of which
// no log has the beginning.
func (h Histories) Sort() {
	for _, of := range h {
		of.Arrivals = of.Arrivals[:0]
		for _, a := range of.byID {
			if len(a.Entry.Members) > 0 {
				a.forgetMatch()
				of.Arrivals = append(of.Arrivals, a)
			}
		}
		slices.SortFunc(of.Arrivals, func(a, b *Arrival) int {
			return cmp.Or(a.Entry.Since.Compare(b.Entry.Since), cmp.Compare(a.Entry.ID, b.Entry.ID))
		})
	}
}
