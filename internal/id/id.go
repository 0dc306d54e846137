// Package id makes random names. Randomness is the system's; without it the process
// ends.
package id

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
)

// Letters are those of words that people read out: none is read as another, no
// 0 o, 1 i l.
const Letters = "abcdefghjkmnpqrstuvwxyz23456789"

// Word returns n letters, each drawn evenly: 4.95 bits a letter.
func Word(n int) string {
	// Bytes beyond the last whole multiple are drawn again.
	const fair = 256 / len(Letters) * len(Letters)
	word := make([]byte, 0, n)
	for len(word) < n {
		for _, b := range Bytes(2 * n) {
			if int(b) < fair && len(word) < n {
				word = append(word, Letters[int(b)%len(Letters)])
			}
		}
	}
	return string(word)
}

// Room returns an id for a room: 10 letters, 49 bits. It stands in URLs that people
// send each other.
func Room() string { return Word(10) }

// Unique returns 16 characters that fit a URL: 96 bits, so that nobody guesses it
// and no two are ever equal.
func Unique() string { return base64.RawURLEncoding.EncodeToString(Bytes(12)) }

// Seed returns 64 bits.
func Seed() uint64 { return binary.LittleEndian.Uint64(Bytes(8)) }

// Bytes returns n of them.
func Bytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return b
}
