package simtest

import (
	"bytes"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// withoutRaceDetector runs a test in a program of its own. The detector makes
// it 30 times slower, and where there is one goroutine it has nothing to find.
func withoutRaceDetector(t *testing.T) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "test", "-v", "-count=1", "-run", "^"+t.Name()+"$",
		"-short="+strconv.FormatBool(testing.Short()), ".")
	cmd.Env = append(os.Environ(), "GOFLAGS=")
	out, err := cmd.CombinedOutput()
	switch {
	case err != nil:
		t.Errorf("%v\n%s", err, out)
	case bytes.Contains(out, []byte(notTested)):
		t.Skipf("%s", out)
	default:
		t.Logf("%s", out)
	}
}
