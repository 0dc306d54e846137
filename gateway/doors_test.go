package gateway

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/gateway/api"
	"github.com/metronome-server/metronome/gateway/door"
	"github.com/metronome-server/metronome/gateway/node"
	"github.com/metronome-server/metronome/journal"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
	"github.com/metronome-server/metronome/room"
)

// send sends a request with header lines "Name: value"; Host is one of them.
func send(t *testing.T, method, address string, body io.Reader, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		if name == "Host" {
			req.Host = value
		}
		req.Header.Add(name, value)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(text)
}

// call calls the lobby API with JSON.
func (n *testNode) call(t *testing.T, method, body string, header ...string) (*http.Response, string) {
	t.Helper()
	return send(t, http.MethodPost, n.url+"/metronome.v1.LobbyService/"+method, strings.NewReader(body), append(header, "Content-Type: application/json")...)
}

// flood asks at once from many goroutines and counts the answers by status.
func flood(callers, each int, ask func() int) map[int]int {
	var mu sync.Mutex
	var asking sync.WaitGroup
	statuses := map[int]int{}
	for range callers {
		asking.Go(func() {
			for range each {
				status := ask()
				mu.Lock()
				statuses[status]++
				mu.Unlock()
			}
		})
	}
	asking.Wait()
	return statuses
}

// TestFloodsTakeTheirShare counts what comes of four attacks from this machine,
// to which no limit per address applies: calls that are carried out, requests
// that are read, rooms that are left behind.
func TestFloodsTakeTheirShare(t *testing.T) {
	carriedOut := func(n *testNode) (all int) {
		_, report := get(t, n.url+"/metrics")
		for line := range strings.Lines(report) {
			var count float64
			if _, value, ok := strings.Cut(line, "} "); ok && strings.HasPrefix(line, "metronome_api_calls_total") {
				_, _ = fmt.Sscan(value, &count)
				all += int(count)
			}
		}
		return all
	}
	t.Run("list", func(t *testing.T) {
		n := startNode(t, func(c *Config, _ *room.RegistryConfig) { c.Limits.MaxCallsPerSecond = 2 })
		began := time.Now()
		statuses := flood(10, 1, func() int {
			answer, _ := n.call(t, "ListRooms", `{"metadata":{"map":"none"}}`)
			return answer.StatusCode
		})
		most := 2 * (2 + int(time.Since(began)/time.Second) + 2)
		if got := carriedOut(n); got == 0 || got > most || got >= 10 || statuses[200] != got || statuses[503] != 10-got {
			t.Errorf("%d carried out, %v", got, statuses)
		}
	})
	t.Run("compressed", func(t *testing.T) {
		n := startNode(t, func(c *Config, _ *room.RegistryConfig) { c.Limits = DefaultLimits() })
		var bomb bytes.Buffer
		w := gzip.NewWriter(&bomb)
		_, _ = w.Write(make([]byte, 8<<20))
		_ = w.Close()
		statuses := flood(4, 2, func() int {
			answer, _ := send(t, http.MethodPost, n.url+"/metronome.v1.LobbyService/QuickPlay", bytes.NewReader(bomb.Bytes()), "Content-Type: application/json", "Content-Encoding: gzip")
			return answer.StatusCode
		})
		if got := carriedOut(n); got != 0 || statuses[415] != 8 {
			t.Errorf("%d carried out, %v", got, statuses)
		}
	})
	t.Run("create", func(t *testing.T) {
		n := startNode(t, func(c *Config, rooms *room.RegistryConfig) {
			c.Limits = DefaultLimits()
			c.Limits.RoomsPerAddress = 5
			rooms.MaxRooms, rooms.MaxSeats = 20, 10_000 // of which this machine may make 5, too
		})
		statuses := flood(4, 10, func() int {
			answer, _ := n.call(t, "CreateRoom", `{"mode":"puck","seats":1}`)
			return answer.StatusCode
		})
		if got := len(n.Rooms.List()); got < 5 || got > 5+4 || statuses[429] < 40-9 {
			t.Errorf("%d rooms, %v", got, statuses)
		}
	})
	for _, row := range []struct{ share, path string }{{"report", "/metrics"}, {"health", "/readyz"}} {
		t.Run(row.share, func(t *testing.T) {
			n := startNode(t, func(c *Config, _ *room.RegistryConfig) { c.Proxies, _ = door.ParseProxies([]string{"127.0.0.1"}) })
			ask := func(client string) int {
				answer, _ := send(t, http.MethodGet, n.url+row.path, nil, "X-Forwarded-For: "+client)
				return answer.StatusCode
			}
			if statuses := flood(120, 1, func() int { return ask("203.0.113.9") }); statuses[200] < 10 || statuses[429] < 20 || statuses[503] != 0 {
				t.Errorf("who floods gets %v", statuses)
			}
			if status := ask("198.51.100.7"); status != 200 {
				t.Errorf("somebody else gets %d", status)
			}
		})
	}
}

