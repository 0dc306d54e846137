package tickconn

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// testPair is a self-made certificate.
func testPair(t testing.TB) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// valve is a client's socket through which only some bytes pass at a time.
type valve struct {
	*net.TCPConn
	held []byte
	shut bool
}

func (v *valve) Write(b []byte) (int, error) {
	if !v.shut {
		return v.TCPConn.Write(b)
	}
	v.held = append(v.held, b...)
	return len(b), nil
}

// pass lets n held bytes go.
func (v *valve) pass(t testing.TB, n int) {
	t.Helper()
	if _, err := v.TCPConn.Write(v.held[:n]); err != nil {
		t.Fatal(err)
	}
	v.held = v.held[n:]
}

// securePair returns a detached TLS server side and a client whose socket is a valve.
func securePair(t testing.TB, version uint16, options Options) (*SecureConn, *tls.Conn, *valve) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	dialled, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dialled.Close() })
	accepted, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	v := &valve{TCPConn: dialled.(*net.TCPConn)}
	server := tls.Server(Carry(accepted.(*net.TCPConn)), &tls.Config{
		Certificates: []tls.Certificate{testPair(t)}, DynamicRecordSizingDisabled: true,
	})
	client := tls.Client(v, &tls.Config{InsecureSkipVerify: true, MinVersion: version, MaxVersion: version})
	done := make(chan error, 1)
	go func() { done <- client.Handshake() }()
	if err := errors.Join(server.Handshake(), <-done); err != nil {
		t.Fatal(err)
	}
	c, err := DetachTLS(server, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	dialled.SetDeadline(time.Now().Add(20 * time.Second))
	return c, client, v
}

// versions runs a test over TLS 1.2 and 1.3.
func versions(t *testing.T, test func(t *testing.T, version uint16)) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		t.Run(tls.VersionName(version), func(t *testing.T) { test(t, version) })
	}
}

// readAll reads until want bytes have come, through a buffer of some size.
func readAll(t testing.TB, c *SecureConn, want, size int) (got []byte) {
	t.Helper()
	for b := make([]byte, size); len(got) < want; {
		n, err := c.TryRead(b)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, b[:n]...)
		if n == 0 {
			await(t, c.Conn, unix.POLLIN)
		}
	}
	return got
}

// TestRecordsInPieces lets two records in byte by byte: nothing is lost and
// nothing is early.
func TestRecordsInPieces(t *testing.T) {
	versions(t, func(t *testing.T, version uint16) {
		c, client, v := securePair(t, version, testOptions)
		v.shut = true
		client.Write([]byte("first"))
		one := len(v.held)
		client.Write([]byte("second"))
		var got []byte
		b := make([]byte, 100)
		for passed := 0; len(v.held) > 0; passed++ {
			if len(got) > 0 && passed < one {
				t.Fatalf("%q came after %d bytes", got, passed)
			}
			v.pass(t, 1)
			await(t, c.Conn, unix.POLLIN)
			n, err := c.TryRead(b)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, b[:n]...)
		}
		if string(got) != "firstsecond" {
			t.Errorf("got %q", got)
		}
	})
}

// TestSmallReads: what a reader has no room for waits for its next call, whether
// it is a decrypted byte or one of a record.
func TestSmallReads(t *testing.T) {
	versions(t, func(t *testing.T, version uint16) {
		c, client, _ := securePair(t, version, testOptions)
		var want []byte
		for i := range 600 {
			want = append(want, byte(i), byte(i>>8))
			client.Write(want[2*i:])
		}
		if got := readAll(t, c, len(want), 7); !bytes.Equal(got, want) {
			t.Error("bytes were lost or reordered")
		}
		if n, err := c.TryRead(make([]byte, 7)); n != 0 || err != nil || c.left != nil || c.more {
			t.Errorf("behind the end: %d, %v, %d bytes left", n, err, len(c.left))
		}
	})
}

// TestSecureBothWays moves more than any buffer holds, in both directions.
func TestSecureBothWays(t *testing.T) {
	versions(t, func(t *testing.T, version uint16) {
		c, client, _ := securePair(t, version, testOptions)
		want := make([]byte, 300_000)
		rand.Read(want)
		go client.Write(want)
		if got := readAll(t, c, len(want), 3000); !bytes.Equal(got, want) {
			t.Error("the client's bytes were changed")
		}
		done := make(chan []byte)
		go func() {
			got := make([]byte, len(want))
			io.ReadFull(client, got)
			done <- got
		}()
		for sent := 0; sent < len(want); {
			size := min(1+sent%40_000, len(want)-sent)
			_, err := c.WriteParts(want[sent:sent+size/2], want[sent+size/2:sent+size])
			switch err {
			case nil:
				sent += size
			case ErrFull:
				await(t, c.Conn, unix.POLLOUT)
			default:
				t.Fatal(err)
			}
		}
		for !c.Flush() {
			await(t, c.Conn, unix.POLLOUT)
		}
		if got := <-done; !bytes.Equal(got, want) {
			t.Error("the server's bytes were changed")
		}
	})
}

