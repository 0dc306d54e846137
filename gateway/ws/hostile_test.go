package ws

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/metronome-server/metronome/internal/tickconn"
	"github.com/metronome-server/metronome/netproto"
)

func unmasked(first byte, payload []byte) []byte {
	return append([]byte{first, byte(len(payload))}, payload...)
}

func join(frames ...[]byte) []byte { return bytes.Join(frames, nil) }

// hostile is every way to break the framing, with the one code that answers it.
var hostile = []struct {
	name string
	sent []byte
	code netproto.CloseCode
}{
	{"text", masked(0x81, []byte("hello")), netproto.CloseText},
	{"text that is no UTF-8", masked(0x81, []byte{0xff, 0xfe}), netproto.CloseText},
	{"text in pieces", join(masked(0x01, []byte("a")), masked(0x80, []byte("b"))), netproto.CloseText},
	{"unmasked", unmasked(0x82, []byte("hello")), netproto.CloseProtocol},
	{"unmasked ping", unmasked(0x89, nil), netproto.CloseProtocol},
	{"unmasked close", unmasked(0x88, []byte{3, 232}), netproto.CloseProtocol},
	{"one byte too long", masked(0x82, make([]byte, netproto.MaxClientMessage+1)), netproto.CloseTooBig},
	{"claims 64 KB", maskedHeader(0x82, 1<<16-1), netproto.CloseTooBig},
	{"claims 1 TB", maskedHeader(0x82, 1<<40), netproto.CloseTooBig},
	{"claims all there is", maskedHeader(0x82, 1<<63-1), netproto.CloseTooBig},
	{"claims -1", maskedHeader(0x82, 1<<64-1), netproto.CloseProtocol},
	{"claims the lowest", maskedHeader(0x82, 1<<63), netproto.CloseProtocol},
	{"claims a low one with a high half", maskedHeader(0x82, 1<<63|0x7fffffff), netproto.CloseProtocol},
	{"claims -1 in a piece", maskedHeader(0x00, 1<<64-1), netproto.CloseProtocol},
	{"pieces too long together", join(masked(0x02, make([]byte, 600)), masked(0x00, make([]byte, 600))), netproto.CloseTooBig},
	{"endless empty pieces", append(masked(0x02, nil), bytes.Repeat(masked(0x00, nil), 5000)...), netproto.CloseTooBig},
	{"a piece of nothing", masked(0x80, []byte("x")), netproto.CloseProtocol},
	{"a message inside another", join(masked(0x02, []byte("a")), masked(0x82, []byte("b"))), netproto.CloseProtocol},
	{"a ping in pieces", masked(0x09, []byte("x")), netproto.CloseProtocol},
	{"a long ping", masked(0x89, make([]byte, 126)), netproto.CloseProtocol},
	{"a long close", masked(0x88, make([]byte, 200)), netproto.CloseProtocol},
	{"a ping of -1", maskedHeader(0x89, 1<<64-1), netproto.CloseProtocol},
	{"opcode 3", masked(0x83, []byte("x")), netproto.CloseProtocol},
	{"opcode 11", masked(0x8b, nil), netproto.CloseProtocol},
	{"reserved bit 1", masked(0xc2, []byte("x")), netproto.CloseProtocol},
	{"reserved bit 3", masked(0x92, []byte("x")), netproto.CloseProtocol},
	{"HTTP again", []byte(request), netproto.CloseProtocol},
}

// TestHostileFrames sends each, behind an honest message, while a second client
// plays on: the first is told its code, the second notices nothing.
func TestHostileFrames(t *testing.T) {
	modes(t, func(t *testing.T, r *rig) {
		honest, player := r.open()
		for _, row := range hostile {
			t.Run(row.name, func(t *testing.T) {
				r := &rig{t: t, mode: r.mode, upgrader: r.upgrader, address: r.address, trust: r.trust, conns: r.conns}
				c, p := r.open()
				go p.Write(append(masked(0x82, []byte("honest")), row.sent...))
				var got [][]byte
				end := ended(t, c, func(msg []byte) error { got = append(got, bytes.Clone(msg)); return nil })
				if end.Code != row.code || end.Reason == "" {
					t.Errorf("ended with %d %q, want %d", end.Code, end.Reason, row.code)
				}
				if len(got) != 1 || string(got[0]) != "honest" {
					t.Errorf("messages %q", got)
				}
				if code, reason := p.end(); code != int(row.code) || reason != end.Reason {
					t.Errorf("the peer read %d %q", code, reason)
				}
				player.send(masked(0x82, []byte("still here")))
				collect(t, honest, 1, 1)
			})
		}
	})
}

