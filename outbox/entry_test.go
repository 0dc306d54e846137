package outbox

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/metronome-server/metronome/sim"
)

var origin = Origin{Room: "r1", Mode: "ffa", Epoch: 7, Tick: 90, Time: time.UnixMilli(1_800_000_000_123)}

func TestOutcomeMessage(t *testing.T) {
	columns := []sim.Column{
		{Name: "kills", Kind: sim.KindUint16}, {Name: "won", Kind: sim.KindBool}, {Name: "speed", Kind: sim.KindFixed},
		{Name: "gold", Kind: sim.KindInt64}, {Name: "hash", Kind: sim.KindUint64},
	}
	e := NewOutcome(origin, 0, `time "up"`, true, columns, []Line{
		{sim.OutcomeLine{Seat: 1, User: math.MaxUint64, Team: 2, Place: 1, Values: []int64{3, 1, -384, math.MinInt64, -1}}, "ann\"", "Änne\n"},
		{sim.OutcomeLine{Seat: 2, Values: []int64{0, 0, 0}}, "", ""},
	})
	want := `{"id":"r1/7/90/0","kind":"outcome","room":"r1","mode":"ffa","time":1800000000123,"reason":"time \"up\"","finished":true,"lines":[` +
		`{"seat":1,"user":"ann\"","name":"Änne\u000a","team":2,"place":1,` +
		`"values":{"kills":3,"won":true,"speed":-1.5,"gold":"-9223372036854775808","hash":"18446744073709551615"}},` +
		`{"seat":2,"user":"","name":"","team":0,"place":0,"values":{"kills":0,"won":false,"speed":0}}]}`
	if string(e.Body) != want || !json.Valid(e.Body) {
		t.Errorf("got\n%s\nwant\n%s", e.Body, want)
	}
	if e.ID != "r1/7/90/0" || e.Kind != KindOutcome || e.Room != "r1" || e.Tick != 90 || e.Epoch != 7 || e.check() != nil {
		t.Errorf("%+v, %v", e, e.check())
	}
}

func TestEffectMessage(t *testing.T) {
	e := NewEffect(origin, 3, "give-item", 3, "u12", []sim.Column{{Name: "item", Kind: sim.KindInt32}}, []int64{7})
	want := `{"id":"r1/7/90/3","kind":"effect","room":"r1","mode":"ffa","time":1800000000123,"name":"give-item","seat":3,"user":"u12","values":{"item":7}}`
	if string(e.Body) != want {
		t.Errorf("got\n%s\nwant\n%s", e.Body, want)
	}
	if e.N != 3 || e.Name != "give-item" || e.Kind != KindEffect {
		t.Errorf("%+v", e)
	}
}

func TestEntriesThatBreakLimits(t *testing.T) {
	whole := NewEffect(origin, 0, "x", 0, "", nil, nil)
	for what, change := range map[string]func(*Entry){
		"":                func(*Entry) {},
		"a long room":     func(e *Entry) { e.Room = strings.Repeat("r", maxText+1) },
		"no room":         func(e *Entry) { e.Room = "" },
		"a long mode":     func(e *Entry) { e.Mode = strings.Repeat("m", maxText+1) },
		"a long name":     func(e *Entry) { e.Name = strings.Repeat("n", maxText+1) },
		"a long kind":     func(e *Entry) { e.Kind = strings.Repeat("k", maxText+1) },
		"no id":           func(e *Entry) { e.ID = "" },
		"a line in an id": func(e *Entry) { e.ID = "a\r\nX: y" },
		"a long id":       func(e *Entry) { e.ID = strings.Repeat("i", 2*maxText+1) },
		"no body":         func(e *Entry) { e.Body = nil },
		"a long body":     func(e *Entry) { e.Body = make([]byte, MaxBody+1) },
	} {
		e := whole
		change(&e)
		if err := e.check(); (what == "") != (err == nil) || err != nil && !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	longest := whole
	longest.Body, longest.ID, longest.Room = make([]byte, MaxBody), strings.Repeat("i", 2*maxText), strings.Repeat("r", maxText)
	if err := longest.check(); err != nil {
		t.Error(err)
	}
}

// FuzzText compares with encoding/json what a reader makes of any text.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "plain", "\"\\\x00\x1f\u2028", "Änne 🚀", "\xff\xc3", "a\xe2\x82", "\uFFFD\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		b := appendText(nil, s)
		if err := json.Unmarshal(b, &got); err != nil || !utf8.Valid(b) {
			t.Fatalf("%q: %v", b, err)
		}
		theirs, err := json.Marshal(s)
		var want string
		if err != nil || json.Unmarshal(theirs, &want) != nil || got != want {
			t.Fatalf("%q became %q, want %q", s, got, want)
		}
	})
}
