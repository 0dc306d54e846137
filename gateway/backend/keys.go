// Package backend is the service for a game's own backend: matches of named users,
// bans, and what leaves the rooms, behind keys that may do only what they are for.
package backend

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// The scopes of a server key: what it is for.
const (
	ScopeMatch    = "match"    // make, see and end matches
	ScopeModerate = "moderate" // remove, ban, announce
	ScopeWatch    = "watch"    // read outcomes and effects
)

// Scopes are all of them.
var Scopes = []string{ScopeMatch, ScopeModerate, ScopeWatch}

// Key is a server key as a file has it: without the key, whose hash is enough.
type Key struct {
	// Name is 1 to 32 of a-z, 0-9 and '-': how logs and the audit call who uses it.
	Name   string   `json:"name"`
	Scopes []string `json:"scopes"`
	// SHA256 is that of the key, in hex. A key is 256 random bits, so nothing slower
	// is needed.
	SHA256 string    `json:"sha256"`
	Made   time.Time `json:"made"`
}

// maxKeys is how many keys a file may have.
const maxKeys = 100

// keyPrefix is what keys begin with, so that they are found where they should not
// be.
const keyPrefix = "mts_"

// NewKey makes a key, and what a file has of it. Errors: a name or a scope that
// cannot be.
func NewKey(name string, scopes []string, now time.Time) (secret string, k Key, err error) {
	k = Key{Name: name, Scopes: scopes, Made: now.UTC().Truncate(time.Second)}
	random := make([]byte, 32)
	_, _ = rand.Read(random) // never fails since Go 1.24
	secret = keyPrefix + base64.RawURLEncoding.EncodeToString(random)
	k.SHA256 = hashOf(secret)
	return secret, k, k.check()
}

func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

func (k Key) check() error {
	if k.Name == "" || len(k.Name) > 32 || strings.Trim(k.Name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return fmt.Errorf("key name %q: want 1 to 32 of a-z, 0-9 and '-'", k.Name)
	}
	if len(k.Scopes) == 0 {
		return fmt.Errorf("key %s has no scope: want some of %s", k.Name, strings.Join(Scopes, ", "))
	}
	for _, scope := range k.Scopes {
		if !slices.Contains(Scopes, scope) {
			return fmt.Errorf("key %s: scope %q: want some of %s", k.Name, scope, strings.Join(Scopes, ", "))
		}
	}
	if sum, err := hex.DecodeString(k.SHA256); err != nil || len(sum) != sha256.Size {
		return fmt.Errorf("key %s: its sha256 is none", k.Name)
	}
	return nil
}

// ReadKeys reads a key file. Errors: the file's; what is wrong in it.
func ReadKeys(file string) ([]Key, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var content struct {
		Keys []Key `json:"keys"`
	}
	if err := json.Unmarshal(text, &content); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(content.Keys) > maxKeys {
		return nil, fmt.Errorf("%s: %d keys, at most %d", file, len(content.Keys), maxKeys)
	}
	var faults []error
	for i, k := range content.Keys {
		if err := k.check(); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", file, err))
		}
		if slices.ContainsFunc(content.Keys[:i], func(o Key) bool { return o.Name == k.Name }) {
			faults = append(faults, fmt.Errorf("%s: two keys are named %s", file, k.Name))
		}
	}
	return content.Keys, errors.Join(faults...)
}

// WriteKeys writes a key file whole, readable to its owner only, so that a reader
// sees the one before or this one.
func WriteKeys(file string, keys []Key) error {
	text, err := json.MarshalIndent(map[string][]Key{"keys": keys}, "", "  ")
	if err != nil {
		return err
	}
	fresh := file + ".new"
	if err := os.WriteFile(fresh, append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(fresh, file)
}

// keyRing is the keys of a file, read again when it has changed. Any goroutine.
type keyRing struct {
	file string
	log  *slog.Logger

	mu     sync.Mutex
	keys   map[string]Key // by hash
	looked time.Time
	state  fileState
}

type fileState struct {
	changed time.Time
	size    int64
}

// lookEvery is how often the file is looked at, at most.
const lookEvery = time.Second

func openKeys(file string, log *slog.Logger) (*keyRing, error) {
	r := &keyRing{file: file, log: log}
	if file == "" {
		return r, nil
	}
	return r, r.read()
}

func (r *keyRing) read() error {
	info, err := os.Stat(r.file)
	if err != nil {
		return err
	}
	keys, err := ReadKeys(r.file)
	r.state = fileState{info.ModTime(), info.Size()}
	if err != nil {
		return err
	}
	r.keys = map[string]Key{}
	for _, k := range keys {
		r.keys[k.SHA256] = k
	}
	return nil
}

// find returns the key that a secret is.
func (r *keyRing) find(secret string) (Key, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := time.Now(); r.file != "" && now.Sub(r.looked) > lookEvery {
		r.looked = now
		r.lookAgain()
	}
	k, ok := r.keys[hashOf(secret)]
	return k, ok
}

// lookAgain reads the file if it has changed. A file that cannot be read leaves the
// keys as they were, but one that is gone takes them along: that is how all are
// revoked.
func (r *keyRing) lookAgain() {
	info, err := os.Stat(r.file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.keys = nil
	case err == nil && (fileState{info.ModTime(), info.Size()}) != r.state:
		err = r.read()
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.log.Error("the server keys cannot be read; those from before stay", "file", r.file, "err", err)
	}
}