// TestLimitsCountTheClientBehindAProxy: what one client does costs others nothing.
func TestLimitsCountTheClientBehindAProxy(t *testing.T) {
	n := startNode(t, func(c *Config, _ *room.RegistryConfig) {
		c.Limits.CallsPerSecond = 1
		c.Proxies, _ = door.ParseProxies([]string{"127.0.0.1"})
	})
	ask := func(client string) int {
		answer, _ := n.call(t, "ListRooms", "{}", "X-Forwarded-For: 6.6.6.6, "+client)
		if answer.StatusCode == 429 && answer.Header.Get("Retry-After") == "" {
			t.Error("it does not say when to come back")
		}
		return answer.StatusCode
	}
	over := 0
	for i := range burstSeconds + 1 {
		if ask(fmt.Sprintf("2001:db8::%x", i+1)) == 429 {
			over++
		}
	}
	if over == 0 {
		t.Error("the addresses of one /64 are counted apart")
	}
	if status := ask("2001:db8:0:1::1"); status != 200 {
		t.Errorf("another network: %d", status)
	}
}

func TestOpenModeIsForThisMachine(t *testing.T) {
	n := startNode(t, nil)
	address := strings.Split(n.create(t, &pb.CreateRoomRequest{}).GetUrl(), "?")[0]
	for _, row := range []struct {
		name, host, header string
		status             int
	}{
		{"here", "localhost:8080", "", 101},
		{"a foreign name that leads here", "evil.example", "Origin: http://evil.example", 401},
		{"a foreign name, no page", "evil.example", "", 401},
		{"through a proxy", "localhost", "X-Forwarded-For: 127.0.0.1", 401},
		{"through a proxy by Forwarded", "localhost", "Forwarded: for=127.0.0.1", 401},
	} {
		status, body := knockAs(t, address, row.host, row.header)
		if status != row.status {
			t.Errorf("%s: %d %q, want %d", row.name, status, body, row.status)
		}
	}
	answer, text := send(t, http.MethodGet, n.url+"/info", nil, "Host: evil.example")
	if answer.StatusCode != 200 || !strings.Contains(text, `"open":false`) {
		t.Errorf("info for a foreign name: %s", text)
	}
}

// knockAs is knock with a Host and one more header line.
func knockAs(t *testing.T, address, host, line string) (int, string) {
	t.Helper()
	return knock(t, address, func(h http.Header) {
		h.Set("Host", host)
		if name, value, ok := strings.Cut(line, ": "); ok {
			h.Set(name, value)
		}
	})
}

func TestPagesOfOtherOrigins(t *testing.T) {
	const ours, theirs = "Origin: https://game.example", "Origin: https://evil.example"
	n := startNode(t, func(c *Config, _ *room.RegistryConfig) { c.Origins = []string{"https://game.example"} })
	quick := n.url + metronomev1connect.LobbyServiceQuickPlayProcedure
	for _, row := range []struct {
		name, method, url, origin string
		allowed                   bool
		status                    int
	}{
		{"preflight", http.MethodOptions, quick, ours, true, 204},
		{"preflight of a stranger", http.MethodOptions, quick, theirs, false, 405},
		{"preflight of the console", http.MethodOptions, n.url + metronomev1connect.ConsoleServiceKickSeatProcedure, ours, false, 403},
		{"call", http.MethodPost, quick, ours, true, 200},
		{"call of a stranger", http.MethodPost, quick, theirs, false, 200},
		{"info", http.MethodGet, n.url + "/info", ours, true, 200},
		{"info for a stranger", http.MethodGet, n.url + "/info", theirs, false, 200},
		{"file", http.MethodGet, n.url + "/play", ours, true, 200},
		{"SDK", http.MethodGet, n.url + "/sdk/index.js", ours, true, 200},
		{"SDK for a stranger", http.MethodGet, n.url + "/sdk/index.js", theirs, false, 200},
		{"missing", http.MethodGet, n.url + "/sdk/nothing.js", ours, true, 404},
		{"metrics", http.MethodGet, n.url + "/metrics", ours, false, 200},
	} {
		header := []string{row.origin}
		var body io.Reader
		switch row.method {
		case http.MethodPost:
			header, body = append(header, "Content-Type: application/json"), strings.NewReader("{}")
		case http.MethodOptions:
			header = append(header, "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: content-type,connect-protocol-version")
		}
		answer, text := send(t, row.method, row.url, body, header...)
		allow := answer.Header.Get("Access-Control-Allow-Origin")
		if answer.StatusCode != row.status || (allow == "https://game.example") != row.allowed || !row.allowed && allow != "" {
			t.Errorf("%s: %s %.80q, allowed %q", row.name, answer.Status, text, allow)
		}
		if answer.Header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s: with credentials", row.name)
		}
		if row.status == 204 && (!strings.Contains(answer.Header.Get("Access-Control-Allow-Headers"), "Connect-Protocol-Version") || !strings.Contains(answer.Header.Get("Access-Control-Allow-Methods"), "POST")) {
			t.Errorf("%s: %v", row.name, answer.Header)
		}
	}
}

