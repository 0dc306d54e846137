package file

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// suffix of every recording's file.
	suffix = ".journal"
	// defaultPart is how long a file may be before the next checkpoint begins
	// another. Why 64 MB: it is played in seconds and sent in one piece.
	defaultPart = 64 << 20
	// maxNames is how many files may begin with the same name.
	maxNames = 100_000
	// young is how old a file must be to be removed. Why: other nodes may write
	// into the same folder, and a file that is written to is never older.
	young = 2 * time.Minute
)

// Folder is where recordings go.
type Folder struct {
	// Dir is made when missing.
	Dir string
	// Part is how many bytes a file may have before the next checkpoint begins
	// another, 0: 64 MB.
	Part int64
	// Keep is how many bytes of recordings the folder may hold: the oldest files
	// beyond that are removed whenever one begins, but none that was written to in
	// the last two minutes. 0 keeps all.
	Keep int64

	removing sync.Mutex
}

// Check reports whether recordings can be made: it makes the folder and a file.
func (f *Folder) Check() error {
	if err := os.MkdirAll(f.Dir, 0o755); err != nil {
		return err
	}
	probe, err := os.CreateTemp(f.Dir, ".probe-*")
	if err != nil {
		return err
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// Create begins a recording in DIR/NAME.journal, or, when that is there already,
// NAME-2.journal and so on; its later files are further ones. Errors: the disk's.
func (f *Folder) Create(name string) (*Sink, error) {
	number := 1
	open := func() (Disk, string, error) {
		file, n, err := f.open(name, number)
		if err != nil {
			return nil, "", fmt.Errorf("recording: %w", err)
		}
		number = n + 1
		f.removeOldest(file.Name())
		return file, file.Name(), nil
	}
	disk, path, err := open()
	if err != nil {
		return nil, err
	}
	j := newSink(disk)
	j.path, j.nextPart, j.partSize = path, open, cmp.Or(f.Part, defaultPart)
	go j.write()
	return j, nil
}

// open makes the first file of a name, from a number on, that is not there yet.
func (f *Folder) open(name string, number int) (*os.File, int, error) {
	if err := os.MkdirAll(f.Dir, 0o755); err != nil {
		return nil, 0, err
	}
	for ; number < maxNames; number++ {
		full := name + suffix
		if number > 1 {
			full = fmt.Sprintf("%s-%d%s", name, number, suffix)
		}
		file, err := os.OpenFile(filepath.Join(f.Dir, full), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
		if !errors.Is(err, fs.ErrExist) {
			return file, number, err
		}
	}
	return nil, 0, fmt.Errorf("%s: %d files of that name are there already", name, maxNames)
}

// Open opens a recording of this folder by its file's name, and tells its length.
// The caller closes it. Errors: the disk's, and fs.ErrInvalid of a name that is none
// of a recording.
func (f *Folder) Open(name string) (io.ReadCloser, int64, error) {
	if name != filepath.Base(name) || !strings.HasSuffix(name, suffix) {
		return nil, 0, fmt.Errorf("recording %q: %w", name, fs.ErrInvalid)
	}
	file, err := os.Open(filepath.Join(f.Dir, name))
	if err != nil {
		return nil, 0, fmt.Errorf("recording: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	return file, info.Size(), nil
}

// removeOldest removes the oldest recordings beyond what the folder keeps. What
// cannot be listed or removed is left for the next time.
func (f *Folder) removeOldest(except string) {
	if f.Keep <= 0 {
		return
	}
	f.removing.Lock()
	defer f.removing.Unlock()
	entries, err := os.ReadDir(f.Dir)
	if err != nil {
		return
	}
	var files []fs.FileInfo
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && strings.HasSuffix(e.Name(), suffix) {
			files = append(files, info)
		}
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int { return b.ModTime().Compare(a.ModTime()) })
	total := int64(0)
	for _, info := range files {
		total += info.Size()
		path := filepath.Join(f.Dir, info.Name())
		if total > f.Keep && path != except && time.Since(info.ModTime()) > young {
			_ = os.Remove(path)
		}
	}
}

// Create is Folder.Create in a folder that keeps all.
func Create(dir, name string) (*Sink, error) { return (&Folder{Dir: dir}).Create(name) }
