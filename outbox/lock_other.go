//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package outbox

import (
	"io"
	"os"
)

// lockFile keeps the file open. On this system nobody is told who else has it.
func lockFile(path string) (io.Closer, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
}