func TestManySmallPiecesAreFine(t *testing.T) {
	modes(t, func(t *testing.T, r *rig) {
		c, p := r.open()
		b := masked(0x02, nil)
		for range netproto.MaxClientMessage - 1 {
			b = append(b, masked(0x00, []byte("x"))...)
		}
		const times = 3
		go p.Write(bytes.Repeat(append(b, masked(0x80, []byte("x"))...), times))
		for _, msg := range collect(t, c, times, times) {
			if len(msg) != netproto.MaxClientMessage {
				t.Errorf("%d bytes", len(msg))
			}
		}
	})
}

// TestPingFlood: each Poll answers one ping, whatever comes.
func TestPingFlood(t *testing.T) {
	modes(t, func(t *testing.T, r *rig) {
		c, p := r.open()
		const pings = 1000
		var b []byte
		for i := range pings {
			b = append(b, masked(0x89, binary.BigEndian.AppendUint16(nil, uint16(i)))...)
		}
		go p.Write(append(b, masked(0x82, []byte("after"))...))
		polls, over := 0, false
		until(t, "the message behind the pings comes", func() bool {
			polls++
			if err := c.Poll(func([]byte) error { over = true; return nil }); err != nil {
				t.Fatal(err)
			}
			return over
		})
		if polls < pings/netproto.MaxMessagesPerPoll {
			t.Errorf("%d pings were taken in %d polls", pings, polls)
		}
		c.Close(netproto.CloseBye, "")
		pongs, last := 0, -1
		for {
			opcode, payload, err := p.frame()
			if err != nil || opcode == 8 {
				break
			}
			pongs++
			if n := int(binary.BigEndian.Uint16(payload)); opcode != 10 || n <= last {
				t.Fatalf("opcode %d, answer to %d after %d", opcode, n, last)
			} else {
				last = n
			}
		}
		if pongs == 0 || pongs > polls || last != pings-1 {
			t.Errorf("%d pongs in %d polls, the last for %d", pongs, polls, last)
		}
	})
}

func TestPeerCloses(t *testing.T) {
	for _, row := range []struct {
		name   string
		sent   []byte
		code   netproto.CloseCode
		reason string
		answer int
	}{
		{"bye", closing(1000, "see you"), netproto.CloseBye, "see you", 1000},
		{"page left", closing(1001, ""), 1001, "", 1001},
		{"own code", closing(4321, "mine"), 4321, "mine", 4321},
		{"no code", masked(0x88, nil), netproto.CloseBye, "", 0},
		{"reason is no UTF-8", closing(1000, "a\xff"), closeNotUTF8, "the reason is not UTF-8", 1007},
		{"half a code", masked(0x88, []byte{3}), netproto.CloseProtocol, "broken framing", 1002},
		{"half a zero", masked(0x88, []byte{0}), netproto.CloseProtocol, "broken framing", 1002},
		{"code 0", closing(0, ""), netproto.CloseProtocol, "broken framing", 1002},
		{"code 999", closing(999, ""), netproto.CloseProtocol, "broken framing", 1002},
		{"code 1006", closing(1006, ""), netproto.CloseProtocol, "broken framing", 1002},
		{"code 5000", closing(5000, ""), netproto.CloseProtocol, "broken framing", 1002},
	} {
		t.Run(row.name, func(t *testing.T) {
			modes(t, func(t *testing.T, r *rig) {
				c, p := r.open()
				p.send(append(row.sent, masked(0x82, []byte("behind the end"))...))
				end := ended(t, c, func([]byte) error { t.Error("a message behind the end"); return nil })
				if end.Code != row.code || end.Reason != row.reason {
					t.Errorf("ended with %d %q", end.Code, end.Reason)
				}
				if code, reason := p.end(); code != row.answer || (row.code != netproto.CloseProtocol && row.code != closeNotUTF8 && reason != "") {
					t.Errorf("the peer read %d %q, want %d", code, reason, row.answer)
				}
			})
		})
	}
}

func TestConnectionLost(t *testing.T) {
	for name, lose := range map[string]func(p *peer){
		"reset":                func(p *peer) { p.SetLinger(0); p.Close() },
		"end":                  func(p *peer) { p.Close() },
		"end of its half":      func(p *peer) { p.CloseWrite() },
		"end inside a frame":   func(p *peer) { p.send(masked(0x82, make([]byte, 9))[:7]); p.Close() },
		"reset inside a frame": func(p *peer) { p.send(maskedHeader(0x82, 999)); p.SetLinger(0); p.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			modes(t, func(t *testing.T, r *rig) {
				c, p := r.open()
				lose(p)
				// A writer may notice first; that must not hide the end from Poll.
				_ = c.Write([]byte("into the void"))
				if end := ended(t, c, ignore); end.Code != netproto.CloseLost {
					t.Errorf("ended with %v", end)
				}
			})
		})
	}
}

