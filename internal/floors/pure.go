package floors

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// pureImports are what the simulation and its games may import: packages with
// no clock, no randomness, no input or output. math gives whole constants;
// Exact refuses its functions, since they give floats.
var pureImports = []string{
	"cmp", "encoding/binary", "errors", "fmt", "iter", "math", "math/bits",
	"slices", "sort", "strconv", "strings",
}

// layoutFiles alone look at a table's memory, so reflect and unsafe stay there.
var layoutFiles = []string{"sim/column.go", "sim/column_walk.go", "sim/command.go", "sim/image.go", "sim/input.go", "sim/params.go", "sim/table.go", "sim/tags.go"}

// checkImports are what the checker of games may import besides: it makes up
// players, moves a test's clock and reads source.
var checkImports = []string{
	"bytes", "encoding/json", "go/ast", "go/constant", "go/importer", "go/parser", "go/token", "go/types", "io", "maps",
	"math/rand", "math/rand/v2", "os", "os/exec", "path/filepath", "runtime/debug",
	"testing", "testing/synctest", "time",
}

const (
	checker = "sim/simtest"
	// geometry is what every game may use beside the contract.
	geometry = "sim/geo"
)

// Pure lists what in the simulation and its games reaches outside of it, or
// runs beside it: imports, goroutines, channels.
func Pure(src *Source) []string {
	var faults []string
	for _, f := range src.Files {
		if !under(f.Dir, "sim") {
			continue
		}
		for _, path := range f.Imports() {
			if !pureImport(f, path) {
				faults = append(faults, fmt.Sprintf("%s: sim is pure and may not import %s", f.Path, path))
			}
		}
		if !under(f.Dir, checker) {
			faults = append(faults, concurrency(src.Fset, f.AST)...)
		}
	}
	return faults
}

func pureImport(f File, path string) bool {
	switch {
	case under(f.Dir, checker):
		if slices.Contains(checkImports, path) || under(path, module+"/sim") {
			return true
		}
	case path == module+"/sim" || path == module+"/"+geometry:
		return f.Dir != "sim"
	case path == "reflect" || path == "unsafe":
		return slices.Contains(layoutFiles, f.Path)
	case under(path, module+"/sim"):
		// A game may be made of several packages, but knows no other game.
		dir := strings.TrimPrefix(path, module+"/")
		return f.Dir != "sim" && game(dir) == game(f.Dir)
	}
	return slices.Contains(pureImports, path)
}

// game is the folder right below sim that a folder belongs to.
func game(dir string) string {
	rest := strings.TrimPrefix(dir, "sim/")
	name, _, _ := strings.Cut(rest, "/")
	return name
}

// concurrency lists the statements and types of a file that need a second
// goroutine to make sense.
func concurrency(fset *token.FileSet, file *ast.File) []string {
	var faults []string
	ast.Inspect(file, func(node ast.Node) bool {
		what := ""
		switch n := node.(type) {
		case *ast.GoStmt:
			what = "a go statement"
		case *ast.SelectStmt:
			what = "a select"
		case *ast.ChanType:
			what = "a channel type"
		case *ast.SendStmt:
			what = "a send"
		case *ast.UnaryExpr:
			if n.Op == token.ARROW {
				what = "a receive"
			}
		}
		if what != "" {
			faults = append(faults, fmt.Sprintf("%s: %s in sim", fset.Position(node.Pos()), what))
		}
		return true
	})
	return faults
}
