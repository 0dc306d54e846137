// Package kit begins games: it writes a module of its own with rules, their test, bots, a
// page and what it takes to ship them.
package kit

import (
	"embed"
	"errors"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// templates has a folder for each template, and common, whose files all of them get.
// They are programs of this module, so that they are built and tested with it.
//
//go:embed templates
var templates embed.FS

const (
	root = "templates"
	// common is the folder of what every game gets.
	common = "common"
	// placeholder stands for the game's name in all files.
	placeholder = "mygame"
	// Module is the path of the module that games require.
	Module = "github.com/metronome-server/metronome"
	// goVersion is what games say that they need, as this module does.
	goVersion = "1.26"
)

// Usual is the template that is taken unless another one is named.
const Usual = "arena-lite"

// Game says what is to be begun.
type Game struct {
	// Dir is where: it is made, and must be empty if it is there. Its last part is the
	// game's name: a to z, 0 to 9 and '-', with a letter first, 32 characters at most.
	Dir string
	// Template is one of Templates.
	Template string
	// Version of metronome that the game requires, as go knows it.
	Version string
	// Source is a directory with metronome's source that the game is built with in place of
	// Version; "": none.
	Source string
}

// Templates returns the names of all templates.
func Templates() (names []string) {
	entries, err := templates.ReadDir(root)
	if err != nil {
		panic(err) // not possible: the folder is part of the program
	}
	for _, e := range entries {
		if e.Name() != common {
			names = append(names, e.Name())
		}
	}
	return names
}

var validName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)

// Name returns the game's name.
func (g Game) Name() string { return filepath.Base(filepath.Clean(g.Dir)) }

// check reports every fault, joined.
func (g Game) check() error {
	var faults []error
	if !validName.MatchString(g.Name()) || g.Name() == "test" {
		faults = append(faults, fmt.Errorf("%q is no name for a game: want a to z, 0 to 9 and '-', a letter first, 32 characters at most", g.Name()))
	}
	if !slices.Contains(Templates(), g.Template) {
		faults = append(faults, fmt.Errorf("there is no template %q: want one of %s", g.Template, strings.Join(Templates(), ", ")))
	}
	entries, err := os.ReadDir(g.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		faults = append(faults, err)
	}
	if len(entries) > 0 {
		faults = append(faults, fmt.Errorf("%s is there already, and is not empty", g.Dir))
	}
	return errors.Join(faults...)
}

// Write writes the game's files, but for go.sum, which 'go mod tidy' makes. Errors: what
// is wrong with g, the disk's.
func (g Game) Write() error {
	if err := g.check(); err != nil {
		return err
	}
	for _, folder := range []string{common, g.Template} {
		if err := g.copyFolder(path.Join(root, folder)); err != nil {
			return err
		}
	}
	return g.writeFile("go.mod", g.goMod())
}

func (g Game) copyFolder(folder string) error {
	return fs.WalkDir(templates, folder, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := templates.ReadFile(name)
		if err != nil {
			return err
		}
		name = strings.TrimPrefix(name, folder+"/")
		if name == "gitignore" { // go embeds no file whose name begins with a dot
			name = ".gitignore"
		}
		return g.writeFile(strings.ReplaceAll(name, placeholder, g.Name()), string(text))
	})
}

func (g Game) writeFile(name, text string) error {
	at := filepath.Join(g.Dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil { //nolint:gosec // others may read a game's source
		return err
	}
	here := Module + "/server/kit/" + path.Join(root, g.Template) + "/"
	text = strings.NewReplacer(here, g.Name()+"/", placeholder, g.Name(), "GOVERSION", goVersion).Replace(text)
	if path.Ext(name) == ".go" { // the order of imports depends on the game's name
		formatted, err := format.Source([]byte(text))
		if err != nil {
			return err
		}
		text = string(formatted)
	}
	return os.WriteFile(at, []byte(text), 0o644) //nolint:gosec // others may read a game's source
}

// goMod is the game's go.mod.
func (g Game) goMod() string {
	text := fmt.Sprintf("module %s\n\ngo %s\n\nrequire %s %s\n", g.Name(), goVersion, Module, g.Version)
	if g.Source != "" {
		text += fmt.Sprintf("\nreplace %s => %s\n", Module, g.Source)
	}
	return text
}

// OwnSource returns the directory of the source that this program was built from, if it is
// still there; "": it is not.
func OwnSource() string {
	_, file, _, ok := runtime.Caller(0)
	if !ok {
		return ""
	}
	return SourceAbove(filepath.Dir(file))
}

// SourceAbove returns the directory of metronome's source that dir is in; "": it is in none.
func SourceAbove(dir string) string {
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod")) //nolint:gosec // it is only looked at
		if err == nil && strings.HasPrefix(string(text), "module "+Module+"\n") {
			return dir
		}
		above := filepath.Dir(dir)
		if above == dir {
			return ""
		}
		dir = above
	}
}