// TestSilentPeer stands for a half-open connection: nothing ever comes, not even
// an end. The room counts the silence; a goodbye must not wait for an answer.
func TestSilentPeer(t *testing.T) {
	modes(t, func(t *testing.T, r *rig) {
		c, p := r.open()
		for range 100 {
			if err := c.Poll(ignore); err != nil {
				t.Fatal(err)
			}
		}
		c.Close(netproto.CloseSilent, "")
		r.upgrader.Wait() // the peer never closes its side
		if code, _ := p.end(); code != int(netproto.CloseSilent) {
			t.Errorf("the peer read %d", code)
		}
	})
}

// TestNeverReads writes to a peer that does not read until nothing more is
// taken, which must be soon, and lets it catch up.
func TestNeverReads(t *testing.T) {
	modes(t, func(t *testing.T, r *rig) {
		c, p := r.open()
		p.SetReadBuffer(32 << 10)
		msg, sent := make([]byte, 700), 0
		write := func() error {
			binary.BigEndian.PutUint32(msg, uint32(sent))
			err := c.Write(msg)
			if err == nil {
				sent++
			}
			return err
		}
		until(t, "the tail is full", func() bool {
			for range 30 {
				if err := write(); err != nil {
					return err == tickconn.ErrFull
				}
			}
			return false
		})
		if c.Flush() {
			t.Error("a full connection is clear")
		}
		if err := c.Poll(ignore); err != nil {
			t.Errorf("poll of a full connection: %v", err)
		}
		if bytes := sent * 704; bytes > 1<<20 {
			t.Errorf("%d bytes were taken for a peer that does not read", bytes)
		}
		if waiting, buffers := held(c); waiting > netproto.MaxTail+64 || waiting < netproto.MaxTail-704 || buffers > 3*netproto.MaxTail {
			t.Errorf("%d bytes wait in buffers of %d", waiting, buffers)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			for i := range sent {
				if opcode, payload, err := p.frame(); opcode != 2 || err != nil || binary.BigEndian.Uint32(payload) != uint32(i) {
					t.Errorf("message %d: opcode %d, %v", i, opcode, err)
					return
				}
			}
		}()
		until(t, "the peer has caught up", c.Flush)
		<-done
		if waiting, buffers := held(c); waiting != 0 || buffers > smallBatch {
			t.Errorf("%d bytes wait in buffers of %d, after all is sent", waiting, buffers)
		}
		if err := write(); err != nil {
			t.Error(err)
		}
	})
}

// held is what a connection keeps for its peer, and the buffers for it.
func held(c *Conn) (waiting, buffers int) {
	if l, ok := c.transport.(*portableTransport); ok {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.writing + len(l.queue), cap(l.queue) + cap(l.spare)
	}
	return tickHeld(c.transport)
}

// TestNeverReadsAndIsClosed: the goodbye is bounded, and so is what it holds.
func TestNeverReadsAndIsClosed(t *testing.T) {
	modes(t, func(t *testing.T, r *rig) {
		c, _ := r.open()
		until(t, "the tail is full", func() bool { return c.Write(make([]byte, 60_000)) != nil })
		c.Close(netproto.CloseSlow, "")
		r.upgrader.Wait()
	})
}

func TestTooManyGoodbyes(t *testing.T) {
	modes(t, func(t *testing.T, r *rig) {
		for range maxLingering {
			r.upgrader.lingering <- struct{}{}
		}
		attached, p := r.open()
		attached.Close(netproto.CloseRestart, "")
		if code, _ := p.end(); code != int(netproto.CloseRestart) {
			t.Errorf("attached: the peer read %d", code)
		}
		waiting, p := r.openUnattached()
		waiting.Close(netproto.CloseRestart, "")
		if code, _ := p.end(); code != -1 {
			t.Errorf("not attached: the peer read %d", code)
		}
		for range maxLingering {
			<-r.upgrader.lingering
		}
	})
}

// TestRandomBytes ends every connection with one code, whatever comes.
func TestRandomBytes(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	modes(t, func(t *testing.T, r *rig) {
		random := rand.New(rand.NewPCG(seed, 0))
		for range 50 {
			b := make([]byte, 1+random.IntN(3000))
			for i := range b {
				b[i] = byte(random.Uint32())
			}
			endsInOneCode(t, r, b)
		}
	})
}

// endsInOneCode sends b and the end of the stream. Poll and peer must agree.
func endsInOneCode(t *testing.T, r *rig, b []byte) netproto.CloseCode {
	c, p := r.open()
	_, _ = p.Write(b) // may fail: the server may have closed
	_ = p.CloseWrite()
	end := ended(t, c, ignore)
	code, _ := p.end()
	c.Close(netproto.CloseBye, "")
	p.Close()
	known := end.Code >= 1000 && end.Code < 5000
	agreed := code == int(end.Code) || end.Code == netproto.CloseLost && code == -1 || end.Code == netproto.CloseBye && code == 0
	if !known || !agreed {
		t.Errorf("ended with %v, the peer read %d, after %.500x", end, code, b)
	}
	return end.Code
}
