package gateway

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain looks for goroutines that stay behind. net/http keeps one for half a
// second after it has closed a connection whose request it did not read.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"))
}
