package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// others are programs of other people.
var others = []string{"base64", "cat", "cd", "chmod", "cp", "curl", "docker", "git", "head", "kubectl", "mkdir", "node", "npm", "npx", "python3", "redis-server"}

// shell knows which commands there are.
type shell struct {
	flags   map[string]string // the help of each command of metronome
	modes   func(name string) bool
	targets string // the Makefile
	schema  string // all of proto
}

// checkCommands looks that all commands of the blocks are there, with their flags.
func checkCommands(t *testing.T, list []*block) {
	say := buildMetronome(t)
	s := shell{flags: helpOfCommands(t, say), targets: fileText(t, "Makefile")}
	s.modes = func(name string) bool {
		_, err := say("schema", "--mode", name)
		return err == nil
	}
	files, err := filepath.Glob(filepath.Join(root, "proto", "metronome", "v1", "*.proto"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		s.schema += fileText(t, strings.TrimPrefix(file, root))
	}
	for _, b := range list {
		for _, words := range commandsOf(b.code) {
			if fault := s.fault(words); fault != "" {
				t.Errorf("%v: %s: %q", b, fault, words)
			}
		}
	}
}

func fileText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// buildMetronome returns what runs it.
func buildMetronome(t *testing.T) (say func(words ...string) (string, error)) {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "metronome")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "./cmd/metronome")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return func(words ...string) (string, error) {
		out, err := exec.CommandContext(t.Context(), binary, words...).CombinedOutput()
		return string(out), err
	}
}

// helpOfCommands asks metronome for its commands and their flags.
func helpOfCommands(t *testing.T, say func(...string) (string, error)) map[string]string {
	t.Helper()
	all, err := say("help")
	if err != nil {
		t.Fatal(err)
	}
	help := map[string]string{"help": "", "version": ""}
	for _, line := range regexp.MustCompile(`(?m)^ {2}([a-z]+(?: [a-z]+)?)\b`).FindAllStringSubmatch(all, -1) {
		if line[1] == "version" {
			continue
		}
		if help[line[1]], err = say(append(strings.Fields(line[1]), "--help")...); err != nil {
			t.Fatalf("%s: %v", line[1], err)
		}
	}
	if len(help) < 10 {
		t.Fatalf("metronome has the commands %v", help)
	}
	return help
}

var (
	assignment = regexp.MustCompile(`^[A-Z_]+=`)
	procedure  = regexp.MustCompile(`/metronome\.v1\.(\w+)/(\w+)`)
)

// fault says what is wrong with a command; "": nothing.
func (s *shell) fault(words []string) string {
	for len(words) > 0 && (assignment.MatchString(words[0]) || words[0] == "do" || words[0] == "exec") {
		words = words[1:]
	}
	if len(words) > 3 && words[0] == "taskset" {
		words = words[3:] // -c CPU
	}
	if len(words) == 0 || words[0] == "for" || words[0] == "done" {
		return ""
	}
	name := words[0]
	switch {
	case name == "metronome", name == "bin/metronome":
		return s.ofMetronome(words[1:])
	case name == "make":
		return s.ofMake(words[1:])
	case name == "go":
		return s.ofGo(words[1:])
	case name == "curl":
		return s.ofCurl(words[1:])
	case slices.Contains(others, name):
		return ""
	case there(name), there(filepath.Join("bench", strings.TrimPrefix(filepath.Base(name), "./"))):
		return "" // a program of this repository, or what one in bench is built into
	}
	return "there is no such command"
}

// there reports whether the repository has something at a path.
func there(name string) bool {
	_, err := os.Stat(filepath.Join(root, name))
	return err == nil
}

func (s *shell) ofMetronome(words []string) string {
	if len(words) == 0 {
		return ""
	}
	help, known := s.flags[words[0]]
	if len(words) > 1 {
		if longer, is := s.flags[words[0]+" "+words[1]]; is {
			help, known = longer, true
		}
	}
	if !known {
		return "metronome has no such command"
	}
	for i, word := range words {
		flag, value, whole := strings.Cut(word, "=")
		if !whole && i+1 < len(words) {
			value = words[i+1]
		}
		if flag == "--mode" && !s.modes(value) {
			return "there is no mode " + value
		}
		if strings.HasPrefix(flag, "--") && flag != "--help" && !regexp.MustCompile(`(?m)^ .*`+flag+`( |$)`).MatchString(help) {
			return "there is no " + flag
		}
	}
	return ""
}

func (s *shell) ofMake(words []string) string {
	for _, word := range words {
		if !strings.Contains(word, "=") && !strings.Contains(s.targets, "\n"+word+":") {
			return "the Makefile has no " + word
		}
	}
	return ""
}

