package server

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

var update = flag.Bool("update", false, "rewrite docs/reference/flags.md and docs/tutorial")

// cell is text that fits a cell of a table in Markdown.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "*", `\*`, "<", "&lt;", "\n", " ").Replace(text)
}

// flagsPage is the reference of all commands and their flags, as their help has them.
func flagsPage() string {
	var out strings.Builder
	out.WriteString("# Commands and flags\n\nWhat `metronome` does, and what the program of a game of your own does as well. Every flag has an environment variable: " +
		"`--public-url` is `METRONOME_PUBLIC_URL`. A flag goes before its variable, and a variable that no flag has is an error.\n")
	for _, c := range commands() {
		_, _ = fmt.Fprintf(&out, "\n## metronome %s\n\n`metronome %s`: %s.\n", c.name, strings.TrimSpace(c.name+" "+c.args), cell(c.about))
		p := &program{stdout: &strings.Builder{}, stderr: &strings.Builder{}, collect: func(f *pflag.FlagSet) {
			f.SortFlags = false
			if f.HasFlags() {
				out.WriteString("\n| flag | default | what |\n|---|---|---|\n")
			}
			f.VisitAll(func(flag *pflag.Flag) {
				kind, about := pflag.UnquoteUsage(flag)
				value := cmp.Or(strings.Trim(flag.DefValue, "[]"), " ")
				_, _ = fmt.Fprintf(&out, "| `--%s` | %s | %s |\n", strings.TrimSpace(flag.Name+" "+kind), cell(value), cell(about))
			})
		}}
		_ = c.run(p, nil) // errCollected, or it has no flags
	}
	return out.String()
}

// TestFlagsPage holds docs/reference/flags.md to the flags that there are.
func TestFlagsPage(t *testing.T) {
	const page = "../docs/reference/flags.md"
	want := flagsPage()
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is stale: go test ./server -run TestFlagsPage -update. It would be\n%s", page, want)
	}
}
