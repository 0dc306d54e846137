//go:build linux

package main

import (
	"encoding/binary"
	"math"
	"math/rand"
	"os"
	"syscall"
	"time"
)

// inflight is how many inputs' send times are remembered.
const inflight = 512

// Colyseus' message codes, as far as these players need them.
const (
	msgJoin  = 10
	msgError = 11
	msgData  = 13
	msgState = 14
	msgPatch = 15
	msgBytes = 17
)

// WebSocket opcodes.
const (
	opText, opBinary, opClose, opPing, opPong = 1, 2, 8, 9, 10
)

type client struct {
	fd         int
	buf        []byte
	start, end int  // unread bytes of buf
	state      bool // the full state has come
	own        int  // reference of this player's entity, -1 = not known yet
	seq, acked uint32
	sent       [inflight]int64 // by seq % inflight
	last       int64           // when the last patch came
	dx, dy     int8
	turnAt     int64
	mask       uint32
}

// send writes one short masked frame.
func (c *client) send(opcode byte, payload []byte) bool {
	c.mask = c.mask*1664525 + 1013904223
	b := make([]byte, 0, 140)
	b = append(b, 0x80|opcode, 0x80|byte(len(payload)))
	b = binary.LittleEndian.AppendUint32(b, c.mask)
	for i, x := range payload {
		b = append(b, x^b[2+(i&3)])
	}
	k, err := syscall.Write(c.fd, b)
	return err == nil && k == len(b)
}

// turn asks for a new direction every 0.8 to 1.2 s.
func (c *client) turn(t int64) {
	if t < c.turnAt {
		return
	}
	sin, cos := math.Sincos(rand.Float64() * 2 * math.Pi)
	c.dx, c.dy = int8(math.Round(cos*127)), int8(math.Round(sin*127))
	c.turnAt = t + int64(800+rand.Intn(400))*int64(time.Millisecond)
}

// input sends the direction that the player asks for.
func (l *loop) input(c *client) {
	if l.byFd[c.fd] != c {
		return
	}
	t := clock()
	c.turn(t)
	c.seq++
	c.sent[c.seq%inflight] = t
	b := binary.LittleEndian.AppendUint32([]byte{msgBytes, 1}, c.seq)
	if c.send(opBinary, append(b, byte(c.dx), byte(c.dy), 0)) && l.measuring {
		l.inputs++
	}
}

func (l *loop) message(c *client, b []byte, t int64) {
	if l.measuring {
		l.messages++
		l.bytes += int64(len(b))
	}
	switch b[0] {
	case msgJoin:
		c.send(opBinary, []byte{msgJoin})
	case msgState:
		c.state = true
	case msgData:
		c.identify(b)
	case msgPatch:
		l.patched(c, b, t)
	case msgError:
		os.Stderr.WriteString("load: the server reports an error: " + string(b[1:]) + "\n")
	}
}

// identify reads the server's message 'r': the number (MessagePack) of the
// player's entity.
func (c *client) identify(b []byte) {
	if len(b) <= 3 || b[1] != 0xa1 || b[2] != 'r' {
		return
	}
	switch v := b[3:]; {
	case v[0] < 0x80:
		c.own = int(v[0])
	case v[0] == 0xcc && len(v) > 1:
		c.own = int(v[1])
	case v[0] == 0xcd && len(v) > 2:
		c.own = int(binary.BigEndian.Uint16(v[1:]))
	}
}

func (l *loop) patched(c *client, b []byte, t int64) {
	if l.measuring {
		l.patches++
		l.patchBytes += int64(len(b))
		if c.last > 0 {
			l.gap.add(t - c.last)
		}
	}
	c.last = t
	if !l.patch(c, b[1:], t) {
		l.malformed++
	}
}
