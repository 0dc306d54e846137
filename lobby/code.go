package lobby

import (
	"crypto/rand"
	"encoding/base64"
	"strings"
)

// codeAlphabet has no character that is read as another: no 0 O, 1 I L.
const codeAlphabet = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"

// codeLength gives 31^6 = 887 million codes: among 1,000 private rooms a guess
// hits one in 887,000.
const codeLength = 6

// codeCandidates is how many codes a claim offers; one free one is enough.
const codeCandidates = 8

// NewID returns a fresh random id of 16 characters for a room or a node: 96
// bits, so that nobody guesses it and no two are ever equal.
func NewID() string { return base64.RawURLEncoding.EncodeToString(randomBytes(12)) }

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails: the process ends when the system has no randomness
	return b
}

// newCode draws evenly: bytes beyond the last whole multiple are drawn again.
func newCode() string {
	const fair = 256 / len(codeAlphabet) * len(codeAlphabet)
	code := make([]byte, 0, codeLength)
	for len(code) < codeLength {
		for _, b := range randomBytes(2 * codeLength) {
			if int(b) < fair && len(code) < codeLength {
				code = append(code, codeAlphabet[int(b)%len(codeAlphabet)])
			}
		}
	}
	return string(code)
}

// cleanCode forgives case, spaces and hyphens. ok is false for what can be no code.
func cleanCode(s string) (code string, ok bool) {
	if len(s) > 4*codeLength {
		return "", false
	}
	code = strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, strings.ToUpper(s))
	if len(code) != codeLength {
		return "", false
	}
	return code, strings.Trim(code, codeAlphabet) == ""
}
