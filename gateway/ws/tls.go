package ws

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"
)

// certificateEvery is how often a handshake looks whether the certificate's files
// have changed. Why 10 s: two stats then cost nothing, and a renewal comes weeks
// before it is needed.
const certificateEvery = 10 * time.Second

// Certificate is a certificate and its key, in two PEM files that are read again
// when they change. Any goroutine.
type Certificate struct {
	certFile, keyFile string
	log               *slog.Logger
	now               func() time.Time

	mu      sync.Mutex
	current *tls.Certificate
	read    [2]fileStamp
	looked  time.Time
}

// fileStamp tells one version of a file from another.
type fileStamp struct {
	modified time.Time
	size     int64
}

// NewCertificate reads the files. Errors name the file and what is wrong with it.
func NewCertificate(certFile, keyFile string, log *slog.Logger) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile, log: log, now: time.Now}
	c.looked = c.now()
	c.read, _ = c.stamps()
	if err := c.load(); err != nil {
		return nil, err
	}
	return c, nil
}

// Current is the certificate that the next handshake gets.
func (c *Certificate) Current() *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); now.Sub(c.looked) >= certificateEvery {
		c.looked = now
		c.renew()
	}
	return c.current
}

// renew reads changed files. A faulty pair, such as one that is half written,
// leaves the old one in use, and is tried again at the next look.
func (c *Certificate) renew() {
	stamps, err := c.stamps()
	if err == nil && stamps == c.read {
		return
	}
	if err == nil {
		err = c.load()
	}
	if err != nil {
		c.log.Error("the new certificate cannot be used, the old one stays", "err", err, "until", c.current.Leaf.NotAfter)
		return
	}
	c.read = stamps
}

func (c *Certificate) stamps() (stamps [2]fileStamp, err error) {
	for i, name := range [2]string{c.certFile, c.keyFile} {
		info, err := os.Stat(name)
		if err != nil {
			return stamps, err
		}
		stamps[i] = fileStamp{info.ModTime(), info.Size()}
	}
	return stamps, nil
}

func (c *Certificate) load() error {
	certPEM, err := os.ReadFile(c.certFile)
	keyPEM, keyErr := os.ReadFile(c.keyFile)
	if err = errors.Join(err, keyErr); err != nil {
		return fmt.Errorf("TLS certificate: %w", err)
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		return fmt.Errorf("TLS certificate %s with key %s: %w", c.certFile, c.keyFile, err)
	}
	c.current = &pair
	level := slog.LevelInfo
	if c.now().After(pair.Leaf.NotAfter) {
		level = slog.LevelError // clients will refuse it
	}
	c.log.Log(context.Background(), level, "certificate", "names", pair.Leaf.DNSNames, "addresses", pair.Leaf.IPAddresses, "until", pair.Leaf.NotAfter)
	return nil
}

// Config is what a server shows its clients: TLS 1.2 or newer, and HTTP/1.1 only,
// which is what a WebSocket is opened with.
func (c *Certificate) Config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.Current(), nil },
		// A snapshot is one record and one write from the first on.
		DynamicRecordSizingDisabled: true,
	}
}

// ListenTLS has a listener's TCP connections speak TLS, in such a way that a
// room's tick can drive them.
func ListenTLS(l net.Listener, config *tls.Config) net.Listener {
	return tls.NewListener(carriers{l}, config)
}

type carriers struct{ net.Listener }

// Accept implements net.Listener.
func (c carriers) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if tcp, ok := conn.(*net.TCPConn); ok {
		return carry(tcp), err
	}
	return conn, err
}
