package ws

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/metronome-server/metronome/internal/tickconn"
	"github.com/metronome-server/metronome/netproto"
)

// collect polls until n messages have come, at most limit per poll.
func collect(t *testing.T, c *Conn, n, limit int) (got []string) {
	t.Helper()
	until(t, "all messages are there", func() bool {
		before := len(got)
		err := c.Poll(func(msg []byte) error { got = append(got, string(msg)); return nil })
		if err != nil || len(got)-before > limit {
			t.Fatalf("%d messages in one poll, %v", len(got)-before, err)
		}
		return len(got) >= n
	})
	return got
}

func TestPollDeliversInOrder(t *testing.T) {
	modes(t, func(t *testing.T, r *rig) {
		c, p := r.open()
		if err := c.Poll(func([]byte) error { return errors.New("nothing was sent") }); err != nil {
			t.Fatal(err)
		}
		p.send(masked(0x82, []byte("one")))
		p.send(masked(0x82, nil))
		p.send(masked(0x02, []byte("th"))) // fragmented, with a ping between
		p.send(masked(0x89, []byte("?")))
		p.send(masked(0x00, []byte("r")))
		p.send(masked(0x80, []byte("ee")))
		p.send(masked(0x8a, []byte("a pong nobody asked for")))
		long := strings.Repeat("x", netproto.MaxClientMessage)
		p.send(masked(0x82, []byte(long)))
		if got := collect(t, c, 4, 4); strings.Join(got, "|") != "one||three|"+long {
			t.Errorf("got %.40q", got)
		}
		until(t, "the ping is taken", func() bool { _ = c.Poll(ignore); return !c.pinged && c.ping != nil })
		if opcode, payload, err := p.frame(); opcode != 10 || string(payload) != "?" {
			t.Errorf("answer to the ping: %d %q %v", opcode, payload, err)
		}
	})
}

// TestPollLimits sends far more than one poll may take: everything comes, in
// order, a limited part per poll.
func TestPollLimits(t *testing.T) {
	modes(t, func(t *testing.T, r *rig) {
		c, p := r.open()
		var small, large, want []byte
		for i := range 1000 {
			small = append(small, masked(0x82, fmt.Append(nil, i, ","))...)
			want = fmt.Append(want, i, ",")
		}
		go p.Write(small)
		got := collect(t, c, 1000, netproto.MaxMessagesPerPoll)
		if strings.Join(got, "") != string(want) {
			t.Error("small messages were lost or reordered")
		}
		const size = 1000
		for i := range 100 {
			large = append(large, masked(0x82, bytes.Repeat([]byte{byte(i)}, size))...)
		}
		go p.Write(large)
		// One more than the budget holds may have been read ahead.
		for i, msg := range collect(t, c, 100, netproto.ReadBudget/size+1) {
			if len(msg) != size || msg[0] != byte(i) {
				t.Fatalf("large message %d is wrong", i)
			}
		}
	})
}

func TestMessagesBehindTheRequest(t *testing.T) {
	modes(t, func(t *testing.T, r *rig) {
		c, p := r.open(append(masked(0x82, []byte("early")), masked(0x82, []byte("too"))[:3]...)...)
		p.send(masked(0x82, []byte("too"))[3:])
		if got := collect(t, c, 2, 2); got[0] != "early" || got[1] != "too" {
			t.Errorf("got %q", got)
		}
	})
}

func TestHandlerEndsConnection(t *testing.T) {
	for name, row := range map[string]struct {
		handle func(c *Conn) error
		code   netproto.CloseCode
		reason string
	}{
		"close error": {func(*Conn) error {
			return fmt.Errorf("wrapped: %w", &netproto.CloseError{Code: netproto.CloseFlood, Reason: "slow down"})
		}, netproto.CloseFlood, "slow down"},
		"other error": {func(*Conn) error { return errors.New("no such field") }, netproto.CloseBadFrame, "no such field"},
		"panic":       {func(*Conn) error { panic("a bug") }, netproto.CloseBadFrame, ""},
		"close inside": {func(c *Conn) error {
			c.Close(netproto.CloseKicked, "out")
			return nil
		}, netproto.CloseKicked, "out"},
	} {
		t.Run(name, func(t *testing.T) {
			modes(t, func(t *testing.T, r *rig) {
				c, p := r.open()
				// More behind it than one poll takes: nothing of that may be handled.
				p.send(bytes.Repeat(masked(0x82, []byte("x")), 3*netproto.MaxMessagesPerPoll))
				calls := 0
				end := ended(t, c, func([]byte) error { calls++; return row.handle(c) })
				if calls != 1 || end.Code != row.code || end.Reason != row.reason {
					t.Errorf("after %d calls: %v", calls, end)
				}
				if code, reason := p.end(); code != int(row.code) || reason != row.reason {
					t.Errorf("the peer read %d %q", code, reason)
				}
				if err := c.Write(nil); err == nil || c.Flush() {
					t.Errorf("write after the end: %v", err)
				}
			})
		})
	}
}

