package kit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"
)

// Wasm builds the rules of a game as a module of WebAssembly, with which browsers predict
// what their player does.
type Wasm struct {
	// Dir is where go runs: a folder of the game's module.
	Dir string
	// Package has the rules, as go names it: "./game". It is no main package and has a
	// function without arguments, Game() sim.Game, Modes() []sim.Mode or Mode() sim.Mode.
	Package string
	// Out is the file to write; with Press it is Out.br, in brotli, which takes some
	// seconds. The other one of the two is removed, if it is there: it would be an old
	// one.
	Out   string
	Press bool
}

// pressedExt is what a file in brotli is named like.
const pressedExt = ".br"

// Build builds and returns how large the file is, and pressed, bytes; 0: it was not.
// Errors say what is wrong with the package, or are those of go, or of the disk.
func (m Wasm) Build(ctx context.Context) (size, pressed int, err error) {
	listed, err := listPackage(ctx, m.Dir, m.Package)
	if err != nil {
		return 0, 0, err
	}
	games, err := listed.games()
	if err != nil {
		return 0, 0, err
	}
	work, err := os.MkdirTemp("", "metronome-wasm-")
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = os.RemoveAll(work) }()
	built := filepath.Join(work, "predict.wasm")
	if err = listed.compile(ctx, m.Dir, work, games, built); err != nil {
		return 0, 0, err
	}
	body, err := os.ReadFile(built) //nolint:gosec // it was written just now
	if err != nil {
		return 0, 0, err
	}
	if err = os.MkdirAll(filepath.Dir(m.Out), 0o755); err != nil { //nolint:gosec // of files that are published
		return 0, 0, err
	}
	if !m.Press {
		return len(body), 0, replace(m.Out, body, m.Out+pressedExt)
	}
	small := brotlied(body)
	return len(body), len(small), replace(m.Out+pressedExt, small, m.Out)
}

// replace writes a file in place of another.
func replace(name string, body []byte, old string) error {
	if err := os.Remove(old); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.WriteFile(name, body, 0o644) //nolint:gosec // it is published
}

func brotlied(body []byte) []byte {
	var out bytes.Buffer
	w := brotli.NewWriterLevel(&out, brotli.BestCompression)
	_, _ = w.Write(body) // a bytes.Buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

// listedPackage is a package as go lists it.
type listedPackage struct {
	Dir, ImportPath, Name string
	GoFiles               []string
	Module                struct{ Dir, Path string }
}

func listPackage(ctx context.Context, dir, name string) (p listedPackage, err error) {
	out, err := goCommand(ctx, dir, nil, "list", "-json=Dir,ImportPath,Name,GoFiles,Module", name)
	if err != nil {
		return p, fmt.Errorf("the package with the rules, %s: %w", name, err)
	}
	if err = json.Unmarshal(out, &p); err != nil {
		return p, fmt.Errorf("the package with the rules: want one, %s are more: %w", name, err)
	}
	if p.Name == "main" {
		return p, fmt.Errorf("%s is a program: put the rules into a package of their own, which a module for browsers can import", p.ImportPath)
	}
	return p, nil
}

// predicts reports whether there is such a package, and a method Predict in it.
func (m Wasm) predicts(ctx context.Context) bool {
	p, err := listPackage(ctx, m.Dir, m.Package)
	if err != nil {
		return false
	}
	for _, name := range p.GoFiles {
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err == nil && slices.ContainsFunc(f.Decls, func(d ast.Decl) bool {
			fn, ok := d.(*ast.FuncDecl)
			return ok && fn.Recv != nil && fn.Name.Name == "Predict"
		}) {
			return true
		}
	}
	return false
}

// games is the Go expression that is the package's games.
func (p listedPackage) games() (string, error) {
	has := map[string]bool{}
	files := token.NewFileSet()
	for _, name := range p.GoFiles {
		f, err := parser.ParseFile(files, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return "", err
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Type.Params.NumFields() == 0 && fn.Type.Results.NumFields() == 1 {
				has[fn.Name.Name] = true
			}
		}
	}
	switch {
	case has["Game"]:
		return "game.Game()", nil
	case has["Modes"]:
		return "sim.Game{Modes: game.Modes()}", nil
	case has["Mode"]:
		return "sim.Game{Modes: []sim.Mode{game.Mode()}}", nil
	}
	return "", fmt.Errorf("package %s has no function Game() sim.Game, Modes() []sim.Mode or Mode() sim.Mode", p.ImportPath)
}

// compile builds a main package that there is only for the compiler.
func (p listedPackage) compile(ctx context.Context, dir, work, games, out string) error {
	uses := fmt.Sprintf("\t%q\n", Module+"/predict")
	if strings.Contains(games, "sim.") {
		uses += fmt.Sprintf("\t%q\n", Module+"/sim")
	}
	source := fmt.Sprintf("package main\n\nimport (\n\tgame %q\n%s)\n\nfunc init() { predict.Serve(%s) }\n\nfunc main() {}\n", p.ImportPath, uses, games)
	real := filepath.Join(work, "main.go")
	if err := os.WriteFile(real, []byte(source), 0o600); err != nil {
		return err
	}
	const folder = "metronome-wasm"
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(p.Module.Dir, folder, "main.go"): real}})
	if err != nil {
		return err
	}
	layer := filepath.Join(work, "overlay.json")
	if err = os.WriteFile(layer, overlay, 0o600); err != nil {
		return err
	}
	_, err = goCommand(ctx, dir, []string{"GOOS=wasip1", "GOARCH=wasm"}, "build", "-overlay", layer, "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=",
		"-buildmode=c-shared", "-o", out, p.Module.Path+"/"+folder)
	return err
}

// goCommand runs go and returns what it prints. Errors have what it says of faults.
func goCommand(ctx context.Context, dir string, env []string, args ...string) ([]byte, error) {
	c := exec.CommandContext(ctx, "go", args...)
	c.Dir, c.Env = dir, append(os.Environ(), env...)
	var faults bytes.Buffer
	c.Stderr = &faults
	out, err := c.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return nil, errors.New("go is not there, which builds it: install it")
	}
	if err != nil {
		return nil, fmt.Errorf("go %s: %w\n%s", args[0], err, bytes.TrimSpace(faults.Bytes()))
	}
	return out, nil
}
