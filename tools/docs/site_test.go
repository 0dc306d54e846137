package main

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sample is a small repository.
var sample = map[string]string{
	"docs/SUMMARY.md":                      "# game\n\nA game.\n\n## Begin\n\n- [Start](index.md): where it begins\n- [Deep](deep/Page.md): further down\n\n## More\n\n- [Kit](../kit/README.md): beside docs\n",
	"docs/index.md":                        "# Start\n\n[down](deep/Page.md#a-b), [kit](../kit/README.md), [code](../kit/kit.go), [all](../kit)\n\n![drawn](img/a.svg)\n\n<!-- go: var hidden int -->\n\n```go\nvar x = \"<\" // seen\n```\n",
	"docs/deep/Page.md":                    "# Deep\n\nWords.\n\n## A `b`\n\n[up](../index.md), [here](#a-b-1), [away](https://example.org/x)\n\n## A [b](../index.md)\n\nSeldom *words*.\n",
	"docs/img/a.svg":                       "<svg/>",
	"kit/README.md":                        "# Kit\n\n[back](../docs/index.md#start)\n",
	"kit/kit.go":                           "package kit\n",
	"web/app/src/style/icon.svg":           "<svg/>",
	"dist/assets/chakra-petch-700-x.woff2": "face",
}

// written writes the sample with changes, builds its site and returns what is in it.
func written(t *testing.T, changes map[string]string) (map[string]string, error) {
	t.Helper()
	dir, files := t.TempDir(), maps.Clone(sample)
	maps.Copy(files, changes)
	for name, text := range files {
		if err := write(dir, name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := writeSite(dir, filepath.Join(dir, "dist")); err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, name := range []string{"index.html", "deep/page.html", "kit.html", "img/a.svg", "icon.svg", "docs.css", "search.js", "search.json", "llms.txt", "llms-full.txt"} {
		text, err := os.ReadFile(filepath.Join(dir, "dist", "docs", name))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = string(text)
	}
	return out, nil
}

func TestSite(t *testing.T) {
	out, err := written(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	rows := []struct{ file, has string }{
		{"index.html", `<a href="./deep/page#a-b">down</a>, <a href="./kit">kit</a>`},
		{"index.html", `<a href="https://github.com/metronome-server/metronome/blob/main/kit/kit.go">code</a>`},
		{"index.html", `<a href="https://github.com/metronome-server/metronome/tree/main/kit">all</a>`},
		{"index.html", `<img src="./img/a.svg" alt="drawn">`},
		{"index.html", `<i class="k">var</i> x = <i class="s">&#34;&lt;&#34;</i> <i class="c">// seen</i>`},
		{"index.html", `<a rel="next" href="./deep/page">Deep →</a>`},
		{"deep/page.html", `<a href="../">up</a>, <a href="#a-b-1">here</a>, <a href="https://example.org/x">away</a>`},
		{"deep/page.html", `<link rel="stylesheet" href="../docs.css">`},
		{"deep/page.html", `<a href="../deep/page" aria-current="page">Deep</a>`},
		{"kit.html", `<a href="./#start">back</a>`},
		{"docs.css", `url("../assets/chakra-petch-700-x.woff2")`},
		{"search.json", `["deep/page","a-b-1","A b","Seldom words."]`},
		{"llms.txt", "# game\n\n> A game.\n"},
		{"llms.txt", "## More\n\n- [Kit](./kit): beside docs\n"},
		{"llms-full.txt", "(page ./deep/page, file docs/deep/Page.md)\n\n# Deep\n"},
	}
	for _, row := range rows {
		if !strings.Contains(out[row.file], row.has) {
			t.Errorf("%s lacks %s:\n%s", row.file, row.has, out[row.file])
		}
	}
	for name, text := range out {
		if strings.Contains(text, "hidden int") {
			t.Errorf("%s shows what is for tests", name)
		}
	}
	again, err := written(t, nil)
	if err != nil || !maps.Equal(out, again) {
		t.Errorf("the second time something else is written: %v", err)
	}
}

func TestSiteRefuses(t *testing.T) {
	rows := []struct{ file, text, fault string }{
		{"docs/index.md", "# S\n\n[x](gone.md)\n", "docs/index.md: gone.md leads nowhere"},
		{"docs/index.md", "# S\n\n[x](deep/Page.md#c)\n", "deep/Page.md#c: docs/deep/Page.md has no such heading"},
		{"docs/index.md", "# S\n\n[x](#c)\n", "#c: docs/index.md has no such heading"},
		{"docs/index.md", "# S\n\n![x](img/b.svg)\n", "img/b.svg leads nowhere"},
		{"docs/index.md", "# S\n\n<div>x</div>\n", "HTML is not shown"},
		{"docs/SUMMARY.md", "# g\n\nA.\n\n## B\n\n- [A](gone.md): x\n", "gone.md"},
		{"docs/SUMMARY.md", "# g\n\nA.\n\n## B\n\n- [A](index.md): x\n- [B](index.md): x\n", "names docs/index.md twice"},
		{"docs/SUMMARY.md", "# g\n\nA.\n\n## B\n\n- [A](index.md)\n", "what is"},
	}
	for _, row := range rows {
		if _, err := written(t, map[string]string{row.file: row.text}); err == nil || !strings.Contains(err.Error(), row.fault) {
			t.Errorf("%q: %v, want %s", row.text, err, row.fault)
		}
	}
}

func TestSearchable(t *testing.T) {
	shown := strings.TrimSpace(strings.Repeat("tick ", shownWords))
	rows := []struct{ text, want string }{
		{" a  b\nc ", "a b c"},
		{shown, shown},
		{shown + " Tick row, row. at", shown + "\nrow"},
	}
	for _, row := range rows {
		if got := searchable(row.text); got != row.want {
			t.Errorf("%q, want %q", got, row.want)
		}
	}
}

// TestReferenceLinks: links of doc comments lead to headings that there are, also in
// another package, and fields to their type.
func TestReferenceLinks(t *testing.T) {
	dir := t.TempDir()
	if err := writeReference(root, dir); err != nil {
		t.Fatal(err)
	}
	for name, has := range map[string]string{
		"api/sim.md":         "[Mode.New](#mode)",
		"api/sim-simtest.md": "[sim.ErrParam](sim.md#variables)",
		"close-codes.md":     "| 1000 | `bye` |",
	} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !strings.Contains(string(text), has) {
			t.Errorf("%s lacks %s: %v", name, has, err)
		}
		kept, err := os.ReadFile(filepath.Join(root, "docs", "reference", name))
		if err != nil || string(kept) != string(text) {
			t.Errorf("docs/reference/%s is stale: make gen (%v)", name, err)
		}
	}
}
