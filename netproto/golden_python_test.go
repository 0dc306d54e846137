package netproto

import (
	"os"
	"os/exec"
	"testing"
)

// TestGoldenPython has the Python example's mirror play the golden frames: it
// was written from docs/PROTOCOL.md.
func TestGoldenPython(t *testing.T) {
	const python = "/usr/bin/python3"
	if _, err := exec.LookPath("protoc"); err != nil {
		t.Skip("no protoc: scripts/setup-test installs it")
	}
	if exec.Command(python, "-c", "import google.protobuf").Run() != nil {
		t.Skip("no python3-protobuf: scripts/setup-test installs it")
	}
	made := t.TempDir()
	if out, err := exec.Command("protoc", "--proto_path=../proto", "--python_out="+made, "metronome/v1/play.proto").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	play := exec.Command(python, "../examples/python/golden.py", "testdata/golden")
	play.Env = append(os.Environ(), "PYTHONPATH="+made+":../examples/python", "PYTHONDONTWRITEBYTECODE=1")
	if out, err := play.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
