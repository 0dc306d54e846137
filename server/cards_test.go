package server

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/metronome-server/metronome/bots"
	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/room"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
	"github.com/metronome-server/metronome/sim/cards"
)

// scissors is a connection that is cut after so many bytes, in the middle of
// whatever is written or read.
type scissors struct {
	net.Conn
	mu   sync.Mutex
	left int // bytes; below 0: it is cut
	safe bool
}

// arm has it be cut after so many more bytes.
func (s *scissors) arm(left int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left, s.safe = left, false
}

// take returns how many of n bytes pass.
func (s *scissors) take(n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.safe {
		return n
	}
	passes := min(max(s.left, 0), n)
	if s.left -= n; s.left < 0 {
		_ = s.Conn.Close()
	}
	return passes
}

// spare has it not be cut any more, unless it is.
func (s *scissors) spare() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.safe = s.left >= 0
}

func (s *scissors) Write(b []byte) (int, error) {
	s.mu.Lock()
	whole, left := s.safe || s.left >= len(b), max(s.left, 0)
	s.mu.Unlock()
	if !whole { // what is still written of it goes out before the end
		_, _ = s.Conn.Write(b[:min(left, len(b))])
	}
	if n := s.take(len(b)); n < len(b) {
		return n, net.ErrClosed
	}
	return s.Conn.Write(b)
}

func (s *scissors) Read(b []byte) (int, error) {
	n, err := s.Conn.Read(b)
	if passes := s.take(n); passes < n {
		return passes, net.ErrClosed
	}
	return n, err
}

// cutPlayer plays cards over connections that are cut.
type cutPlayer struct {
	client.Polled
	url       string
	random    *rand.Rand
	commander bots.Commander
	view      bots.View
	scissors  *scissors
	armed     bool   // the scissors are
	welcomes  uint64 // before this connection
	spared    bool   // the deal is about to end
	cuts      int
	refused   int // orders that the game or the room refused
	end       *pb.MatchEnd
	over      bool
}

func (p *cutPlayer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	p.scissors = &scissors{Conn: conn, safe: true}
	p.armed = p.spared
	// Some are cut in the handshake or the welcome, the others soon after. Who has no
	// seat yet could not take it back.
	if !p.spared && p.Counts.Welcomes > 0 && p.random.IntN(4) == 0 {
		p.scissors.arm(p.random.IntN(2500))
		p.armed = true
	}
	p.welcomes = p.Counts.Welcomes
	return p.scissors, nil
}

// enter opens a connection, until one can be opened.
func (p *cutPlayer) enter(t *testing.T, poller *client.Poller, index int) {
	t.Helper()
	for {
		err := p.Enter(t.Context(), p.url, client.Options{Name: "ann", Dial: p.dial, Resume: p.Resume()})
		if err == nil {
			break
		}
		var refused *client.RefusedError
		if errors.As(err, &refused) {
			t.Fatalf("the seat cannot be taken back: %v", err)
		}
		p.cuts++
	}
	if err := poller.Add(&p.Polled, index); err != nil {
		t.Fatal(err)
	}
}

// TestADealOfCardsOverCuts: two players play whole deals over real connections that
// are cut at random bytes, many times. No order is lost or given twice, as another
// would be refused; and both are told the same outcome. CUT_CARDS is how many cuts,
// 1,000 for a long run.
func TestADealOfCardsOverCuts(t *testing.T) {
	t.Parallel()
	wanted := 25
	if text := os.Getenv("CUT_CARDS"); text != "" {
		wanted, _ = strconv.Atoi(text)
	}
	c := DefaultConfig()
	c.Listen, c.Bots, c.MaxRooms = "127.0.0.1:0", 0, 1000
	c.Limits.HandshakesPerSecond, c.Limits.MaxHandshakesPerSecond = 0, 0
	n, err := Start(t.Context(), c, []sim.Game{cards.Game()}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		n.Stop()
		http.DefaultClient.CloseIdleConnections()
	})
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	cuts, deals := 0, 0
	for ; cuts < wanted; deals++ {
		cuts += cutDeal(t, n, "deal-"+strconv.Itoa(deals), random)
	}
	t.Logf("%d deals, %d connections cut", deals, cuts)
}

