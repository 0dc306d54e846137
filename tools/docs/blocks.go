package main

import (
	"fmt"
	"html"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// blocks writes code, headings and comments otherwise than goldmark does.
type blocks struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (blocks) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindFencedCodeBlock, writeCode)
	r.Register(ast.KindHeading, writeHeading)
	r.Register(ast.KindHTMLBlock, skipComment)
}

// writeHeading writes a heading that links to itself, as one wants to hand it on.
func writeHeading(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	level := n.(*ast.Heading).Level
	id, _ := n.AttributeString("id")
	switch {
	case entering && level == 1:
		_, _ = fmt.Fprintf(w, `<h1 id="%s">`, id)
	case entering:
		_, _ = fmt.Fprintf(w, `<h%d id="%s"><a class="self" href="#%[2]s">#</a>`, level, id)
	default:
		_, _ = fmt.Fprintf(w, "</h%d>\n", level)
	}
	return ast.WalkContinue, nil
}

// skipComment leaves out comments, in which a page has what its tests need. No page has
// other HTML.
func skipComment(_ util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering && !strings.HasPrefix(string(n.Lines().Value(source)), "<!--") {
		return ast.WalkStop, fmt.Errorf("HTML is not shown: %.60q", n.Lines().Value(source))
	}
	return ast.WalkSkipChildren, nil
}

func writeCode(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	block := n.(*ast.FencedCodeBlock)
	_, err := fmt.Fprintf(w, "<pre tabindex=\"0\"><code>%s</code></pre>\n", colored(string(block.Language(source)), string(block.Lines().Value(source))))
	return ast.WalkSkipChildren, err
}

// kindOf is the class of a token that is told apart: keyword, text, comment, number.
func kindOf(t chroma.TokenType) string {
	switch {
	case t.InCategory(chroma.Comment) && t != chroma.CommentPreproc:
		return "c"
	case t.InSubCategory(chroma.LiteralString):
		return "s"
	case t.InSubCategory(chroma.LiteralNumber):
		return "n"
	case t.InCategory(chroma.Keyword), t == chroma.NameTag:
		return "k"
	}
	return ""
}

// colored is code as HTML, its tokens in elements of four classes; in a language that
// is not known as it stands.
func colored(language, code string) string {
	lexer := lexers.Get(language)
	if language == "" || lexer == nil {
		return html.EscapeString(code)
	}
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, code)
	if err != nil {
		return html.EscapeString(code)
	}
	var out, run strings.Builder
	last := ""
	flush := func() {
		if run.Len() == 0 {
			return
		}
		if last == "" {
			out.WriteString(html.EscapeString(run.String()))
		} else {
			_, _ = fmt.Fprintf(&out, `<i class="%s">%s</i>`, last, html.EscapeString(run.String()))
		}
		run.Reset()
	}
	for _, token := range tokens.Tokens() {
		if kind := kindOf(token.Type); kind != last {
			flush()
			last = kind
		}
		run.WriteString(token.Value)
	}
	flush()
	return out.String()
}
