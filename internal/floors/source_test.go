package floors

import (
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

// repository is this repository's source, parsed once for all tests.
var repository = sync.OnceValues(func() (*Source, error) {
	return Load(os.DirFS("../.."))
})

// rule is a check that lists faults.
type rule func(*Source) []string

// holds fails the test when the repository breaks a rule.
func holds(t *testing.T, check rule) {
	t.Helper()
	src, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range check(src) {
		t.Error(fault)
	}
}

// fake is a module of one file; its package and imports are part of the text.
func fake(t *testing.T, name, text string) *Source {
	t.Helper()
	src, err := Load(fstest.MapFS{name: {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// verdict is one file and the words that its fault must have; none when empty.
type verdict struct {
	file, text, want string
}

// judge applies a rule to each file alone.
func judge(t *testing.T, check rule, verdicts []verdict) {
	t.Helper()
	for _, v := range verdicts {
		faults := strings.Join(check(fake(t, v.file, v.text)), "\n")
		if v.want == "" && faults != "" {
			t.Errorf("%s: %s\nis right, got: %s", v.file, v.text, faults)
		}
		if !strings.Contains(faults, v.want) {
			t.Errorf("%s: %s\nwant a fault with %q, got: %s", v.file, v.text, v.want, faults)
		}
	}
}

func TestLoadLeavesOutWhatIsNoPart(t *testing.T) {
	text := &fstest.MapFile{Data: []byte("package a")}
	src, err := Load(fstest.MapFS{
		"go.mod":                {},
		"room/a.go":             text,
		"room/a_test.go":        text,
		"room/testdata/a.go":    text,
		"tools/go.mod":          {},
		"tools/a.go":            text,
		".tools/a.go":           text,
		"web/node_modules/a.go": text,
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(src.Files) != 1 || src.Files[0].Path != "room/a.go" {
		t.Errorf("loaded %v, want room/a.go alone", src.Files)
	}
}

func TestLoadReadsEveryBuildTag(t *testing.T) {
	src := fake(t, "gateway/a.go", "//go:build never\n\npackage gateway\n\nimport \"fmt\"")
	if len(src.Files) != 1 || src.Files[0].Built || len(src.Files[0].Imports()) != 1 {
		t.Errorf("loaded %+v, want one file that is not built", src.Files)
	}
}

func TestLoadRefusesWhatDoesNotParse(t *testing.T) {
	if _, err := Load(fstest.MapFS{"a.go": {Data: []byte("pakage a")}}); err == nil {
		t.Error("a broken file passes")
	}
}

// fstestModule is a module of several files in memory.
func fstestModule(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}
