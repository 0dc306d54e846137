package gateway

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/outbox"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
	"github.com/metronome-server/metronome/room"
	"github.com/metronome-server/metronome/sim"
)

// TestEveryCallOfTheConsoleNeedsItsKey calls each without a key, and the ones that
// would do most with a wrong one.
func TestEveryCallOfTheConsoleNeedsItsKey(t *testing.T) {
	var drained atomic.Bool
	n := startNode(t, func(c *Config, _ *room.RegistryConfig) {
		c.AdminKey, c.Drain = "correct horse", func() { drained.Store(true) }
	})
	post := func(procedure, key string) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, n.url+procedure, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Connect-Protocol-Version", "1")
		if key != "" {
			req.Header.Set("Authorization", "Bearer "+key)
		}
		answer, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		return answer.StatusCode
	}
	methods := pb.File_metronome_v1_console_proto.Services().ByName("ConsoleService").Methods()
	for i := range methods.Len() {
		m := methods.Get(i)
		if m.IsStreamingServer() {
			continue // TestGate and the page's tests have Watch
		}
		if status := post("/metronome.v1.ConsoleService/"+string(m.Name()), ""); status != http.StatusUnauthorized {
			t.Errorf("%s without a key: %d", m.Name(), status)
		}
	}
	for _, procedure := range []string{metronomev1connect.ConsoleServiceDrainNodeProcedure, metronomev1connect.ConsoleServiceListBansProcedure} {
		if status := post(procedure, "correct hors"); status != http.StatusUnauthorized {
			t.Errorf("%s with a wrong key: %d", procedure, status)
		}
	}
	if drained.Load() {
		t.Error("a stranger has drained the node")
	}
	if status := post(metronomev1connect.ConsoleServiceListBansProcedure, "correct horse"); status != http.StatusOK {
		t.Errorf("with the key: %d", status)
	}
}

// bansOf are the bans that an operator sees.
func bansOf(t *testing.T, n *testNode) []*pb.BanInfo {
	t.Helper()
	answer, err := n.operator().ListBans(t.Context(), connect.NewRequest(&pb.ConsoleServiceListBansRequest{}))
	if err != nil {
		t.Fatal(err)
	}
	return answer.Msg.GetBan()
}

func TestOperatorBans(t *testing.T) {
	n := startNode(t, nil)
	op := n.operator()
	ban := func(m *pb.ConsoleServiceBanRequest) (*pb.BanInfo, error) {
		answer, err := op.Ban(t.Context(), connect.NewRequest(m))
		if err != nil {
			return nil, err
		}
		return answer.Msg.GetBan(), nil
	}
	before := time.Now()
	got, err := ban(&pb.ConsoleServiceBanRequest{User: "ann@studio", Reason: "bad\nlanguage", Seconds: 3600})
	if err != nil || got.GetUser() != "ann@studio" || got.GetReason() != "bad language" || got.GetBy() != "console" {
		t.Errorf("%v, %v", got, err)
	}
	if end := time.Unix(got.GetUntilUnix(), 0); end.Before(before.Add(59*time.Minute)) || end.After(time.Now().Add(time.Hour)) {
		t.Errorf("an hour ends at %v", end)
	}
	got, err = ban(&pb.ConsoleServiceBanRequest{Address: "2001:db8:1:2:3::4"})
	if err != nil || got.GetAddress() != "2001:db8:1:2::/64" || got.GetUntilUnix() != 0 {
		t.Errorf("%v, %v", got, err)
	}
	if bans := bansOf(t, n); len(bans) != 2 || bans[0].GetAddress() != "2001:db8:1:2::/64" || bans[1].GetUser() != "ann@studio" || bans[1].GetSinceUnix() < before.Unix() {
		t.Errorf("bans %v", bans)
	}
	for says, m := range map[string]*pb.ConsoleServiceBanRequest{
		"of a user or of an address": {},
		"a user or of an address":    {User: "ann", Address: "192.0.2.7"},
		"want an address such as":    {Address: "somewhere"},
		"not of a larger network":    {Address: "192.0.2.0/24"},
		"reason":                     {User: "ann", Reason: strings.Repeat("x", 200)},
	} {
		if _, err := ban(m); connect.CodeOf(err) != connect.CodeInvalidArgument || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "lobby:") {
			t.Errorf("%v: %v", m, err)
		}
	}
	unban := func(m *pb.ConsoleServiceUnbanRequest) error {
		_, err := op.Unban(t.Context(), connect.NewRequest(m))
		return err
	}
	for _, m := range []*pb.ConsoleServiceUnbanRequest{{User: "ann@studio"}, {Address: "2001:db8:1:2::/64"}} {
		if err := unban(m); err != nil {
			t.Errorf("%v: %v", m, err)
		}
		if err := unban(m); connect.CodeOf(err) != connect.CodeNotFound {
			t.Errorf("%v again: %v", m, err)
		}
	}
	if err := unban(&pb.ConsoleServiceUnbanRequest{}); connect.CodeOf(err) != connect.CodeInvalidArgument {
		t.Errorf("nobody: %v", err)
	}
	if bans := bansOf(t, n); len(bans) != 0 {
		t.Errorf("bans %v", bans)
	}
}

// TestBanTakesTheSeat bans who plays.
func TestBanTakesTheSeat(t *testing.T) {
	n := startNode(t, nil)
	join := n.create(t, &pb.CreateRoomRequest{Name: "ann"})
	p := dialRoom(t, join.GetUrl())
	target, _ := n.Rooms.Get(join.GetRoom().GetId())
	until(t, "ann sits", func() bool { return target.Info().Active == 1 })
	if _, err := n.operator().Ban(t.Context(), connect.NewRequest(&pb.ConsoleServiceBanRequest{Address: "127.0.0.1", Reason: "cheating"})); err != nil {
		t.Fatal(err)
	}
	// At once, and not with the next heartbeat.
	if seat, err := target.Seat(t.Context(), 1); err != nil || seat.State != room.SeatFree {
		t.Errorf("the seat is %+v, %v", seat, err)
	}
	if end := <-p.end; end == nil || end.Code != uint16(netproto.CloseKicked) || string(end.Reason) != "you are banned: cheating" {
		t.Errorf("ended with %v", end)
	}
}

// TestKickMayBan kicks somebody unknown, whose address is banned, and a user, who is.
func TestKickMayBan(t *testing.T) {
	n, sign := knowingUsers(t, func(c *Config) { c.Open = true })
	hour, never := uint32(3600), uint32(0)
	kick := func(join *pb.Join, name string, seconds *uint32) *pb.BanInfo {
		t.Helper()
		id := join.GetRoom().GetId()
		until(t, name+" sits", func() bool {
			r, _ := n.Rooms.Get(id)
			return r.Info().Active == 1
		})
		answer, err := n.operator().KickSeat(t.Context(), connect.NewRequest(&pb.KickSeatRequest{
			Room: id, Seat: 1, Name: name, Reason: strings.Repeat("no ", 41), BanSeconds: seconds,
		}))
		if err != nil {
			t.Fatal(err)
		}
		return answer.Msg.GetBan()
	}
	create := func(who lobby.Player) *pb.Join {
		t.Helper()
		join, err := n.lobbyAs(t, sign(who)).CreateRoom(t.Context(), &pb.CreateRoomRequest{Mode: "puck"})
		if err != nil {
			t.Fatal(err)
		}
		return join
	}
	ann := create(lobby.Player{UserID: "ann@studio", Name: "Ann"})
	p := dialRoom(t, ann.GetUrl())
	watch(t, n, &pb.WatchRequest{Room: ann.GetRoom().GetId()}, func(m *pb.WatchResponse) bool {
		seats := m.GetDetail().GetSeat()
		return len(seats) == 1 && seats[0].GetUser() == "ann@studio" && seats[0].GetAddress() == "127.0.0.1"
	})
	if b := kick(ann, "Ann", nil); b != nil {
		t.Errorf("a ban that nobody asked for: %v", b)
	}
	if end := <-p.end; end == nil || end.Code != uint16(netproto.CloseKicked) {
		t.Errorf("ended with %v", end)
	}
	ann = create(lobby.Player{UserID: "ann@studio", Name: "Ann"})
	p = dialRoom(t, ann.GetUrl())
	if b := kick(ann, "Ann", &hour); b.GetUser() != "ann@studio" || b.GetAddress() != "" || b.GetUntilUnix() == 0 || len(b.GetReason()) > 120 {
		t.Errorf("of a user: %v", b)
	}
	<-p.end
	_, err := n.lobbyAs(t, sign(lobby.Player{UserID: "ann@studio"})).CreateRoom(t.Context(), &pb.CreateRoomRequest{Mode: "puck"})
	if connect.CodeOf(err) != connect.CodePermissionDenied || !strings.Contains(err.Error(), "banned") {
		t.Errorf("Ann comes back: %v", err)
	}

	n = startNode(t, nil)
	join := n.create(t, &pb.CreateRoomRequest{Name: "bob"})
	p = dialRoom(t, join.GetUrl())
	if b := kick(join, "bob", &never); b.GetAddress() != "127.0.0.1/32" || b.GetUser() != "" || b.GetUntilUnix() != 0 {
		t.Errorf("of an address: %v", b)
	}
	<-p.end
	_, err = n.api.CreateRoom(t.Context(), connect.NewRequest(&pb.CreateRoomRequest{Name: "bobby"}))
	if connect.CodeOf(err) != connect.CodePermissionDenied || !strings.Contains(err.Error(), "banned") {
		t.Errorf("bob comes back: %v", err)
	}
}

func TestActsAreListed(t *testing.T) {
	n := startNode(t, nil)
	op := n.operator()
	for _, m := range []*pb.ConsoleServiceBanRequest{{User: "ann", Reason: "cheating"}, {User: "bob", Reason: strings.Repeat("x", 200)}} {
		_, _ = op.Ban(t.Context(), connect.NewRequest(m)) // the second fails, and is noted all the same
	}
	list := func(most uint32) []*pb.ActInfo {
		answer, err := op.ListActs(t.Context(), connect.NewRequest(&pb.ListActsRequest{Most: most}))
		if err != nil {
			t.Fatal(err)
		}
		return answer.Msg.GetAct()
	}
	until(t, "both are written", func() bool { return len(list(0)) == 2 })
	acts := list(1)
	if len(acts) != 1 || acts[0].GetOn() != "user:bob" || !strings.Contains(acts[0].GetFault(), "reason") {
		t.Errorf("the newest: %v", acts)
	}
	first := list(5000)[1]
	if first.GetWho() != "console" || first.GetWhat() != "ban" || first.GetOn() != "user:ann" || first.GetDetail() != "without an end: cheating" ||
		first.GetFault() != "" || !strings.HasPrefix(first.GetRemote(), "127.0.0.1:") || first.GetNode() != n.Lobby.NodeID() || first.GetAtUnix() == 0 {
		t.Errorf("%v", first)
	}
}

// refuser is a receiver that takes nothing until it is told to.
type refuser struct {
	mu    sync.Mutex
	takes bool
	took  []string
}

func (r *refuser) Deliver(_ context.Context, e *outbox.Entry) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.takes {
		return fmt.Errorf("%w: 404 Not Found", outbox.ErrRefused)
	}
	r.took = append(r.took, e.ID)
	return nil
}

