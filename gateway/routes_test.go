package gateway

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestPolicy(t *testing.T) {
	h := startNode(t, nil).Handler()
	for _, url := range []string{"/", "/metrics", "/nothing"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, url, nil))
		said := w.Header()
		csp := said.Get("Content-Security-Policy")
		if !strings.HasPrefix(csp, "default-src 'none';") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", url, csp)
		}
		if said.Get("X-Content-Type-Options") != "nosniff" || said.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %v", url, said)
		}
	}
}

func TestInfoNamesTheModes(t *testing.T) {
	n := startNode(t, nil)
	status, body := get(t, n.url+"/info")
	var report InfoReport
	if err := json.Unmarshal([]byte(body), &report); err != nil || status != 200 {
		t.Fatalf("%d %s: %v", status, body, err)
	}
	if len(report.Modes) != 1 || report.Modes[0] != (InfoMode{"puck", "", 8, 60}) || report.Version != "test" || !report.Open {
		t.Errorf("%+v", report)
	}
}

// ask asks a handler.
func ask(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}
