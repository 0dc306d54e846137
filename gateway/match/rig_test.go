package match

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/gateway/door"
	"github.com/metronome-server/metronome/gateway/identity"
	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/lobby/matchmaker"
	"github.com/metronome-server/metronome/lobby/queue"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
)

// fake is a matchmaker whose entries are what the test says.
type fake struct {
	mu      sync.Mutex
	changed chan struct{} // closed by every change
	entries map[string]*matchmaker.Status
	asked   []matchmaker.Asked
	tickets int
	down    error // what every question to the store answers
}

var testQueues = []*queue.Config{
	{
		Name: "duel", Title: "Duel", Mode: "puck", Teams: []queue.Team{{Name: "red", Least: 1, Most: 1}, {Name: "blue", Least: 1, Most: 1}},
		Regions: []string{"eu", "us"}, Limit: queue.LimitRule{After: time.Minute}, Accept: &queue.AcceptRule{Within: 15 * time.Second},
	},
	{
		Name: "squads", Mode: "puck", Teams: []queue.Team{{Least: 2, Most: 3}, {Least: 2, Most: 3}},
		Roles: []queue.Role{{Name: "healer", Title: "Healer"}}, Party: queue.PartyRule{Most: 3}, Limit: queue.LimitRule{After: time.Minute},
	},
}

func newFake() *fake {
	return &fake{changed: make(chan struct{}), entries: map[string]*matchmaker.Status{}}
}

func (f *fake) Queues() []*queue.Config { return testQueues }

func (f *fake) Queue(name string) (*queue.Config, bool) {
	i := slices.IndexFunc(testQueues, func(c *queue.Config) bool { return c.Name == name })
	if i < 0 {
		return nil, false
	}
	return testQueues[i], true
}

func (f *fake) Enqueue(_ context.Context, a matchmaker.Asked) (matchmaker.Status, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down != nil {
		return matchmaker.Status{}, f.down
	}
	for _, m := range a.Members {
		for id, e := range f.entries {
			if m.Known && !e.State.Final() && slices.ContainsFunc(e.Members, func(o queue.Member) bool { return o.User == m.User }) {
				return matchmaker.Status{}, &matchmaker.QueuedError{User: m.User, Entry: id}
			}
		}
	}
	f.asked = append(f.asked, a)
	s := &matchmaker.Status{
		ID: fmt.Sprintf("%s.%d", a.Queue, len(f.asked)), Queue: a.Queue, State: queue.Waiting, Estimate: -1, Window: 50, Latency: -1, Size: 1,
		Members: slices.Clone(a.Members), Party: a.Party,
	}
	for i := range s.Members {
		s.Members[i].User = cmp.Or(s.Members[i].User, fmt.Sprintf("guest:%s.%d", s.ID, i))
	}
	f.entries[s.ID] = s
	return *s, nil
}

func (f *fake) Status(_ context.Context, id string) (matchmaker.Status, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.read(id)
}

func (f *fake) read(id string) (matchmaker.Status, error) {
	s := f.entries[id]
	if s == nil {
		return matchmaker.Status{}, matchmaker.ErrNoEntry
	}
	return *s, f.down
}

// set changes an entry and has its watchers told.
func (f *fake) set(id string, change func(*matchmaker.Status)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if id != "" {
		change(f.entries[id])
	}
	close(f.changed)
	f.changed = make(chan struct{})
}

