package server

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/gateway/backend"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/outbox"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
)

// receiver is a game's backend that takes results, when it is up.
type receiver struct {
	*httptest.Server
	secret string

	mu     sync.Mutex
	up     bool
	tried  int
	taken  []string // ids
	bodies []string
	faults []string
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{secret: "0123456789abcdef"}
	r.Server = httptest.NewServer(http.HandlerFunc(r.take))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) take(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tried++
	if err := outbox.Verify([]byte(r.secret), req.Header, body, time.Now()); err != nil {
		r.faults = append(r.faults, err.Error())
	}
	if !r.up {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	r.taken = append(r.taken, req.Header.Get(outbox.HeaderID))
	r.bodies = append(r.bodies, string(body))
}

func (r *receiver) come(up bool) {
	r.mu.Lock()
	r.up = up
	r.mu.Unlock()
}

func (r *receiver) state() (tried int, taken, bodies, faults []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tried, slices.Clone(r.taken), slices.Clone(r.bodies), slices.Clone(r.faults)
}

// withKey makes a key file and returns it with a key of the scopes.
func withKey(t *testing.T, scopes ...string) (file, secret string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "keys.json")
	secret, key, err := backend.NewKey("backend", scopes, time.Now())
	if err == nil {
		err = backend.WriteKeys(file, []backend.Key{key})
	}
	if err != nil {
		t.Fatal(err)
	}
	return file, secret
}

// bearer sends a key with every call.
func bearer(secret string) connect.ClientOption {
	return connect.WithInterceptors(connect.UnaryInterceptorFunc(func(next connect.UnaryFunc) connect.UnaryFunc {
		return func(ctx context.Context, req connect.AnyRequest) (connect.AnyResponse, error) {
			req.Header().Set("Authorization", "Bearer "+secret)
			return next(ctx, req)
		}
	}))
}

func backendOf(n *Node, secret string) metronomev1connect.ServerServiceClient {
	return metronomev1connect.NewServerServiceClient(http.DefaultClient, n.LocalURL(), bearer(secret))
}

// sixes is a match of six users in two teams.
func sixes(request string) *pb.CreateMatchRequest {
	m := &pb.CreateMatchRequest{RequestId: request, Mode: "teams", Params: map[string]string{"seconds": "10"}}
	for i := range 6 {
		m.Seat = append(m.Seat, &pb.MatchSeat{User: fmt.Sprintf("u%d", i+1), Name: fmt.Sprintf("Player %d", i+1), Team: uint32(1 + i%2), Rating: 1000})
	}
	return m
}

// player is one who plays until the room ends.
type player struct {
	seat  chan uint32
	ended chan error
	end   chan *pb.MatchEnd
}

