// Package chaos tests the queues as a whole: node processes on a real Redis, faults
// between any two of their steps, and a model that is told everything and proves what
// must never happen.
package chaos

import (
	"context"
	"os"
	"testing"

	"github.com/redis/go-redis/v9"
)

// nodeEnv has this binary be a node; it has the node's configuration.
const nodeEnv = "METRONOME_CHAOS_NODE"

func TestMain(m *testing.M) {
	if config := os.Getenv(nodeEnv); config != "" {
		os.Exit(runNode(config))
	}
	redis.SetLogger(silent{}) // it is cut off again and again
	os.Exit(m.Run())
}

type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}
