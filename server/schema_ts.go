package server

import (
	"fmt"
	"strconv"
	"strings"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// typescript writes a schema as a Game of @metronome/sdk, which types the names
// of tables, columns, events, inputs, commands, params and an outcome's fields;
// and the kinds as a value.
func typescript(game, mode string, s *pb.Schema) string {
	var b strings.Builder
	name := typeName(game)
	line := func(depth int, format string, args ...any) {
		b.WriteString(strings.Repeat("  ", depth))
		fmt.Fprintf(&b, format+"\n", args...)
	}
	line(0, "// Written by `metronome schema --ts --mode %s`.", mode)
	line(0, "")
	line(0, "/** The game %s, for connect<%s>() and quickPlay<%s>(). */", game, name, name)
	line(0, "export interface %s {", name)
	line(1, "tables: {")
	for _, t := range s.GetTable() {
		line(2, "%s: { columns: %s; own: %s };", strconv.Quote(t.GetName()), union(t.GetColumn(), false), union(t.GetColumn(), true))
	}
	line(1, "};")
	line(1, "events: {")
	for _, e := range s.GetEvent() {
		line(2, "%s: {%s };", strconv.Quote(e.GetName()), numbers(e.GetField()))
	}
	line(1, "};")
	line(1, "input: {%s };", numbers(s.GetInput()))
	line(1, "command: %s;", members(s.GetCommand(), commandType))
	line(1, "params: %s;", members(s.GetParam(), paramType))
	line(1, "outcome: %s;", members(s.GetOutcome(), func(*pb.Column) string { return "number" }))
	line(0, "}")
	line(0, "")
	line(0, "/** What the columns hold. FIXED is in 1/256, ANGLE 65536 to the circle. */")
	line(0, "export const %sKinds = {", lowerFirst(name))
	for _, t := range s.GetTable() {
		line(1, "%s: {%s },", strconv.Quote(t.GetName()), kinds(t.GetColumn()))
	}
	line(0, "} as const;")
	line(0, "")
	line(0, "/** The game's name, as GET /info has it for each of its modes. */")
	line(0, "export const %sGame = %q;", lowerFirst(name), game)
	line(0, "")
	line(0, "/** Schema.fingerprint of a server that plays exactly this. */")
	line(0, "export const %sFingerprint = %q;", lowerFirst(name), fmt.Sprintf("%016x", s.GetFingerprint()))
	return b.String()
}

// union writes the names of columns as a type of strings.
func union(cols []*pb.Column, private bool) string {
	var names []string
	for _, c := range cols {
		if c.GetPrivate() == private {
			names = append(names, strconv.Quote(c.GetName()))
		}
	}
	if len(names) == 0 {
		return "never"
	}
	return strings.Join(names, " | ")
}

// numbers writes fields as members that are numbers.
func numbers[T interface{ GetName() string }](fields []T) string {
	var b strings.Builder
	for _, f := range fields {
		fmt.Fprintf(&b, " %q: number;", f.GetName())
	}
	return b.String()
}

// members writes fields as members of the types that typeOf says. A type without
// any takes no member at all.
func members[T interface{ GetName() string }](fields []T, typeOf func(T) string) string {
	if len(fields) == 0 {
		return "Record<string, never>"
	}
	var b strings.Builder
	for _, f := range fields {
		fmt.Fprintf(&b, " %q: %s;", f.GetName(), typeOf(f))
	}
	return "{" + b.String() + " }"
}

func commandType(f *pb.CommandField) string {
	if f.GetList() > 0 {
		return "readonly number[]"
	}
	return "number"
}

// paramType is a param's type as a session has it: the name of an option where
// values have names.
func paramType(f *pb.ParamField) string {
	switch {
	case len(f.GetOption()) > 0:
		names := make([]string, len(f.GetOption()))
		for i, name := range f.GetOption() {
			names[i] = strconv.Quote(name)
		}
		return strings.Join(names, " | ")
	case f.GetKind() == pb.Kind_KIND_BOOL:
		return "boolean"
	}
	return "number"
}

func kinds(cols []*pb.Column) string {
	var b strings.Builder
	for _, c := range cols {
		fmt.Fprintf(&b, " %q: %q,", c.GetName(), strings.TrimPrefix(c.GetKind().String(), "KIND_"))
	}
	return b.String()
}

// typeName makes a type's name of a game's: "my-game" is MyGame.
func typeName(game string) string {
	var b strings.Builder
	for word := range strings.FieldsFuncSeq(game, func(r rune) bool { return !isLetterOrDigit(r) }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	if b.Len() == 0 || b.String()[0] <= '9' {
		return "Game" + b.String()
	}
	return b.String()
}

func isLetterOrDigit(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }
