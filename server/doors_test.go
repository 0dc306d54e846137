package server

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/golang-jwt/jwt/v5"
	"google.golang.org/protobuf/proto"

	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/gateway/backend"
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
	"github.com/metronome-server/metronome/sim"
)

// knock asks to enter a room, "ffa?name=x" of the node, and returns the answer's
// status, 101 for whoever is let in, and its reason. It goes away at once.
func knock(t *testing.T, n *Node, room string) (status int, reason string) {
	t.Helper()
	u, err := url.Parse(n.LocalURL() + "/rooms/" + room)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: %s\r\n\r\n", u.RequestURI(), u.Host, netproto.Subprotocol)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode == http.StatusSwitchingProtocols {
		return answer.StatusCode, ""
	}
	body, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(body)
}

// pathOf is the part of a room's URL that knock and join take.
func pathOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(u.RequestURI(), "/rooms/")
}

// pair makes a match of two users and returns their paths.
func pair(t *testing.T, api metronomev1connect.ServerServiceClient, request string) (match *pb.Match, ann, bo string) {
	t.Helper()
	made, err := api.CreateMatch(t.Context(), connect.NewRequest(&pb.CreateMatchRequest{
		RequestId: request, Mode: "duel", Seat: []*pb.MatchSeat{{User: "ann"}, {User: "bo"}},
	}))
	if err != nil {
		t.Fatal(err)
	}
	match = made.Msg.GetMatch()
	return match, pathOf(t, match.GetUrl()[0].GetUrl()), pathOf(t, match.GetUrl()[1].GetUrl())
}

// TestATicketWithOneBitFlippedIsNone flips every bit of a ticket. The ticket itself
// is as good as before.
func TestATicketWithOneBitFlippedIsNone(t *testing.T) {
	keys, secret := withKey(t, backend.Scopes...)
	n := startTestNode(t, func(c *Config) { c.ServerKeys, c.Limits.MaxHandshakesPerSecond, c.ConnectionsPerAddress = keys, 0, 0 })
	_, ann, _ := pair(t, backendOf(n, secret), "flip")
	room, ticket, _ := strings.Cut(ann, "?ticket=")
	for i := range ticket {
		for bit := range 8 {
			bad := []byte(ticket)
			bad[i] ^= 1 << bit
			if status, reason := knock(t, n, room+"?ticket="+url.QueryEscape(string(bad))); status != http.StatusUnauthorized || !strings.Contains(reason, "ticket") {
				t.Fatalf("byte %d, bit %d: %d %s", i, bit, status, reason)
			}
		}
	}
	if status, reason := knock(t, n, ann); status != http.StatusSwitchingProtocols {
		t.Errorf("the ticket itself: %d %s", status, reason)
	}
}