// TestClientsAreSentWhereTheyCameTo: without a URL, a join leads back to the Host
// of its request; with one, there.
func TestClientsAreSentWhereTheyCameTo(t *testing.T) {
	n := startNode(t, nil)
	proxied := startNode(t, func(c *Config, _ *room.RegistryConfig) { c.Proxies, _ = door.ParseProxies([]string{"127.0.0.1"}) })
	public := startNode(t, func(c *Config, _ *room.RegistryConfig) { c.PublicURL = "https://play.example/game" })
	for _, row := range []struct {
		name string
		n    *testNode
		to   string
		head []string
	}{
		{"by its Host", n, "ws://192.168.1.5:8080/rooms/", []string{"Host: 192.168.1.5:8080"}},
		{"a header of a stranger", n, "ws://192.168.1.5:8080/rooms/", []string{"Host: 192.168.1.5:8080", "X-Forwarded-Host: evil.example"}},
		{"a proxy's header", proxied, "wss://play.example/rooms/", []string{"Host: 10.0.0.1", "X-Forwarded-For: 1.2.3.4", "X-Forwarded-Host: play.example", "X-Forwarded-Proto: https"}},
		{"by the URL", public, "ws://" + strings.TrimPrefix(public.url, "http://") + "/rooms/", []string{"Host: 192.168.1.5:8080"}},
	} {
		if _, text := row.n.call(t, "QuickPlay", "{}", row.head...); !strings.Contains(text, `"url":"`+row.to) {
			t.Errorf("%s: %s", row.name, text)
		}
	}
}

func TestEverythingBelowThePrefix(t *testing.T) {
	n := startNode(t, func(c *Config, _ *room.RegistryConfig) { c.PublicURL = "https://play.example/game/" })
	bare := strings.Split(n.create(t, &pb.CreateRoomRequest{}).GetUrl(), "?")[0]
	for _, at := range []string{"", "/game"} {
		for _, path := range []string{"/", "/play", "/info", "/healthz", "/readyz", "/metrics", "/console"} {
			if status, body := get(t, n.url+at+path); status != 200 {
				t.Errorf("%s%s: %d %s", at, path, status, body)
			}
		}
		if answer, text := send(t, http.MethodPost, n.url+at+metronomev1connect.LobbyServiceListRoomsProcedure, strings.NewReader("{}"), "Content-Type: application/json"); answer.StatusCode != 200 {
			t.Errorf("%s: %s %s", at, answer.Status, text)
		}
		if status, body := knock(t, strings.Replace(bare, "/rooms/", at+"/rooms/", 1), nil); status != 101 {
			t.Errorf("%s: %d %s", at, status, body)
		}
	}
	if status, body := get(t, n.url+"/game"); status != 200 || !strings.Contains(body, "<!doctype html>") {
		t.Errorf("the prefix itself: %d %.60s", status, body)
	}
}

// TestPromisedRoomIsWaitedFor asks for a room between its claim and its start.
func TestPromisedRoomIsWaitedFor(t *testing.T) {
	making, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	n := startNode(t, func(_ *Config, c *room.RegistryConfig) {
		c.Journal = func(string) (journal.Sink, error) {
			once.Do(func() { close(making); <-goOn })
			return nil, errors.New("no recording")
		}
	})
	made := make(chan struct{})
	go func() {
		defer close(made)
		_, _, _ = n.Node.Create(context.Background(), room.Wish{ID: "duel", Mode: "puck"})
	}()
	<-making
	waiting := make(chan int)
	go func() {
		answer, err := http.Get(n.url + "/rooms/duel?ticket=x")
		if err != nil {
			waiting <- 0
			return
		}
		_ = answer.Body.Close()
		waiting <- answer.StatusCode
	}()
	select {
	case status := <-waiting:
		t.Errorf("not waited for: %d", status)
	case <-time.After(50 * time.Millisecond):
	}
	close(goOn)
	<-made
	status := <-waiting
	if _, there := n.Rooms.Get("duel"); there != (status == 401) {
		t.Errorf("status %d of a room that is there: %v", status, there)
	}
	if status, _ := get(t, n.url+"/rooms/nowhere"); status != 404 {
		t.Errorf("of no room: %d", status)
	}
}

