package outbox

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
)

// memFolder is a folder in memory whose disk can be full, stuck and broken.
type memFolder struct {
	mu    sync.Mutex
	files map[int][]byte
	full  bool          // half of each write fits
	sync  error         // what Sync says
	stuck chan struct{} // unless nil, Write waits until it is closed
	syncs int
}

func newMemFolder() *memFolder { return &memFolder{files: map[int][]byte{}} }

// crashed is the folder as another process would find it now.
func (m *memFolder) crashed() *memFolder {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := newMemFolder()
	for n, b := range m.files {
		c.files[n] = bytes.Clone(b)
	}
	return c
}

func (m *memFolder) change(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
}

// size is how many bytes the files have.
func (m *memFolder) size() (n int) {
	m.change(func() {
		for _, b := range m.files {
			n += len(b)
		}
	})
	return n
}

func (m *memFolder) list() ([]int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.files)), nil
}

func (m *memFolder) read(number int) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return bytes.Clone(m.files[number]), nil
}

func (m *memFolder) create(number int) (file, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.files[number]; ok {
		return nil, os.ErrExist
	}
	m.files[number] = nil
	return &memFile{m, number}, nil
}

func (m *memFolder) remove(number int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.files, number)
	return nil
}

func (m *memFolder) close() error { return nil }

type memFile struct {
	in     *memFolder
	number int
}

func (f *memFile) Write(b []byte) (int, error) {
	f.in.mu.Lock()
	defer f.in.mu.Unlock()
	if stuck := f.in.stuck; stuck != nil {
		f.in.mu.Unlock()
		<-stuck
		f.in.mu.Lock()
	}
	n := len(b)
	var err error
	if f.in.full {
		n, err = n/2, syscall.ENOSPC
	}
	f.in.files[f.number] = append(f.in.files[f.number], b[:n]...)
	return n, err
}

func (f *memFile) Sync() error {
	f.in.mu.Lock()
	defer f.in.mu.Unlock()
	f.in.syncs++
	return f.in.sync
}

// Truncate fails when the disk is full, so that torn ends are left.
func (f *memFile) Truncate(size int64) error {
	f.in.mu.Lock()
	defer f.in.mu.Unlock()
	if f.in.full {
		return syscall.EIO
	}
	f.in.files[f.number] = f.in.files[f.number][:size]
	return nil
}

func (f *memFile) Close() error { return nil }

// openIn opens an outbox on a folder.
func openIn(t testing.TB, files folder, cfg Config) *Outbox {
	t.Helper()
	if cfg.Log == nil {
		cfg.Log = (&recorder{}).logger()
	}
	must(t, cfg.Validate())
	o := newOutbox(cfg.withDefaults())
	must(t, o.readFolder(files))
	o.start()
	return o
}

func TestDirectoryIsOfOneProcess(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "dir")
	o := open(t, Config{Dir: dir})
	if _, err := Open(Config{Dir: dir}); !errors.Is(err, ErrInUse) {
		t.Errorf("a second one: %v", err)
	}
	shut(t, o)
	shut(t, open(t, Config{Dir: dir}))
	if _, err := Open(Config{Dir: filepath.Join(dir, "lock")}); err == nil {
		t.Error("a file is no directory")
	}
}

func TestFilesAreForTheNodeOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "dir")
	o := open(t, Config{Dir: dir, Targets: to(&receiver{})})
	o.Put(effect("a", 0))
	must(t, o.Close(t.Context()))
	files, err := filepath.Glob(filepath.Join(dir, "*"+suffix))
	must(t, err)
	if len(files) != 1 {
		t.Fatalf("files %q", files)
	}
	for path, want := range map[string]os.FileMode{dir: 0o700, files[0]: 0o600} {
		info, err := os.Stat(path)
		must(t, err)
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has %o", path, got)
		}
	}
}

// Files of others in the directory are left alone.
func TestForeignFilesAreLeftAlone(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"notes.txt", "x.outbox", "-1.outbox"} {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte("mine"), 0o600))
	}
	must(t, os.Mkdir(filepath.Join(dir, "7.outbox"), 0o700))
	for range 3 {
		o := open(t, Config{Dir: dir, Targets: to(&receiver{})})
		o.Put(effect("a", 0))
		must(t, o.Close(t.Context()))
	}
	for _, name := range []string{"notes.txt", "x.outbox", "-1.outbox"} {
		if b, err := os.ReadFile(filepath.Join(dir, name)); string(b) != "mine" {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
}