// TestTheBannedAtEveryDoor: a user who is banned does not come in by a ticket from
// before, by a new one or by their seat's token, and an address by nothing at all,
// until the ban is taken back.
func TestTheBannedAtEveryDoor(t *testing.T) {
	keys, secret := withKey(t, backend.Scopes...)
	n := startTestNode(t, func(c *Config) { c.ServerKeys = keys })
	api := backendOf(n, secret)
	ban := func(b *pb.BanInfo) {
		t.Helper()
		if _, err := api.Ban(t.Context(), connect.NewRequest(&pb.BanRequest{Ban: b})); err != nil {
			t.Fatal(err)
		}
	}
	refused := func(what, room string, want int, says string) {
		t.Helper()
		if status, reason := knock(t, n, room); status != want || !strings.Contains(reason, says) {
			t.Errorf("%s: %d %s, want %d with %q", what, status, reason, want, says)
		}
	}
	match, ann, bo := pair(t, api, "banned")
	played := join(t, n, bo)
	played.send(&netproto.ClientFrame{Ping: 1})
	for played.frame.Pong == 0 {
		played.must(played.next())
	}
	_ = played.conn.Close() // the seat is kept
	ban(&pb.BanInfo{User: "ann", Reason: "cheats"})
	ban(&pb.BanInfo{User: "bo", Reason: "cheats too"})
	refused("a ticket from before", ann, http.StatusForbidden, "cheats")
	waitFor(t, "the seat is taken away", func() bool {
		status, reason := knock(t, n, match.GetId()+"?resume="+played.resume)
		return status == http.StatusUnauthorized && strings.Contains(reason, "resume token")
	})
	anew, err := api.GetMatch(t.Context(), connect.NewRequest(&pb.GetMatchRequest{Id: match.GetId()}))
	if err != nil {
		t.Fatal(err)
	}
	refused("a new ticket", pathOf(t, anew.Msg.GetMatch().GetUrl()[1].GetUrl()), http.StatusForbidden, "cheats too")

	lobby, err := client.NewLobby(n.LocalURL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	before, err := lobby.JoinRoom(t.Context(), n.home.ID(), "cy")
	if err != nil {
		t.Fatal(err)
	}
	sits := join(t, n, "ffa?name=dee")
	ban(&pb.BanInfo{Address: "127.0.0.1", Reason: "floods"})
	if end := sits.ends(); end.Code != netproto.CloseKicked || !strings.Contains(end.Reason, "floods") {
		t.Errorf("who sits there is closed with %v", end)
	}
	_, quick := lobby.QuickPlay(t.Context(), "ffa", "cy")
	_, made := lobby.CreateRoom(t.Context(), &pb.CreateRoomRequest{Mode: "ffa"})
	_, joined := lobby.JoinRoom(t.Context(), n.home.ID(), "cy")
	for call, err := range map[string]error{"QuickPlay": quick, "CreateRoom": made, "JoinRoom": joined} {
		if connect.CodeOf(err) != connect.CodePermissionDenied || !strings.Contains(err.Error(), "floods") {
			t.Errorf("%s from a banned address: %v", call, err)
		}
	}
	refused("a ticket from a banned address", pathOf(t, before.GetUrl()), http.StatusForbidden, "floods")
	refused("a name from a banned address", "ffa?name=eve", http.StatusForbidden, "floods")
	refused("a token from a banned address", "ffa?resume="+sits.resume, http.StatusForbidden, "floods")
	for _, over := range []*pb.UnbanRequest{{Address: "127.0.0.1"}, {User: "ann"}} {
		if _, err := api.Unban(t.Context(), connect.NewRequest(over)); err != nil {
			t.Fatal(err)
		}
	}
	for what, room := range map[string]string{"a name": "ffa?name=eve", "the ticket": pathOf(t, before.GetUrl()), "ann's": ann} {
		if status, reason := knock(t, n, room); status != http.StatusSwitchingProtocols {
			t.Errorf("%s after the ban: %d %s", what, status, reason)
		}
	}
}

// userKey writes a key set for user tokens and returns the file, with what signs
// any claims.
func userKey(t *testing.T) (file string, sign func(jwt.MapClaims) string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "users.json")
	text := said(t, "token", "--new-keys")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var set struct{ Keys []struct{ K, Kid string } }
	if err := json.Unmarshal([]byte(text), &set); err != nil {
		t.Fatal(err)
	}
	secret, err := base64.RawURLEncoding.DecodeString(set.Keys[0].K)
	if err != nil {
		t.Fatal(err)
	}
	return file, func(c jwt.MapClaims) string {
		token := jwt.NewWithClaims(jwt.SigningMethodHS256, c)
		token.Header["kid"] = set.Keys[0].Kid
		signed, err := token.SignedString(secret)
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
}

// TestUserTokensThatAreTooMuch shows tokens that are well signed and say too much,
// at each call that takes one.
func TestUserTokensThatAreTooMuch(t *testing.T) {
	file, sign := userKey(t)
	n := startTestNode(t, func(c *Config) { c.UserKeys = file })
	claims := func(more ...string) jwt.MapClaims {
		c := jwt.MapClaims{"sub": "ann", "exp": time.Now().Add(time.Minute).Unix()}
		for i := 0; i < len(more); i += 2 {
			c[more[i]] = more[i+1]
		}
		return c
	}
	data := func(n int) string { return base64.RawURLEncoding.EncodeToString(make([]byte, n)) }
	for what, row := range map[string]struct {
		token string
		code  connect.Code
	}{
		"just right":           {sign(claims("data", data(sim.MaxEntrantData))), 0},
		"too much data":        {sign(claims("data", data(sim.MaxEntrantData+1))), connect.CodeUnauthenticated},
		"a long user":          {sign(claims("sub", strings.Repeat("u", 129))), connect.CodeUnauthenticated},
		"a long token":         {sign(claims("fill", strings.Repeat("x", 4<<10))), connect.CodeUnauthenticated},
		"longer than a header": {sign(claims("fill", strings.Repeat("x", 30<<10))), connect.CodeUnknown}, // 431
	} {
		lobby, err := client.NewLobby(n.LocalURL(), nil)
		if err != nil {
			t.Fatal(err)
		}
		ann := lobby.As(row.token)
		rooms := len(n.rooms.List())
		_, quick := ann.QuickPlay(t.Context(), "ffa", "")
		_, made := ann.CreateRoom(t.Context(), &pb.CreateRoomRequest{Mode: "duel"})
		_, joined := ann.JoinRoom(t.Context(), n.home.ID(), "")
		for call, err := range map[string]error{"QuickPlay": quick, "CreateRoom": made, "JoinRoom": joined} {
			switch code := connect.CodeOf(err); {
			case row.code == 0 && err == nil:
			case row.code == 0 || err == nil, row.code != connect.CodeUnknown && code != row.code:
				t.Errorf("%s with %s: %.200v", call, what, err)
			}
		}
		if more := len(n.rooms.List()) - rooms; more != 0 && row.code != 0 {
			t.Errorf("%s: %d rooms were made", what, more)
		}
	}
}

// TestCallsThatNoNodeHasSigned asks a node as another one would, with everything but
// a right signature of its own.
func TestCallsThatNoNodeHasSigned(t *testing.T) {
	keys, secret := withKey(t, backend.Scopes...)
	n := startTestNode(t, func(c *Config) { c.ServerKeys = keys })
	_, ann, _ := pair(t, backendOf(n, secret), "node")
	_, ticket, _ := strings.Cut(ann, "?ticket=")
	opening := func(data int) []byte {
		body, err := proto.Marshal(&pb.OpenRoomRequest{
			Mode: "duel", Fingerprint: n.rooms.Fingerprint("duel"), Seats: 2, Private: true,
			Invited: []*pb.PlayerInfo{{User: "ann", Data: make([]byte, data)}, {User: "bo"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	body := opening(sim.MaxEntrantData)
	ask := func(signature string, body []byte) (status int, says string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, n.LocalURL()+metronomev1connect.NodeServiceOpenRoomProcedure, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/proto")
		if signature != "" {
			req.Header.Set("Metronome-Node", signature)
		}
		answer, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		text, _ := io.ReadAll(answer.Body)
		return answer.StatusCode, string(text)
	}
	me := n.lobby.NodeID()
	good := n.lobby.SignCall(me, "OpenRoom", body)
	rooms := len(n.rooms.List())
	if status, says := ask(good, body); status != http.StatusOK || len(n.rooms.List()) != rooms+1 {
		t.Fatalf("signed: %d %s", status, says)
	}
	for what, signature := range map[string]string{
		"none": "", "a ticket": ticket, "that of a call before": good, "of another body": n.lobby.SignCall(me, "OpenRoom", opening(1)),
		"of another call": n.lobby.SignCall(me, "ActOnRoom", body), "for another node": n.lobby.SignCall(me+"x", "OpenRoom", body), "rubbish": "AAAA",
	} {
		if status, says := ask(signature, body); status != http.StatusUnauthorized || !strings.Contains(says, "unauthenticated") {
			t.Errorf("signature %s: %d %s", what, status, says)
		}
	}
	much := opening(sim.MaxEntrantData + 1)
	if status, says := ask(n.lobby.SignCall(me, "OpenRoom", much), much); status != http.StatusBadRequest || !strings.Contains(says, "at most 512") {
		t.Errorf("a node that says too much: %d %s", status, says)
	}
	if more := len(n.rooms.List()) - rooms; more != 1 {
		t.Errorf("%d rooms were made, one was right", more)
	}
}

// TestWrongKeysAreCounted: after ten of an address no more are looked at, which is
// that address's trouble alone.
func TestWrongKeysAreCounted(t *testing.T) {
	keys, secret := withKey(t, backend.Scopes...)
	n := startTestNode(t, func(c *Config) { c.ServerKeys, c.TrustedProxies = keys, []string{"127.0.0.1"} })
	ask := func(secret, address string) (status int, retry string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, n.LocalURL()+metronomev1connect.ServerServiceListBansProcedure, strings.NewReader("{}"))
		if err != nil {
			t.Error(err)
			return 0, ""
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer "+secret)
		req.Header.Set("X-Forwarded-For", address)
		answer, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Error(err)
			return 0, ""
		}
		_ = answer.Body.Close()
		return answer.StatusCode, answer.Header.Get("Retry-After")
	}
	var wait sync.WaitGroup
	var mu sync.Mutex
	statuses := map[int]int{}
	for i := range 20 {
		wait.Go(func() { // a refusal is held back for a second
			status, retry := ask(fmt.Sprint("mts_", i), "203.0.113.9")
			mu.Lock()
			defer mu.Unlock()
			if statuses[status]++; (status == http.StatusTooManyRequests) != (retry != "") {
				t.Errorf("%d, Retry-After %q", status, retry)
			}
		})
	}
	wait.Wait()
	if statuses[http.StatusUnauthorized] != 10 || statuses[http.StatusTooManyRequests] != 10 {
		t.Errorf("twenty wrong keys: %v", statuses)
	}
	if status, _ := ask(secret, "198.51.100.7"); status != http.StatusOK {
		t.Errorf("somebody else with their key: %d", status)
	}
	if status, _ := ask("mts_x", "198.51.100.7"); status != http.StatusUnauthorized {
		t.Errorf("somebody else with a wrong one: %d", status)
	}
}

// TestMatchesHaveAtMost256Seats, also in a mode for 5,000.
func TestMatchesHaveAtMost256Seats(t *testing.T) {
	keys, secret := withKey(t, backend.Scopes...)
	n := startTestNode(t, func(c *Config) { c.ServerKeys = keys })
	for seats, good := range map[int]bool{256: true, 257: false} {
		m := &pb.CreateMatchRequest{RequestId: fmt.Sprint("of-", seats), Mode: "open"}
		for i := range seats {
			m.Seat = append(m.Seat, &pb.MatchSeat{User: fmt.Sprint("u", i), Data: make([]byte, sim.MaxEntrantData)})
		}
		made, err := backendOf(n, secret).CreateMatch(t.Context(), connect.NewRequest(m))
		switch {
		case good && (err != nil || len(made.Msg.GetMatch().GetUrl()) != seats):
			t.Errorf("%d seats: %v", seats, err)
		case !good && (connect.CodeOf(err) != connect.CodeInvalidArgument || !strings.Contains(err.Error(), "257 users, want 1 to 256")):
			t.Errorf("%d seats: %v", seats, err)
		}
	}
}
