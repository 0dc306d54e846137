package gateway

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/metronome-server/metronome/gateway/ws"
	"github.com/metronome-server/metronome/internal/wsframe"
	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/room"
	"github.com/metronome-server/metronome/sim"
)

const (
	// cutSeats handshakes run at once, as many as their room has seats.
	cutSeats = 8
	// cutsByDefault handshakes run for each way in; CUT_HANDSHAKES says
	// another number. 1000 cuts every byte of each.
	cutsByDefault = 6 * cutSeats
)

// cutWay is how a client goes away.
type cutWay int

const (
	cutFIN   cutWay = iota // says that nothing more comes, and reads to the end
	cutClose               // closes at once, whatever is unread
	cutRST                 // resets the connection
	cutStall               // sends nothing until all others are gone, then as cutFIN
	cutWays
)

// cut is a client's handshake and first frames that end somewhere.
type cut struct {
	stream  []byte
	request int // length of the upgrade request
	played  int // length up to the first whole frame
	at      int // sent are stream[:at]
	way     cutWay
	read    bool // reads the welcome before it goes

	credential url.Values // of the second try
	seat       uint32     // that the client has by its first try, 0: unknown
}

// cutRig is a node whose reservations and resume windows last longer than the
// test, so that a seat that comes free was freed by its room's judgement.
type cutRig struct {
	t    *testing.T
	node *testNode
	room *room.Room
	rng  *rand.Rand
	open int // descriptors without a client
}

func newCutRig(t *testing.T, mode ws.Mode) *cutRig {
	if mode == ws.ModeTick && runtime.GOOS != "linux" {
		t.Skip("not on this platform")
	}
	upgrades := ws.DefaultConfig()
	upgrades.Mode = mode
	n := startNodeWith(t, func(_ *Config, c *room.RegistryConfig) {
		c.Room.ResumeWindow, c.Room.SilentAfter = time.Hour, time.Hour
	}, lobby.Config{Reservation: 5 * time.Minute, Heartbeat: 20 * time.Millisecond}, upgrades)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := &cutRig{t: t, node: n, rng: rand.New(rand.NewPCG(seed, 0))}
	made, _, err := n.Node.Create(t.Context(), room.Wish{Keep: true, Seats: cutSeats})
	if err != nil {
		t.Fatal(err)
	}
	r.room = made
	return r
}

func handshakesToCut(t *testing.T) int {
	text := os.Getenv("CUT_HANDSHAKES")
	if text == "" {
		return cutsByDefault
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("CUT_HANDSHAKES is %q, want a number above 0", text)
	}
	return n
}

// TestHandshakesCutAnywhere cuts handshakes and first frames at each byte in
// turn, as many at once as the room has seats, and wants after each batch: no
// seat is kept for who never played, a kept one is taken back by its token, no
// seat is held twice, each second try gets in, no reservation, goroutine or
// descriptor is left.
func TestHandshakesCutAnywhere(t *testing.T) {
	rows := []struct {
		name string
		// prepare returns what the clients of a batch come with.
		prepare func(*cutRig) []cut
		// from and to bound where a stream is cut.
		from, to func(*cut) int
		check    func(*cutRig, []cut)
	}{
		{"with a ticket", (*cutRig).tickets, start, firstFrame, (*cutRig).nobodyPlayed},
		{"with a name", (*cutRig).names, start, firstFrame, (*cutRig).nobodyPlayed},
		{"with a token", (*cutRig).tokens, start, firstFrame, (*cutRig).seatsAreKept},
		{"after a frame", (*cutRig).names, firstFrame, end, (*cutRig).playersComeBack},
	}
	for _, mode := range []ws.Mode{ws.ModeTick, ws.ModePortable} {
		for _, row := range rows {
			t.Run(string(mode)+" "+row.name, func(t *testing.T) {
				r := newCutRig(t, mode)
				r.warm()
				offset := r.rng.IntN(1 << 10)
				for done, all := 0, handshakesToCut(t); done < all && !t.Failed(); done += cutSeats {
					batch := row.prepare(r)
					for i := range batch {
						c := &batch[i]
						from, to := row.from(c), row.to(c)
						if i%2 == 1 { // where seats are taken: a tenth of the bytes, half of the cuts
							from = max(from, c.request)
						}
						// 29 has no factor in common with most lengths: a batch
						// is spread over the stream, and batches meet every byte.
						c.at = from + (offset+(done+i)*29)%(to-from)
						c.way, c.read = cutWay(r.rng.IntN(int(cutWays))), r.rng.IntN(2) == 0 || c.at >= c.played
					}
					r.goAway(batch)
					row.check(r, batch)
					r.nothingIsLeft()
				}
			})
		}
	}
}

