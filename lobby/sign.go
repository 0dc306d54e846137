package lobby

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"sync"

	"github.com/redis/go-redis/v9"
)

// macSize is how much of the HMAC-SHA256 a token carries, bytes. 128 bits are
// beyond guessing, and half the length in a URL.
const macSize = 16

// maxToken is the longest token that Check looks at, characters.
// Threat: hashing whatever a client puts into a URL.
const maxToken = 2048

// keyring holds the key that all nodes sign with. After a store lost its data
// nodes may disagree until their next beat, so the previous key still checks.
type keyring struct {
	mu                sync.Mutex
	current, previous []byte
}

func (k *keyring) set(key []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !hmac.Equal(k.current, key) {
		k.previous, k.current = k.current, key
	}
}

func (k *keyring) both() (current, previous []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.current, k.previous
}

// Sign makes a URL-safe token of payload that any node can Check. purpose keeps
// apart what must not be taken for another: a resume is no ticket.
func (l *Lobby) Sign(purpose string, payload []byte) string {
	key, _ := l.ring.both()
	token := append(append([]byte{}, payload...), mac(key, purpose, payload)...)
	return base64.RawURLEncoding.EncodeToString(token)
}

// Check returns the payload of a token made by Sign with the same purpose, or
// ErrTicketForged. It takes the same time however wrong the signature is.
func (l *Lobby) Check(purpose, token string) ([]byte, error) {
	if len(token) > maxToken {
		return nil, ErrTicketForged
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) < macSize {
		return nil, ErrTicketForged
	}
	payload, got := raw[:len(raw)-macSize], raw[len(raw)-macSize:]
	current, previous := l.ring.both()
	if hmac.Equal(got, mac(current, purpose, payload)) {
		return payload, nil
	}
	if previous != nil && hmac.Equal(got, mac(previous, purpose, payload)) {
		return payload, nil
	}
	return nil, ErrTicketForged
}

func mac(key []byte, purpose string, payload []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte("metronome " + purpose + "\x00"))
	h.Write(payload)
	return h.Sum(nil)[:macSize]
}

// agreeOnKey takes the configured key, or the store's, which the first node makes.
func (l *Lobby) agreeOnKey(ctx context.Context) error {
	if len(l.cfg.Secret) > 0 {
		l.ring.set(l.cfg.Secret)
		return nil
	}
	fresh := hex.EncodeToString(randomBytes(32))
	if err := l.client.SetArgs(ctx, l.keys.secret, fresh, redis.SetArgs{Mode: "NX"}).Err(); err != nil && err != redis.Nil {
		return err
	}
	shared, err := l.client.Get(ctx, l.keys.secret).Result()
	if err != nil {
		return err
	}
	return l.adoptKey(shared)
}

// sharedKey is the key as the store keeps it; "" when it is configured.
func (l *Lobby) sharedKey() string {
	if len(l.cfg.Secret) > 0 {
		return ""
	}
	key, _ := l.ring.both()
	return hex.EncodeToString(key)
}

// adoptKey takes the store's key.
func (l *Lobby) adoptKey(shared string) error {
	key, err := hex.DecodeString(shared)
	if err != nil || len(key) < 16 {
		return fmt.Errorf("%w: the signing key at %s is damaged; delete it and the nodes put theirs back", ErrUnavailable, l.keys.secret)
	}
	l.ring.set(key)
	return nil
}
