package kit

import (
	"go/format"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	for name, fits := range map[string]bool{"tag": true, "my-game2": true, "Tag": false, "2fast": false, "a b": false, "test": false, strings.Repeat("a", 33): false} {
		dir := filepath.Join(t.TempDir(), "in", name)
		err := Game{Dir: dir, Template: Usual, Version: "v1.0.0"}.Write()
		if (err == nil) != fits {
			t.Errorf("%q: %v", name, err)
		}
		if _, there := os.Stat(filepath.Join(dir, "main.go")); (there == nil) != fits {
			t.Errorf("%q: written: %v", name, there == nil)
		}
	}
}

// TestEveryTemplateIsWhole: the name is everywhere, the placeholder nowhere, and what all
// games have is there.
func TestEveryTemplateIsWhole(t *testing.T) {
	if len(Templates()) < 4 {
		t.Errorf("templates: %v", Templates())
	}
	for _, template := range Templates() {
		dir := filepath.Join(t.TempDir(), "tag")
		if err := (Game{Dir: dir, Template: template, Version: "v1.2.3", Source: "/src"}).Write(); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"go.mod", "main.go", "bots.go", "game/game.go", "game/game_test.go", "web/index.html", "Makefile", "Dockerfile", "compose.yaml", "README.md", ".gitignore"} {
			text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
			if err != nil || strings.Contains(string(text), placeholder) || strings.Contains(string(text), "kit/templates") || strings.Contains(string(text), "GOVERSION") {
				t.Errorf("%s, %s: %v, or a placeholder is left", template, name, err)
			}
			if formatted, err := format.Source(text); path.Ext(name) == ".go" && (err != nil || string(formatted) != string(text)) {
				t.Errorf("%s, %s is not in gofmt's form: %v", template, name, err)
			}
		}
		rules, err := os.ReadFile(filepath.Join(dir, "game", "game.go"))
		if err != nil || !strings.Contains(string(rules), `Name: "tag"`) {
			t.Errorf("%s: the mode is not called tag: %v", template, err)
		}
		if lines := strings.Count(string(rules), "\n"); lines > 150 {
			t.Errorf("%s: %d lines of rules", template, lines)
		}
	}
}

func TestNothingIsOverwritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tag")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "kept"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (Game{Dir: dir, Template: "nothing", Version: "v1.0.0"}).Write(); err == nil || !strings.Contains(err.Error(), "not empty") || !strings.Contains(err.Error(), "arena-lite") {
		t.Errorf("%v", err)
	}
}

func TestGoMod(t *testing.T) {
	g := Game{Dir: "tag", Version: "v1.2.3"}
	if got := g.goMod(); !strings.Contains(got, Module+" v1.2.3\n") || strings.Contains(got, "replace") {
		t.Error(got)
	}
	if g.Source = "/src"; !strings.Contains(g.goMod(), "replace "+Module+" => /src\n") {
		t.Error(g.goMod())
	}
	if SourceAbove(filepath.Join(OwnSource(), "sim")) != OwnSource() || SourceAbove(t.TempDir()) != "" {
		t.Errorf("the source is in %q", OwnSource())
	}
}
