package store

import (
	"maps"
	"slices"

	"github.com/metronome-server/metronome/lobby/queue"
)

// The numbers of fields are for ever: whoever takes one away leaves its number unused.

func writeEntry(w *writer, e *queue.Entry) {
	w.string(1, e.ID)
	w.number(2, e.Rev)
	w.time(3, e.Since)
	for i := range e.Members {
		w.part(4, func(w *writer) { writeMember(w, &e.Members[i]) })
	}
	w.string(5, e.Party)
	for _, region := range slices.Sorted(maps.Keys(e.Latency)) {
		w.part(6, func(w *writer) {
			w.string(1, region)
			w.signed(2, int64(e.Latency[region]))
		})
	}
	w.string(7, e.Home)
	w.flag(8, e.Stay)
	for _, l := range e.Lost {
		w.part(9, func(w *writer) {
			w.string(1, l.Match)
			w.time(2, l.At)
			w.string(3, l.Why)
		})
	}
}

func readEntry(r *reader, e *queue.Entry) {
	for r.next() {
		switch r.field {
		case 1:
			e.ID = r.string
		case 2:
			e.Rev = r.number
		case 3:
			e.Since = r.time()
		case 4:
			e.Members = append(e.Members, queue.Member{})
			r.part(func(r *reader) { readMember(r, &e.Members[len(e.Members)-1]) })
		case 5:
			e.Party = r.string
		case 6:
			if e.Latency == nil {
				e.Latency = map[string]int{}
			}
			r.part(func(r *reader) { readLatency(r, e.Latency) })
		case 7:
			e.Home = r.string
		case 8:
			e.Stay = r.flag()
		case 9:
			e.Lost = append(e.Lost, queue.Loss{})
			r.part(func(r *reader) { readLoss(r, &e.Lost[len(e.Lost)-1]) })
		}
	}
}

func readLatency(r *reader, of map[string]int) {
	region, ms := "", 0
	for r.next() {
		switch r.field {
		case 1:
			region = r.string
		case 2:
			ms = int(r.signed())
		}
	}
	of[region] = ms
}

func readLoss(r *reader, l *queue.Loss) {
	for r.next() {
		switch r.field {
		case 1:
			l.Match = r.string
		case 2:
			l.At = r.time()
		case 3:
			l.Why = r.string
		}
	}
}

func writeMember(w *writer, m *queue.Member) {
	w.string(1, m.User)
	w.flag(2, m.Known)
	w.string(3, m.Name)
	w.float(4, m.Rating)
	w.float(5, m.Deviation)
	w.float(6, m.Volatility)
	for _, role := range m.Roles {
		w.element(7, role)
	}
	w.fixed(8, m.Number)
	for _, n := range m.Recent {
		w.fixed(9, n)
	}
	w.string(10, string(m.Data))
	w.string(11, string(m.Proof))
}

func readMember(r *reader, m *queue.Member) {
	for r.next() {
		switch r.field {
		case 1:
			m.User = r.string
		case 2:
			m.Known = r.flag()
		case 3:
			m.Name = r.string
		case 4:
			m.Rating = r.float()
		case 5:
			m.Deviation = r.float()
		case 6:
			m.Volatility = r.float()
		case 7:
			m.Roles = append(m.Roles, r.string)
		case 8:
			m.Number = r.number
		case 9:
			m.Recent = append(m.Recent, r.number)
		case 10:
			m.Data = []byte(r.string)
		case 11:
			m.Proof = []byte(r.string)
		}
	}
}

