package outbox

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// page is docs/OUTBOX.md.
func page(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../docs/OUTBOX.md")
	must(t, err)
	return string(b)
}

// blocks are the page's pieces of code in a language.
func blocks(t *testing.T, language string) (list []string) {
	t.Helper()
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(page(t), -1) {
		list = append(list, m[1])
	}
	if len(list) == 0 {
		t.Fatal("the page has no " + language)
	}
	return list
}

// keys are the fields of a JSON value, with those of its objects.
func keys(v any, into map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			into[k] = true
			if k != "values" {
				keys(inner, into)
			}
		}
	case []any:
		for _, inner := range v {
			keys(inner, into)
		}
	}
}

// The messages of the page have the fields that messages have, and its table names
// all of them.
func TestPageShowsMessages(t *testing.T) {
	shown := map[string]map[string]bool{}
	for _, block := range blocks(t, "json") {
		var message map[string]any
		must(t, json.Unmarshal([]byte(block), &message))
		fields := map[string]bool{}
		keys(message, fields)
		shown[fmt.Sprint(message["kind"])] = fields
	}
	for _, e := range []Entry{NewOutcome(origin, 0, "", true, nil, make([]Line, 1)), NewEffect(origin, 0, "x", 0, "", nil, nil)} {
		var message any
		must(t, json.Unmarshal(e.Body, &message))
		fields := map[string]bool{}
		keys(message, fields)
		if fmt.Sprint(shown[e.Kind]) != fmt.Sprint(fields) {
			t.Errorf("%s: shown %v, has %v", e.Kind, shown[e.Kind], fields)
		}
		for field := range fields {
			if !strings.Contains(page(t), "`"+field+"`") {
				t.Errorf("the table lacks %s", field)
			}
		}
	}
}

// secret is that of the receivers on the page.
var secret = newSecret

// receive is the receiver of the page.
func receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if err != nil || Verify(secret, r.Header, body, time.Now()) != nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var message struct{ ID, Kind string }
	if err := json.Unmarshal(body, &message); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	// Once: INSERT ... ON CONFLICT (id) DO NOTHING, in the transaction that acts on it.
	w.WriteHeader(http.StatusNoContent)
}

func TestGoReceiverOfThePage(t *testing.T) {
	source, err := os.ReadFile("doc_test.go")
	must(t, err)
	if code := strings.ReplaceAll(blocks(t, "go")[0], "outbox.", ""); !bytes.Contains(source, []byte(code)) {
		t.Error("the page has another receiver than this test")
	}
	s := serve(t, receive)
	e := effect("a", 0)
	must(t, webhook(t, s.URL, secret).Deliver(t.Context(), &e))
	if err := webhook(t, s.URL, oldSecret).Deliver(t.Context(), &e); !errors.Is(err, ErrRefused) {
		t.Errorf("with another secret: %v", err)
	}
}

func TestNodeReceiverOfThePage(t *testing.T)   { runReceiver(t, "js", "node", "receiver.mjs") }
func TestPythonReceiverOfThePage(t *testing.T) { runReceiver(t, "python", "python3", "receiver.py") }

// runReceiver runs a receiver of the page and sends it messages.
func runReceiver(t *testing.T, language, command, name string) {
	if _, err := exec.LookPath(command); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("install %s: %v", command, err)
		}
		t.Skipf("NOT TESTED: install %s: %v", command, err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	port := fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
	must(t, l.Close())
	path := t.TempDir() + "/" + name
	must(t, os.WriteFile(path, []byte(strings.ReplaceAll(blocks(t, language)[0], "8000", port)), 0o600))

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, command, path)
	cmd.Env = append(os.Environ(), "SECRET="+string(secret))
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	defer cmd.Wait()
	defer cancel()

	good, bad := webhook(t, "http://127.0.0.1:"+port, secret), webhook(t, "http://127.0.0.1:"+port, oldSecret)
	e, last := effect("a", 0), effect("a", 1)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for good.Deliver(ctx, &e) != nil { // until it listens
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("it never listens")
		}
	}
	must(t, good.Deliver(ctx, &e))
	if err := bad.Deliver(ctx, &e); !errors.Is(err, ErrRefused) {
		t.Errorf("with another secret: %v", err)
	}
	must(t, good.Deliver(ctx, &last))
	lines := bufio.NewScanner(out)
	for _, want := range []string{"effect " + e.ID, "effect " + last.ID} {
		if !lines.Scan() || lines.Text() != want {
			t.Fatalf("it says %q, want %q", lines.Text(), want)
		}
	}
}
