package deploy

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/metronome-server/metronome/internal/testcert"
	"github.com/metronome-server/metronome/server"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
)

// exported are the metrics of a node: of each the labels with their values.
type exported map[string]map[string][]string

var (
	sampleLine = regexp.MustCompile(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})? \S+$`)
	labelPair  = regexp.MustCompile(`([a-zA-Z_]\w*)(=~|!~|!=|=)"([^"]*)"`)
)

func parse(report string) exported {
	all := exported{}
	for line := range strings.Lines(report) {
		sample := sampleLine.FindStringSubmatch(strings.TrimSpace(line))
		if sample == nil {
			continue
		}
		if all[sample[1]] == nil {
			all[sample[1]] = map[string][]string{}
		}
		for _, pair := range labelPair.FindAllStringSubmatch(sample[2], -1) {
			all[sample[1]][pair[1]] = append(all[sample[1]][pair[1]], pair[3])
		}
	}
	return all
}

// scrape runs a node with all that has metrics of its own, and reads them.
func scrape(t *testing.T) exported {
	t.Helper()
	c := server.DefaultConfig()
	var leaf *x509.Certificate
	c.TLSCert, c.TLSKey, leaf = testcert.Files(t, t.TempDir())
	c.Listen, c.Bots = "127.0.0.1:0", 0
	c.Webhook, c.WebhookSecret, c.WebhookAllow = "http://127.0.0.1:1/", "0123456789abcdef", []string{"127.0.0.0/8"}
	n, err := server.Start(t.Context(), c, []sim.Game{arena.Game()}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = n.Stop() })
	trusted := x509.NewCertPool()
	trusted.AddCert(leaf)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted}}
	t.Cleanup(transport.CloseIdleConnections)
	ask := func(method, path, body string) string {
		request, err := http.NewRequestWithContext(t.Context(), method, n.LocalURL()+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		if strings.HasPrefix(path, "/rooms/") {
			request.Header.Set("Connection", "Upgrade")
			request.Header.Set("Upgrade", "websocket")
		}
		answer, err := transport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	// Some have a label that nothing is known of before something happens.
	ask(http.MethodGet, "/rooms/nowhere", "")
	ask(http.MethodPost, "/metronome.v1.LobbyService/ListRooms", "{}")
	return parse(ask(http.MethodGet, "/metrics", ""))
}

// used finds a metric of a node with its selector in a query, and not the name of
// a recorded one, which has colons.
var used = regexp.MustCompile(`(?:^|[^\w:])((?:metronome|go|process)_\w+)(\{[^}]*\})?`)

// faults says what a query asks for that no node exports. Prometheus adds job and
// instance by itself.
func (e exported) faults(query string) []string {
	var faults []string
	for _, use := range used.FindAllStringSubmatch(query, -1) {
		labels, ok := e[use[1]]
		if !ok {
			faults = append(faults, use[1])
			continue
		}
		for _, pair := range labelPair.FindAllStringSubmatch(use[2], -1) {
			name, values := pair[1], strings.Split(pair[3], "|")
			if name == "job" || name == "instance" {
				continue
			}
			for _, value := range values {
				// Which of these there are, only use shows.
				open := name == "reason" && use[1] == "metronome_handshakes_refused_total" || name == "version"
				if known, ok := labels[name]; !ok || !open && !slices.Contains(known, value) {
					faults = append(faults, fmt.Sprintf("%s{%s=%q}", use[1], name, value))
				}
			}
		}
	}
	return faults
}

func TestWhatIsAskedForIsExported(t *testing.T) {
	all := scrape(t)
	asked := queries(t)
	if faults := all.faults(strings.Join(asked, "\n")); faults != nil {
		t.Errorf("%s asks for what no node exports: %v", dashboardFile, faults)
	}
	rules := read(t, rulesFile)
	for _, name := range []string{rulesFile, rulesTestFile} {
		text := regexp.MustCompile(`(?m)#.*$`).ReplaceAllString(read(t, name), "")
		if faults := all.faults(text); faults != nil {
			t.Errorf("%s asks for what no node exports: %v", name, faults)
		}
	}
	for _, query := range asked {
		for _, recorded := range regexp.MustCompile(`\w+:metronome_\w+:\w+`).FindAllString(query, -1) {
			if !strings.Contains(rules, "- record: "+recorded+"\n") {
				t.Errorf("%s asks for %s, which no rule records", dashboardFile, recorded)
			}
		}
	}
}

func TestWhatIsNotExportedIsFound(t *testing.T) {
	all := parse("a_b 1\nmetronome_seats{state=\"free\"} 1\nmetronome_seats{state=\"away\"} 0\nmetronome_bots 3\n")
	for _, c := range []struct {
		query string
		want  []string
	}{
		{`sum(metronome_bots{job="x", instance=~"a|b"}) + metronome_seats{state=~"free|away"}`, nil},
		{`job:metronome_nothing:ratio`, nil},
		{`rate(metronome_bot[5m])`, []string{"metronome_bot"}},
		{`metronome_seats{state=~"free|gone"}`, []string{`metronome_seats{state="gone"}`}},
		{`metronome_seats{mode="ffa"}`, []string{`metronome_seats{mode="ffa"}`}},
	} {
		if got := all.faults(c.query); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.query, got, c.want)
		}
	}
}
