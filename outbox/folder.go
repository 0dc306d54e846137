package outbox

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// ErrInUse says that another process has the directory.
var ErrInUse = errors.New("another process uses it")

// file is an open segment.
type file interface {
	io.Writer
	Sync() error
	Truncate(size int64) error
	Close() error
}

// folder is where segments are. Tests have disks that are full, stuck or broken.
type folder interface {
	// list returns the numbers of the segments, in order.
	list() ([]int, error)
	read(number int) ([]byte, error)
	create(number int) (file, error)
	remove(number int) error
	close() error
}

// diskFolder is a directory. Users' ids and names are in it, so that only the
// node's own user may read it.
type diskFolder struct {
	dir  string
	lock io.Closer
}

const suffix = ".outbox"

// openFolder makes the directory and takes it for this process. Errors: the
// disk's, ErrInUse.
func openFolder(dir string) (folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	lock, err := lockFile(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, err
	}
	return &diskFolder{dir, lock}, nil
}

func (d *diskFolder) close() error { return d.lock.Close() }

func (d *diskFolder) path(number int) string {
	return filepath.Join(d.dir, fmt.Sprintf("%010d%s", number, suffix))
}

func (d *diskFolder) list() ([]int, error) {
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		return nil, err
	}
	var numbers []int
	for _, e := range entries {
		text, ours := strings.CutSuffix(e.Name(), suffix)
		if n, err := strconv.Atoi(text); ours && err == nil && n > 0 && e.Type().IsRegular() {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}

// maxSegment is the longest file that is read, bytes. A segment is at most
// segmentSize and one batch long.
const maxSegment = 64 << 20

func (d *diskFolder) read(number int) ([]byte, error) {
	f, err := os.Open(d.path(number))
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(f, maxSegment))
	return b, errors.Join(err, f.Close())
}

// create makes a file and syncs its name, which the file's own sync does not.
func (d *diskFolder) create(number int) (file, error) {
	f, err := os.OpenFile(d.path(number), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	if dir, err := os.Open(d.dir); err == nil {
		_ = dir.Sync() // not every system can
		_ = dir.Close()
	}
	return f, nil
}

func (d *diskFolder) remove(number int) error {
	err := os.Remove(d.path(number))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
