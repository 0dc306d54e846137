package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// contentsFile is the table of contents: a heading for each section, and below it a
// line for each page, "- [Title](file.md): what it is about".
const contentsFile = "docs/SUMMARY.md"

// site is all pages, in the order of the table of contents.
type site struct {
	root     string // the repository's folder
	name     string // what the table of contents is headed with
	about    string // and the sentence below that
	sections []section
	pages    []*page
	bySource map[string]*page
}

type section struct {
	title string
	pages []*page
}

var (
	contentsLine = regexp.MustCompile(`^- \[([^\]]+)\]\(([^)]+)\): (.+)$`)
	sectionLine  = regexp.MustCompile(`^## (.+)$`)
	nameLine     = regexp.MustCompile(`^# (.+)$`)
)

// readSite reads the table of contents and every page that it names.
func readSite(root string) (*site, error) {
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(contentsFile)))
	if err != nil {
		return nil, err
	}
	s := &site{root: root, bySource: map[string]*page{}}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if found := contentsLine.FindStringSubmatch(line); found != nil && len(s.sections) > 0 {
			if err = s.add(found[1], found[2], found[3]); err != nil {
				return nil, err
			}
		} else if found = sectionLine.FindStringSubmatch(line); found != nil {
			s.sections = append(s.sections, section{title: found[1]})
		} else if found = nameLine.FindStringSubmatch(line); found != nil {
			s.name = found[1]
		} else if line != "" && s.about == "" && len(s.sections) == 0 {
			s.about = line
		} else if line != "" {
			return nil, fmt.Errorf("%s: what is %q?", contentsFile, line)
		}
	}
	return s, nil
}

func (s *site) add(title, file, about string) error {
	source := path.Join(path.Dir(contentsFile), file)
	text, err := os.ReadFile(filepath.Join(s.root, filepath.FromSlash(source)))
	if err != nil {
		return err
	}
	if s.bySource[source] != nil {
		return fmt.Errorf("%s names %s twice", contentsFile, source)
	}
	p := newPage(source, text)
	p.title, p.about = title, about
	s.bySource[source] = p
	s.pages = append(s.pages, p)
	last := &s.sections[len(s.sections)-1]
	last.pages = append(last.pages, p)
	return nil
}

// addressOf is where a page is found below /docs/: the name of its file in lower case,
// and of a README the name of its folder.
func addressOf(source string) string {
	at := strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(source, "docs/"), ".md"))
	if at == "index" {
		return ""
	}
	return strings.TrimSuffix(at, "/readme")
}
