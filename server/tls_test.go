package server

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/metronome-server/metronome/bots"
	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/internal/testcert"
)

// startSecureNode runs a node with TLS.
func startSecureNode(t *testing.T, change func(*Config)) (n *Node, certFile string) {
	t.Helper()
	certFile, keyFile, _ := testcert.Files(t, t.TempDir())
	return startTestNode(t, func(c *Config) {
		c.TLSCert, c.TLSKey = certFile, keyFile
		if change != nil {
			change(c)
		}
	}), certFile
}

// TestPlayingOverTLS: the commands find their way, and only with trust.
func TestPlayingOverTLS(t *testing.T) {
	for _, connections := range []string{"auto", "portable"} {
		t.Run(connections, func(t *testing.T) {
			n, certFile := startSecureNode(t, func(c *Config) { c.Connections = connections })
			if !strings.HasPrefix(n.URL(), "https://127.0.0.1:") {
				t.Fatalf("URL %s", n.URL())
			}
			code, out, stderr := run(t.Context(), nil, "bots", "--server", n.URL(), "--tls-ca", certFile,
				"--players", "12", "--room-size", "6", "--warmup", "0s", "--duration", "1s", "--json")
			var r bots.Report
			if err := json.Unmarshal([]byte(out), &r); err != nil || code != 0 || r.Connected != 12 || r.Snapshots == 0 || r.Resyncs > 0 {
				t.Errorf("code %d, %v: %s %s", code, err, out, stderr)
			}
		})
	}
}

func TestTrust(t *testing.T) {
	n, certFile := startSecureNode(t, nil)
	nothing := filepath.Join(t.TempDir(), "nothing.pem")
	if err := os.WriteFile(nothing, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	otherFile, _, _ := testcert.Files(t, t.TempDir())
	port := n.URL()[strings.LastIndexByte(n.URL(), ':'):]
	here := map[string]string{"METRONOME_LISTEN": port, "METRONOME_TLS_CERT": certFile}
	elsewhere := map[string]string{"METRONOME_LISTEN": port, "METRONOME_TLS_CERT": otherFile}
	for _, row := range []struct {
		env  map[string]string
		args string
		says string // "": it succeeds
	}{
		{nil, "health --server " + n.URL(), "certificate signed by unknown authority"},
		{nil, "health --server " + n.URL() + " --insecure", ""},
		{nil, "health --server " + n.URL() + " --tls-ca " + certFile, ""},
		{nil, "health --server " + n.URL() + " --tls-ca " + otherFile, "certificate"},
		{nil, "health --server " + n.URL() + " --tls-ca " + nothing, "no certificate in " + nothing},
		{nil, "health --server " + n.URL() + " --tls-ca /nowhere", "/nowhere"},
		{here, "health --ready", ""},
		{elsewhere, "health", "certificate signed by unknown authority"},
		{nil, "rooms --server " + n.URL() + " --tls-ca " + certFile, ""},
		{nil, "rooms --server " + n.URL(), "certificate signed by unknown authority"},
		{nil, "bots --players 1 --server " + n.URL(), "certificate signed by unknown authority"},
	} {
		code, _, stderr := run(t.Context(), row.env, strings.Fields(row.args)...)
		if (code == 0) != (row.says == "") || !strings.Contains(stderr, row.says) {
			t.Errorf("%s: code %d, %q", row.args, code, stderr)
		}
	}
}

// TestTrustSelf: the certificate counts and not its names, and no other one does.
func TestTrustSelf(t *testing.T) {
	n, _ := startSecureNode(t, nil)
	address := strings.TrimPrefix(n.URL(), "https://")
	config := n.trustSelf()
	config.ServerName = "play.example.org"
	conn, err := tls.Dial("tcp", address, config)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	other, _ := startSecureNode(t, nil)
	if _, err := tls.Dial("tcp", strings.TrimPrefix(other.URL(), "https://"), config); err == nil {
		t.Error("trusted another node's certificate")
	}
}

// TestHouseBotsOverTLS: the node's own bots reach it under an address that its
// certificate need not name.
func TestHouseBotsOverTLS(t *testing.T) {
	n, certFile := startSecureNode(t, func(c *Config) { c.Bots = 3 })
	stop := n.fillRooms(n.log)
	defer stop()
	file, err := os.ReadFile(certFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(file)
	c, err := client.Dial(t.Context(), n.URL()+"/rooms/ffa", client.Options{Name: "Ada", TLS: &tls.Config{RootCAs: pool}})
	if err != nil {
		t.Fatal(err)
	}
	err = c.Run(t.Context(), client.Handler{Snapshot: func(s *client.Session) {
		if n.home.Info().Bots == 3 {
			s.Leave()
		}
	}})
	if err != nil {
		t.Error(err)
	}
}

func TestTLSFaultsAtStart(t *testing.T) {
	certFile, keyFile, _ := testcert.Files(t, t.TempDir())
	_, foreign, _ := testcert.Files(t, t.TempDir())
	for args, says := range map[string]string{
		"--tls-cert " + certFile:                           "want both or none",
		"--tls-key " + keyFile:                             "want both or none",
		"--tls-cert /nowhere --tls-key " + keyFile:         "/nowhere",
		"--tls-cert " + certFile + " --tls-key " + foreign: "private key does not match",
	} {
		code, _, stderr := run(t.Context(), nil, strings.Fields("serve --listen 127.0.0.1:0 "+args)...)
		if code != 1 || !strings.Contains(stderr, says) {
			t.Errorf("%s: code %d: %q", args, code, stderr)
		}
	}
}
