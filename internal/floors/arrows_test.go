package floors

import "testing"

// importing is a file that imports one path.
func importing(path string) string {
	return "package a\n\nimport _ \"" + path + "\""
}

func TestArrowsPointDown(t *testing.T) {
	holds(t, Arrows)
}

func TestArrowsThatDoNot(t *testing.T) {
	judge(t, Arrows, []verdict{
		{"room/a.go", importing(module + "/netproto"), ""},
		{"server/a.go", importing(module + "/sim"), ""},
		{"sim/arena/a.go", importing(module + "/sim"), ""},
		{"proto/metronome/v1/x/a.go", importing(module + "/proto/metronome/v1"), ""},
		{"netproto/a.go", importing(module + "/room"), "netproto (floor 1) may not import room (floor 2)"},
		{"gateway/ws/a.go", importing(module + "/netproto"), ""},
		{"gateway/ws/a.go", importing(module + "/room"), "gateway/ws (floor 2) may not import room (floor 2)"},
		{"gateway/a.go", importing(module + "/bots"), "gateway (floor 3) may not import bots (floor 3)"},
		{"room/a.go", importing(module + "/lobby/directory"), "room (floor 2) may not import lobby/directory"},
		{"client/a.go", importing(module + "/internal/helper"), ""},
		{"client/a.go", importing(module + "/unknown"), "may not import unknown"},
		{"internal/helper/a.go", importing(module + "/room"), "internal (floor 0) may not import room (floor 2)"},
		{"internal/tickconn/a.go", importing(module + "/netproto"), "internal/tickconn (floor 1) may not import netproto (floor 1)"},
		{"roomy/a.go", importing("fmt"), "roomy has no floor"},
	})
}

func TestGuestsStayWhereTheyAreKnown(t *testing.T) {
	holds(t, Guests)
}

func TestGuestsElsewhere(t *testing.T) {
	judge(t, Guests, []verdict{
		{"gateway/ws/a.go", importing("github.com/lxzan/gws"), ""},
		{"client/a.go", importing("github.com/lxzan/gws"), ""},
		{"lobby/script/a.go", importing("github.com/redis/go-redis/v9"), ""},
		{"room/a.go", importing("github.com/lxzan/gws"), "only gateway/ws and client may import"},
		{"gateway/a.go", importing("github.com/lxzan/gws"), "only gateway/ws and client may import"},
		{"gateway/wsx/a.go", importing("github.com/lxzan/gws/internal"), "only gateway/ws and client may import"},
		{"server/a.go", importing("github.com/redis/go-redis/v9"), "only lobby and internal/redistest and bench/queues and bench/survival may import"},
		{"server/a.go", importing("github.com/redis/go-redis/v9"), "only lobby and internal/redistest and bench/queues and bench/survival may import"},
	})
}
