package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestSameSeedSameStream also sees that a stream has all that it is for.
func TestSameSeedSameStream(t *testing.T) {
	var got [2][]byte
	for i := range got {
		dir := t.TempDir()
		if err := write(dir, 1, 8, 5, 30); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"frames.bin", "hashes.txt"} {
			b, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			got[i] = append(got[i], b...)
		}
	}
	if !bytes.Equal(got[0], got[1]) {
		t.Error("two streams of one seed differ")
	}
	r := &recording{every: 30}
	for _, mode := range []string{"ffa", "open"} {
		if err := r.play(mode, 1, 8, 5); err != nil {
			t.Fatal(err)
		}
	}
	if r.welcomes < 3 || r.keys <= r.welcomes || r.skipped == 0 || r.unseen == 0 || r.marks < 40 {
		t.Errorf("something is missing: %d welcomes, %d keyframes, %d skipped, %d unseen, %d hashes", r.welcomes, r.keys, r.skipped, r.unseen, r.marks)
	}
}

func TestWrongFlagsAreRefused(t *testing.T) {
	for _, err := range []error{write("", 1, 8, 1, 30), write(t.TempDir(), 1, 1, 1, 30), write(t.TempDir(), -1, 8, 1, 30), write(t.TempDir(), 1, 8, 1, 0)} {
		if err == nil {
			t.Error("no error")
		}
	}
}
