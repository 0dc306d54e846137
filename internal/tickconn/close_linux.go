package tickconn

import (
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// Close closes the socket at once; a tail is lost. It may be called again.
func (c *Conn) Close() error {
	fd, _ := c.release()
	if fd < 0 {
		return nil
	}
	return unix.Close(fd)
}

// Remains is a released socket and the bytes that still have to leave.
type Remains struct {
	fd   int
	Tail []byte
}

// Release ends this Conn like Close, but keeps the socket open and hands it on
// with its tail, for a goodbye on some other goroutine. False: already closed.
func (c *Conn) Release() (Remains, bool) {
	fd, tail := c.release()
	return Remains{fd: fd, Tail: tail}, fd >= 0
}

// Leave is Release with last behind the tail, which may exceed Options.MaxTail
// by it.
func (c *Conn) Leave(last []byte) (Remains, bool) {
	if _, err := c.Write(last); err != nil {
		c.tail = append(c.tail, last...)
	}
	return c.Release()
}

func (c *Conn) release() (fd int, tail []byte) {
	fd, tail = c.fd, c.tail
	if fd >= 0 && c.poller != nil {
		c.poller.Remove(c)
	}
	c.fd, c.tail = -1, nil
	return fd, tail
}

// TCP puts the socket back under Go's poller. The Remains are spent, also on error.
func (r Remains) TCP() (*net.TCPConn, error) {
	file := os.NewFile(uintptr(r.fd), "tickconn")
	conn, err := net.FileConn(file)
	file.Close() // conn stands on a duplicate
	if err != nil {
		return nil, fmt.Errorf("tickconn: returning a socket to the poller: %w", err)
	}
	return conn.(*net.TCPConn), nil
}

// Close closes the socket without a goodbye.
func (r Remains) Close() error { return unix.Close(r.fd) }
