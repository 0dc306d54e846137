package room

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// cleanLine makes one printable line of what somebody else wrote: no control
// characters, no spaces at the ends or in a row, and nothing that is not seen
// or turns the direction of the text. Text, never markup.
func cleanLine(s string) string {
	s = strings.Map(func(c rune) rune {
		switch {
		case unicode.IsControl(c) || unicode.IsSpace(c):
			return ' '
		case unicode.Is(unicode.Cf, c) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, c):
			return -1
		}
		return c
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}

// clip cuts a line to most bytes, between two characters.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return strings.TrimRight(s[:most], " ")
}
