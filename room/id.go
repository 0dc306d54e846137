package room

import (
	"crypto/rand"
	"encoding/binary"
)

// idLetters leaves out what is easily confused.
const idLetters = "abcdefghjkmnpqrstuvwxyz23456789"

// NewID returns a random room id of 10 letters, 49 bits.
func NewID() string {
	n := randomSeed()
	var b [10]byte
	for i := range b {
		b[i] = idLetters[n%uint64(len(idLetters))]
		n /= uint64(len(idLetters))
	}
	return string(b[:])
}

// validID says whether a room may have this id: it stands in URLs and names
// files.
func validID(s string) bool {
	if len(s) < 1 || len(s) > 64 {
		return false
	}
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

func randomSeed() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return binary.LittleEndian.Uint64(b[:])
}
