package server

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"os"

	"github.com/spf13/pflag"

	"github.com/metronome-server/metronome/gateway/ws"
)

// openTLS reads the node's certificate, if it has one.
func (n *Node) openTLS(context.Context) (err error) {
	if n.config.TLSCert != "" {
		n.certificate, err = ws.NewCertificate(n.config.TLSCert, n.config.TLSKey, n.log)
	}
	return err
}

// trust is which certificates a command takes from servers.
type trust struct {
	ca       string
	insecure bool
}

func (t *trust) add(f *pflag.FlagSet) {
	f.StringVar(&t.ca, "tls-ca", "", "PEM file of further certificates to trust, for https servers")
	f.BoolVar(&t.insecure, "insecure", false, "trust any certificate, for https servers in tests")
}

// config is nil for what the system trusts.
func (t *trust) config() (*tls.Config, error) {
	switch {
	case t.insecure:
		return &tls.Config{InsecureSkipVerify: true}, nil
	case t.ca == "":
		return nil, nil
	}
	file, err := os.ReadFile(t.ca)
	if err != nil {
		return nil, fmt.Errorf("--tls-ca: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil { // of the system: the file alone will do
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(file) {
		return nil, fmt.Errorf("--tls-ca: no certificate in %s", t.ca)
	}
	return &tls.Config{RootCAs: pool}, nil
}

// httpClient is for one command, which closes its idle connections.
func httpClient(config *tls.Config) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = config
	return &http.Client{Transport: transport}
}

// trustAlso trusts, besides what the system does, the very certificate that own
// returns (DER), whatever its names: how a node's own bots and health checks
// reach it under an address of this machine.
func trustAlso(own func() ([]byte, error)) *tls.Config {
	return &tls.Config{
		InsecureSkipVerify: true, // VerifyConnection does it
		VerifyConnection: func(s tls.ConnectionState) error {
			leaf := s.PeerCertificates[0]
			mine, err := own()
			if err == nil && bytes.Equal(leaf.Raw, mine) {
				return nil
			}
			between := x509.NewCertPool()
			for _, c := range s.PeerCertificates[1:] {
				between.AddCert(c)
			}
			_, foreign := leaf.Verify(x509.VerifyOptions{DNSName: s.ServerName, Intermediates: between})
			if foreign != nil {
				return errors.Join(foreign, err)
			}
			return nil
		},
	}
}

// trustSelf is what the node's own bots trust; nil without TLS.
func (n *Node) trustSelf() *tls.Config {
	if n.certificate == nil {
		return nil
	}
	return trustAlso(func() ([]byte, error) { return n.certificate.Current().Certificate[0], nil })
}

// firstCertificate reads the first certificate of a PEM file.
func firstCertificate(name string) ([]byte, error) {
	file, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	for block, rest := pem.Decode(file); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "CERTIFICATE" {
			return block.Bytes, nil
		}
	}
	return nil, fmt.Errorf("no certificate in %s", name)
}
