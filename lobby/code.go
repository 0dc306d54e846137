package lobby

import (
	"strings"

	"github.com/metronome-server/metronome/internal/id"
)

// codeAlphabet is that of codes.
var codeAlphabet = strings.ToUpper(id.Letters)

// codeLength gives 31^6 = 887 million codes: among 1,000 private rooms a guess
// hits one in 887,000.
const codeLength = 6

// codeCandidates is how many codes a claim offers; one free one is enough.
const codeCandidates = 8

// NewCode returns a code that people can read out: six letters, drawn at random.
func NewCode() string { return strings.ToUpper(id.Word(codeLength)) }

// CleanCode forgives case, spaces and hyphens. ok is false for what can be no code.
func CleanCode(s string) (code string, ok bool) {
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
