package lobby

import (
	"unicode"
	"unicode/utf8"

	"github.com/metronome-server/metronome/internal/text"
)

const (
	// MaxID is the longest room id, mode or node id, bytes.
	MaxID = 64
	// MaxName is the longest player name, bytes of UTF-8.
	MaxName = 32

	maxURL = 256
)

// CleanName makes any string a player name, as text.Name does, of at most MaxName
// bytes. It may return "".
func CleanName(s string) string { return text.Name(s, MaxName) }

// cut shortens to at most n bytes without splitting a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// checkName accepts what may stand in keys and URLs: letters, digits, - _ and .
func checkName(what, s string, most int) error {
	if s == "" || len(s) > most {
		return check(false, "%s has %d bytes, want 1 to %d", what, len(s), most)
	}
	for i := range len(s) {
		c := s[i]
		plain := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.'
		if !plain {
			return check(false, "%s %q, want only letters, digits, '-', '_' and '.'", what, s)
		}
	}
	return nil
}

// checkText accepts printable UTF-8 of at most so many bytes, "" too.
func checkText(what, s string, most int) error {
	if len(s) > most {
		return check(false, "%s has %d bytes, want at most %d", what, len(s), most)
	}
	if !utf8.ValidString(s) {
		return check(false, "%s is not UTF-8", what)
	}
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return check(false, "%s %q has a character that cannot be printed", what, s)
		}
	}
	return nil
}
