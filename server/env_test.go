package server

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestUnknownVariables(t *testing.T) {
	for _, row := range []struct{ name, says string }{
		{"METRONOME_MAX_ROOM", "METRONOME_MAX_ROOM is not a variable of this program; did you mean METRONOME_MAX_ROOMS?"},
		{"METRONOME_PUBLICURL", "METRONOME_PUBLIC_URL?"},
		{"METRONOME_RECRD", "METRONOME_RECORD?"},
		{"METRONOME_RECORD", ""},
		{"METRONOME_PLAYERS", ""}, // of bots
		{"METRONOME_LOG_LEVEL", ""},
		{"METRONOME_SECRET_FILE", ""},
		{"OTHER_MAX_ROOM", ""},
		{"METRONOME_SERVICE_HOST", ""}, // of a Kubernetes service named metronome
		{"METRONOME_SERVICE_PORT", ""},
		{"METRONOME_SERVICE_PORT_HTTP", ""},
		{"METRONOME_PORT", ""},
		{"METRONOME_PORT_8080_TCP", ""},
		{"METRONOME_PORT_8080_TCP_ADDR", ""},
		{"METRONOME_REDIS_SERVICE_HOST", ""}, // and metronome-redis
		{"METRONOME_REDIS_PORT_6379_TCP_PROTO", ""},
	} {
		err := (&program{ctx: t.Context(), environ: []string{row.name + "=x", "PATH=/bin"}}).checkEnvironment()
		if (err == nil) != (row.says == "") || err != nil && !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: %v, want %q", row.name, err, row.says)
		}
	}
	if code, _, says := run(t.Context(), map[string]string{"METRONOME_BOT": "3"}, "health"); code != 1 || !strings.Contains(says, "METRONOME_BOTS?") {
		t.Errorf("code %d: %s", code, says)
	}
}

func TestSecretsInFiles(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const secret = "sixteen bytes or more"
	good, open := file("good", secret+"\n", 0o600), file("open", "  "+secret+"\r\n", 0o644)
	for _, row := range []struct {
		name, given, file string
		says              string // an error, or else a warning; "": fine
		fails             bool
	}{
		{"good", "", good, "", false},
		{"readable by all", "", open, "chmod 600", false},
		{"both", "given", good, "--secret-file: --secret is given too", true},
		{"missing", "", filepath.Join(dir, "missing"), "--secret-file", true},
		{"empty", "", file("empty", "\n", 0o600), "is empty", true},
		{"long", "", file("long", strings.Repeat("x", maxSecretFile+1), 0o600), "at most", true},
	} {
		var log bytes.Buffer
		c := Config{Secret: row.given}
		files := newSecretFiles(&c)
		files[0].file = row.file
		err := files.read(slog.New(slog.NewTextHandler(&log, nil)))
		says := log.String()
		if err != nil {
			says = err.Error()
		} else if c.Secret != secret {
			t.Errorf("%s: the secret is %q", row.name, c.Secret)
		}
		if (err != nil) != row.fails || (says == "") != (row.says == "") || !strings.Contains(says, row.says) {
			t.Errorf("%s: %v, %q", row.name, err, says)
		}
		if strings.Contains(says, secret) {
			t.Errorf("%s: the secret is told: %s", row.name, says)
		}
	}
}

// TestFaultsNameTheirFlag: whatever cannot be, the message says which flag it was.
func TestFaultsNameTheirFlag(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for flag, values := range map[string][]string{
		"listen": {"here", "127.0.0.1:99999", "256.0.0.1:0"}, "public-url": {"example.org", "ftp://x"}, "redis": {"http://x", "redis://127.0.0.1:1"},
		"redis-file": {"/nowhere"}, "secret": {"short"}, "secret-file": {"/nowhere", file}, "admin-key": {"short"}, "admin-key-file": {"/nowhere"},
		"tls-cert": {"/nowhere"}, "mode": {"chess"}, "bots": {"-1", "5001"}, "record": {"/proc/nowhere", file}, "max-rooms": {"0"}, "max-seats": {"0"},
		"open": {"maybe"}, "origin": {"example.org"}, "connections": {"fast"}, "trusted-proxies": {"here"}, "handshakes-per-second": {"-1"},
		"calls-per-second": {"-1"}, "max-connections": {"-1"}, "connections-per-address": {"-1"}, "admin-listen": {"here", "127.0.0.1:99999"},
		"workers": {"0", "65"}, "spectators": {"-1", "1001"}, "debug": {"0.0.0.0:1", "here"}, "drain-delay": {"-1s", "2h"}, "drain-timeout": {"-1s"}, "stop-timeout": {"-1s"},
		"resume-window": {"-1s", "2h"}, "silent-after": {"-1s"}, "slow-after": {"0s"}, "empty-after": {"-1s"}, "log-level": {"loud"}, "log-format": {"xml"},
	} {
		for _, value := range values {
			args := []string{"serve", "--listen", "127.0.0.1:0", "--bots", "0", "--" + flag, value}
			if flag == "redis-file" || flag == "secret-file" || flag == "admin-key-file" {
				args = append(args, "--log-level", "error")
			}
			code, _, says := run(t.Context(), nil, args...)
			if code != 1 || !strings.Contains(says, "--"+flag) {
				t.Errorf("--%s %s: code %d: %s", flag, value, code, says)
			}
		}
	}
}
