package lobby

import (
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Each node signs with a key of its own and publishes the public half in its
// record. No secret is ever in the store, and a new key needs no agreement.

const (
	// maxToken is the longest token that check looks at, characters.
	// Threat: hashing whatever a client puts into a URL.
	maxToken = 2048
	// keyLife is how long a node signs with one key.
	keyLife = time.Hour
	// keysPublished is how many of its keys a node publishes: the next one, the
	// one it signs with, and one before, whose tokens are still on their way.
	keysPublished = 3
	// keyKept is how long the key of a node that is gone is good: longer than any
	// reservation.
	keyKept = 10 * time.Minute
	// learnEvery is how often at most an unknown key makes a node ask the store.
	// Threat: tokens with invented keys as questions to the store.
	learnEvery = 250 * time.Millisecond
)

// keyID is the beginning of the hash of a public key.
type keyID [8]byte

func idOf(public ed25519.PublicKey) keyID {
	sum := sha256.Sum256(public)
	return keyID(sum[:8])
}

type ownKey struct {
	id      keyID
	private ed25519.PrivateKey
	made    time.Time
	from    time.Time // signs from then on; zero: not published yet
}

// keyring is the keys that a node signs with and those of all nodes.
type keyring struct {
	secrets [][]byte // with which nodes vouch for their keys; none: the store is trusted

	mu    sync.Mutex
	own   []ownKey // newest first
	known map[keyID]knownKey
	nodes map[string]bool // whose records have been read
	asked time.Time       // when an unknown key last made us ask
}

type knownKey struct {
	public ed25519.PublicKey
	until  time.Time
}

// publishedKey is a public key as a node's record has it.
type publishedKey struct {
	Public []byte `json:"public"`
	// Voucher is an HMAC of Public with the deployment's secret: whoever can only
	// write to the store cannot make tickets.
	Voucher []byte `json:"voucher,omitempty"`
}

// nodeRecord is a node's entry in the directory.
type nodeRecord struct {
	Node
	Self string         `json:"self"`
	Keys []publishedKey `json:"keys"`
}

func newKeyring(secrets [][]byte) *keyring {
	return &keyring{secrets: secrets, known: map[keyID]knownKey{}, nodes: map[string]bool{}}
}

// renew makes a new key when the newest is old.
func (k *keyring) renew(now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.own) > 0 && now.Sub(k.own[0].made) < keyLife {
		return
	}
	k.rotate(now)
}

// rotate makes a new key. The caller holds mu, unless it is the only one.
func (k *keyring) rotate(now time.Time) {
	public, private, _ := ed25519.GenerateKey(nil) // reads the system's randomness, which never fails
	key := ownKey{id: idOf(public), private: private, made: now}
	k.own = append([]ownKey{key}, k.own[:min(len(k.own), keysPublished-1)]...)
}

// publish returns the public halves for the node's record.
func (k *keyring) publish() []publishedKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	keys := make([]publishedKey, len(k.own))
	for i, own := range k.own {
		keys[i].Public = own.private.Public().(ed25519.PublicKey)
		if len(k.secrets) > 0 {
			keys[i].Voucher = voucher(k.secrets[0], keys[i].Public)
		}
	}
	return keys
}

// published notes that the record with these keys is in the store. The newest is
// used from a moment on at which all nodes have read it; the first one at once.
func (k *keyring) published(keys []publishedKey, from time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range k.own {
		own := &k.own[i]
		listed := slices.ContainsFunc(keys, func(p publishedKey) bool { return idOf(p.Public) == own.id })
		if own.from.IsZero() && listed {
			own.from = from
		}
	}
}

func voucher(secret []byte, public []byte) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte("metronome key\x00"))
	h.Write(public)
	return h.Sum(nil)
}

// vouched reports whether a node of this deployment published a key.
func (k *keyring) vouched(key publishedKey) bool {
	return len(k.secrets) == 0 || slices.ContainsFunc(k.secrets, func(s []byte) bool {
		return hmac.Equal(key.Voucher, voucher(s, key.Public))
	})
}

