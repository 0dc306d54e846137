package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/doc"
	"go/doc/comment"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// module is the path that the packages begin with.
const module = "github.com/metronome-server/metronome/"

// packages are those that a game's author calls.
var packages = []string{"sim", "sim/geo", "sim/simtest", "bots", "server"}

// writeReference writes a page for each package that a game's author calls, from its doc
// comments, and the page of close codes, from their table.
func writeReference(root, dir string) error {
	var read []*packageWriter
	for _, name := range packages {
		w, err := readPackage(root, name)
		if err != nil {
			return err
		}
		read = append(read, w)
	}
	var faults []error
	for _, w := range read {
		w.others = read
		w.write()
		faults = append(faults, write(dir, "api/"+w.file(), append(bytes.TrimSpace(w.out.Bytes()), '\n')))
	}
	text, err := closeCodesPage(root)
	return errors.Join(append(faults, err, write(dir, "close-codes.md", text))...)
}

// packageWriter writes one package's page.
type packageWriter struct {
	out     bytes.Buffer
	name    string // the path of the package below the module's
	files   *token.FileSet
	pkg     *doc.Package
	anchors map[string]string // where on the page a name is explained
	others  []*packageWriter
}

func (w *packageWriter) file() string { return strings.ReplaceAll(w.name, "/", "-") + ".md" }

func readPackage(root, name string) (*packageWriter, error) {
	w := packageWriter{name: name, files: token.NewFileSet(), anchors: map[string]string{}}
	sources, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(name), "*.go"))
	if err != nil {
		return nil, err
	}
	var parsed []*ast.File
	for _, source := range sources {
		if strings.HasSuffix(source, "_test.go") {
			continue
		}
		file, fault := parser.ParseFile(w.files, source, nil, parser.ParseComments)
		if fault != nil {
			return nil, fault
		}
		parsed = append(parsed, file)
	}
	if w.pkg, err = doc.NewFromFiles(w.files, parsed, module+name); err != nil {
		return nil, err
	}
	w.readAnchors()
	return &w, nil
}

func (w *packageWriter) readAnchors() {
	for _, f := range w.pkg.Funcs {
		w.anchors[f.Name] = strings.ToLower(f.Name)
	}
	note := func(values []*doc.Value, anchor string) {
		for _, v := range values {
			for _, name := range v.Names {
				w.anchors[name] = anchor
			}
		}
	}
	note(w.pkg.Consts, "constants")
	note(w.pkg.Vars, "variables")
	for _, t := range w.pkg.Types {
		anchor := strings.ToLower(t.Name)
		w.anchors[t.Name] = anchor
		note(slices.Concat(t.Consts, t.Vars), anchor)
		for _, f := range t.Funcs {
			w.anchors[f.Name] = strings.ToLower(f.Name)
		}
		for _, f := range t.Methods {
			w.anchors[t.Name+"."+f.Name] = anchor + strings.ToLower(f.Name)
		}
	}
}

func (w *packageWriter) write() {
	fmt.Fprintf(&w.out, "# Package %s\n\n`import \"%s%s\"`\n\n", w.pkg.Name, module, w.name)
	w.comment(w.pkg.Doc)
	w.values("Constants", w.pkg.Consts)
	w.values("Variables", w.pkg.Vars)
	if len(w.pkg.Funcs) > 0 {
		w.out.WriteString("## Functions\n\n")
		w.functions(w.pkg.Funcs)
	}
	for _, t := range w.pkg.Types {
		fmt.Fprintf(&w.out, "## %s\n\n", t.Name)
		w.declaration(t.Decl)
		w.comment(t.Doc)
		w.values("", slices.Concat(t.Consts, t.Vars))
		w.functions(slices.Concat(t.Funcs, t.Methods))
	}
}

func (w *packageWriter) values(title string, values []*doc.Value) {
	if len(values) == 0 {
		return
	}
	if title != "" {
		fmt.Fprintf(&w.out, "## %s\n\n", title)
	}
	for _, v := range values {
		w.declaration(v.Decl)
		w.comment(v.Doc)
	}
}

