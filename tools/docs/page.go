package main

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// page is one file of Markdown.
type page struct {
	source       string // its path in the repository
	at           string // where it is below /docs/; "": the first page
	title, about string // as the table of contents has them
	text         []byte
	doc          ast.Node
	headings     []heading
	anchors      map[string]bool
}

type heading struct {
	level     int
	id, title string
	prose     strings.Builder // what stands below it, code apart
}

// markdown reads what hosts of repositories show, and writes no style attributes, which
// the pages' policy forbids.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)), extension.Linkify, extension.Strikethrough),
	goldmark.WithParserOptions(parser.WithAutoHeadingID()),
	goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(blocks{}, 100))),
)

func newPage(source string, body []byte) *page {
	p := &page{source: source, at: addressOf(source), text: body, anchors: map[string]bool{}}
	p.doc = markdown.Parser().Parse(text.NewReader(body), parser.WithContext(parser.NewContext(parser.WithIDs(&slugs{taken: map[string]int{}}))))
	p.readHeadings()
	return p
}

// readHeadings notes the headings and what stands below each.
func (p *page) readHeadings() {
	_ = ast.Walk(p.doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			id, _ := n.AttributeString("id")
			slug := string(id.([]byte))
			p.anchors[slug] = true
			p.headings = append(p.headings, heading{level: n.Level, id: slug, title: p.plain(n)})
			return ast.WalkSkipChildren, nil
		case *ast.FencedCodeBlock, *ast.CodeBlock, *ast.HTMLBlock:
			return ast.WalkSkipChildren, nil
		case *ast.Text:
			p.addProse(string(n.Segment.Value(p.text)), n.SoftLineBreak() || n.NextSibling() == nil && n.Parent().Type() == ast.TypeBlock)
		}
		return ast.WalkContinue, nil
	})
}

// addProse adds to what stands below the last heading.
func (p *page) addProse(words string, spaced bool) {
	if len(p.headings) == 0 {
		return
	}
	prose := &p.headings[len(p.headings)-1].prose
	prose.WriteString(words)
	if spaced {
		prose.WriteByte(' ')
	}
}

// plain is a node's text without marks.
func (p *page) plain(n ast.Node) string {
	var out strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering {
			out.Write(t.Segment.Value(p.text))
		}
		return ast.WalkContinue, nil
	})
	return out.String()
}

// html is the page's text.
func (p *page) html() (string, error) {
	var out bytes.Buffer
	err := markdown.Renderer().Render(&out, p.text, p.doc)
	return out.String(), err
}

// slugs names headings as hosts of repositories do, so that a link to one is good there
// and here: lower case, letters, digits, hyphens and underscores kept, spaces made
// hyphens, and a number behind what comes again.
type slugs struct{ taken map[string]int }

// Generate implements parser.IDs.
func (s *slugs) Generate(value []byte, _ ast.NodeKind) []byte {
	var out strings.Builder
	for _, r := range strings.ToLower(plainHeading(string(value))) {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			out.WriteRune(r)
		case r == ' ':
			out.WriteByte('-')
		}
	}
	slug := out.String()
	n := s.taken[slug]
	s.taken[slug]++
	if n > 0 {
		slug += "-" + strconv.Itoa(n)
	}
	return []byte(slug)
}

// Put implements parser.IDs.
func (s *slugs) Put(value []byte) { s.taken[string(value)]++ }

// plainHeading takes the address out of a heading's links.
func plainHeading(line string) string {
	for {
		begin := strings.Index(line, "](")
		if begin < 0 {
			return line
		}
		length := strings.Index(line[begin:], ")")
		if length < 0 {
			return line
		}
		line = line[:begin] + line[begin+length+1:]
	}
}
