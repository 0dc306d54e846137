package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark/ast"
	"go.yaml.in/yaml/v3"
	"golang.org/x/net/html"
)

// root is the repository's folder.
const root = "../.."

// block is one piece of code of a page.
type block struct {
	file     string // the page's path in the repository
	line     int
	language string
	body     bool   // of Go: statements, not declarations
	code     string // what a reader sees
	hidden   string // what the page's comments before it add, for its test alone
}

func (b *block) String() string { return fmt.Sprintf("%s:%d", b.file, b.line) }

// elsewhere are blocks that another test runs: page and language, and where.
var elsewhere = map[string]string{
	"docs/TUTORIAL.md go":   "server/tutorial_test.go TestTutorial",
	"docs/TUTORIAL.md js":   "server/tutorial_test.go TestTutorial",
	"docs/TUTORIAL.md sh":   "server/tutorial_test.go TestTutorial",
	"docs/OUTBOX.md go":     "outbox/doc_test.go TestGoReceiverOfThePage",
	"docs/OUTBOX.md js":     "outbox/doc_test.go TestNodeReceiverOfThePage",
	"docs/OUTBOX.md python": "outbox/doc_test.go TestPythonReceiverOfThePage",
	"docs/PROTOCOL.md hex":  "netproto/doc_test.go TestProtocolExamples",
}

// hiddenPart is a comment that adds code to the blocks of its language that follow.
var hiddenPart = regexp.MustCompile(`(?s)^<!-- (go|ts): *(.*?)-->`)

// readBlocks returns the code of a page.
func readBlocks(t *testing.T, file string) (list []*block) {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}
	p, hidden := newPage(filepath.ToSlash(file), body), map[string]string{}
	_ = ast.Walk(p.doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.HTMLBlock:
			text := string(n.Lines().Value(body))
			if n.HasClosure() {
				text += string(n.ClosureLine.Value(body))
			}
			if found := hiddenPart.FindStringSubmatch(text); found != nil {
				hidden[found[1]] += found[2] + "\n"
			}
		case *ast.CodeBlock:
			t.Errorf("%s has code that is indented: put it between fences, with its language", file)
		case *ast.FencedCodeBlock:
			b := &block{file: p.source, language: string(n.Language(body)), code: string(n.Lines().Value(body))}
			if n.Info != nil {
				b.body = string(n.Info.Segment.Value(body)) == "go body"
			}
			if n.Lines().Len() > 0 {
				b.line = 1 + strings.Count(string(body[:n.Lines().At(0).Start]), "\n")
			}
			b.hidden = hidden[b.language]
			if b.language == "go" {
				delete(hidden, "go") // it stands in the page's package once
			}
			list = append(list, b)
		}
		return ast.WalkContinue, nil
	})
	if rest := hidden["go"]; rest != "" {
		list = append(list, &block{file: p.source, line: 1, language: "go", hidden: rest})
	}
	return list
}

