package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// repository is where files are shown that are no pages.
const repository = "https://github.com/metronome-server/metronome/blob/main/"

// lead changes the links of a page, which are those of files, to those of the site. files
// collects what is to be copied: where it goes, and from where.
func (s *site) lead(p *page, files map[string]string) error {
	var faults []error
	_ = ast.Walk(p.doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		var to *[]byte
		switch n := n.(type) {
		case *ast.Link:
			to = &n.Destination
		case *ast.Image:
			to = &n.Destination
		default:
			return ast.WalkContinue, nil
		}
		address, err := s.leadOne(p, string(*to), files)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", p.source, err))
		}
		*to = []byte(address)
		return ast.WalkContinue, nil
	})
	return errors.Join(faults...)
}

func (s *site) leadOne(p *page, to string, files map[string]string) (string, error) {
	address, err := url.Parse(to)
	if err != nil {
		return "", err
	}
	if address.Scheme != "" {
		return to, nil
	}
	target, source := p, p.source
	if address.Path != "" {
		source = path.Join(path.Dir(p.source), address.Path)
		target = s.bySource[source]
	}
	if target != nil {
		if address.Fragment != "" && !target.anchors[address.Fragment] {
			return "", fmt.Errorf("%s: %s has no such heading", to, target.source)
		}
		if target == p && address.Fragment != "" {
			return "#" + address.Fragment, nil
		}
		return withFragment(p.to(target.at), address.Fragment), nil
	}
	info, err := os.Stat(filepath.Join(s.root, filepath.FromSlash(source)))
	if err != nil {
		return "", fmt.Errorf("%s leads nowhere", to)
	}
	if name, inDocs := strings.CutPrefix(source, "docs/"); inDocs && !info.IsDir() && path.Ext(source) != ".md" {
		files[name] = source
		return p.to(name), nil
	}
	if info.IsDir() {
		return strings.Replace(repository, "/blob/", "/tree/", 1) + source, nil
	}
	return withFragment(repository+source, address.Fragment), nil
}

func withFragment(address, fragment string) string {
	if fragment == "" {
		return address
	}
	return address + "#" + fragment
}

// to is the way from this page to what is at an address below /docs/. It is relative,
// as the node may be below a path that it does not know.
func (p *page) to(at string) string {
	up := strings.Repeat("../", strings.Count(p.at, "/"))
	if up == "" {
		up = "./"
	}
	return up + at
}
