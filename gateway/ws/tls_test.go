package ws

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/metronome-server/metronome/internal/testcert"
	"github.com/metronome-server/metronome/netproto"
)

// testCertificate is what a server shows, and what trusts it.
func testCertificate(t testing.TB) (*Certificate, *tls.Config) {
	t.Helper()
	certFile, keyFile, leaf := testcert.Files(t, t.TempDir())
	c, err := NewCertificate(certFile, keyFile, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return c, &tls.Config{RootCAs: pool, ServerName: "127.0.0.1"}
}

func TestCertificateFaults(t *testing.T) {
	good, other := t.TempDir(), t.TempDir()
	cert, key, _ := testcert.Files(t, good)
	_, foreign, _ := testcert.Files(t, other)
	empty := filepath.Join(good, "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(good, "missing.pem")
	for name, c := range map[string]struct{ cert, key, want string }{
		"no certificate":          {missing, key, missing},
		"no key":                  {cert, missing, missing},
		"neither":                 {missing, missing + ".key", missing + ".key"},
		"nothing in it":           {empty, key, "failed to find any PEM data"},
		"swapped":                 {key, cert, "may have been switched"},
		"of another certificate":  {cert, foreign, "private key does not match"},
		"a directory, not a file": {good, key, "is a directory"},
	} {
		_, err := NewCertificate(c.cert, c.key, slog.New(slog.DiscardHandler))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "TLS certificate") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCertificateIsRenewed replaces the files of a running server.
func TestCertificateIsRenewed(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile, first := testcert.Files(t, dir)
	var log bytes.Buffer
	c, err := NewCertificate(certFile, keyFile, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	c.now = func() time.Time { return now }
	shown := func() *x509.Certificate { return c.Current().Leaf }

	_, _, second := testcert.Files(t, t.TempDir())
	testcert.Write(t, certFile, "CERTIFICATE", second.Raw) // and the key is yet to come
	later := func(d time.Duration) { now = now.Add(d) }
	if !shown().Equal(first) {
		t.Error("looked before it was time")
	}
	later(certificateEvery)
	if !shown().Equal(first) || !strings.Contains(log.String(), "cannot be used") {
		t.Errorf("half a renewal was taken, or not told: %s", &log)
	}
	_, _, third := testcert.Files(t, dir)
	later(certificateEvery - 1)
	if !shown().Equal(first) {
		t.Error("looked before it was time")
	}
	later(1)
	if !shown().Equal(third) {
		t.Error("the new certificate is not used")
	}
	if err := os.Remove(keyFile); err != nil {
		t.Fatal(err)
	}
	later(certificateEvery)
	if !shown().Equal(third) {
		t.Error("a missing file ended the certificate")
	}
}

func TestExpiredCertificateIsAnError(t *testing.T) {
	certFile, keyFile, leaf := testcert.Files(t, t.TempDir())
	var log bytes.Buffer
	c := &Certificate{
		certFile: certFile, keyFile: keyFile, log: slog.New(slog.NewTextHandler(&log, nil)),
		now: func() time.Time { return leaf.NotAfter.Add(time.Second) },
	}
	if err := c.load(); err != nil || !strings.Contains(log.String(), "level=ERROR") {
		t.Errorf("%v, %s", err, &log)
	}
}

// TestOnlyGoodTLS: 1.2 and newer, HTTP/1.1 only, and a word to who speaks plainly.
func TestOnlyGoodTLS(t *testing.T) {
	r := newRig(t, ModeAuto, withTLS)
	for version, want := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		config := r.trust.Clone()
		config.MinVersion, config.MaxVersion, config.NextProtos = version, version, []string{"h2", "http/1.1"}
		conn, err := tls.Dial("tcp", r.address, config)
		if (err == nil) != want {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
		if err != nil {
			continue
		}
		if got := conn.ConnectionState().NegotiatedProtocol; got != "http/1.1" {
			t.Errorf("%s: protocol %q", tls.VersionName(version), got)
		}
		conn.Close()
	}
	r.trust = nil
	plain := r.dial()
	io.WriteString(plain, request)
	if answer, err := io.ReadAll(plain); err != nil || !bytes.HasPrefix(answer, []byte("HTTP/1.0 400")) {
		t.Errorf("%q, %v", answer, err)
	}
}

// TestForeignTLSIsPortable: a TLS listener that is not ours works too.
func TestForeignTLSIsPortable(t *testing.T) {
	r := newRig(t, ModeAuto)
	foreign := httptest.NewUnstartedServer(r)
	foreign.StartTLS()
	defer foreign.Close()
	conn, err := tls.Dial("tcp", foreign.Listener.Addr().String(), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, request)
	c := <-r.conns
	c.Attach(nil)
	defer c.Close(netproto.CloseBye, "")
	if _, ok := c.transport.(*portableTransport); !ok {
		t.Errorf("it is a %T", c.transport)
	}
	conn.Write(masked(0x82, []byte("secret")))
	if got := collect(t, c, 1, 1); got[0] != "secret" {
		t.Errorf("got %q", got)
	}
}
