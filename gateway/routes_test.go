package gateway

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

func TestPolicy(t *testing.T) {
	h := startNode(t, nil).Handler()
	for _, url := range []string{"/", "/metrics", "/nothing"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, url, nil))
		said := w.Header()
		csp := said.Get("Content-Security-Policy")
		if !strings.HasPrefix(csp, "default-src 'none';") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe-inline") || strings.Contains(csp, "'unsafe-eval'") {
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
	if len(report.Modes) != 1 || !reflect.DeepEqual(report.Modes[0], InfoMode{Name: "puck", Game: "hockey", Seats: 8, TickHz: 60}) || report.Version != "test" || !report.Open {
		t.Errorf("%+v", report)
	}
}

// TestInfoSaysWhatRoomsCanBeMadeWith: a form can be made of it.
func TestInfoSaysWhatRoomsCanBeMadeWith(t *testing.T) {
	w, err := sim.Start(sim.Mode{Name: "form", Hz: 60, Seats: 2, New: func(w *sim.World) sim.Rules {
		sim.NewParams[struct {
			Goal uint16 `param:"min=1,max=600,default=180" title:"Goals"`
			Size uint8  `param:"options=small|large"`
			Fog  bool   `param:"default=true"`
		}](w)
		return newPuck(w)
	}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	want := []InfoParam{
		{Name: "goal", Title: "Goals", Kind: "number", Min: 1, Max: 600, Default: "180"},
		{Name: "size", Title: "Size", Kind: "option", Max: 1, Default: "small", Options: []string{"small", "large"}},
		{Name: "fog", Title: "Fog", Kind: "switch", Max: 1, Default: "true"},
	}
	if got := infoParams(w.ParamFields()); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}

// ask asks a handler.
func ask(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}