// learn takes the keys of all living nodes in, and drops those that are long gone.
func (k *keyring) learn(records []nodeRecord, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.nodes)
	for _, r := range records {
		k.nodes[r.Self] = true
		for _, key := range r.Keys[:min(len(r.Keys), keysPublished)] {
			if len(key.Public) == ed25519.PublicKeySize && k.vouched(key) {
				k.known[idOf(key.Public)] = knownKey{key.Public, now.Add(keyKept)}
			}
		}
	}
	for id, key := range k.known {
		if now.After(key.until) {
			delete(k.known, id)
		}
	}
}

// knowsNode reports whether a node's record has been read.
func (k *keyring) knowsNode(node string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.nodes[node]
}

// find returns a public key. ask: it is unknown, and the store may be asked.
func (k *keyring) find(id keyID, now time.Time) (public ed25519.PublicKey, ask bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, own := range k.own {
		if own.id == id {
			return own.private.Public().(ed25519.PublicKey), false
		}
	}
	if key, ok := k.known[id]; ok {
		return key.public, false
	}
	if now.Sub(k.asked).Abs() < learnEvery {
		return nil, false
	}
	k.asked = now
	return nil, true
}

// signer is the newest key that all nodes have had time to read.
func (k *keyring) signer(now time.Time) ownKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, own := range k.own {
		if !own.from.IsZero() && !now.Before(own.from) {
			return own
		}
	}
	return k.own[len(k.own)-1]
}

// sign makes a URL-safe token of payload that any node can check: payload, key
// id, signature. purpose keeps apart what must not be taken for another.
func (l *Lobby) sign(purpose string, payload []byte) string {
	key := l.ring.signer(l.dir.now())
	token := append(append([]byte{}, payload...), key.id[:]...)
	token = append(token, ed25519.Sign(key.private, signed(purpose, payload))...)
	return base64.RawURLEncoding.EncodeToString(token)
}

// check returns the payload of a token made by sign with the same purpose on any
// node, or ErrTicketForged. It asks the store only for the key of a node that it
// has not met. Errors: ErrUnavailable, when it does not answer that.
func (l *Lobby) check(ctx context.Context, purpose, token string) ([]byte, error) {
	if len(token) > maxToken {
		return nil, ErrTicketForged
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	const tail = len(keyID{}) + ed25519.SignatureSize
	if err != nil || len(raw) < tail {
		return nil, ErrTicketForged
	}
	payload, id, signature := raw[:len(raw)-tail], keyID(raw[len(raw)-tail:]), raw[len(raw)-ed25519.SignatureSize:]
	public, ask := l.ring.find(id, l.dir.now())
	if public == nil {
		if public, err = l.meetKey(ctx, id, ask); err != nil {
			return nil, err
		}
	}
	if public == nil || !ed25519.Verify(public, signed(purpose, payload), signature) {
		return nil, ErrTicketForged
	}
	return payload, nil
}

// meetKey returns a key that was unknown, once the store was asked for it, here or by
// who met it a moment before; nil: it is none of ours.
func (l *Lobby) meetKey(ctx context.Context, id keyID, ask bool) (ed25519.PublicKey, error) {
	l.meeting.Lock()
	defer l.meeting.Unlock()
	if ask {
		if err := l.learnKeys(ctx); err != nil {
			return nil, err
		}
	}
	l.ring.mu.Lock()
	defer l.ring.mu.Unlock()
	return l.ring.known[id].public, nil
}

func signed(purpose string, payload []byte) []byte {
	return append([]byte("metronome "+purpose+"\x00"), payload...)
}

// learnKeys reads the keys of all living nodes.
func (l *Lobby) learnKeys(ctx context.Context) error {
	records, err := l.records(ctx)
	if err == nil {
		l.ring.learn(records, l.dir.now())
	}
	return err
}

func (l *Lobby) records(ctx context.Context) ([]nodeRecord, error) {
	texts, err := l.dir.nodes(ctx)
	if err != nil {
		return nil, err
	}
	records := make([]nodeRecord, len(texts))
	for i, text := range texts {
		if err := json.Unmarshal([]byte(text), &records[i]); err != nil {
			return nil, fmt.Errorf("%w: a node's record: %w", ErrUnavailable, err)
		}
	}
	return records, nil
}