func TestDeadLettersOfTheConsole(t *testing.T) {
	var r refuser
	o, err := outbox.Open(outbox.Config{Targets: []outbox.Target{{Name: "webhook", Receiver: &r}}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := o.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	n := startNode(t, func(c *Config, _ *room.RegistryConfig) { c.Outbox = o })
	op := n.operator()
	list := func(most uint32) *pb.ListDeadLettersResponse {
		answer, err := op.ListDeadLetters(t.Context(), connect.NewRequest(&pb.ListDeadLettersRequest{Most: most}))
		if err != nil {
			t.Fatal(err)
		}
		return answer.Msg
	}
	from := outbox.Origin{Room: "ffa", Mode: "puck", Epoch: 1, Tick: sim.Tick(7), Time: time.Now()}
	entries := []outbox.Entry{outbox.NewOutcome(from, 0, "over", true, nil, nil), outbox.NewEffect(from, 1, "gift", 0, "", nil, nil)}
	for _, e := range entries {
		o.Put(e)
	}
	until(t, "both are refused", func() bool { return len(list(0).GetLetter()) == 2 })
	got := list(0)
	if s := got.GetOutbox(); s.GetDead() != 2 || s.GetWaiting() != 0 || len(s.GetTarget()) != 1 || s.GetTarget()[0].GetName() != "webhook" || s.GetTarget()[0].GetDead() != 2 {
		t.Errorf("outbox %v", s)
	}
	d := got.GetLetter()[1]
	if d.GetId() != entries[1].ID || d.GetTarget() != "webhook" || d.GetKind() != "effect" || d.GetName() != "gift" || d.GetRoom() != "ffa" ||
		d.GetAttempts() != 1 || d.GetWhy() != "404 Not Found" || d.GetSinceUnix() == 0 || int(d.GetBytes()) != len(entries[1].Body) {
		t.Errorf("letter %v", d)
	}
	if got := list(1); len(got.GetLetter()) != 1 || got.GetLetter()[0].GetId() != entries[0].ID || got.GetOutbox().GetDead() != 2 {
		t.Errorf("the oldest: %v", got)
	}

	if _, err := op.DropDeadLetter(t.Context(), connect.NewRequest(&pb.DropDeadLetterRequest{Id: entries[0].ID})); err != nil {
		t.Error(err)
	}
	r.mu.Lock()
	r.takes = true
	r.mu.Unlock()
	if _, err := op.RetryDeadLetter(t.Context(), connect.NewRequest(&pb.RetryDeadLetterRequest{Id: entries[1].ID})); err != nil {
		t.Error(err)
	}
	until(t, "it arrives", func() bool { return list(0).GetOutbox().GetTarget()[0].GetDelivered() == 1 })
	r.mu.Lock()
	if len(r.took) != 1 || r.took[0] != entries[1].ID {
		t.Errorf("took %v", r.took)
	}
	r.mu.Unlock()
	if left := list(0).GetLetter(); len(left) != 0 {
		t.Errorf("letters %v", left)
	}
	if _, err := op.RetryDeadLetter(t.Context(), connect.NewRequest(&pb.RetryDeadLetterRequest{Id: entries[0].ID})); connect.CodeOf(err) != connect.CodeNotFound {
		t.Errorf("what was dropped: %v", err)
	}
	if _, err := op.DropDeadLetter(t.Context(), connect.NewRequest(&pb.DropDeadLetterRequest{Id: "none"})); connect.CodeOf(err) != connect.CodeNotFound {
		t.Errorf("what never was: %v", err)
	}
	until(t, "all four are in the audit", func() bool {
		acts, err := n.Lobby.Acts(t.Context())
		return err == nil && len(acts) == 4
	})
}

func TestConsoleWithoutAnOutbox(t *testing.T) {
	n := startNode(t, nil)
	op := n.operator()
	_, list := op.ListDeadLetters(t.Context(), connect.NewRequest(&pb.ListDeadLettersRequest{}))
	_, retry := op.RetryDeadLetter(t.Context(), connect.NewRequest(&pb.RetryDeadLetterRequest{Id: "x"}))
	_, drop := op.DropDeadLetter(t.Context(), connect.NewRequest(&pb.DropDeadLetterRequest{Id: "x"}))
	for _, err := range []error{list, retry, drop} {
		if connect.CodeOf(err) != connect.CodeUnimplemented || !strings.Contains(err.Error(), "no outbox") {
			t.Errorf("%v", err)
		}
	}
}

func TestDrainNode(t *testing.T) {
	drain := func(n *testNode) error {
		_, err := n.operator().DrainNode(t.Context(), connect.NewRequest(&pb.DrainNodeRequest{}))
		return err
	}
	drains := func(n *testNode) (told bool) {
		watch(t, n, &pb.WatchRequest{}, func(m *pb.WatchResponse) bool {
			told = slices.ContainsFunc(m.GetOverview().GetNode(), func(n *pb.NodeInfo) bool { return n.GetSelf() && n.GetDrains() })
			return true
		})
		return told
	}
	n := startNode(t, nil)
	if err := drain(n); connect.CodeOf(err) != connect.CodeUnimplemented || drains(n) {
		t.Errorf("a node that cannot: %v", err)
	}
	var times atomic.Int32
	n = startNode(t, func(c *Config, _ *room.RegistryConfig) { c.Drain = func() { times.Add(1) } })
	if !drains(n) {
		t.Error("a node that can does not say so")
	}
	if err := drain(n); err != nil {
		t.Error(err)
	}
	if err := drain(n); connect.CodeOf(err) != connect.CodeFailedPrecondition || times.Load() != 1 {
		t.Errorf("again: %v, called %d times", err, times.Load())
	}
	until(t, "both are in the audit", func() bool {
		acts, err := n.Lobby.Acts(t.Context())
		return err == nil && len(acts) == 2 && acts[0].What == "drain node"
	})
}