func (w *packageWriter) functions(functions []*doc.Func) {
	for _, f := range functions {
		title := f.Name
		if f.Recv != "" {
			receiver, _, _ := strings.Cut(strings.TrimPrefix(f.Recv, "*"), "[")
			title = receiver + "." + f.Name
		}
		fmt.Fprintf(&w.out, "### %s\n\n", title)
		w.declaration(f.Decl)
		w.comment(f.Doc)
	}
}

// declaration writes code as it stands in the source, without bodies.
func (w *packageWriter) declaration(decl ast.Decl) {
	if f, ok := decl.(*ast.FuncDecl); ok {
		decl = &ast.FuncDecl{Recv: f.Recv, Name: f.Name, Type: f.Type}
	}
	w.out.WriteString("```go\n")
	config := printer.Config{Mode: printer.UseSpaces | printer.TabIndent, Tabwidth: 4}
	_ = config.Fprint(&w.out, w.files, &printer.CommentedNode{Node: decl, Comments: nil}) // a buffer takes everything
	w.out.WriteString("\n```\n\n")
}

// comment writes a doc comment; its links to other names lead to their headings.
func (w *packageWriter) comment(text string) {
	if text == "" {
		return
	}
	p := w.pkg.Printer()
	p.HeadingLevel = 3
	p.HeadingID = func(*comment.Heading) string { return "" }
	p.DocLinkURL = w.docLink
	parsed := w.pkg.Parser().Parse(text)
	w.out.Write(fenced(p.Markdown(parsed)))
	w.out.WriteByte('\n')
}

// docLink leads to where a name is explained, on this page or on another package's. A
// field is explained with its type.
func (w *packageWriter) docLink(link *comment.DocLink) string {
	at, page := w, ""
	if link.ImportPath != "" && link.ImportPath != module+w.name {
		i := slices.IndexFunc(w.others, func(other *packageWriter) bool { return module+other.name == link.ImportPath })
		if i < 0 {
			return "https://pkg.go.dev/" + link.ImportPath
		}
		at, page = w.others[i], w.others[i].file()
	}
	name := link.Name
	if link.Recv != "" {
		name = link.Recv + "." + link.Name
	}
	return page + "#" + cmp.Or(at.anchors[name], at.anchors[link.Recv], "package-"+at.pkg.Name)
}

// fenced has code between fences in place of indented: hosts colour that.
func fenced(markdown []byte) []byte {
	var out bytes.Buffer
	inside := false
	lines := strings.SplitAfter(string(markdown), "\n")
	for i, line := range lines {
		code := strings.HasPrefix(line, "\t") || inside && line == "\n" && i+1 < len(lines) && strings.HasPrefix(lines[i+1], "\t")
		if code != inside {
			fence := "```\n"
			if code {
				fence = "```go\n"
			}
			out.WriteString(fence)
			inside = code
		}
		out.WriteString(strings.TrimPrefix(line, "\t"))
	}
	if inside {
		out.WriteString("```\n")
	}
	return out.Bytes()
}

// closeCodesPage is the table of docs/close-codes.json as a page.
func closeCodesPage(root string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(root, "docs", "close-codes.json"))
	if err != nil {
		return nil, err
	}
	var codes []struct {
		Code                    int
		Name, Meaning, Comeback string
	}
	if err = json.Unmarshal(text, &codes); err != nil {
		return nil, fmt.Errorf("%s: %w", path.Join("docs", "close-codes.json"), err)
	}
	var out bytes.Buffer
	out.WriteString("# Close codes\n\nEvery goodbye of a server is a WebSocket close code. *Comeback* says whether a client may come back by itself, and how: " +
		"[the protocol](../PROTOCOL.md) says what each word means. For programs: [close-codes.json](../close-codes.json).\n\n| code | name | meaning | comeback |\n|---:|---|---|---|\n")
	for _, c := range codes {
		fmt.Fprintf(&out, "| %d | `%s` | %s | %s |\n", c.Code, c.Name, c.Meaning, c.Comeback)
	}
	return out.Bytes(), nil
}
