package simtest

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// wanted reads the faults that the files of a folder expect: after the word
// want, the beginnings of the faults of the line.
func wanted(t *testing.T, dir string) (faults []string) {
	t.Helper()
	quoted := regexp.MustCompile(`"([^"]*)"`)
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	helpers, _ := filepath.Glob(filepath.Join(dir, "*", "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in %s: %v", dir, err)
	}
	for _, file := range append(files, helpers...) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name, _ := filepath.Rel(dir, file)
		for i, line := range strings.Split(string(text), "\n") {
			_, want, _ := strings.Cut(line, "// want ")
			for _, match := range quoted.FindAllStringSubmatch(want, -1) {
				faults = append(faults, filepath.ToSlash(name)+":"+strconv.Itoa(i+1)+": "+match[1])
			}
		}
	}
	return faults
}

func TestSourceFaults(t *testing.T) {
	for _, dir := range []string{"testdata/cheats", "testdata/state", "testdata/sizes", "testdata/honest"} {
		faults, err := readSource(dir)
		if err != nil {
			t.Fatal(err)
		}
		wants := wanted(t, dir)
		for _, fault := range faults {
			if !slices.ContainsFunc(wants, func(want string) bool { return strings.HasPrefix(fault, want) }) {
				t.Errorf("%s: found %s", dir, fault)
			}
		}
		for _, want := range wants {
			if !slices.ContainsFunc(faults, func(fault string) bool { return strings.HasPrefix(fault, want) }) {
				t.Errorf("%s: not found %s", dir, want)
			}
		}
	}
}

func TestCheckSourceFailsTheTest(t *testing.T) {
	var tb recorder
	if CheckSource(&tb, "testdata/honest"); len(tb.errors) != 0 {
		t.Errorf("honest source fails with %q", tb.errors)
	}
	if CheckSource(&tb, "testdata/cheats"); len(tb.errors) < 20 || !strings.HasPrefix(tb.errors[0], "simtest: ") {
		t.Errorf("cheats fail with %q", tb.errors)
	}
	tb = recorder{}
	if CheckSource(&tb, "testdata/none"); len(tb.errors) != 1 || !strings.Contains(tb.errors[0], "testdata/none cannot be read") {
		t.Errorf("a folder that is not there fails with %q", tb.errors)
	}
	tb = recorder{}
	if CheckSource(&tb, t.TempDir()); len(tb.errors) != 1 || !strings.Contains(tb.errors[0], "cannot be read: go list") {
		t.Errorf("a folder that is no package fails with %q", tb.errors)
	}
}

func TestSourceOfTheGames(t *testing.T) {
	CheckSource(t, "../arena")
	CheckSource(t, "../geo")
	CheckSource(t, "internal/probe")
}
