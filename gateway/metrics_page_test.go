package gateway

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

var update = flag.Bool("update", false, "rewrite docs/reference/metrics.md")

// described is what Prometheus's library prints of a metric, which it lets nobody read otherwise.
var described = regexp.MustCompile(`^Desc\{fqName: "(.*)", help: "(.*)", unit: "", constLabels: \{\}, variableLabels: \{(.*)\}\}$`)

// metricsPage is the reference of the metrics of a node, as they are registered.
func metricsPage(t *testing.T) string {
	t.Helper()
	descriptions := make(chan *prometheus.Desc, 1000) // more than there are
	for _, c := range []prometheus.Collector{&statsCollector{}, &nodeCollector{}, &queueCollector{}, newCallCounter().counts} {
		c.Describe(descriptions)
	}
	close(descriptions)
	var rows []string
	for d := range descriptions {
		found := described.FindStringSubmatch(d.String())
		if found == nil {
			t.Fatalf("%v is described otherwise", d)
		}
		labels := ""
		if found[3] != "" {
			labels = "`" + strings.ReplaceAll(found[3], ",", "`, `") + "`"
		}
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s |\n", found[1], labels, found[2]))
	}
	slices.Sort(rows)
	return "# Metrics\n\nWhat a node tells Prometheus at `/metrics`, beside Go's own figures and those of the process. A name that ends in `_total` counts up from the start of the process. " +
		"[Operations](../OPERATIONS.md) says what to do about them.\n\n" +
		"| metric | labels | what |\n|---|---|---|\n" + strings.Join(rows, "")
}

// TestMetricsPage holds docs/reference/metrics.md to the metrics that there are.
func TestMetricsPage(t *testing.T) {
	const page = "../docs/reference/metrics.md"
	want := metricsPage(t)
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
		t.Errorf("%s is stale: go test ./gateway -run TestMetricsPage -update. It would be\n%s", page, want)
	}
}
