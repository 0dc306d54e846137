package sim

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// maxParams is how many params a mode may have: a form that a person fills in.
const maxParams = 32

// ErrParam is the cause of every param that was refused.
var ErrParam = errors.New("param")

// Param is one setting of a room: the name of a field of the game's params in
// lower case, and its value as text: a number, true or false, or the name of an
// option.
type Param struct{ Name, Value string }

// ParamField is one field of a game's params.
type ParamField struct {
	Name string
	// Title is for people; the name, when the game says none.
	Title string
	Kind  Kind
	// Min to Max is what it may be.
	Min, Max int32
	Default  int32
	// Options are the names of the values from 0 on, where values have names.
	Options []string
	// Public params are in listings of rooms; others are for those inside.
	Public bool
}

// ParamValue is the value that a field has in a match.
type ParamValue struct {
	Name  string
	Value int32
	// Text is how a person reads it, and what [Mode.WithParams] takes.
	Text   string
	Public bool
}

// WithParams returns the mode with settings for one room. [Start] refuses, and
// never corrects, what is unknown, twice or out of range, with [ErrParam] and
// the field's name; what is not said has its default.
func (m Mode) WithParams(params []Param) Mode {
	m.params = slices.Clone(params)
	return m
}

// NewParams declares what rooms of w's game can be made with, and returns what
// this one was made with: a plain struct of integers of at most 32 bits and
// bools. The `param` tag gives "min=1,max=600,default=180", "public", and
// "options=small|large" for values with names; the `title` tag a name for
// people. Read it only. Call it before what depends on it is declared. A mode may give
// defaults of its own, one T, instead of those of the tags. Faults are reported
// by [Start].
func NewParams[T any](w *World, defaults ...T) *T {
	given := new(T)
	if w.paramFields != nil {
		w.fault(errors.New("params: declared twice"))
		return given
	}
	cols, err := columnsOf[T]("params")
	if err != nil {
		w.fault(err)
		return given
	}
	w.paramFields, err = paramFields(reflect.TypeFor[T](), cols)
	w.fault(err)
	if err != nil {
		return given
	}
	for i := range defaults {
		for f := range w.paramFields {
			w.fault(w.paramFields[f].setDefault(int64(cols[f].load(base(&defaults[i])))))
		}
	}
	p := base(given)
	w.params, err = paramValues(w.paramFields, w.mode.params)
	w.fault(err)
	for i, v := range w.params {
		cols[i].store(p, uint64(v.Value))
	}
	return given
}

// CheckParams says what is wrong with the params of a room whose game has these
// fields, with ErrParam; nil: nothing.
func CheckParams(fields []ParamField, params []Param) error {
	if len(fields) == 0 && len(params) > 0 {
		return noParams(params)
	}
	_, err := paramValues(fields, params)
	return err
}

func noParams(params []Param) error {
	return fmt.Errorf("%w %.32q: this mode has no params", ErrParam, params[0].Name)
}

// refuseParams reports params that were given to a game without any.
func (w *World) refuseParams() {
	if w.paramFields == nil && len(w.mode.params) > 0 {
		w.fault(noParams(w.mode.params))
	}
}

// ParamFields returns what rooms of the game can be made with.
func (w *World) ParamFields() []ParamField { return w.paramFields }

// Params returns what this match was made with, in the order of ParamFields.
func (w *World) Params() []ParamValue { return w.params }

func paramFields(t reflect.Type, cols []Column) ([]ParamField, error) {
	if t.NumField() != len(cols) {
		return nil, errors.New("params: the struct must have plain fields only, no arrays or structs")
	}
	if len(cols) > maxParams {
		return nil, fmt.Errorf("params: %d fields, at most %d", len(cols), maxParams)
	}
	fields := make([]ParamField, len(cols))
	var faults []error
	for i, c := range cols {
		sf := t.Field(i)
		f, err := paramField(sf, c)
		if err != nil {
			faults = append(faults, fmt.Errorf("params.%s: %w", sf.Name, err))
		}
		fields[i] = f
	}
	return fields, errors.Join(faults...)
}

