package floors

import "testing"

func TestLogIsSearchable(t *testing.T) {
	holds(t, Logs)
}

func TestLogLines(t *testing.T) {
	line := func(call string) string { return "package a\nfunc f() {\n" + call + "\n}" }
	judge(t, Logs, []verdict{
		{"a/a.go", line(`log.Info("room opened", "room", id)`), ""},
		{"a/a.go", line(`s.cfg.Log.Error("that failed", "err", err)`), ""},
		{"a/a.go", line(`s.log.Error("the rules failed", "err", fmt.Sprint(fault), "stack", calls)`), ""},
		{"a/a.go", line(`log.Error("it hangs", "stack", calls)`), ""},
		{"a/a.go", line(`log.Info("TLS works")`), ""},
		{"a/a.go", line(`log.Info("done", args...)`), ""},
		{"a/a.go", line(`log.With("room", id)`), ""},
		{"a/a.go", line(`other.Info("Done.", "whatever", err)`), ""},
		{"a/a.go", line(`log.Log(ctx, level, "certificate", "names", names)`), ""},
		{"a/a.go", line(`log.Warn("that failed", "error", err)`), `"error" is no key`},
		{"a/a.go", line(`log.Warn("that failed", "e", err)`), `"e" is no key`},
		{"a/a.go", line(`log.Info("in", "player", id)`), `"player" is no key`},
		{"a/a.go", line(`log.With("roomID", id)`), `"roomID" is no key`},
		{"a/a.go", line(`log.Log(ctx, level, "in", "who", id)`), `"who" is no key`},
		{"a/a.go", line(`log.Warn("that failed", "reason", err)`), "an error belongs under err"},
		{"a/a.go", line(`log.Warn("that failed", "reason", why.Error())`), "an error belongs under err"},
		{"a/a.go", line(`log.Warn("that failed", "err", reason)`), "an error belongs under err"},
		{"a/a.go", line(`log.Info("left", "seat", number)`), "name is missing"},
		{"a/a.go", line(`log.Info("left", "seat", number, "name", name)`), ""},
		{"a/a.go", line(`log.Error("that failed")`), "err is missing"},
		{"a/a.go", line(`log.Info("room "+id)`), "put together"},
		{"a/a.go", line(`log.Info("room", key, id)`), "no literal"},
		{"a/a.go", line(`log.Info("Room opened")`), "lower case"},
		{"a/a.go", line(`log.Info("room opened.")`), "lower case"},
	})
}
