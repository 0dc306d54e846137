//go:build linux

package main

import (
	"encoding/binary"
	"syscall"
	"time"
)

// loop holds the connections and what was measured.
type loop struct {
	epoll   int
	clients []*client
	order   []int           // in which clients send, one period's
	byFd    map[int]*client // those still connected
	layout  [5]int

	measuring   bool
	from, until int64
	messages, patches, inputs, bytes, patchBytes,
	entities, malformed int64
	ack, gap histogram
}

var epoch = time.Now()

func clock() int64 { return int64(time.Since(epoch)) }

func (l *loop) add(c *client) {
	if err := syscall.SetNonblock(c.fd, true); err != nil {
		fatal("socket: %v", err)
	}
	l.clients = append(l.clients, c)
	l.byFd[c.fd] = c
	ev := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(c.fd)}
	if err := syscall.EpollCtl(l.epoll, syscall.EPOLL_CTL_ADD, c.fd, &ev); err != nil {
		fatal("epoll: %v", err)
	}
}

func (l *loop) drop(c *client) {
	if l.byFd[c.fd] == c {
		delete(l.byFd, c.fd)
		syscall.Close(c.fd)
	}
}

func (l *loop) ready() (k int) {
	for _, c := range l.clients {
		if c.own >= 0 && c.state {
			k++
		}
	}
	return k
}

func (l *loop) poll(ms int) {
	var ev [256]syscall.EpollEvent
	k, _ := syscall.EpollWait(l.epoll, ev[:], ms)
	for i := range max(k, 0) {
		if c := l.byFd[int(ev[i].Fd)]; c != nil {
			l.read(c)
		}
	}
}

func (l *loop) read(c *client) {
	if c.start == c.end {
		c.start, c.end = 0, 0
	} else if c.end == len(c.buf) {
		c.end = copy(c.buf, c.buf[c.start:c.end])
		c.start = 0
	}
	if c.end == len(c.buf) {
		c.buf = append(c.buf, make([]byte, len(c.buf))...)
	}
	k, err := syscall.Read(c.fd, c.buf[c.end:])
	if err == syscall.EAGAIN || err == syscall.EINTR {
		return
	}
	if err != nil || k <= 0 {
		l.drop(c)
		return
	}
	c.end += k
	l.frames(c)
}

// frames handles the whole WebSocket frames in c's buffer.
func (l *loop) frames(c *client) {
	t := clock()
	for l.byFd[c.fd] == c {
		b := c.buf[c.start:c.end]
		head, size := frameSize(b)
		if head == 0 || len(b) < head+size {
			return
		}
		c.start += head + size
		switch payload := b[head : head+size]; b[0] & 15 {
		case opClose:
			l.drop(c)
		case opPing:
			c.send(opPong, payload)
		case opText, opBinary:
			if size > 0 {
				l.message(c, payload, t)
			}
		}
	}
}

// frameSize returns the sizes of the first frame's head and payload; head is 0
// while too little of it has come.
func frameSize(b []byte) (head, size int) {
	if len(b) < 2 {
		return 0, 0
	}
	switch size = int(b[1] & 0x7f); {
	case size < 126:
		return 2, size
	case size == 126 && len(b) >= 4:
		return 4, int(binary.BigEndian.Uint16(b[2:]))
	case size == 127 && len(b) >= 10:
		return 10, int(binary.BigEndian.Uint32(b[6:]))
	}
	return 0, 0
}