func (f *fake) Watch(ctx context.Context, id string, tell func(matchmaker.Status) error) error {
	for {
		f.mu.Lock()
		s, err := f.read(id)
		changed := f.changed
		f.mu.Unlock()
		if err == nil {
			err = tell(s)
		}
		if err != nil || s.State.Final() {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Cancel keeps no more of an entry than how it ended, as the store does.
func (f *fake) Cancel(_ context.Context, id, why string) (matchmaker.Status, error) {
	f.mu.Lock()
	s, err := f.read(id)
	f.mu.Unlock()
	if err != nil || s.State != queue.Waiting {
		return s, err
	}
	f.set(id, func(s *matchmaker.Status) { s.State, s.Why, s.Members = queue.Canceled, why, nil })
	return f.Status(context.Background(), id)
}

func (f *fake) Accept(_ context.Context, id, user string, yes bool) (matchmaker.Status, error) {
	f.mu.Lock()
	s, err := f.read(id)
	f.mu.Unlock()
	if err != nil {
		return s, err
	}
	if s.State != queue.Offered {
		return s, matchmaker.ErrNotOffered
	}
	f.set(id, func(s *matchmaker.Status) {
		m := *s.Match
		m.Seats = slices.Clone(m.Seats)
		for i := range m.Seats {
			if m.Seats[i].User == user {
				m.Seats[i].Accepted = map[bool]int{true: 1, false: -1}[yes]
			}
		}
		s.Match = &m
	})
	return f.Status(context.Background(), id)
}

func (f *fake) Explain(ctx context.Context, id string) (queue.Explanation, matchmaker.Status, error) {
	s, err := f.Status(ctx, id)
	return queue.Explanation{
		Fill: 0.5, Candidates: 1, Seen: 3, Reasons: []queue.Reason{{Cause: queue.CauseRating, Others: 2, Text: "2 others are beyond 50 points."}},
	}, s, err
}

func (f *fake) Overview(context.Context) ([]matchmaker.Overview, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return []matchmaker.Overview{{Queue: testQueues[0], Waiting: len(f.entries), WaitP50: 1500 * time.Millisecond}, {Queue: testQueues[1]}}, f.down
}

func (f *fake) TicketFor(match *queue.Match, user string) (lobby.Join, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tickets++
	return lobby.Join{Room: lobby.Room{ID: match.ID}, Ticket: fmt.Sprintf("%s-%d", user, f.tickets), Expires: time.Now().Add(time.Minute)}, nil
}

// matchOf is a match of all members of an entry.
func matchOf(s *matchmaker.Status, state queue.State) *queue.Match {
	m := &queue.Match{ID: "room1", State: state, Until: time.Now().Add(10 * time.Second), Region: "eu"}
	for i, member := range s.Members {
		m.Seats = append(m.Seats, queue.Seat{Entry: s.ID, User: member.User, Team: uint8(i%2 + 1)})
	}
	m.Seats = append(m.Seats, queue.Seat{User: "other", Accepted: 1}, queue.Seat{User: "bot:1", Bot: true})
	return m
}

// rig is the service behind a real listener.
type rig struct {
	*fake
	service *Service
	url     string
	api     metronomev1connect.MatchServiceClient
	from    string // the address that its calls come from, as a proxy says; "": this machine
}

func start(t *testing.T, change func(*Config)) *rig {
	t.Helper()
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	l, err := lobby.Open(t.Context(), lobby.Config{Log: log, Region: "eu", NodeURL: "wss://eu.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	f := newFake()
	c := Config{
		Matchmaker: f, Lobby: l, Limits: Limits{EntriesPerAddress: 2}, Log: log,
		JoinMessage: func(_ context.Context, j lobby.Join, _ bool) *pb.Join {
			return &pb.Join{Room: &pb.Room{Id: j.Room.ID}, Url: "ws://node/rooms/" + j.Room.ID + "?ticket=" + j.Ticket}
		},
		NodeURL: func(_ context.Context, _, named string) string { return named },
	}
	if change != nil {
		change(&c)
	}
	s := New(c)
	mux := http.NewServeMux()
	free := door.NewShare("call", &door.Limit{}, nil)
	s.Routes(mux, free, free)
	proxies := door.Proxies{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	web := httptest.NewServer(proxies.Identify(mux))
	r := &rig{fake: f, service: s, url: web.URL}
	r.api = metronomev1connect.NewMatchServiceClient(web.Client(), web.URL, connect.WithInterceptors(r))
	t.Cleanup(func() {
		s.EndWatches()
		web.Close()
	})
	return r
}

// knowing has a service know users, and returns who signs for them.
func knowing(t *testing.T, c *Config, anonymous bool) func(who lobby.Player) string {
	t.Helper()
	keys := filepath.Join(t.TempDir(), "keys.json")
	text, err := identity.NewKeyFile()
	if err == nil {
		err = os.WriteFile(keys, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if c.Users, err = identity.New(t.Context(), identity.Config{KeyFile: keys, Anonymous: anonymous}); err != nil {
		t.Fatal(err)
	}
	minter, err := identity.NewMinter(keys, "", "")
	if err != nil {
		t.Fatal(err)
	}
	return func(who lobby.Player) string {
		token, err := minter.Token(who, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
}

// WrapUnary implements connect.Interceptor: calls say where they come from.
func (r *rig) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, req connect.AnyRequest) (connect.AnyResponse, error) {
		if r.from != "" {
			req.Header().Set("X-Forwarded-For", r.from)
		}
		return next(ctx, req)
	}
}

// WrapStreamingClient implements connect.Interceptor.
func (r *rig) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return func(ctx context.Context, spec connect.Spec) connect.StreamingClientConn {
		conn := next(ctx, spec)
		if r.from != "" {
			conn.RequestHeader().Set("X-Forwarded-For", r.from)
		}
		return conn
	}
}

// WrapStreamingHandler implements connect.Interceptor; there are no handlers here.
func (r *rig) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return next
}

// as is a request with a user token; "": without.
func as[M any](m *M, token string) *connect.Request[M] {
	req := connect.NewRequest(m)
	if token != "" {
		req.Header().Set("Authorization", "Bearer "+token)
	}
	return req
}

func (r *rig) enqueue(t *testing.T, m *pb.EnqueueRequest) *pb.EnqueueResponse {
	t.Helper()
	answer, err := r.api.Enqueue(t.Context(), connect.NewRequest(m))
	if err != nil {
		t.Fatal(err)
	}
	return answer.Msg
}

// watching is an open watch of an entry.
type watching struct {
	t      *testing.T
	stream *connect.ServerStreamForClient[pb.WatchEntryResponse]
	stop   context.CancelFunc
}

func (r *rig) watch(t *testing.T, entry, member, user string) *watching {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	stream, err := r.api.WatchEntry(ctx, as(&pb.WatchEntryRequest{Entry: entry, MemberToken: member}, user))
	if err != nil {
		t.Fatal(err)
	}
	w := &watching{t, stream, stop}
	t.Cleanup(w.close)
	return w
}

func (w *watching) close() {
	w.stop()
	_ = w.stream.Close()
}

// until reads until a status is as wanted.
func (w *watching) until(what string, wanted func(*pb.EntryStatus) bool) *pb.EntryStatus {
	w.t.Helper()
	for w.stream.Receive() {
		if s := w.stream.Msg().GetStatus(); wanted(s) {
			return s
		}
	}
	w.t.Fatalf("the watch ended before %s: %v", what, w.stream.Err())
	return nil
}

// end reads to the end and returns why.
func (w *watching) end() error {
	for w.stream.Receive() {
	}
	return w.stream.Err()
}

func inState(state string) func(*pb.EntryStatus) bool {
	return func(s *pb.EntryStatus) bool { return s.GetState() == state }
}

func wantCode(t *testing.T, err error, code connect.Code, text string) {
	t.Helper()
	if connect.CodeOf(err) != code || !strings.Contains(err.Error(), text) {
		t.Errorf("%v, want code %v and %q", err, code, text)
	}
}