// TestSecureFull: a message that does not fit is refused whole, the connection
// lives on, and a goodbye still fits behind a full tail.
func TestSecureFull(t *testing.T) {
	c, client, _ := securePair(t, tls.VersionTLS13, testOptions)
	message, sent := make([]byte, 1000), 0
	for _, size := range []int{1000, 1} { // to the last byte
		_, err := c.WriteParts(nil, message[:size])
		for ; err == nil; _, err = c.WriteParts(nil, message[:size]) {
			sent += size
		}
		if err != ErrFull {
			t.Fatal(err)
		}
	}
	if _, err := c.WriteParts(nil, message); err != ErrFull || c.Tail() > testOptions.MaxTail+100 {
		t.Errorf("%v with a tail of %d", err, c.Tail())
	}
	remains, open := c.Leave([]byte("goodbye"))
	if !open || len(remains.Tail) > testOptions.MaxTail+recordSlack {
		t.Fatalf("open %v, %d bytes remain", open, len(remains.Tail))
	}
	tcp, err := remains.TCP()
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	written := make(chan error, 1)
	go func() {
		_, err := tcp.Write(remains.Tail)
		written <- err
	}()
	got, err := io.ReadAll(client) // to TLS's own end
	if err != nil || len(got) != sent+7 || !bytes.HasSuffix(got, []byte("goodbye")) {
		t.Errorf("the client read %d of %d bytes, %v", len(got), sent+7, err)
	}
	if err := <-written; err != nil {
		t.Error(err)
	}
}

// TestSecureEnds names the ends that a peer can make.
func TestSecureEnds(t *testing.T) {
	for name, row := range map[string]struct {
		end  func(client *tls.Conn, v *valve)
		want func(error) bool
	}{
		"goodbye":    {func(c *tls.Conn, _ *valve) { c.CloseWrite() }, func(err error) bool { return err == io.EOF }},
		"end of TCP": {func(_ *tls.Conn, v *valve) { v.CloseWrite() }, func(err error) bool { return err == io.EOF }},
		"inside a record": {func(c *tls.Conn, v *valve) {
			v.shut = true
			c.Write([]byte("x"))
			v.TCPConn.Write(v.held[:9])
			v.CloseWrite()
		}, func(err error) bool { return err == io.ErrUnexpectedEOF }},
		"tampered": {func(c *tls.Conn, v *valve) {
			v.shut = true
			c.Write([]byte("x"))
			v.held[len(v.held)-1] ^= 1
			v.TCPConn.Write(v.held)
		}, func(err error) bool { return err != nil && err != io.EOF }},
		"no TLS": {func(_ *tls.Conn, v *valve) { io.WriteString(v.TCPConn, "GET / HTTP/1.1\r\n\r\n") }, func(err error) bool { return err != nil }},
	} {
		t.Run(name, func(t *testing.T) {
			c, client, v := securePair(t, tls.VersionTLS13, testOptions)
			client.Write([]byte("before"))
			if got := readAll(t, c, 6, 100); string(got) != "before" {
				t.Fatalf("got %q", got)
			}
			row.end(client, v)
			b := make([]byte, 100)
			for range 2 { // an end is for good
				var n int
				var err error
				for n, err = c.TryRead(b); err == nil && n == 0; n, err = c.TryRead(b) {
					await(t, c.Conn, unix.POLLIN)
				}
				if n != 0 || !row.want(err) {
					t.Errorf("%d, %v", n, err)
				}
			}
			c.Close()
			if _, err := c.TryRead(b); err != net.ErrClosed {
				t.Errorf("after Close: %v", err)
			}
			if _, err := c.WriteParts(nil, b); err != net.ErrClosed {
				t.Errorf("after Close: %v", err)
			}
		})
	}
}

// TestIdleSecureReadIsFree: a tick without an input must not cost an allocation.
func TestIdleSecureReadIsFree(t *testing.T) {
	c, _, _ := securePair(t, tls.VersionTLS13, testOptions)
	b := make([]byte, 100)
	c.TryRead(b)
	if n := testing.AllocsPerRun(100, func() { c.TryRead(b) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestDetachTLSNeedsACarrier(t *testing.T) {
	one, other := net.Pipe()
	defer other.Close()
	if _, err := DetachTLS(tls.Server(one, &tls.Config{}), testOptions); err != errNoCarrier {
		t.Errorf("%v", err)
	}
}

// TestFirstReadTakesWhatHasArrived: what has come by the first read is there,
// although TLS itself holds none of it.
func TestFirstReadTakesWhatHasArrived(t *testing.T) {
	versions(t, func(t *testing.T, version uint16) {
		c, client, _ := securePair(t, version, testOptions)
		if _, err := client.Write([]byte("first")); err != nil {
			t.Fatal(err)
		}
		for late := time.Now().Add(10 * time.Second); ; {
			waiting, err := unix.IoctlGetInt(c.fd, unix.TIOCINQ)
			if err != nil || time.Now().After(late) {
				t.Fatal("it does not arrive: ", err)
			}
			if waiting > 0 {
				break
			}
		}
		b := make([]byte, 100)
		if n, err := c.TryRead(b); err != nil || string(b[:n]) != "first" {
			t.Errorf("%q, %v", b[:n], err)
		}
	})
}
