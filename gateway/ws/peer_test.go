package ws

import (
	"bufio"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/metronome-server/metronome/netproto"
)

// rig is a server whose connections the test itself ticks.
type rig struct {
	t        testing.TB
	mode     Mode
	upgrader *Upgrader
	server   *http.Server
	address  string
	secret   *Certificate
	trust    *tls.Config // what clients trust; nil: there is no TLS
	conns    chan *Conn
}

func newRig(t testing.TB, mode Mode, change ...func(*rig)) *rig {
	t.Helper()
	config := DefaultConfig()
	config.Mode, config.Log = mode, slog.New(slog.DiscardHandler)
	u, err := NewUpgrader(config)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, mode: mode, upgrader: u, address: listener.Addr().String(), conns: make(chan *Conn, 1)}
	r.server = &http.Server{Handler: r, ReadHeaderTimeout: netproto.HandshakeTimeout, ErrorLog: slog.NewLogLogger(config.Log.Handler(), slog.LevelDebug)}
	for _, f := range change {
		f(r)
	}
	if r.trust != nil {
		listener = ListenTLS(listener, r.secret.Config())
	}
	served := make(chan struct{})
	go func() { defer close(served); _ = r.server.Serve(listener) }()
	t.Cleanup(func() {
		r.server.Close()
		<-served
		u.Wait()
	})
	return r
}

func (r *rig) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if c, err := r.upgrader.Upgrade(w, req); err == nil {
		r.conns <- c
	}
}

// modes runs a test over both kinds of connection, without and with TLS.
func modes(t *testing.T, test func(t *testing.T, r *rig)) {
	for _, mode := range []Mode{ModeTick, ModePortable} {
		t.Run(string(mode), func(t *testing.T) {
			if mode == ModeTick && !canTick {
				t.Skip("not on this platform")
			}
			test(t, newRig(t, mode))
		})
		t.Run(string(mode)+" with TLS", func(t *testing.T) {
			if mode == ModeTick && !canTick {
				t.Skip("not on this platform")
			}
			test(t, newRig(t, mode, withTLS))
		})
	}
}

// withTLS is a change for newRig.
func withTLS(r *rig) { r.secret, r.trust = testCertificate(r.t) }

// peer is a client that can send anything.
type peer struct {
	t testing.TB
	socketConn
	in *bufio.Reader
}

// socketConn is a *net.TCPConn or a securedConn.
type socketConn interface {
	net.Conn
	CloseWrite() error
	SetLinger(seconds int) error
	SetReadBuffer(bytes int) error
}

// securedConn is a client's TLS connection whose Close is as abrupt as TCP's.
type securedConn struct {
	*tls.Conn
	tcp *net.TCPConn
}

func (s securedConn) Close() error                  { return s.tcp.Close() }
func (s securedConn) SetLinger(seconds int) error   { return s.tcp.SetLinger(seconds) }
func (s securedConn) SetReadBuffer(bytes int) error { return s.tcp.SetReadBuffer(bytes) }

const request = "GET /rooms/1 HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\nSec-WebSocket-Protocol: metronome.v1\r\n\r\n"

// open connects, upgrades and attaches. behind is sent together with the request.
func (r *rig) open(behind ...byte) (*Conn, *peer) {
	r.t.Helper()
	c, p := r.openUnattached(behind...)
	c.Attach(nil)
	r.t.Cleanup(func() { c.Close(netproto.CloseBye, "") })
	return c, p
}

// dial connects and sends nothing.
func (r *rig) dial() socketConn {
	r.t.Helper()
	conn, err := net.Dial("tcp", r.address)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	tcp := conn.(*net.TCPConn)
	if r.trust == nil {
		return tcp
	}
	return securedConn{tls.Client(conn, r.trust), tcp}
}

