package store

import (
	"fmt"
	"math"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// What is kept of entries and matches is in the wire format of protobuf: nodes of
// several versions share a store, and skip the fields that they do not know. Why not by
// generated messages: these are made and read some hundred thousand times a second, and
// everything that is read is a piece of the text that Redis sent.

// writer writes fields. What is zero is left out.
type writer struct{ text []byte }

func (w *writer) number(field protowire.Number, n uint64) {
	if n != 0 {
		w.text = protowire.AppendTag(w.text, field, protowire.VarintType)
		w.text = protowire.AppendVarint(w.text, n)
	}
}

func (w *writer) signed(field protowire.Number, n int64) { w.number(field, protowire.EncodeZigZag(n)) }

func (w *writer) flag(field protowire.Number, is bool) { w.number(field, protowire.EncodeBool(is)) }

func (w *writer) fixed(field protowire.Number, bits uint64) {
	if bits != 0 {
		w.text = protowire.AppendTag(w.text, field, protowire.Fixed64Type)
		w.text = protowire.AppendFixed64(w.text, bits)
	}
}

func (w *writer) float(field protowire.Number, f float64) { w.fixed(field, math.Float64bits(f)) }

// time writes a time between 1678 and 2262, to the nanosecond.
func (w *writer) time(field protowire.Number, t time.Time) {
	if !t.IsZero() {
		w.fixed(field, uint64(t.UnixNano())) //nolint:gosec // its bits
	}
}

func (w *writer) string(field protowire.Number, s string) {
	if s != "" {
		w.element(field, s)
	}
}

// element writes a string of a list, also an empty one.
func (w *writer) element(field protowire.Number, s string) {
	w.text = protowire.AppendTag(w.text, field, protowire.BytesType)
	w.text = protowire.AppendString(w.text, s)
}

// lengthSpace is what the length of a part takes that is not longer than 127 bytes.
const lengthSpace = 1

// part writes a message within this one.
func (w *writer) part(field protowire.Number, write func(*writer)) {
	w.text = protowire.AppendTag(w.text, field, protowire.BytesType)
	at := len(w.text) + lengthSpace
	w.text = append(w.text, 0)
	write(w)
	n := len(w.text) - at
	if more := protowire.SizeVarint(uint64(n)) - lengthSpace; more > 0 { //nolint:gosec // a length
		w.text = append(w.text, make([]byte, more)...)
		copy(w.text[at+more:], w.text[at:at+n])
	}
	protowire.AppendVarint(w.text[:at-lengthSpace], uint64(n)) //nolint:gosec // a length
}

// reader reads fields of a text, each by next and one of the others. After a fault,
// next says that there are no more, and err what it was.
type reader struct {
	text  string
	bytes []byte // what is left of it
	err   error

	field  protowire.Number
	number uint64 // of a number
	string string // of a string or a part, a piece of text
}

func readerOf(text string) *reader { return &reader{text: text, bytes: []byte(text)} }

// next reads a field, and reports whether there was one.
func (r *reader) next() bool {
	if len(r.bytes) == 0 || r.err != nil {
		return false
	}
	field, kind, n := protowire.ConsumeTag(r.bytes)
	if n < 0 {
		return r.fail(n)
	}
	r.bytes, r.field, r.number, r.string = r.bytes[n:], field, 0, ""
	switch kind {
	case protowire.VarintType:
		r.number, n = protowire.ConsumeVarint(r.bytes)
	case protowire.Fixed64Type:
		r.number, n = protowire.ConsumeFixed64(r.bytes)
	case protowire.BytesType:
		var is []byte
		if is, n = protowire.ConsumeBytes(r.bytes); n >= 0 {
			end := len(r.text) - len(r.bytes) + n
			r.string = r.text[end-len(is) : end]
		}
	default:
		n = protowire.ConsumeFieldValue(field, kind, r.bytes)
	}
	if n < 0 {
		return r.fail(n)
	}
	r.bytes = r.bytes[n:]
	return true
}

func (r *reader) fail(n int) bool {
	r.err = fmt.Errorf("%w: what is kept cannot be read: %w", ErrUnavailable, protowire.ParseError(n))
	return false
}

// part reads what a part has.
func (r *reader) part(read func(*reader)) {
	inner := readerOf(r.string)
	read(inner)
	if r.err == nil {
		r.err = inner.err
	}
}

func (r *reader) signed() int64  { return protowire.DecodeZigZag(r.number) }
func (r *reader) flag() bool     { return protowire.DecodeBool(r.number) }
func (r *reader) float() float64 { return math.Float64frombits(r.number) }
func (r *reader) time() time.Time {
	return time.Unix(0, int64(r.number)).UTC() //nolint:gosec // its bits
}