// cutDeal plays one deal in a room of its own and returns how often it was cut.
func cutDeal(t *testing.T, n *Node, id string, random *rand.Rand) (cuts int) {
	t.Helper()
	params := []sim.Param{{Name: "turn", Value: "600"}}
	if _, _, err := n.node.Create(t.Context(), room.Wish{ID: id, Mode: "cards", Seats: 2, OneMatch: true, Params: params}); err != nil {
		t.Fatal(err)
	}
	poller, err := client.NewPoller()
	if err != nil {
		t.Fatal(err)
	}
	defer poller.Close()
	players := make([]*cutPlayer, 2)
	for i := range players {
		p := &cutPlayer{url: n.LocalURL() + "/rooms/" + id, random: random}
		p.Hooks.Event = func(e netproto.Event) {
			if p.Welcome().GetSchema().GetEvent()[e.Kind].GetName() == "refused" {
				p.refused++
			}
		}
		p.Hooks.Notice = func(m *pb.Notice) {
			if m.GetRefused() != nil {
				p.refused++
			}
			if m.GetEnd() != nil {
				p.end = m.GetEnd()
			}
		}
		p.enter(t, poller, i)
		players[i] = p
	}
	buffer, deadline := make([]byte, 4<<10), time.Now().Add(time.Minute)
	for !players[0].over || !players[1].over {
		if time.Now().After(deadline) {
			t.Fatal("the deal does not end")
		}
		if _, err := poller.Wait(time.Millisecond); err != nil {
			t.Fatal(err)
		}
		for i, p := range players {
			if !p.over {
				p.live(t, poller, i, buffer)
			}
		}
		spare(players)
	}
	for _, p := range players {
		if cuts += p.cuts; p.refused > 0 {
			t.Errorf("seat %d: %d orders were refused", p.Seat(), p.refused)
		}
	}
	a, b := players[0].end, players[1].end
	if a == nil || !proto.Equal(a, b) || len(a.GetLine()) != 2 {
		t.Errorf("the outcomes are %v and %v", a, b)
	}
	return cuts
}

// live reads what has come, comes back when the connection is lost, and plays.
func (p *cutPlayer) live(t *testing.T, poller *client.Poller, index int, buffer []byte) {
	t.Helper()
	if err := p.Receive(buffer, time.Now); err != nil {
		var end *netproto.CloseError
		if p.over = errors.As(err, &end) && end.Code == netproto.CloseRoomEnded; !p.over {
			p.cuts++
			p.enter(t, poller, index)
		}
		return
	}
	if p.Counts.Welcomes == p.welcomes || !p.Synced() {
		return
	}
	// A seat on which nobody has ever spoken is not kept.
	if spoken := p.Counts.Welcomes > 1 || p.match("turns") >= 2; spoken && !p.armed && !p.spared {
		p.scissors.arm(p.random.IntN(200))
		p.armed = true
	}
	if p.commander == nil {
		made, err := bots.Behaviours["cards"](p.Welcome().GetSchema(), p.random)
		if err != nil {
			t.Fatal(err)
		}
		p.commander, _ = made.(bots.Commander)
	}
	// It acts at once: it thinks for a number of calls.
	p.view = bots.View{Hz: 1, Seat: p.Seat(), Mirror: p.Mirror()}
	var c netproto.Command
	if p.CommandsWaiting() == 0 && p.commander.Command(&p.view, &c) {
		if _, err := p.Command(c.Values[:c.Count], c.List[:c.ListCount]); err != nil {
			t.Fatal(err)
		}
	}
	p.Send(p.AppendRest(client.Frame(nil), time.Now()))
}

// spare has no connection be cut any more once a player has few cards: who is away
// when a room ends is told nothing.
func spare(players []*cutPlayer) {
	near := false
	for _, p := range players {
		near = near || p.Synced() && p.match("phase") == cards.PhasePlay && p.fewest() <= 2
	}
	for _, p := range players {
		if p.spared = p.spared || near; p.spared {
			p.scissors.spare()
		}
	}
}

// match reads a column of the match.
func (p *cutPlayer) match(column string) uint32 {
	at, _ := netproto.Find(p.Welcome().GetSchema(), "match", column)
	for l := range p.Mirror().Lists(at.Table) {
		return l.Column(at.Column)[0]
	}
	return 0
}

// fewest is the lowest number of cards that somebody holds, as the player sees it.
func (p *cutPlayer) fewest() uint32 {
	at, _ := netproto.Find(p.Welcome().GetSchema(), "player", "cards")
	fewest := uint32(99)
	for l := range p.Mirror().Lists(at.Table) {
		for _, n := range l.Column(at.Column) {
			fewest = min(fewest, n)
		}
	}
	return fewest
}

// TestBotsPlayTheModeThatTheyAreNamedAfter: unless they are told what to do.
func TestBotsPlayTheModeThatTheyAreNamedAfter(t *testing.T) {
	c := DefaultConfig()
	c.Listen, c.Bots = "127.0.0.1:0", 0
	n, err := Start(t.Context(), c, []sim.Game{arena.Game(), cards.Game()}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		n.Stop()
		http.DefaultClient.CloseIdleConnections()
	})
	for want, more := range map[string][]string{
		"cards":      {"--mode", "cards"},
		"idle":       {"--mode", "cards", "--behaviour", "idle"},
		bots.AnyGame: {"--mode", "duel"},
	} {
		args := append([]string{"bots", "--server", n.LocalURL(), "--players", "2", "--room-size", "2", "--duration", "1s", "--warmup", "0s", "--json", "--quiet"}, more...)
		code, out, says := run(t.Context(), nil, args...)
		var report bots.Report
		if err := json.Unmarshal([]byte(out), &report); code != 0 || err != nil || report.Connected != 2 || report.Behaviour != want {
			t.Errorf("%v: code %d, %v, want %s\n%s%s", more, code, err, want, out, says)
		}
	}
}
