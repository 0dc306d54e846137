package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"time"

	"github.com/metronome-server/metronome/lobby/matchmaker"
	"github.com/metronome-server/metronome/lobby/queue"
)

// rooms are those of all nodes, kept by the test so that they outlive who opened them.
// Each is on a node, and ends when that does. Any goroutine.
type rooms struct {
	web *httptest.Server

	mu     sync.Mutex
	rand   *rand.Rand
	faults bool
	nodes  map[string]bool // that live; false: it is stopped
	byID   map[string]*room
	report func(kind string)
	wrong  func(format string, args ...any)
	opened int
}

// room is one match's.
type room struct {
	node  string
	epoch uint64
	seats []queue.Seat
	came  map[string]bool
}

// Faults of rooms.
const (
	openRefused    = "room not opened"
	openHangs      = "room opening hangs"
	openAnswerLost = "room opened, answer lost"
	roomVanished   = "room vanished"
	unheard        = "attendance not answered"
)

func newRooms(seed uint64, report func(string), wrong func(string, ...any)) *rooms {
	r := &rooms{rand: rand.New(rand.NewPCG(seed, 2)), nodes: map[string]bool{}, byID: map[string]*room{}, report: report, wrong: wrong}
	mux := http.NewServeMux()
	mux.HandleFunc("/open", r.serveOpen)
	mux.HandleFunc("/attendance", r.serveAttendance)
	mux.HandleFunc("/close", r.serveClose)
	r.web = httptest.NewServer(mux)
	return r
}

// node notes that a node is there, runs or not, or is gone with its rooms.
func (r *rooms) node(name string, there, runs bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if there {
		r.nodes[name] = runs
		return
	}
	delete(r.nodes, name)
	for id, room := range r.byID {
		if room.node == name {
			delete(r.byID, id)
		}
	}
}

func (r *rooms) inflict(faults bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults = faults
}

// chance reports whether a fault happens. Under the lock.
func (r *rooms) chance(p float64, kind string) bool {
	if !r.faults || r.rand.Float64() > p {
		return false
	}
	r.report(kind)
	return true
}

func (r *rooms) serveOpen(w http.ResponseWriter, req *http.Request) {
	var m queue.Match
	if err := json.NewDecoder(req.Body).Decode(&m); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	if r.chance(0.06, openHangs) {
		d := time.Duration(200+r.rand.IntN(3000)) * time.Millisecond
		r.mu.Unlock()
		select {
		case <-req.Context().Done():
		case <-time.After(d):
		}
		http.Error(w, "the node does not answer", http.StatusGatewayTimeout)
		return
	}
	defer r.mu.Unlock()
	if r.chance(0.12, openRefused) {
		http.Error(w, "no node has space", http.StatusServiceUnavailable)
		return
	}
	place, err := r.open(&m)
	if err == nil && r.chance(0.08, openAnswerLost) {
		err = errors.New("the answer was lost")
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	_ = json.NewEncoder(w).Encode(place)
}

// open opens a match's room, or finds it. Under the lock.
func (r *rooms) open(m *queue.Match) (matchmaker.Place, error) {
	is := r.byID[m.ID]
	if is == nil {
		var run []string
		for node, runs := range r.nodes {
			if runs {
				run = append(run, node)
			}
		}
		if len(run) == 0 {
			return matchmaker.Place{}, errors.New("no node runs")
		}
		slices.Sort(run)
		r.opened++
		is = &room{node: run[r.rand.IntN(len(run))], epoch: uint64(r.opened), seats: m.Seats, came: map[string]bool{}}
		r.byID[m.ID] = is
	}
	if who(is.seats) != who(m.Seats) {
		r.wrong("a room of match %s was opened for %s, and again for %s", m.ID, who(is.seats), who(m.Seats))
	}
	return matchmaker.Place{Room: m.ID, Node: is.node, URL: "ws://" + is.node, Epoch: is.epoch}, nil
}

// who is who sits where.
func who(seats []queue.Seat) string {
	var all []string
	for _, s := range seats {
		all = append(all, fmt.Sprintf("%s:%d:%s", s.User, s.Team, s.Entry))
	}
	return fmt.Sprint(all)
}

// sit has a user take their seat, and reports whether the room has one for them.
func (r *rooms) sit(match, user string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	is := r.byID[match]
	if is == nil || !r.nodes[is.node] {
		return false
	}
	seats := 0
	for _, s := range is.seats {
		if s.User == user && !s.Bot {
			seats++
		}
	}
	if seats != 1 {
		r.wrong("%s has %d seats in match %s: %s", user, seats, match, who(is.seats))
	}
	is.came[user] = true
	return true
}

func (r *rooms) serveAttendance(w http.ResponseWriter, req *http.Request) {
	var ids []string
	if err := json.NewDecoder(req.Body).Decode(&ids); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	all := map[string]matchmaker.Attendance{}
	for _, id := range ids {
		if r.byID[id] != nil && r.chance(0.01, roomVanished) {
			delete(r.byID, id)
		}
		is := r.byID[id]
		switch {
		case is == nil:
			all[id] = matchmaker.Attendance{Gone: true}
		case !r.nodes[is.node] || r.chance(0.03, unheard):
		default:
			all[id] = matchmaker.Attendance{Came: is.came}
		}
	}
	_ = json.NewEncoder(w).Encode(all)
}

func (r *rooms) serveClose(_ http.ResponseWriter, req *http.Request) {
	var id string
	if json.NewDecoder(req.Body).Decode(&id) == nil {
		r.mu.Lock()
		delete(r.byID, id)
		r.mu.Unlock()
	}
}

// remoteRooms asks the test's rooms, from a node. It implements matchmaker.Rooms.
type remoteRooms struct{ url string }

func (r remoteRooms) ask(ctx context.Context, what string, v, answer any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url+what, bytes.NewReader(body))
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return errors.New(res.Status)
	}
	if answer == nil {
		return nil
	}
	return json.NewDecoder(res.Body).Decode(answer)
}

func (r remoteRooms) Open(ctx context.Context, m *queue.Match, _ *queue.Config) (place matchmaker.Place, err error) {
	err = r.ask(ctx, "/open", m, &place)
	return place, err
}

// Invite implements matchmaker.Rooms: the test's queues fill no vacancies.
func (r remoteRooms) Invite(context.Context, *queue.Match, *queue.Config) error {
	return errors.New("nobody is invited here")
}

func (r remoteRooms) Attendance(ctx context.Context, matches []*queue.Match) map[string]matchmaker.Attendance {
	var ids []string
	for _, m := range matches {
		ids = append(ids, m.ID)
	}
	all := map[string]matchmaker.Attendance{}
	_ = r.ask(ctx, "/attendance", ids, &all) // whom nobody answers for is left out
	return all
}

func (r remoteRooms) Close(ctx context.Context, m *queue.Match, _ string) {
	_ = r.ask(ctx, "/close", m.ID, nil) // else it ends by itself
}