func paramField(sf reflect.StructField, c Column) (ParamField, error) {
	f := ParamField{Name: c.Name, Title: sf.Tag.Get("title"), Kind: c.Kind}
	if f.Title == "" {
		f.Title = sf.Name
	}
	span, ok := rangeOf[c.Kind]
	if !ok || c.Kind == KindFixed || c.Kind == KindAngle {
		return f, fmt.Errorf("%s cannot be a param", sf.Type)
	}
	tags, err := parseTags(sf.Tag, "param", "min", "max", "default", "options", "public")
	if err != nil {
		return f, err
	}
	if f.Min, f.Max, err = tags.span(span); err != nil {
		return f, err
	}
	_, f.Public = tags["public"]
	if names, ok := tags["options"]; ok {
		f.Options = strings.Split(names, "|")
		if f.Min != int32(span[0]) || f.Max != int32(span[1]) || c.Kind == KindBool || slices.Contains(f.Options, "") {
			return f, errors.New("options need a number without min and max, and each a name")
		}
		f.Min, f.Max = 0, int32(len(f.Options)-1)
	}
	if text, ok := tags["default"]; ok {
		if f.Default, err = f.parse(text); err != nil {
			return f, fmt.Errorf("default: %w", err)
		}
	} else {
		f.Default = min(max(0, f.Min), f.Max)
	}
	return f, nil
}

// setDefault has the field be v unless it is said otherwise.
func (f *ParamField) setDefault(v int64) error {
	if v < int64(f.Min) || v > int64(f.Max) {
		return fmt.Errorf("params.%s: the mode's default is %d, want %d to %d", f.Name, v, f.Min, f.Max)
	}
	f.Default = int32(v)
	return nil
}

// parse reads a value of the field. Errors say what would do.
func (f *ParamField) parse(text string) (int32, error) {
	if f.Options != nil {
		if i := slices.Index(f.Options, text); i >= 0 {
			return int32(i), nil
		}
		return 0, fmt.Errorf("%q is none of %s", text, strings.Join(f.Options, ", "))
	}
	if f.Kind == KindBool {
		switch text {
		case "true", "1":
			return 1, nil
		case "false", "0":
			return 0, nil
		}
		return 0, fmt.Errorf("%q, want true or false", text)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < int64(f.Min) || n > int64(f.Max) {
		return 0, fmt.Errorf("%q, want a number from %d to %d", text, f.Min, f.Max)
	}
	return int32(n), nil
}

// DefaultText is the default as [Param] has it.
func (f *ParamField) DefaultText() string { return f.text(f.Default) }

// text is the inverse of parse.
func (f *ParamField) text(v int32) string {
	switch {
	case f.Options != nil:
		return f.Options[v]
	case f.Kind == KindBool:
		return strconv.FormatBool(v != 0)
	}
	return strconv.Itoa(int(v))
}

// paramValues gives each field the value that was said for it, or its default.
func paramValues(fields []ParamField, given []Param) ([]ParamValue, error) {
	values := make([]ParamValue, len(fields))
	for i := range fields {
		f := &fields[i]
		values[i] = ParamValue{f.Name, f.Default, f.text(f.Default), f.Public}
	}
	var faults []error
	said := make([]bool, len(fields))
	for _, p := range given {
		at := slices.IndexFunc(fields, func(f ParamField) bool { return f.Name == p.Name })
		switch {
		case at < 0:
			faults = append(faults, fmt.Errorf("%w %.32q: there is none of this name; there are %s", ErrParam, p.Name, paramNames(fields)))
			continue
		case said[at]:
			faults = append(faults, fmt.Errorf("%w %s: given twice", ErrParam, p.Name))
			continue
		}
		said[at] = true
		v, err := fields[at].parse(p.Value)
		if err != nil {
			faults = append(faults, fmt.Errorf("%w %s: %.96w", ErrParam, p.Name, err))
			continue
		}
		values[at].Value, values[at].Text = v, fields[at].text(v)
	}
	return values, errors.Join(faults...)
}

func paramNames(fields []ParamField) string {
	names := make([]string, len(fields))
	for i := range fields {
		names[i] = fields[i].Name
	}
	return strings.Join(names, ", ")
}
