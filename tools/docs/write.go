package main

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var (
	//go:embed site/page.html
	layoutText string
	//go:embed site/docs.css
	styleText string
	//go:embed site/search.js
	searchText string

	layout = template.Must(template.New("page").Parse(layoutText))
)

// writeSite writes dist/docs.
func writeSite(root, dist string) error {
	s, err := readSite(root)
	if err != nil {
		return err
	}
	out := filepath.Join(dist, "docs")
	if err = os.RemoveAll(out); err != nil {
		return err
	}
	files := map[string]string{"icon.svg": "web/app/src/style/icon.svg"}
	var faults []error
	for _, p := range s.pages {
		faults = append(faults, s.lead(p, files))
	}
	for i, p := range s.pages {
		faults = append(faults, s.writePage(out, i, p))
	}
	for name, source := range files {
		body, missing := os.ReadFile(filepath.Join(root, filepath.FromSlash(source)))
		faults = append(faults, missing, write(out, name, body))
	}
	style, err := withFont(dist)
	faults = append(faults, err,
		write(out, "docs.css", []byte(style)),
		write(out, "search.js", []byte(searchText)),
		write(out, "search.json", s.index()),
		write(out, "llms.txt", s.overview()),
		write(out, "llms-full.txt", s.everything()))
	return errors.Join(faults...)
}

func write(dir, name string, body []byte) error {
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, body, 0o644)
}

// withFont is the style with the name that the display face has among the built files.
func withFont(dist string) (string, error) {
	found, err := filepath.Glob(filepath.Join(dist, "assets", "chakra-petch-700-*.woff2"))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("the built pages have the display face %d times: build them first", len(found))
	}
	return strings.Replace(styleText, "FONT", "../assets/"+filepath.Base(found[0]), 1), nil
}

// view is what the layout shows.
type view struct {
	Site, Title, About, Root string
	Body                     template.HTML
	Sections                 []viewSection
	Headings                 []viewLink
	Before, After            *viewLink
}

type viewSection struct {
	Title string
	Pages []viewLink
}

type viewLink struct {
	Title, To string
	Here      bool
}

// fewHeadings is the number below which a page needs no list of them.
const fewHeadings = 3

func (s *site) writePage(out string, place int, p *page) error {
	body, err := p.html()
	if err != nil {
		return fmt.Errorf("%s: %w", p.source, err)
	}
	v := view{Site: s.name, Title: p.title, About: p.about, Root: p.to(""), Body: template.HTML(body)}
	for _, group := range s.sections {
		shown := viewSection{Title: group.title}
		for _, other := range group.pages {
			shown.Pages = append(shown.Pages, viewLink{other.title, p.to(other.at), other == p})
		}
		v.Sections = append(v.Sections, shown)
	}
	for i := range p.headings {
		if h := &p.headings[i]; h.level == 2 {
			v.Headings = append(v.Headings, viewLink{Title: h.title, To: "#" + h.id})
		}
	}
	if len(v.Headings) < fewHeadings {
		v.Headings = nil
	}
	if place > 0 {
		v.Before = &viewLink{Title: s.pages[place-1].title, To: p.to(s.pages[place-1].at)}
	}
	if place+1 < len(s.pages) {
		v.After = &viewLink{Title: s.pages[place+1].title, To: p.to(s.pages[place+1].at)}
	}
	var text bytes.Buffer
	if err = layout.Execute(&text, v); err != nil {
		return err
	}
	return write(out, cmp.Or(p.at, "index")+".html", text.Bytes())
}

// index is what search.js looks in: of each heading its page, its anchor, its title and
// the words below it.
func (s *site) index() []byte {
	type part [4]string
	parts := []part{}
	for _, p := range s.pages {
		for i := range p.headings {
			h := &p.headings[i]
			anchor := h.id
			if i == 0 {
				anchor = ""
			}
			parts = append(parts, part{p.at, anchor, h.title, searchable(h.prose.String())})
		}
	}
	titles := map[string]string{}
	for _, p := range s.pages {
		titles[p.at] = p.title
	}
	body, err := json.Marshal(struct {
		Pages map[string]string `json:"pages"`
		Parts []part            `json:"parts"`
	}{titles, parts})
	if err != nil {
		panic(err) // not possible: all of it is text
	}
	return body
}

// shownWords is how many words of a part are kept in their order, for results to show.
const shownWords = 30

// searchable is a part's text for the index: its beginning and, in a second line, each
// further word once, so that every word is found and the index stays small.
func searchable(text string) string {
	words := strings.Fields(text)
	if len(words) <= shownWords {
		return strings.Join(words, " ")
	}
	shown, seen := strings.Join(words[:shownWords], " "), map[string]bool{}
	var more []string
	for i, word := range words {
		word = strings.Trim(word, ".,:;()*`\"")
		if lower := strings.ToLower(word); !seen[lower] {
			seen[lower] = true
			if i >= shownWords && len(word) > 2 {
				more = append(more, word)
			}
		}
	}
	return shown + "\n" + strings.Join(more, " ")
}

// overview is llms.txt: what there is to read, for programs that read.
func (s *site) overview() []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "# %s\n\n> %s\n\nAll pages in one file: [llms-full.txt](./llms-full.txt)\n", s.name, s.about)
	for _, group := range s.sections {
		fmt.Fprintf(&out, "\n## %s\n\n", group.title)
		for _, p := range group.pages {
			fmt.Fprintf(&out, "- [%s](./%s): %s\n", p.title, p.at, p.about)
		}
	}
	return out.Bytes()
}

var comments = regexp.MustCompile(`(?s)<!--.*?-->\n*`)

// everything is llms-full.txt: all pages as they were written.
func (s *site) everything() []byte {
	var out bytes.Buffer
	for i, p := range s.pages {
		if i > 0 {
			out.WriteString("\n\n---\n\n")
		}
		fmt.Fprintf(&out, "(page ./%s, file %s)\n\n%s", p.at, p.source, bytes.TrimSpace(comments.ReplaceAll(p.text, nil)))
	}
	out.WriteByte('\n')
	return out.Bytes()
}