func (r *rig) openUnattached(behind ...byte) (*Conn, *peer) {
	r.t.Helper()
	conn := r.dial()
	p := &peer{t: r.t, socketConn: conn, in: bufio.NewReaderSize(conn, 128<<10)}
	p.send(append([]byte(request), behind...))
	response, err := http.ReadResponse(p.in, nil)
	if err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		r.t.Fatalf("upgrade: %v, %v", response, err)
	}
	if got := response.Header.Get("Sec-WebSocket-Protocol"); got != netproto.Subprotocol {
		r.t.Fatalf("subprotocol %q", got)
	}
	return <-r.conns, p
}

func (p *peer) send(b []byte) {
	p.t.Helper()
	if _, err := p.Write(b); err != nil {
		p.t.Fatal(err)
	}
}

// frame reads one frame of the server: whole and unmasked.
func (p *peer) frame() (opcode byte, payload []byte, err error) {
	var head [10]byte
	if _, err = io.ReadFull(p.in, head[:2]); err != nil {
		return 0, nil, err
	}
	if head[0]&0xf0 != 0x80 || head[1]&0x80 != 0 {
		p.t.Errorf("frame header % x", head[:2])
	}
	opcode = head[0] & 0x0f
	size := uint64(head[1])
	switch size {
	case 126:
		_, err = io.ReadFull(p.in, head[:2])
		size = uint64(binary.BigEndian.Uint16(head[:]))
	case 127:
		_, err = io.ReadFull(p.in, head[:8])
		size = binary.BigEndian.Uint64(head[:])
	}
	payload = make([]byte, size)
	if err == nil {
		_, err = io.ReadFull(p.in, payload)
	}
	return opcode, payload, err
}

// end reads up to the close frame and the end behind it. Code 0: an empty close
// frame; -1: none at all, the connection just ended.
func (p *peer) end() (code int, reason string) {
	p.t.Helper()
	code = -1
	for {
		opcode, payload, err := p.frame()
		switch {
		case errors.Is(err, io.EOF) && code >= 0:
			return code, reason
		case err != nil:
			if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
				p.t.Fatal("the server did not end the connection")
			}
			return code, reason
		case code >= 0:
			p.t.Fatalf("opcode %d behind the close frame", opcode)
		case opcode == 8 && len(payload) < 2:
			code = 0
		case opcode == 8:
			code, reason = int(binary.BigEndian.Uint16(payload)), string(payload[2:])
		}
	}
}

// masked builds a client's frame. first is FIN, reserved bits and opcode.
func masked(first byte, payload []byte) []byte {
	frame := maskedHeader(first, uint64(len(payload)))
	key := frame[len(frame)-4:]
	for i, b := range payload {
		frame = append(frame, b^key[i%4])
	}
	return frame
}

// maskedHeader is a header that claims any length, in the shortest form.
func maskedHeader(first byte, size uint64) []byte {
	frame := []byte{first}
	switch {
	case size < 126:
		frame = append(frame, 0x80|byte(size))
	case size < 1<<16:
		frame = binary.BigEndian.AppendUint16(append(frame, 0x80|126), uint16(size))
	default:
		frame = binary.BigEndian.AppendUint64(append(frame, 0x80|127), size)
	}
	return append(frame, 0x37, 0xfa, 0x21, 0x3d)
}

func closing(code uint16, reason string) []byte {
	return masked(0x88, append(binary.BigEndian.AppendUint16(nil, code), reason...))
}

// until ticks the condition until it holds.
func until(t testing.TB, what string, condition func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for late := time.After(20 * time.Second); !condition(); {
		select {
		case <-tick.C:
		case <-late:
			t.Fatal("waited in vain until " + what)
		}
	}
}

// ended polls until the connection has ended and returns how. Messages go to handle.
func ended(t testing.TB, c *Conn, handle func([]byte) error) (end *netproto.CloseError) {
	t.Helper()
	until(t, "the connection ends", func() bool { return errors.As(c.Poll(handle), &end) })
	return end
}

func ignore([]byte) error { return nil }
