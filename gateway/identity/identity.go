// Package identity tells which user asks: by a JSON Web Token that the game's own
// backend or identity provider signed. It is the only importer of the libraries
// that read such tokens and keys.
package identity

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/sim"
)

const (
	// maxToken is the longest token that is looked at, bytes. Threat: parsing
	// whatever a client sends. Why 4 KB: data of 512 bytes, an RSA-free signature
	// and generous claims are below 2 KB.
	maxToken = 4 << 10
	// leeway is how far clocks may be apart.
	leeway = time.Minute
)

// Why a caller is not let in as a user. Each says what to do.
var (
	// ErrToken is what is wrong with a token.
	ErrToken = errors.New("the user token is not taken")
	// ErrNeeded: there is none, and nobody may be unknown.
	ErrNeeded = errors.New(`a user token is needed: send it as "Authorization: Bearer TOKEN"`)
	// ErrNoKeys: the keys that tokens are checked with cannot be had.
	ErrNoKeys = errors.New("user tokens cannot be checked right now; try again in a few seconds")
)

// Config says whose tokens are taken.
type Config struct {
	// KeyFile has the keys, as a JSON Web Key Set; "": none.
	KeyFile string
	// KeyURL is where an identity provider has its keys, http or https; "": none.
	KeyURL string
	// Issuer and Audience are what tokens must name; "": anything.
	Issuer, Audience string
	// Judge, unless nil, tells whose token it is in place of all keys: a game's own.
	Judge Judge
	// Anonymous lets callers in who show no token.
	Anonymous bool
	Log       *slog.Logger
	// Clock is for tests; nil is time.Now.
	Clock func() time.Time
}

// Users tells who asks. Any goroutine.
type Users struct {
	keys      *keySet
	parser    *jwt.Parser
	judged    *judged // nil: keys tell
	anonymous bool
}

// New reads the keys. A KeyURL that does not answer yet is asked again later.
// Errors: the file's.
func New(ctx context.Context, c Config) (*Users, error) {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Judge != nil {
		return &Users{judged: newJudged(c.Judge, c.Log), anonymous: c.Anonymous}, nil
	}
	keys, err := openKeys(ctx, c)
	if err != nil {
		return nil, err
	}
	options := []jwt.ParserOption{
		jwt.WithValidMethods([]string{"HS256", "ES256", "EdDSA"}), jwt.WithLeeway(leeway), jwt.WithExpirationRequired(),
		jwt.WithTimeFunc(c.Clock),
	}
	if c.Issuer != "" {
		options = append(options, jwt.WithIssuer(c.Issuer))
	}
	if c.Audience != "" {
		options = append(options, jwt.WithAudience(c.Audience))
	}
	return &Users{keys: keys, parser: jwt.NewParser(options...), anonymous: c.Anonymous}, nil
}

// Anonymous reports whether somebody may play who shows no token.
func (u *Users) Anonymous() bool { return u == nil || u.anonymous }

// claims are what a token says of its user.
type claims struct {
	jwt.RegisteredClaims
	Name   string `json:"name,omitempty"`
	Rating *int64 `json:"rating,omitempty"`
	// Data is the game's own, in base64 without padding, for URLs.
	Data string `json:"data,omitempty"`
	Bot  bool   `json:"bot,omitempty"`
}

// Of tells who sent a request, by its header Authorization; name is what somebody
// unknown, or a user whose token has no name, wants to be called. nil Users know
// nobody. Errors: ErrNeeded, ErrNoKeys, ErrToken with what is wrong with it.
func (u *Users) Of(ctx context.Context, h http.Header, name string) (lobby.Player, error) {
	if u == nil {
		return lobby.Player{Name: name}, nil
	}
	token, shown, err := bearer(h)
	if err != nil {
		return lobby.Player{}, err
	}
	if !shown {
		if !u.anonymous {
			return lobby.Player{}, ErrNeeded
		}
		return lobby.Player{Name: name}, nil
	}
	if u.judged != nil {
		return u.judged.player(ctx, token, name)
	}
	var c claims
	if _, err := u.parser.ParseWithClaims(token, &c, func(t *jwt.Token) (any, error) { return u.keys.find(ctx, t) }); err != nil {
		return lobby.Player{}, refusalOf(err)
	}
	return c.player(name)
}

// bearer reads the token of a request; shown: there is one.
func bearer(h http.Header) (token string, shown bool, err error) {
	lines := h.Values("Authorization")
	if len(lines) == 0 {
		return "", false, nil
	}
	kind, token, _ := strings.Cut(lines[0], " ")
	switch {
	case len(lines) > 1:
		return "", false, fmt.Errorf("%w: there is more than one Authorization header", ErrToken)
	case !strings.EqualFold(kind, "Bearer") || token == "":
		return "", false, fmt.Errorf("%w: want the header as \"Authorization: Bearer TOKEN\"", ErrToken)
	case len(token) > maxToken:
		return "", false, fmt.Errorf("%w: it has %d bytes, at most %d", ErrToken, len(token), maxToken)
	}
	return token, true, nil
}

func (c *claims) player(name string) (lobby.Player, error) {
	p := lobby.Player{UserID: c.Subject, Name: c.Name, Bot: c.Bot}
	if p.Name == "" {
		p.Name = name
	}
	if p.UserID == "" {
		return p, fmt.Errorf("%w: it names no user (sub)", ErrToken)
	}
	if c.Rating != nil {
		if p.Rating = int32(*c.Rating); int64(p.Rating) != *c.Rating {
			return p, fmt.Errorf("%w: rating is %d, want 32 bits", ErrToken, *c.Rating)
		}
	}
	var err error
	if p.Data, err = base64.RawURLEncoding.DecodeString(c.Data); err != nil {
		return p, fmt.Errorf("%w: data is not base64url without padding", ErrToken)
	}
	if len(p.Data) > sim.MaxEntrantData {
		return p, fmt.Errorf("%w: data has %d bytes, at most %d", ErrToken, len(p.Data), sim.MaxEntrantData)
	}
	if err := p.Check(); err != nil {
		return p, fmt.Errorf("%w: %w", ErrToken, err)
	}
	return p, nil
}

// refusals are what a caller is told, by what the parser found.
var refusals = []struct {
	err  error
	text string
}{
	{jwt.ErrTokenMalformed, "it is no JSON Web Token"},
	{jwt.ErrTokenExpired, "it has expired; ask for another"},
	{jwt.ErrTokenNotValidYet, "it is not valid yet"},
	{jwt.ErrTokenUsedBeforeIssued, "it is from the future"},
	{jwt.ErrTokenInvalidAudience, "it is for another audience (aud)"},
	{jwt.ErrTokenInvalidIssuer, "it is of another issuer (iss)"},
	{jwt.ErrTokenRequiredClaimMissing, "it does not say what it must: exp, sub, and iss and aud where the server wants them"},
	{jwt.ErrTokenSignatureInvalid, "it is not signed by a key that this server takes, with HS256, ES256 or EdDSA"},
	{jwt.ErrTokenUnverifiable, "it is not signed by a key that this server takes, with HS256, ES256 or EdDSA"},
}

func refusalOf(err error) error {
	if errors.Is(err, ErrNoKeys) {
		return ErrNoKeys
	}
	for _, r := range refusals {
		if errors.Is(err, r.err) {
			return fmt.Errorf("%w: %s", ErrToken, r.text)
		}
	}
	return fmt.Errorf("%w: it does not say what it must", ErrToken)
}
