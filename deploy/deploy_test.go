// Package deploy holds what a fleet is watched with. Its tests hold these files
// to what a node really exports, and to docs/OPERATIONS.md.
package deploy

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	rulesFile     = "prometheus/metronome.rules.yml"
	rulesTestFile = "prometheus/metronome.test.yml"
	dashboardFile = "grafana/metronome.json"
	runbook       = "../docs/OPERATIONS.md"
)

func read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// promtool runs Prometheus's own check.
func promtool(t *testing.T, arguments ...string) (output string, err error) {
	t.Helper()
	program, err := exec.LookPath("promtool")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("promtool is not installed, and CI is set: the rules must be checked")
		}
		t.Skip("RULES NOT CHECKED: promtool is not installed (apt-get install prometheus)")
	}
	out, err := exec.CommandContext(t.Context(), program, arguments...).CombinedOutput()
	return string(out), err
}

func TestPromtoolTakesTheFiles(t *testing.T) {
	for _, arguments := range [][]string{
		{"check", "config", "prometheus/prometheus.yml"}, // and the rules that it names
		{"test", "rules", rulesTestFile},
	} {
		if out, err := promtool(t, arguments...); err != nil {
			t.Errorf("promtool %v: %v\n%s", arguments, err, out)
		}
	}
}

// alert is what the rules say of one.
type alert struct{ name, body string }

func alerts(t *testing.T) []alert {
	t.Helper()
	var all []alert
	for _, rule := range regexp.MustCompile(`(?m)^ {6}- `).Split(read(t, rulesFile), -1) {
		if name, body, ok := strings.Cut(rule, "\n"); ok && strings.HasPrefix(name, "alert: ") {
			all = append(all, alert{strings.TrimPrefix(name, "alert: "), body})
		}
	}
	if len(all) == 0 {
		t.Fatal("no alert is found")
	}
	return all
}

// TestEveryAlertSaysWhatToDo: with a sentence of its own, a chapter of the
// runbook, and a test that has it fire and one that has it silent.
func TestEveryAlertSaysWhatToDo(t *testing.T) {
	tests := read(t, rulesTestFile)
	var chapters, names []string
	for _, heading := range regexp.MustCompile(`(?m)^### (.*)$`).FindAllStringSubmatch(read(t, runbook), -1) {
		chapters = append(chapters, heading[1])
	}
	for _, a := range alerts(t) {
		names = append(names, a.name)
		for _, want := range []string{
			"expr: ", "labels: { severity: ", "summary: ", "description: ", "/docs/OPERATIONS.md#" + strings.ToLower(a.name) + "\n",
		} {
			if !strings.Contains(a.body, want) {
				t.Errorf("%s lacks %q", a.name, want)
			}
		}
		if !strings.Contains(tests, "alertname: "+a.name+" }") {
			t.Errorf("no test has %s silent", a.name)
		}
		if !regexp.MustCompile(`ALERTS\{alertname="` + a.name + `".*exp_samples`).MatchString(tests) {
			t.Errorf("no test has %s fire", a.name)
		}
	}
	if !slices.Equal(chapters, names) {
		t.Errorf("the chapters of %s\n%v\nare not the alerts, in their order:\n%v", runbook, chapters, names)
	}
}

// panel is what is checked of one of Grafana's.
type panel struct {
	ID      int
	Type    string
	Title   string
	GridPos struct{ X, Y, W, H int }
	Targets []struct{ Expr string }
}

func panels(t *testing.T) []panel {
	t.Helper()
	var board struct{ Panels []panel }
	if err := json.Unmarshal([]byte(read(t, dashboardFile)), &board); err != nil {
		t.Fatal(err)
	}
	if len(board.Panels) == 0 {
		t.Fatal("the dashboard has no panel")
	}
	return board.Panels
}

func TestDashboardsPanels(t *testing.T) {
	all := panels(t)
	for i, p := range all {
		if p.Title == "" || p.Type != "row" && len(p.Targets) == 0 {
			t.Errorf("panel %d, %q, shows nothing", p.ID, p.Title)
		}
		if g := p.GridPos; g.X < 0 || g.W < 1 || g.X+g.W > 24 || g.H < 1 {
			t.Errorf("%q stands beside the grid: %+v", p.Title, g)
		}
		for _, q := range all[:i] {
			a, b := p.GridPos, q.GridPos
			if p.ID == q.ID || a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
				t.Errorf("%q and %q have one id or overlap", p.Title, q.Title)
			}
		}
	}
}

// queries are the dashboard's, as Prometheus gets them.
func queries(t *testing.T) []string {
	t.Helper()
	fill := strings.NewReplacer("$node", "a|b", "$__rate_interval", "1m")
	var all []string
	for _, p := range panels(t) {
		for _, target := range p.Targets {
			all = append(all, fill.Replace(target.Expr))
		}
	}
	return all
}

// TestDashboardsQueriesCanBeRead has promtool read them as rules.
func TestDashboardsQueriesCanBeRead(t *testing.T) {
	var rules strings.Builder
	rules.WriteString("groups:\n- name: dashboard\n  rules:\n")
	for i, query := range queries(t) {
		fmt.Fprintf(&rules, "  - {record: q%d, expr: %q}\n", i, query)
	}
	file := filepath.Join(t.TempDir(), "dashboard.yml")
	if err := os.WriteFile(file, []byte(rules.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := promtool(t, "check", "rules", file); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
