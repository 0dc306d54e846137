package tickconn

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

var testOptions = Options{MaxTail: 64 << 10, SendBuffer: 16 << 10, UserTimeout: 30 * time.Second}

// pair returns a detached server side and an ordinary client side.
func pair(t testing.TB, options Options) (*Conn, *net.TCPConn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	peer, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { peer.Close() })
	accepted, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	c, err := Detach(accepted.(*net.TCPConn), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	peer.SetDeadline(time.Now().Add(20 * time.Second))
	return c, peer.(*net.TCPConn)
}

// await blocks until the kernel reports one of events on c.
func await(t testing.TB, c *Conn, events int16) {
	t.Helper()
	fds := []unix.PollFd{{Fd: int32(c.fd), Events: events}}
	for {
		n, err := unix.Poll(fds, 10_000)
		if err == unix.EINTR {
			continue
		}
		if n != 1 || err != nil {
			t.Fatalf("waiting for the socket: %d, %v", n, err)
		}
		return
	}
}

func TestTryRead(t *testing.T) {
	c, peer := pair(t, testOptions)
	b := make([]byte, 8)
	for range 2 {
		if n, err := c.TryRead(b); n != 0 || err != nil {
			t.Fatalf("nothing sent: %d, %v", n, err)
		}
		peer.Write([]byte("0123456789"))
		await(t, c, unix.POLLIN)
		for _, want := range []string{"01234567", "89"} {
			if n, err := c.TryRead(b); string(b[:n]) != want || err != nil {
				t.Fatalf("%q, %v", b[:n], err)
			}
		}
	}
	peer.CloseWrite()
	await(t, c, unix.POLLIN)
	if n, err := c.TryRead(nil); n != 0 || err != nil {
		t.Errorf("no room to read: %d, %v", n, err)
	}
	for range 2 {
		if n, err := c.TryRead(b); n != 0 || err != io.EOF {
			t.Errorf("after the peer's end: %d, %v", n, err)
		}
	}
}

func TestReadAfterReset(t *testing.T) {
	c, peer := pair(t, testOptions)
	peer.SetLinger(0)
	peer.Close()
	await(t, c, unix.POLLIN)
	for range 2 {
		if _, err := c.TryRead(make([]byte, 8)); !errors.Is(err, unix.ECONNRESET) {
			t.Fatalf("after a reset: %v", err)
		}
	}
	if _, err := c.Write([]byte("x")); !errors.Is(err, unix.ECONNRESET) {
		t.Errorf("write after a reset: %v", err)
	}
	if c.Flush() {
		t.Error("a broken connection says it is flushed")
	}
}

func TestWriteBrokenIsSeenByRead(t *testing.T) {
	c, peer := pair(t, testOptions)
	peer.SetLinger(0)
	peer.Close()
	await(t, c, unix.POLLHUP)
	if _, err := c.Write([]byte("x")); err == nil {
		t.Fatal("write to a reset connection was accepted")
	}
	if _, err := c.TryRead(make([]byte, 8)); err == nil {
		t.Error("read after a broken write")
	}
}

// TestTailKeepsOrder lets the peer read in random portions while messages of
// random sizes are written, and compares the streams.
func TestTailKeepsOrder(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	c, tcp := pair(t, testOptions)
	peer, err := Detach(tcp, testOptions)
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	var want, got []byte
	most, full := 0, 0
	portion := make([]byte, 48<<10)
	for len(want) < 4<<20 {
		head, body := fill(random, random.IntN(15)), fill(random, random.IntN(9000))
		switch n, err := c.WriteParts(head, body); {
		case err == ErrFull && n == 0:
			full++
			n, _ := peer.TryRead(portion[:1+random.IntN(len(portion)-1)])
			got = append(got, portion[:n]...)
		case err == nil && n == len(head)+len(body):
			want = append(append(want, head...), body...)
		default:
			t.Fatalf("write: %d, %v", n, err)
		}
		most = max(most, c.Tail(), cap(c.tail))
	}
	for len(got) < len(want) {
		c.Flush()
		n, err := peer.TryRead(portion)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, portion[:n]...)
	}
	if !bytes.Equal(got, want) {
		t.Fatal("the peer read other bytes than were written")
	}
	if !c.Flush() || c.tail != nil {
		t.Error("a drained connection still holds a tail")
	}
	if full == 0 || most > testOptions.MaxTail {
		t.Errorf("refused %d times, largest tail %d", full, most)
	}
}

func TestKeep(t *testing.T) {
	for n := range 7 {
		c := &Conn{options: testOptions, tail: []byte("...")}
		c.keep([]byte("abc"), []byte("def"), n)
		if want := "..." + "abcdef"[n:]; string(c.tail) != want {
			t.Errorf("without %d bytes the tail is %q, want %q", n, c.tail, want)
		}
	}
}

func fill(random *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return b
}

func TestWriteRefusesWhatNeverFits(t *testing.T) {
	c, _ := pair(t, testOptions)
	for _, row := range []struct {
		size int
		err  error
	}{{testOptions.MaxTail + 1, ErrFull}, {testOptions.MaxTail, nil}} {
		if _, err := c.Write(make([]byte, row.size)); err != row.err {
			t.Errorf("%d bytes: %v, want %v", row.size, err, row.err)
		}
	}
}

func TestUnsent(t *testing.T) {
	c, peer := pair(t, testOptions)
	if _, err := c.Write([]byte("hello")); err != nil || c.Unsent() != 0 {
		t.Fatalf("%v, %d unsent to a peer with an empty window", err, c.Unsent())
	}
	for c.Unsent() == 0 { // until the peer's window is full
		if _, err := c.Write(make([]byte, 1000)); err != nil && err != ErrFull {
			t.Fatal(err)
		}
	}
	if n := c.Unsent(); n > 4*testOptions.SendBuffer {
		t.Errorf("the kernel took %d unsent bytes", n)
	}
	go io.Copy(io.Discard, peer)
	for !c.Flush() || c.Unsent() > 0 {
		await(t, c, unix.POLLOUT)
	}
	c.Close()
}

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	c, peer := pair(t, testOptions)
	head, body, in := []byte{0x82, 60}, make([]byte, 60), make([]byte, 512)
	n := testing.AllocsPerRun(100, func() {
		peer.Write(body)
		await0(c)
		c.TryRead(in)
		c.WriteParts(head, body)
		c.Flush()
		c.Unsent()
		peer.Read(in)
	})
	if n != 0 {
		t.Errorf("%v allocations per tick", n)
	}
}

// await0 is await for reading without its allocations and checks.
func await0(c *Conn) {
	var fds [1]unix.PollFd
	fds[0] = unix.PollFd{Fd: int32(c.fd), Events: unix.POLLIN}
	unix.Poll(fds[:], 10_000)
}

// BenchmarkUnsent tells what asking the kernel costs per seat and tick.
func BenchmarkUnsent(b *testing.B) {
	c, _ := pair(b, testOptions)
	for b.Loop() {
		c.Unsent()
	}
}

// BenchmarkWrite tells what one snapshot costs, the loopback's receiving side included.
func BenchmarkWrite(b *testing.B) {
	c, peer := pair(b, testOptions)
	peer.SetDeadline(time.Time{})
	head, body, in := []byte{0x82, 60}, make([]byte, 60), make([]byte, 64<<10)
	for b.Loop() {
		for {
			if _, err := c.WriteParts(head, body); err == nil && c.Tail() == 0 {
				break
			}
			peer.Read(in)
		}
	}
}
