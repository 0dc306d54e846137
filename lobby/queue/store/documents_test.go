package store

import (
	"reflect"
	"testing"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
)

// fill gives every field of a value, and of what is in it, a value of its own.
func fill(t *testing.T, v reflect.Value, n *int) {
	t.Helper()
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString("text" + string(rune('a'+*n%26)))
	case reflect.Uint8, reflect.Uint64:
		v.SetUint(uint64(*n % 251)) //nolint:gosec // positive
	case reflect.Int:
		v.SetInt(int64(-*n))
	case reflect.Float64:
		v.SetFloat(float64(*n) + 0.5)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 3, 3))
		for i := range 3 {
			fill(t, v.Index(i), n)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key, n)
		fill(t, value, n)
		v.SetMapIndex(key, value)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(1_800_000_000, int64(*n)).UTC()))
			return
		}
		for i := range v.NumField() {
			fill(t, v.Field(i), n)
		}
	default:
		t.Fatalf("a field of kind %v: teach this test, and documents.go", v.Kind())
	}
}

func TestEveryFieldIsKept(t *testing.T) {
	n := 0
	var e queue.Entry
	fill(t, reflect.ValueOf(&e).Elem(), &n)
	got, err := ReadEntry(keptEntry(&e))
	if err != nil || !reflect.DeepEqual(got, &e) {
		t.Errorf("kept %+v\nread %+v, %v", &e, got, err)
	}
	var m queue.Match
	fill(t, reflect.ValueOf(&m).Elem(), &n)
	m.Seats[1].Entry, m.Seats[1].User = m.Entries[2].ID, m.Entries[2].Members[1].User
	m.Entries[0].Party = string(make([]byte, 20_000)) // lengths of one to three bytes
	again, err := ReadMatch(keptMatch(&m))
	if err != nil || !reflect.DeepEqual(again, &m) {
		t.Errorf("kept %+v\nread %+v, %v", &m, again, err)
	}
}

func TestWhatIsCutShortIsNotRead(t *testing.T) {
	n := 0
	var m queue.Match
	fill(t, reflect.ValueOf(&m).Elem(), &n)
	kept := keptMatch(&m)
	for i := range kept {
		if got, err := ReadMatch(kept[:i]); err == nil && reflect.DeepEqual(got, &m) {
			t.Fatalf("the first %d of %d bytes are as good as all", i, len(kept))
		}
	}
}

func TestFieldsOfLaterVersionsAreSkipped(t *testing.T) {
	e := entry("a")
	w := writer{[]byte(keptEntry(e))}
	w.string(1000, "later")
	w.number(1001, 7)
	w.fixed(1002, 8)
	got, err := ReadEntry(string(w.text))
	if err != nil || !reflect.DeepEqual(got, e) {
		t.Fatalf("read %+v, %v, want %+v", got, err, e)
	}
}

func FuzzMatch(f *testing.F) {
	n := 0
	var m queue.Match
	fill(&testing.T{}, reflect.ValueOf(&m).Elem(), &n)
	f.Add(keptMatch(&m))
	f.Fuzz(func(t *testing.T, kept string) {
		got, err := ReadMatch(kept)
		if err != nil {
			return
		}
		again, err := ReadMatch(keptMatch(got))
		if err != nil {
			t.Fatalf("%+v was kept, and cannot be read: %v", got, err)
		}
		if a, b := keptMatch(got), keptMatch(again); a != b {
			t.Fatalf("kept %q, then %q", a, b)
		}
	})
}
