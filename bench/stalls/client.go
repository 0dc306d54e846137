package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"syscall"
	"time"

	"github.com/metronome-server/metronome/netproto"
)

// reader is a WebSocket client that reads as badly as it is told to.
type reader struct {
	conn   net.Conn
	in     *bufio.Reader
	mirror *netproto.Mirror
	frame  netproto.ServerFrame
	buffer []byte
}

// dial opens a room's URL with a small receive buffer, as a phone has, so that
// a stalled reader is felt by the server and not by this kernel.
func dial(ctx context.Context, room string) (*reader, error) {
	u, err := url.Parse(room)
	if err != nil {
		return nil, err
	}
	conn, err := (&net.Dialer{Control: smallBuffer}).DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return nil, err
	}
	r := &reader{conn: conn, in: bufio.NewReaderSize(conn, 512)}
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: %s\r\n\r\n", u.RequestURI(), u.Host, netproto.Subprotocol)
	if err != nil {
		return nil, err
	}
	answer, err := http.ReadResponse(r.in, nil)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusSwitchingProtocols {
		return nil, fmt.Errorf("%s: %s", room, answer.Status)
	}
	return r, r.next()
}

// smallBuffer is set before connecting: a window that shrinks later would have
// the kernel drop the server's acknowledgements of our pings too.
func smallBuffer(_, _ string, raw syscall.RawConn) (err error) {
	controlled := raw.Control(func(fd uintptr) {
		err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 2048)
	})
	return errors.Join(controlled, err)
}

// ping keeps the server from taking the reader for gone.
func (r *reader) ping() error {
	payload := netproto.AppendClientFrame(nil, &netproto.ClientFrame{Ping: 1})
	frame := append([]byte{0x82, 0x80 | byte(len(payload)), 0, 0, 0, 0}, payload...)
	_, err := r.conn.Write(frame)
	return err
}

// next reads one frame into the mirror.
func (r *reader) next() error {
	_ = r.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	var head [4]byte
	if _, err := io.ReadFull(r.in, head[:2]); err != nil {
		return err
	}
	size := int(head[1])
	if size == 126 {
		if _, err := io.ReadFull(r.in, head[2:]); err != nil {
			return err
		}
		size = int(binary.BigEndian.Uint16(head[2:]))
	}
	r.buffer = slices.Grow(r.buffer[:0], size)[:size]
	if _, err := io.ReadFull(r.in, r.buffer); err != nil {
		return err
	}
	if head[0] != 0x82 {
		return fmt.Errorf("the server closed the connection: %q", r.buffer)
	}
	if err := netproto.ReadServerFrame(r.buffer, &r.frame); err != nil {
		return err
	}
	if r.frame.Welcome != nil {
		r.mirror = netproto.NewMirror(r.frame.Welcome.GetSchema())
	}
	return r.mirror.Apply(&r.frame)
}

// sum is a hash of all rows that are shared, whatever their order.
func (r *reader) sum() uint64 {
	total := uint64(0)
	for table, shape := range r.mirror.Schema().GetTable() {
		public := 0
		for _, c := range shape.GetColumn() {
			if !c.GetPrivate() {
				public++
			}
		}
		for l := range r.mirror.Lists(table) {
			for i, id := range l.IDs() {
				h := fnv.New64a()
				_, _ = fmt.Fprint(h, table, id)
				for c := range public {
					_, _ = fmt.Fprint(h, " ", l.Column(c)[i])
				}
				total += h.Sum64()
			}
		}
	}
	return total
}
