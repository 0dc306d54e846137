package queuefile

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/metronome-server/metronome/internal/text"
	"github.com/metronome-server/metronome/lobby/queue"
)

// maxPoints is how many points a curve may have: one that a person reads.
const maxPoints = 32

// pair is a key with its value.
type pair struct {
	name       string
	key, value *yaml.Node
}

// section is a mapping whose keys are known.
type section struct {
	p    *parser
	path string
	node *yaml.Node
	keys map[string]*yaml.Node
}

// target follows an alias. What it leads to may hold aliases itself, so a path of
// them has an end only because the file's form has one: nothing here goes deeper
// than that form.
func target(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// isNothing tells whether a key stands there without a value.
func isNothing(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// pairs reads a mapping. Faults: it is none, and what stands there twice.
func (p *parser) pairs(path string, n *yaml.Node, want string) ([]pair, bool) {
	m := target(n)
	if m.Kind != yaml.MappingNode {
		p.fault(n, "%s%s, want %s", prefix(path), shown(m), want)
		return nil, false
	}
	var pairs []pair
	for i := 0; i+1 < len(m.Content); i += 2 {
		key := target(m.Content[i])
		if key.Kind != yaml.ScalarNode {
			p.fault(key, "%sa key that is no text", prefix(path))
			continue
		}
		if j := slices.IndexFunc(pairs, func(o pair) bool { return o.name == key.Value }); j >= 0 {
			p.fault(key, "%s%q stands here twice: first in line %d", prefix(path), text.Line(key.Value), pairs[j].key.Line)
			continue
		}
		pairs = append(pairs, pair{key.Value, key, m.Content[i+1]})
	}
	return pairs, true
}

// section reads a mapping with these keys, all of which may be missing. Faults: those
// of pairs, keys that are unknown, and keys without a value.
func (p *parser) section(path string, n *yaml.Node, known ...string) (*section, bool) {
	s := &section{p, path, n, map[string]*yaml.Node{}}
	pairs, ok := p.pairs(path, n, "some of "+strings.Join(known, ", ")+", each with a value")
	for _, pair := range pairs {
		switch {
		case !slices.Contains(known, pair.name):
			p.fault(pair.key, "%sthere is no %q: want one of %s", prefix(path), text.Line(pair.name), strings.Join(known, ", "))
		case isNothing(target(pair.value)):
			p.fault(pair.key, "%shas no value: give it one, or leave it out", prefix(s.of(pair.name)))
		default:
			s.keys[pair.name] = pair.value
		}
	}
	return s, ok
}

// of is a key's path.
func (s *section) of(key string) string {
	if s.path == "" {
		return key
	}
	return s.path + "." + key
}

// fault reports one of a key's value, or, when it is missing, of the section.
func (s *section) fault(key, format string, args ...any) {
	at := s.keys[key]
	if at == nil {
		at = s.node
	}
	s.p.fault(at, "%s%s", prefix(s.of(key)), fmt.Sprintf(format, args...))
}

// section reads a mapping below a key; nil when there is none that can be read.
func (s *section) section(key string, known ...string) *section {
	if s.keys[key] == nil {
		return nil
	}
	below, ok := s.p.section(s.of(key), s.keys[key], known...)
	if !ok {
		return nil
	}
	return below
}

// scalar returns a key's value as text; false when there is none, or no such value.
func (s *section) scalar(key, want string) (string, bool) {
	n := s.keys[key]
	if n == nil {
		return "", false
	}
	value := target(n)
	if value.Kind != yaml.ScalarNode {
		s.fault(key, "%s, want %s", shown(value), want)
		return "", false
	}
	return value.Value, true
}

// title reads a line for people, of at most so many bytes.
func (s *section) title(key, otherwise string, most int) string {
	value, ok := s.scalar(key, "text")
	if !ok {
		return otherwise
	}
	if value == "" || len(value) > most || text.Line(value) != value {
		s.fault(key, "%q, want one line of at most %d bytes, with nothing invisible in it", text.Line(value), most)
	}
	return value
}

// option reads one of several words.
func option[T ~string](s *section, key string, otherwise T, options ...T) T {
	names := make([]string, len(options))
	for i, o := range options {
		names[i] = string(o)
	}
	want := "one of " + strings.Join(names, ", ")
	value, ok := s.scalar(key, want)
	if !ok {
		return otherwise
	}
	if !slices.Contains(options, T(value)) {
		s.fault(key, "%q, want %s", text.Line(value), want)
	}
	return T(value)
}

func (s *section) bool(key string) bool {
	value, ok := s.scalar(key, "true or false")
	if ok && value != "true" && value != "false" {
		s.fault(key, "%q, want true or false", text.Line(value))
	}
	return value == "true"
}

// whole reads a whole number of a range.
func (s *section) whole(key string, otherwise, least, most int) int {
	value, ok := s.scalar(key, "a whole number")
	if !ok {
		return otherwise
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < least || n > most {
		s.fault(key, "%q, want a whole number, %d to %d", text.Line(value), least, most)
		return otherwise
	}
	return n
}

// number reads a number of a range.
func (s *section) number(key string, otherwise, least, most float64) float64 {
	value, ok := s.scalar(key, "a number")
	if !ok {
		return otherwise
	}
	n, ok := parseNumber(value, least, most)
	if !ok {
		s.fault(key, "%q, want a number, %v to %v", text.Line(value), least, most)
		return otherwise
	}
	return n
}

func parseNumber(value string, least, most float64) (float64, bool) {
	n, err := strconv.ParseFloat(value, 64)
	return n, err == nil && n >= least && n <= most && !math.IsNaN(n)
}

// duration reads a duration of a range.
func (s *section) duration(key string, otherwise, least, most time.Duration) time.Duration {
	value, ok := s.scalar(key, "a duration")
	if !ok {
		return otherwise
	}
	d, err := time.ParseDuration(value)
	if err != nil || d < least || d > most {
		s.fault(key, "%q, want a duration, %v to %v, as in 250ms, 20s or 1m30s", text.Line(value), least, most)
		return otherwise
	}
	return d
}

// curve reads values over waiting time: {0s: 50, 10s: 100}, or one value for all the
// time. Values may only grow, or with falls only fall: a curve that asks for more
// after a while would take matches away from who has waited for them.
func (s *section) curve(key string, most float64, falls bool) queue.Curve {
	n := s.keys[key]
	if n == nil {
		return nil
	}
	if target(n).Kind == yaml.ScalarNode {
		return queue.Curve{{Value: s.number(key, 0, 0, most)}}
	}
	pairs, ok := s.p.pairs(s.of(key), n, "values by waiting time, as in {0s: 50, 10s: 100}, or one number")
	if !ok {
		return nil
	}
	if len(pairs) == 0 || len(pairs) > maxPoints {
		s.fault(key, "%d points, want 1 to %d", len(pairs), maxPoints)
		return nil
	}
	var c queue.Curve
	for _, pair := range pairs {
		waited, err := time.ParseDuration(pair.name)
		if err != nil || waited < 0 || waited > maxLimit {
			s.p.fault(pair.key, "%s: %q, want how long one has waited, 0s to %v, as in 10s", s.of(key), text.Line(pair.name), maxLimit)
			continue
		}
		value, ok := 0.0, false
		if v := target(pair.value); v.Kind == yaml.ScalarNode {
			value, ok = parseNumber(v.Value, 0, most)
		}
		if !ok {
			s.p.fault(pair.value, "%s: after %s, %s, want a number, 0 to %v", s.of(key), pair.name, shown(target(pair.value)), most)
			continue
		}
		c = append(c, queue.Point{Waited: waited, Value: value})
	}
	if len(c) == len(pairs) {
		s.checkCurve(key, c, pairs, falls)
	}
	return c
}

func (s *section) checkCurve(key string, c queue.Curve, pairs []pair, falls bool) {
	for i := 1; i < len(c); i++ {
		before, at := c[i-1], c[i]
		if at.Waited <= before.Waited {
			s.p.fault(pairs[i].key, "%s: %s comes after %s: want the shorter waiting time first, and each once", s.of(key), pairs[i].name, pairs[i-1].name)
		}
		if !falls && at.Value < before.Value || falls && at.Value > before.Value {
			s.p.fault(pairs[i].key, "%s: %v after %s and then %v after %s asks for more of who has waited longer: want it to widen",
				s.of(key), before.Value, pairs[i-1].name, at.Value, pairs[i].name)
		}
	}
}

// list reads a list of at most so many.
func (s *section) list(key string, most int) []*yaml.Node {
	n := s.keys[key]
	if n == nil {
		return nil
	}
	list := target(n)
	if list.Kind != yaml.SequenceNode || len(list.Content) > most {
		s.fault(key, "%s, want a list of at most %d", shown(list), most)
		return nil
	}
	return list.Content
}

// shown is what a person sees where the node stands.
func shown(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "keys with values"
	case n.Kind == yaml.SequenceNode:
		return "a list of " + strconv.Itoa(len(n.Content))
	case isNothing(n):
		return "nothing"
	}
	const most = 40
	line := []rune(text.Line(n.Value))
	if len(line) > most {
		line = append(line[:most], '…')
	}
	return strconv.Quote(string(line))
}

func prefix(path string) string {
	if path == "" {
		return ""
	}
	return path + ": "
}
