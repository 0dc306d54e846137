// Package text makes what strangers write fit to be shown to others: names, chat,
// reasons. Text, never markup.
package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Line makes one line of s: valid UTF-8 with single spaces and none at the ends,
// of graphemes that a person can see. A grapheme stays when it has a base: a
// letter, digit, punctuation or symbol that Unicode has assigned and that shows
// something. Marks and joiners stay where they change what is seen, as in emoji
// and in Arabic and Indic scripts, at most maxMarks in a grapheme. What is
// invisible, unassigned or private, or turns the direction of the text, goes.
func Line(s string) string {
	var out strings.Builder
	out.Grow(len(s))
	space, joiner := false, ""
	for state := -1; len(s) > 0; {
		var cluster string
		cluster, s, _, state = uniseg.FirstGraphemeClusterInString(s, state)
		first, _ := utf8.DecodeRuneInString(cluster)
		if unicode.IsSpace(first) || unicode.IsControl(first) {
			space = true
			continue
		}
		seen := visible(cluster)
		if seen == "" {
			continue
		}
		base, _ := utf8.DecodeRuneInString(seen)
		switch {
		case space && out.Len() > 0:
			out.WriteByte(' ')
		case unicode.IsOneOf(joining, base):
			out.WriteString(joiner)
		}
		shown := strings.TrimRight(seen, joiners)
		out.WriteString(shown)
		space, joiner = false, ""
		if len(shown) < len(seen) && unicode.IsOneOf(joining, base) {
			_, size := utf8.DecodeRuneInString(seen[len(shown):])
			joiner = seen[len(shown):][:size]
		}
	}
	return out.String()
}

// maxMarks is how many marks and joined signs one grapheme keeps. Threat: letters
// that are piled up over other people's lines. Why 12: a family of emoji with
// skin colours has 10.
const maxMarks = 12

// joiners make or break the joining of what stands beside them.
const joiners = "\u200c\u200d"

// joining are the scripts whose letters look different with a joiner between them.
// Elsewhere one would make two names that look the same.
var joining = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Nko, unicode.Mongolian, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati,
	unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Myanmar, unicode.Tibetan,
}

// visible is what stays of a grapheme; "" when a person would see nothing.
func visible(cluster string) string {
	var out strings.Builder
	marks, base := 0, rune(0)
	for i, c := range cluster {
		switch {
		case c == utf8.RuneError && !strings.HasPrefix(cluster[i:], "\uFFFD"): // no UTF-8
		case base == 0:
			if isBase(c) {
				base = c
				out.WriteRune(c)
			}
		case isBase(c) || extends(base, c):
			if marks++; marks <= maxMarks {
				out.WriteRune(c)
			}
		}
	}
	return out.String()
}

// isBase reports whether a person can see c by itself.
func isBase(c rune) bool {
	return unicode.In(c, unicode.L, unicode.N, unicode.P, unicode.S) && !unicode.Is(unicode.Other_Default_Ignorable_Code_Point, c) && !blank(c)
}

// blank reports whether c is a letter or symbol that shows nothing.
func blank(c rune) bool {
	switch c {
	case 0x115F, 0x1160, 0x3164, 0xFFA0, // Hangul fillers
		0x2800,          // the braille pattern without dots
		0x1D159, 0xFFFC: // a null note head, an object that is missing
		return true
	}
	return false
}

// flag is the base of flags that are spelled with tags.
const flag = '\U0001F3F4'

// extends reports whether c changes how a grapheme with a base looks.
func extends(base, c rune) bool {
	switch {
	case strings.ContainsRune(joiners, c):
		return true
	case unicode.Is(unicode.Variation_Selector, c):
		return unicode.In(base, unicode.S, unicode.N, unicode.P, unicode.Han, unicode.Mongolian)
	case c >= 0xE0020 && c <= 0xE007F:
		return base == flag
	}
	return unicode.Is(unicode.M, c) && !unicode.Is(unicode.Other_Default_Ignorable_Code_Point, c)
}

// Cut shortens a line to at most most bytes, between two graphemes.
func Cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	n := 0
	for state, rest := -1, s; len(rest) > 0; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if n+len(cluster) > most {
			break
		}
		n += len(cluster)
	}
	return strings.TrimRight(s[:n], " ")
}

// Name makes any text a name of at most most bytes; it may be "". Of text that is
// far too long only the beginning counts. Threat: time.
func Name(s string, most int) string {
	if len(s) > 32*most {
		s = s[:32*most]
	}
	return Cut(Line(s), most)
}
