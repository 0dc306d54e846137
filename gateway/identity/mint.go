package identity

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"github.com/metronome-server/metronome/internal/id"
	"github.com/metronome-server/metronome/lobby"
)

// Minter signs user tokens: for load tests, for trying things out, and for
// backends in Go. Any goroutine.
type Minter struct {
	key      any
	id       string
	method   jwt.SigningMethod
	issuer   string
	audience string
}

// NewMinter reads the first key of a key set file that can sign: a shared secret
// or a private key. issuer and audience are what its tokens name, "" nothing.
func NewMinter(file, issuer, audience string) (*Minter, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, fmt.Errorf("%s: want a JSON Web Key Set: %w", file, err)
	}
	for _, k := range set.Keys {
		m := &Minter{key: k.Key, id: k.KeyID, issuer: issuer, audience: audience}
		switch private := k.Key.(type) {
		case []byte:
			m.method = jwt.SigningMethodHS256
		case *ecdsa.PrivateKey:
			m.method = jwt.SigningMethodES256
		case ed25519.PrivateKey:
			m.key, m.method = private, jwt.SigningMethodEdDSA
		default:
			continue
		}
		return m, nil
	}
	return nil, fmt.Errorf("%s: no key in it can sign: want a shared secret (kty oct) or a private key", file)
}

// Token signs who somebody is, good for a time.
func (m *Minter) Token(who lobby.Player, good time.Duration) (string, error) {
	if err := who.Check(); err != nil {
		return "", err
	}
	if who.UserID == "" {
		return "", errors.New("a token needs a user")
	}
	now := time.Now()
	c := claims{Name: who.Name, Data: base64.RawURLEncoding.EncodeToString(who.Data), Bot: who.Bot}
	if who.Rating != 0 {
		rating := int64(who.Rating)
		c.Rating = &rating
	}
	c.Subject, c.Issuer = who.UserID, m.issuer
	c.IssuedAt, c.ExpiresAt = jwt.NewNumericDate(now), jwt.NewNumericDate(now.Add(good))
	if m.audience != "" {
		c.Audience = jwt.ClaimStrings{m.audience}
	}
	t := jwt.NewWithClaims(m.method, c)
	if m.id != "" {
		t.Header["kid"] = m.id
	}
	return t.SignedString(m.key)
}

// NewKeyFile returns a key set with one new shared secret, for --user-keys and the
// game's backend.
func NewKeyFile() ([]byte, error) {
	secret := make([]byte, minSecret)
	_, _ = rand.Read(secret) // never fails since Go 1.24
	k := jose.JSONWebKey{Key: secret, KeyID: id.Unique(), Algorithm: "HS256", Use: "sig"}
	return json.MarshalIndent(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{k}}, "", "  ")
}