// TestReadinessNeedsNoStore takes the store away.
func TestReadinessNeedsNoStore(t *testing.T) {
	n := startNode(t, nil)
	if _, report := get(t, n.url+"/metrics"); !strings.Contains(report, "metronome_store_up 1") || !strings.Contains(report, `metronome_node_state{state="ready"} 1`) || !strings.Contains(report, "metronome_node_ready 1") {
		t.Error("the metrics say otherwise")
	}
	n.Node.SetUnready("stop", "the node is about to stop")
	n.Node.SetUnready("hang", "a room hangs")
	answer, text := send(t, http.MethodGet, n.url+"/readyz", nil)
	if answer.StatusCode != 503 || answer.Header.Get("Retry-After") == "" || text != "a room hangs; the node is about to stop\n" {
		t.Errorf("%s %q", answer.Status, text)
	}
	n.create(t, &pb.CreateRoomRequest{}) // everything goes on being served
	n.Node.SetUnready("stop", "")
	n.Node.SetUnready("hang", "")
	if status, body := get(t, n.url+"/readyz"); status != 200 || body != "ready\n" {
		t.Errorf("%d %q", status, body)
	}
	n.Node.Become(node.Draining)
	if status, body := get(t, n.url+"/readyz"); status != 503 || body != "draining\n" {
		t.Errorf("%d %q", status, body)
	}
}

func TestWrongCodesAreCounted(t *testing.T) {
	n := startNode(t, nil)
	private := n.create(t, &pb.CreateRoomRequest{Private: true})
	join := func(code string) error {
		_, err := n.api.JoinRoom(t.Context(), connect.NewRequest(&pb.JoinRoomRequest{By: &pb.JoinRoomRequest_Code{Code: code}}))
		return err
	}
	right := private.GetRoom().GetCode()
	wrong := strings.Repeat("A", len(right))
	for i := range 7 { // a right one takes nothing
		if err := join(right); err != nil {
			t.Fatalf("the right code, %d: %v", i, err)
		}
	}
	for range 10 {
		if err := join(wrong); connect.CodeOf(err) != connect.CodeNotFound {
			t.Fatal(err)
		}
	}
	err := join(wrong)
	var coded *connect.Error
	if !errors.As(err, &coded) || coded.Code() != connect.CodeResourceExhausted || coded.Meta().Get("Retry-After") == "" {
		t.Errorf("after ten: %v, %v", err, coded.Meta())
	}
}

func TestReservationsAreCounted(t *testing.T) {
	n := startNode(t, func(c *Config, _ *room.RegistryConfig) { c.Limits.ReservationsPerAddress = 1 })
	join := n.create(t, &pb.CreateRoomRequest{})
	reserve := func() (*pb.Join, error) {
		answer, err := n.api.QuickPlay(t.Context(), connect.NewRequest(&pb.QuickPlayRequest{}))
		if err != nil {
			return nil, err
		}
		return answer.Msg.GetJoin(), nil
	}
	for range api.LocalReservations - 1 { // this machine's may be so many times the limit
		if _, err := reserve(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := reserve(); connect.CodeOf(err) != connect.CodeResourceExhausted {
		t.Errorf("one more: %v", err)
	}
	if status, body := knock(t, join.GetUrl(), nil); status != 101 {
		t.Fatalf("%d %s", status, body)
	}
	if _, err := reserve(); err != nil {
		t.Errorf("after one was taken: %v", err)
	}
}

// TestErrorsShowNoPaths has making a room fail for a reason of the machine's.
func TestErrorsShowNoPaths(t *testing.T) {
	var l logged
	n := startNode(t, func(c *Config, _ *room.RegistryConfig) { c.Log = newTestLog(&l) })
	service := n.Server.lobby
	err := service.ErrorFor(&fs.PathError{Op: "open", Path: "/secret/place", Err: fs.ErrPermission})
	if connect.CodeOf(err) != connect.CodeInternal || strings.Contains(err.Error(), "/secret") {
		t.Errorf("a caller is told %v", err)
	}
	if !l.has("/secret/place", "level=ERROR") {
		t.Error("the log is not")
	}
}

func TestReportsApart(t *testing.T) {
	n := startNode(t, func(c *Config, _ *room.RegistryConfig) { c.AdminApart = true })
	for _, path := range []string{"/metrics", "/stats"} {
		if status, _ := get(t, n.url+path); status != 404 {
			t.Errorf("%s for everybody: %d", path, status)
		}
	}
	for _, path := range []string{"/metrics", "/stats", "/readyz", "/healthz"} {
		if w := ask(n.AdminHandler(), path); w.Code != 200 {
			t.Errorf("%s for operators: %d", path, w.Code)
		}
	}
	if w := ask(n.AdminHandler(), "/console"); w.Code != 404 {
		t.Errorf("the console: %d", w.Code)
	}
}
