package server

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/gateway/backend"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// said runs a command line that must work and returns what it printed.
func said(t *testing.T, args ...string) string {
	t.Helper()
	code, out, says := run(t.Context(), nil, args...)
	if code != 0 || says != "" {
		t.Fatalf("metronome %s: code %d, %s", strings.Join(args, " "), code, says)
	}
	return strings.TrimSuffix(out, "\n")
}

// refusals has a row for each command line that must fail: its code, and a part of
// what it says.
type refusals map[string]struct {
	code int
	says string
	args []string
}

func (rows refusals) check(t *testing.T, command string) {
	t.Helper()
	for what, row := range rows {
		code, out, says := run(t.Context(), nil, append([]string{command}, row.args...)...)
		if code != row.code || !strings.Contains(says, row.says) || out != "" {
			t.Errorf("%s: code %d, %q, prints %q; want code %d and %q", what, code, says, out, row.code, row.says)
		}
	}
}

// TestKeysOfBackends makes, lists and revokes keys, and looks what a node that was
// started with the file makes of them.
func TestKeysOfBackends(t *testing.T) {
	dir := t.TempDir()
	file, broken := filepath.Join(dir, "keys.json"), filepath.Join(dir, "broken.json")
	if err := os.WriteFile(broken, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	all := said(t, "keys", "--server-keys", file, "--new", "backend")
	watch := said(t, "keys", "--server-keys", file, "--new", "results", "--scope", "watch")
	list := strings.Fields(said(t, "keys", "--server-keys", file))
	if want := []string{"KEY", "SCOPES", "MADE", "backend", "match,moderate,watch", "results", "watch"}; len(list) != 9 || !slices.Equal(slices.Delete(slices.Clone(list[:8]), 5, 6), want) {
		t.Errorf("listed: %q", list)
	}
	if text, err := os.ReadFile(file); err != nil || strings.Contains(string(text), all) || strings.Contains(string(text), strings.TrimPrefix(watch, "mts_")) {
		t.Errorf("the file has a key in it: %v", err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode: %v, %v", info.Mode(), err)
	}
	refusals{
		"no file":           {1, "--server-keys: want the file", nil},
		"a missing file":    {1, "no such file", []string{"--server-keys", filepath.Join(dir, "none.json")}},
		"a missing folder":  {1, "no such file", []string{"--server-keys", filepath.Join(dir, "none", "keys.json"), "--new", "a"}},
		"a file of none":    {1, "broken.json", []string{"--server-keys", broken}},
		"a new one to that": {1, "broken.json", []string{"--server-keys", broken, "--new", "a"}},
		"unreadable":        {1, dir, []string{"--server-keys", dir}},
		"a wrong name":      {1, "want 1 to 32", []string{"--server-keys", file, "--new", "My Key"}},
		"a long name":       {1, "want 1 to 32", []string{"--server-keys", file, "--new", strings.Repeat("a", 33)}},
		"a wrong scope":     {1, `scope "play": want some of match, moderate, watch`, []string{"--server-keys", file, "--new", "a", "--scope", "play"}},
		"no scope":          {1, "has no scope", []string{"--server-keys", file, "--new", "a", "--scope", ""}},
		"a name twice":      {1, "there is a key of this name", []string{"--server-keys", file, "--new", "backend"}},
		"revoke nobody's":   {1, `--revoke "nobody": there is no such key`, []string{"--server-keys", file, "--revoke", "nobody"}},
		"another word":      {2, "one word too many", []string{"list"}},
		"another flag":      {2, "keys --help", []string{"--list"}},
		// What cannot be made takes nothing away either.
		"one for a wrong one": {1, "want 1 to 32", []string{"--server-keys", file, "--revoke", "backend", "--new", "My Key"}},
	}.check(t, "keys")
	if text, err := os.ReadFile(broken); err != nil || string(text) != "{" {
		t.Errorf("the broken file was written to: %q, %v", text, err)
	}

	n := startTestNode(t, func(c *Config) { c.ServerKeys = file })
	asks := func(secret string) connect.Code {
		_, err := backendOf(n, secret).ListMatches(t.Context(), connect.NewRequest(&pb.ListMatchesRequest{}))
		if err == nil {
			return 0
		}
		return connect.CodeOf(err)
	}
	if code := asks(all); code != 0 {
		t.Errorf("with all scopes: %v", code)
	}
	if code := asks(watch); code != connect.CodePermissionDenied {
		t.Errorf("with another scope: %v", code)
	}
	fresh := said(t, "keys", "--server-keys", file, "--revoke", "backend", "--new", "backend", "--scope", backend.ScopeMatch)
	waitFor(t, "the new key is good", func() bool { return asks(fresh) == 0 })
	if code := asks(all); code != connect.CodeUnauthenticated {
		t.Errorf("revoked: %v", code)
	}
	if list := said(t, "keys", "--server-keys", file, "--revoke", "results"); strings.Contains(list, "results") || !strings.Contains(list, "backend") {
		t.Errorf("after it was revoked: %s", list)
	}
}

// TestUserTokens makes keys for users and signs a token, with which its user comes in.
func TestUserTokens(t *testing.T) {
	dir := t.TempDir()
	file, broken, public := filepath.Join(dir, "users.json"), filepath.Join(dir, "broken.json"), filepath.Join(dir, "public.json")
	for name, text := range map[string]string{
		file: said(t, "token", "--new-keys"), broken: "{",
		public: `{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`,
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if one := said(t, "token", "--new-keys"); one == said(t, "token", "--new-keys") {
		t.Error("two key sets are the same")
	}
	refusals{
		"no file":          {1, "token --new-keys > FILE", []string{"--user", "ann"}},
		"a missing file":   {1, "no such file", []string{"--user-keys", filepath.Join(dir, "none.json"), "--user", "ann"}},
		"unreadable":       {1, dir, []string{"--user-keys", dir, "--user", "ann"}},
		"a file of none":   {1, "want a JSON Web Key Set", []string{"--user-keys", broken, "--user", "ann"}},
		"none that signs":  {1, "no key in it can sign", []string{"--user-keys", public, "--user", "ann"}},
		"no user":          {1, "a token needs a user", []string{"--user-keys", file}},
		"a wrong user":     {1, "user id", []string{"--user-keys", file, "--user", "a\x00"}},
		"a long user":      {1, "user id", []string{"--user-keys", file, "--user", strings.Repeat("u", 129)}},
		"too much data":    {1, "600 bytes, want at most 512", []string{"--user-keys", file, "--user", "ann", "--data", strings.Repeat("x", 600)}},
		"for no time":      {1, "--for 0s", []string{"--user-keys", file, "--user", "ann", "--for", "0s"}},
		"for less":         {1, "--for -1m", []string{"--user-keys", file, "--user", "ann", "--for", "-1m"}},
		"a rating of text": {2, "--rating", []string{"--user-keys", file, "--user", "ann", "--rating", "high"}},
	}.check(t, "token")

	n := startTestNode(t, func(c *Config) { c.UserKeys, c.UserIssuer, c.UserAudience, c.Anonymous = file, "studio", "game", "no" })
	quickPlay := func(args ...string) error {
		token := said(t, append([]string{"token", "--user-keys", file, "--user", "ann", "--user-issuer", "studio"}, args...)...)
		lobby, err := client.NewLobby(n.LocalURL(), nil)
		if err != nil {
			t.Fatal(err)
		}
		join, err := lobby.As(token).QuickPlay(t.Context(), "ffa", "")
		if err == nil {
			<-play(t, join.GetUrl()).seat
		}
		return err
	}
	if err := quickPlay("--user-audience", "game", "--name", "Ann", "--rating", "1500", "--data", "red hat", "--for", "1m"); err != nil {
		t.Error(err)
	}
	if err := quickPlay(); connect.CodeOf(err) != connect.CodeUnauthenticated {
		t.Errorf("for no audience: %v", err)
	}
	seats, _, err := n.home.Seats(t.Context(), 10)
	if err != nil || len(seats) != 1 || seats[0].UserID != "ann" || seats[0].Name != "Ann" {
		t.Errorf("they sit as %+v, %v", seats, err)
	}
}

func TestHelpOfKeysAndTokens(t *testing.T) {
	for command, flags := range map[string][]string{
		"keys":  {"--server-keys", "--new", "--scope", "match, moderate, watch", "--revoke"},
		"token": {"--user-keys", "--user-issuer", "--user-audience", "--new-keys", "--user ", "--name", "--rating", "--data", "--for"},
	} {
		code, _, says := run(t.Context(), nil, command, "--help")
		for _, flag := range flags {
			if code != 0 || !strings.Contains(says, flag) {
				t.Errorf("metronome %s --help: code %d, without %q\n%s", command, code, flag, says)
			}
		}
		if code, out, _ := run(t.Context(), nil, "help"); code != 0 || !strings.Contains(out, "\n  "+command+" ") {
			t.Errorf("metronome help has no %s", command)
		}
	}
}
