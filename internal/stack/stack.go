// Package stack makes stacks of goroutines that fit a line of a log.
package stack

import (
	"bytes"
	"encoding/json"
	"path"
	"runtime/pprof"
	"strings"
)

// Stack is the calls that a goroutine is in, innermost first, each as "function
// file:line". In a log of text it is one line, in JSON a list.
type Stack []string

// most is how many calls a Stack keeps: the innermost ones tell.
const most = 32

// MarshalText implements encoding.TextMarshaler.
func (s Stack) MarshalText() ([]byte, error) { return []byte(strings.Join(s, " < ")), nil }

// MarshalJSON implements json.Marshaler.
func (s Stack) MarshalJSON() ([]byte, error) { return json.Marshal([]string(s)) }

// OfPanic reads what runtime/debug.Stack returns to a function that recovers: the
// calls from the one that panicked on.
func OfPanic(debugStack []byte) Stack {
	var s Stack
	lines := strings.Split(string(debugStack), "\n")
	for i := 1; i+1 < len(lines); i += 2 {
		function, place := lines[i], strings.TrimSpace(lines[i+1])
		if strings.HasPrefix(function, "created by ") {
			break
		}
		if strings.HasPrefix(function, "panic(") || strings.HasPrefix(function, "runtime.") {
			s = s[:0] // what is above a panic recovers from it
			continue
		}
		if end := strings.LastIndexByte(function, '('); end > 0 {
			function = function[:end]
		}
		place, _, _ = strings.Cut(place, " ")
		s = s.add(function, place)
	}
	return s
}

// OfLabel finds the goroutine that has a label of runtime/pprof and is in a
// function whose name ends with within. nil: there is none. It looks at every
// goroutine of the process, which takes milliseconds.
func OfLabel(key, value, within string) Stack {
	var profile bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&profile, 1); err != nil {
		return nil
	}
	return find(profile.String(), key, value, within)
}

// find reads a goroutine profile in its form for people.
func find(profile, key, value, within string) Stack {
	name, _ := json.Marshal(key)
	text, _ := json.Marshal(value)
	label := string(name) + ":" + string(text)
	for block := range strings.SplitSeq(profile, "\n\n") {
		labels, calls, _ := strings.Cut(block, "\n#\t")
		if !strings.Contains(labels, label) {
			continue
		}
		var s Stack
		inside := false
		for line := range strings.SplitSeq(calls, "\n") {
			// #	0x4a1f03	example/game.(*rules).Step+0x23	/src/game/step.go:12
			fields := strings.Split(strings.TrimPrefix(line, "#\t"), "\t")
			if len(fields) < 3 {
				continue
			}
			function, _, _ := strings.Cut(strings.TrimSpace(fields[1]), "+0x")
			inside = inside || strings.HasSuffix(function, within)
			s = s.add(function, strings.TrimSpace(fields[len(fields)-1]))
		}
		if inside {
			return s
		}
	}
	return nil
}

func (s Stack) add(function, place string) Stack {
	if len(s) >= most || place == "" {
		return s
	}
	return append(s, path.Base(function)+" "+path.Join(path.Base(path.Dir(place)), path.Base(place)))
}