func TestWriteSizes(t *testing.T) {
	modes(t, func(t *testing.T, r *rig) {
		c, p := r.open()
		const longest = netproto.MaxTail - 4
		for _, size := range []int{0, 1, 125, 126, 65531, longest} {
			msg := bytes.Repeat([]byte{byte(size)}, size)
			if err := c.Write(msg); err != nil {
				t.Fatalf("%d bytes: %v", size, err)
			}
			clear(msg) // ours again as soon as Write has returned
			flushed := make(chan struct{})
			go func() {
				defer close(flushed)
				opcode, payload, err := p.frame()
				if opcode != 2 || err != nil || !bytes.Equal(payload, bytes.Repeat([]byte{byte(size)}, size)) {
					t.Errorf("%d bytes: read %d bytes of opcode %d, %v", size, len(payload), opcode, err)
				}
			}()
			until(t, "all is sent", c.Flush)
			<-flushed
		}
		for _, size := range []int{longest + 1, 1 << 20} {
			if err := c.Write(make([]byte, size)); !errors.Is(err, tickconn.ErrFull) {
				t.Errorf("%d bytes: %v", size, err)
			}
		}
	})
}

// TestCloseKeepsOrder closes with a tail that is full to the last byte: the peer
// still reads every message, then code and reason, then the end.
func TestCloseKeepsOrder(t *testing.T) {
	modes(t, func(t *testing.T, r *rig) {
		c, p := r.open()
		var sent []int
		for _, size := range []int{60_000, 2000, 100, 1, 0} {
			for c.Write(bytes.Repeat([]byte{byte(len(sent))}, size)) == nil {
				sent = append(sent, size)
			}
		}
		c.Close(netproto.CloseSlow, "you do not read")
		c.Close(netproto.CloseBye, "a second one does nothing")
		if err := c.Poll(ignore); err.Error() != "slow: you do not read" {
			t.Error(err)
		}
		for i, size := range sent {
			want := bytes.Repeat([]byte{byte(i)}, size)
			if opcode, payload, err := p.frame(); opcode != 2 || err != nil || !bytes.Equal(payload, want) {
				t.Fatalf("message %d of %d: opcode %d, %v", i, len(sent), opcode, err)
			}
		}
		if code, reason := p.end(); code != int(netproto.CloseSlow) || reason != "you do not read" {
			t.Errorf("the peer read %d %q", code, reason)
		}
	})
}

// TestGoodbyeIsNotReset closes connections that have unread input and a peer that
// goes on sending: a reset could overtake the close frame on its way.
func TestGoodbyeIsNotReset(t *testing.T) {
	modes(t, func(t *testing.T, r *rig) {
		for name, end := range map[string]func(c *Conn){
			"closed":       func(c *Conn) { c.Close(netproto.CloseKicked, "") },
			"bad framing":  func(c *Conn) { ended(t, c, ignore) },
			"not attached": nil,
		} {
			c, p := r.openUnattached(bytes.Repeat(masked(0x83, make([]byte, 1000)), 20)...)
			if end != nil {
				c.Attach(nil)
				end(c)
			} else {
				c.Close(netproto.CloseRoomFull, "")
			}
			if code, _ := p.end(); code < 0 {
				t.Errorf("%s: no code came", name)
			}
			sent := 0
			until(t, "enough was sent", func() bool {
				p.send(masked(0x82, []byte("still typing")))
				sent++
				return sent == 20
			})
			p.Close()
		}
	})
}

func TestCloseBeforeAttach(t *testing.T) {
	modes(t, func(t *testing.T, r *rig) {
		c, p := r.openUnattached(masked(0x82, []byte("never read"))...)
		c.Close(netproto.CloseRoomFull, strings.Repeat("é", 100))
		c.Attach(nil)
		if end := ended(t, c, ignore); end.Code != netproto.CloseRoomFull {
			t.Error(end)
		}
		if code, reason := p.end(); code != int(netproto.CloseRoomFull) || reason != strings.Repeat("é", 61) {
			t.Errorf("the peer read %d %q", code, reason)
		}
	})
}

func TestCloseLostSendsNothing(t *testing.T) {
	modes(t, func(t *testing.T, r *rig) {
		c, p := r.open()
		c.Close(netproto.CloseLost, "")
		if code, _ := p.end(); code != -1 {
			t.Errorf("code %d was sent", code)
		}
	})
}

func TestAttachFails(t *testing.T) {
	modes(t, func(t *testing.T, r *rig) {
		if r.mode != ModeTick {
			t.Skip("only taking over a socket can fail")
		}
		c, _ := r.openUnattached()
		c.handshake.Conn.Close()
		c.Attach(nil)
		if end := ended(t, c, ignore); end.Code != netproto.CloseLost {
			t.Error(end)
		}
	})
}