func start(*cut) int        { return 0 }
func firstFrame(c *cut) int { return c.played }
func end(c *cut) int        { return len(c.stream) + 1 }

// newCut is a handshake with a first frame and a goodbye behind it.
func (r *cutRig) newCut(credential url.Values) cut {
	c := cut{credential: credential}
	c.stream = []byte("GET /rooms/" + r.room.ID() + "?" + credential.Encode() + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" +
		"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n" +
		"Sec-WebSocket-Protocol: " + netproto.Subprotocol + "\r\n\r\n")
	c.request = len(c.stream)
	c.stream = append(c.stream, hello(1)...)
	c.played = len(c.stream)
	c.stream = append(c.stream, goodbye()...)
	return c
}

// hello is a frame with an input for a tick. One that comes after the welcome's
// shows that the client has it.
func hello(tick sim.Tick) []byte {
	return message(&netproto.ClientFrame{Inputs: []netproto.Input{{Tick: tick}}, Ping: 7})
}

func goodbye() []byte { return message(&netproto.ClientFrame{Leave: true}) }

func (r *cutRig) names() (batch []cut) {
	for i := range cutSeats {
		batch = append(batch, r.newCut(url.Values{"name": {"player " + strconv.Itoa(i)}}))
	}
	return batch
}

// tickets reserves every seat of the room: what an earlier batch left behind
// would be missing here.
func (r *cutRig) tickets() (batch []cut) {
	for range cutSeats {
		batch = append(batch, r.newCut(url.Values{"ticket": {r.reserve()}}))
	}
	return batch
}

// reserve asks until the directory has heard that the seats are free, at the
// node's next beat.
func (r *cutRig) reserve() string {
	r.t.Helper()
	var join lobby.Join
	until(r.t, "a seat can be reserved", func() bool {
		var err error
		join, err = r.node.Lobby.Reserve(r.t.Context(), r.room.ID(), lobby.Player{Name: "player"})
		if err != nil && !errors.Is(err, lobby.ErrRoomFull) {
			r.t.Fatal(err)
		}
		return err == nil
	})
	return join.Ticket
}

// tokens has players come, play and lose their connections.
func (r *cutRig) tokens() []cut {
	batch := r.names()
	var wait sync.WaitGroup
	for i := range batch {
		wait.Go(func() {
			p := r.dial()
			p.send(batch[i].upgrade())
			w, status := p.welcome()
			if w == nil {
				r.t.Errorf("a player was refused with %d", status)
				return
			}
			p.send(hello(w.tick.Add(1)))
			p.leave()
			batch[i] = r.newCut(url.Values{"resume": {w.token}})
			batch[i].seat = w.seat
		})
	}
	wait.Wait()
	if r.t.Failed() {
		r.t.FailNow()
	}
	return batch
}

// goAway sends each stream up to its end and goes away.
func (r *cutRig) goAway(batch []cut) {
	var all, early sync.WaitGroup
	othersGone := make(chan struct{})
	for i := range batch {
		c := &batch[i]
		gone := func() {}
		if c.way != cutStall {
			early.Add(1)
			gone = early.Done
		}
		all.Go(func() {
			defer gone()
			r.one(c, othersGone)
		})
	}
	early.Wait()
	close(othersGone)
	all.Wait()
	r.serverIsIdle()
}

