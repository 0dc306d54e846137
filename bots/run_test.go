package bots

import (
	"encoding/json"
	"os"
	"testing"
	"time"
)

func TestRunAgainstARealServer(t *testing.T) {
	n := startNode(t)
	c := Default()
	c.Server, c.Players, c.RoomSize, c.Duration, c.Warmup = n.url, 20, 10, 2*time.Second, time.Second
	r, err := Run(t.Context(), c, os.Stderr)
	check(t, err)
	text, _ := json.MarshalIndent(r, "", " ")
	t.Logf("%s", text)
}
