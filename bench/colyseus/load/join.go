//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"syscall"
)

// seat is a place that the server keeps for a player.
type seat struct{ SessionID, RoomID, ProcessID string }

// join takes a seat over HTTP, then opens the WebSocket to the room.
func join(l *loop, to netip.AddrPort) {
	c := connect(to, reserve(to))
	l.add(c)
	l.frames(c)
	l.poll(0)
}

func reserve(to netip.AddrPort) seat {
	resp, err := http.Post("http://"+to.String()+"/matchmake/joinOrCreate/arena", "application/json", bytes.NewReader([]byte("{}")))
	if err != nil {
		fatal("matchmaking: %v", err)
	}
	defer resp.Body.Close()
	var s seat
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<16))
	if err := json.Unmarshal(body, &s); err != nil || s.SessionID == "" {
		fatal("matchmaking: %s", body)
	}
	return s
}

func connect(to netip.AddrPort, s seat) *client {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		fatal("socket: %v", err)
	}
	if err := syscall.Connect(fd, &syscall.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}); err != nil {
		fatal("connect: %v", err)
	}
	_ = syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1) // only slower without
	request := fmt.Sprintf("GET /%s/%s?sessionId=%s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", s.ProcessID, s.RoomID, s.SessionID, to)
	if _, err := syscall.Write(fd, []byte(request)); err != nil {
		fatal("handshake: %v", err)
	}
	c := &client{fd: fd, buf: make([]byte, 16<<10), own: -1}
	c.upgraded()
	return c
}

// upgraded reads the answer to the upgrade; frames may follow it at once.
func (c *client) upgraded() {
	for {
		k, err := syscall.Read(c.fd, c.buf[c.end:])
		if err != nil || k <= 0 {
			fatal("handshake: %v", err)
		}
		c.end += k
		i := bytes.Index(c.buf[:c.end], []byte("\r\n\r\n"))
		if i < 0 {
			continue
		}
		if !bytes.HasPrefix(c.buf, []byte("HTTP/1.1 101 ")) {
			fatal("handshake: %s", c.buf[:c.end])
		}
		c.start = i + 4
		return
	}
}
