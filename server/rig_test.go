package server

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
)

// TestMain looks for goroutines that stay behind. net/http keeps one for half a
// second after it has closed a connection whose request it did not read.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"))
}

// startTestNode runs a whole node on a free port.
func startTestNode(t testing.TB, change func(*Config)) *Node {
	t.Helper()
	return startNodeOf(t, arena.Game(), change)
}

// startNodeOf runs a whole node of a game on a free port.
func startNodeOf(t testing.TB, game sim.Game, change func(*Config)) *Node {
	t.Helper()
	c := DefaultConfig()
	c.Listen, c.Bots = "127.0.0.1:0", 0
	if change != nil {
		change(&c)
	}
	n, err := Start(t.Context(), c, []sim.Game{game}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		n.Stop()
		http.DefaultClient.CloseIdleConnections()
	})
	return n
}

// raw is a WebSocket client that can do what no honest one does.
type raw struct {
	t      testing.TB
	conn   net.Conn
	in     *bufio.Reader
	mirror *netproto.Mirror
	frame  netproto.ServerFrame
	seat   uint32
	resume string
	buf    []byte
}

// join opens a room's URL: "ffa?name=x" of the node, or a whole ws:// one.
func join(t testing.TB, n *Node, room string) *raw {
	t.Helper()
	u, err := url.Parse(n.LocalURL() + "/rooms/" + room)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	c := &raw{t: t, conn: conn, in: bufio.NewReader(conn)}
	t.Cleanup(func() { _ = conn.Close() })
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: %s\r\n\r\n", u.RequestURI(), u.Host, netproto.Subprotocol)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(c.in, nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusSwitchingProtocols {
		body, _ := io.ReadAll(answer.Body)
		t.Fatalf("%s: %s %s", room, answer.Status, body)
	}
	c.must(c.next())
	return c
}

func (c *raw) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// frameOf masks one WebSocket frame.
func frameOf(opcode byte, payload []byte) []byte {
	b := []byte{0x80 | opcode}
	switch {
	case len(payload) < 126:
		b = append(b, 0x80|byte(len(payload)))
	default:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(len(payload)))
	}
	mask := [4]byte{1, 2, 3, 4}
	b = append(b, mask[:]...)
	for i, v := range payload {
		b = append(b, v^mask[i&3])
	}
	return b
}

// sendBytes writes whatever it is given; a server that has hung up is no fault.
func (c *raw) sendBytes(b []byte) { _, _ = c.conn.Write(b) }

func (c *raw) send(f *netproto.ClientFrame) {
	c.sendBytes(frameOf(2, netproto.AppendClientFrame(nil, f)))
}

// next reads one snapshot into the mirror, or returns the close as an error.
func (c *raw) next() error {
	_ = c.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	var head [2]byte
	if _, err := io.ReadFull(c.in, head[:]); err != nil {
		return err
	}
	size := int(head[1] & 127)
	if size == 126 || size == 127 {
		more := make([]byte, map[int]int{126: 2, 127: 8}[size])
		if _, err := io.ReadFull(c.in, more); err != nil {
			return err
		}
		size = 0
		for _, b := range more {
			size = size<<8 | int(b)
		}
	}
	c.buf = slices.Grow(c.buf[:0], size)[:size]
	if _, err := io.ReadFull(c.in, c.buf); err != nil {
		return err
	}
	switch head[0] & 15 {
	case 2:
		return c.apply()
	case 8:
		end := &netproto.CloseError{Code: 1005}
		if size >= 2 {
			end.Code, end.Reason = netproto.CloseCode(binary.BigEndian.Uint16(c.buf)), string(c.buf[2:])
		}
		return end
	}
	return nil
}

func (c *raw) apply() error {
	if err := netproto.ReadServerFrame(c.buf, &c.frame); err != nil {
		return err
	}
	if w := c.frame.Welcome; w != nil {
		c.seat, c.resume = w.GetSeat(), w.GetResume()
		c.mirror = netproto.NewMirror(w.GetSchema())
	}
	return c.mirror.Apply(&c.frame)
}

// ends reads until the server closes and returns how.
func (c *raw) ends() *netproto.CloseError {
	c.t.Helper()
	for {
		err := c.next()
		var end *netproto.CloseError
		switch {
		case err == nil:
		case errors.As(err, &end):
			return end
		default:
			c.t.Fatalf("the connection ended without a close frame: %v", err)
		}
	}
}

// row returns a column of this seat's row of a table, and the row's id.
func (c *raw) row(table, column string) (value int32, id uint32, ok bool) {
	c.t.Helper()
	owner, found := netproto.Find(c.mirror.Schema(), table, "seat")
	wanted, also := netproto.Find(c.mirror.Schema(), table, column)
	if !found || !also {
		c.t.Fatalf("no column %s.seat or %s.%s", table, table, column)
	}
	for l := range c.mirror.Lists(owner.Table) {
		if i := slices.Index(l.Column(owner.Column), c.seat); i >= 0 {
			return int32(l.Column(wanted.Column)[i]), l.IDs()[i], true
		}
	}
	return 0, 0, false
}
