package identity

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/sim"
)

// keys are one of each kind, as their owner has them.
type keys struct {
	secret []byte
	ec     *ecdsa.PrivateKey
	ed     ed25519.PrivateKey
}

func newKeys(t testing.TB) keys {
	t.Helper()
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret)
	return keys{secret, ec, ed}
}

// set is their key set, with what checks tokens.
func set(t testing.TB, list ...jose.JSONWebKey) []byte {
	t.Helper()
	text, err := json.Marshal(jose.JSONWebKeySet{Keys: list})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (k keys) all() []jose.JSONWebKey {
	return []jose.JSONWebKey{
		{Key: k.secret, KeyID: "hs"}, {Key: k.ec.Public(), KeyID: "es"}, {Key: k.ed.Public(), KeyID: "ed"},
	}
}

func file(t testing.TB, text []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// now is a moment at which tests play; it moves with advance.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.at.Store(1_800_000_000)
	return c
}

func (c *clock) now() time.Time          { return time.Unix(c.at.Load(), 0) }
func (c *clock) advance(d time.Duration) { c.at.Add(int64(d / time.Second)) }

func open(t testing.TB, change func(*Config)) (*Users, *clock) {
	t.Helper()
	at := newClock()
	c := Config{Issuer: "studio", Audience: "game", Log: slog.New(slog.DiscardHandler), Clock: at.now}
	change(&c)
	u, err := New(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return u, at
}

func good(at *clock) jwt.MapClaims {
	return jwt.MapClaims{
		"sub": "ann", "name": "Ann", "rating": -1200, "data": base64.RawURLEncoding.EncodeToString([]byte{1, 2, 255}),
		"iss": "studio", "aud": "game", "exp": at.now().Add(time.Hour).Unix(),
	}
}

func signed(t testing.TB, m jwt.SigningMethod, kid string, key any, c jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(m, c)
	if kid != "" {
		token.Header["kid"] = kid
	}
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func showing(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

func TestUsersAreKnownByEachKindOfKey(t *testing.T) {
	k := newKeys(t)
	u, at := open(t, func(c *Config) { c.KeyFile = file(t, set(t, k.all()...)) })
	want := lobby.Player{UserID: "ann", Name: "Ann", Rating: -1200, Data: []byte{1, 2, 255}}
	for _, one := range []struct {
		m   jwt.SigningMethod
		kid string
		key any
	}{
		{jwt.SigningMethodHS256, "hs", k.secret}, {jwt.SigningMethodES256, "es", k.ec}, {jwt.SigningMethodEdDSA, "ed", k.ed},
		{jwt.SigningMethodHS256, "", k.secret},
	} {
		got, err := u.Of(t.Context(), showing(signed(t, one.m, one.kid, one.key, good(at))), "else")
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", one.m.Alg(), got, err)
		}
	}
}

func TestTokensThatAreNotTaken(t *testing.T) {
	k, foreign := newKeys(t), newKeys(t)
	u, at := open(t, func(c *Config) { c.KeyFile = file(t, set(t, k.all()...)) })
	with := func(change func(jwt.MapClaims)) string {
		c := good(at)
		change(c)
		return signed(t, jwt.SigningMethodHS256, "hs", k.secret, c)
	}
	public, err := x509.MarshalPKIXPublicKey(k.ec.Public())
	if err != nil {
		t.Fatal(err)
	}
	none := jwt.NewWithClaims(jwt.SigningMethodNone, good(at))
	unsigned, err := none.SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	fine := with(func(jwt.MapClaims) {})
	for what, one := range map[string]struct{ token, says string }{
		"nothing":           {"", "want the header"},
		"no token":          {"abc", "no JSON Web Token"},
		"alg none":          {unsigned, "not signed by a key"},
		"another secret":    {signed(t, jwt.SigningMethodHS256, "hs", foreign.secret, good(at)), "not signed by a key"},
		"another key":       {signed(t, jwt.SigningMethodES256, "es", foreign.ec, good(at)), "not signed by a key"},
		"unknown key id":    {signed(t, jwt.SigningMethodES256, "new", k.ec, good(at)), "not signed by a key"},
		"key of other alg":  {signed(t, jwt.SigningMethodEdDSA, "es", k.ed, good(at)), "not signed by a key"},
		"public as secret":  {signed(t, jwt.SigningMethodHS256, "es", public, good(at)), "not signed by a key"},
		"PEM as secret":     {signed(t, jwt.SigningMethodHS256, "", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}), good(at)), "not signed by a key"},
		"other alg":         {signed(t, jwt.SigningMethodHS512, "hs", k.secret, good(at)), "not signed by a key"},
		"cut":               {fine[:len(fine)-3], "not signed by a key"},
		"expired":           {with(func(c jwt.MapClaims) { c["exp"] = at.now().Add(-2 * leeway).Unix() }), "expired"},
		"no end":            {with(func(c jwt.MapClaims) { delete(c, "exp") }), "does not say what it must"},
		"early":             {with(func(c jwt.MapClaims) { c["nbf"] = at.now().Add(2 * leeway).Unix() }), "not valid yet"},
		"other audience":    {with(func(c jwt.MapClaims) { c["aud"] = "shop" }), "another audience"},
		"no audience":       {with(func(c jwt.MapClaims) { delete(c, "aud") }), "does not say"},
		"other issuer":      {with(func(c jwt.MapClaims) { c["iss"] = "mallory" }), "another issuer"},
		"nobody":            {with(func(c jwt.MapClaims) { delete(c, "sub") }), "names no user"},
		"long user":         {with(func(c jwt.MapClaims) { c["sub"] = strings.Repeat("u", lobby.MaxUserID+1) }), "at most 128"},
		"user of controls":  {with(func(c jwt.MapClaims) { c["sub"] = "a\x00b" }), "cannot be printed"},
		"rating of 33 bits": {with(func(c jwt.MapClaims) { c["rating"] = int64(1) << 32 }), "want 32 bits"},
		"rating of a word":  {with(func(c jwt.MapClaims) { c["rating"] = "good" }), "no JSON Web Token"},
		"data of no base64": {with(func(c jwt.MapClaims) { c["data"] = "%%" }), "not base64url"},
		"too much data":     {with(func(c jwt.MapClaims) { c["data"] = strings.Repeat("A", 4*(sim.MaxEntrantData/3+1)) }), "at most 512"},
		"oversized":         {strings.Repeat("A", maxToken+1), "at most 4096"},
	} {
		if _, err := u.Of(t.Context(), showing(one.token), ""); !errors.Is(err, ErrToken) || !strings.Contains(err.Error(), one.says) {
			t.Errorf("%s: %v, want %q", what, err, one.says)
		}
	}
	for what, h := range map[string]http.Header{
		"another scheme": {"Authorization": {"Basic abc"}}, "two": {"Authorization": {"Bearer " + fine, "Bearer " + fine}},
	} {
		if _, err := u.Of(t.Context(), h, ""); !errors.Is(err, ErrToken) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := u.Of(t.Context(), nil, "Bo"); !errors.Is(err, ErrNeeded) {
		t.Errorf("no token at all: %v", err)
	}
}

func TestClocksMayBeApart(t *testing.T) {
	k := newKeys(t)
	u, at := open(t, func(c *Config) { c.KeyFile = file(t, set(t, k.all()...)) })
	c := good(at)
	c["exp"], c["nbf"] = at.now().Add(-leeway/2).Unix(), at.now().Add(leeway/2).Unix()
	if _, err := u.Of(t.Context(), showing(signed(t, jwt.SigningMethodHS256, "hs", k.secret, c)), ""); err != nil {
		t.Error(err)
	}
}

func TestAnonymousPlayersHaveTheNameTheyWant(t *testing.T) {
	k := newKeys(t)
	u, at := open(t, func(c *Config) { c.KeyFile, c.Anonymous = file(t, set(t, k.all()...)), true })
	if got, err := u.Of(t.Context(), nil, "Bo"); err != nil || got.Name != "Bo" || got.UserID != "" {
		t.Errorf("%+v, %v", got, err)
	}
	// A wrong token is no leave to be anonymous.
	if _, err := u.Of(t.Context(), showing("abc"), "Bo"); !errors.Is(err, ErrToken) {
		t.Errorf("a wrong token: %v", err)
	}
	c := good(at)
	delete(c, "name")
	if got, err := u.Of(t.Context(), showing(signed(t, jwt.SigningMethodHS256, "hs", k.secret, c)), "Bo"); err != nil || got.Name != "Bo" {
		t.Errorf("a user whose token has no name: %+v, %v", got, err)
	}
	var nobody *Users
	if got, err := nobody.Of(t.Context(), showing("abc"), "Bo"); err != nil || got.Name != "Bo" || !nobody.Anonymous() {
		t.Errorf("a server that knows no keys: %+v, %v", got, err)
	}
}

func TestKeyFilesThatCannotBeUsed(t *testing.T) {
	k := newKeys(t)
	wide, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	many := make([]jose.JSONWebKey, maxKeys+1)
	for i := range many {
		many[i] = jose.JSONWebKey{Key: k.secret}
	}
	for what, one := range map[string]struct{ text, says string }{
		"no JSON":      {"-----BEGIN", "JSON Web Key Set"},
		"no set":       {"{}", "JSON Web Key Set"},
		"empty":        {`{"keys": []}`, "no key in it"},
		"short secret": {string(set(t, jose.JSONWebKey{Key: []byte("short")})), "want 32 or more"},
		"P-384":        {string(set(t, jose.JSONWebKey{Key: wide.Public()})), "not P-256"},
		"to encrypt":   {string(set(t, jose.JSONWebKey{Key: k.secret, Use: "enc"})), `for "enc"`},
		"for HS512":    {string(set(t, jose.JSONWebKey{Key: k.secret, Algorithm: "HS512"})), "for HS512"},
		"too many":     {string(set(t, many...)), "at most 64"},
	} {
		if _, err := New(t.Context(), Config{KeyFile: file(t, []byte(one.text))}); err == nil || !strings.Contains(err.Error(), one.says) {
			t.Errorf("%s: %v, want %q", what, err, one.says)
		}
	}
	if _, err := New(t.Context(), Config{KeyFile: filepath.Join(t.TempDir(), "none")}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// provider is an identity provider that can be made to answer anything.
type provider struct {
	answer atomic.Pointer[[]byte] // nil: 500
	asked  atomic.Int32
}

func (p *provider) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	p.asked.Add(1)
	answer := p.answer.Load()
	if answer == nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	_, _ = w.Write(*answer)
}

func (p *provider) publish(text []byte) { p.answer.Store(&text) }

func fromProvider(t testing.TB, p *provider) (*Users, *clock) {
	t.Helper()
	s := httptest.NewServer(p)
	t.Cleanup(s.Close)
	return open(t, func(c *Config) { c.KeyURL = s.URL })
}

func TestProvidersKeysAreFollowed(t *testing.T) {
	before, after := newKeys(t), newKeys(t)
	p := &provider{}
	p.publish(set(t, jose.JSONWebKey{Key: before.ec.Public(), KeyID: "1"}, jose.JSONWebKey{Key: before.secret, KeyID: "s"}))
	u, at := fromProvider(t, p)
	try := func(m jwt.SigningMethod, kid string, key any) error {
		_, err := u.Of(t.Context(), showing(signed(t, m, kid, key, good(at))), "")
		return err
	}
	if err := try(jwt.SigningMethodES256, "1", before.ec); err != nil {
		t.Fatal(err)
	}
	if err := try(jwt.SigningMethodHS256, "s", before.secret); !errors.Is(err, ErrToken) {
		t.Errorf("a secret that anybody can read: %v", err)
	}
	p.publish(set(t, jose.JSONWebKey{Key: before.ec.Public(), KeyID: "1"}, jose.JSONWebKey{Key: after.ed.Public(), KeyID: "2"}))
	at.advance(askEvery + time.Second)
	if err := try(jwt.SigningMethodEdDSA, "2", after.ed); err != nil {
		t.Errorf("a key that is new: %v", err)
	}
	// Invented keys do not have the provider asked again and again.
	at.advance(askEvery + time.Second)
	asked := p.asked.Load()
	for range 20 {
		if err := try(jwt.SigningMethodEdDSA, "3", before.ed); !errors.Is(err, ErrToken) {
			t.Fatal(err)
		}
	}
	if got := p.asked.Load() - asked; got != 1 {
		t.Errorf("20 invented keys asked the provider %d times", got)
	}
}

func TestKeysOutliveTheirProvider(t *testing.T) {
	k := newKeys(t)
	p := &provider{}
	u, at := fromProvider(t, p)
	try := func() error {
		_, err := u.Of(t.Context(), showing(signed(t, jwt.SigningMethodES256, "1", k.ec, good(at))), "")
		return err
	}
	if err := try(); !errors.Is(err, ErrNoKeys) {
		t.Errorf("before it ever answered: %v", err)
	}
	p.publish(set(t, jose.JSONWebKey{Key: k.ec.Public(), KeyID: "1"}))
	at.advance(askEvery + time.Second)
	if err := try(); err != nil {
		t.Fatalf("once it answers: %v", err)
	}
	for what, answer := range map[string][]byte{"500": nil, "no set": []byte("<html>"), "endless": make([]byte, maxKeySet+1)} {
		if answer == nil {
			p.answer.Store(nil)
		} else {
			p.publish(answer)
		}
		at.advance(keysFresh + time.Second)
		u.keys.refresh(t.Context())
		if err := try(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	at.advance(keysKept)
	if err := try(); !errors.Is(err, ErrNoKeys) {
		t.Errorf("a day later: %v", err)
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	k := newKeys(t)
	p := &provider{}
	p.publish(set(t, jose.JSONWebKey{Key: k.ec.Public()}))
	s := httptest.NewServer(p)
	t.Cleanup(s.Close)
	away := httptest.NewServer(http.RedirectHandler(s.URL, http.StatusFound))
	t.Cleanup(away.Close)
	open(t, func(c *Config) { c.KeyURL = away.URL })
	if n := p.asked.Load(); n != 0 {
		t.Errorf("the other place was asked %d times", n)
	}
}

func TestMintedTokensAreTaken(t *testing.T) {
	k := newKeys(t)
	fresh, err := NewKeyFile()
	if err != nil {
		t.Fatal(err)
	}
	for what, text := range map[string][]byte{
		"a new file": fresh, "EC": set(t, jose.JSONWebKey{Key: k.ec, KeyID: "1"}), "Ed25519": set(t, jose.JSONWebKey{Key: k.ed}),
	} {
		name := file(t, text)
		m, err := NewMinter(name, "studio", "game")
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		who := lobby.Player{UserID: "bo", Name: "Bo", Rating: 7, Bot: true, Data: []byte("x")}
		token, err := m.Token(who, time.Hour)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		u, err := New(t.Context(), Config{KeyFile: name, Issuer: "studio", Audience: "game"})
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if got, err := u.Of(context.Background(), showing(token), ""); err != nil || !reflect.DeepEqual(got, who) {
			t.Errorf("%s: %+v, %v", what, got, err)
		}
	}
	if _, err := NewMinter(file(t, set(t, jose.JSONWebKey{Key: k.ec.Public()})), "", ""); err == nil {
		t.Error("a public key signs")
	}
}