func (r *cutRig) one(c *cut, othersGone <-chan struct{}) {
	p := r.dial()
	defer p.Close()
	sent := c.at
	if c.at >= c.played { // plays, as one does, after the welcome
		sent = c.request
	}
	p.send(c.stream[:sent])
	if c.read && c.at >= c.request {
		w, status := p.welcome()
		if w == nil {
			r.t.Errorf("cut at %d of %d: refused with %d", c.at, c.request, status)
			return
		}
		if c.at >= c.played {
			played := append(hello(w.tick.Add(1)), goodbye()...)
			p.send(played[:len(played)-(len(c.stream)-c.at)])
			c.seat, c.credential = w.seat, url.Values{"resume": {w.token}}
		}
	}
	switch c.way {
	case cutStall:
		<-othersGone
		p.leave()
	case cutFIN:
		p.leave()
	case cutRST:
		p.SetLinger(0)
	case cutClose, cutWays:
	}
}

// nobodyPlayed wants the seats free at once, and every client in at its second
// try, unless its ticket was used by the first.
func (r *cutRig) nobodyPlayed(batch []cut) {
	r.seatsTaken(0)
	r.comeAgain(batch, func(c *cut, w *welcome, status int) {
		spent := c.credential.Has("ticket") && c.at >= c.request && status == http.StatusUnauthorized
		if w == nil && !spent {
			r.t.Errorf("cut at %d of %d: the second try was refused with %d", c.at, c.request, status)
		}
	})
}

// seatsAreKept wants every seat kept, once, for the token that took it back or
// tried to.
func (r *cutRig) seatsAreKept(batch []cut) {
	r.seatsTaken(cutSeats)
	r.comeAgain(batch, func(c *cut, w *welcome, status int) {
		switch {
		case w == nil:
			r.t.Errorf("cut at %d of %d: the token was refused with %d", c.at, c.request, status)
		case w.seat != c.seat:
			r.t.Errorf("cut at %d of %d: seat %d came back to %d", c.at, c.request, c.seat, w.seat)
		}
	})
}

// playersComeBack wants seats back that were played on and not given up. A reset
// connection may have lost what was sent.
func (r *cutRig) playersComeBack(batch []cut) {
	r.comeAgain(batch, func(c *cut, w *welcome, status int) {
		left, sure := c.at == len(c.stream), c.way == cutFIN || c.way == cutStall
		switch {
		case w != nil && (w.seat != c.seat || left && sure):
			r.t.Errorf("cut at %d of %d: seat %d was taken back as %d", c.at, len(c.stream), c.seat, w.seat)
		case w == nil && (sure && !left || status != http.StatusUnauthorized && status != int(netproto.CloseResumeStale)):
			r.t.Errorf("cut at %d of %d: the token was refused with %d", c.at, len(c.stream), status)
		}
	})
}

// comeAgain has all clients try again at once, wants no seat given twice, and
// has them leave for good.
func (r *cutRig) comeAgain(batch []cut, check func(*cut, *welcome, int)) {
	type try struct {
		p      *player
		w      *welcome
		status int
	}
	tries := make([]try, len(batch))
	var wait sync.WaitGroup
	for i := range batch {
		wait.Go(func() {
			p := r.dial()
			p.send(r.newCut(batch[i].credential).upgrade())
			w, status := p.welcome()
			if w != nil {
				p.send(hello(w.tick.Add(1))) // or the seat would be free again before the last is in
			}
			tries[i] = try{p, w, status}
		})
	}
	wait.Wait()
	seats := map[uint32]bool{}
	for i, try := range tries {
		check(&batch[i], try.w, try.status)
		if try.w == nil {
			_ = try.p.Close()
			continue
		}
		if seats[try.w.seat] {
			r.t.Errorf("seat %d was given twice", try.w.seat)
		}
		seats[try.w.seat] = true
		try.p.send(goodbye())
		wait.Go(try.p.leave)
	}
	wait.Wait()
	r.seatsTaken(0)
}

// upgrade is the upgrade request alone.
func (c cut) upgrade() []byte { return c.stream[:c.request] }

func (r *cutRig) seatsTaken(want int) {
	r.t.Helper()
	until(r.t, strconv.Itoa(want)+" seats are taken", func() bool {
		info := r.room.Info()
		if info.Taken > info.Seats {
			r.t.Fatalf("%d of %d seats are taken", info.Taken, info.Seats)
		}
		return info.Taken == want
	})
}