func (s *shell) ofGo(words []string) string {
	if len(words) > 1 && words[0] == "run" && (words[1] == "." || words[1] == "./cmd/metronome") {
		return s.ofMetronome(words[2:])
	}
	if len(words) == 0 || !slices.Contains([]string{"build", "run", "test", "get", "mod"}, words[0]) {
		return "go is not called so"
	}
	for _, word := range words {
		if folder := strings.TrimSuffix(word, "..."); strings.HasPrefix(word, "./") && !there(folder) {
			return "there is no " + folder
		}
	}
	return ""
}

func (s *shell) ofCurl(words []string) string {
	for _, word := range words {
		found := procedure.FindStringSubmatch(word)
		if found != nil && (!strings.Contains(s.schema, "service "+found[1]+" {") || !strings.Contains(s.schema, "rpc "+found[2]+"(")) {
			return "there is no procedure " + found[0]
		}
	}
	return ""
}

// commandsOf takes a script apart into commands of words, as far as these pages go: quotes,
// comments, lines that go on, lists, pipes, and commands within commands.
func commandsOf(script string) (list [][]string) {
	var words []string
	var word strings.Builder
	inWord, quote := false, rune(0)
	endWord := func() {
		if inWord {
			words = append(words, word.String())
		}
		word.Reset()
		inWord = false
	}
	endCommand := func() {
		endWord()
		if len(words) > 0 {
			list = append(list, words)
		}
		words = nil
	}
	runes := []rune(strings.ReplaceAll(script, "\\\n", " "))
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, inWord = r, true
		case r == '#' && !inWord:
			for i+1 < len(runes) && runes[i+1] != '\n' {
				i++
			}
		case r == '$' && i+1 < len(runes) && runes[i+1] == '(':
			end := i + strings.IndexRune(string(runes[i:]), ')')
			list = append(list, commandsOf(string(runes[i+2:end]))...)
			i, inWord = end, true
		case r == '\n' || r == ';' || r == '|' || r == '&':
			endCommand()
		case r == ' ' || r == '\t' || r == '<' || r == '>':
			endWord()
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	endCommand()
	return list
}

// TestCommandsOf is on the reader above.
func TestCommandsOf(t *testing.T) {
	got := commandsOf("make run # it runs\nA=1 metronome serve \\\n  --bots 0 | head -c 3 > x; T=$(metronome token --user 'ann b') && curl -d '{\"a\": 1; 2}' u &\n")
	want := [][]string{
		{"make", "run"}, {"A=1", "metronome", "serve", "--bots", "0"}, {"head", "-c", "3", "x"},
		{"metronome", "token", "--user", "ann b"}, {"T="}, {"curl", "-d", `{"a": 1; 2}`, "u"},
	}
	if !slices.EqualFunc(got, want, slices.Equal[[]string]) {
		t.Errorf("%q", got)
	}
}

// TestFaultsOfCommands: what is not there is told.
func TestFaultsOfCommands(t *testing.T) {
	s := shell{
		flags:   map[string]string{"rooms": "      --server string  x", "rooms create": "      --mode string  x"},
		modes:   func(name string) bool { return name == "x" },
		targets: "\nrun: build\n", schema: "service LobbyService {\n  rpc QuickPlay(X)",
	}
	rows := []struct {
		script, fault string
	}{
		{"metronome rooms --server x", ""},
		{"metronome rooms create --mode=x", ""},
		{"metronome rooms --mode x", "there is no --mode"},
		{"metronome rooms create --mode x", ""},
		{"metronome rooms create --mode y", "there is no mode y"},
		{"bin/metronome room", "metronome has no such command"},
		{"go run ./cmd/metronome rooms --serve x", "there is no --serve"},
		{"make run BOTS=3", ""},
		{"make walk", "the Makefile has no walk"},
		{"go build ./bench/nothing", "there is no ./bench/nothing"},
		{"go test ./sim/...", ""},
		{"curl http://h/metronome.v1.LobbyService/QuickPlay", ""},
		{"curl http://h/metronome.v1.LobbyService/Quick", "there is no procedure /metronome.v1.LobbyService/Quick"},
		{"X=1 metronom", "there is no such command"},
		{"for i in 1 2; do make run & done", ""},
	}
	for _, row := range rows {
		fault := ""
		for _, words := range commandsOf(row.script) {
			fault += s.fault(words)
		}
		if fault != row.fault {
			t.Errorf("%s: %q, want %q", row.script, fault, row.fault)
		}
	}
}
