package identity

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
)

const (
	// maxKeySet is the longest key set that is read, bytes.
	maxKeySet = 256 << 10
	// maxKeys is how many keys a set may have.
	maxKeys = 64
	// fetchTimeout is how long an identity provider may take to give its keys.
	fetchTimeout = 5 * time.Second
	// keysFresh is how long fetched keys are used before they are asked for again,
	// aside: a key that the provider took back is good for no longer.
	keysFresh = 5 * time.Minute
	// keysKept is how long keys are good that cannot be fetched again. Why a day:
	// players come in while the provider is down.
	keysKept = 24 * time.Hour
	// askEvery is how often at most a key that is not known has the provider asked.
	// Threat: tokens with invented key ids as requests to it.
	askEvery = 10 * time.Second
	// minSecret is the least length of a shared secret, bytes: that of its digest
	// (RFC 7518 §3.2).
	minSecret = 32
)

// key is a key with the one algorithm that it is for: a token does not choose.
// Threat: a public key taken for a shared secret.
type key struct {
	id        string
	algorithm string
	public    any
}

// keySet is the keys of a file and those of a provider, which it asks again when
// they are old or when a token names one that is new.
type keySet struct {
	local  []key
	url    string
	client *http.Client
	clock  func() time.Time
	log    *slog.Logger

	mu      sync.Mutex
	fetched []key
	at      time.Time     // when fetched came
	asked   time.Time     // when the provider was last asked
	asking  chan struct{} // closed when the answer is there; nil: nobody asks
	failing bool          // the last question failed, and the log has it
}

func openKeys(ctx context.Context, c Config) (*keySet, error) {
	s := &keySet{
		url: c.KeyURL, clock: c.Clock, log: c.Log,
		client: &http.Client{Timeout: fetchTimeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
	if c.KeyFile != "" {
		text, err := os.ReadFile(c.KeyFile)
		if err != nil {
			return nil, err
		}
		if s.local, err = readKeys(text, true); err != nil {
			return nil, fmt.Errorf("%s: %w", c.KeyFile, err)
		}
	}
	if s.url != "" {
		s.refresh(ctx)
	}
	return s, nil
}

// readKeys reads a JSON Web Key Set. Keys for other uses and of other kinds are
// left out. secrets: shared ones are taken. Errors: it is none, or has no key that
// can be used, with what one of them lacks.
func readKeys(text []byte, secrets bool) ([]key, error) {
	var raw struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &raw); err != nil || raw.Keys == nil {
		return nil, errors.New(`want a JSON Web Key Set, {"keys": [...]}`)
	}
	if len(raw.Keys) > maxKeys {
		return nil, fmt.Errorf("%d keys, at most %d", len(raw.Keys), maxKeys)
	}
	var keys []key
	var fault error
	for i, one := range raw.Keys {
		k, err := readKey(one, secrets)
		if err != nil {
			fault = errors.Join(fault, fmt.Errorf("key %d: %w", i+1, err))
			continue
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, errors.Join(errors.New("no key in it can be used; want kty oct (HS256), EC with crv P-256 (ES256) or OKP with crv Ed25519 (EdDSA)"), fault)
	}
	return keys, nil
}

func readKey(text []byte, secrets bool) (key, error) {
	var k jose.JSONWebKey
	if err := k.UnmarshalJSON(text); err != nil {
		return key{}, err
	}
	if k.Use != "" && k.Use != "sig" {
		return key{}, fmt.Errorf("it is for %q", k.Use)
	}
	if _, secret := k.Key.([]byte); !secret && !k.IsPublic() {
		k = k.Public() // of a file that can sign too
	}
	out := key{id: k.KeyID, public: k.Key}
	switch public := k.Key.(type) {
	case []byte:
		if !secrets {
			return key{}, errors.New("a shared secret does not belong where anybody reads it")
		}
		if len(public) < minSecret {
			return key{}, fmt.Errorf("the secret has %d bytes, want %d or more", len(public), minSecret)
		}
		out.algorithm = "HS256"
	case *ecdsa.PublicKey:
		if public.Curve != elliptic.P256() {
			return key{}, errors.New("the curve is not P-256")
		}
		out.algorithm = "ES256"
	case ed25519.PublicKey:
		out.algorithm = "EdDSA"
	default:
		return key{}, fmt.Errorf("a %T is no key to check ES256, EdDSA or HS256 with", k.Key)
	}
	if k.Algorithm != "" && k.Algorithm != out.algorithm {
		return key{}, fmt.Errorf("it is for %s", k.Algorithm)
	}
	return out, nil
}

// find returns the keys that a token may be signed with: those of its algorithm
// and, when it names one, its id. Errors: ErrNoKeys, and that there is none.
func (s *keySet) find(ctx context.Context, t *jwt.Token) (any, error) {
	id, _ := t.Header["kid"].(string)
	if found, ok := s.pick(t.Method.Alg(), id); ok {
		return found, nil
	}
	if s.url != "" && s.mayAsk() {
		s.refresh(ctx)
		if found, ok := s.pick(t.Method.Alg(), id); ok {
			return found, nil
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.url != "" && s.fetched == nil && s.failing {
		return nil, ErrNoKeys
	}
	return nil, errors.New("no such key")
}

func (s *keySet) pick(algorithm, id string) (found jwt.VerificationKeySet, ok bool) {
	s.mu.Lock()
	now := s.clock()
	if s.url != "" && now.Sub(s.at) > keysFresh && now.Sub(s.asked) > askEvery && s.asking == nil {
		go s.refresh(context.Background()) // ends with fetchTimeout
	}
	if now.Sub(s.at) > keysKept {
		s.fetched = nil
	}
	fetched := s.fetched
	s.mu.Unlock()
	for _, keys := range [][]key{s.local, fetched} {
		for _, k := range keys {
			if k.algorithm == algorithm && (id == "" || k.id == id || k.id == "") {
				found.Keys = append(found.Keys, k.public)
			}
		}
	}
	return found, len(found.Keys) > 0
}

// mayAsk reports whether an unknown key may be asked for now.
func (s *keySet) mayAsk() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asking != nil || s.clock().Sub(s.asked) > askEvery
}

// refresh asks the provider for its keys, or waits for who does. When that fails
// those from before stay.
func (s *keySet) refresh(ctx context.Context) {
	s.mu.Lock()
	if answer := s.asking; answer != nil {
		s.mu.Unlock()
		select {
		case <-answer:
		case <-ctx.Done():
		}
		return
	}
	answer := make(chan struct{})
	s.asking, s.asked = answer, s.clock()
	s.mu.Unlock()
	// Not ctx: others wait for the answer too.
	fetchCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchTimeout)
	defer cancel()
	keys, err := s.fetch(fetchCtx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.fetched, s.at = keys, s.clock()
	}
	switch was := s.failing; {
	case err != nil && !was:
		s.log.Error("the keys of user tokens cannot be fetched; those from before stay for a day", "url", s.url, "err", err)
	case err == nil && was:
		s.log.Info("the keys of user tokens were fetched again", "url", s.url)
	}
	s.failing, s.asking = err != nil, nil
	close(answer)
}

func (s *keySet) fetch(ctx context.Context) ([]key, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answers %s", resp.Status)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxKeySet+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxKeySet {
		return nil, fmt.Errorf("it sends more than %d bytes", maxKeySet)
	}
	return readKeys(text, false)
}
