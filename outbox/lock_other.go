//go:build !unix

package outbox

import (
	"io"
	"os"
)

// lockFile keeps the file open. Systems other than Unix do not tell who else has it.
func lockFile(path string) (io.Closer, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
}
