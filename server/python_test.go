package server

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestPythonClientPlays runs the example that was written from
// docs/PROTOCOL.md: it joins, flies, mirrors and chats.
func TestPythonClientPlays(t *testing.T) {
	if out, err := exec.CommandContext(t.Context(), "/usr/bin/python3", "-c", "import websocket, google.protobuf").CombinedOutput(); err != nil {
		missing(t, "python3-websocket and python3-protobuf", err, out)
	}
	if out, err := exec.CommandContext(t.Context(), "protoc", "--version").CombinedOutput(); err != nil {
		missing(t, "protobuf-compiler", err, out)
	}
	n := startTestNode(t, nil)
	url := strings.Replace(n.LocalURL(), "http://", "ws://", 1) + "/rooms/ffa?name=python"
	out, err := exec.CommandContext(t.Context(), "../examples/python/run", url, "--ticks", "120").CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out), "python: hello from python") {
		t.Error("its own chat did not come back")
	}
}

// missing skips where a tool is not there, loudly; in CI it must be.
func missing(t *testing.T, packages string, err error, out []byte) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("install %s: %v: %s", packages, err, out)
	}
	t.Skipf("NOT TESTED: install %s (make test does): %v", packages, err)
}