// warm lets the server make what it keeps, and counts its descriptors.
func (r *cutRig) warm() {
	r.comeAgain(r.names(), func(*cut, *welcome, int) {})
	r.serverIsIdle()
	r.open = descriptorsOpen()
}

// serverIsIdle waits until every connection was accepted and its request was
// dealt with. Connections are accepted in order, so one more comes last.
func (r *cutRig) serverIsIdle() {
	r.t.Helper()
	p := r.dial()
	p.send([]byte("GET /healthz HTTP/1.0\r\n\r\n"))
	p.leave()
	until(r.t, "no goroutine serves a client", func() bool { return serving() == 0 })
}

func (r *cutRig) nothingIsLeft() {
	r.t.Helper()
	r.serverIsIdle()
	until(r.t, "the descriptors are closed", func() bool { return descriptorsOpen() <= r.open })
}

// serving counts the goroutines that serve a client: those of net/http's
// connections, and of ours.
func serving() (n int) {
	all := make([]byte, 1<<20)
	all = all[:runtime.Stack(all, true)]
	for stack := range strings.SplitSeq(string(all), "\n\n") {
		if strings.Contains(stack, "created by net/http.(*Server)") || strings.Contains(stack, "/gateway/ws.(*Conn).") {
			n++
		}
	}
	return n
}

// descriptorsOpen is 0 where it cannot be told.
func descriptorsOpen() int {
	entries, _ := os.ReadDir("/proc/self/fd")
	return len(entries)
}

// message is a client's frame on the wire.
func message(f *netproto.ClientFrame) []byte {
	return wsframe.Mask(netproto.AppendClientFrame(wsframe.AppendHeadRoom(nil), f), wsframe.Binary)
}

// player is a client on a socket.
type player struct {
	*net.TCPConn
	t  *testing.T
	in *bufio.Reader
}

func (p *player) send(b []byte) {
	if _, err := p.Write(b); err != nil {
		p.t.Error(err)
	}
}

// fromServer are the rules for a player's frames.
var fromServer = wsframe.Rules{MaxMessage: netproto.MaxServerMessage}

// frame reads the server's first frame.
func (p *player) frame() (wsframe.Frame, error) {
	var b []byte
	for r := (wsframe.Reader{Rules: &fromServer}); ; {
		f, err := r.Next(b)
		if err != nil || f.Event {
			return f, err
		}
		next, err := p.in.ReadByte()
		if err != nil {
			return f, err
		}
		b = append(b, next)
	}
}

func (r *cutRig) dial() *player {
	r.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.node.url, "http://"))
	if err != nil {
		r.t.Error(err)
		r.t.FailNow()
	}
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	return &player{conn.(*net.TCPConn), r.t, bufio.NewReader(conn)}
}

// welcome is what a client learns first.
type welcome struct {
	seat  uint32
	token string
	tick  sim.Tick
}

// welcome reads the answer to the upgrade request and the first frame. Nil:
// refused, with an HTTP status or, behind the upgrade, a close code.
func (p *player) welcome() (*welcome, int) {
	answer, err := http.ReadResponse(p.in, nil)
	if err != nil {
		p.t.Errorf("no answer: %v", err)
		return nil, 0
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusSwitchingProtocols {
		return nil, answer.StatusCode
	}
	first, err := p.frame()
	switch {
	case err != nil:
		p.t.Errorf("no first frame: %v", err)
		return nil, answer.StatusCode
	case first.Opcode == wsframe.Close && len(first.Payload) >= 2:
		return nil, int(binary.BigEndian.Uint16(first.Payload))
	}
	var f netproto.ServerFrame
	if err = netproto.ReadServerFrame(first.Payload, &f); err != nil || f.Welcome == nil {
		p.t.Errorf("no welcome: %v", err)
		return nil, answer.StatusCode
	}
	return &welcome{f.Welcome.GetSeat(), f.Welcome.GetResume(), f.Tick}, answer.StatusCode
}

// leave sends no more and reads until the server has closed, too.
func (p *player) leave() {
	_ = p.CloseWrite()
	if _, err := io.Copy(io.Discard, p.in); err != nil && !errors.Is(err, net.ErrClosed) {
		if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
			p.t.Error("the server does not close")
		}
	}
	_ = p.Close()
}
