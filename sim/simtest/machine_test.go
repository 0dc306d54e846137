package simtest

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/metronome-server/metronome/sim/simtest/internal/runs"
)

var update = flag.Bool("update", false, "rewrite the golden hashes: the rules were meant to change")

// TestGoldenHashes shows that the rules play as they did when the golden
// hashes were written.
func TestGoldenHashes(t *testing.T) {
	for _, suite := range runs.Suites {
		got, file := here(t, suite), filepath.Join("testdata", suite+".golden")
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if line := firstDifference(got, want); line != "" {
			t.Errorf("%s plays otherwise than it did: %s\nIf that was meant: go test ./sim/simtest -run Golden -update", suite, line)
		}
	}
}

// here plays suites in this process.
func here(t *testing.T, suites ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	for _, suite := range suites {
		if err := runs.Write(suite, &out); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// firstDifference says which line differs, or "".
func firstDifference(got, want []byte) string {
	a, b := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return "got " + a[i] + ", want " + b[i]
		}
	}
	if len(a) != len(b) {
		return "one has more lines"
	}
	return ""
}

// machines are what the same matches are played on, besides the machine that
// runs the tests. Go fuses floats into one instruction on the second and not
// on the first; the third has 32-bit words, the fourth is what browsers run.
var machines = []struct {
	name string
	env  []string
	run  func(t *testing.T, program string, suites ...string) []byte
}{
	{"amd64 v1", []string{"GOOS=" + runtime.GOOS, "GOARCH=amd64", "GOAMD64=v1"}, runNative},
	{"amd64 v3", []string{"GOOS=" + runtime.GOOS, "GOARCH=amd64", "GOAMD64=v3"}, runNative},
	{"386", []string{"GOOS=" + runtime.GOOS, "GOARCH=386"}, runNative},
	{"wasm", []string{"GOOS=wasip1", "GOARCH=wasm"}, runWasm},
}

// notTested stands in the output when a machine is missing.
const notTested = "NOT TESTED"

func TestHashesAreEqualOnEveryMachine(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds a program for four machines")
	}
	if raceDetector {
		withoutRaceDetector(t)
		return
	}
	for _, machine := range machines {
		t.Run(machine.name, func(t *testing.T) {
			if machine.name != "wasm" && runtime.GOARCH != "amd64" {
				t.Skipf("%s: %s does not run on %s", notTested, machine.name, runtime.GOARCH)
			}
			got := machine.run(t, build(t, machine.env), runs.Suites...)
			if line := firstDifference(got, here(t, runs.Suites...)); line != "" {
				t.Errorf("it plays otherwise than here: %s", line)
			}
		})
	}
}

func build(t *testing.T, env []string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "hashes")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./testdata/hashes")
	cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS="), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
	return program
}

// runNative skips the test, loudly, when this processor cannot run the program.
func runNative(t *testing.T, program string, suites ...string) []byte {
	t.Helper()
	var stderr strings.Builder
	cmd := exec.CommandContext(t.Context(), program, suites...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if strings.Contains(stderr.String(), "microarchitecture support") || errors.Is(err, syscall.ENOEXEC) {
		t.Skipf("%s: this processor or kernel cannot run it: %v %s", notTested, err, stderr.String())
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	return out
}

func runWasm(t *testing.T, program string, suites ...string) []byte {
	t.Helper()
	code, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	vm := wazero.NewRuntime(t.Context())
	defer vm.Close(t.Context())
	wasi_snapshot_preview1.MustInstantiate(t.Context(), vm)
	args := append([]string{program}, suites...)
	config := wazero.NewModuleConfig().WithArgs(args...).WithStdout(&stdout).WithStderr(&stderr)
	module, err := vm.InstantiateWithConfig(t.Context(), code, config)
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	defer module.Close(t.Context())
	return stdout.Bytes()
}

// TestFloatsAreNotEqual shows that the comparison can fail, and that Check
// alone does not find a float within a step.
func TestFloatsAreNotEqual(t *testing.T) {
	if testing.Short() || runtime.GOARCH != "amd64" {
		t.Skip("it builds a program for two machines")
	}
	var out [2][]byte
	for i := range out {
		out[i] = machines[i].run(t, build(t, machines[i].env), "floats")
	}
	if firstDifference(out[0], out[1]) == "" {
		t.Errorf("%s and %s play the same with floats", machines[0].name, machines[1].name)
	}
}