// allBlocks returns the code of README.md and of docs, by language.
func allBlocks(t *testing.T) map[string][]*block {
	t.Helper()
	files := []string{"README.md"}
	err := filepath.WalkDir(filepath.Join(root, "docs"), func(name string, at fs.DirEntry, err error) error {
		if filepath.Ext(name) == ".md" {
			short, _ := filepath.Rel(root, name)
			files = append(files, short)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]*block{}
	for _, file := range files {
		if strings.HasPrefix(filepath.ToSlash(file), "docs/reference/api/") {
			continue // declarations of packages that are compiled
		}
		for _, b := range readBlocks(t, file) {
			all[b.language] = append(all[b.language], b)
		}
	}
	return all
}

// checks are by language: what looks at its blocks. Text is what a program prints.
var checks = map[string]func(*testing.T, []*block){
	"go":   checkGo,
	"ts":   checkScripts,
	"js":   checkScripts,
	"html": checkPages,
	"sh":   checkCommands,
	"json": checkJSON,
	"yaml": checkYAML,
	"text": func(*testing.T, []*block) {},
}

// TestEveryBlockIsChecked: no code of the pages is just there.
func TestEveryBlockIsChecked(t *testing.T) {
	used := map[string]bool{}
	for language, list := range allBlocks(t) {
		list = slices.DeleteFunc(list, func(b *block) bool {
			key := b.file + " " + language
			used[key] = true
			return elsewhere[key] != ""
		})
		check := checks[language]
		if check == nil && len(list) > 0 {
			t.Errorf("nothing checks %v: its language is %q", list[0], language)
		}
		if check == nil || len(list) == 0 {
			continue
		}
		t.Run(language, func(t *testing.T) { check(t, list) })
	}
	for key, where := range elsewhere {
		file, name, _ := strings.Cut(where, " ")
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil || !strings.Contains(string(text), "func "+name+"(") || !used[key] {
			t.Errorf("%s is to be checked by %s, and is not: %v", key, where, err)
		}
	}
}

func checkJSON(t *testing.T, list []*block) {
	for _, b := range list {
		if !json.Valid([]byte(b.code)) {
			t.Errorf("%v is no JSON", b)
		}
	}
}

func checkYAML(t *testing.T, list []*block) {
	for _, b := range list {
		var into any
		if err := yaml.Unmarshal([]byte(b.code), &into); err != nil {
			t.Errorf("%v: %v", b, err)
		}
	}
}

// unclosed are elements that have no end.
var unclosed = []string{"meta", "link", "img", "input", "br", "hr"}

// checkPages looks that elements are closed in their order, and that scripts are read.
func checkPages(t *testing.T, list []*block) {
	var scripts []*block
	for _, b := range list {
		var open []string
		tokens := html.NewTokenizer(strings.NewReader(b.code))
		for kind := tokens.Next(); kind != html.ErrorToken; kind = tokens.Next() {
			token := tokens.Token()
			switch {
			case kind == html.StartTagToken && !slices.Contains(unclosed, token.Data):
				open = append(open, token.Data)
			case kind == html.EndTagToken:
				if len(open) == 0 || open[len(open)-1] != token.Data {
					t.Fatalf("%v closes %s within %v", b, token.Data, open)
				}
				open = open[:len(open)-1]
			case kind == html.TextToken && len(open) > 0 && open[len(open)-1] == "script":
				scripts = append(scripts, &block{file: b.file, line: b.line, language: "js", code: token.Data})
			}
		}
		if len(open) > 0 {
			t.Errorf("%v does not close %v", b, open)
		}
	}
	checkScripts(t, scripts)
}

// imports are the packages that fragments of Go use, by their names.
var imports = map[string]string{
	"bots": module + "bots", "geo": module + "sim/geo", "outbox": module + "outbox", "server": module + "server", "sim": module + "sim", "simtest": module + "sim/simtest",
	"context": "context", "fmt": "fmt", "os": "os", "slog": "log/slog", "testing": "testing", "time": "time",
}

// checkGo compiles: a block that begins with "package" as it stands, all others of a page
// together, as one package, in their order.
func checkGo(t *testing.T, list []*block) {
	dir, overlay, folders := t.TempDir(), map[string]string{}, []string{}
	abroad, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	// The files are among the module's own for the compiler only.
	add := func(source string) {
		folder := fmt.Sprintf("internal/pageblocks/p%d", len(folders))
		file := filepath.Join(dir, fmt.Sprintf("p%d.go", len(folders)))
		if err = os.WriteFile(file, []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
		folders = append(folders, "./"+folder)
		overlay[filepath.Join(abroad, folder, "page.go")] = file
	}
	pages := map[string]*strings.Builder{}
	var order []string
	for _, b := range list {
		if strings.HasPrefix(b.code, "package ") {
			add(fmt.Sprintf("//line %s:%d\n%s", b.file, b.line, b.code))
			continue
		}
		if pages[b.file] == nil {
			pages[b.file] = &strings.Builder{}
			order = append(order, b.file)
		}
		format := "%s\n//line %s:%d\n%s\n"
		if b.body {
			format = "%s\nfunc _() {\n//line %s:%d\n%s\n}\n"
		}
		fmt.Fprintf(pages[b.file], format, b.hidden, b.file, b.line, b.code)
	}
	for _, file := range order {
		add(withImports(pages[file].String()))
	}
	table, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		t.Fatal(err)
	}
	where := filepath.Join(dir, "overlay.json")
	if err = os.WriteFile(where, table, 0o600); err != nil {
		t.Fatal(err)
	}
	compile := exec.CommandContext(t.Context(), "go", append([]string{"build", "-o", os.DevNull, "-overlay", where}, folders...)...)
	compile.Dir = root
	if out, err := compile.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func withImports(code string) string {
	var out strings.Builder
	out.WriteString("package page\n")
	for name, path := range imports {
		if regexp.MustCompile(`\b` + name + `\.[A-Z]`).MatchString(code) {
			fmt.Fprintf(&out, "import %q\n", path)
		}
	}
	return out.String() + code
}

// checkScripts reads JavaScript, and checks the types of TypeScript against the SDK. Each
// block is a module of its own.
func checkScripts(t *testing.T, list []*block) {
	web, err := filepath.Abs(filepath.Join(root, "web"))
	if err != nil {
		t.Fatal(err)
	}
	compiler := filepath.Join(web, "node_modules", ".bin", "tsc")
	if _, err = os.Stat(compiler); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("the TypeScript of the pages must be checked where CI is set: scripts/web install")
		}
		t.Skip("SCRIPTS NOT CHECKED: scripts/web install")
	}
	dir := t.TempDir()
	put := func(name, text string) {
		if err = os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	types, err := os.ReadFile(filepath.Join(web, "app", "src", "play", "arena.gen.ts"))
	if err != nil {
		t.Fatal(err)
	}
	put("arena.gen.ts", string(types))
	put("tsconfig.json", fmt.Sprintf(`{"extends": %q, "include": ["*"], "compilerOptions": {"allowJs": true, "noUnusedLocals": false, "noUnusedParameters": false, "types": ["node"],
		"typeRoots": [%q], "paths": {"@metronome/sdk": [%q]}}}`, filepath.Join(web, "tsconfig.json"), filepath.Join(web, "node_modules", "@types"), filepath.Join(web, "sdk", "src", "index.ts")))
	for i, b := range list {
		put(fmt.Sprintf("block%d.%s", i, b.language), b.hidden+b.code+"\nexport {};\n")
	}
	out, err := exec.CommandContext(t.Context(), compiler, "--noEmit", "--pretty", "false", "-p", dir).CombinedOutput()
	if err == nil {
		return
	}
	said := string(out)
	for i := len(list) - 1; i >= 0; i-- {
		said = strings.ReplaceAll(said, fmt.Sprintf("block%d.%s", i, list[i].language), list[i].String())
	}
	t.Errorf("%v\n%s", err, said)
}
