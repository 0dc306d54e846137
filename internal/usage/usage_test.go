package usage

import (
	"runtime"
	"testing"
)

func TestThisProcess(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("what can be told differs")
	}
	if cpu, kb := CPUSeconds(), ResidentKB(); cpu <= 0 || kb < 1000 {
		t.Errorf("%v s, %d KB", cpu, kb)
	}
}