func writeMatch(w *writer, m *queue.Match) {
	w.string(1, m.ID)
	w.number(2, m.Rev)
	w.string(3, m.Queue)
	w.string(4, string(m.State))
	w.string(5, m.Why)
	w.time(6, m.Made)
	w.time(7, m.Until)
	for i := range m.Entries {
		w.part(8, func(w *writer) { writeEntry(w, &m.Entries[i]) })
	}
	// The seats of a match come in the order of its entries, about.
	at := member{}
	for i := range m.Seats {
		at = memberOf(m, &m.Seats[i], at)
		w.part(9, func(w *writer) { writeSeat(w, &m.Seats[i], at) })
	}
	w.string(10, m.Region)
	w.flag(11, m.Vacancy)
	w.float(12, m.Spread)
	w.float(13, m.Gap)
	w.string(14, m.Room)
	w.string(15, m.Node)
	w.string(16, m.URL)
	w.number(17, m.Epoch)
}

func readMatch(r *reader, m *queue.Match) {
	for r.next() {
		switch r.field {
		case 1:
			m.ID = r.string
		case 2:
			m.Rev = r.number
		case 3:
			m.Queue = r.string
		case 4:
			m.State = queue.State(r.string)
		case 5:
			m.Why = r.string
		case 6:
			m.Made = r.time()
		case 7:
			m.Until = r.time()
		case 8:
			m.Entries = append(m.Entries, queue.Entry{})
			r.part(func(r *reader) { readEntry(r, &m.Entries[len(m.Entries)-1]) })
		case 9:
			m.Seats = append(m.Seats, queue.Seat{})
			r.part(func(r *reader) { readSeat(r, m, &m.Seats[len(m.Seats)-1]) })
		case 10:
			m.Region = r.string
		case 11:
			m.Vacancy = r.flag()
		case 12:
			m.Spread = r.float()
		case 13:
			m.Gap = r.float()
		case 14:
			m.Room = r.string
		case 15:
			m.Node = r.string
		case 16:
			m.URL = r.string
		case 17:
			m.Epoch = r.number
		}
	}
}

// member is where a seat's user stands in a match: entry and member, each from 1 on, 0
// for one who is in no entry.
type member struct{ entry, member int }

// memberOf looks for a seat's user, from where the last seat's is on.
func memberOf(m *queue.Match, s *queue.Seat, last member) member {
	if s.Entry == "" {
		return member{}
	}
	for k := range m.Entries {
		i := (max(last.entry-1, 0) + k) % len(m.Entries)
		if m.Entries[i].ID != s.Entry {
			continue
		}
		for j := range m.Entries[i].Members {
			if m.Entries[i].Members[j].User == s.User {
				return member{i + 1, j + 1}
			}
		}
	}
	return member{}
}

func writeSeat(w *writer, s *queue.Seat, at member) {
	if at.entry > 0 {
		w.number(1, uint64(at.entry))  //nolint:gosec // small
		w.number(2, uint64(at.member)) //nolint:gosec // small
	} else {
		w.string(3, s.Entry)
		w.string(4, s.User)
	}
	w.number(5, uint64(s.Team))
	w.string(6, s.Role)
	w.flag(7, s.Bot)
	w.signed(8, int64(s.Accepted))
	w.flag(9, s.Came)
}

func readSeat(r *reader, m *queue.Match, s *queue.Seat) {
	var at member
	for r.next() {
		switch r.field {
		case 1:
			at.entry = int(min(r.number, queue.MaxMatch)) //nolint:gosec // bounded
		case 2:
			at.member = int(min(r.number, queue.MaxMatch)) //nolint:gosec // bounded
		case 3:
			s.Entry = r.string
		case 4:
			s.User = r.string
		case 5:
			s.Team = uint8(r.number) //nolint:gosec // it was one
		case 6:
			s.Role = r.string
		case 7:
			s.Bot = r.flag()
		case 8:
			s.Accepted = int(r.signed())
		case 9:
			s.Came = r.flag()
		}
	}
	if at.entry > 0 && at.entry <= len(m.Entries) {
		e := &m.Entries[at.entry-1]
		s.Entry = e.ID
		if at.member > 0 && at.member <= len(e.Members) {
			s.User = e.Members[at.member-1].User
		}
	}
}