func play(t *testing.T, url string) *player {
	t.Helper()
	c, err := client.Dial(t.Context(), url, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := &player{make(chan uint32, 1), make(chan error, 1), make(chan *pb.MatchEnd, 1)}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	t.Cleanup(func() { stop(); <-done })
	go func() {
		defer close(done)
		told := false
		p.ended <- c.Run(ctx, client.Handler{

			Snapshot: func(s *client.Session) {
				if !told {
					told = true
					p.seat <- uint32(s.Seat())
				}
			},
			Notice: func(n *pb.Notice) {
				if end := n.GetEnd(); end != nil {
					p.end <- end
				}
			},
		})
	}()
	return p
}

// TestMatchOfSixUsers plays a whole match that a backend asked for: six play in
// two teams, a seventh is refused, and the outcome arrives once, signed, at a
// backend that was down when the match ended, also when the node is started again
// meanwhile.
func TestMatchOfSixUsers(t *testing.T) {
	hook := newReceiver(t)
	keys, secret := withKey(t, backend.Scopes...)
	state := t.TempDir()
	change := func(c *Config) {
		c.ServerKeys, c.State, c.Webhook, c.WebhookSecret, c.WebhookAllow = keys, state, hook.URL, hook.secret, []string{"127.0.0.0/8"}
	}
	n := startTestNode(t, change)
	api := backendOf(n, secret)
	made, err := api.CreateMatch(t.Context(), connect.NewRequest(sixes("final")))
	if err != nil {
		t.Fatal(err)
	}
	match := made.Msg.GetMatch()
	if len(match.GetUrl()) != 6 {
		t.Fatalf("%v", match)
	}
	again, err := api.CreateMatch(t.Context(), connect.NewRequest(sixes("final")))
	if err != nil || again.Msg.GetMatch().GetId() != match.GetId() {
		t.Fatalf("asked again: %v, %v", again, err)
	}
	other := sixes("final")
	other.Seat[0].Team = 2
	if _, err := api.CreateMatch(t.Context(), connect.NewRequest(other)); connect.CodeOf(err) != connect.CodeAlreadyExists {
		t.Errorf("other wishes with the same id: %v", err)
	}
	var players []*player
	for _, u := range match.GetUrl() {
		players = append(players, play(t, u.GetUrl()))
	}
	if _, err := client.Dial(t.Context(), strings.Replace(n.LocalURL(), "http", "ws", 1)+"/rooms/"+match.GetId()+"?name=seventh", client.Options{}); err == nil {
		t.Error("a seventh is in")
	}
	lobby, err := client.NewLobby(n.LocalURL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lobby.JoinRoom(t.Context(), match.GetId(), "seventh"); connect.CodeOf(err) != connect.CodeNotFound {
		t.Errorf("a seventh who asks the lobby: %v", err)
	}
	for _, p := range players {
		end := <-p.end
		if len(end.GetLine()) != 6 {
			t.Errorf("told of %d lines", len(end.GetLine()))
		}
		if err := <-p.ended; client.ComebackOf(err, false) != netproto.Rejoin {
			t.Errorf("the match ended with %v", err)
		}
	}
	waitFor(t, "the backend was asked in vain", func() bool { tried, _, _, _ := hook.state(); return tried > 0 })
	if err := n.Stop(); err != nil {
		t.Fatal(err)
	}
	hook.come(true)
	n = startTestNode(t, change)
	waitFor(t, "the outcome has arrived", func() bool { _, taken, _, _ := hook.state(); return len(taken) > 0 })
	if err := n.Stop(); err != nil {
		t.Fatal(err)
	}
	n = startTestNode(t, change) // what has arrived does not come again
	if err := n.Stop(); err != nil {
		t.Fatal(err)
	}
	_, taken, bodies, faults := hook.state()
	if len(faults) > 0 {
		t.Errorf("signatures: %v", faults)
	}
	if len(taken) != 1 || !strings.HasPrefix(taken[0], fmt.Sprintf("%s/%d/", match.GetId(), match.GetEpoch())) {
		t.Fatalf("arrived: %v", taken)
	}
	var message struct {
		Kind     string
		Finished bool
		Lines    []struct {
			User, Name string
			Team       int
		}
	}
	if err := json.Unmarshal([]byte(bodies[0]), &message); err != nil {
		t.Fatal(err)
	}
	if message.Kind != outbox.KindOutcome || !message.Finished || len(message.Lines) != 6 {
		t.Errorf("%s", bodies[0])
	}
	for _, l := range message.Lines {
		number := int(l.User[1] - '0')
		if l.Name != fmt.Sprintf("Player %d", number) || l.Team != 1+(number-1)%2 {
			t.Errorf("line %+v", l)
		}
	}
}

// waitFor waits until something is so. It asks often: nothing tells.
func waitFor(t *testing.T, what string, is func() bool) {
	t.Helper()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	limit := time.NewTimer(30 * time.Second)
	defer limit.Stop()
	for !is() {
		select {
		case <-ticker.C:
		case <-limit.C:
			t.Fatalf("not so after 30 s: %s", what)
		}
	}
}

// TestServerKeysAndTheirScopes has calls come with keys that are none, and for
// what they are not.
func TestServerKeysAndTheirScopes(t *testing.T) {
	keys, watchOnly := withKey(t, backend.ScopeWatch)
	n := startTestNode(t, func(c *Config) { c.ServerKeys = keys })
	closed := startTestNode(t, nil)
	for what, row := range map[string]struct {
		api  metronomev1connect.ServerServiceClient
		code connect.Code
		says string
	}{
		"no keys at all":     {backendOf(closed, watchOnly), connect.CodePermissionDenied, "metronome keys"},
		"no key":             {metronomev1connect.NewServerServiceClient(http.DefaultClient, n.LocalURL()), connect.CodeUnauthenticated, "Authorization: Bearer"},
		"a wrong key":        {backendOf(n, "mts_wrong"), connect.CodeUnauthenticated, "no key of this server"},
		"of another scope":   {backendOf(n, watchOnly), connect.CodePermissionDenied, "not for that"},
		"the console's word": {backendOf(n, "admin"), connect.CodeUnauthenticated, "no key of this server"},
	} {
		_, err := row.api.CreateMatch(t.Context(), connect.NewRequest(sixes("x")))
		if connect.CodeOf(err) != row.code || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: %v", what, err)
		}
		_, err = row.api.Ban(t.Context(), connect.NewRequest(&pb.BanRequest{Ban: &pb.BanInfo{User: "ann"}}))
		if connect.CodeOf(err) != row.code {
			t.Errorf("%s: a ban: %v", what, err)
		}
	}
	if len(n.lobby.Bans()) != 0 {
		t.Error("somebody is banned")
	}
}

// TestMatchesThatCannotBe asks for matches with something wrong in them.
func TestMatchesThatCannotBe(t *testing.T) {
	keys, secret := withKey(t, backend.Scopes...)
	n := startTestNode(t, func(c *Config) { c.ServerKeys = keys })
	api := backendOf(n, secret)
	ask := func(change func(*pb.CreateMatchRequest)) error {
		m := sixes("r")
		change(m)
		_, err := api.CreateMatch(t.Context(), connect.NewRequest(m))
		return err
	}
	for says, change := range map[string]func(*pb.CreateMatchRequest){
		"request_id":      func(m *pb.CreateMatchRequest) { m.RequestId = "a b" },
		"unknown mode":    func(m *pb.CreateMatchRequest) { m.Mode = "chess" },
		"0 users":         func(m *pb.CreateMatchRequest) { m.Seat = nil },
		"named twice":     func(m *pb.CreateMatchRequest) { m.Seat[1].User = "u1" },
		"names no user":   func(m *pb.CreateMatchRequest) { m.Seat[0].User = "" },
		"team 256":        func(m *pb.CreateMatchRequest) { m.Seat[0].Team = 256 },
		"at most 512":     func(m *pb.CreateMatchRequest) { m.Seat[0].Data = make([]byte, 513) },
		"seconds":         func(m *pb.CreateMatchRequest) { m.Params["seconds"] = "999999" },
		"nonsense":        func(m *pb.CreateMatchRequest) { m.Params["nonsense"] = "1" },
		"patience":        func(m *pb.CreateMatchRequest) { m.PatienceSeconds = 3601 },
		"metadata":        func(m *pb.CreateMatchRequest) { m.Metadata = map[string]string{"a b": ""} },
		"cannot be print": func(m *pb.CreateMatchRequest) { m.Seat[0].User = "a\x00" },
	} {
		if err := ask(change); connect.CodeOf(err) != connect.CodeInvalidArgument || !strings.Contains(err.Error(), says) {
			t.Errorf("want %q: %v", says, err)
		}
	}
	if _, err := api.Ban(t.Context(), connect.NewRequest(&pb.BanRequest{Ban: &pb.BanInfo{User: "u3", Reason: "cheats"}})); err != nil {
		t.Fatal(err)
	}
	if err := ask(func(*pb.CreateMatchRequest) {}); connect.CodeOf(err) != connect.CodeFailedPrecondition || !strings.Contains(err.Error(), `"u3" is banned`) {
		t.Errorf("with somebody who is banned: %v", err)
	}
	if rooms := n.rooms.List(); len(rooms) != 1 {
		t.Errorf("%d rooms beside the one that is always there", len(rooms)-1)
	}
	// A call that failed holds no request id.
	if _, err := api.Unban(t.Context(), connect.NewRequest(&pb.UnbanRequest{User: "u3"})); err != nil {
		t.Fatal(err)
	}
	if err := ask(func(*pb.CreateMatchRequest) {}); err != nil {
		t.Errorf("asked rightly: %v", err)
	}
}

// TestBanClosesTheSeat bans a user who plays: they are out, cannot come back by
// token nor ticket, and who sits beside them plays on.
func TestBanClosesTheSeat(t *testing.T) {
	keys, secret := withKey(t, backend.Scopes...)
	n := startTestNode(t, func(c *Config) { c.ServerKeys = keys })
	api := backendOf(n, secret)
	made, err := api.CreateMatch(t.Context(), connect.NewRequest(sixes("r")))
	if err != nil {
		t.Fatal(err)
	}
	match := made.Msg.GetMatch()
	bad, good := play(t, match.GetUrl()[0].GetUrl()), play(t, match.GetUrl()[1].GetUrl())
	third := play(t, match.GetUrl()[2].GetUrl()) // so that both teams have somebody left
	<-bad.seat
	<-good.seat
	<-third.seat
	if _, err := api.Ban(t.Context(), connect.NewRequest(&pb.BanRequest{Ban: &pb.BanInfo{User: "u1", Reason: "cheats"}})); err != nil {
		t.Fatal(err)
	}
	if err := <-bad.ended; err == nil || !strings.Contains(err.Error(), "you are banned: cheats") {
		t.Errorf("closed with %v", err)
	}
	anew, err := api.GetMatch(t.Context(), connect.NewRequest(&pb.GetMatchRequest{Id: match.GetId()}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Dial(t.Context(), anew.Msg.GetMatch().GetUrl()[0].GetUrl(), client.Options{}); err == nil || !strings.Contains(err.Error(), "banned") {
		t.Errorf("with a ticket: %v", err)
	}
	select {
	case err := <-good.ended:
		t.Errorf("the other is out: %v", err)
	default:
	}
	reason := "that was it"
	if _, err := api.EndRoom(t.Context(), connect.NewRequest(&pb.EndRoomRequest{Room: match.GetId(), Reason: reason})); err != nil {
		t.Fatal(err)
	}
	if err := <-good.ended; err == nil || !strings.Contains(err.Error(), reason) {
		t.Errorf("ended with %v", err)
	}
	if _, err := api.EndRoom(t.Context(), connect.NewRequest(&pb.EndRoomRequest{Room: "none"})); connect.CodeOf(err) != connect.CodeNotFound {
		t.Errorf("a room that is not there: %v", err)
	}
	waitFor(t, "the audit has it all", func() bool {
		acts, err := n.lobby.Acts(t.Context())
		return err == nil && len(acts) == 4 && acts[0].Fault != "" && acts[1].What == "end room" && acts[2].What == "ban" && acts[3].Who == "backend"
	})
}
