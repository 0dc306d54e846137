package client

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/lxzan/gws"

	"github.com/metronome-server/metronome/internal/wsframe"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// pipeServer is a room behind net.Pipe, for testing/synctest: its ticks and the
// client's pauses take no time.
type pipeServer struct {
	t    testing.TB
	wait sync.WaitGroup
	// lives is how each connection goes: so many ticks, then the end. The last
	// goes for all that follow.
	lives    []life
	requests []url.Values // of the upgrade requests
	inputs   []netproto.Input
	at       []time.Time // when each was made, also those that nobody answered
	slacks   []int
	chats    []string
	watches  []sim.Seat           // that a spectator asked for
	goodbyes []netproto.CloseCode // of the client, in order
}

// life is what the server does on one connection.
type life struct {
	refuse int    // HTTP status instead
	after  string // Retry-After of the refusal
	down   bool   // no server is there
	silent bool   // nothing after the Welcome
	mute   bool   // nothing at all
	ticks  int
	end    netproto.CloseCode // CloseLost: without a close frame
}

// dial is Options.Dial. The connection before must be over.
func (p *pipeServer) dial(context.Context, string, string) (net.Conn, error) {
	p.wait.Wait()
	p.at = append(p.at, time.Now())
	if p.life().down {
		p.requests = append(p.requests, nil)
		return nil, errUnreached
	}
	here, there := net.Pipe()
	p.wait.Go(func() {
		defer there.Close()
		p.serve(there)
	})
	return here, nil
}

// life is that of the next connection.
func (p *pipeServer) life() life { return p.lives[min(len(p.requests), len(p.lives)-1)] }

func (p *pipeServer) serve(conn net.Conn) {
	in := bufio.NewReader(conn)
	request, err := http.ReadRequest(in)
	if err != nil {
		return
	}
	l := p.life()
	p.requests = append(p.requests, request.URL.Query())
	if l.refuse != 0 {
		answer := &http.Response{StatusCode: l.refuse, ProtoMajor: 1, ProtoMinor: 1, Close: true, Header: http.Header{}}
		if l.after != "" {
			answer.Header.Set("Retry-After", l.after)
		}
		_ = answer.Write(conn)
		return
	}
	upgrader := gws.NewUpgrader(gws.BuiltinEventHandler{}, &gws.ServerOption{SubProtocols: []string{netproto.Subprotocol}})
	if _, err := upgrader.UpgradeFromConn(conn, in, request); err != nil {
		p.t.Error(err)
		return
	}
	p.play(conn, in, l, request.URL.Query())
}

func (p *pipeServer) play(conn net.Conn, in io.Reader, l life, query url.Values) {
	room, resumed := newFakeRoom(p.t, 1), query.Get("resume") != ""
	if query.Has("watch") {
		room.seat, room.token = 0, ""
	}
	got := make(chan netproto.ClientFrame, 100)
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.read(in, got)
	}()
	ticker := time.NewTicker(time.Second / 30)
	defer ticker.Stop()
	var h netproto.Header
	left := false
	for n := 0; !left && (l.ticks == 0 || n < l.ticks); n++ {
		select {
		case <-ticker.C:
		case <-done:
			return
		}
		for len(got) > 0 {
			f := <-got
			left = left || f.Leave
			p.take(f, room, &h)
		}
		room.step()
		frame := room.frame(nil, h)
		if n == 0 {
			frame = room.welcome(resumed)
		}
		if l.mute || l.silent && n > 0 {
			continue
		}
		if _, err := conn.Write(unmasked(wsframe.Binary, frame)); err != nil {
			break
		}
	}
	if left {
		l.end = netproto.CloseBye
	}
	if l.end != netproto.CloseLost {
		_, _ = conn.Write(unmasked(wsframe.Close, binary.BigEndian.AppendUint16(nil, uint16(l.end))))
		<-done // reads until the client has closed
	}
	conn.Close()
	<-done
}

// take does with a client's frame what a room does.
func (p *pipeServer) take(f netproto.ClientFrame, room *fakeRoom, h *netproto.Header) {
	for _, in := range f.Inputs {
		h.Slack = int32(in.Tick.Since(room.world.Tick().Add(1)))
		if h.Slack < 0 {
			h.Dropped++
		}
		p.inputs, p.slacks = append(p.inputs, in), append(p.slacks, int(h.Slack))
	}
	if f.Chat != "" {
		p.chats = append(p.chats, f.Chat)
	}
	h.Pong = f.Ping
	if f.Watches {
		p.watches, h.Watched = append(p.watches, f.Watch), f.Watch
	}
}

// read takes a client's frames off the connection until it ends.
func (p *pipeServer) read(in io.Reader, got chan<- netproto.ClientFrame) {
	for {
		opcode, payload, err := readMasked(in)
		if err == nil && opcode == wsframe.Close && len(payload) >= 2 {
			p.goodbyes = append(p.goodbyes, netproto.CloseCode(binary.BigEndian.Uint16(payload)))
		}
		if err != nil || opcode == wsframe.Close {
			return
		}
		if opcode != wsframe.Binary {
			continue
		}
		var f netproto.ClientFrame
		if err := netproto.ReadClientFrame(payload, &f); err != nil {
			p.t.Error(err)
		}
		got <- f
	}
}

var errUnmasked = errors.New("a client's frame without a mask")

// readMasked reads one frame of a client.
func readMasked(in io.Reader) (opcode wsframe.Opcode, payload []byte, err error) {
	var head [8]byte
	if _, err := io.ReadFull(in, head[:2]); err != nil {
		return 0, nil, err
	}
	if head[1]&0x80 == 0 {
		return 0, nil, errUnmasked
	}
	size := int(head[1] & 0x7f)
	if size == 126 {
		if _, err := io.ReadFull(in, head[2:4]); err != nil {
			return 0, nil, err
		}
		size = int(binary.BigEndian.Uint16(head[2:]))
	}
	if _, err := io.ReadFull(in, head[4:]); err != nil {
		return 0, nil, err
	}
	payload = make([]byte, size)
	_, err = io.ReadFull(in, payload)
	for i := range payload {
		payload[i] ^= head[4+i%4]
	}
	return wsframe.Opcode(head[0] & 0x0f), payload, err
}

// unmasked is a server's frame.
func unmasked(opcode wsframe.Opcode, payload []byte) []byte {
	var head [wsframe.MaxHeader]byte
	return append(wsframe.Header(&head, opcode, len(payload)), payload...)
}
