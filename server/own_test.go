package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/metronome-server/metronome/bots"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/server/kit"
	"github.com/metronome-server/metronome/sim/arena"
)

// TestOwnPagesTakeThePlaceOfTheArenas, and the console and the inspector stay.
func TestOwnPagesTakeThePlaceOfTheArenas(t *testing.T) {
	n := startTestNode(t, func(c *Config) {
		c.Pages = fstest.MapFS{"index.html": {Data: []byte("the game's own")}, "rules.html": {Data: []byte("its rules")}}
	})
	for path, want := range map[string]string{
		"/": "the game's own", "/rules": "its rules", "/play": "404 page not found", "/console": "<title>", "/inspect": "<title>", "/info": `"modes"`, "/dev/state": "404",
	} {
		got, err := http.Get(n.LocalURL() + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(got.Body)
		_ = got.Body.Close()
		if err != nil || !strings.Contains(string(body), want) {
			t.Errorf("%s: %d, %v, %.200s", path, got.StatusCode, err, body)
		}
		if policy := got.Header.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe-inline") != (path != "/console" && path != "/inspect" && path != "/info") {
			t.Errorf("%s may: %s", path, policy)
		}
	}
}

// TestAProgramSpeaksOfItself: a game's own program has its own name, and something to do
// when it is told nothing.
func TestAProgramSpeaksOfItself(t *testing.T) {
	var out, says bytes.Buffer
	p := &program{ctx: t.Context(), name: programName("/games/tag.exe"), stdout: &out, stderr: &says}
	p.own.alone = []string{"version"}
	if code := p.main(nil); code != 0 || !strings.HasPrefix(out.String(), "metronome ") {
		t.Errorf("alone: %d, %s", code, &out)
	}
	if code := p.main([]string{"help"}); code != 0 || !strings.Contains(out.String(), "Usage: tag COMMAND") {
		t.Errorf("help: %d, %s", code, &out)
	}
	if code := p.main([]string{"nothing"}); code != 2 || !strings.HasPrefix(says.String(), "tag: unknown command") {
		t.Errorf("unknown: %d, %s", code, &says)
	}
}

// TestOwnBehaviours: bots do what fits the mode that they are in.
func TestOwnBehaviours(t *testing.T) {
	errOther := errors.New("another mode")
	made := ""
	maker := func(name string, err error) bots.Maker {
		return func(*pb.Schema, *rand.Rand) (bots.Behaviour, error) {
			made = name
			return nil, err
		}
	}
	all, usual := behaviours(map[string]bots.Maker{"a": maker("a", errOther), "b": maker("b", nil), "c": maker("c", nil)}, bots.AnyGame)
	if _, err := all[usual](nil, nil); err != nil || made != "b" || all["c"] == nil || all[bots.AnyGame] == nil {
		t.Errorf("%s was made, %v", made, err)
	}
	all, usual = behaviours(map[string]bots.Maker{"a": maker("a", errOther)}, bots.AnyGame)
	if _, err := all[usual](nil, nil); !errors.Is(err, errOther) {
		t.Errorf("%v", err)
	}
	if all, usual = behaviours(nil, "fighter"); usual != "fighter" || len(all) != len(bots.Behaviours) {
		t.Errorf("%s of %d", usual, len(all))
	}
	var o own
	for _, option := range []Option{Games(arena.Game()), Bots("x", maker("x", nil)), Outside("mine", nil), Alone("serve")} {
		option(&o)
	}
	if len(o.games) != 1 || o.makers["x"] == nil || o.receivers[0].Name != "mine" || o.alone[0] != "serve" {
		t.Errorf("%+v", o)
	}
}

// TestWhatAGameIsBuiltWith: a release is fetched by go, anything else is source.
func TestWhatAGameIsBuiltWith(t *testing.T) {
	for _, row := range []struct {
		given, version   string
		source, required string
		says             string
	}{
		{"", "v1.4.0", "", "v1.4.0", ""},
		{"", "v1.4.0-rc.1", "", "v1.4.0-rc.1", ""},
		{"", "v0.0.0-20261128014205-b84b6e87a3cf", kit.OwnSource(), "v0.0.0", ""},
		{"", "", kit.OwnSource(), "v0.0.0", ""},
		{kit.OwnSource(), "v1.4.0", kit.OwnSource(), "v0.0.0", ""},
		{t.TempDir(), "", "", "", "no go.mod of module"},
	} {
		g := kit.Game{Source: row.given}
		err := chooseSource(&g, row.version)
		if row.says != "" {
			if err == nil || !strings.Contains(err.Error(), row.says) {
				t.Errorf("%+v: %v", row, err)
			}
			continue
		}
		if err != nil || g.Source != row.source || g.Version != row.required {
			t.Errorf("%+v: %+v, %v", row, g, err)
		}
	}
}

// TestAuthorize: a program tells who its users are; the rules hear of them by their tickets.
func TestAuthorize(t *testing.T) {
	var o own
	Authorize(func(_ context.Context, token, name string) (User, error) {
		if token != "open sesame" {
			return User{}, errors.New("say it again")
		}
		return User{ID: "ali", Name: name + " baba", Rating: 40}, nil
	})(&o)
	n := startTestNode(t, func(c *Config) { c.Judge, c.Anonymous = o.judge, "no" })
	quickPlay := func(token string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, n.LocalURL()+"/metronome.v1.LobbyService/QuickPlay", strings.NewReader(`{"name":"ali"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = got.Body.Close() }()
		body, err := io.ReadAll(got.Body)
		if err != nil {
			t.Fatal(err)
		}
		return got.StatusCode, string(body)
	}
	if code, says := quickPlay(""); code != http.StatusUnauthorized || !strings.Contains(says, "a user token is needed") {
		t.Errorf("without a token: %d, %s", code, says)
	}
	if code, says := quickPlay("open barley"); code != http.StatusUnauthorized || !strings.Contains(says, "say it again") {
		t.Errorf("another token: %d, %s", code, says)
	}
	code, says := quickPlay("open sesame")
	var made struct{ Join struct{ URL string } }
	if err := json.Unmarshal([]byte(says), &made); code != http.StatusOK || err != nil {
		t.Fatalf("%d, %s, %v", code, says, err)
	}
	p := join(t, n, made.Join.URL[strings.Index(made.Join.URL, "/rooms/")+len("/rooms/"):])
	if name := p.frame.Welcome.GetRoster()[0].GetName(); name != "ali baba" {
		t.Errorf("the room knows %q", name)
	}
	c := DefaultConfig()
	c.Judge, c.UserKeys = o.judge, "users.json"
	if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "tells by itself who its users are") {
		t.Errorf("keys beside: %v", err)
	}
}
